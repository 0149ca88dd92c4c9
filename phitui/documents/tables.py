"""Tables in a text: rows are lines whose cells are parted by tabs, whatever format they come from."""

import re
from bisect import bisect_right
from itertools import pairwise

FEWEST_ROWS = 2
"""A single line with a tab is a row only where it cannot be prose: of three cells, or a label and its value."""
FEWEST_BELOW = 2
"""Rows below a row of heads."""
LINES_BETWEEN = 2
"""Lines without a tab that may stand between two rows of one table: what a cell goes on with."""
HEADS_CHARACTERS = 120
_ROW = re.compile(r"^[^\n]*\t[^\n]*$", re.MULTILINE)


class Tables:
    """The tables of one text."""

    def __init__(self, text: str):
        self._text = text
        lines = [match.span() for match in _ROW.finditer(text)] if "\t" in text else []
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
