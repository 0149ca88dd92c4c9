"""Years and quarters in one writing: FY2022, FY22, fiscal '22 and 2022 are one, as are Q2, 2Q and second quarter."""

import re

_ORDINALS = ("first", "second", "third", "fourth")
_CENTURY = r"(?:19|20)\d\d"
_FISCAL = re.compile(
    rf"(?<![^\W\d_])(?:(?:fy|cy)\s?|(?:fiscal|financial)(?:\s+years?)?\s+)"
    rf"(?:(?P<year>{_CENTURY})|['’‘]?(?P<short>[0-4]\d|9\d)(?!\s?%|[.,]\d|[\s-](?:weeks?|months?|days?)\b))"
    rf"(?:\s?[-–/]\s?['’‘]?(?P<to>{_CENTURY}|\d\d))?e?(?![^\W_])"
)
_QUARTER = re.compile(
    rf"(?<![^\W\d_])(?P<before>{_CENTURY})?(?:q(?P<one>[1-4])|(?<!\d)(?P<two>[1-4])q)"
    rf"(?:\s?(?:fy|cy)?['’‘]?(?P<after>{_CENTURY}|\d\d))?(?![^\W_])"
)
_HINT = re.compile(r"fy|cy|q[1-4]|[1-4]q|fiscal|financial")
"""Quick to look for, beginnings as plain text still more so: most sentences have none of these."""


def one_writing(folded: str) -> str:
    """A folded text with such years and quarters written out: "q2 fy23" becomes "second quarter 2023"."""
    hinted = "q" in folded or "fy" in folded or "cy" in folded or "fiscal" in folded or "financial" in folded
    if not hinted or not _HINT.search(folded):
        return folded
    return _FISCAL.sub(_years, _QUARTER.sub(_quarter, folded))


def _whole(year: str) -> str:
    if len(year) == 4:
        return year
    return f"{'19' if year >= '50' else '20'}{year}"


def _years(match: re.Match[str]) -> str:
    first = _whole(match["year"] or match["short"])
    # "Fiscal" stays a word of the text; "FY" is none.
    word = "fiscal " if match.group().startswith("fi") else ""
    return f"{word}{first} {_whole(match['to'])}" if match["to"] else f"{word}{first}"


def _quarter(match: re.Match[str]) -> str:
    years = [_whole(year) for year in (match["before"], match["after"]) if year]
    return " ".join([f"{_ORDINALS[int(match['one'] or match['two']) - 1]} quarter", *years])
