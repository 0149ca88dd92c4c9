"""A page's text as lines: what is chosen is bright, what was marked is underlined, with its note below."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from phitui.app.desk import desk
from phitui.app.theme import Ink
from phitui.app.widgets.rows import Lined
from phitui.app.widgets.texts import wrapped
from phitui.documents.tables import aligned
from phitui.records import StoredPage
from phitui.text import clean

if TYPE_CHECKING:
    from phitui.documents.document import Span
    from phitui.library.store.marks.marks import Mark

MEASURE = 92
"""Widest line of text, cells: longer ones are hard to read."""


def on_page(span: "Span | None", page: StoredPage) -> tuple[int, int] | None:
    """The part of a span that stands on that page; None where none of it does."""
    if span is None or not span.page <= page.page <= span.page_end:
        return None
    start = span.start if page.page == span.page else 0
    end = span.end if page.page == span.page_end else len(page.text)
    return start, end


class PageText(Lined):
    """The page, wrapped; the span is bright, with a mark beside it."""

    DEFAULT_CSS = "PageText { height: auto; background: $background; }"

    def __init__(self) -> None:
        super().__init__()
        self.page: StoredPage | None = None
        self.span: tuple[int, int] | None = None
        self.message = "reading the page …"
        self.first_marked = 0
        """The line on which the span begins."""
        self._marks: list[tuple[int, int, str]] = []
        self._drawn: list[Content] = []

    def show(
        self, page: StoredPage | None, span: tuple[int, int] | None, marks: "Sequence[Mark]" = (), message: str = ""
    ) -> None:
        """Another page, with the span (start, end) in its text, and those of the document's marks that are on it."""
        self.page, self.span, self.message = page, span, message
        self._marks = []
        for mark in marks if page is not None else ():
            assert page is not None
            place = on_page(mark.span, page) if mark.placed else None
            if place is not None:
                self._marks.append((*place, mark.note if mark.span.page_end == page.page else ""))
        self.redraw()

    def _lines(self, width: int) -> list[Content]:
        if width != self._width:
            self._width = width
            self._drawn = self._draw(width)
        return self._drawn

    def _draw(self, width: int) -> list[Content]:
        ink = desk(self).ink
        if self.page is None or not self.page.text.strip():
            message = self.message or "This page has no text: v shows it as a picture."
            return [Content(""), Content.styled(f"   {message}", ink.soft)]
        text = self.page.text
        start, end = self.span or (0, 0)
        measure = min(MEASURE, width - 4)
        lines: list[Content] = [Content("")]
        self.first_marked = 0
        at = 0
        for raw, shown in zip(text.split("\n"), aligned(text, measure), strict=True):
            inside = _touches(start, end, at, raw)
            content = Content.styled(clean(shown).expandtabs(4), ink.soft if start < end else ink.text)
            as_it_is = clean(raw) == raw
            if inside and as_it_is:
                content = content.stylize(ink.text, *_within(start, end, at, raw, shown))
            marked = [each for each in self._marks if _touches(each[0], each[1], at, raw)]
            for first, last, _ in marked if as_it_is else ():
                content = content.stylize(ink.marked, *_within(first, last, at, raw, shown))
            if inside and not self.first_marked:
                self.first_marked = len(lines)
            sign = " ▌ " if inside else " │ " if marked else "   "
            lead = Content.styled(sign, ink.accent)
            lines += wrapped(content, measure, lead, rest=lead)
            for _, last, note in marked:
                if note and last <= at + len(raw):
                    lines += _noted(note, measure, ink)
            at += len(raw) + 1
        return [*lines, Content("")]


def _touches(start: int, end: int, at: int, raw: str) -> bool:
    """Whether a span has something of the line that begins at that offset."""
    return start < end and at < end and at + len(raw) > start


def _within(start: int, end: int, at: int, raw: str, shown: str) -> tuple[int, int]:
    """The columns of the line that are of the span: all of a table's row, whose cells are moved."""
    return (0, len(shown)) if "\t" in raw else (max(0, start - at), min(len(raw), end - at))


def _noted(note: str, measure: int, ink: Ink) -> list[Content]:
    lead = Content.styled(" │ › ", ink.accent)
    rest = Content.styled(" │   ", ink.accent)
    return [
        line
        for each in clean(note).splitlines()
        for line in wrapped(Content.styled(each, ink.accent), measure, lead, rest=rest)
    ]
