"""Markdown, plain text and HTML as blocks, by the standard library."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from phitui.documents.formats.blocks import Block

FEED_CHARACTERS = 1 << 16
"""HTML is parsed in such pieces, so that pages arrive while a long file is read."""


def decode(data: bytes) -> str:
    """By its byte order mark, else as UTF-8, else as Windows-1252."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


# ── plain text and Markdown ──────────────────────────────────────────────────────────────────────────────────

_BLANK = re.compile(r"\n[ \t]*\n")
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
_ATX = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*$")
_SETEXT = re.compile(r"^ {0,3}(=+|-+)[ \t]*$")
_RULE = re.compile(r"^ {0,3}(?:[-*_][ \t]*){3,}$")
_ITEM = re.compile(r"^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+")
_TABLE_RULE = re.compile(r"^[ \t]*\|?[ \t:|-]*-[ \t:|-]*$")
_INLINE = (
    (re.compile(r"!\[([^\]\n]{0,300})\]\([^)\n]{0,2000}\)"), r"\1"),
    (re.compile(r"\[([^\]\n]{1,300})\]\([^)\n]{0,2000}\)"), r"\1"),
    (re.compile(r"\[([^\]\n]{1,300})\]\[[^\]\n]{0,300}\]"), r"\1"),
    (re.compile(r"(\*\*|__)(?=\S)([^\n]{1,500}?\S?)\1"), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]{1,500})(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"`([^`\n]{1,500})`"), r"\1"),
)


def text_blocks(text: str) -> Iterator[Block]:
    """Paragraphs: what blank lines separate."""
    for paragraph in _BLANK.split(text.replace("\r\n", "\n")):
        if paragraph.strip():
            yield Block(paragraph)


def markdown_blocks(text: str) -> Iterator[Block]:
    """Paragraphs, list items and headings, without the marks of emphasis, links and headings."""
    fence = ""
    pending: list[str] = []
    lines = text.replace("\r\n", "\n").split("\n")
    if lines and lines[0].strip() == "---":
        lines = _without_front_matter(lines)
    for line in lines:
        mark = _FENCE.match(line)
        if fence:
            if mark and mark.group(1).startswith(fence):
                fence = ""
                yield Block("\n".join(pending))
                pending = []
            else:
                pending.append(line)
            continue
        heading = _ATX.match(line)
        setext = _SETEXT.match(line)
        if mark:
            yield from _flushed(pending)
            fence = mark.group(1)
        elif heading:
            yield from _flushed(pending)
            yield Block(_plain(heading.group(2)), len(heading.group(1)))
        elif setext and len(pending) == 1 and not _ITEM.match(pending[0]):
            yield Block(_plain(pending.pop()), 1 if setext.group(1)[0] == "=" else 2)
        elif not line.strip() or _RULE.match(line):
            yield from _flushed(pending)
        elif "|" in line and _TABLE_RULE.match(line):
            continue
        else:
            pending.append(line)
    yield from [Block("\n".join(pending))] if fence else _flushed(pending)


def _without_front_matter(lines: list[str]) -> list[str]:
    for number, line in enumerate(lines[1:60], 1):
        if line.strip() == "---":
            return lines[number + 1 :]
    return lines


def _flushed(pending: list[str]) -> Iterator[Block]:
    if pending:
        yield Block(_plain("\n".join(line.lstrip("> ") if line.startswith(">") else line for line in pending)))
        pending.clear()


def _plain(text: str) -> str:
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    return text


# ── HTML ─────────────────────────────────────────────────────────────────────────────────────────────────────

_SKIPPED = frozenset(
    ["script", "style", "template", "noscript", "svg", "math", "object", "iframe", "select", "textarea", "nav"]
)
_BREAKING = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_WHITE = re.compile(r"[ \t\r\n\f]+")


class HtmlBlocks(HTMLParser):
    """Collects blocks; `take()` hands out those that are complete."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self._blocks: list[Block] = []
        self._text: list[str] = []
        self._skipping: list[str] = []
        self._level = 0
        self._pre = 0
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self._skipping.append(tag)
        elif tag == "title":
            self._in_title = not self._skipping
        elif tag in _HEADINGS:
            self._end()
            self._level = _HEADINGS[tag]
        elif tag == "br":
            self._text.append("\n")
        elif tag in ("td", "th"):
            self._text.append("\t")
        elif tag in _BREAKING:
            self._end()
            self._pre += tag == "pre"
            if tag == "li":
                self._text.append("• ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _SKIPPED and tag != "title":
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._skipping:
            del self._skipping[self._skipping.index(tag) :]
        elif tag == "title":
            self._in_title = False
        elif tag in _HEADINGS or tag in _BREAKING:
            self._end()
            self._pre = max(0, self._pre - (tag == "pre"))

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        elif not self._skipping:
            self._text.append(data if self._pre else _WHITE.sub(" ", data))

    def _end(self) -> None:
        text = "".join(self._text)
        if not self._pre:
            text = re.sub(r" *\n *", "\n", re.sub(r" {2,}", " ", text))
        text = text.strip("\n ") if self._pre else text.strip()
        if text.strip("• \t\n"):
            self._blocks.append(Block(text, self._level))
            self._text = []
        elif "•" not in text:
            self._text = []
        self._level = 0

    def take(self) -> list[Block]:
        blocks, self._blocks = self._blocks, []
        return blocks

    def finish(self) -> list[Block]:
        """The last blocks; an element left open ends here."""
        self.close()
        self._end()
        return self.take()


def html_blocks(text: str, parser: HtmlBlocks) -> Iterator[Block]:
    """The blocks of a page, as they are parsed; `parser.title` is known when they end."""
    for start in range(0, len(text), FEED_CHARACTERS):
        parser.feed(text[start : start + FEED_CHARACTERS])
        yield from parser.take()
    yield from parser.finish()
