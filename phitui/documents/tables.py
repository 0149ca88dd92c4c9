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
HEADS_CHARACTERS = 120
BETWEEN_COLUMNS = "  "
LONGEST_TABLE = 2000
"""Rows whose columns are measured together."""
_NUMBER = re.compile(r"[-+−(]?[^\w\s]?\s?\d")
_ROW = re.compile(r"^[^\n]*\t[^\n]*$", re.MULTILINE)
_GOES_ON = re.compile(r"\n *([^\W\d_])[^\n\t]*(?=\n|\Z)")


class Tables:
    """The tables of one text."""

    def __init__(self, text: str):
        self._text = text
        lines = [(row.start(), self._row_end(row.end())) for row in _ROW.finditer(text)] if "\t" in text else []
        self._tables: list[list[tuple[int, int]]] = []
        for line in lines:
            last = self._tables[-1][-1] if self._tables else None
            if (
                last
                and text.count("\n", last[1], line[0]) <= 1 + LINES_BETWEEN
                and "\n\n" not in text[last[1] : line[0]]
            ):
                self._tables[-1].append(line)
            else:
                self._tables.append([line])
        self._tables = [table for table in self._tables if len(table) >= FEWEST_ROWS or self._is_row(table[0])]
        self._starts = [table[0][0] for table in self._tables]
        self._cuts = sorted({place for table in self._tables for row in table for place in row})

    def _row_end(self, end: int) -> int:
        """Where a row ends whose last cell goes on in small letters in the next lines."""
        for _ in range(LINES_BETWEEN):
            more = _GOES_ON.match(self._text, end)
            if not more or self._text[end - 1] in ".!?:;" or not more.group(1).islower():
                break
            end = more.end()
        return end

    def _is_row(self, line: tuple[int, int]) -> bool:
        cells = self._cells(line)
        return len(cells) > 2 or cells[0].endswith(":")

    def _cells(self, line: tuple[int, int]) -> list[str]:
        return [" ".join(cell.split()) for cell in self._text[line[0] : line[1]].split("\t")]

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
        number = bisect_right(self._starts, start) - 1
        if number < 0:
            return ""
        table = self._tables[number]
        if not table[0][1] <= start < table[-1][1] or len(table) <= FEWEST_BELOW:
            return ""
        heads = [cell for cell in self._cells(table[0]) if cell]
        if len(heads) < 2 or not all(any(map(str.isalpha, head)) for head in heads) or heads[0].endswith(":"):
            return ""
        shown = " | ".join(heads)
        return shown if len(shown) <= HEADS_CHARACTERS else ""


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
    rows = [[" ".join(cell.split()) for cell in lines[at].split("\t")] for at in places]
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
