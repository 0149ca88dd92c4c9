"""The passages that a person pins, excludes or asks alone, and what the prompt would hold with them."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from phitui.app.desk import Desk
from phitui.app.jobs.job import Job
from phitui.app.panes.passages import PassagesPane
from phitui.app.requests import (
    AlonePassage,
    Answers,
    ComparePassages,
    ExcludePassage,
    JudgePassage,
    MorePassages,
    OpenPage,
    PinPassage,
    Place,
)
from phitui.events import PromptPacked
from phitui.text import one_line

if TYPE_CHECKING:
    from phitui.answers.turn import Turn
    from phitui.records import Hit
    from phitui.workbench import Workbench

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
        self._judged, self._judged_for = NOTHING, ""
        """The passages that are marked as right for a question."""

    def answers(self) -> Answers:
        return {
            PinPassage: lambda request: self.pin(request.passage_id),
            ExcludePassage: lambda request: self.exclude(request.passage_id),
            MorePassages: lambda request: self.weigh(request.turn),
            AlonePassage: lambda request: self.alone(request.passage_id),
            JudgePassage: lambda request: self.judge(request.question, request.passage_id),
            ComparePassages: self.compare,
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
        """Marks a passage as the right one for a question; one that is so marked, no longer."""
        back = passage_id in self._judged

        def work(workbench: "Workbench") -> None:
            if back:
                workbench.library.conversations.take_back(question, passage_id)
            else:
                workbench.library.conversations.judge(question, passage_id)

        def done(problem: str | None) -> None:
            taken = "Taken back." if back else "Marked as the right passage for this question; again: takes it back."
            self._desk.say(problem or taken, trouble=bool(problem))
            self._read_judged(question)

        self._desk.jobs.do(work, done)

    def _read_judged(self, question: str) -> None:
        def take(found: frozenset[int]) -> None:
            if question == self._judged_for and found != self._judged:
                self._judged = found
                self.show()

        self._judged_for = question
        self._desk.jobs.run(lambda workbench, cancel: [workbench.library.conversations.judged(question)], take)

    def compare(self, request: ComparePassages) -> None:
        """Shows two passages beside each other, and the page of one of them where that is wanted."""
        from phitui.app.screens.pairs.two_passages import TwoPassages

        hits = {"1": request.one, "2": request.other}

        def then(number: str | None) -> None:
            if number is not None:
                self._pane.post_message(OpenPage(Place.of(hits[number]), [Place.of(each) for each in hits.values()]))

        self._desk.put_over(TwoPassages(request.one, request.other, request.query), then)

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
        if turn is not None and turn.hits and turn.question != self._judged_for:
            self._judged = NOTHING
            self._read_judged(turn.question)
        self._pane.show(turn, self.pinned, self.excluded, self.only, self.preview, self._judged)

    def _choose(self, pinned: frozenset[int], excluded: frozenset[int], only: frozenset[int]) -> None:
        self.pinned, self.excluded, self.only = pinned, excluded, only
        self.show()
        self.repack()

    def _forget(self) -> None:
        self.preview = None
        if self._job is not None:
            self._job.detached = True
            self._job = None

    def repack(self, *, anew: bool = False) -> None:
        """Fits the passages of the turn in use into the prompt; `anew`: also where they are as they were asked."""
        turn, conversation = self._shown()
        self._forget()
        if turn is None or not turn.hits or turn.reading:
            return
        asked = frozenset(turn.pinned), frozenset(turn.excluded), frozenset(turn.only)
        if asked == (self.pinned, self.excluded, self.only) and not anew:
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
