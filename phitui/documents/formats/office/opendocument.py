"""OpenDocument: texts, spreadsheets and presentations."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from xml.etree.ElementTree import Element

from phitui.documents.formats.blocks import Block, Flow, Source
from phitui.documents.formats.inline import subscript, superscript
from phitui.documents.formats.numerals import letters, roman
from phitui.documents.formats.office.archive import Archive, attribute, child, local, parsed
from phitui.documents.formats.office.xlsx import table_blocks
from phitui.documents.formats.tables import CELL_CHARACTERS, cell_text, row_blocks, split_heads
from phitui.errors import Cause, DocumentError

DEPTH = 80
_PARTS = ("content.xml", "styles.xml", "meta.xml")
MOST_REPEATED = 200
"""A cell or row that is repeated more often fills up the sheet."""
_SKIPPED = frozenset(
    "tracked-changes sequence-decls forms variable-decls user-field-decls annotation-end soft-page-break ruby-text "
    "bookmark bookmark-start bookmark-end change change-start change-end meta script title desc".split()
)
_SECTIONS = frozenset(
    "section index-body table-of-content alphabetical-index bibliography index-title illustration-index user-index "
    "table-index numbered-paragraph".split()
)


def read(source: Source) -> Flow:
    """Raises DocumentError."""
    data = source.read()
    if not data.startswith(b"PK"):
        root = parsed(data)  # a flat file: all parts in one
        return _Document(dict.fromkeys(_PARTS, root), None).flow
    archive = Archive(source)
    manifest = archive.xml_or_none("META-INF/manifest.xml")
    if manifest is not None and any(local(each) == "encryption-data" for each in manifest.iter()):
        raise DocumentError("The document is encrypted; phitui reads encrypted PDFs only.", Cause.PROTECTED)
    parts = {"content.xml": archive.xml("content.xml")}
    parts |= {name: part for name in _PARTS[1:] if (part := archive.xml_or_none(name)) is not None}
    return _Document(parts, archive).flow


class _Document:
    def __init__(self, parts: dict[str, Element], archive: Archive | None) -> None:
        """`archive` holds the parts; None for a flat file."""
        self._archive = archive
        content, styles, meta = parts["content.xml"], parts.get("styles.xml"), parts.get("meta.xml")
        told = {local(each): each.text or "" for each in (meta.iter() if meta is not None else ())}
        self._positions: dict[str, str] = {}
        self._lists: dict[str, dict[int, Element]] = {}
        self._outline: dict[int, Element] = {}
        for root in (styles, content):
            if root is not None:
                self._read_styles(root)
        self._counts: dict[str, dict[int, int]] = {}
        self._after: list[Block] = []
        self._ends: list[Block] = []
        self._notes = {"footnote": count(1), "endnote": count(1)}
        body = child(content, "body")
        if body is None:
            raise DocumentError("The file is damaged: a part of its archive is missing.", Cause.DAMAGED)
        self.flow = Flow(
            self._whole(body, styles),
            told.get("title", ""),
            author=told.get("initial-creator") or told.get("creator", ""),
        )

    def _read_styles(self, root: Element) -> None:
        for each in root.iter():
            name = local(each)
            if name == "style":
                properties = child(each, "text-properties")
                position = attribute(properties, "text-position") if properties is not None else None
                if position:
                    self._positions[attribute(each, "name") or ""] = position
            elif name == "list-style":
                self._lists[attribute(each, "name") or ""] = _levels(each)
            elif name == "outline-style":
                self._outline = _levels(each)

    def _whole(self, body: Element, styles: Element | None) -> Iterator[Block]:
        told: set[str] = set()
        for where in ("header", "footer"):
            if where == "footer":
                for part in body:
                    yield from self._part(part)
                yield from self._ends
            for each in styles.iter() if styles is not None else ():
                if local(each) in (where, f"{where}-left", f"{where}-first"):
                    for block in self._under(each, 0):
                        words = re.sub(r"\W|\d", "", block.text)
                        if block.text not in told and len(words) > 4:
                            told.add(block.text)
                            yield replace(block, level=0)

    def _part(self, part: Element) -> Iterator[Block]:
        kind = local(part)
        if kind == "spreadsheet":
            for table in part:
                if local(table) == "table":
                    yield Block(attribute(table, "name") or "", 1, chapter=True)
                    yield from table_blocks(self._rows(table))
        elif kind == "presentation":
            pages = [each for each in part if local(each) == "page"]
            for number, page in enumerate(pages, 1):
                for place, block in enumerate(self._under(page, 0)):
                    yield replace(block, chapter=True, label=str(number)) if place == 0 else block
        else:
            yield from self._under(part, 0)

    # ── blocks ───────────────────────────────────────────────────────────────────────────────────────────────

    def _under(self, element: Element, depth: int, item: str = "") -> Iterator[Block]:
        """`item`: what the first paragraph begins with."""
        if depth > DEPTH:
            return
        for each in element:
            name = local(each)
            if name in ("p", "h"):
                text = self._inline(each, depth).strip("\n")
                if text.strip():
                    level = 0
                    if name == "h":
                        number = attribute(each, "outline-level") or "1"
                        level = min(int(number), 6) if number.isdigit() and len(number) < 3 else 1
                        item = item or self._counted("outline", self._outline, level)
                    yield Block(item + text, level)
                    item = ""
                after, self._after = self._after, []
                yield from after
            elif name == "list":
                yield from self._list(each, depth, "", 1)
            elif name == "table":
                yield from self._table(each, depth)
            elif name in _SECTIONS or name in ("list-item", "list-header", "text-box"):
                yield from self._under(each, depth + 1)
            elif name == "notes":
                for place, block in enumerate(self._under(each, depth + 1)):
                    yield Block(("Notes: " if place == 0 else "") + block.text)
            elif name in ("frame", "g", "custom-shape", "rect", "a", "page-thumbnail"):
                if attribute(each, "class") not in ("page-number", "date-time", "header"):
                    yield from self._under(each, depth + 1)
            elif name == "annotation":
                yield self._comment(each, depth)

    def _list(self, element: Element, depth: int, style: str, level: int) -> Iterator[Block]:
        if depth > DEPTH:
            return
        style = attribute(element, "style-name") or style
        goes_on = attribute(element, "continue-numbering") == "true" or attribute(element, "continue-list")
        if level == 1 and not goes_on:
            self._counts.pop(style, None)
        elif level > 1:
            self._counts.get(style, {}).pop(level, None)
        for item in element:
            first = True
            for each in item:
                if local(each) == "list":
                    yield from self._list(each, depth + 2, style, level + 1)
                    continue
                mark = ""
                if first and local(item) == "list-item" and local(each) in ("p", "h"):
                    mark = self._counted(style, self._lists.get(style, {}), level) or "• "
                    first = False
                holder = Element("item")
                holder.append(each)
                yield from self._under(holder, depth + 1, mark)

    def _counted(self, name: str, levels: dict[int, Element], level: int) -> str:
        """What stands before a list item or heading."""
        format_ = levels.get(level)
        if format_ is None or local(format_) == "list-level-style-bullet":
            return ""
        kind = attribute(format_, "num-format") or ""
        if not kind:
            return ""
        counts = self._counts.setdefault(name, {})
        for deeper in [each for each in counts if each > level]:
            del counts[deeper]
        start = attribute(format_, "start-value") or "1"
        counts[level] = counts.get(level, int(start) - 1 if start.isdigit() and len(start) < 6 else 0) + 1
        shown = attribute(format_, "display-levels") or "1"
        first = max(1, level + 1 - (int(shown) if shown.isdigit() and len(shown) < 3 else 1))
        numbers = [
            _written(counts.get(each, 1), attribute(levels.get(each, format_), "num-format") or "1")
            for each in range(first, level + 1)
        ]
        before, after = attribute(format_, "num-prefix") or "", attribute(format_, "num-suffix") or ""
        return f"{before}{'.'.join(numbers)}{after}".strip() + " "

    def _comment(self, element: Element, depth: int) -> Block:
        author = next((each.text or "" for each in element if local(each) == "creator"), "")
        text = " ".join(block.text for block in self._under(element, depth + 1))
        return Block(f"Comment by {author}: {text}" if author else f"Comment: {text}")

    # ── text ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _inline(self, element: Element, depth: int) -> str:
        """The text of a paragraph; what hangs on it is put into `_after`."""
        if depth > DEPTH:
            return ""
        parts = [_folded(element.text)]
        for each in element:
            parts.append(self._piece(each, "".join(parts[-3:]), depth + 1))
            parts.append(_folded(each.tail))
        return "".join(parts)

    def _piece(self, element: Element, before: str, depth: int) -> str:
        name = local(element)
        if name == "s":
            number = attribute(element, "c") or "1"
            return " " * (min(int(number), 100) if number.isdigit() and len(number) < 6 else 1)
        if name == "tab":
            return "\t"
        if name == "line-break":
            return "\n"
        if name == "note":
            return self._note(element, depth)
        if name == "annotation":
            waiting, self._after = self._after, []
            comment = self._comment(element, depth)
            self._after = [*waiting, comment]
            return ""
        if name in ("frame", "custom-shape", "text-box", "g", "object"):
            return self._framed(element, depth)
        if name in ("page-number", "page-count") or name in _SKIPPED:
            return ""
        text = self._inline(element, depth)
        position = self._positions.get(attribute(element, "style-name") or "", "") if name == "span" else ""
        if position and not position.startswith("0"):
            low = position.startswith(("sub", "-"))
            return subscript(before, text) if low else superscript(before, text)
        return text

    def _note(self, element: Element, depth: int) -> str:
        kind = attribute(element, "note-class") or "footnote"
        citation, body = child(element, "note-citation"), child(element, "note-body")
        number = next(self._notes.get(kind, self._notes["footnote"]))
        mark = f"[{(citation.text or '').strip() if citation is not None and citation.text else number}]"
        waiting, self._after = self._after, []
        blocks = list(self._under(body, depth + 1)) if body is not None else []
        self._after = waiting
        if blocks:
            blocks[0] = Block(f"{mark} {blocks[0].text}")
        (self._ends if kind == "endnote" else self._after).extend(blocks)
        return mark

    def _framed(self, element: Element, depth: int) -> str:
        """Text boxes come after the paragraph; formulas stand in it."""
        target = next((attribute(each, "href") or "" for each in element.iter() if local(each) == "object"), "")
        archive = self._archive
        name = archive.find(f"{target.removeprefix('./').rstrip('/')}/content.xml") if archive and target else None
        if archive and name:
            from selectolax.lexbor import LexborHTMLParser

            from phitui.documents.formats.charset import decode
            from phitui.documents.formats.web.mathml import formula

            text = re.sub(r"(</?)\w+:", r"\1", decode(archive.read(name)).text)
            found = LexborHTMLParser(text[text.find("<math") :]).css_first("math") if "<math" in text else None
            return formula(found) if found is not None else ""
        waiting, self._after = self._after, []
        blocks = list(self._under(element, depth + 1))
        self._after = [*waiting, *blocks]
        return ""

    # ── tables ───────────────────────────────────────────────────────────────────────────────────────────────

    def _table(self, table: Element, depth: int) -> Iterator[Block]:
        inner = [each for each in table.iter() if local(each) == "table"]
        rows = list(self._rows(table))
        if (
            len(inner) > 1
            or any(len(cell) > CELL_CHARACTERS for row in rows for cell in row)
            or max(map(len, rows), default=0) < 2
        ):
            for cell in table.iter():
                if local(cell) == "table-cell":
                    yield from (
                        self._under(cell, depth + 1) if not any(local(each) == "table" for each in cell) else ()
                    )
            return
        rows = [row for row in rows if row]
        marked = child(table, "table-header-rows")
        if marked is not None and len(rows) > 1:
            yield from row_blocks(rows[1:], rows[0])
            return
        heads, body = split_heads(rows)
        yield from row_blocks(body, heads)

    def _rows(self, table: Element) -> Iterator[list[str]]:
        above: dict[int, tuple[int, str]] = {}
        for row in _rows_of(table, 0):
            line: list[str] = []
            for cell in row:
                if local(cell) not in ("table-cell", "covered-table-cell"):
                    continue
                blocks = list(self._under(cell, 1))
                text = " ".join(cell_text(block.text) for block in blocks)
                repeated = _number(cell, "number-columns-repeated")
                if not text and repeated > MOST_REPEATED:
                    continue
                left, kept = above.get(len(line), (0, ""))
                if local(cell) == "covered-table-cell" and left:
                    above[len(line)] = (left - 1, kept)
                    text = text or kept
                elif _number(cell, "number-rows-spanned") > 1:
                    above[len(line)] = (min(_number(cell, "number-rows-spanned"), 1000) - 1, text)
                line += [text] * min(repeated, MOST_REPEATED)
            while line and not line[-1]:
                line.pop()
            yield line


def _rows_of(table: Element, depth: int) -> Iterator[Element]:
    for each in table:
        if local(each) == "table-row":
            yield each
        elif local(each) in ("table-header-rows", "table-rows", "table-row-group") and depth < DEPTH:
            yield from _rows_of(each, depth + 1)


def _levels(style: Element) -> dict[int, Element]:
    return {_number(each, "level"): each for each in style if "level-style" in local(each)}


def _number(element: Element, name: str) -> int:
    value = attribute(element, name) or "1"
    return int(value) if value.isdigit() and len(value) < 8 else 1


def _written(number: int, kind: str) -> str:
    written = {"a": letters, "i": roman}.get(kind.lower()[:1])
    text = written(number) if written else str(number)
    return text.upper() if kind[:1].isupper() else text


def _folded(text: str | None) -> str:
    return re.sub(r"[ \t\r\n]+", " ", text) if text else ""
