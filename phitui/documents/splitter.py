"""A document cut into sentences and passages: what is quoted, and what is searched."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise

from phitui.documents.cleaner import heading_pattern
from phitui.documents.document import Document, Heading, Passage, Span, SplitDocument
from phitui.documents.tables import Tables
from phitui.text import one_line, sentences

VERSION = 5
"""Raised when documents are cut in a better way: `phitui library rebuild` then cuts those of older versions anew."""
TARGET_CHARACTERS = 950
"""A passage grows by whole sentences up to this."""
FEWEST_CHARACTERS = 750
"""Below this it grows on, up to MOST_CHARACTERS."""
MOST_CHARACTERS = 1000
OVERLAP_CHARACTERS = 250
"""A passage begins with about so much of the one before it: as many whole sentences as come closest."""
MOST_OVERLAP_CHARACTERS = 320
"""Statutes, whose sentences are all long, would otherwise be stored twice."""
SENTENCE_CHARACTERS = 400
"""Longer sentences (tables, run-on lists) are cut; two of them and a half make a passage."""
_FORM_ENDS = re.compile(r"(?:^|\n)(?:[^\n]*\t[^\n]*|[^\n:]{1,60}:[ ]+[^\n]{1,80}|[^\n]{1,60}\d)\s{0,40}\Z")
"""The last line of a page is a row, a label with its value, or ends with a number."""
_BEGINS = re.compile(r"\s*[^\Wa-z_]")
SECTION_CHARACTERS = 200
SECTION_SEPARATOR = " › "


def split(document: Document) -> SplitDocument:
    """Sentences in order, and passages over them. Every one is a verbatim slice of the pages' texts."""
    whole = _Whole(document)
    sections = _Sections(document, whole)
    tables = Tables(whole.text, whole.starts)
    spans = [
        piece
        for sentence in sentences(whole.text)
        for part in sections.apart(sentence)
        for side in whole.apart(part)
        for row in tables.rows(side)
        for piece in _cut(whole.text, row)
    ]
    passages = []
    for first, last in _group(spans, sections.borders | tables.begin, tables.begin.intersection(whole.starts)):
        start, end = spans[first][0], spans[last][1]
        span = whole.span(start, end)
        passages.append(
            Passage(
                whole.text[start:end],
                span,
                document.pages[span.page - 1].label,
                _header(sections.at((start + end) // 2), tables.caption_above(start), tables.heads_above(start)),
                first,
                last,
            )
        )
    return SplitDocument(tuple(whole.span(start, end) for start, end in spans), tuple(passages))


def _header(section: str, caption: str, heads: str) -> str:
    """The path of headings with caption and heads of the table that the passage goes on with: these are kept whole."""
    table = SECTION_SEPARATOR.join(filter(None, ("" if caption in section else caption, heads)))
    if not table:
        return one_line(section, SECTION_CHARACTERS)
    room = max(0, SECTION_CHARACTERS - len(table) - len(SECTION_SEPARATOR))
    return one_line(SECTION_SEPARATOR.join(filter(None, (one_line(section, room), table))), SECTION_CHARACTERS)


class _Whole:
    """All pages joined by newlines, and the way back from its offsets to pages."""

    def __init__(self, document: Document):
        self.text = "\n".join(page.text for page in document.pages)
        self.starts: list[int] = []
        at = 0
        for page in document.pages:
            self.starts.append(at)
            at += len(page.text) + 1
        self._ended = [
            start
            for start, before in zip(self.starts[1:], document.pages, strict=False)
            if _FORM_ENDS.search(before.text) and _BEGINS.match(self.text, start)
        ]
        """Where pages begin whose sentences do not go on from the page before."""

    def apart(self, span: tuple[int, int]) -> list[tuple[int, int]]:
        """The sentence without what stands on the page before a form: a new page is a new record there."""
        start, end = span
        inside = self._ended[bisect_right(self._ended, start) : bisect_left(self._ended, end)]
        return _trimmed(self.text, (start, *inside, end))

    def span(self, start: int, end: int) -> Span:
        first = bisect_right(self.starts, start) - 1
        last = bisect_right(self.starts, end - 1) - 1
        return Span(first + 1, start - self.starts[first], last + 1, end - self.starts[last])


def _trimmed(text: str, borders: Sequence[int]) -> list[tuple[int, int]]:
    """What stands between the borders, without white space around it."""
    pieces = []
    for left, right in pairwise(borders):
        piece = text[left:right]
        if piece.strip():
            left += len(piece) - len(piece.lstrip())
            pieces.append((left, left + len(piece.strip())))
    return pieces


def _cut(text: str, span: tuple[int, int]) -> list[tuple[int, int]]:
    """Pieces of at most SENTENCE_CHARACTERS, ended at a line's end, else at white space, else anywhere."""
    pieces = []
    start, end = span
    while end - start > SENTENCE_CHARACTERS:
        limit = start + SENTENCE_CHARACTERS
        cut = text.rfind("\n", start + SENTENCE_CHARACTERS // 2, limit + 1)
        if cut < 0:
            cut = max(text.rfind(" ", start + 1, limit + 1), text.rfind("\t", start + 1, limit + 1))
        if cut <= start:
            cut = limit
        stop = cut
        while stop > start and text[stop - 1].isspace():
            stop -= 1
        if stop > start:
            pieces.append((start, stop))
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        pieces.append((start, end))
    return pieces


def _group(
    spans: Sequence[tuple[int, int]], borders: AbstractSet[int], pages: AbstractSet[int] = frozenset()
) -> list[tuple[int, int]]:
    """(first, last) sentence of each passage. A passage that is long enough ends where a section or a table begins.

    `pages` are those borders at which a page begins, too.
    """

    def length(first: int, last: int) -> int:
        return spans[last][1] - spans[first][0]

    groups: list[tuple[int, int]] = []
    first = 0
    while first < len(spans):
        last = first
        while last + 1 < len(spans):
            now = length(first, last)
            limit = TARGET_CHARACTERS if now >= FEWEST_CHARACTERS else MOST_CHARACTERS
            following = spans[last + 1][0]
            at_border = following in borders and now >= (
                OVERLAP_CHARACTERS if following in pages else FEWEST_CHARACTERS
            )
            if at_border or length(first, last + 1) > limit:
                break
            last += 1
        done = last + 1 >= len(spans)
        while done and groups and first > groups[-1][0] + 1 and length(first, last) < FEWEST_CHARACTERS:
            if length(first - 1, last) > MOST_CHARACTERS:
                break
            first -= 1  # the last passage is made long enough by more overlap
        groups.append((first, last))
        if done:
            break
        following = last + 1
        if spans[following][0] not in borders:
            overlap = 0
            while following - 1 > first:
                more = length(following - 1, last)
                closer = abs(more - OVERLAP_CHARACTERS) < abs(overlap - OVERLAP_CHARACTERS)
                if more > MOST_OVERLAP_CHARACTERS or not closer:
                    break
                following, overlap = following - 1, more
        first = following
    return groups


@dataclass(frozen=True, slots=True)
class _Place:
    at: int
    path: str


class _Sections:
    """Which headings a place in the text stands under."""

    def __init__(self, document: Document, whole: _Whole):
        self._places: list[_Place] = []
        stack: list[Heading] = []
        borders: set[int] = set()
        ends: set[int] = set()
        for heading in document.headings:
            while stack and stack[-1].level >= heading.level:
                stack.pop()
            stack.append(heading)
            titles = [each.title for each in stack if each.title != document.title]
            at = whole.starts[heading.page - 1] + heading.offset
            self._places.append(_Place(at, one_line(SECTION_SEPARATOR.join(titles), SECTION_CHARACTERS)))
            found = heading_pattern(heading.title).match(whole.text, at)
            if found:
                borders.add(found.start("heading"))
                if whole.text[found.end() : found.end() + 1] in ("", "\n"):
                    ends.add(found.end())
        self._starts = [place.at for place in self._places]
        self.borders = frozenset(borders)
        """Offsets at which a heading stands in the text."""
        self._cuts = sorted(borders | ends)
        self._text = whole.text

    def apart(self, span: tuple[int, int]) -> list[tuple[int, int]]:
        """The sentence without the headings in it: what stands before, in and behind them."""
        start, end = span
        inside = self._cuts[bisect_right(self._cuts, start) : bisect_left(self._cuts, end)]
        return _trimmed(self._text, (start, *inside, end))

    def at(self, offset: int) -> str:
        number = bisect_right(self._starts, offset) - 1
        return self._places[number].path if number >= 0 else ""
