"""A conversation as a tree: a question that was changed and asked again begins a branch beside the one it was."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from phitui.answers.turn import Turn


@dataclass(slots=True, eq=False)
class Fork:
    """One wording of a question with all its answers, oldest first, and what was asked after them."""

    turns: list[Turn]
    above: "Fork | None"
    latest: Turn
    """The turn asked last, here or below."""
    below: "list[Fork]" = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Level:
    """What stands at one place of the way through the tree: `forks` are all wordings, `shown` the index of this one."""

    forks: Sequence[Fork]
    shown: int

    @property
    def turns(self) -> list[Turn]:
        """Those that are shown."""
        return self.forks[self.shown].turns


def _place(turn: Turn) -> float:
    return float("inf") if turn.turn_id is None else turn.turn_id


def way(turns: Sequence[Turn], through: Turn | None = None) -> list[Level]:
    """The way from the first question through that turn to the latest one below it; without it, through the latest.

    `turns` are in the order in which they were asked. A turn follows its parent; where none is named, the one before.
    """
    first: list[Fork] = []
    made: list[Fork] = []
    of_turn: dict[int, Fork] = {}
    holds: Fork | None = None
    last: Fork | None = None
    for turn in turns:
        above = None if turn.begins else of_turn.get(turn.parent_id or 0, last)
        beside = above.below if above else first
        fork = next((each for each in beside if each.turns[0].question == turn.question), None)
        if fork is None:
            fork = Fork([], above, turn)
            beside.append(fork)
            made.append(fork)
        fork.turns.append(turn)
        last = fork
        if turn.turn_id is not None:
            of_turn[turn.turn_id] = fork
        if turn is through:
            holds = fork
    for fork in reversed(made):  # what is below was made later: a thousand questions deep, this does not recurse
        fork.latest = max((each.latest for each in fork.below), key=_place, default=fork.turns[-1])
    wanted: set[Fork] = set()
    while holds is not None:
        wanted.add(holds)
        holds = holds.above
    levels: list[Level] = []
    forks = first
    while forks:
        shown = next((each for each in forks if each in wanted), None) or max(
            forks, key=lambda each: _place(each.latest)
        )
        levels.append(Level(forks, forks.index(shown)))
        forks = shown.below
    return levels
