"""Where the text of a page stands: rows and their cells, columns, raised numbers.

pdfium gives the text in the order in which it was drawn, without the gaps between its parts. Most pages need no more:
their text objects stand below each other. Where they do not, the words are looked at one by one.
"""

import ctypes
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

import pypdfium2.raw as pdfium

Rect = tuple[float, float, float, float]
"""Left, bottom, right, top, in points from the page's left lower corner."""

MOST_OBJECTS = 20_000
"""Text objects of a page that are looked at; a page of single letters has some thousands."""
MOST_WORDS = 20_000
WIDE_GAP = 1.0
"""Heights of a line that part two cells; a space is a third of one."""
WIDER = 2.2
"""So many times the usual gap of its line: in a justified line all are wide."""
RAISED_HEIGHT = 0.8
"""A raised number is smaller than what it stands at: so many times as high at most."""
RAISED_BY = 0.25
TOUCHING = 0.35
"""Heights that may lie between it and what it stands at."""
CELL_WIDTH = 20
"""Heights of a line; what is wider is a line of prose."""
MARKS = "\ufffe\x02"
"""pdfium's marks of a hyphen at a line's end."""
SAME_ROW = 0.45
"""Heights by which the baselines of one row may differ."""
MOST_RAISED = 1000
_RAISED = re.compile(r"[-+−–]?\d[\d.,]{0,8}|[-+−]")
_BEFORE_RAISED = re.compile(r"[^\W_]|[)\].,;:!?”’\"'%]")
_NEWLINE = re.compile(r"\r?\n ?")
_SEPARATOR = re.compile(r"(\r?\n|[\ufffe\x02])| +")


@dataclass(slots=True)
class Word:
    """A run of characters without a space."""

    text: str
    left: float
    right: float
    apart: bool = False
    """Whether a wide gap lies before it."""
    drawn: bool = False
    """Upon the page, such as what a field of a form holds."""


@dataclass(slots=True)
class Line:
    """Words side by side, from the left; at least one."""

    words: list[Word]
    bottom: float
    top: float
    end: str = "\n"
    """What follows it: a newline, or pdfium's mark of a hyphen, which joins it to the next line."""

    @property
    def left(self) -> float:
        return self.words[0].left

    @property
    def right(self) -> float:
        return self.words[-1].right

    @property
    def height(self) -> float:
        return max(1.0, self.top - self.bottom)

    @property
    def text(self) -> str:
        parts = [self.words[0].text]
        for word in self.words[1:]:
            parts += ["\t" if word.apart else " ", word.text]
        return "".join(parts)

    def cells(self) -> "list[Line]":
        """The line cut at its wide gaps."""
        starts = [0, *(at for at, word in enumerate(self.words) if at and word.apart), len(self.words)]
        found = [Line(self.words[a:b], self.bottom, self.top) for a, b in pairwise(starts)]
        found[-1].end = self.end
        return found


def text_of(lines: Sequence[Line]) -> str:
    """Lines below each other."""
    return "".join(part for line in lines for part in (line.text, line.end)).rstrip("\n")


def objects(textpage: Any) -> list[Rect]:
    """The boxes of the page's text objects, in the order in which they were drawn."""
    count = min(MOST_OBJECTS, pdfium.FPDFText_CountRects(textpage, 0, -1))
    left, top, right, bottom = (ctypes.c_double() for _ in range(4))
    places = [ctypes.byref(each) for each in (left, top, right, bottom)]
    read, found = pdfium.FPDFText_GetRect, []
    for number in range(count):
        read(textpage, number, *places)
        found.append((left.value, bottom.value, right.value, top.value))
    return found


def is_spread(rects: Sequence[Rect]) -> bool:
    """Whether objects stand far apart on one line, or small ones beside earlier ones: cells, columns."""
    left, bottom, right, top = rects[0]
    for rect in rects[1:]:
        left2, bottom2, right2, top2 = rect
        height, height2 = top - bottom, top2 - bottom2
        if min(top, top2) - max(bottom, bottom2) > 0.3 * min(height, height2):
            wide = WIDE_GAP * max(height, height2, 1.0)
            if left2 - right > wide or right2 < left - wide:
                return True
        elif bottom2 > top and left2 > right and right2 - left2 < CELL_WIDTH * max(height, height2):
            return True
        left, bottom, right, top = rect
    return False


# ── raised numbers ───────────────────────────────────────────────────────────────────────────────────────────

Edits = Mapping[int, tuple[int, str]]
"""Where → up to where, and what stands there instead."""


def raised_numbers(textpage: Any, text: str, rects: Sequence[Rect]) -> Edits:
    """10^6 where a small 6 stands raised behind 10; the line that pdfium breaks behind it stays whole."""
    edits: dict[int, tuple[int, str]] = {}
    for number, (base, rect) in enumerate(pairwise(rects), 1):
        left, bottom, right, top = rect
        high, low = base[3] - base[1], top - bottom
        near = -0.2 * high <= left - base[2] <= TOUCHING * high
        if not (0 < low <= RAISED_HEIGHT * high and near and base[1] + RAISED_BY * high <= bottom < base[3] < top + low):
            continue
        index = pdfium.FPDFText_GetCharIndexAtPos(textpage, left + low / 4, (bottom + top) / 2, low / 3, low / 2)
        found = _RAISED.match(text, index) if 0 < index < len(text) else None
        if not found or not _BEFORE_RAISED.match(text[index - 1]):
            continue
        inside = textpage.get_text_bounded(left - 0.1, bottom - 0.1, right + 0.1, top + 0.1).strip()
        if not inside or not found.group().startswith(inside):
            continue
        edits[index] = (index, "^")
        newline = _NEWLINE.match(text, index + len(inside))
        following = rects[number + 1] if number + 1 < len(rects) else None
        if newline and following and following[0] >= right - 1 and following[1] < base[3] and following[3] > base[1]:
            spaced = following[0] - right > 0.1 * high or newline.group().endswith(" ")
            edits[newline.start()] = (newline.end(), " " if spaced else "")
        if len(edits) > MOST_RAISED:
            break
    return edits


def edited(text: str, edits: Edits, start: int = 0, end: int | None = None) -> str:
    """The text from `start` to `end` with what was put into it."""
    end = len(text) if end is None else end
    pieces, at = [], start
    for place in sorted(place for place in edits if start <= place < end):
        upto, instead = edits[place]
        pieces += [text[at:place], instead]
        at = min(upto, end)
    return "".join([*pieces, text[at:end]])


# ── words and lines ──────────────────────────────────────────────────────────────────────────────────────────


def lines_of(textpage: Any, text: str, edits: Edits) -> list[Line]:
    """pdfium's lines with the places of their words; none where these cannot be told or do not run to the right."""
    if pdfium.FPDFText_CountChars(textpage) != len(text):
        return []
    box = pdfium.FS_RECTF()
    place, read = ctypes.byref(box), pdfium.FPDFText_GetLooseCharBox
    lines: list[Line] = []
    words: list[Word] = []
    bottom = top = 0.0
    at = count = 0
    edges = [(match.start(), match.end(), match.group(1)) for match in _SEPARATOR.finditer(text)]
    for start, end, newline in [*edges, (len(text), len(text), "\n")]:
        if start > at:
            count += 1
            if count > MOST_WORDS or not read(textpage, at, place):
                return []
            left, low, right, high = box.left, box.bottom, box.right, box.top
            if start - at > 1:
                read(textpage, start - 1, place)
                if box.left < left or (box.left < left + 0.1 and abs(box.bottom - low) > 1):
                    return []  # upside down, or turned
                right = max(right, box.right)
            if not words:
                bottom, top = low, high
            word = edited(text, edits, at, start) if edits else text[at:start]
            words.append(Word(word, left, right))
        at = end
        if newline and words and start not in edits:
            lines.append(Line(words, bottom, top, newline if newline in MARKS else "\n"))
            words = []
    return [_parted(line) for line in _rows(lines)]


def _rows(lines: Sequence[Line]) -> list[Line]:
    """The lines, where one goes on at the height of the one before it as one; words from the left."""
    rows: list[Line] = []
    for line in lines:
        if any(word.left < before.left for before, word in pairwise(line.words)):
            line.words.sort(key=lambda word: word.left)
        last = rows[-1] if rows else None
        if last and abs(last.bottom - line.bottom) <= SAME_ROW * line.height and line.left > last.right:
            last.words += line.words
            last.end = line.end
        else:
            rows.append(line)
    return rows


def _parted(line: Line) -> Line:
    """The line with its wide gaps marked."""
    gaps = [after.left - before.right for before, after in pairwise(line.words)]
    usual = [gap for gap in gaps if 0 < gap <= 0.8 * line.height]
    wide = max(WIDE_GAP * line.height, WIDER * median(usual) if usual else 0.0)
    for word, gap in zip(line.words[1:], gaps, strict=True):
        word.apart = gap > wide
    return line
