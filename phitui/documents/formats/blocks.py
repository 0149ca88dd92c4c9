"""Documents without pages (Markdown, text, HTML, DOCX, EPUB) as a stream of blocks, and their cut into pages."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from phitui.text import clean, one_line

PAGE_CHARACTERS = 3000
"""About what a printed page holds."""
SECTION_CHARACTERS = 1000
"""A heading of level 1 or 2 begins a new page once the page holds so much."""
HEADING_CHARACTERS = 200
"""Longer headings are cut in lists; in the text they stand whole."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a list item, a table row or a heading."""

    text: str
    level: int = 0
    """1 to 6 for a heading, 0 for other text."""
    chapter: bool = False
    """Begins a page."""


@dataclass(slots=True)
class FlowPage:
    """A page that was cut: its text and its headings as (title, level, offset)."""

    text: str = ""
    headings: list[tuple[str, int, int]] = field(default_factory=list)


def paginate(blocks: Iterable[Block]) -> Iterator[FlowPage]:
    """Pages of about PAGE_CHARACTERS, ended at blocks' borders; texts are clean."""
    page = FlowPage()
    for block in blocks:
        text = one_line(block.text) if block.level else clean(block.text).strip("\n ")
        full = len(page.text) + len(text) > PAGE_CHARACTERS
        section = 0 < block.level <= 2 and len(page.text) >= SECTION_CHARACTERS
        if page.text and (full or section or block.chapter):
            yield page
            page = FlowPage()
        if not text.strip():
            continue
        for piece in _pieces(text):
            if page.text and len(page.text) + len(piece) > PAGE_CHARACTERS:
                yield page
                page = FlowPage()
            if page.text:
                page.text += "\n\n"
            if block.level:
                page.headings.append((one_line(text, HEADING_CHARACTERS), block.level, len(page.text)))
            page.text += piece
    if page.text:
        yield page


def _pieces(text: str) -> Iterator[str]:
    """A block longer than a page is cut at line ends or spaces."""
    while len(text) > PAGE_CHARACTERS:
        cut = max(text.rfind("\n", PAGE_CHARACTERS // 2, PAGE_CHARACTERS), text.rfind(". ", 1, PAGE_CHARACTERS) + 1)
        if cut <= PAGE_CHARACTERS // 2:
            cut = text.rfind(" ", PAGE_CHARACTERS // 2, PAGE_CHARACTERS)
        if cut <= 0:
            cut = PAGE_CHARACTERS
        head, text = text[:cut].rstrip(), text[cut:].lstrip()
        if head:
            yield head
    if text:
        yield text
