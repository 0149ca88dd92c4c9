"""What a proposal would change in a text, hunk by hunk."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines that stand there now and those that would take their place; `start` counts lines from 0."""

    start: int
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of the diff. `hunk` is the number of the hunk that it belongs to, None where nothing changes."""

    sign: Literal[" ", "-", "+"]
    text: str
    hunk: int | None


def hunks(before: str, after: str) -> list[Hunk]:
    """The changes that lead from one text to the other, in order."""
    old, new = before.splitlines(), after.splitlines()
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [
        Hunk(start, tuple(old[start:end]), tuple(new[first:last]))
        for kind, start, end, first, last in matcher.get_opcodes()
        if kind != "equal"
    ]


def merged(before: str, changes: Sequence[Hunk], accepted: Collection[int]) -> str:
    """The text with the accepted ones of the changes made, by their numbers; all of them make the proposal."""
    old = before.splitlines()
    made: list[str] = []
    at = 0
    for number, hunk in enumerate(changes):
        made += old[at : hunk.start]
        made += hunk.after if number in accepted else hunk.before
        at = hunk.start + len(hunk.before)
    made += old[at:]
    return "".join(f"{line}\n" for line in made)


def lines(before: str, changes: Sequence[Hunk], around: int = 3) -> list[DiffLine]:
    """The diff as it is shown: each change with `around` lines that stay before and behind it."""
    old = before.splitlines()
    shown: list[DiffLine] = []
    at = 0
    for number, hunk in enumerate(changes):
        last = hunk.start + len(hunk.before)
        first = max(at, hunk.start - around)
        shown += [DiffLine(" ", each, None) for each in old[first : hunk.start]]
        shown += [DiffLine("-", each, number) for each in hunk.before]
        shown += [DiffLine("+", each, number) for each in hunk.after]
        following = changes[number + 1].start if number + 1 < len(changes) else len(old)
        at = min(following, last + around)
        shown += [DiffLine(" ", each, None) for each in old[last:at]]
    return shown
