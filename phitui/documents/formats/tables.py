"""Tables as sentences: a row a line, with the heads of its columns, so that it can be quoted by itself."""

import re
from collections.abc import Iterable, Iterator, Sequence

from phitui.documents.formats.blocks import Block
from phitui.documents.formats.inline import labelled

FEW_COLUMNS = 4
"""So many heads are counted off at a glance: they stand together before the row. More stand at their cells."""
CELL_CHARACTERS = 1000
"""A table with a longer cell places text on the page."""
LABEL_CHARACTERS = 60
"""A first cell longer than this is text, not the label of the second."""
LOOKED_AT_ROWS = 50
"""So many rows tell whether the first one is of heads."""
_WHITE = re.compile(r"\s+")
_ABBREVIATED = re.compile(r"\b(?:no|nr|num|tel|ref|art|acc|approx|max|min|qty|dept|st)\.$", re.IGNORECASE)
_NUMBER = re.compile(r"[-+−(]?[\s$€£¥]*\d[\d.,\s'’%]*(?:[^\W\d]{0,4}|[%€£$¥°/]*)\)?")


def row_blocks(rows: Iterable[Sequence[str]], heads: Sequence[str] | None = None) -> Iterator[Block]:
    """A block for each row. `heads` are the columns', None where the table has none.

    With heads: "Port | Depth (m): Ostend⇥8.5", or "Port: Ostend; Depth (m): 8.5; …" where there are many. Without: a
    label and its value, or the cells with tabs between them. Heads of columns without a cell stand behind the rows.
    """
    filled: set[int] = set()
    for row in rows:
        cells = [cell_text(cell) for cell in row]
        filled.update(at for at, cell in enumerate(cells) if cell)
        text = row_text(cells, heads)
        if text:
            yield Block(text)
    silent = [cell_text(head) for at, head in enumerate(heads or ()) if head and at not in filled]
    if silent:
        yield Block("\t".join(silent))  # a form that nobody filled in, or not all of it


def row_text(cells: list[str], heads: Sequence[str] | None) -> str:
    """One row as a sentence; empty where its cells are."""
    while cells and not cells[-1]:
        cells.pop()
    filled = [cell for cell in cells if cell]
    if len(filled) < 2 and not (heads and len(cells) > 1):
        return "".join(filled)
    if heads and any(heads):
        names = [cell_text(head).rstrip(":") for head in heads][: max(len(cells), 1)]
        names += [""] * (len(cells) - len(names))
        if len(heads) <= FEW_COLUMNS and all(cells[: len(heads)]) and all(names):
            return f"{' | '.join(names)}: " + "\t".join(cells)
        return "; ".join(
            labelled(name, cell) if name else cell for name, cell in zip(names, cells, strict=False) if cell
        )
    if (
        len(cells) == 2
        and cells[0]
        and len(cells[0]) <= LABEL_CHARACTERS
        and not is_number(cells[0])
        and (cells[0][-1] not in ".!?" or _ABBREVIATED.search(cells[0]))
    ):
        return labelled(cells[0], cells[1])
    return "\t".join(cells)


def split_heads(rows: list[list[str]]) -> tuple[list[str] | None, list[list[str]]]:
    """The first row as heads where it looks like that: words over columns of which at least one is of numbers."""
    grouped = _grouped_heads(rows)
    if grouped:
        return grouped, rows[2:]
    width = max((len(row) for row in rows), default=0)
    if len(rows) < 2 or width < 2:
        return None, rows
    first, body = [cell_text(cell) for cell in rows[0]], rows[1:]
    named = [cell for cell in first if cell]
    if len(named) < max(2, width - 1) or len(set(named)) < len(named) or any(len(cell) > 60 for cell in named):
        return None, rows
    if any(is_number(cell) and not re.fullmatch(r"(?:1[5-9]|20)\d\d", cell) for cell in named):
        return None, rows
    if width == 2 and (len(body) < 2 or any(char.isdigit() for cell in named for char in cell)):
        return None, rows  # more likely labels and values
    for column in range(width):
        below = [row[column] for row in body if column < len(row) and row[column].strip()]
        numbers = sum(is_number(cell) for cell in below)
        if below and numbers >= (0.6 if width > 2 else 1.0) * len(below):
            return first, body
    if width >= 3 and len(body) >= 2:
        short = all(len(cell) <= 30 for cell in named)
        return (first, body) if short and len(named) == width else (None, rows)
    return None, rows


def _grouped_heads(rows: list[list[str]]) -> list[str]:
    """Heads in two rows, groups above columns: "2022" over "Day" and "Night" makes "2022 Day"; empty where none are."""
    if len(rows) < 3 or len(rows[1]) < 3 or len(rows[0]) > len(rows[1]):
        return []
    groups, heads, below = ([cell_text(cell) for cell in row] for row in rows[:3])
    groups += [""] * (len(heads) - len(groups))
    wide = [at for at in range(1, len(heads)) if not groups[at] and heads[at]]
    bare = any(not group and not head for group, head in zip(groups, heads, strict=True))
    if not wide or bare or not groups[0] or sum(map(bool, groups)) < 2 or any(map(is_number, filter(None, heads))):
        return []
    if not any(is_number(cell) for at, cell in enumerate(below) if at in wide):
        return []
    for at in wide:
        groups[at] = groups[at - 1]
    return [f"{group} {head}".strip() for group, head in zip(groups, heads, strict=True)]


def is_number(text: str) -> bool:
    """A number, an amount, a share, a date in digits; with or without a unit."""
    return bool(_NUMBER.fullmatch(text.strip())) or bool(
        re.fullmatch(r"\d{1,4}[-./:]\d{1,2}(?:[-./:]\d{1,4})?", text.strip())
    )


def cell_text(text: str) -> str:
    """One line; lines and paragraphs of a cell become spaces."""
    return _WHITE.sub(" ", text).strip()
