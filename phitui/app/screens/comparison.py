"""The same question and passages to several models: their answers beside each other, and a blind vote."""

import random
from collections.abc import Callable, Sequence
from threading import Event as ThreadEvent
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from phitui.app import keys
from phitui.app.desk import desk
from phitui.app.widgets.dialog import Panel, Words
from phitui.app.widgets.rows import Lined
from phitui.app.widgets.texts import wrapped
from phitui.errors import PhituiError
from phitui.evaluation.comparison.side_by_side import Answered, answers
from phitui.evaluation.comparison.variants import Variant
from phitui.evaluation.comparison.votes import FOLDER, Votes
from phitui.evaluation.comparison.word_diff import word_diff
from phitui.evaluation.questions import Question
from phitui.events import Failed, ModelLoading, TokensArrived
from phitui.text import one_line
from phitui.wording import answer_figures

if TYPE_CHECKING:
    from phitui.app.jobs.job import Job
    from phitui.workbench import Workbench

BESIDE = 100
"""Columns of the screen from which answers stand beside each other; else one stands above the other."""
AROUND = 9
"""Lines of the screen that the answers cannot have."""


class Answers(Lined):
    """What each has said so far."""

    DEFAULT_CSS = "Answers { height: auto; padding: 0 1; background: $panel; }"

    def __init__(self, names: Sequence[str]):
        super().__init__()
        self.names = list(names)
        """In the order in which they stand."""
        self.texts = dict.fromkeys(names, "")
        self.done: dict[str, Answered] = {}
        self.named = self.differing = False
        self._drawn: list[Content] = []

    def _lines(self, width: int) -> list[Content]:
        if self._width != width:
            self._width, self._drawn = width, self._all(width)
        return self._drawn

    def _all(self, width: int) -> list[Content]:
        if width < BESIDE - 6:
            return [line for place in range(len(self.names)) for line in (*self._one(place, width), Content(""))]
        room = (width - 3 * (len(self.names) - 1)) // len(self.names)
        columns = [self._one(place, room) for place in range(len(self.names))]
        ink = desk(self).ink
        lines = []
        for row in range(max(map(len, columns))):
            line = Content("")
            for place, column in enumerate(columns):
                cell = column[row] if row < len(column) else Content("")
                line += cell.truncate(room, ellipsis=True, pad=True)
                line += Content.styled(" │ ", ink.soft) if place < len(columns) - 1 else Content("")
            lines.append(line)
        return lines

    def _one(self, place: int, width: int) -> list[Content]:
        ink, name = desk(self).ink, self.names[place]
        head = f"{place + 1}  {one_line(name, width - 4) if self.named else 'answer ' + 'ABCD'[place]}"
        lines = wrapped(Content.styled(head, ink.strong), width)
        text, first = self.texts[name], self.texts[self.names[0]]
        if self.differing and place and len(self.done) == len(self.names):
            text = word_diff(first, text) if text != first else "the same words"
        for part in text.split("\n"):
            lines += wrapped(Content.styled(part, ink.text), width)
        lines += wrapped(Content.styled(self._figures(name), ink.soft), width)
        return lines

    def _figures(self, name: str) -> str:
        each = self.done.get(name)
        if each is None:
            return "…" if self.texts[name] else "waits"
        return answer_figures(each, speed=self.named)  # how quick it is could give it away


class Comparison(Panel):
    """Asks in turn; the order in which the answers stand says nothing of the models."""

    DEFAULT_CSS = """
    Comparison > .panel { width: 100%; max-width: 100%; margin-top: 0; max-height: 100%; }
    Comparison VerticalScroll { height: auto; background: $panel; scrollbar-size: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.bindings("comparison"),
        Binding("f1,question_mark", "app.help", show=False),  # a modal screen keeps keys from the app
    ]

    def __init__(self, question: str, names: Sequence[str], then: Callable[[], object]):
        """`then` is called once the model of before is back."""
        super().__init__()
        self._question, self._then = question, then
        self.answers = Answers(random.sample(list(names), len(names)))
        self.step, self.told = Words(), Words()
        self.scroller = VerticalScroll(self.answers)
        self.job: Job | None = None
        self._current = ""
        self._voted = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield Words(one_line(self._question, 200), strong=True)
            yield self.step
            yield self.scroller
            yield self.told
            yield Words("1 2 better   0 alike   n names   d differences   x stop   j k scroll   esc goes back")

    def on_mount(self) -> None:
        self.scroller.focus()
        question, names = self._question, list(self.answers.names)

        def source(workbench: "Workbench", cancel: ThreadEvent) -> Any:
            before = workbench.models.model, workbench.models.adapters
            variants = [Variant.of(name, workbench.settings) for name in names]

            def ask(request: Any) -> Any:
                return workbench.ask(request, cancel)

            beside = workbench.asks_beside(variants, cancel)
            try:
                for event in answers(variants, [Question(question)], ask, workbench.models.change, beside):
                    yield event
                    if cancel.is_set():
                        return
            finally:
                for _ in workbench.models.change(*before):
                    pass

        self.job = desk(self).jobs.run(source, self._take, self._done, "Comparison")

    def on_resize(self, event: events.Resize) -> None:
        self.scroller.styles.max_height = max(3, event.size.height - AROUND)

    def on_unmount(self) -> None:
        if self.job is not None:
            self.job.cancel.set()

    def _take(self, event: Any) -> None:
        if isinstance(event, Variant):
            self._current = event.name
            self.step.put(f"answer {len(self.answers.done) + 1} of {len(self.answers.names)}")
        elif isinstance(event, ModelLoading):
            self.step.put("loading a model")
        elif isinstance(event, TokensArrived):
            self.answers.texts[self._current] += event.text
            self.answers.redraw()
        elif isinstance(event, Failed):
            self.step.put(event.message, trouble=True)
        elif isinstance(event, Answered):
            self.answers.done[event.variant.name] = event
            self.answers.texts[event.variant.name] = event.turn.answer
            self.answers.redraw()

    def _done(self, problem: str | None) -> None:
        self.job = None
        self._then()
        if not self.is_attached:
            return
        if problem:
            self.step.put(problem, trouble=True)
        elif len(self.answers.done) == len(self.answers.names):
            self.step.put("Which answer is better? Its number votes for it.")
        else:
            self.step.put("stopped")
        self.answers.redraw()

    def action_vote(self, number: int) -> None:
        """That answer is the best."""
        if number <= len(self.answers.names):
            self._vote(self.answers.names[number - 1])

    def action_vote_alike(self) -> None:
        self._vote(None)

    def _vote(self, best: str | None) -> None:
        if self._voted or len(self.answers.done) < len(self.answers.names):
            self.told.put("Voted already." if self._voted else "Wait until all have answered.")
            return
        votes = Votes(desk(self).places.data / FOLDER)
        try:
            votes.add(self._question, self.answers.names, best, blind=not self.answers.named)
        except (OSError, PhituiError) as error:
            self.told.put(f"The vote is not kept: {one_line(str(error), 120)}", trouble=True)
            return
        self._voted = True
        if best is not None:
            turn = self.answers.done[best].turn
            desk(self).jobs.do(lambda workbench: workbench.pairs.keep_answer(turn))
        counts = votes.of(self.answers.names)
        sums = [f"{one_line(name, 40)} {counts[name]}" for name in self.answers.names]
        self.told.put(f"Votes so far: {', '.join(sums)}, alike {counts[None]}.")
        self.action_names()

    def action_names(self) -> None:
        self.answers.named = True
        self.answers.redraw()

    def action_words(self) -> None:
        self.answers.differing = not self.answers.differing
        self.answers.redraw()

    def action_stop(self) -> None:
        if self.job is not None:
            self.job.cancel.set()

    def action_scroll(self, by: int) -> None:
        self.scroller.scroll_relative(y=by, animate=False)
