"""Builds handbook.pdf from the Markdown beside it: `python -m phitui.workshop.handbook`. Needs fpdf2 (extra `dev`).

The result depends on nothing but the text: core fonts, a fixed date. Words and headings stay in one piece, so that
what is read out of the PDF is what was written.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.outline import OutlineSection

from phitui import __version__
from phitui.handbook import HANDBOOK
from phitui.workshop.handbook_markdown import Block, Code, Heading, Item, Kind, Paragraph, Table, blocks, runs

TITLE = "phitui handbook"
DATE = datetime(2026, 1, 1, tzinfo=UTC)
"""Written into the file instead of today, so that the same text gives the same file."""
WIDTH, HEIGHT = 148.0, 210.0
"""A5, millimetres."""
SIDE, TOP, BOTTOM = 19.0, 18.0, 20.0
"""Margins, millimetres."""
SIZE = 9.5
"""Text, points."""
LEADING = 4.9
"""From line to line, millimetres."""
KEY_COLUMN = 37.0
"""Left column of a table, millimetres."""
CODE_COLUMNS = 56
"""Characters that fit into a line of code."""
INK, SOFT, ACCENT = (28, 29, 32), (98, 102, 110), (11, 110, 105)
PAPER = (239, 238, 234)
FRONT_PAGES = 3
"""Title, about, contents: numbered i, ii, iii."""
ABOUT = (
    "This is the manual of phitui, and also the document that phitui opens in its demo: the first thing to ask "
    "questions of is how to ask questions.",
    "It describes what this version does. What it does not mention, phitui does not do.",
    "phitui and this handbook may be used, copied and changed under the MIT license.",
)


class _Pages(FPDF):
    """A5 pages with their label below."""

    def __init__(self) -> None:
        super().__init__(unit="mm", format=(WIDTH, HEIGHT))
        self.set_margins(SIDE, TOP, SIDE)
        self.set_auto_page_break(True, BOTTOM)
        self.set_title(TITLE)
        self.set_author("phitui authors")
        self.set_subject("How to ask questions of your own documents in a terminal")
        self.set_lang("en")
        self.set_creation_date(DATE)
        self.set_producer("phitui.workshop.handbook")

    def footer(self) -> None:
        """The page's label; the title page has none."""
        if self.page_no() == 1:
            return
        self.set_y(-BOTTOM + 7)
        self.put_font("", 8, SOFT)
        self.cell(0, 4, f"{TITLE}  \N{MIDDLE DOT}  {_label(self.page_no())}", align="C")

    def put_font(self, style: str, size: float, colour: tuple[int, int, int] = INK, family: str = "Helvetica") -> None:
        """Font and colour in one step."""
        self.set_font(family, style, size)
        self.set_text_color(*colour)

    def room(self, height: float) -> None:
        """Begins a page where less than `height` millimetres are left."""
        if self.get_y() + height > HEIGHT - BOTTOM:
            self.add_page()


def build(target: Path = HANDBOOK) -> None:
    """Writes the PDF. Raises OSError, ValueError for text that the core fonts lack."""
    pages = _Pages()
    _front(pages)
    for number, chapter in enumerate(chapters(), 1):
        if number == 1:  # the contents have begun its page
            pages.set_page_label(label_style="D", label_start=1)
        else:
            pages.add_page()
        for block in chapter:
            _put(pages, block)
    pages.output(str(target))


def chapters() -> Iterator[list[Block]]:
    """The blocks of each chapter, in the order of the files' names."""
    for file in sorted(HANDBOOK.parent.glob("[0-9]*.md")):
        yield list(blocks(file.read_text("utf-8")))


def _label(page: int) -> str:
    """i, ii, iii, 1, 2, …"""
    return "i" * page if page <= FRONT_PAGES else str(page - FRONT_PAGES)


def _front(pages: _Pages) -> None:
    pages.add_page()
    pages.set_page_label(label_style="r")
    pages.set_y(62)
    pages.put_font("B", 34, ACCENT)
    pages.cell(0, 16, "phitui", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pages.put_font("", 15)
    pages.cell(0, 9, "Handbook", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pages.ln(4)
    pages.put_font("", 10, SOFT)
    pages.multi_cell(
        96, 5.4, "Ask questions of your own documents, and see which passages the answer rests on.", align="L"
    )
    pages.add_page()
    pages.put_font("B", 12, ACCENT)
    pages.cell(0, 9, "About this handbook", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    for text in (*ABOUT, f"Version {__version__.split('+')[0]}."):
        _put(pages, Paragraph(text))
    pages.add_page()
    pages.insert_toc_placeholder(_contents)


def _contents(pages: FPDF, outline: list[OutlineSection]) -> None:
    """Chapters with the page on which they begin."""
    pages.set_xy(SIDE, TOP)
    pages.set_font("Helvetica", "B", 12)
    pages.set_text_color(*ACCENT)
    pages.cell(0, 11, "Contents", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pages.set_font("Helvetica", "", SIZE)
    pages.set_text_color(*INK)
    for section in outline:
        if section.level == 0:
            link = pages.add_link(page=section.page_number)
            pages.cell(90, 6.4, section.name, link=link)
            pages.cell(0, 6.4, _label(section.page_number), align="R", link=link, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _put(pages: _Pages, block: Block) -> None:
    match block:
        case Heading(level=1, text=text):
            pages.start_section(text)
            pages.put_font("B", 19, ACCENT)
            pages.multi_cell(0, 9, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
            pages.ln(4)
        case Heading(text=text):
            pages.room(24)
            pages.ln(2.4)
            pages.start_section(text, level=1)
            pages.put_font("B", 11.5)
            pages.multi_cell(0, 6, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
            pages.ln(0.8)
        case Paragraph(text=text):
            _write(pages, text)
            pages.ln(2)
        case Item(mark=mark, text=text):
            pages.room(LEADING)
            pages.put_font("", SIZE, SOFT)
            pages.cell(6, LEADING, mark)
            _write(pages, text, indent=6)
            pages.ln(0.6)
        case Code(lines=lines):
            _put_code(pages, lines)
        case Table(rows=rows):
            for key, text in rows:
                _put_row(pages, key, text)
            pages.ln(2)


def _write(pages: _Pages, text: str, indent: float = 0) -> None:
    """A paragraph from here on, ragged, lines after the first indented as well; ends on a new line."""
    pages.set_left_margin(SIDE + indent)
    for line in _lines(pages, text, WIDTH - SIDE - pages.get_x()):
        pages.room(LEADING)
        for kind, piece in line:
            _style(pages, kind)
            pages.cell(pages.get_string_width(piece), LEADING, piece)
        pages.ln(LEADING)
    pages.set_left_margin(SIDE)
    pages.set_x(SIDE)


def _lines(pages: _Pages, text: str, width: float) -> Iterator[list[tuple[Kind, str]]]:
    """The text in lines of runs; no word is cut, whatever styles it has (fpdf2 cuts at a change of style)."""
    line: list[tuple[Kind, str]] = []
    filled = 0.0
    for word in _words(text):
        space: list[tuple[Kind, str]] = (
            [] if not line else [(word[0][0] if line[-1][0] == word[0][0] else "plain", " ")]
        )
        needed = sum(_width(pages, *piece) for piece in [*space, *word])
        if line and filled + needed > width:
            yield _joined(line)
            line, filled = [], 0.0
            space, needed = [], needed - _width(pages, *space[0])
        line += [*space, *word]
        filled += needed
    if line:
        yield _joined(line)


def _words(text: str) -> Iterator[list[tuple[Kind, str]]]:
    """What stands between white space, in runs of one style."""
    word: list[tuple[Kind, str]] = []
    for kind, run in runs(text):
        for place, piece in enumerate(run.split(" ")):
            if place and word:
                yield word
                word = []
            if piece:
                word.append((kind, piece))
    if word:
        yield word


def _joined(line: list[tuple[Kind, str]]) -> list[tuple[Kind, str]]:
    """Neighbours of one style as one run."""
    return [(kind, "".join(text for _, text in run)) for kind, run in groupby(line, key=lambda piece: piece[0])]


def _width(pages: _Pages, kind: Kind, text: str) -> float:
    _style(pages, kind)
    return pages.get_string_width(text)


def _style(pages: _Pages, kind: Kind) -> None:
    if kind == "code":
        pages.put_font("", SIZE - 0.7, ACCENT, "Courier")
    else:
        pages.put_font({"bold": "B", "italic": "I"}.get(kind, ""), SIZE)


def _put_code(pages: _Pages, lines: tuple[str, ...]) -> None:
    pages.room(LEADING * len(lines) + 5)
    pages.set_fill_color(*PAPER)
    pages.rect(SIDE, pages.get_y(), WIDTH - 2 * SIDE, LEADING * len(lines) + 3, style="F")
    pages.ln(1.5)
    pages.put_font("", SIZE - 0.7, INK, "Courier")
    for line in lines:
        if len(line) > CODE_COLUMNS:
            raise ValueError(f"A line of code has more than {CODE_COLUMNS} characters: {line}")
        pages.set_x(SIDE + 3)
        pages.cell(0, LEADING, line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pages.ln(4)


def _put_row(pages: _Pages, key: str, text: str) -> None:
    """The key in bold, what it does beside it: together one sentence."""
    pages.room(2 * LEADING)
    pages.put_font("B", SIZE - 0.5, ACCENT)
    if pages.get_string_width(key) > KEY_COLUMN:
        raise ValueError(f"The left cell of a table is too wide: {key}")
    pages.cell(KEY_COLUMN, LEADING, key)
    _write(pages, text, indent=KEY_COLUMN)
    pages.ln(0.9)


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else HANDBOOK)
