"""Where the text of a page stands: rows and their cells, columns.

pdfium gives the text in the order in which it was drawn, without the gaps between its parts. Most pages need no more:
their text objects stand below each other. Where they do not, the words are looked at one by one.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pypdfium2.raw as pdfium

from phitui.documents.pdf.page.boxes import CharacterBoxes, Rect
from phitui.documents.pdf.page.raised import RAISED_BY, RAISED_HEIGHT, TOUCHING, Edits, edited

MOST_OBJECTS = 20_000
"""Text objects of a page that are looked at; a page of single letters has some thousands."""
MOST_CHARACTERS = 200_000
MOST_WORDS = 20_000
WIDE_GAP = 1.0
"""Heights of a line that part two cells; a space is a third of one."""
TIGHT_GAP = 1.5
"""The same in heights of the shapes themselves, which are lower."""
LOOSE_GAPS = 5
LOOSE_SHARE = 0.6
EVENLY = 1.5
"""A line with so many wide gaps, all about as wide, of whose words so many begin with a small letter, and without a
figure, is one of prose that is set loosely."""
WIDER = 2.2
"""So many times the usual gap of its line: in a justified line all are wide."""
SAMPLE_OBJECTS = 100
FEW_OBJECTS = 60
FEWEST_CELLS = 3
"""On a page of more objects; one or two are a header with a number far from its title."""
FAR_ABOVE = 2.0
"""Heights of a line; what goes on so far up is another part of the page."""
CELL_WIDTH = 20
"""Heights of a line; what is wider is a line of prose."""
MARKS = "\ufffe\x02"
"""pdfium's marks of a hyphen at a line's end."""
SAME_ROW = 0.45
"""Heights by which the baselines of one row may differ."""
OVERLAP = 0.3
"""Heights by which words of a line may overlap; text that is drawn upon other text overlaps by more."""
LETTERS = 0.1
"""Heights between letters of a word."""
MOST_TURNED = 40
"""Words that run upwards or downwards on a page whose others do not."""
_WORD = re.compile("[^ \r\n\ufffe\x02]+")
_SPACE_OF_FONT = re.compile(r"(?<!\r)\n")
"""pdfium ends its lines with both signs: some fonts say of their space that it is a new line."""


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
    height: float = field(init=False)

    def __post_init__(self) -> None:
        self.height = max(1.0, self.top - self.bottom)

    @property
    def left(self) -> float:
        return self.words[0].left

    @property
    def right(self) -> float:
        return self.words[-1].right

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


def middle(values: Iterable[float]) -> float:
    """The median, or the greater of the two; the standard library's takes 50 ms to import."""
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


def text_of(lines: Sequence[Line]) -> str:
    """Lines below each other."""
    return "".join(part for line in lines for part in (line.text, line.end)).rstrip("\n")


def with_every_space(textpage: Any, text: str) -> str:
    """The text of a whole page with the spaces that pdfium leaves out between cells, a character for each of its own.

    As it is where it lacks more than that: what lies outside of the page.
    """
    count = pdfium.FPDFText_CountChars(textpage)
    if count == len(text) or count > MOST_CHARACTERS:
        return text
    read, raw = pdfium.FPDFText_GetUnicode, textpage.raw
    whole = "".join(chr(read(raw, at) or 32) for at in range(count))
    same = "".join(whole.split()).replace("\ufffe", "\x02") == "".join(text.split()).replace("\ufffe", "\x02")
    return with_spaces(whole) if same else text


def with_spaces(text: str) -> str:
    """What pdfium says, with a space for each new line that is none, character by character."""
    return _SPACE_OF_FONT.sub(" ", text)


@dataclass(slots=True)
class Spread:
    """How a page's objects stand to each other."""

    cells: int = 0
    """Far apart on one line as the object before, or higher up to its right: cells, columns."""
    raised: list[int] = field(default_factory=list)
    """Numbers of the small ones that stand raised right behind the one before."""
    restarts: list[int] = field(default_factory=list)
    """Numbers of those far above the one before and over it: notes were drawn before the text, and it begins here."""

    def calls_for_words(self, count: int) -> bool:
        """Whether words have to be looked at on a page of so many objects; one line apart may be a header."""
        return self.cells >= (FEWEST_CELLS if count > FEW_OBJECTS else 1)


def spread_of(rects: Sequence[Rect]) -> Spread:
    found = Spread()
    usual = middle([top - bottom for _, bottom, _, top in rects[:SAMPLE_OBJECTS]])
    lines: set[int] = set()
    by_letter = middle([right - left for left, _, right, _ in rects[:SAMPLE_OBJECTS]]) < usual
    left, bottom, right, top = rects[0]
    begin = left
    """Where what touches the object before begins, where a program draws each letter by itself. Elsewhere small objects
    with a gap behind them are bullets and marks of notes."""
    for number in range(1, len(rects)):
        lines.add(round(bottom))
        left2, bottom2, right2, top2 = rects[number]
        height, height2 = top - bottom, top2 - bottom2
        beside = bottom2 < top and bottom < top2
        if beside:
            gap = left2 - right
            beside = by_letter and left2 >= begin and gap <= TIGHT_GAP * usual
            if gap > TIGHT_GAP * usual and gap > TIGHT_GAP * height and gap > TIGHT_GAP * height2:
                found.cells += right - begin > usual  # no bullet
            elif (
                height2 <= RAISED_HEIGHT * height
                and -0.2 * height <= gap <= TOUCHING * height
                and bottom + RAISED_BY * height <= bottom2 < top < top2 + height2
            ):
                found.raised.append(number)
        elif (
            bottom2 >= bottom + usual
            and left2 > right
            and right2 - left2 < CELL_WIDTH * usual
            and not lines.isdisjoint(range(round(bottom2) - 1, round(bottom2) + 2))
        ):
            found.cells += FEWEST_CELLS
        elif bottom2 > top + FAR_ABOVE * usual and left2 < right:
            found.restarts.append(number)
        begin = begin if beside else left2
        left, bottom, right, top = left2, bottom2, right2, top2
    return found


# ── words and lines ──────────────────────────────────────────────────────────────────────────────────────────


def lines_of(textpage: Any, text: str, edits: Edits) -> list[Line]:
    """pdfium's lines with the places of their words; none where these cannot be told or do not run to the right."""
    if pdfium.FPDFText_CountChars(textpage) != len(text):
        return []
    box_of = CharacterBoxes(textpage).of_run
    lines: list[Line] = []
    words: list[Word] = []
    bottom = top = 0.0
    before = turns = 0
    for count, match in enumerate(_WORD.finditer(text), 1):
        start, end = match.span()
        between = text[before:start]
        if between != " " and words and before not in edits:
            mark = between[0] if between[0] in MARKS else ""
            if mark or "\n" in between:
                lines.append(Line(words, bottom, top, mark or "\n"))
                words = []
        before = end
        written = edited(text, edits, start, end) if edits else match.group()
        if not written:
            continue
        box = box_of(start, end)
        turned = box is None
        if turned:
            box, turns = box_of(start, start + 1), turns + 1
        if count > MOST_WORDS or box is None or turns > MOST_TURNED:
            return []
        left, low, right, high = box
        if turned:  # beside an axis of a figure: a line of its own
            if words:
                lines.append(Line(words, bottom, top))
            lines.append(Line([Word(written, left, right)], low, high))
            words = []
            continue
        if words and left < words[-1].left and abs(low - bottom) > SAME_ROW * (top - bottom):
            lines.append(Line(words, bottom, top))  # a new one, which pdfium did not see
            words = []
        if not words:
            bottom, top = low, high
        words.append(Word(written, left, right))
    if words:
        lines.append(Line(words, bottom, top))
    return [parted(line) for line in _rows(lines)]


def _left(word: Word) -> float:
    return word.left


def _rows(lines: Sequence[Line]) -> list[Line]:
    """The lines, where one goes on at the height of the one before it as one; words from the left."""
    rows: list[Line] = []
    for line in lines:
        ordered = sorted(line.words, key=_left)
        if all(before.right < word.left + OVERLAP * line.height for before, word in pairwise(ordered)):
            line.words = ordered
        last = rows[-1] if rows else None
        gap = line.left - last.right if last else 0.0
        if last and abs(last.bottom - line.bottom) <= SAME_ROW * line.height and gap > -LETTERS * line.height:
            if gap < LETTERS * line.height and last.end == "\n":  # a word in which pdfium saw new lines
                last.words[-1].text += line.words[0].text
                last.words[-1].right = line.words[0].right
                line.words = line.words[1:]
            last.words += line.words
            last.end = line.end
        else:
            rows.append(line)
    return rows


def _is_running(line: Line) -> bool:
    small = sum(word.text[0].islower() for word in line.words)
    return small >= LOOSE_SHARE * len(line.words) and not any(map(str.isdigit, line.text))


def parted(line: Line) -> Line:
    """The line with its wide gaps marked."""
    gaps = [after.left - before.right for before, after in pairwise(line.words)]
    wide = WIDE_GAP * line.height
    if not gaps or max(gaps) <= wide:
        return line
    usual = [gap for gap in gaps if 0 < gap <= 0.8 * line.height]
    wide = max(wide, WIDER * middle(usual) if usual else 0.0)
    loose = [gap for gap in gaps if gap > wide]
    if len(loose) >= LOOSE_GAPS and max(loose) < EVENLY * min(loose) and _is_running(line):
        return line
    for word, gap in zip(line.words[1:], gaps, strict=True):
        word.apart = gap > wide
    return line
