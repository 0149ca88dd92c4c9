"""Tuning: what is learnt from and how, the records as the model reads them, then the loss while it falls."""

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Size

from phitui.app import keys
from phitui.app.desk import desk
from phitui.app.screens.tuning.draft import CHOICES, OWN, OWN_TOLD, Choice, Draft
from phitui.app.screens.tuning.run import TuningRun
from phitui.app.theme import Ink
from phitui.app.widgets.chooser import Chooser, Entry, matching
from phitui.app.widgets.dialog import Panel, Prompt, Words
from phitui.app.widgets.rows import Lined, Rows
from phitui.app.widgets.texts import amount, wrapped
from phitui.errors import UsageError
from phitui.models.tuning.curve import drawn
from phitui.text import clean, one_line
from phitui.wording import records_told, tuning_ended, tuning_planned, tuning_step

if TYPE_CHECKING:
    from phitui.workbench import Workbench

LABEL = 17
"""Columns of a choice's name."""
AROUND = 8
"""Lines of the screen that form and preview cannot have."""
FEWEST = 4
MOST_ROWS = 16
"""Of the curve."""
LONGEST_SHOWN = 1_500
"""Characters of a record that are shown."""


class Form(Rows[Choice]):
    """A line a choice."""

    DEFAULT_CSS = "Form { height: auto; background: $panel; margin: 0 1; }"

    def __init__(self, draft: Draft):
        super().__init__()
        self._draft = draft

    def draw(self, item: Choice, width: int, ink: Ink) -> list[Content]:
        value, note = self._draft.shown(item)
        line = Content.styled(f"  {item.label:<{LABEL}}", ink.soft)
        room = max(8, width - LABEL - 5 - len(note))
        line += Content.styled(one_line(value, room), ink.text if value != "enter chooses" else ink.accent)
        return [line + Content.styled(f"   {note}", ink.soft)]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.items)


class Preview(Lined):
    """The records and the plan; once it runs, the loss."""

    DEFAULT_CSS = "Preview { height: auto; padding: 0 1; background: $panel; }"

    def __init__(self, control: TuningRun):
        super().__init__()
        self._control = control
        self.rows = 8
        """Lines that the curve may have."""
        self._drawn: list[Content] = []

    def _lines(self, width: int) -> list[Content]:
        if self._width != width:
            self._width, self._drawn = width, self._all(width)
        return self._drawn

    def _all(self, width: int) -> list[Content]:
        ink, control = desk(self).ink, self._control
        if control.job is not None or control.last is not None:
            steps = control.last.steps if control.last else 0
            rows = max(3, min(MOST_ROWS, self.rows - 5))
            curve = drawn(control.learnt, control.measured, steps, width, rows)
            return [Content.styled(line, ink.text) for line in curve]
        lines = wrapped(Content.styled(clean(control.problem), ink.trouble), width) if control.problem else []
        if control.planned is not None:
            lines += wrapped(Content.styled(tuning_planned(control.planned), ink.text), width)
        if control.read is not None:
            lines += wrapped(Content.styled(records_told(control.read), ink.text), width)
            for number, pieces in control.read.shown:
                lines += [Content(""), Content.styled(f"line {number}, as the model reads it; it learns ", ink.soft)]
                lines[-1] += Content.styled("what is marked", ink.found)
                lines += self._record(pieces, width, ink)
        return lines

    def _record(self, pieces: tuple[tuple[str, bool], ...], width: int, ink: Ink) -> list[Content]:
        told, left = Content(""), LONGEST_SHOWN
        for text, counts in pieces:
            part = clean(text)[:left]
            left -= len(part)
            told += Content.styled(part, ink.found if counts else ink.soft)
        return [line for part in told.split("\n") for line in wrapped(part, width, "  ")]


class Tuning(Panel):
    """Comes back with what is to be done with the adapter: load, or compare and names; None after escape."""

    DEFAULT_CSS = """
    Tuning > .panel { width: 100%; max-width: 100%; margin-top: 0; max-height: 100%; }
    Tuning VerticalScroll { height: auto; background: $panel; scrollbar-size: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.bindings("tuning"),
        Binding("f1,question_mark", "app.help", show=False),  # a modal screen keeps keys from the app
    ]

    def __init__(self, control: TuningRun, files: Callable[[str], Sequence[Entry]]):
        """`files` are what continues a path that is typed: folders and files of records."""
        super().__init__()
        assert control.draft is not None
        self._control, self._draft, self._files = control, control.draft, files
        self.form, self.preview = Form(self._draft), Preview(control)
        self.why, self.step, self.foot = Words(), Words(), Words()
        self.scroller = VerticalScroll(self.preview)
        self.scroller.can_focus = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield Words("Tune a language model on records of your own", strong=True)
            yield self.form
            yield self.why
            yield self.step
            yield self.scroller
            yield self.foot

    def on_mount(self) -> None:
        self._control.changed = self._changed
        self.form.show(CHOICES)
        self.form.focus()
        self._changed()
        if self._control.job is None and self._control.last is None:
            self._control.look()

    def on_unmount(self) -> None:
        self._control.changed = lambda: None

    def on_resize(self, event: events.Resize) -> None:
        self._fit()

    def _fit(self) -> None:
        room = max(2 * FEWEST, self.size.height - AROUND)
        rows = 0 if not self.form.display else min(len(CHOICES), room // 2)
        self.form.styles.max_height = max(1, rows)
        self.preview.rows = room - rows
        self.scroller.styles.max_height = max(FEWEST, room - rows)
        self.preview.redraw()

    def _changed(self) -> None:
        """Writes everything anew."""
        control = self._control
        going = control.job is not None or control.last is not None
        if self.form.display == going:
            self.form.display = self.why.display = not going
            self._fit()
        if control.problem:
            self.step.put(clean(control.problem) if going else "It cannot be done so:", trouble=True)
        elif control.finished is not None:
            self.step.put(tuning_ended(control.finished))
        elif control.job is not None:
            stopping = control.job.cancel.is_set()
            said = tuning_step(control.last) if control.last else "reading the records, then loading the model"
            self.step.put(f"{said} · {'stops after this step' if stopping else one_line(self._draft.model, 40)}")
        elif control.looking is not None:
            self.step.put("looking at the records")
        elif control.planned is not None:
            planned = control.planned
            fits = f"About {amount(planned.needed)} of memory, {amount(planned.free)} are free"
            self.step.put(fits + (f"; to fit, {planned.changed}." if planned.changed else "."))
        else:
            self.step.put("Choose what to learn from, and a model: then its records are shown here.")
        self.foot.put(self._foot())
        self.form.redraw()
        self.preview.redraw()

    def _foot(self) -> str:
        control = self._control
        if control.job is not None:
            return "x stop, it can go on later   esc goes back, it goes on"
        if control.finished is not None:
            merged = "" if control.ran is None or control.ran.plan.method == "full" else "c compare with its base   "
            return f"l load it   {merged}n another run   esc goes back"
        if control.last is not None:
            return "s go on   n change something   esc goes back"
        return "enter changes   s start   j k choose   d u scroll   esc goes back"

    # ── choosing ─────────────────────────────────────────────────────────────────────────────────────────────

    def on_rows_moved(self, event: Rows.Moved) -> None:
        event.stop()
        if self.form.item is not None:
            self.why.put(self.form.item.why)

    def on_rows_opened(self, event: Rows.Opened) -> None:
        event.stop()
        choice: Choice = event.item
        if choice.values:
            self._draft.step(choice)
            self._control.look()
        elif choice.name == "data":
            hint = "tab completes   enter chooses   esc goes back"
            chooser = Chooser(choice.label, self._data, placeholder="a file", hint=hint, free=True, empty="no file")
            desk(self).put_over(chooser, self._put(choice))
        elif choice.name == "model":
            self._choose_model(choice)
        else:
            value, _ = self._draft.shown(choice)
            text = "" if value == "enter chooses" else value.replace(",", "")
            desk(self).put_over(Prompt(choice.label, text, choice.why), self._put(choice))

    def _data(self, typed: str) -> list[Entry]:
        own = [Entry(OWN, OWN_TOLD, "judged answers and accepted code")]
        return [*(own if OWN.startswith(typed.strip().lower()) else []), *self._files(typed)]

    def _put(self, choice: Choice) -> Callable[[str | None], None]:
        def then(typed: str | None) -> None:
            if typed is None:
                return
            try:
                self._draft.put(choice, typed)
            except UsageError as error:
                desk(self).say(error.message, trouble=True)
                return
            if choice.name in ("data", "model") and self._draft.ready and not self._draft.output:
                self._draft.output = str(_free(desk(self).places.models_folder, self._draft))
            self._control.look()

        return then

    def _choose_model(self, choice: Choice) -> None:
        def look(workbench: "Workbench", cancel: Any) -> Any:
            found = [each for each in workbench.models.on_disk() if each.kind == "safetensors"]
            return [[Entry(each.id, one_line(each.id), f"{amount(each.bytes)} · {each.source}") for each in found]]

        def offer(entries: list[Entry]) -> None:
            def find(text: str) -> list[Entry]:
                typed = text.strip()
                return matching(entries, typed) or [Entry(typed, typed, "folder or hub id on disk")]

            desk(self).put_over(Chooser(choice.label, find, hint="enter chooses   esc goes back"), self._put(choice))

        desk(self).jobs.run(look, offer)

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────

    def action_start(self) -> None:
        self._control.start()

    def action_stop(self) -> None:
        self._control.stop()
        self._changed()

    def action_another(self) -> None:
        """The form again."""
        if self._control.job is None:
            self._control.last = None
            self._draft.output = "" if self._control.finished else self._draft.output
            self._control.look()

    def action_load(self) -> None:
        if self._control.finished is not None:
            self.dismiss("load")

    def action_compare(self) -> None:
        done, ran = self._control.finished, self._control.ran
        if done is not None and ran is not None and ran.plan.method == "lora":
            self.dismiss("compare " + shlex.join((ran.model, f"{ran.model}+{done.output}")))

    def action_scroll(self, by: int) -> None:
        self.scroller.scroll_relative(y=by, animate=False)


def _free(folder: Path, draft: Draft) -> Path:
    """A folder that is not there yet, named after model and records."""
    stem = OWN if draft.data == OWN else Path(draft.data).stem
    name = one_line(f"{Path(draft.model).name}-{stem}", 60).replace("/", "-") or "tuned"
    made, number = folder / name, 2
    while made.exists():
        made, number = folder / f"{name}-{number}", number + 1
    return made
