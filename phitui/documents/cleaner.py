"""From raw pages to clean ones: a sensible title, headings placed."""

import re
from collections.abc import Sequence
from pathlib import Path

from phitui.documents.document import Heading
from phitui.text import clean, one_line

TITLE_CHARACTERS = 200
SEARCHED_CHARACTERS = 20_000
"""A heading is looked for in so much of its page: an outline of thousands on a page of a megabyte must end too."""


def tidy_page(text: str) -> str:
    """Cleaned, without white space at line ends and around the page."""
    return "\n".join(line.rstrip(" \t") for line in clean(text).split("\n")).strip("\n")


# ── titles ───────────────────────────────────────────────────────────────────────────────────────────────────

_PROGRAM = re.compile(r"^(?:microsoft (?:word|powerpoint|excel)|powerpoint presentation|word) ?- ?", re.IGNORECASE)
_FILE_NAME = re.compile(
    r"\.(?:docx?|pptx?|xlsx?|pdf|tex|dvi|indd?|qxd|wpd|rtf|odt|txt|html?|p65|fm|ps|eps|pmd)$", re.IGNORECASE
)
_NOTHING = re.compile(
    r"(?:untitled|no title|title|document|doc|dokument|presentation|powerpoint presentation|slide|layout|page|"
    r"\(?(?:anonymous|unspecified)\)?|"
    r"new document|about:blank|none|null|unknown|scan|scanned document|main|output|print|template)[\s\d#()._-]*",
    re.IGNORECASE,
)
_PAGE_HEADING = re.compile(r"(?:page|seite|p\.)\s*\d+", re.IGNORECASE)


def choose_title(metadata: str, heading: str, path: Path) -> str:
    """The metadata's title if it is one, else the document's own first heading, else the file's name."""
    for candidate in (metadata, heading):
        title = one_line(candidate, TITLE_CHARACTERS)
        if sensible_title(title):
            return title
    stem = one_line(re.sub(r"[_\s]+", " ", path.stem), TITLE_CHARACTERS)
    return stem or one_line(path.name, TITLE_CHARACTERS) or "Untitled"


def sensible_title(title: str) -> bool:
    """Whether it says something about the document, rather than about the program that wrote it."""
    if sum(char.isalpha() for char in title) < 2 or _PROGRAM.match(title) or _FILE_NAME.search(title):
        return False
    return not _NOTHING.fullmatch(title) and "://" not in title and "\\" not in title


_NOBODY = re.compile(
    r"(?:unknown|anonymous|none|null|n/?a|author|authors?|your name|first ?name last ?name|user|users?|owner|admin"
    r"|administrator|root|guest|default|test|scanner|office user|microsoft(?: office)? user|python-docx|pandoc"
    r"|windows user|pc|hp|dell|lenovo|acer|unnamed|untitled|name|creator|openpyxl|docx4j|apache poi|libreoffice"
    r"|\(?(?:unspecified|anonymous)\)?)[\s\d]*",
    re.IGNORECASE,
)


def author_name(metadata: str) -> str:
    """Whom the metadata name as author; empty where that is a program, a default or no name at all."""
    names = one_line(re.sub(r"(?<!\s)\s*+;[;\s]*", "; ", metadata), TITLE_CHARACTERS).strip(" ;,")
    if sum(char.isalpha() for char in names) < 2 or _NOBODY.fullmatch(names) or "://" in names or "\\" in names:
        return ""
    return names


# ── headings ─────────────────────────────────────────────────────────────────────────────────────────────────


def place_headings(entries: Sequence[tuple[str, int, int, int]], texts: Sequence[str]) -> tuple[Heading, ...]:
    """Headings of (title, level, page, offset or -1 where unknown), in reading order.

    An unknown offset is looked up in the page's text. Entries of outlines that name files, pages or nothing are left
    out.
    """
    headings = []
    for raw, level, page, given in entries:
        title = one_line(raw, TITLE_CHARACTERS)
        named = given < 0 and bool(_FILE_NAME.search(title))
        if not title or named or _PAGE_HEADING.fullmatch(title) or not 1 <= page <= len(texts):
            continue
        text = texts[page - 1]
        offset = given if 0 <= given <= len(text) else _place(title, text)
        headings.append(Heading(title, max(1, min(level, 9)), page, offset))
    return tuple(sorted(headings, key=lambda heading: (heading.page, heading.offset)))


def _place(title: str, text: str) -> int:
    """Where the title begins in the text, white space and case aside; at a line's start rather than inside one."""
    found = heading_pattern(title).search(text, 0, SEARCHED_CHARACTERS)
    return found.start("heading") if found else 0


def heading_pattern(title: str) -> re.Pattern[str]:
    """Finds the title at a line's start, with or without a number before it; group `heading` is all of it."""
    number = r"(?-i:[\d.]{1,10}|[A-Z]\.?|[IVXLC]{1,6}\.?)"
    words = r"\s+".join(re.escape(word) for word in title.split()[:20]) or r"(?!)"
    return re.compile(rf"^[ \t]*(?P<heading>(?:{number}\s+)?{words})", re.IGNORECASE | re.MULTILINE)
