"""The order in which lines are read that were not drawn in it: columns of prose, tables drawn column by column."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from phitui.documents.pdf.page.layout import SAME_ROW, Line, Word, middle

PROSE_WORDS = 3.0
"""Words that a line of a column of prose has on average at least."""
PROSE_SHARE = 0.5
"""Of its lines so many go on in small letters."""
CELL_WORDS = 4.0
CELL_CHARACTERS = 32
"""Mean of the cells of a table that was drawn column by column; lines of a newspaper's columns are longer."""
FEWEST_ROWS = 3
MOST_COLUMNS = 30
MOST_PROSE_COLUMNS = 5
ROWS_MET = 0.7
"""Of the rows so many hold more than one cell."""
HEAD_LINES = 6
HEAD_STEP = 1.3
"""Heights from one line of a cell to the next; rows of a table stand further apart, most of them."""
HEAD_SHARE = 0.4
"""Of the lines of cells behind their first so many do not begin with a capital."""
LINE_STEP = 2.2
"""Heights from one line of a column to the next at most."""


def reading_order(lines: Sequence[Line]) -> list[Line]:
    """Tables row by row, columns of prose one after the other; all else as it was drawn."""
    return _prose(_tables(lines))


# ── columns of prose, drawn line by line across the page ─────────────────────────────────────────────────────


def _prose(lines: Sequence[Line]) -> list[Line]:
    result: list[Line] = []
    at = 0
    while at < len(lines):
        run = _run(lines, at)
        columns = _columns(run) if len(run) >= FEWEST_ROWS else None
        if columns is None:
            result += run or [lines[at]]
            at += max(1, len(run))
            continue
        for column in columns:
            result += column
            if column[-1].end != "\n":
                column[-1].words[-1].text += "-"
            column[-1].end = "\n\n"
        at += len(run)
    return result


def _run(lines: Sequence[Line], at: int) -> list[Line]:
    """Lines from there on that stand below each other as lines of one column do, as long as they have a gutter."""
    first = lines[at].cells()
    if len(first) < 2:
        return []
    gutters = [(before.right, after.left) for before, after in pairwise(first)]
    run = [lines[at]]
    for line in lines[at + 1 :]:
        last = run[-1]
        if not 0.3 * last.height < last.bottom - line.bottom < LINE_STEP * last.height:
            break
        narrowed = []
        for left, right in gutters:
            for word in line.words:
                if word.left < right and word.right > left:
                    if word.right <= (left + right) / 2 or (word.right < right - 1 and word.left < left):
                        left = max(left, word.right)
                    else:
                        right = min(right, word.left)
            if right - left > 0.8 * line.height:
                narrowed.append((left, right))
        if len(narrowed) < len(gutters):
            break
        gutters = narrowed
        run.append(line)
    return run


def _columns(run: Sequence[Line]) -> list[list[Line]] | None:
    """The run column by column where it is prose; None where it is a table, or anything else."""
    rows = [line.cells() for line in run]
    count = max(map(len, rows))
    if count > MOST_PROSE_COLUMNS:
        return None
    lefts = [min(cells[column].left for cells in rows if len(cells) == count) for column in range(count)]
    columns: list[list[Line]] = [[] for _ in range(count)]
    for cells in rows:
        taken = -1
        for cell in cells:
            place = max((number for number, left in enumerate(lefts) if cell.left >= left - cell.height), default=0)
            if place == taken:
                return None
            taken = place
            columns[place].append(cell)
    if any(len(column) < FEWEST_ROWS for column in columns) or not all(map(_is_prose, columns)):
        return None
    return columns


def _is_prose(column: Sequence[Line]) -> bool:
    """Whether its lines go on from one to the next."""
    starts = [line.words[0].text[:1] for line in column[1:]]
    words = sum(len(line.words) for line in column) / len(column)
    return words >= PROSE_WORDS and sum(map(str.islower, starts)) >= PROSE_SHARE * len(starts)


# ── tables, drawn column by column ───────────────────────────────────────────────────────────────────────────


def _tables(lines: Sequence[Line]) -> list[Line]:
    columns = _falls(lines)
    result: list[Line] = []
    at = 0
    while at < len(columns):
        end = at + 1
        while end < min(len(columns), at + MOST_COLUMNS) and _beside(columns[end - 1], columns[end]):
            end += 1
        rows = None
        while rows is None and end > at + 1:
            rows = _table(columns[at:end])
            end -= rows is None
        result += columns[at] if rows is None else rows
        at = end
    return result


def _falls(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines in groups, each of which goes down the page."""
    groups: list[list[Line]] = []
    for line in lines:
        if groups and line.bottom < groups[-1][-1].bottom - 0.3 * line.height:
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _beside(before: Sequence[Line], after: Sequence[Line]) -> bool:
    """Whether the second begins higher and to the right."""
    return after[0].bottom > before[-1].bottom and after[0].left > min(line.left for line in before)


def _table(group: Sequence[Sequence[Line]]) -> list[Line] | None:
    """The columns as rows, with what stands above and below them; None where they are no table."""
    top = max(line.bottom for column in group[1:] for line in column)
    first = group[0]
    last_bottom = min(line.bottom for column in group[:-1] for line in column)
    above = [line for line in first if line.bottom > top + SAME_ROW * line.height]
    inside = [line for line in group[-1] if line.bottom >= last_bottom - SAME_ROW * line.height]
    below = group[-1][len(inside) :]
    columns = [first[len(above) :], *group[1:-1], inside]
    if not all(columns) or any(
        max(line.right for line in left) > min(line.left for line in right) for left, right in pairwise(columns)
    ):
        return None
    cells = [line for column in columns for line in column]
    words, characters = sum(len(cell.words) for cell in cells), sum(len(cell.text) for cell in cells)
    if words > CELL_WORDS * len(cells) or characters > CELL_CHARACTERS * len(cells):
        return None
    height = middle(cell.height for cell in cells)
    rows: list[list[Line]] = []
    for cell in sorted(cells, key=lambda cell: (-cell.bottom, cell.left)):
        if rows and abs(rows[-1][0].bottom - cell.bottom) <= SAME_ROW * height:
            rows[-1].append(cell)
        else:
            rows.append([cell])
    if _are_heads(columns, height):
        return [*above, _one_line(columns), *below]
    met = sum(len(row) > 1 for row in rows)
    labels = sum(cell.text.endswith(":") for cell in columns[0]) * 2 >= len(columns[0])
    if met < ROWS_MET * len(rows) or met < (2 if labels else FEWEST_ROWS):
        return None
    return [*above, *map(_joined, rows), *below]


def _are_heads(columns: Sequence[Sequence[Line]], height: float) -> bool:
    """Whether each column is one cell of several lines, such as the heads of a table are."""
    steps = [above.bottom - below.bottom for column in columns for above, below in pairwise(column)]
    if not steps or max(map(len, columns)) > HEAD_LINES or middle(steps) > HEAD_STEP * height:
        return False
    starts = [line.text[:1] for column in columns for line in column[1:]]
    broken = sum(line.end != "\n" for column in columns for line in column[:-1])
    numbers = sum(line.text.replace(",", "").replace(".", "").isdigit() for column in columns for line in column)
    return not numbers and sum(not char.isupper() for char in starts) + broken >= HEAD_SHARE * len(starts)


def _one_line(columns: Sequence[Sequence[Line]]) -> Line:
    """Each column as one cell of a line."""
    words: list[Word] = []
    for column in columns:
        start = len(words)
        for line in column:
            words += line.words
        right = max(line.right for line in column)
        words[start] = replace(words[start], left=min(line.left for line in column), apart=start > 0)
        for number, line in enumerate(column[:-1]):
            if line.end != "\n":
                at = start + sum(len(each.words) for each in column[: number + 1]) - 1
                words[at] = replace(words[at], text=words[at].text + line.end)
        words[-1] = replace(words[-1], right=right)
    return Line(words, min(column[-1].bottom for column in columns), max(column[0].top for column in columns))


def _joined(row: list[Line]) -> Line:
    """Cells as one line."""
    row.sort(key=lambda cell: cell.left)
    words = list(row[0].words)
    for cell in row[1:]:
        cell.words[0].apart = True
        words += cell.words
    return Line(words, row[0].bottom, row[0].top)
