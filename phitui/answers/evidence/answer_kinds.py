"""What kind of thing a question asks for, and whether a sentence holds one that the question does not name itself."""

import re

from phitui.answers.evidence.claims import names
from phitui.library.terms.words import stems

_DATE = re.compile(r"\b(when|(what|which) (year|date|decade|century|day|month))\b", re.I)
_NUMBER = re.compile(
    r"\bhow (many|much|long|old|far|tall|big|large|often|fast|high)\b|\bwhat (percent\w*|number|amount)", re.I
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


def digits(text: str) -> set[str]:
    """Its numbers, as they are written."""
    return set(_DIGITS.findall(text))


def _days(text: str) -> set[str]:
    """Days, months and times of the day by their names."""
    return set(_WHEN.findall(text))


def of_kind(question: str, sentence: str) -> float:
    """1 where the sentence holds what is asked for (date, number, name), 0 where not, .5 where anything will do."""
    if _DATE.search(question):
        return float(bool((digits(sentence) | _days(sentence)) - digits(question) - _days(question)))
    if _NUMBER.search(question):
        return float(bool(digits(sentence) - digits(question) or _NUMBER_WORD.search(sentence)))
    if _NAME.search(question):
        asked = set(stems(question))
        return float(any(stem not in asked for name in names(sentence) for stem in stems(name)))
    return 0.5
