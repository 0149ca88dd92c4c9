"""What reading a file yields: pages, headings, and after splitting, sentences and passages."""

from collections.abc import Mapping
from pathlib import Path

from phitui.values import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `text` is cleaned (see `phitui.text.clean`) and free of running headers and footers."""

    number: int
    """Counts from 1."""
    text: str
    label: str | None = None
    """The page label printed in the document ("iii"), where it has one."""
    scan: bool = False
    """A picture of a page, without text."""
    lost: str | None = None
    """Why the page could not be read, where it could not."""
    ocr: str | None = None
    """The language in which its text was recognised in its picture, where it was."""


@dataclass(frozen=True, slots=True)
class Heading:
    """An outline entry or a heading found in the text."""

    title: str
    level: int
    """1 is the outermost."""
    page: int
    offset: int = 0
    """Where it starts in the page's text, 0 where unknown."""


@dataclass(frozen=True, slots=True)
class Document:
    """One file, read whole."""

    path: Path
    title: str
    pages: tuple[Page, ...]
    headings: tuple[Heading, ...] = ()
    reader: str = ""
    """Which reader produced it: pdfium, pypdf2, pikepdf+pdfium, markdown, …"""
    notes: tuple[str, ...] = ()
    """One sentence each: pages lost, rewritten by pikepdf, …"""
    incomplete: bool = False
    """Whether pages, or the end of it, could not be read."""
    author: str = ""
    """Whom the file names as its author; empty where it names nobody."""

    @property
    def empty_pages(self) -> int:
        """Pages without visible text."""
        return sum(not page.text.strip() for page in self.pages)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text: from `start` in `page` to before `end` in `page_end`, offsets into the pages' texts."""

    page: int
    start: int
    page_end: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences, the unit that is searched, shown and packed."""

    text: str
    """Verbatim, pages joined by a newline; without the header."""
    span: Span
    page_label: str | None
    section: str
    """Path of headings it stands under, joined by " › "; may be empty."""
    first_sentence: int
    last_sentence: int
    """Inclusive indices into the document's sentences."""


@dataclass(frozen=True, slots=True)
class SplitDocument:
    """A document cut into sentences (never overlapping) and passages (overlapping by about a quarter)."""

    sentences: tuple[Span, ...]
    passages: tuple[Passage, ...]


def slice_text(pages: Mapping[int, str], span: Span) -> str:
    """The text of a span; `pages` maps page numbers to their texts, "" where one is missing. Joined by a newline."""
    if span.page == span.page_end:
        return pages.get(span.page, "")[span.start : span.end]
    parts = [pages.get(span.page, "")[span.start :]]
    parts += [pages.get(number, "") for number in range(span.page + 1, span.page_end)]
    parts.append(pages.get(span.page_end, "")[: span.end])
    return "\n".join(parts)
