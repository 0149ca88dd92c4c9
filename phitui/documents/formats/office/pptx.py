"""PPTX: each slide a page, with its notes and comments."""

from collections.abc import Iterator
from dataclasses import replace
from xml.etree.ElementTree import Element

from phitui.documents.formats.blocks import Block, Flow, Source
from phitui.documents.formats.inline import subscript, superscript
from phitui.documents.formats.numerals import letters, roman
from phitui.documents.formats.office.archive import Archive, attribute, child, local
from phitui.documents.formats.office.charts import chart_blocks
from phitui.documents.formats.office.package import Package, Relation
from phitui.documents.formats.tables import cell_text, row_blocks, split_heads
from phitui.documents.formats.word.omml import linear
from phitui.errors import Cause, DocumentError

DEPTH = 40
"""Groups nested deeper are not looked into."""
_TITLES = frozenset(["title", "ctrTitle"])
_FURNITURE = frozenset(["sldNum", "dt", "hdr"])
"""Numbers and dates of slides."""


def read(source: Source) -> Flow:
    """Raises DocumentError."""
    package = Package(Archive(source))
    flow = Flow(title=package.property("title"), author=package.property("creator"))
    slides = _Slides(package, flow)
    flow.blocks = slides.blocks()
    return flow


class _Slides:
    def __init__(self, package: Package, flow: Flow) -> None:
        self._package, self._archive, self._flow = package, package.archive, flow
        main = package.main("ppt/presentation.xml")
        if not main:
            raise DocumentError("The file is damaged: a part of its archive is missing.", Cause.DAMAGED)
        targets = {each.id: each.target for each in package.relations(main)}
        listed = child(self._archive.xml(main), "sldIdLst")
        ids = [_relationship_id(each) for each in (listed if listed is not None else ())]
        self._parts = [targets[each] for each in ids if each in targets]
        self._footers: set[str] = set()

    def blocks(self) -> Iterator[Block]:
        """Slides in their order; hidden ones are named and left out."""
        hidden = []
        for number, part in enumerate(self._parts, 1):
            root = self._archive.xml_or_none(part)
            if root is None:
                self._flow.note(f"Slide {number} is missing from the file or damaged.")
                continue
            if attribute(root, "show") in ("0", "false"):
                hidden.append(number)
                continue
            for place, block in enumerate(self._slide(root, part)):
                yield replace(block, chapter=True, label=str(number)) if place == 0 else block
        if hidden:
            self._flow.note(f"Hidden slides were left out: {', '.join(map(str, hidden[:20]))}.")

    def _slide(self, root: Element, part: str) -> Iterator[Block]:
        relations = self._package.relations(part)
        tree = child(root, "cSld", "spTree")
        shapes = list(tree) if tree is not None else []
        shapes.sort(key=lambda shape: _placeholder(shape) not in _TITLES)
        for shape in shapes:
            yield from self._shape(shape, relations, 0)
        for relation in relations:
            if relation.kind == "notesSlide":
                yield from self._notes(relation.target)
            elif relation.kind == "comments":
                yield from self._comments(relation.target)

    def _shape(self, shape: Element, relations: list[Relation], depth: int) -> Iterator[Block]:
        if depth > DEPTH:
            return
        name = local(shape)
        if name in ("grpSp", "AlternateContent", "Choice"):
            members = list(shape)
            if name == "AlternateContent":
                members = members[:1]
            for each in members:
                yield from self._shape(each, relations, depth + 1)
        elif name == "graphicFrame":
            yield from self._frame(shape, relations)
        elif name in ("sp", "cxnSp"):
            kind = _placeholder(shape)
            if kind in _FURNITURE:
                return
            body = child(shape, "txBody")
            blocks = list(paragraphs(body)) if body is not None else []
            if kind == "ftr":
                blocks = [block for block in blocks if block.text not in self._footers]
                self._footers.update(block.text for block in blocks)
            if kind in _TITLES:
                title = " ".join(cell_text(block.text) for block in blocks)
                blocks = [Block(title, 1)] if title else []
            yield from blocks

    def _frame(self, frame: Element, relations: list[Relation]) -> Iterator[Block]:
        data = child(frame, "graphic", "graphicData")
        table = child(data, "tbl")
        if table is not None:
            yield from _table(table)
            return
        for each in data.iter() if data is not None else ():
            if local(each) in ("relIds", "chart"):
                wanted = attribute(each, "dm") or attribute(each, "id")
                target = next((relation.target for relation in relations if relation.id == wanted), None)
                root = self._archive.xml_or_none(target)
                if root is not None:
                    yield from chart_blocks(root)

    def _notes(self, part: str) -> Iterator[Block]:
        root = self._archive.xml_or_none(part)
        opening = "Notes: "
        for shape in child(root, "cSld", "spTree") or ():
            body = child(shape, "txBody")
            if body is None or _placeholder(shape) not in ("body", ""):
                continue
            for block in paragraphs(body):
                yield Block(opening + block.text)
                opening = ""

    def _comments(self, part: str) -> Iterator[Block]:
        root = self._archive.xml_or_none(part)
        for each in root.iter() if root is not None else ():
            if local(each) in ("cm", "reply"):
                text = " ".join(
                    run.text or "" for run in each.iter() if local(run) in ("text", "t") and (run.text or "").strip()
                )
                if text.strip():
                    yield Block(f"Comment: {cell_text(text)}")


def paragraphs(body: Element) -> Iterator[Block]:
    """The paragraphs of a text body, with their bullets and numbers."""
    counts: dict[int, int] = {}
    for paragraph in body:
        if local(paragraph) != "p":
            continue
        text = _paragraph_text(paragraph)
        properties = child(paragraph, "pPr")
        level = attribute(properties, "lvl") if properties is not None else None
        depth = int(level) if level and level.isdigit() and len(level) < 3 else 0
        numbered = child(properties, "buAutoNum")
        mark = ""
        if numbered is not None and text.strip():
            start = attribute(numbered, "startAt") or "1"
            counts[depth] = counts.get(depth, int(start) - 1 if start.isdigit() and len(start) < 6 else 0) + 1
            counts = {each: count for each, count in counts.items() if each <= depth}
            mark = _number(counts[depth], attribute(numbered, "type") or "") + " "
        elif child(properties, "buChar") is not None:
            mark = "• "
        if text.strip():
            yield Block(mark + text)


def _paragraph_text(paragraph: Element) -> str:
    parts: list[str] = []
    for run in paragraph:
        name = local(run)
        if name == "br":
            parts.append("\n")
        elif name in ("r", "fld"):
            words = child(run, "t")
            text = (words.text or "") if words is not None else ""
            properties = child(run, "rPr")
            raised = attribute(properties, "baseline") if properties is not None else None
            height = (
                int(raised.rstrip("%").partition(".")[0] or 0) if raised and raised.strip("-%.0123456789") == "" else 0
            )
            before = "".join(parts[-3:])
            parts.append(superscript(before, text) if height > 0 else subscript(before, text) if height < 0 else text)
        elif name in ("m", "AlternateContent", "oMath", "oMathPara"):
            first = run[0] if name == "AlternateContent" and len(run) else run
            parts.append(" ".join(linear(first).split()))
    return "".join(parts)


def _table(table: Element) -> Iterator[Block]:
    rows = []
    for row in table:
        if local(row) == "tr":
            cells = [child(cell, "txBody") for cell in row if local(cell) == "tc"]
            rows.append(
                [" ".join(block.text for block in paragraphs(body)) if body is not None else "" for body in cells]
            )
    if not rows:
        return
    properties = child(table, "tblPr")
    marked = properties is not None and attribute(properties, "firstRow") in ("1", "true")
    if marked and len(rows) > 1 and all(rows[0]) and len(rows[0]) > 1:
        yield from row_blocks(rows[1:], rows[0])
        return
    heads, body = split_heads(rows)
    yield from row_blocks(body, heads)


def _placeholder(shape: Element) -> str:
    """The kind of placeholder that a shape fills; empty for others, "body" without a kind."""
    for part in shape:
        if local(part).startswith("nv"):
            found = child(part, "nvPr", "ph")
            return (attribute(found, "type") or "body") if found is not None else ""
    return ""


def _relationship_id(element: Element) -> str:
    return next((value for key, value in element.items() if key.endswith("}id")), "")


def _number(number: int, kind: str) -> str:
    written = str(number)
    if kind.startswith("alphaLc"):
        written = letters(number)
    elif kind.startswith("alphaUc"):
        written = letters(number).upper()
    elif kind.startswith("romanLc"):
        written = roman(number)
    elif kind.startswith("romanUc"):
        written = roman(number).upper()
    return f"({written})" if kind.endswith("ParenBoth") else f"{written})" if kind.endswith("ParenR") else f"{written}."
