"""How well search finds, quotes and refuses in this library: bars by arm and a refusal curve, while it is measured."""

from collections.abc import Sequence
from threading import Event as ThreadEvent
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from phitui.app import keys
from phitui.app.desk import desk
from phitui.app.theme import Ink
from phitui.app.widgets.dialog import Panel, Words
from phitui.app.widgets.rows import Lined
from phitui.app.widgets.texts import bar, plural, score, wrapped
from phitui.evaluation.measure import SETTINGS, Measured, Refusal, figures

if TYPE_CHECKING:
    from phitui.app.jobs.job import Job
    from phitui.workbench import Workbench

MADE_QUESTIONS = 100
"""Made of the documents where few passages are marked: some ten seconds."""
FEWEST_MARKED = 5
"""With fewer marked passages made questions come first."""
LABELS = {"lexical": "words", "dense": "meaning", "plain": "both, added", "fused": "phitui"}
SHOWN = ("recall@1", "recall@3", "recall@5")
NAME = 15
"""Columns of a name."""
AROUND = 10
"""Lines of the screen that the figures cannot have."""
PLOT_ROWS = 7
STEPS = 50
"""Columns of the refusal curve, from threshold 0 to 1."""


class Figures(Lined):
    """What was measured so far."""

    DEFAULT_CSS = "Figures { height: auto; padding: 0 1; background: $panel; }"

    def __init__(self) -> None:
        super().__init__()
        self.measured: list[Measured] = []
        self._drawn: tuple[int, int, Ink, list[Content]] | None = None

    def changed(self) -> None:
        """Draws anew."""
        self.refresh(layout=True)

    def _lines(self, width: int) -> list[Content]:
        ink = desk(self).ink
        seen = self._drawn
        if seen is None or seen[:2] != (len(self.measured), width) or seen[2] is not ink:
            lines = [*_bars(self.measured, width, ink), *_quotes(self.measured, width, ink)]
            lines += _curve(Refusal.of(self.measured), width, ink)
            seen = self._drawn = (len(self.measured), width, ink, lines if self.measured else [])
        return seen[3]


def _bars(measured: Sequence[Measured], width: int, ink: Ink) -> list[Content]:
    """A line a setting, a bar a figure."""
    room = (width - NAME) // len(SHOWN)
    cells = max(4, room - 6)
    heads = ("first", "in the first 3", "in the first 5")
    lines = [Content.styled("right passage".ljust(NAME) + "".join(head.ljust(room) for head in heads), ink.soft)]
    for setting in SETTINGS:
        row = figures(measured, setting)
        best = setting == "fused"
        line = Content.styled(LABELS[setting].ljust(NAME), ink.strong if best else ink.text)
        for name in SHOWN:
            value = row[name]
            cell = f"{score(value):>4}".ljust(room - cells)
            line += Content.styled(bar(value, cells) if value else "▁" * cells, ink.accent if best else ink.soft)
            line += Content.styled(f" {cell}"[: room - cells], ink.strong if best else ink.text)
        lines.append(line)
    return lines


def _quotes(measured: Sequence[Measured], width: int, ink: Ink) -> list[Content]:
    row = figures(measured, "fused")
    if row["answer_in_quotes"] is None:
        return []
    told = f"{score(row['answer_in_first_quote'])} in the first quote, {score(row['answer_in_quotes'])} in one of three"
    return [Content(""), *wrapped(Content.styled(f"Answers quoted: {told}.", ink.text), width)]


def _curve(refusal: Refusal, width: int, ink: Ink) -> list[Content]:
    """Shares against the threshold: what is wrongly refused grows, what is wrongly answered falls."""
    refused, accepted = refusal.refused(refusal.threshold), refusal.accepted(refusal.threshold)
    if refused is None:
        return []
    said = f"Refused as not in your documents: {refused:.1%} of {plural(len(refusal.answerable), 'question')}"
    if accepted is None:
        return [Content(""), *wrapped(Content.styled(said + ".", ink.text), width)]
    said += f"; answered although their document was left out: {accepted:.1%}."
    steps = max(10, min(STEPS, width - 8))
    grid = [[" "] * (steps + 1) for _ in range(PLOT_ROWS)]
    used = round(refusal.threshold * steps)
    for row in grid:
        row[used] = "·"
    for at in range(steps + 1):
        for value, mark in ((refusal.accepted(at / steps), "o"), (refusal.refused(at / steps), "x")):
            grid[round((1 - (value or 0.0)) * (PLOT_ROWS - 1))][at] = mark
    lines = [Content(""), *wrapped(Content.styled(said, ink.text), width)]
    for number, row in enumerate(grid):
        share = 1 - number / (PLOT_ROWS - 1)
        line = Content.styled(
            f"{share:>4.0%} │" if number in (0, PLOT_ROWS // 2, PLOT_ROWS - 1) else "     │", ink.soft
        )
        for sign in row:
            line += Content.styled(sign, {"x": ink.trouble, "o": ink.accent}.get(sign, ink.soft))
        lines.append(line)
    axis = f"     0{'threshold'.center(steps - 1)}1"
    lines.append(Content.styled(axis, ink.soft))
    lines.append(
        Content.styled("     x", ink.trouble)
        + Content.styled(" refused wrongly   ", ink.text)
        + Content.styled("o", ink.accent)
        + Content.styled(f" answered wrongly   · in use: {refusal.threshold:.2f}", ink.text)
    )
    return lines


class Evaluation(Panel):
    """Begins with marked passages where there are enough, else with questions made of the documents."""

    DEFAULT_CSS = """
    Evaluation > .panel { width: 100; margin-top: 1; max-height: 96%; }
    Evaluation VerticalScroll { height: auto; background: $panel; scrollbar-size: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.bindings("evaluation"),
        Binding("f1,question_mark", "app.help", show=False),  # a modal screen keeps keys from the app
    ]

    def __init__(self, scope: str = "") -> None:
        """`scope` is what the documents asked are narrowed to, as it is written; empty for all."""
        super().__init__()
        self._scope = scope
        self.figures = Figures()
        self.source, self.step = Words(), Words()
        self.scroller = VerticalScroll(self.figures)
        self.job: Job | None = None
        self._total = 0
        self._drawing = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield Words("Evaluate", strong=True)
            yield self.source
            yield self.step
            yield self.scroller
            yield Words("m marked   s made   x stop   j k scroll   esc goes back")

    def on_mount(self) -> None:
        self.scroller.focus()
        self.action_begin(None)

    def on_resize(self, event: events.Resize) -> None:
        self.scroller.styles.max_height = max(3, event.size.height - AROUND)

    def on_unmount(self) -> None:
        self._leave()

    def action_begin(self, made: bool | None) -> None:
        """Measures anew; None chooses by what is marked."""
        self._leave()
        self.figures.measured = []
        self.figures.changed()
        self.source.put("")
        self.step.put("looking for questions")

        def source(workbench: "Workbench", cancel: ThreadEvent) -> Any:
            marked = [] if made else workbench.known_questions(None)
            few = len(marked) < FEWEST_MARKED and made is None
            questions = workbench.known_questions(MADE_QUESTIONS) if made or few else marked
            yield (len(questions), bool(made or few))
            yield from workbench.measure(questions, cancel, leave_out=True)

        self.job = desk(self).jobs.run(source, self._take, self._done, "Evaluation")

    def _leave(self) -> None:
        if self.job is not None:
            self.job.cancel.set()
            self.job.detached = True
            self.job = None

    def _take(self, event: Any) -> None:
        if isinstance(event, Measured):
            self.figures.measured.append(event)
            if not self._drawing:  # once for all that came together
                self._drawing = True
                self.call_later(self._draw)
            return
        self._total, made = event
        if made:
            self.source.put(
                f"{plural(self._total, 'question')} made of your documents: a first estimate. Mark right passages with "
                f"R while reading: {FEWEST_MARKED} or more are asked instead."
            )
        else:
            among = f" in documents with {self._scope}" if self._scope else ""
            self.source.put(f"{plural(self._total, 'question')} whose right passage{among} you marked.")

    def _draw(self) -> None:
        self._drawing = False
        done = len(self.figures.measured)
        if self.job is not None and done < self._total:
            self.step.put(f"{bar(done / self._total, 20)}  {done} of {self._total}")
        self.figures.changed()

    def _done(self, problem: str | None) -> None:
        self.job = None
        done = len(self.figures.measured)
        if problem:
            self.step.put(problem, trouble=True)
        elif not self._total:
            self.step.put("There is nothing to ask: add documents (^o), or mark right passages with R.")
        else:
            self.step.put("" if done == self._total else f"stopped after {done} of {self._total}")
        self._draw()

    def action_stop(self) -> None:
        if self.job is not None:
            self.job.cancel.set()

    def action_scroll(self, by: int) -> None:
        self.scroller.scroll_relative(y=by, animate=False)
