"""HTML as blocks: what a browser shows, one block a paragraph, list item or table row."""

import re
from collections.abc import Iterator
from typing import Any

from phitui.documents.formats.blocks import Block, Flow, Source
from phitui.documents.formats.charset import declared_charset, decode
from phitui.documents.formats.inline import labelled, subscript, superscript
from phitui.documents.formats.pictures import without_pictures
from phitui.documents.formats.tables import row_blocks
from phitui.documents.formats.web.drawing import drawn_text
from phitui.documents.formats.web.mathml import formula
from phitui.documents.formats.web.repair import repaired
from phitui.documents.formats.web.tables import data_table
from phitui.text import one_line

_SKIPPED = frozenset(
    "script style template noscript svg object iframe video audio canvas datalist rt rp rtc head title noembed "
    "noframes".split()
)
_BREAKING = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form header hr html legend li main menu nav ol optgroup option p pre search section summary table tbody "
    "tfoot thead tr ul td th".split()
)
_BLOCKS = "p, h1, h2, h3, h4, figure, ul, ol, dl, table, section"
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_WHITE = re.compile(r"[ \t\r\n\f]+")
_TYPESET = frozenset("katex-html MathJax MathJax_SVG MathJax_CHTML MathJax_Preview MathJax_Display".split())
"""Classes of what a script has drawn; the formula itself stands beside it."""
_VALUES = frozenset("text email number date tel url search time month week datetime-local".split())
_PREFIX = re.compile(
    r"xmlns:([\w-]{1,20})\s*=\s*[\"']http://www\.w3\.org/(?:1998/Math/MathML|1999/xhtml|2000/svg)[\"']"
)
NAVIGATION_CHARACTERS = 200
"""A <nav> with more text beside its links, and more than half of the page's, is one that was closed too late."""


_SAVED = re.compile(rb"<!-- saved from url=\(\d{4}\)(\S{1,2000}) -->\s*(?:<!-- on (\d{4}-\d\d-\d\d) -->)?")
"""What browsers write at the beginning of a page that they save, and phitui with the day."""
HEAD_BYTES = 4096

_AUTHORS = frozenset("author dc.creator dcterms.creator article:author citation_author sailthru.author".split())


def read(source: Source) -> Flow:
    """A page. Its encoding is what it declares, else a guess."""
    data = source.read()
    flow = html_flow(data, declared_charset(data))
    saved = _SAVED.search(data, 0, HEAD_BYTES)
    if saved and saved.group(1).lower().startswith((b"http://", b"https://")):
        address, day = saved.group(1).decode("ascii", "replace"), (saved.group(2) or b"").decode()
        flow.note(f"Saved from {one_line(address, 200)}{f' on {day}' if day else ''}.")
    return flow


def html_flow(data: bytes, declared: str | None = None) -> Flow:
    """A page's bytes; `declared` is the charset that it, or a header over it, names."""
    decoded = decode(data, declared)
    flow = Flow()
    flow.note(decoded.note)
    flow.blocks = html_blocks(decoded.text, flow)
    return flow


def html_blocks(text: str, flow: Flow | None = None) -> Iterator[Block]:
    """The blocks of a page; `flow` takes its title and author. A real HTML5 parser decides what belongs to what."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(repaired(_without_prefixes(text)))
    if flow is not None:
        title = tree.css_first("head > title") or tree.css_first("title")
        flow.title = flow.title or (" ".join((title.text() or "").split()) if title is not None else "")
        flow.author = flow.author or _author(tree)
    if tree.root is not None:
        yield from Writer(len(text)).blocks(tree.root)


def _author(tree: Any) -> str:
    """Whom the page's head names."""
    names = (
        node.attributes.get("content") or ""
        for node in tree.css("meta[name], meta[property]")
        if (node.attributes.get("name") or node.attributes.get("property") or "").lower() in _AUTHORS
    )
    return ", ".join(dict.fromkeys(" ".join(name.split()) for name in names if name.strip()))[:500]


def _without_prefixes(text: str) -> str:
    """XHTML in which every element bears the prefix of its namespace, as HTML."""
    prefixes = _PREFIX.findall(text[:20_000])
    if prefixes:
        text = re.sub(rf"<(/?)(?:{'|'.join(dict.fromkeys(prefixes))}):(?=[A-Za-z])", r"<\1", text)
    return text


class Writer:
    """Collects the blocks under an element, in one walk without recursion: pages nest as deep as they like."""

    def __init__(self, size: int) -> None:
        self._size = size
        """Characters of the page, markup included."""
        self._done: list[Block] = []
        self._text: list[str] = []
        self._outer: list[list[str]] = []
        self._level = 0
        self._pre = 0
        self._labels: list[str] = []
        self._prefix = ""
        self._numbers: list[int | None] = []
        self._bullet = ""
        """What the list item begins with, until its text does."""

    def blocks(self, root: Any) -> Iterator[Block]:
        """The blocks of `root` and what is under it."""
        node = root
        while node is not None:
            inside = self._enter(node)
            yield from self._take()
            child = node.first_child if inside else None
            if child is not None:
                node = child
                continue
            if inside:
                self._leave(node)
            while node.mem_id != root.mem_id and node.next is None:
                node = node.parent
                self._leave(node)
            node = None if node.mem_id == root.mem_id else node.next
        self._end()
        yield from self._take()

    def text_of(self, root: Any) -> str:
        """All of it in one line."""
        return " ".join(block.text for block in self.blocks(root))

    def _take(self) -> list[Block]:
        if not self._done:
            return []
        blocks, self._done = self._done, []
        return blocks

    def _enter(self, node: Any) -> bool:
        """Begins a node; whether there is something to read inside."""
        tag = node.tag or "-unknown"  # a processing instruction has none
        if tag == "-text":
            data = node.text_content or ""
            if len(data) > 400:
                data = without_pictures(data)
            self._text.append(data if self._pre else _WHITE.sub(" ", data))
            return False
        if tag.startswith("-") or tag in _SKIPPED:
            if (
                tag in ("rt", "rtc", "rp")
                and node.css_first("p, div, h1, h2, h3, h4, ul, ol, table, section") is not None
            ):
                return True  # it was never closed, and the page goes on in it
            if tag == "svg":
                self._text += [f"\n{line}\n" for line in drawn_text(node)]
            if tag == "object" and node.css_first(_BLOCKS) is not None:
                return True  # shown in place of what no reader shows
            if tag == "script" and (node.attributes.get("type") or "").startswith("math/"):
                self._text.append((node.text() or "").strip())
            return False
        if tag == "math":
            self._text.append(formula(node))
            return False
        if tag in _BREAKING or tag in _HEADINGS:
            return self._enter_block(node, tag)
        if tag == "br":
            self._text.append("\n")
        elif tag in ("img", "input", "select", "textarea"):
            self._text.append(_value(node, tag))
            return False
        elif tag == "q":
            self._text.append("“")
        elif _raised(node, tag):
            self._outer.append(self._text)
            self._text = []
        else:
            classes = node.attributes.get("class") if tag in ("span", "div") else None
            return not (classes and _TYPESET.intersection(classes.split()))
        return True

    def _enter_block(self, node: Any, tag: str) -> bool:
        if tag == "nav" and not self._holds_the_page(node):
            return False
        classes = node.attributes.get("class") if tag == "div" else None
        if classes and _TYPESET.intersection(classes.split()):
            return False
        if tag == "dd":
            self._end()
            self._prefix = ", ".join(self._labels)
            return True
        self._end()
        if tag == "table":
            table = data_table(node, lambda cell: Writer(self._size).text_of(cell))
            if table is not None:
                self._done += [Block(table.caption)] if table.caption else []
                self._done += row_blocks(table.rows, table.heads)
                return False
        elif tag in _HEADINGS:
            self._level = _HEADINGS[tag]
        elif tag == "dt":
            if self._labels and self._labels[0] == "":
                self._labels = []
        elif tag in ("ol", "ul", "menu", "dir"):
            self._numbers.append(_integer(node.attributes.get("start"), 1) if tag == "ol" else None)
        elif tag == "li":
            self._bullet = self._mark(node)
            self._text.append(self._bullet)
        self._pre += tag == "pre"
        return True

    def _leave(self, node: Any) -> None:
        tag = node.tag or ""
        if tag == "q":
            self._text.append("”")
        elif tag in _BREAKING or tag in _HEADINGS:
            if tag == "dt":
                label = _plain("".join(self._text))
                self._text = []
                self._labels = [*self._labels, label] if self._labels and not self._prefix else [label]
                self._prefix = ""
                return
            self._end()
            if tag == "li" and "".join(self._text) == self._bullet:
                self._text = []
            if tag == "pre":
                self._pre = max(0, self._pre - 1)
            elif tag == "dd":
                self._prefix = self._prefix or (", ".join(self._labels) and " ")
            elif tag == "dl":
                self._labels, self._prefix = [], ""
            elif tag in ("ol", "ul", "menu", "dir") and self._numbers:
                self._numbers.pop()
        elif _raised(node, tag) and self._outer:
            high = "".join(self._text)
            self._text = self._outer.pop()
            before = "".join(self._text[-3:])
            self._text.append(_written(node, tag, before, high))
        elif tag == "a" and self._text and _is_note(node):
            mark = self._text[-1].strip()
            if re.fullmatch(r"[\d*†‡§]{1,4}", mark) and not self._outer:
                self._text[-1] = f"[{mark}]"

    def _mark(self, node: Any) -> str:
        """What stands before a list item."""
        if not self._numbers or self._numbers[-1] is None:
            return "• "
        number = _integer(node.attributes.get("value"), self._numbers[-1])
        self._numbers[-1] = number + 1
        kind = (node.parent.attributes.get("type") if node.parent is not None else None) or "1"
        return f"{_numeral(number, kind)}. "

    def _end(self) -> None:
        for outer in reversed(self._outer):  # a block inside of a raised stretch ends it
            self._text = [*outer, *self._text]
        self._outer = []
        text = "".join(self._text)
        self._text = []
        text = text.strip("\n ") if self._pre else _plain(text)
        if text.strip() and text.strip() != self._bullet.strip():
            prefix, self._prefix = self._prefix.strip(), " " if self._prefix else ""
            self._bullet = ""
            self._done.append(Block(labelled(prefix, text) if prefix and not self._pre else text, self._level))
        elif text.strip():
            self._text = [self._bullet]  # the item's text stands in an element of its own
        self._level = 0

    def _holds_the_page(self, nav: Any) -> bool:
        text = len("".join((nav.text() or "").split()))
        if text < NAVIGATION_CHARACTERS:
            return False
        links = sum(len("".join((link.text() or "").split())) for link in nav.css("a"))
        return text - links >= NAVIGATION_CHARACTERS and 2 * len(nav.html or "") > self._size


def _plain(text: str) -> str:
    return re.sub(r" *\n *", "\n", re.sub(r" {2,}", " ", text)).strip()


def _raised(node: Any, tag: str) -> bool:
    if tag in ("sup", "sub"):
        return True
    style = node.attributes.get("style") if tag in ("span", "font") else None
    return bool(style and re.search(r"vertical-align\s*:\s*(?:super|sub)\b", style))


def _written(node: Any, tag: str, before: str, high: str) -> str:
    style = node.attributes.get("style") or ""
    if tag == "sub" or (tag != "sup" and "super" not in style):
        return subscript(before, high)
    mark = high.strip()
    link = node.css_first("a[href]")
    note = _is_note(node) or (link is not None and "#" in (link.attributes.get("href") or ""))
    if note and re.fullmatch(r"[\w*†‡§, ]{1,8}", mark):
        return f"[{mark}]"
    return superscript(before, high)


def _is_note(node: Any) -> bool:
    attributes = node.attributes
    kinds = " ".join(attributes.get(name) or "" for name in ("epub:type", "role", "class"))
    return "noteref" in kinds or "footnote-ref" in kinds


def _value(node: Any, tag: str) -> str:
    """What a form field or the picture of a formula shows."""
    attributes = node.attributes
    if tag == "img":
        classes, alternative = attributes.get("class") or "", attributes.get("alt") or ""
        if "mwe-math" in classes and node.parent is not None and node.parent.css_first("math") is not None:
            return ""
        return alternative if re.search(r"math|tex\b|latex|equation", classes) else ""
    if tag == "textarea":
        return node.text() or ""
    if tag == "select":
        return ", ".join((each.text() or "").strip() for each in node.css("option[selected]"))
    kind = (attributes.get("type") or "text").lower()
    if kind in ("checkbox", "radio"):
        return "☑ " if "checked" in attributes else "☐ "
    return f" {attributes.get('value') or ''} " if kind in _VALUES else ""


def _integer(value: str | None, default: int) -> int:
    return int(value) if value and re.fullmatch(r"-?\d{1,6}", value.strip()) else default


def _numeral(number: int, kind: str) -> str:
    from phitui.documents.formats.numerals import letters, roman

    if kind in "aA" and number > 0:
        return letters(number).upper() if kind == "A" else letters(number)
    if kind in "iI" and 0 < number < 4000:
        return roman(number).upper() if kind == "I" else roman(number)
    return str(number)
