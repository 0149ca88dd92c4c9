"""What kind of thing a question asks for, and whether a sentence holds one that the question does not name itself."""

import re
from functools import cache, lru_cache

from phitui.answers.evidence.claims import names
from phitui.library.terms.words import stems

_DATE = re.compile(r"\b(when|(what|which) (year|date|decade|century|day|month))\b", re.I)
_NUMBER = re.compile(
    r"\bhow (many|much|long|old|far|tall|big|large|often|fast|high)\b|\bwhat (percent\w*|number|amount)"
    r"|\b(?:what(?:['’]s| is| are| was| were)|which) (?:(?!of\b|for\b|to\b|in\b|that\b)[\w'’-]+ ){0,4}"
    r"(?:maximum|minimum|max|number|amount|size|length|height|width|depth|weight|capacity|limit|quota|threshold|timeout|"
    r"duration|ratio|percentage|price|cost|fee|age|temperature|voltage|speed|distance|latency|population|revenue|"
    r"income|salary|budget|margin)\b",
    re.I,
)
_NAME = re.compile(r"\b(who|whom|whose|where|(what|which) (person|man|woman|city|country|state|place))\b", re.I)
_WHEN = re.compile(
    r"(?i:\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\b(?:noon|midnight|dawn|dusk|easter|christmas|weekends?|daily)\b)"
    r"|\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
)
_DIGITS = re.compile(r"\d[\d,.]*\d|\d")
_NUMBER_WORD = re.compile(
    r"\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|thousand|"
    r"million|billion|dozen|half|third|quarter|percent)\b",
    re.I,
)

_ORDER = (
    "first earliest initially",
    "last final finally latest",
    "oldest eldest",
    "newest youngest latest",
    "largest biggest greatest",
    "smallest least",
    "highest tallest",
    "lowest",
    "longest",
    "shortest",
    "most",
    "fewest",
    "best",
    "worst",
    "second",
    "third",
    "only",
)
"""Words that single one out, and others for the same."""
_FURTHER = "second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
NEAR = 4
"""Words from such a word to what it singles out."""
RIVAL_NEAR = 6
"""The same, of a word that singles out another one."""


def digits(text: str) -> set[str]:
    """Its numbers, as they are written."""
    return set(_DIGITS.findall(text))


def days(text: str) -> set[str]:
    """Days, months and times of the day by their names."""
    return set(_WHEN.findall(text))


def of_kind(question: str, sentence: str) -> float:
    """1 where the sentence holds what is asked for (date, number, name), 0 where not, .5 where anything will do."""
    if _DATE.search(question):
        return float(bool((digits(sentence) | days(sentence)) - digits(question) - days(question)))
    if _NUMBER.search(question):
        return float(bool(digits(sentence) - digits(question) or _NUMBER_WORD.search(sentence)))
    if _NAME.search(question):
        asked = set(stems(question))
        return float(any(stem not in asked for name in names(sentence) for stem in stems(name)))
    return 0.5


def singles_out(question: str, sentence: str) -> float:
    """1 where the sentence singles out what the question does ("first" beside "landed"), 0 where not, .5 unasked.

    Of many sentences that say "first" and "landed" few say the one of the other. -1 where it singles out another one:
    "the sixth landing" tells nothing of the first.
    """
    wanted = _singled_out(question)
    if wanted is None:
        return 0.5
    rows, beside = wanted
    told = stems(sentence, keep_stop_words=True)
    others = [place for place, stem in enumerate(told) if stem == beside]
    if not others:
        return 0.0
    orders = _orders()
    away = [(stem, min(abs(place - other) for other in others)) for place, stem in enumerate(told)]
    if any(distance <= NEAR and orders.get(stem, set()) & rows for stem, distance in away):
        return 1.0
    rivals = (stem for stem, distance in away if 0 < distance <= RIVAL_NEAR and not orders.get(stem, set()) & rows)
    return -float(any(stem in orders or stem in _further() for stem in rivals))


@cache
def _further() -> frozenset[str]:
    return frozenset(stem for word in _FURTHER for stem in stems(word, keep_stop_words=True))


@lru_cache(maxsize=64)  # every sentence that is weighed asks it of the same question
def _singled_out(question: str) -> tuple[set[int], str | None] | None:
    """The rows of _ORDER that a question names, and the stem beside that word which it singles out, if any."""
    asked = stems(question, keep_stop_words=True)
    at = next((place for place, stem in enumerate(asked) if stem in _orders()), None)
    if at is None:
        return None
    content = set(stems(question)) - _orders().keys()
    beside = (stem for stem in (*asked[at + 1 : at + 3], *reversed(asked[max(0, at - 2) : at])) if stem in content)
    return _orders()[asked[at]], next(beside, None)


@cache
def _orders() -> dict[str, set[int]]:
    """Stem → its rows of _ORDER."""
    found: dict[str, set[int]] = {}
    for number, row in enumerate(_ORDER):
        for word in row.split():
            for stem in stems(word, keep_stop_words=True):
                found.setdefault(stem, set()).add(number)
    return found
