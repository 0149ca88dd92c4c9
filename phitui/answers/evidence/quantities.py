"""Numbers as readers mean them: "1,230 km", "twelve percent" and "3.5 million" in one normal form."""

import re
from dataclasses import dataclass

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINAL_SMALL = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth"
).split()
_ORDINAL_TENS = "twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth".split()
_VALUES = {word: value for value, word in enumerate(_SMALL)} | {word: 10 * value for value, word in enumerate(_TENS, 2)}
_ORDINALS = {word: value for value, word in enumerate(_ORDINAL_SMALL)} | {
    word: 10 * value for value, word in enumerate(_ORDINAL_TENS, 2)
}
_SCALES = {
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "mn": 1e6,
    "billion": 1e9,
    "bn": 1e9,
    "trillion": 1e12,
    "dozen": 12.0,
}
MONTHS = (
    "january february march april may june july august september october november december".split()
)  # fmt: skip

_UNITS: dict[str, tuple[str, float]] = {}
"""Unit as written → (kind, factor into that kind's base unit)."""
for _names, _kind, _factor in (
    ("% percent pct", "%", 1.0),
    ("$ us$ dollar dollars usd", "$", 1.0),
    ("€ euro euros eur", "€", 1.0),
    ("£ pound-sterling gbp", "£", 1.0),
    ("¢ cent cents", "$", 0.01),
    ("mm millimetre millimetres millimeter millimeters", "length", 0.001),
    ("cm centimetre centimetres centimeter centimeters", "length", 0.01),
    ("m metre metres meter meters", "length", 1.0),
    ("km kilometre kilometres kilometer kilometers", "length", 1000.0),
    ("inch inches", "length", 0.0254),
    ("ft foot feet", "length", 0.3048),
    ("yd yard yards", "length", 0.9144),
    ("mi mile miles", "length", 1609.344),
    ("mg milligram milligrams", "mass", 1e-6),
    ("g gram grams", "mass", 0.001),
    ("kg kilogram kilograms", "mass", 1.0),
    ("ton tons tonne tonnes", "mass", 1000.0),
    ("lb lbs pound pounds", "mass", 0.45359237),
    ("ml millilitre millilitres milliliter milliliters", "volume", 0.001),
    ("l litre litres liter liters", "volume", 1.0),
    ("ha hectare hectares", "area", 10_000.0),
    ("acre acres", "area", 4046.8564224),
    ("second seconds", "time", 1.0),
    ("minute minutes", "time", 60.0),
    ("hour hours", "time", 3600.0),
    ("day days", "time", 86_400.0),
    ("week weeks", "time", 604_800.0),
    ("month months", "month", 1.0),
    ("year years", "month", 12.0),
    ("decade decades", "month", 120.0),
    ("c °c celsius", "celsius", 1.0),
    ("f °f fahrenheit", "fahrenheit", 1.0),
):
    _UNITS.update(dict.fromkeys(_names.split(), (_kind, _factor)))
_BARE_LETTERS = frozenset({"m", "g", "l", "c", "f", "second"})
"""Also words or labels of their own: read as units after a figure in digits only."""

_NUMBER_WORD = "|".join([*_SMALL, *_TENS, *_ORDINAL_SMALL, *_ORDINAL_TENS])
_SCALE = "|".join(_SCALES)
_FIGURE = re.compile(
    rf"""
    (?P<iso>\b\d{{4}}-\d{{2}}-\d{{2}}\b)
    | (?P<sign>us\$|[$€£])?\s?
      (?: (?P<digits>(?<![\w.])\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|(?<![\w.])\d+(?:\.\d+)*|(?<=[a-z(§-])\d+(?:\.\d+)*)
          (?P<th>(?:st|nd|rd|th)\b)?(?P<s>'?s\b)?
        | \b(?P<words>(?:a\s+)?(?:(?:{_NUMBER_WORD})\b)(?:[\s-]+(?:and\s+)?(?:{_NUMBER_WORD})\b)*
            |\ba(?=\s+(?:{_SCALE})\b)|\b(?=(?:dozen)\b)) )
      (?P<scale>(?:[\s-]*(?:{_SCALE})\b)*)
      [\s-]?(?P<unit>%|per\s?cent\b|°[cf]\b|[a-z]+\b)?
    """,
    re.X,
)
ROUGHLY = 0.05
"""A number that an answer calls "about" so much may be off by this share."""
_ABOUT = re.compile(r"(?:about|around|roughly|nearly|almost|approximately|approx\.?|some|over|more than|~|under)\s+$")


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number in its normal form."""

    value: float
    kind: str
    """What it measures: %, $, length, …, th for ordinals; empty for a bare number."""
    text: str
    """As written, with its unit."""
    start: int
    rough: bool = False
    spelled: bool = False
    """Written in words."""

    def agrees(self, other: "Quantity") -> bool:
        """Whether both can mean the same: equal values, and units that do not exclude each other."""
        if self.kind and other.kind and self.kind != other.kind:
            return False
        mine, theirs = self.value, other.value
        if mine == theirs:
            return True
        tolerance = ROUGHLY if self.rough else 0.001 if self.kind and self.kind == other.kind else 1e-9
        return abs(mine - theirs) <= tolerance * max(abs(mine), abs(theirs))

    @property
    def year(self) -> bool:
        """A bare number that reads as a year."""
        return not self.kind and not self.spelled and 1000 <= self.value <= 2100 and self.value == int(self.value)


def quantities(text: str) -> list[Quantity]:
    """The numbers of a text in order; an ISO date gives year and day (its month is a name)."""
    lower = text.lower()
    found: list[Quantity] = []
    for match in _FIGURE.finditer(lower):
        if match["iso"]:
            year, _, day = match["iso"].split("-")
            found.append(Quantity(float(year), "", match["iso"], match.start()))
            found.append(Quantity(float(day), "", match["iso"], match.start()))
            continue
        made = _quantity(text, lower, match)
        if made is not None:
            found.append(made)
    return found


def _quantity(text: str, lower: str, match: re.Match[str]) -> Quantity | None:
    digits, words = match["digits"], match["words"]
    ordinal, label = bool(match["th"]), False
    if digits is not None:
        whole = digits.replace(",", "")
        label = whole.count(".") > 1
        value = float(whole.replace(".", "") if label else whole)
    else:
        value, ordinal = _worded(words or "")
    for scale in re.findall(_SCALE, match["scale"] or ""):
        value *= _SCALES[scale]
    unit = re.sub(r"per\s?cent", "percent", match["unit"] or "")
    kind, factor = _UNITS.get(match["sign"] or "", ("label" if label else "", 1.0))
    end = match.end("scale") if match["scale"] else match.end("s" if match["s"] else "th" if match["th"] else "digits")
    if digits is None:
        end = match.end("scale") if match["scale"] else match.end("words")
    if match["s"]:
        kind = "decade"
    elif ordinal:
        kind = "th"
    elif unit in _UNITS and not (unit in _BARE_LETTERS and digits is None):
        kind, factor = _UNITS[unit]
        end = match.end("unit")
    start = match.start("sign") if match["sign"] else match.start("digits" if digits is not None else "words")
    if start < 0 or end <= start:
        start, end = match.start(), max(match.end(), match.start() + 1)
    rough = bool(_ABOUT.search(lower[max(0, start - 16) : start]))
    return Quantity(value * factor, kind, " ".join(text[start:end].split()), start, rough, digits is None)


def _worded(words: str) -> tuple[float, bool]:
    """(value, whether ordinal) of number words such as "twenty-five" or "third"."""
    value, ordinal = 0.0, False
    for word in re.findall(r"[a-z]+", words):
        if word in _VALUES:
            value += _VALUES[word]
        elif word in _ORDINALS:
            value += _ORDINALS[word]
            ordinal = True
    return value or (0.0 if "zero" in words else 1.0), ordinal
