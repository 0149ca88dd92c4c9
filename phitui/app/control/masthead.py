"""What stands above and below the panes: library, model, what is under way, the prompt's tokens, keys."""

from typing import TYPE_CHECKING

from textual.content import Content

from phitui.app import keys
from phitui.app.panes.composer import Composer
from phitui.app.widgets.lines import budget
from phitui.app.widgets.texts import amount, plural
from phitui.records import QUOTATION
from phitui.text import duration, one_line

if TYPE_CHECKING:
    from phitui.app.app import PhituiApp

NUMBERED = {"chat": "Chat", "library": "Library", "passages": "Passages", "scratchpad": "Scratchpad"}
"""In the order of F2-F5 and of ctrl+t 1-4."""
NO_MODEL = (QUOTATION, "none")
DETAILED = 180
"""Columns from which the status line says how the answer was made, too."""


class Masthead:
    """Writes the lines from the app's state; a line that stays the same is not painted again."""

    def __init__(self, app: "PhituiApp"):
        self._app = app

    def write(self) -> None:
        """All of them."""
        self._write_title()
        self._write_status()
        self.write_tabs()
        self.write_keys()

    def _write_title(self) -> None:
        app, ink = self._app, self._app.ink
        searched = [each for each in app.documents if app.scope.holds(each)]
        if app.documents:
            narrowed = f"{app.scope.shown} · {len(searched):,} of " if app.scope.tags else ""
            passages = sum(each.passages for each in searched)
            text = f"{narrowed}{plural(len(app.documents), 'document')} · {plural(passages, 'passage')}"
        else:
            text = "opening…" if app.first_list else "no documents yet"
        name = Content.styled(" phitui", ink.title)
        name += Content.styled(f"  {one_line(app.settings.library, 24)} · {text}", ink.soft)
        app.title_line.put(name, self._model())

    def _model(self) -> Content:
        app, ink = self._app, self._app.ink
        engine = app.engine
        named = engine.name if engine is not None else app.settings.model
        parts = ["quotations, no model" if named in NO_MODEL else one_line(named.rsplit("/", 1)[-1], 32)]
        if engine is not None and engine.loaded and named not in NO_MODEL:
            parts.append(engine.device)
        busy = app.model_step or ("answering" if app.asking.busy else "") or app.indexing.work
        state = Content.styled(f"◐ {busy} " if busy else "● ready ", ink.accent if busy else ink.soft)
        return Content.styled(" · ".join(parts) + "   ", ink.text) + state

    def _write_status(self) -> None:
        app, ink = self._app, self._app.ink
        turn = app.asking.exchange.turn if app.asking.exchange else None
        done = turn.finished if turn else None
        width = app.size.width
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
        if done and done.answer_tokens and app.engine is not None and width >= DETAILED:
            figures.append(one_line(app.engine.path, 60))
        app.status.put(
            budget(turn.parts if turn else {}, turn.window if turn else 0, ink, width),
            Content.styled(" · ".join(figures) + " " if figures else "", ink.soft),
        )

    def write_tabs(self) -> None:
        """The panes by number, where one fills the screen."""
        app = self._app
        troubles = sum(each.status != "indexed" for each in app.documents)
        notes = {
            "library": app.indexing.work or (f"{len(app.documents)}" + (f" {troubles}!" if troubles else "")),
            "chat": "◐" if app.asking.busy else "",
            "passages": app.passages.header.note.split(" · ")[-1],
            "scratchpad": "◐" if app.scribbling.job else "",
        }
        app.tabs.show(app.pane, [(name, title, notes[name]) for name, title in NUMBERED.items()], app.ink)

    def write_keys(self) -> None:
        """The keys of what has the focus, then those that work everywhere."""
        app = self._app
        here: list[keys.Key] = []
        if isinstance(app.focused, Composer):
            here = keys.of("composer")
        elif app.pane == "scratchpad":
            here = keys.of("scratchpad")
        else:
            here = [*keys.of("list"), *keys.of(app.pane)]  # type: ignore[arg-type]
        shown = [key for key in [*here, *keys.of("everywhere")] if key.footer]
        app.key_bar.show(shown, app.ink, app.settings.keys)
