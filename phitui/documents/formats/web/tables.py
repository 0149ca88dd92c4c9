"""HTML tables that hold data, told from those that only place things on the page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from phitui.documents.formats.tables import CELL_CHARACTERS, cell_text, split_heads

MOST_COLUMNS = 200
MOST_ROWS_SPANNED = 1000
_PLACED = "table, h1, h2, h3, h4, article, section, form"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, without the heads."""

    caption: str
    heads: list[str] | None
    rows: list[list[str]]


def data_table(table: Any, text_of: Callable[[Any], str]) -> Table | None:
    """The table, or None for one that only lays out a page. `text_of` is the text of a cell."""
    if (table.attributes.get("role") or "") in ("presentation", "none"):
        return None
    if any(found.mem_id != table.mem_id for found in table.css(_PLACED)):
        return None
    grid = _Grid(text_of)
    caption = ""
    for part in _elements(table):
        if part.tag == "caption":
            caption = cell_text(text_of(part))
        for row in [part] if part.tag == "tr" else _elements(part) if part.tag in ("thead", "tbody", "tfoot") else []:
            if row.tag == "tr" and not grid.add(row, part.tag == "thead"):
                return None
    if grid.width < 2:
        return None
    if grid.heads:
        return Table(caption, _joined(grid.heads, grid.width), grid.rows)
    if any(grid.labelled):
        return Table(caption, None, grid.rows)
    heads, rows = split_heads(grid.rows)
    return Table(caption, heads, rows)


class _Grid:
    """Cells where they stand; what spans rows is repeated in each."""

    def __init__(self, text_of: Callable[[Any], str]):
        self._text_of = text_of
        self.heads: list[list[str]] = []
        self.rows: list[list[str]] = []
        self.labelled: list[bool] = []
        self.width = 0
        self._down: dict[int, tuple[int, str]] = {}

    def add(self, row: Any, in_head: bool) -> bool:
        """Takes a row; False where a cell is as long as a column of a page."""
        cells = [cell for cell in _elements(row) if cell.tag in ("td", "th")]
        titles = bool(cells) and all(cell.tag == "th" for cell in cells)
        head = in_head or (titles and not self.rows and len(cells) > 1)
        line: list[str] = []
        for cell in cells:
            self._fill(line)
            text = cell_text(self._text_of(cell))
            if len(text) > CELL_CHARACTERS:
                return False
            across = min(_span(cell, "colspan"), MOST_COLUMNS)
            down = min(_span(cell, "rowspan"), MOST_ROWS_SPANNED)
            for number in range(across):
                shown = text if number == 0 or head else ""
                if down > 1:
                    self._down[len(line)] = (down - 1, shown)
                line.append(shown)
                if len(line) > MOST_COLUMNS:
                    return False
        self._fill(line)
        self.width = max(self.width, len(line))
        if head:
            self.heads.append(line)
        elif line:
            self.rows.append(line)
            self.labelled.append(cells[0].tag == "th" if cells else False)
        return True

    def _fill(self, line: list[str]) -> None:
        while len(line) in self._down:
            left, text = self._down[len(line)]
            if left > 1:
                self._down[len(line)] = (left - 1, text)
            else:
                del self._down[len(line)]
            line.append(text)


def _joined(rows: list[list[str]], width: int) -> list[str]:
    """Heads of several rows, joined by column: "2019 Sales"."""
    return [
        " ".join(dict.fromkeys(row[column] for row in rows if column < len(row) and row[column]))
        for column in range(width)
    ]


def _elements(node: Any) -> list[Any]:
    found, child = [], node.first_child
    while child is not None:
        if not child.tag.startswith("-"):
            found.append(child)
        child = child.next
    return found


def _span(cell: Any, name: str) -> int:
    value = (cell.attributes.get(name) or "1").strip()
    return max(1, int(value)) if value.isdigit() and len(value) < 6 else 1
