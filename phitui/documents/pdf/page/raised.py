"""What is written otherwise than pdfium gives it: powers, the marks of notes, where another part of the page begins."""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any

import pypdfium2.raw as pdfium

from phitui.documents.formats.inline import superscript
from phitui.documents.pdf.page.boxes import CharacterBoxes, Rect

RAISED_HEIGHT = 0.8
"""A raised number is smaller than what it stands at: so many times as high at most."""
RAISED_BY = 0.25
RAISED_LOOSE = 0.1
"""The same of boxes as high as their lines, which reach below what is written."""
TOUCHING = 0.35
"""Heights that may lie between it and what it stands at."""
NEAR_TOP = 0.45
"""Heights of the line that it may end below the top of it."""
STRAY_GAP = 0.5
"""The same for the mark of a note."""
MOST_RAISED = 1000
WORD_BEFORE = 30
"""Characters before a raised number that tell whether it is a power or the mark of a note."""
MOST_STRAYED = 300
MOST_HOSTS = 3
MOST_IN_LINE = 500
_NOTE_MARK = re.compile(
    r"[\d*†‡§](?<!\S.)(?:\d{0,2}|(?<!\d)[*†‡§]{0,2})"
    r"(?=(?: \d{1,3})* ?(?:\r?\n|$)|(?<=[.,;:?!)”’\"] .) |(?<=[.,;:?!)”’\"] ..) )"
)
"""At the end of a line, or behind a sign within it."""
_RAISED = re.compile(r"[-+−–]?\d[\d.,]{0,8}|[-+−]")
_BEFORE_RAISED = re.compile(r"[^\W_]|[)\].,;:!?”’\"'%]")
_LINE = re.compile(r"[^\r\n]+")
_NEWLINE = re.compile(r"\r?\n ?")

Edits = Mapping[int, tuple[int, str]]
"""Where → up to where, and what stands there instead."""


def raised_numbers(textpage: Any, text: str, rects: Sequence[Rect], raised: Sequence[int]) -> Edits:
    """10^6 where a small 6 stands raised behind 10, [6] behind a word; a line that pdfium breaks behind it stays whole.

    `raised`: which of the objects may be such.
    """
    edits: dict[int, tuple[int, str]] = {}
    for number in raised[:MOST_RAISED]:
        base, (left, bottom, right, top) = rects[number - 1], rects[number]
        high, low = base[3] - base[1], top - bottom
        index = pdfium.FPDFText_GetCharIndexAtPos(textpage, left + low / 4, (bottom + top) / 2, low / 3, low / 2)
        found = _RAISED.match(text, index) if 0 < index < len(text) else None
        if not found or not _BEFORE_RAISED.match(text[index - 1]):
            continue
        inside = textpage.get_text_bounded(left - 0.1, bottom - 0.1, right + 0.1, top + 0.1).strip()
        if not inside or not found.group().startswith(inside):
            continue
        edits[index] = (index + len(inside), superscript(text[max(0, index - WORD_BEFORE) : index], inside))
        newline = _NEWLINE.match(text, index + len(inside))
        following = rects[number + 1] if number + 1 < len(rects) else None
        if newline and following and following[0] >= right - 1 and following[1] < base[3] and following[3] > base[1]:
            spaced = following[0] - right > 0.1 * high or newline.group().endswith(" ")
            edits[newline.start()] = (newline.end(), " " if spaced else "")
    return edits


def parts(textpage: Any, text: str, rects: Sequence[Rect], restarts: Sequence[int]) -> Edits:
    """An empty line before each of the objects in `restarts`."""
    edits: dict[int, tuple[int, str]] = {}
    for left, bottom, right, top in (rects[number] for number in restarts[:MOST_RAISED]):
        wide, high = right - left, top - bottom
        at = pdfium.FPDFText_GetCharIndexAtPos(
            textpage, left + min(wide, high) / 4, (bottom + top) / 2, high / 3, high / 2
        )
        newline = text.rfind("\n", max(0, at - 2), at) if 0 < at < len(text) else -1
        if newline >= 0:
            edits[newline] = (newline + 1, "\n\n")
    return edits


def strayed_marks(textpage: Any, text: str, taken: Edits) -> Edits:
    """The marks of notes that were drawn after the line in which they stand, put where they stand.

    Some writers draw all small signs of a line at its end, so that a sentence reads "plotting to 138 overthrow".
    `taken`: what is marked already.
    """
    candidates = [mark for mark in islice(_NOTE_MARK.finditer(text), MOST_STRAYED) if mark.start() not in taken]
    if not candidates or pdfium.FPDFText_CountChars(textpage) != len(text):
        return {}
    box_of = CharacterBoxes(textpage).of_run
    small: list[tuple[re.Match[str], Rect]] = []
    for mark in candidates:
        box, other = box_of(*mark.span()), box_of(beside := _beside(text, mark.start()), beside + 1)
        if box and other and box[3] - box[1] <= RAISED_HEIGHT * (other[3] - other[1]):
            small.append((mark, box))
    if not small:
        return {}
    spans = [span.span() for span in _LINE.finditer(text)]
    lines = [(start, end, box) for start, end in spans if (box := box_of(start, start + 1))]
    edits: dict[int, tuple[int, str]] = {}
    for mark, box in small:
        start, end = mark.span()
        hosts = [line for line in lines if _is_raised_in(box, line[2])][:MOST_HOSTS]
        at = next((at for line in hosts if (at := _stands_at(text, box_of, line, box, mark)) is not None), None)
        if at is None or at in edits:
            continue
        behind, newline = at < 0, _NEWLINE.match(text, end)
        at = ~at if behind else at
        edits[at] = (
            at + 1,
            text[at] + superscript(text[max(0, at - WORD_BEFORE) : at + 1], mark.group())
            if behind
            else f"{mark.group()} {text[at]}",
        )
        if newline and (not start or text[start - 1] == "\n"):
            end = newline.end()
        elif text[end : end + 1] == " ":
            end += 1
        edits[start] = (end, "")
    return edits


def _beside(text: str, start: int) -> int:
    """A character to compare a mark's height with: the first of its line, the one before it where it stands alone."""
    first = text.rfind("\n", 0, start) + 1
    while text[first] == " ":
        first += 1
    if first < start:
        return first
    return max(0, start - MOST_IN_LINE) + max(0, len(text[max(0, start - MOST_IN_LINE) : start].rstrip()) - 1)


def _is_raised_in(mark: Rect, line: Rect) -> bool:
    """Whether it is a small one in the upper part of the line."""
    height = line[3] - line[1]
    return (
        mark[3] - mark[1] <= RAISED_HEIGHT * height
        and line[1] + RAISED_LOOSE * height <= mark[1] < line[3] < mark[3] + NEAR_TOP * height
    )


def _stands_at(
    text: str,
    box_of: Callable[[int, int], Rect | None],
    line: tuple[int, int, Rect],
    mark: Rect,
    itself: re.Match[str],
) -> int | None:
    """The character of the line before which the mark stands, ~ of the one behind which; None where it touches none."""
    start, end, (left, bottom, _, top) = line
    high, end = top - bottom, min(end, start + MOST_IN_LINE)
    written = [at for at in range(start, end) if not itself.start() <= at < itself.end() and not text[at].isspace()]
    if written and abs(left - mark[2]) <= STRAY_GAP * high:
        return written[0]
    for at, following in zip(written, [*written[1:], None], strict=True):
        box = box_of(at, at + 1)
        if not box or box[0] >= mark[0] or not _BEFORE_RAISED.match(text[at]):
            continue
        edge = box_of(at + 1, at + 2) if at + 1 < end and text[at + 1] == " " else None
        if min(abs(mark[0] - each[2]) for each in (box, edge) if each) > STRAY_GAP * high:
            continue
        if following == at + 1 and text[following].isalnum():
            continue
        beyond = box_of(following, following + 1) if following is not None else None
        if not beyond or not mark[0] - high < beyond[0] < mark[2] - TOUCHING / 2 * high:
            return ~at
    return None


def edited(text: str, edits: Edits, start: int = 0, end: int | None = None) -> str:
    """The text from `start` to `end` with what was put into it."""
    end = len(text) if end is None else end
    pieces, at = [], start
    for place in sorted(place for place in edits if start <= place < end):
        upto, instead = edits[place]
        pieces += [text[at:place], instead]
        at = min(upto, end)
    return "".join([*pieces, text[at:end]])
