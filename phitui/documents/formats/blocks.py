"""Documents without pages (text, web pages, office files, mail) as a stream of blocks, and their cut into pages."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from phitui.documents.content import open_regular
from phitui.errors import Cause, DocumentError
from phitui.text import clean, one_line

PAGE_CHARACTERS = 3000
"""About what a printed page holds."""
SECTION_CHARACTERS = 1000
"""A heading of level 1 or 2 begins a new page once the page holds so much."""
HEADING_CHARACTERS = 200
"""Longer headings are cut in lists; in the text they stand whole."""
SOURCE_BYTES = 200 * 2**20
"""No text is longer; a file that has to be held in memory whole is not read beyond it."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a list item, a table row or a heading."""

    text: str
    level: int = 0
    """1 to 6 for a heading, 0 for other text."""
    chapter: bool = False
    """Begins a page."""
    label: str = ""
    """The label of the page that it begins, such as a slide's number."""


@dataclass(slots=True)
class Flow:
    """What a reader of a format makes of a file; all but the blocks is complete only when those are read."""

    blocks: Iterator[Block] = field(default_factory=lambda: iter(()))
    title: str = ""
    notes: list[str] = field(default_factory=list)
    """One sentence each: what was guessed, what is missing."""
    author: str = ""
    """Whom the file names as such; several with commas between them."""

    def note(self, sentence: str) -> None:
        """Says it once."""
        if sentence and sentence not in self.notes:
            self.notes.append(sentence)


@dataclass(frozen=True, slots=True)
class Source:
    """A file, or a file inside another one."""

    name: str
    path: Path | None = None
    data: bytes = b""
    """Its bytes where it has no path of its own."""
    depth: int = 0
    """How many files it stands within."""

    @classmethod
    def of(cls, path: Path) -> "Source":
        return cls(path.name, path)

    @property
    def suffix(self) -> str:
        return Path(self.name).suffix.lower()

    def open(self) -> BinaryIO:
        """Raises OSError, DocumentError for what is no regular file."""
        return io.BytesIO(self.data) if self.path is None else open(open_regular(self.path), "rb")

    def read(self) -> bytes:
        """All of it. Raises DocumentError beyond SOURCE_BYTES."""
        if self.path is None:
            return self.data
        with self.open() as file:
            data = file.read(SOURCE_BYTES + 1)
        if len(data) > SOURCE_BYTES:
            raise DocumentError("The file is larger than 200 MB and was not read.", Cause.TOO_LARGE)
        return data


@dataclass(slots=True)
class FlowPage:
    """A page that was cut: its text and its headings as (title, level, offset)."""

    text: str = ""
    headings: list[tuple[str, int, int]] = field(default_factory=list)
    label: str = ""


def paginate(blocks: Iterable[Block]) -> Iterator[FlowPage]:
    """Pages of about PAGE_CHARACTERS, ended at blocks' borders; texts are clean."""
    page = FlowPage()
    for block in blocks:
        text = one_line(block.text) if block.level else clean(block.text).strip("\n ")
        full = len(page.text) + len(text) > PAGE_CHARACTERS
        section = 0 < block.level <= 2 and len(page.text) >= SECTION_CHARACTERS
        if page.text and (full or section or block.chapter):
            yield page
            page = FlowPage(label=page.label)
        if block.chapter:
            page.label = block.label
        if not text.strip():
            continue
        title = one_line(text, HEADING_CHARACTERS) if block.level else ""
        for piece in _pieces(text):
            if page.text and len(page.text) + len(piece) > PAGE_CHARACTERS:
                yield page
                page = FlowPage(label=page.label)
            if page.text:
                page.text += "\n\n"
            if block.level:
                page.headings.append((title, block.level, len(page.text)))
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
