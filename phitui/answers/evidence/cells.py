"""What a cell of a table says: its row's label, its column's head and the table's unit, read as one statement.

A row alone says no year and no millions, and the head of its column no figure: a reader of sentences takes neither for
what a claim says. A cell supports a claim whose words are the row's label, where nothing else is claimed than what
stands above the table or in the title, and whose figure is the cell's. What it does not support is left to others.
"""

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache

from phitui.answers.check.claim import Claim
from phitui.answers.check.source import Passage, Source
from phitui.answers.evidence.claims import wording
from phitui.answers.evidence.quantities import MONTHS, Quantity
from phitui.documents.tables import BETWEEN_HEADS, cells_of, heads_carried
from phitui.text import fold

FIRST_YEAR, LAST_YEAR = 1900, 2100
_CELL = re.compile(r"[-+−(]*\s?[$€£]?\s?[-−(]?(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s?(%?)\s?\)?\s?%?")
_NOTHING = re.compile(r"[—–\-*]+|n/?[am]\.?|nm", re.IGNORECASE)
_SIGN = re.compile(r"[$€£%)]+|US\$")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_UNIT = re.compile(r"\b(thousand|million|billion)s\b|(?:\bin |[$€£]\s?)(000)s?\b", re.IGNORECASE)
"""In the plural: prose above a table may speak of a million."""
_SCALES = {"thousand": 1e3, "000": 1e3, "million": 1e6, "billion": 1e9}
_EACH = re.compile(r"\bper\b|%|percent|\brate\b|\bratio\b", re.IGNORECASE)
"""A row of these has a unit of its own."""
_ASIDE = re.compile(r"\([^()]*\)|,? net of .*$|\s[—–-]+ net$|(?<=[^\W\d])\s?\[?\d\]?$", re.IGNORECASE)
"""Of a label, what a claim need not say: what stands in parentheses, "net of tax", the mark of a note."""
_FIGURE = re.compile(r"\d[\d,]*(?:\.(\d+))?")
_NAME = re.compile(r"\d+[A-Z]\w*")
"""3M, 5G."""
_DAY = re.compile(rf"\b(?:{'|'.join(each[:3] for each in MONTHS)})[a-z]*\.?\s+$", re.IGNORECASE)
_SAID_OF_ANY = (
    "amounted totaled totalled came reached reported recorded stood equalled had has posted showed spent paid company "
    "year years fiscal financial ended ending end period million billion thousand dollars usd figure value amount "
    "approximately about some roughly how much many what which give answer according statement"
)
_OF_PERIODS = "year years fiscal period end ended"
_MONTHS = " ".join(MONTHS)
_UP = "rose increased grew climbed gained higher up"
_DOWN = "fell decreased declined dropped shrank lower down"


@dataclass(frozen=True, slots=True)
class _Cell:
    value: float
    """Without its sign, in the table's unit."""
    share: bool
    """A percentage."""


@dataclass(frozen=True, slots=True)
class _Row:
    label: str
    cells: tuple[_Cell | None, ...]
    """None where there is no figure."""
    heads: tuple[str, ...]
    """One for each cell."""
    source: Source

    def cell(self, said: Set[str], year: int | None) -> _Cell | None:
        """Of the only column that is of that year, or of none, and whose head says nothing else than what is said."""
        found = [
            cell
            for head, cell in zip(self.heads, self.cells, strict=True)
            if (str(year) in _YEAR.findall(head) if year else not _YEAR.search(head))
            and set(wording(head)) - _stems(_OF_PERIODS) - _stems(_MONTHS) <= said
        ]
        return found[0] if len(found) == 1 else None


def supporting(claim: Claim, passages: Sequence[Passage]) -> Source | None:
    """The row of a table in which a cell says the claim, where there is one."""
    figures, years = _asked(claim)
    if not figures or len(figures) != max(1, len(years)):
        return None
    said = {*claim.words, *claim.asked}
    for passage in passages:
        for row in _rows(passage):
            if _means(claim, said, row) and _holds(row, figures, years, said):
                return row.source
    return None


def _asked(claim: Claim) -> tuple[list[Quantity], list[int]]:
    """(figures, years) of a claim, in order, years of its question behind; days of dates are neither."""
    figures: list[Quantity] = []
    years: list[int] = []
    for each in claim.quantities:
        if each.year and FIRST_YEAR <= each.value <= LAST_YEAR:
            years.append(int(each.value))
        elif not _NAME.fullmatch(each.text) and (each.kind or not _DAY.search(claim.text[: each.start])):
            figures.append(each)
    if claim.fragment and not years:
        years = [int(each) for each in dict.fromkeys(_YEAR.findall(claim.question or ""))]
    return figures, years


def _means(claim: Claim, said: set[str], row: _Row) -> bool:
    """Whether the words are those of the row's label, beside what may be said of any figure or stands above it."""
    label = set(wording(_ASIDE.sub("", row.label))) - _stems(_OF_PERIODS)
    if not label or not label <= said:
        return False
    hit = row.source.hit
    above = f"{row.label}\n{hit.header}\n{hit.path}\n{' '.join(row.heads)}"
    if any(_NAME.fullmatch(each.text) and fold(each.text) not in fold(above) for each in claim.quantities):
        return False
    return not said - label - set(wording(above)) - _stems(_SAID_OF_ANY) - _stems(_UP) - _stems(_DOWN)


def _holds(row: _Row, figures: Sequence[Quantity], years: Sequence[int], said: set[str]) -> bool:
    """Whether the row's cells have the figures, each in the column of its year, and went the way that is claimed."""
    asked: Sequence[int | None] = years or [None]
    told = [row.cell(said, year) for year in asked]
    if not all(cell is not None and _same(figure, cell) for figure, cell in zip(figures, told, strict=True)):
        return False
    up, down = bool(said & _stems(_UP)), bool(said & _stems(_DOWN))
    if not up and not down:
        return True
    if not years or (up and down):
        return False
    last = max(years)
    now, before = row.cell(said, last), row.cell(said, min(years) if len(years) == 2 else last - 1)
    return now is not None and before is not None and (now.value > before.value if up else now.value < before.value)


def _same(figure: Quantity, cell: _Cell) -> bool:
    """Whether the claim's figure is the cell's, rounded as it is written."""
    written = _FIGURE.search(figure.text)
    if written is None or (figure.kind == "%") != cell.share:
        return False
    one = figure.value / float(written.group().replace(",", "")) if figure.value else 1.0
    return abs(abs(figure.value) - cell.value) <= one * 0.5001 * 10.0 ** -len(written.group(1) or "")


def _rows(passage: Passage) -> Iterator[_Row]:
    """The rows of a passage that have figures, with the heads that stand above them."""
    above = passage.sources[0].hit.section if passage.sources else ""
    carried = heads_carried(above)
    heads = tuple(carried.split(BETWEEN_HEADS)) if carried else ()
    for source in passage.sources:
        cells = cells_of(source.run[0].text)
        if len(cells) < 2:
            above = f"{above}\n{source.text}"
            continue
        label, *rest = cells
        values = _values(rest)
        if values and (all(map(_is_of_year, values)) or not any(_is_cell(cell) for cell in values)):
            heads, above = tuple(values), f"{above}\n{label}"
            continue
        if not values or not any(map(str.isalpha, label)) or not all(_is_cell(cell) for cell in values):
            continue
        fitting = heads[1:] if len(heads) == len(values) + 1 else heads
        if len(fitting) != len(values):
            fitting = ("",) * len(values)
        scale = _scale(label, f"{above}\n{' '.join(heads)}")
        found = [_cell(value, head, scale) for value, head in zip(values, fitting, strict=True)]
        yield _Row(label, tuple(found), fitting, source)


def _values(cells: Sequence[str]) -> list[str]:
    """The cells that are more than a sign: these belong to the next one, or are of the one before."""
    found: list[str] = []
    for cell in cells:
        if cell and not _SIGN.fullmatch(cell):
            found.append(cell)
        elif "%" in cell and found:
            found[-1] += "%"
    return found


def _is_of_year(cell: str) -> bool:
    return bool(_YEAR.fullmatch(cell) or (_YEAR.search(cell) and not _CELL.fullmatch(cell)))


def _is_cell(cell: str) -> bool:
    return bool(_CELL.fullmatch(cell) or _NOTHING.fullmatch(cell))


def _cell(cell: str, head: str, scale: float) -> _Cell | None:
    match = _CELL.fullmatch(cell)
    if match is None:
        return None
    share = "%" in cell or "%" in head
    return _Cell(float(match.group(1).replace(",", "")) * (1.0 if share else scale), share)


def _scale(label: str, above: str) -> float:
    found = list(_UNIT.finditer(above))
    if not found or _EACH.search(label):
        return 1.0
    return _SCALES[(found[-1].group(1) or found[-1].group(2)).lower()]


@cache
def _stems(words: str) -> frozenset[str]:
    return frozenset(wording(words))
