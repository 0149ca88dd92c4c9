"""A page's text as it is read: rows, columns and tables in order, and what is drawn upon the page in its place."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from phitui.documents.pdf.page.annotations import Drawn
from phitui.documents.pdf.page.boxes import object_boxes
from phitui.documents.pdf.page.layout import (
    FAR_ABOVE,
    MOST_OBJECTS,
    Line,
    Word,
    lines_of,
    spread_of,
    text_of,
    with_every_space,
)
from phitui.documents.pdf.page.order import reading_order
from phitui.documents.pdf.page.raised import edited, parts, raised_numbers, strayed_marks

LABEL_ABOVE = 1.6
"""Heights of a line between a field and what stands above it as its label."""
SAME_LINE = 0.5
"""Of the lower of a line and a field so much stands beside the other."""
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


def arranged(textpage: Any, text: str, drawn: Sequence[Drawn]) -> str:
    """`text` is what pdfium says of all of the page: it comes back with tabs between cells, tables row by row,
    columns of prose one after the other, raised numbers as 10^6, and `drawn` in its place."""
    text = with_every_space(textpage, text)
    rects = object_boxes(textpage, MOST_OBJECTS)
    lines: list[Line] = []
    if rects and not _RIGHT_TO_LEFT.search(text):
        spread = spread_of(rects)
        edits = raised_numbers(textpage, text, rects, spread.raised) if spread.raised else {}
        edits = {**edits, **strayed_marks(textpage, text, edits)}
        if drawn or spread.calls_for_words(len(rects)):
            lines = lines_of(textpage, text, edits)
        if spread.restarts and not lines:
            edits = {**edits, **parts(textpage, text, rects, spread.restarts)}
        text = edited(text, edits) if edits else text
    if not lines:
        return "\n".join([text, *map(_labelled, drawn)])
    lines = reading_order(lines)
    for before, line in pairwise(lines):
        if line.bottom > before.top + FAR_ABOVE * line.height and line.left < before.right and before.end == "\n":
            before.end = "\n\n"
    for each in sorted(drawn, key=lambda each: (-each.place[3], each.place[0])):
        _put(lines, each)
    return text_of(lines)


def _labelled(drawn: Drawn) -> str:
    if not drawn.label:
        return drawn.text
    return f"{drawn.text} {drawn.label}" if drawn.mark else f"{drawn.label.rstrip(': ')}: {drawn.text}"


def _put(lines: list[Line], drawn: Drawn) -> None:
    """Into the line beside it, behind its label; else behind a label above it; else as a line of its own."""
    left, bottom, right, top = drawn.place
    beside = [line for line in lines if _beside(line, bottom, top)]
    if beside:
        line = max(beside, key=lambda line: line.top)
        if top - bottom < 2.5 * line.height:
            line = max(beside, key=lambda line: min(line.top, top) - max(line.bottom, bottom))
        at = sum(word.left < left for word in line.words)
        before = line.words[at - 1].text if at else ""
        behind = line.words[at] if at < len(line.words) else None
        near = drawn.mark and behind is not None and behind.left - right < 2 * line.height
        unlabelled = (not before or before in "☑☐" or line.words[at - 1].drawn) and not near
        text = _labelled(drawn) if unlabelled else drawn.text
        line.words.insert(at, Word(text, left, right, drawn=True))
        return
    above = [
        line
        for line in lines
        if line.bottom >= (bottom + top) / 2 and line.left < right and line.right > left
        and line.bottom - top < LABEL_ABOVE * line.height
    ]  # fmt: skip
    if above and not drawn.mark and not drawn.label:
        line = min(above, key=lambda line: line.bottom)
        cell = next((cell for cell in line.cells() if cell.left < right and cell.right > left - cell.height), None)
        if cell and len(cell.words) <= 8 and not any(word.drawn for word in cell.words):
            at = next(place for place, word in enumerate(line.words) if word is cell.words[-1]) + 1
            if cell.words[-1].text[-1] not in ":?.;,":
                cell.words[-1].text += ":"
            line.words.insert(at, Word(drawn.text, cell.right, max(right, cell.right), drawn=True))
            return
    own = Line([Word(_labelled(drawn), left, right, drawn=True)], bottom, top)
    lines.insert(_index(lines, drawn), own)


def _beside(line: Line, bottom: float, top: float) -> bool:
    return min(line.top, top) - max(line.bottom, bottom) > SAME_LINE * min(line.height, max(1.0, top - bottom))


def _index(lines: Sequence[Line], drawn: Drawn) -> int:
    """Behind the nearest line above it, else before the first one below."""
    left, _, right, top = drawn.place
    above = [
        (line.bottom - top, -number)
        for number, line in enumerate(lines)
        if line.bottom >= top - line.height and line.left < right and line.right > left
    ]
    above = above or [(line.bottom - top, -number) for number, line in enumerate(lines) if line.bottom >= top - 1]
    if not above:
        return 0
    at = 1 - min(above)[1]
    if lines[at - 1].end not in "\n":  # a hyphen's mark: the word goes on in the next line
        at = min(len(lines), at + 1)
    return at
