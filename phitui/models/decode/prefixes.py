"""Caches of texts that were read before: a conversation that goes on reads only what is new."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from phitui.models.decode.runner import Runner

WORTH_KEEPING = 32
"""Tokens; reading fewer again costs less than moving a cache."""


@dataclass(slots=True)
class _Parked:
    held: list[int]
    saved: Any
    size: int


class Prefixes:
    """Parks a cache when another conversation needs the place, and finds it again; the least recently used go out."""

    def __init__(self, budget: int):
        """`budget`: bytes that parked caches may take."""
        self._budget = budget
        self._parked: list[_Parked] = []

    def begin(self, cache: "Runner", tokens: Sequence[int]) -> int:
        """Makes `cache` hold the longest beginning of `tokens` that is known; returns its length.

        At least one token is left to read: its logits are what is wanted. `cache.held` is cut to that length.
        """
        common = shared(cache.held, tokens)
        best = max(self._parked, key=lambda each: shared(each.held, tokens), default=None)
        reach = shared(best.held, tokens) if best else 0
        found = best if best is not None and reach > common + WORTH_KEEPING else None
        if found is not None:
            self._parked.remove(found)
        if len(cache.held) - (0 if found else common) > max(WORTH_KEEPING, common):
            self._park(cache)
        if found is not None:
            cache.restore(found.saved, found.held)
            common = reach
        common = min(common, len(tokens) - 1)
        cache.held = cache.held[:common]
        return common

    def clear(self) -> None:
        """Drops all that is parked."""
        self._parked.clear()

    def _park(self, cache: "Runner") -> None:
        covered = [each for each in self._parked if shared(each.held, cache.held) == len(each.held)]
        for each in covered:
            self._parked.remove(each)
        if cache.size > self._budget:
            return
        self._parked.append(_Parked(list(cache.held), cache.save(), cache.size))
        while sum(each.size for each in self._parked) > self._budget:
            self._parked.pop(0)


def shared(one: Sequence[int], other: Sequence[int]) -> int:
    """Length of the longest common beginning."""
    length = min(len(one), len(other))
    if list(one[:length]) == list(other[:length]):
        return length
    return next(i for i in range(length) if one[i] != other[i])
