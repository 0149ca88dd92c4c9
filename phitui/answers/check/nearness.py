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
BREAK = 3
"""Words that a comma, or an "and", counts for: behind it something else is spoken of."""
_SEPARATES = re.compile(r"[,;:.()]")
_JOINS = frozenset("and or while whereas but".split())
_WORD = re.compile(r"[^\W_]+(?:['’.,][^\W_]+)*")


def nearness(answer: str, question: str, text: str) -> tuple[float, float, float]:
    """(nearness, share of the question's words beside it, how much nearer another answer of its kind stands).

    Each 0 to 1; 0 where the answer does not stand there. Of several places the nearest counts.
    """
    matches = list(_WORD.finditer(text))
    there = [match.group() for match in matches]
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
    where = _stretched(text, matches)
    own = max(_near(span, places, len(asked), where) for span in spans)
    beside = max(_beside(span, places, len(asked), where) for span in spans)
    taken = {at for first, last in spans for at in range(first, last + 1)}
    rivals = [at for at, word in enumerate(there) if at not in taken and _alike(word, at, answer, asked)]
    best = max((_near((at, at), places, len(asked), where) for at in rivals), default=0.0)
    return own, beside, max(0.0, best - own)


def _stretched(text: str, matches: Sequence[re.Match[str]]) -> list[int]:
    """Where each word stands, in words; what separates the members of a list takes the room of BREAK words."""
    where, at, end = [], 0, 0
    for match in matches:
        separated = _SEPARATES.search(text[end : match.start()]) or match.group().lower() in _JOINS
        at += 1 + BREAK * bool(separated)
        where.append(at)
        end = match.end()
    return where


def _apart(span: tuple[int, int], places: Sequence[int], where: Sequence[int]) -> int:
    """Words between the span and the nearest of the places outside it."""
    first, last = span
    others = (at for at in places if not first <= at <= last)
    return min((max(where[first] - where[at], where[at] - where[last]) for at in others), default=99)


def _near(span: tuple[int, int], places: dict[str, list[int]], whole: int, where: Sequence[int]) -> float:
    return sum(1 / (1 + _apart(span, found, where) / NEAR) for found in places.values()) / whole


def _beside(span: tuple[int, int], places: dict[str, list[int]], whole: int, where: Sequence[int]) -> float:
    return sum(_apart(span, found, where) <= BESIDE for found in places.values()) / whole


def _alike(word: str, place: int, answer: str, asked: set[str]) -> bool:
    """Whether the word is of the answer's kind: a number beside a number, a name beside a name."""
    if re.search(r"\d", answer):
        return word[0].isdigit()
    return place > 0 and answer[:1].isupper() and word[:1].isupper() and not set(wording(word)) <= asked
