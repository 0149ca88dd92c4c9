"""What a text tells of several years in turn: "3 in 2018, 2 in 2017", "3 and 2 in 2018 and 2017, respectively"."""

import re
from collections.abc import Sequence

from phitui.answers.evidence.quantities import Quantity

_RESPECTIVELY = re.compile(r",?\s*\brespectively\b", re.IGNORECASE)
_JOINED = " ,;and"


def figures_of_years(text: str, found: Sequence[Quantity], kind: str) -> dict[float, list[Quantity]]:
    """Year → its figures of that kind, of all `found` in the text. Empty where it is not clear whose they are."""
    row = [each for each in found if each.kind == kind or each.year]
    years = [each for each in row if each.year]
    figures = [each for each in row if not each.year]
    if len(years) < 2 or len({each.value for each in years}) != len(years) or row[0].year or not row[-1].year:
        return {}
    if _RESPECTIVELY.search(text):
        if len(figures) != len(years) or any(each.year for each in row[: len(figures)]):
            return {}
        return {year.value: [figure] for year, figure in zip(years, figures, strict=True)}
    told: dict[float, list[Quantity]] = {}
    taken: list[Quantity] = []
    for each in row:
        if not each.year:
            taken.append(each)
        elif not taken:
            return {}
        else:
            told[each.value], taken = taken, []
    return told


def of_one_year(text: str, found: Sequence[Quantity], kind: str, year: float) -> str:
    """The text with what it tells of that year alone; as it is where it does not tell of several in turn."""
    told = figures_of_years(text, found, kind)
    if year not in told:
        return text
    years = [next(each for each in found if each.year and each.value == one) for one in told]
    place = list(told).index(year)
    first, last = told[years[0].value][0].start, _end(years[-1])
    if _RESPECTIVELY.search(text):
        figures = [row[0] for row in told.values()]
        kept = f"{figures[place].text}{text[_end(figures[-1]) : years[0].start]}{years[place].text}"
        return f"{text[:first]}{kept}{_RESPECTIVELY.sub('', text[last:], count=1)}"
    begin = _end(years[place - 1]) if place else first
    return f"{text[:first]}{text[begin : _end(years[place])].lstrip(_JOINED)}{text[last:]}"


def _end(quantity: Quantity) -> int:
    return quantity.start + len(quantity.text)
