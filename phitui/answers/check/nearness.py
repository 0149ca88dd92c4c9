"""How near a short answer stands, in a source, to what its question asks about.

A sentence may hold several answers of one kind ("Peru with 13 %, Colombia with 10 %"): the right one stands beside the
words of the question.
"""

import re
from collections.abc import Sequence

from phitui.answers.evidence.claims import wording

NEAR = 5
"""Words apart at which a word of the question counts half."""
BESIDE = 6
"""Words apart up to which it counts as standing beside."""
_WORD = re.compile(r"[^\W_]+(?:['’.,][^\W_]+)*")


def nearness(answer: str, question: str, text: str) -> tuple[float, float, float]:
    """(nearness, share of the question's words beside it, how much nearer another answer of its kind stands).

    Each 0 to 1; 0 where the answer does not stand there. Of several places the nearest counts.
    """
    there = [match.group() for match in _WORD.finditer(text)]
    lower = [word.lower() for word in there]
    said = [match.group().lower() for match in _WORD.finditer(answer)]
    asked = set(wording(question)) - set(wording(answer))
    if not said or not asked:
        return 0.0, 0.0, 0.0
    spans = [(at, at + len(said) - 1) for at in range(len(lower) - len(said) + 1) if lower[at : at + len(said)] == said]
    if not spans:
        found = [at for at, word in enumerate(lower) if word in said]
        spans = [(found[0], found[-1])] if found else []
    if not spans:
        return 0.0, 0.0, 0.0
    places: dict[str, list[int]] = {}
    for at, word in enumerate(there):
        for stem in wording(word):
            if stem in asked:
                places.setdefault(stem, []).append(at)
    own = max(_near(span, places, len(asked)) for span in spans)
    beside = max(_beside(span, places, len(asked)) for span in spans)
    taken = {at for first, last in spans for at in range(first, last + 1)}
    rivals = [at for at, word in enumerate(there) if at not in taken and _alike(word, at, answer, asked)]
    best = max((_near((at, at), places, len(asked)) for at in rivals), default=0.0)
    return own, beside, max(0.0, best - own)


def _apart(span: tuple[int, int], places: Sequence[int]) -> int:
    """Words between the span and the nearest of the places outside it."""
    first, last = span
    return min((max(first - at, at - last) for at in places if not first <= at <= last), default=99)


def _near(span: tuple[int, int], places: dict[str, list[int]], whole: int) -> float:
    return sum(1 / (1 + _apart(span, found) / NEAR) for found in places.values()) / whole


def _beside(span: tuple[int, int], places: dict[str, list[int]], whole: int) -> float:
    return sum(_apart(span, found) <= BESIDE for found in places.values()) / whole


def _alike(word: str, place: int, answer: str, asked: set[str]) -> bool:
    """Whether the word is of the answer's kind: a number beside a number, a name beside a name."""
    if re.search(r"\d", answer):
        return word[0].isdigit()
    return place > 0 and answer[:1].isupper() and word[:1].isupper() and not set(wording(word)) <= asked
