"""DOCX by its relationships: paragraphs with their numbers, tables, notes, comments, headers and footers."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from xml.etree.ElementTree import Element

from phitui.documents.formats.attached import attached_blocks
from phitui.documents.formats.blocks import Block, Flow, Source
from phitui.documents.formats.office.archive import Archive, attribute, child, local
from phitui.documents.formats.office.charts import chart_blocks
from phitui.documents.formats.office.package import Package, Relation
from phitui.documents.formats.tables import CELL_CHARACTERS, cell_text, row_blocks, split_heads
from phitui.documents.formats.word.notes import Notes
from phitui.documents.formats.word.numbering import Numbering
from phitui.documents.formats.word.runs import ParagraphText
from phitui.documents.formats.word.styles import Styles, numbering_of, on, outline_level
from phitui.errors import Cause, DocumentError

DEPTH = 60
"""Tables, text boxes and containers nested deeper are not looked into."""
CHUNK_DEPTH = 3
"""So many documents may stand within each other."""
_WRAPPERS = frozenset("sdt sdtContent customXml smartTag ins moveTo AlternateContent Choice body txbxContent".split())
_TITLES = {"footnote": "footnotes", "endnote": "endnotes", "comment": "comments"}


def read(source: Source) -> Flow:
    """Raises DocumentError."""
    package = Package(Archive(source))
    document = _Document(package, source.depth)
    return document.flow


class _Document:
    """A document that is being read."""

    def __init__(self, package: Package, depth: int) -> None:
        self._package, self._archive, self._depth = package, package.archive, depth
        self._main = package.main("word/document.xml", "word/document2.xml")
        if not self._main:
            raise DocumentError("The file is damaged: a part of its archive is missing.", Cause.DAMAGED)
        self._relations = package.relations(self._main)
        self._part = self._main
        self._styles = Styles(self._optional("styles"))
        self._numbering = Numbering(self._optional("numbering"))
        self._notes = {kind: Notes(kind, self._optional(title)) for kind, title in _TITLES.items()}
        self._endnotes: list[str] = []
        self._carried = ""
        self.flow = Flow(self._blocks(), package.property("title"), author=package.property("creator"))

    def _blocks(self) -> Iterator[Block]:
        body = child(self._archive.xml(self._main), "body")
        if body is None:
            return
        yield from self._furniture(body, "header")
        yield from self._under(body, 0)
        if self._carried:
            yield Block(self._carried)
            self._carried = ""
        yield from self._told("endnote", self._endnotes)
        yield from self._told("comment", self._notes["comment"].untold())
        yield from self._furniture(body, "footer")
        for relation in self._relations:
            if relation.kind == "package" and not relation.external and self._archive.find(relation.target):
                name, data = posixpath.basename(relation.target), self._archive.read(relation.target)
                yield from attached_blocks(name, data, self.flow, self._depth)

    # ── parts ────────────────────────────────────────────────────────────────────────────────────────────────

    def _optional(self, kind: str) -> Element | None:
        """A part by its relationship, or by its usual name where nothing refers to it."""
        targets = [each.target for each in self._relations if each.kind == kind and not each.external]
        usual = posixpath.join(posixpath.dirname(self._main), f"{kind}.xml")
        return self._archive.xml_or_none(targets[0] if targets else usual)

    def _furniture(self, body: Element, kind: str) -> Iterator[Block]:
        """Headers or footers, each text once, without the numbers of pages."""
        told: set[str] = set()
        for part in self._furniture_parts(body, kind):
            root = self._archive.xml_or_none(part)
            if root is None:
                continue
            with _Inside(self, part):
                for block in self._under(root, 0, counters=False):
                    if cell_text(block.text) not in told:
                        told.add(cell_text(block.text))
                        yield replace(block, level=0)

    def _furniture_parts(self, body: Element, kind: str) -> list[str]:
        by_id = {each.id: each.target for each in self._relations if each.kind == kind and not each.external}
        used = [attribute(each, "id") or "" for each in body.iter() if local(each) == f"{kind}Reference"]
        if by_id:
            return list(dict.fromkeys(by_id[name] for name in used if name in by_id)) or list(by_id.values())
        beside = posixpath.join(posixpath.dirname(self._main), kind)
        return sorted(name for name in self._archive.names if re.fullmatch(rf"{re.escape(beside)}\d*\.xml", name))

    # ── blocks ───────────────────────────────────────────────────────────────────────────────────────────────

    def _under(self, element: Element, depth: int, *, counters: bool = True) -> Iterator[Block]:
        if depth > DEPTH:
            return
        for each in element:
            name = local(each)
            if name == "p":
                yield from self._paragraph(each, depth, counters)
            elif name == "tbl":
                yield from self._table(each, depth)
            elif name == "altChunk":
                yield from self._chunk(attribute(each, "id") or "")
            elif name == "AlternateContent":
                first = next((way for way in each if local(way) in ("Choice", "Fallback")), None)
                if first is not None:
                    yield from self._under(first, depth + 1, counters=counters)
            elif name in _WRAPPERS:
                yield from self._under(each, depth + 1, counters=counters)
            elif name in ("oMath", "oMathPara"):
                yield from self._paragraph(_wrapped(each), depth, counters)
            elif name == "subDoc":
                self.flow.note("Parts of it stand in other files, which have to be added by themselves.")

    def _paragraph(self, paragraph: Element, depth: int, counters: bool = True) -> Iterator[Block]:
        reader = ParagraphText(lambda kind, identity: self._notes[kind].mark(identity), counters=counters)
        text = reader.read(paragraph)
        properties = child(paragraph, "pPr")
        if not counters and reader.had_counter and sum(char.isalpha() for char in text) <= 12:
            text = ""
        style = child(properties, "pStyle")
        style_id = (attribute(style, "val") or "") if style is not None else "Normal"
        outline = child(properties, "outlineLvl")
        level = outline_level(attribute(outline, "val")) if outline is not None else self._styles.level(style_id)
        if self._styles.hidden(style_id):
            text = ""
        if text.strip():
            label = self._label(properties, style_id)
            text = self._carried + (f"{label} {text.lstrip()}" if label and not self._carried else text)
            self._carried = ""
            frame = child(properties, "framePr")
            if _mark_deleted(properties) or (frame is not None and attribute(frame, "dropCap")):
                self._carried = text
            else:
                yield Block(text.strip("\n"), level)
        for box in reader.hanging.boxes:
            yield from self._under(box, depth + 1)
        for graphic in reader.hanging.graphics:
            yield from self._graphic(graphic)
        yield from self._hanging(reader.hanging.notes)

    def _label(self, properties: Element | None, style: str) -> str:
        own_list, own_level = numbering_of(properties)
        style_list, style_level = self._styles.numbering(style)
        list_id = own_list if own_list is not None else style_list
        if list_id is None or list_id == "0":
            return ""
        level = own_level
        if level is None:
            level = self._numbering.level_of_style(list_id, style) if own_list is None else None
        if level is None:
            level = style_level if own_list is None and style_level is not None else 0
        return self._numbering.label(list_id, level)

    def _hanging(self, notes: list[tuple[str, str]]) -> Iterator[Block]:
        """Footnotes and comments, after the paragraph in which their marks stand; endnotes come at the end."""
        for kind, identity in notes:
            if kind == "endnote":
                self._endnotes.append(identity)
            else:
                yield from self._told(kind, [identity])

    def _told(self, kind: str, identities: list[str]) -> Iterator[Block]:
        notes = self._notes[kind]
        for identity in identities:
            if identity not in notes.elements or identity in notes.told:
                continue
            notes.told.add(identity)
            opening = notes.opening(identity)
            for block in self._under(notes.elements[identity], 0):
                text = f"{opening} {block.text.strip()}" if opening else block.text
                opening = ""
                yield Block(text)

    # ── tables ───────────────────────────────────────────────────────────────────────────────────────────────

    def _table(self, table: Element, depth: int) -> Iterator[Block]:
        rows = [row for row in _reached(table, "tr") if not _deleted(row)]
        cells = [_reached(row, "tc") for row in rows]
        nested = any(local(each) == "tbl" for row in cells for cell in row for each in _shallow(cell))
        if nested or all(len(row) < 2 for row in cells):
            for cell in chain.from_iterable(cells):
                yield from self._under(cell, depth + 1)
            return
        grid: list[list[str]] = []
        after: list[Block] = []
        above: dict[int, str] = {}
        long = False
        for row, row_cells in zip(rows, cells, strict=True):
            line = [""] * _size(child(row, "trPr", "gridBefore"))
            for cell in row_cells:
                blocks = list(self._under(cell, depth + 1))
                properties = child(cell, "tcPr")
                merged = child(properties, "vMerge")
                text = " ".join(cell_text(block.text) for block in blocks)
                if merged is not None and (attribute(merged, "val") or "continue") == "continue":
                    text = text or above.get(len(line), "")
                above[len(line)] = text
                long = long or len(text) > CELL_CHARACTERS
                after += blocks
                line += [text] + [""] * (_size(child(properties, "gridSpan"), 1) - 1)
            grid.append(line)
        if long:
            yield from after
            return
        yield from _rows(rows, grid)

    # ── parts of other kinds ─────────────────────────────────────────────────────────────────────────────────

    def _relation(self, identity: str) -> Relation | None:
        relations = self._relations if self._part == self._main else self._package.relations(self._part)
        return next((each for each in relations if each.id == identity and not each.external), None)

    def _chunk(self, identity: str) -> Iterator[Block]:
        """A document of another format that was put into this one."""
        from phitui.documents.kinds import recognised

        relation = self._relation(identity)
        if relation is None or self._archive.find(relation.target) is None or self._depth >= CHUNK_DEPTH:
            self.flow.note("A document that was put into it is missing.")
            return
        inner = Source(
            posixpath.basename(relation.target), data=self._archive.read(relation.target), depth=self._depth + 1
        )
        flow = recognised(inner).read(inner)
        yield from flow.blocks
        for note in flow.notes:
            self.flow.note(note)

    def _graphic(self, identity: str) -> Iterator[Block]:
        """The words of a diagram, and what a chart shows."""
        relation = self._relation(identity)
        root = self._archive.xml_or_none(relation.target) if relation else None
        if root is not None:
            yield from chart_blocks(root)


class _Inside:
    """While a header or footer is read, its own relationships count."""

    def __init__(self, document: _Document, part: str) -> None:
        self._document, self._name = document, part

    def __enter__(self) -> None:
        self._document._part = self._name

    def __exit__(self, *_: object) -> None:
        self._document._part = self._document._main


def _rows(rows: list[Element], grid: list[list[str]]) -> Iterator[Block]:
    """Rows with their heads: those that are marked as such, are all bold, or look like it."""
    marked = [on(child(row, "trPr", "tblHeader")) for row in rows]
    if marked[0] and not all(marked):
        count = marked.index(False)
        heads = [" ".join(dict.fromkeys(filter(None, column))) for column in zip(*_padded(grid[:count]), strict=True)]
        yield from row_blocks(grid[count:], heads)
        return
    if len(rows) > 1 and all(grid[0]) and len(grid[0]) > 1 and _is_bold(rows[0]) and not _is_bold(rows[1]):
        yield from row_blocks(grid[1:], grid[0])
        return
    heads_found, body = split_heads(grid)
    yield from row_blocks(body, heads_found)


def _padded(rows: list[list[str]]) -> list[list[str]]:
    width = max(len(row) for row in rows)
    return [row + [""] * (width - len(row)) for row in rows]


def _is_bold(row: Element) -> bool:
    runs = [run for run in row.iter() if local(run) == "r" and any(local(each) == "t" for each in run)]
    return bool(runs) and all(on(child(run, "rPr", "b")) for run in runs)


def _reached(element: Element, name: str) -> list[Element]:
    """The rows of a table or the cells of a row, through content controls."""
    found = []
    for each in element:
        if local(each) == name:
            found.append(each)
        elif local(each) in ("sdt", "sdtContent", "customXml", "ins", "moveTo"):
            found += _reached(each, name)
    return found


def _shallow(cell: Element) -> list[Element]:
    return [*cell, *(inner for each in cell if local(each) in ("sdt", "customXml") for inner in each.iter())]


def _deleted(row: Element) -> bool:
    return child(row, "trPr", "del") is not None


def _mark_deleted(properties: Element | None) -> bool:
    """Whether the end of the paragraph was deleted, so that the next one goes on with it."""
    marks = child(properties, "rPr")
    return child(marks, "del") is not None or child(marks, "moveFrom") is not None


def _size(element: Element | None, default: int = 0) -> int:
    value = attribute(element, "val") if element is not None else None
    return min(int(value), 200) if value and value.isdigit() and len(value) < 6 else default


def _wrapped(equation: Element) -> Element:
    paragraph = Element("p")
    paragraph.append(equation)
    return paragraph
