"""The passages that a person pins, excludes or asks alone, and what the prompt would hold with them."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from phitui.app.desk import Desk
from phitui.app.jobs.job import Job
from phitui.app.panes.passages import PassagesPane
from phitui.app.requests import AlonePassage, Answers, ExcludePassage, JudgePassage, MorePassages, PinPassage
from phitui.events import PromptPacked
from phitui.text import one_line

if TYPE_CHECKING:
    from phitui.answers.turn import Turn
    from phitui.records import Hit

NOTHING: frozenset[int] = frozenset()


class PassageSelection:
    """Sets of passage ids. Each change packs the prompt anew, and nothing is asked by it."""

    def __init__(self, desk: Desk, pane: PassagesPane, shown: "Callable[[], tuple[Turn | None, int | None]]"):
        """`shown` says whose passages are shown, and the number of its conversation."""
        self._desk, self._pane, self._shown = desk, pane, shown
        self.pinned = self.excluded = self.only = NOTHING
        self.preview: PromptPacked | None = None
        """What would be asked now, where that is not what was asked."""
        self._job: Job | None = None

    def answers(self) -> Answers:
        return {
            PinPassage: lambda request: self.pin(request.passage_id),
            ExcludePassage: lambda request: self.exclude(request.passage_id),
            MorePassages: lambda request: self.weigh(request.turn),
            AlonePassage: lambda request: self.alone(request.passage_id),
            JudgePassage: lambda request: self.judge(request.question, request.passage_id),
        }

    def pin(self, passage_id: int) -> None:
        """Pins a passage, or lets it go again."""
        self._choose(self.pinned ^ {passage_id}, self.excluded - {passage_id}, self.only)

    def exclude(self, passage_id: int) -> None:
        """Excludes a passage, or lets it back in."""
        self._choose(self.pinned - {passage_id}, self.excluded ^ {passage_id}, self.only - {passage_id})

    def alone(self, passage_id: int) -> None:
        """Asks this passage alone, or with those that are asked alone already; or no longer."""
        self._choose(self.pinned, self.excluded - {passage_id}, self.only ^ {passage_id})

    def weigh(self, turn: "Turn") -> None:
        """Shows what else was weighed for it, behind the passages that it keeps."""

        def take(hits: "list[Hit]") -> None:
            if turn is self._pane.turn:
                self._pane.add_weighed(hits)
                self.show()

        self._desk.jobs.run(lambda workbench, cancel: [workbench.weighed(turn)], take, self._ended)

    def judge(self, question: str, passage_id: int) -> None:
        """Marks a passage as the right one for a question."""
        self._desk.jobs.do(
            lambda workbench: workbench.library.conversations.judge(question, passage_id),
            lambda problem: self._desk.say(problem or "Marked as the right passage for this question."),
        )

    def keep(self, pinned: frozenset[int], excluded: frozenset[int]) -> None:
        """Those of another conversation."""
        self.pinned, self.excluded, self.only = pinned, excluded, NOTHING
        self._forget()

    def asked(self) -> None:
        """A question is asked with them: passages asked alone were chosen for that one."""
        self.only = NOTHING
        self._forget()

    def show(self) -> None:
        """The passages of the turn in use, with what has become of them, or would become."""
        turn, _ = self._shown()
        self._pane.show(turn, self.pinned, self.excluded, self.only, self.preview)

    def _choose(self, pinned: frozenset[int], excluded: frozenset[int], only: frozenset[int]) -> None:
        self.pinned, self.excluded, self.only = pinned, excluded, only
        self.show()
        self.repack()

    def _forget(self) -> None:
        self.preview = None
        if self._job is not None:
            self._job.detached = True
            self._job = None

    def repack(self) -> None:
        """Fits the passages of the turn in use into the prompt anew."""
        turn, conversation = self._shown()
        self._forget()
        if turn is None or not turn.hits or turn.reading:
            return
        asked = frozenset(turn.pinned), frozenset(turn.excluded), frozenset(turn.only)
        if asked == (self.pinned, self.excluded, self.only):
            self.show()
            self._desk.refresh_state()
            return
        pinned, excluded, only = self.pinned, self.excluded, self.only
        self._job = self._desk.jobs.run(
            lambda workbench, cancel: [
                workbench.repack(turn, conversation, pinned=pinned, excluded=excluded, only=only)
            ],
            self._packed,
            self._ended,
        )

    def _packed(self, packed: PromptPacked | None) -> None:
        self.preview = packed
        if packed is None:
            self._desk.say("What fits is shown once the model is loaded: r asks again.")
        self.show()
        self._desk.refresh_state()

    def _ended(self, problem: str | None) -> None:
        if problem:
            self._desk.say(one_line(problem), trouble=True)
