"""The conversation's turns as a tree, of which one branch is shown; a question that is changed begins another."""

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from phitui.app.control.scope import ScopeControl
from phitui.app.desk import Desk
from phitui.app.panes.chat import ChatPane, Waiting
from phitui.app.panes.exchange import Exchange
from phitui.app.requests import Answers, CompareAnswers
from phitui.values import dataclass

if TYPE_CHECKING:
    from phitui.answers.turn import Turn


@dataclass(frozen=True, slots=True)
class LeftAt:
    """Where a conversation was left: its last turn (of that branch), the one at the top of the view, and its line."""

    last: int | None
    top: int | None
    line: int


class Branches:
    """Which of the turns stand in the chat."""

    def __init__(self, desk: Desk, chat: ChatPane, scope: ScopeControl):
        self._desk, self._chat, self._scope = desk, chat, scope
        self.turns: list[Turn] = []
        """All of the conversation, oldest first."""
        self.changed: Turn | None = None
        """The question in whose place the next one is asked."""

    def answers(self) -> Answers:
        return {CompareAnswers: lambda request: self.compare(request.turn)}

    def compare(self, turn: "Turn") -> None:
        """Shows any two answers to this question, of either wording: first this one and the one before it."""
        from phitui.answers.past.branches import way
        from phitui.app.screens.pairs.two_answers import TwoAnswers

        level = next((each for each in way(self.turns, turn) if turn in each.turns), None)
        answered = [each for fork in level.forks for each in fork.turns] if level else []
        if len(answered) < 2:
            self._desk.say("There is one answer to this question: b changes it, r asks it again.")
            return
        named = [(each, self._scope.names(each.documents)) for each in answered]
        self._desk.put_over(TwoAnswers(named, answered.index(turn)))

    async def open(self, turns: "Sequence[Turn]", left: LeftAt | None = None) -> None:
        """Another conversation, at its latest turn, or where it was left."""
        self.turns, self.changed = list(turns), None
        self._chat.header.set("")
        through = next((each for each in turns if left and left.last is not None and each.turn_id == left.last), None)
        shown = self._exchanges(through)
        at = next((n for n, (each, _) in enumerate(shown) if left and left.top and each.turn_id == left.top), None)
        await self._chat.transcript.open(shown, at, left.line if left else 0)

    @property
    def left(self) -> LeftAt:
        """Where it would be left now."""
        transcript = self._chat.transcript
        last = transcript.last
        return LeftAt(last.turn_id if last else None, *transcript.top)

    def _exchanges(self, through: "Turn | None" = None) -> list[Waiting]:
        if not self.turns:
            return []
        from phitui.answers.past.branches import way

        made: list[Waiting] = []
        for level in way(self.turns, through):
            for before, turn in pairwise([None, *level.turns]):
                if turn is not None:
                    branch = level.shown + 1, len(level.forks)
                    made.append((turn, partial(self._exchange, turn, before, branch)))
        return made

    def _exchange(self, turn: "Turn", before: "Turn | None", branch: tuple[int, int]) -> Exchange:
        made = Exchange(turn, "", before, self._scope.names(turn.documents))
        made.branch = branch
        return made

    def begin(self, turn: "Turn") -> None:
        """Puts a question back into the composer."""
        self.changed = turn
        composer = self._chat.composer
        composer.load_text(turn.question)
        composer.move_cursor(composer.document.end)
        self._chat.header.set("changing a question · esc leaves it")

    def let_go(self) -> bool:
        """The question that was being changed stays as it is; whether there was one."""
        if self.changed is None:
            return False
        self.changed = None
        self._chat.composer.clear()
        self._chat.header.set("")
        return True

    async def open_above(self, turn: "Turn") -> None:
        """Shows what was asked before that question: another one takes its place."""
        shown = self._exchanges(turn)
        place = next((n for n, (each, _) in enumerate(shown) if each.question == turn.question), len(shown))
        self.changed = None
        self._chat.header.set("")
        await self._chat.transcript.open(shown[:place])

    async def step(self, turn: "Turn", by: int) -> "Turn | None":
        """Shows the wording before or after this one and returns its latest turn; None where there is no other."""
        from phitui.answers.past.branches import way

        level = next((each for each in way(self.turns, turn) if turn in each.turns), None)
        place = level.shown + by if level else -1
        if level is None or not 0 <= place < len(level.forks):
            self._desk.say("There is no other wording of this question: b makes one.")
            return None
        latest = level.forks[place].latest
        await self._chat.transcript.open(self._exchanges(latest))
        return latest
