"""CSV and TSV: each row a line with the heads of its columns."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice

from phitui.documents.formats.blocks import Block, Flow, Source
from phitui.documents.formats.charset import decode
from phitui.documents.formats.tables import LOOKED_AT_ROWS, cell_text, is_number, row_blocks, split_heads

MOST_COLUMNS = 500
CELL_CHARACTERS = 1_000_000
_SEPARATORS = ",;\t|"


def read(source: Source) -> Flow:
    """Raises DocumentError."""
    decoded = decode(source.read())
    flow = Flow(csv_blocks(decoded.text))
    flow.note(decoded.note)
    return flow


def csv_blocks(text: str) -> Iterator[Block]:
    """Rows with their heads, where the first row is of heads; lines before the table as they are."""
    csv.field_size_limit(CELL_CHARACTERS)
    lines = re.split(r"\r\n?|\n", text)
    told = re.fullmatch(r"sep=(.)", lines[0].strip()) if lines else None
    if told:
        lines = lines[1:]
    separator = told[1] if told else _separator(lines)
    rows = _rows(lines, separator)
    first = list(islice(rows, LOOKED_AT_ROWS))
    while first and sum(map(bool, first[0])) == 1 and max(len(row) for row in first) > (1 if len(first) > 3 else 2):
        yield Block("".join(first.pop(0)))
    heads, body = _heads(first)
    yield from row_blocks(chain(body, rows), heads)


def _heads(rows: list[list[str]]) -> tuple[list[str] | None, list[list[str]]]:
    """The first row where it is all of different words: files of this kind mostly begin with the names of columns."""
    if len(rows) > 1 and len(rows[0]) > 1:
        names = [cell_text(cell) for cell in rows[0]]
        named = [name for name in names if name]
        if (
            len(set(named)) == len(named) > 1
            and not any(is_number(name) for name in named)
            and all(len(n) < 80 for n in named)
        ):
            return names, rows[1:]
    return split_heads(rows)


def _separator(lines: list[str]) -> str:
    """The one that parts most lines into equally many cells."""
    best, most = ",", 0.0
    sample = [line for line in lines[:200] if line.strip()][:LOOKED_AT_ROWS]
    for separator in _SEPARATORS:
        counts = Counter(len(row) for row in _rows(sample, separator))
        counts.pop(1, None)
        if counts:
            width, lines_of_it = counts.most_common(1)[0]
            score = lines_of_it + 0.01 * min(width, 50)
            if score > most:
                best, most = separator, score
    return best


def _rows(lines: list[str], separator: str) -> Iterator[list[str]]:
    reader = csv.reader((line + "\n" for line in lines), delimiter=separator, skipinitialspace=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            continue
        row = [cell.strip() for cell in row[:MOST_COLUMNS]]
        if any(row):
            yield row
