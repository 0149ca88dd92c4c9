"""Tables in a text: rows are lines whose cells are parted by tabs, whatever format they come from."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

FEWEST_ROWS = 2
"""A single line with a tab is a row only where it cannot be prose: of three cells, or a label and its value."""
FEWEST_BELOW = 2
"""Rows below a row of heads."""
LINES_BETWEEN = 2
"""Lines without a tab that may stand between two rows of one table: what a cell goes on with."""
MORE_HEADS = 2
"""Rows of heads below the first."""
HEADS_CHARACTERS = 120
BETWEEN_HEADS = " | "
"""As they are shown."""
CAPTION_LINES = 12
"""Heads of columns may stand there below each other, too."""
CAPTION_CHARACTERS = 140
"""Of all its lines; one line has less than a line of prose."""
CAPTION_LINE = 80
BETWEEN_COLUMNS = "  "
LONGEST_TABLE = 2000
"""Rows whose columns are measured together."""
_NUMBER = re.compile(r"[-+−(]?[^\w\s]?\s?\d")
_ROW = re.compile(r"^[^\n]*\t[^\n]*$", re.MULTILINE)
_YEAR = re.compile(r"(?:(?:FY|fiscal)\s?)?(?:19|20)\d\d[A-Z]?", re.IGNORECASE)
_MORE_HEADS = re.compile(
    r"(?:[A-Z][a-z]{2,8}\.?\s\d{1,2},?\s?)?(?:19|20)\d\d|[A-Z][a-z]{2,8}\.?\s\d{1,2},|\([A-Za-z ]+\)"
)
"""What a cell of a second row of heads is: a year, a date, "(unaudited)"."""
_CAPTION = re.compile(r"[($]|[^\W_]")
_GOES_ON = re.compile(r"\n *([^\W\d_])[^\n\t]*(?=\n|\Z)")


class Tables:
    """The tables of one text, whose pages begin at `pages`."""

    def __init__(self, text: str, pages: Sequence[int] = ()):
        self._text = text
        self._pages = pages
        lines = [(row.start(), self._row_end(row.end())) for row in _ROW.finditer(text)] if "\t" in text else []
        self._tables: list[list[tuple[int, int]]] = []
        for line in lines:
            last = self._tables[-1][-1] if self._tables else None
            if last and self._goes_on(last, line):
                self._tables[-1].append(line)
            else:
                self._tables.append([line])
        self._tables = [table for table in self._tables if len(table) >= FEWEST_ROWS or self._is_row(table[0])]
        self._starts = [table[0][0] for table in self._tables]
        self.begin = {
            table[0][0] - len(caption) - 1
            for table in self._tables
            if len(table) > FEWEST_BELOW and (caption := self._caption(table))
        }
        """Where captions begin."""
        self._cuts = sorted({place for table in self._tables for row in table for place in row} | self.begin)

    def _row_end(self, end: int) -> int:
        """Where a row ends whose last cell goes on in small letters in the next lines."""
        for _ in range(LINES_BETWEEN):
            more = _GOES_ON.match(self._text, end)
            if not more or self._text[end - 1] in ".!?:;" or not more.group(1).islower():
                break
            end = more.end()
        return end

    def _goes_on(self, last: tuple[int, int], line: tuple[int, int]) -> bool:
        """Whether a row belongs to the table of the row before it."""
        between = self._text[last[1] : line[0]]
        if between.count("\n") > 1 + LINES_BETWEEN or "\n\n" in between:
            return False
        if self._is_bullet(last) != self._is_bullet(line):
            return False
        # What stands above a table on a new page, or above its years, is the caption of another.
        return not between.strip() or not (self._page_of(last[0]) < self._page_of(line[0]) or self._has_years(line))

    def _is_bullet(self, line: tuple[int, int]) -> bool:
        return not any(map(str.isalnum, self._cells(line)[0]))

    def _page_of(self, at: int) -> int:
        return bisect_right(self._pages, at)

    def _has_years(self, line: tuple[int, int]) -> bool:
        cells = [cell for cell in self._cells(line) if cell]
        return len(cells) > 1 and all(map(_YEAR.fullmatch, cells[1:]))

    def _is_row(self, line: tuple[int, int]) -> bool:
        cells = self._cells(line)
        return len(cells) > 2 or cells[0].endswith(":")

    def _cells(self, line: tuple[int, int]) -> list[str]:
        return cells_of(self._text[line[0] : line[1]])

    def rows(self, span: tuple[int, int]) -> list[tuple[int, int]]:
        """The span cut at the rows of tables in it, trimmed of white space."""
        start, end = span
        inside = self._cuts[bisect_right(self._cuts, start) : bisect_right(self._cuts, end - 1)]
        if not inside:
            return [span]
        pieces = []
        for left, right in pairwise((start, *inside, end)):
            piece = self._text[left:right]
            if piece.strip():
                left += len(piece) - len(piece.lstrip())
                pieces.append((left, left + len(piece.strip())))
        return pieces

    def heads_above(self, start: int) -> str:
        """The heads of the columns of the table inside which `start` lies; empty above and outside of tables."""
        table = self._table_at(start)
        if table is None:
            return ""
        heads = [cell for cell in self._cells(table[0]) if cell]
        if len(heads) < 2 or not all(map(_is_head, heads)) or heads[0].endswith(":"):
            return ""
        for row in table[1 : 1 + MORE_HEADS]:
            more = [cell for cell in self._cells(row) if cell]
            label = more[: -len(heads)]  # of the rows below, where the first row has none
            if not 0 <= len(more) - len(heads) <= 1 or not all(map(_MORE_HEADS.fullmatch, more[len(label) :])):
                break
            heads = [*label, *(f"{head} {cell}" for head, cell in zip(heads, more[len(label) :], strict=True))]
        shown = BETWEEN_HEADS.join(heads)
        return shown if len(shown) <= HEADS_CHARACTERS else ""

    def caption_above(self, start: int) -> str:
        """The lines above the table inside which `start` lies that tell what it shows; empty above and outside."""
        table = self._table_at(start)
        return " ".join(self._caption(table).split()) if table is not None else ""

    def _table_at(self, start: int) -> list[tuple[int, int]] | None:
        """The table below whose first row `start` lies."""
        number = bisect_right(self._starts, start) - 1
        table = self._tables[number] if number >= 0 else []
        return table if len(table) > FEWEST_BELOW and table[0][1] <= start < table[-1][1] else None

    def _caption(self, table: list[tuple[int, int]]) -> str:
        """The lines right above the table that are no prose, as they stand there."""
        page = self._page_of(table[0][0])
        top = self._pages[page - 1] if page else 0
        above = self._text[top : table[0][0]].rstrip("\n").split("\n")
        taken = 0
        while taken < min(CAPTION_LINES, len(above)):
            line = above[-1 - taken].strip() if "\t" not in above[-1 - taken] else ""
            if not _is_caption(line) or sum(map(len, above[len(above) - taken :])) + len(line) > CAPTION_CHARACTERS:
                break
            taken += 1
        return "\n".join(above[len(above) - taken :])


def cells_of(row: str) -> list[str]:
    """The cells of a row, their white space folded."""
    return [" ".join(cell.split()) for cell in row.split("\t")]


def heads_carried(section: str) -> str:
    """The heads of columns that a passage's section ends with, where it goes on with a table (see `heads_above`)."""
    last = section.rpartition(" › ")[2]
    return last if BETWEEN_HEADS in last else ""


def _is_head(cell: str) -> bool:
    return any(map(str.isalpha, cell)) or bool(_YEAR.fullmatch(cell))


def _is_caption(line: str) -> bool:
    """Whether a line is no prose: short, and neither ends nor begins as a part of a sentence does."""
    return (
        0 < len(line) <= CAPTION_LINE
        and line[-1] not in ".;!?"
        and bool(_CAPTION.match(line))
        and not line[0].islower()
        and _is_head(line)
    )


def aligned(text: str, width: int) -> list[str]:
    """The lines of a text as they are shown: cells of tables one below the other, numbers to the right.

    A line for each of the text's. A table that is wider than `width` cells of the screen is left as it is.
    """
    lines = text.split("\n")
    table: list[int] = []
    for at in (place for place, line in enumerate(lines) if "\t" in line):
        step = table[1] - table[0] if len(table) > 1 else 0
        follows = table and at - table[-1] == (step or at - table[-1]) <= 2 and not any(lines[table[-1] + 1 : at])
        if table and (not follows or len(table) == LONGEST_TABLE):
            _align(lines, table, width)
            table = []
        table.append(at)  # rows stand apart by an empty line, all of them or none
    _align(lines, table, width)
    return lines


def _align(lines: list[str], places: Sequence[int], width: int) -> None:
    """Lays the cells of these lines out in columns, where they fit."""
    if len(places) < FEWEST_ROWS:
        return
    rows = [cells_of(lines[at]) for at in places]
    count = max(map(len, rows))
    columns = [[row[number] if number < len(row) else "" for row in rows] for number in range(count)]
    widths = [max(map(shown_width, column)) for column in columns]
    if sum(widths) + len(BETWEEN_COLUMNS) * (count - 1) > width:
        return
    right = [number > 0 and all(map(_NUMBER.match, filter(None, column[1:]))) for number, column in enumerate(columns)]
    for at, row in zip(places, rows, strict=True):
        padded = []
        for cell, room, numbers in zip(row, widths, right, strict=False):
            space = " " * (room - shown_width(cell))
            padded.append(space + cell if numbers else cell + space)
        lines[at] = BETWEEN_COLUMNS.join(padded).rstrip()


def shown_width(text: str) -> int:
    """Cells of the screen that the text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )
