"""What stands above and below the panes: library, model, what is under way, the prompt's tokens, keys."""

from textual.content import Content

from phitui.app import keys
from phitui.app.control.controls import Controls
from phitui.app.desk import Desk
from phitui.app.frame.layout import Layout, View
from phitui.app.frame.tour import TourStrip
from phitui.app.panes.composer import Composer
from phitui.app.panes.panes import Panes
from phitui.app.widgets.lines import KeyBar, ScreenLine, Tabs, budget
from phitui.app.widgets.output import Output
from phitui.app.widgets.proposal import ProposalRows
from phitui.app.widgets.texts import amount, plural
from phitui.errors import PhituiError
from phitui.records import QUOTATION
from phitui.settings import Settings, is_served
from phitui.text import duration, one_line

NO_MODEL = (QUOTATION, "none")
AROUND_MODEL = 12
"""Signs and spaces in the title's right half beside model, device and what is under way; the device yields."""
TOUR_ROWS = 14
"""Rows from which the tour has its lines."""
DETAILED = 180
"""Columns from which the status line says how the answer was made, too."""


def _sent_to(settings: Settings) -> str:
    """The hosts that searching sends text to; empty for none."""
    names = (settings.embedder, settings.rerank)
    if not any(map(is_served, names)):
        return ""  # nothing of servers is imported before the first frame
    from phitui.models.server.search.asked import sent_to

    try:
        return one_line(sent_to(names, settings.server), 40)
    except PhituiError:  # opening the library says what is wrong
        return ""


class Masthead:
    """Writes the lines from the state of the controls; a line that stays the same is not painted again."""

    def __init__(self, desk: Desk, controls: Controls, panes: Panes, view: View):
        self._desk, self._controls, self._panes, self._view = desk, controls, panes, view
        self.title, self.tabs, self.status = ScreenLine("title"), Tabs("tabs"), ScreenLine("status")
        self.tour = TourStrip()
        self.keys, self.small = KeyBar("keys"), ScreenLine("small")
        self._away = _sent_to(desk.settings)

    def fit(self, layout: Layout) -> None:
        """Shows the lines that go with these panes."""
        self.small.display = layout.too_small
        self.small.put(Content.styled("terminal too small for phitui", self._desk.ink.text))
        for line in (self.title, self.status, self.keys):
            line.display = not layout.too_small
        self.tabs.display = layout.tabs
        self._write_tour()

    def write(self) -> None:
        """All of them."""
        self._write_title()
        self._write_status()
        self._write_tour()
        self.write_tabs()
        self.write_keys()

    def _write_title(self) -> None:
        ink, scope, documents = self._desk.ink, self._controls.scope, self._controls.documents
        also = ""
        searched = [each for each in documents.known if scope.holds(each)]
        if documents.known:
            narrowed = f"{scope.shown} · {len(searched):,} of " if scope.tags else ""
            if scope.ticked and not scope.tags:
                narrowed = f"asking {len(searched):,} of "
            passages = sum(each.passages for each in searched)
            text = f"{narrowed}{plural(len(documents.known), 'document')}"
            also = f" · {plural(passages, 'passage')}"
        else:
            closed = "cannot be opened: F3 says why" if self._panes.library.problem else "opening…"
            text = "no documents yet" if documents.is_open else closed
        name = Content.styled(" phitui", ink.title)
        text = f"  {one_line(self._desk.settings.library, 24)} · {text}"
        model, under_way = self._model()
        room = self._view.columns - name.cell_length - len(text) - under_way.cell_length
        also = also if len(also) + model.cell_length < room else ""
        if model.cell_length >= room:  # where text is sent to is said in any case
            model = Content.styled(f"{self._sent}   " if self._away else "", ink.text)
        self.title.put(name + Content.styled(text + also, ink.soft), model + under_way)

    def _model(self) -> tuple[Content, Content]:
        """The model with its device, and what is under way, to which it yields."""
        ink, controls = self._desk.ink, self._controls
        engine = controls.models.engine
        named = engine.name if engine is not None else self._desk.settings.model
        parts = ["quotations, no model" if named in NO_MODEL else one_line(named.rsplit("/", 1)[-1], 32)]
        told = engine is not None and (engine.loaded or bool(self._desk.settings.server))
        away = self._sent
        tuning = controls.tuning.work if controls.tuning else ""
        busy = controls.models.step or self._saying() or tuning or controls.intake.work
        room = self._view.columns // 2 - AROUND_MODEL
        if engine is not None and told and named not in NO_MODEL:
            parts += [engine.device] if len(parts[0] + engine.device + away + busy) < room else []
        parts += [away] if away else []
        state = Content.styled(f"◐ {busy} " if busy else "● ready ", ink.accent if busy else ink.soft)
        return Content.styled(" · ".join(parts) + "   ", ink.text), state

    @property
    def _sent(self) -> str:
        return f"search: sent to {self._away}" if self._away else ""

    def _saying(self) -> str:
        controls = self._controls
        return (
            "answering"
            if controls.conversation.busy
            else "checking"
            if controls.check.job
            else "running"
            if controls.run.job
            else ""
        )

    def _write_status(self) -> None:
        ink, engine, turn = self._desk.ink, self._controls.models.engine, self._controls.conversation.turn
        done = turn.finished if turn else None
        width = self._view.columns
        figures = []
        if done and done.time_to_first_token is not None:
            figures.append(duration(done.time_to_first_token) + (" to first" if width >= 130 else ""))
        if done and done.tokens_per_second is not None:
            figures.append(f"{done.tokens_per_second:.0f} tok/s")
        if done and done.peak_memory:
            figures.append(amount(done.peak_memory))
        if done and done.reused_tokens and width >= DETAILED:
            figures.append(f"{done.reused_tokens:,} tokens reused")
        if done and done.guessed_tokens and width >= DETAILED:
            figures.append(f"{done.accepted_tokens:,} of {done.guessed_tokens:,} guessed")
        if done and done.answer_tokens and engine is not None and width >= DETAILED:
            figures.append(one_line(engine.path, 60))
        preview = self._controls.conversation.selection.preview
        parts, window = (turn.parts, turn.window) if turn else ({}, 0)
        if preview:
            parts, window = preview.parts, preview.window
        if not self._controls.models.writes:  # nothing is put together for a model
            read = sum(each.state != "out" for each in turn.packed) if turn else 0
            used = Content.styled(f" {plural(read, 'passage')} read for quotes" if read else "", ink.soft)
        else:
            used = budget(parts, window, ink, width)
        while figures and used.cell_length + len(" · ".join(figures)) + 2 > width:
            figures.pop()
        self.status.put(
            used,
            Content.styled(" · ".join(figures) + " " if figures else "", ink.soft),
        )

    def _write_tour(self) -> None:
        """Where there is room for it: the panes come first."""
        tour = self._controls.tour
        tour.has_room = self._view.rows >= TOUR_ROWS
        self.tour.show(tour.told if tour.has_room else None)

    def write_tabs(self) -> None:
        """The panes by number, where one fills the screen."""
        controls, known = self._controls, self._controls.documents.known
        adding = "◐ " if controls.intake.work else ""  # how far it is stands in the title
        troubles = sum(each.status != "indexed" for each in known)
        notes = {
            "library": f"{adding}{len(known)}" + (f" · {troubles} unread" if troubles else ""),
            "chat": "◐" if controls.conversation.busy else "",
            "passages": " · ".join(self._panes.passages.header.note.split(" · ")[1:2]),
            "scratchpad": "◐" if controls.code.job or controls.check.job or controls.run.job else "",
        }
        names = [(str(each.id), each.header.title, notes.get(str(each.id), "")) for each in self._panes.numbered]
        self.tabs.show(self._view.pane, names)

    def write_keys(self) -> None:
        """The keys of what has the focus, then those that work everywhere."""
        pane = self._view.pane
        own: dict[type, keys.Where] = {Composer: "composer", ProposalRows: "proposal", Output: "output"}
        place = own.get(type(self._view.focused))
        if place:
            here = [*keys.of(place), *(keys.of(pane) if place != "composer" else [])]
        else:
            here = [*(keys.of("list") if self._panes.named[pane].has_list else []), *keys.of(pane)]
        shown = [key for key in [*here, *keys.of("everywhere")] if key.footer and key.id not in keys.ESSENTIAL]
        shown += [keys.BY_ID[name] for name in keys.ESSENTIAL]
        self.keys.show(shown, self._desk.settings.keys)
