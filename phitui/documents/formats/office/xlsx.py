"""XLSX: each sheet a chapter, each row a line with the heads of its columns."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from phitui.documents.formats.blocks import Block, Flow, Source
from phitui.documents.formats.office.archive import Archive, attribute, child, local
from phitui.documents.formats.office.cells import built_in, plain, shown
from phitui.documents.formats.office.package import Package
from phitui.documents.formats.tables import LOOKED_AT_ROWS, cell_text, row_blocks, split_heads
from phitui.errors import Cause, DocumentError

MOST_COLUMNS = 500
"""Cells further to the right are left out."""
MERGED_CELLS = 2000
"""A merged area of more is a title, not the label of its rows."""
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})\"")
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One of the workbook's."""

    name: str
    part: str


def read(source: Source) -> Flow:
    """Raises DocumentError."""
    package = Package(Archive(source))
    book = _Workbook(package)
    flow = Flow(title=package.property("title"), author=package.property("creator"))
    flow.blocks = book.blocks(flow)
    if book.hidden:
        flow.note(f"Hidden sheets were left out: {', '.join(book.hidden[:5])}{', …' if len(book.hidden) > 5 else ''}.")
    return flow


class _Workbook:
    def __init__(self, package: Package) -> None:
        self._package, self._archive = package, package.archive
        main = package.main("xl/workbook.xml")
        if not main:
            raise DocumentError("The file is damaged: a part of its archive is missing.", Cause.DAMAGED)
        root = self._archive.xml(main)
        relations = package.relations(main)
        targets = {each.id: each.target for each in relations}
        properties = child(root, "workbookPr")
        self._from_1904 = properties is not None and attribute(properties, "date1904") in ("1", "true")
        self.sheets: list[Sheet] = []
        self.hidden: list[str] = []
        for each in child(root, "sheets") or ():
            name = attribute(each, "name") or ""
            if attribute(each, "state") in ("hidden", "veryHidden"):
                self.hidden.append(name)
            elif targets.get(attribute(each, "id") or ""):
                self.sheets.append(Sheet(name, targets[attribute(each, "id") or ""]))
        folder = posixpath.dirname(main)
        by_kind = {each.kind: each.target for each in relations}
        self._strings = self._shared(by_kind.get("sharedStrings", f"{folder}/sharedStrings.xml"))
        self._formats = self._number_formats(self._archive.xml_or_none(by_kind.get("styles", f"{folder}/styles.xml")))

    def _shared(self, part: str) -> list[str]:
        root = self._archive.xml_or_none(part)
        return [_rich(each) for each in (root if root is not None else ()) if local(each) == "si"]

    @staticmethod
    def _number_formats(root: Element | None) -> list[str]:
        own = {
            attribute(each, "numFmtId"): attribute(each, "formatCode") or "" for each in child(root, "numFmts") or ()
        }
        codes = []
        for each in child(root, "cellXfs") or ():
            number = attribute(each, "numFmtId") or "0"
            codes.append(own.get(number) or built_in(int(number) if number.isdigit() and len(number) < 6 else 0))
        return codes

    def blocks(self, flow: Flow) -> Iterator[Block]:
        """Each sheet begins a page."""
        for sheet in self.sheets:
            if self._archive.find(sheet.part) is None:
                flow.note(f"The sheet {sheet.name} is missing from the file.")
                continue
            yield Block(sheet.name, 1, chapter=True)
            yield from table_blocks(self._rows(self._archive.read(sheet.part)))
            yield from self._beside(sheet.part)

    def _rows(self, data: bytes) -> Iterator[list[str]]:
        """The rows that hold something, empty ones between them as one empty list."""
        merged = _merged(data)
        last = 0
        values: dict[tuple[int, int], str] = {}
        try:
            for _, element in ElementTree.iterparse(BytesIO(data)):
                if local(element) != "row":
                    continue
                number = attribute(element, "r") or ""
                row = int(number) if number.isdigit() and len(number) < 9 else last + 1
                line = self._row(element, row, merged, values)
                element.clear()
                if any(line):
                    if row > last + 1 and last:
                        yield []
                    last = row
                    yield line
        except ElementTree.ParseError:
            raise DocumentError("The file is damaged: a part of it is not well-formed XML.", Cause.DAMAGED) from None

    def _row(
        self,
        element: Element,
        row: int,
        merged: dict[tuple[int, int], tuple[int, int]],
        values: dict[tuple[int, int], str],
    ) -> list[str]:
        line: list[str] = []
        for cell in element:
            if local(cell) != "c":
                continue
            place = _PLACE.fullmatch(attribute(cell, "r") or "")
            column = _column(place[1]) if place else len(line)
            if column >= MOST_COLUMNS:
                continue
            text = cell_text(self._value(cell))
            origin = merged.get((row, column))
            if origin == (row, column):
                values[origin] = text
            elif origin and not text:
                text = values.get(origin, "")
            line += [""] * (column + 1 - len(line))
            line[column] = text
        return line

    def _value(self, cell: Element) -> str:
        kind = attribute(cell, "t") or "n"
        if kind == "inlineStr":
            inline = child(cell, "is")
            return _rich(inline) if inline is not None else ""
        value = child(cell, "v")
        text = (value.text or "") if value is not None else ""
        if kind == "s":
            return self._strings[int(text)] if text.isdigit() and int(text) < len(self._strings) else ""
        if kind == "b":
            return "TRUE" if text == "1" else "FALSE"
        if not text:
            formula = child(cell, "f")
            return f"={formula.text}" if formula is not None and formula.text else ""
        if kind != "n":
            return text.removesuffix("T00:00:00") if kind == "d" else text
        try:
            number = float(text)
        except ValueError:
            return text
        style = attribute(cell, "s") or ""
        code = self._formats[int(style)] if style.isdigit() and int(style) < len(self._formats) else ""
        if not abs(number) < 1e300:
            return text
        return shown(number, code, self._from_1904) if code else plain(number)

    def _beside(self, part: str) -> Iterator[Block]:
        """Comments on cells, and text in shapes."""
        for relation in self._package.relations(part):
            root = self._archive.xml_or_none(relation.target) if relation.kind in ("comments", "drawing") else None
            if root is None:
                continue
            if relation.kind == "comments":
                for each in root.iter():
                    if local(each) == "comment":
                        yield Block(f"Comment on {attribute(each, 'ref') or 'a cell'}: {cell_text(_rich(each))}")
            else:
                for each in root.iter():
                    if local(each) == "p":
                        text = "".join(run.text or "" for run in each.iter() if local(run) == "t")
                        if text.strip():
                            yield Block(text)


def table_blocks(rows: Iterator[list[str]]) -> Iterator[Block]:
    """Rows of a sheet: empty lists part tables; lines of one cell are titles and remarks."""
    region: list[list[str]] = []
    heads: list[str] | None = None
    decided = False
    for row in rows:
        if not row:
            yield from _decided(region, heads, decided)
            region, heads, decided = [], None, False
            continue
        filled = sum(bool(cell) for cell in row)
        if filled == 1 and not decided and not region:
            yield Block(next(cell for cell in row if cell))
            continue
        region.append(row)
        if not decided and len(region) >= LOOKED_AT_ROWS:
            heads, region = split_heads(_trimmed(region))
            decided = True
        if decided:
            yield from row_blocks(region, heads)
            region = []
    yield from _decided(region, heads, decided)


def _decided(region: list[list[str]], heads: list[str] | None, decided: bool) -> Iterator[Block]:
    if region and not decided:
        heads, region = split_heads(_trimmed(region))
    yield from row_blocks(region, heads)


def _trimmed(rows: list[list[str]]) -> list[list[str]]:
    """Without the columns on the left that are empty in all rows; all of one width."""
    width = max(len(row) for row in rows)
    first = min((at for row in rows for at, cell in enumerate(row) if cell), default=0)
    return [row[first:] + [""] * (width - len(row)) for row in rows]


def _rich(element: Element) -> str:
    """Its text without the readings of its characters."""
    if local(element) in ("rPh", "phoneticPr"):
        return ""
    if local(element) == "t":
        return element.text or ""
    return "".join(_rich(each) for each in element)


def _merged(data: bytes) -> dict[tuple[int, int], tuple[int, int]]:
    """Cells of merged areas, and the first cell of each."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for area in _MERGED.finditer(data):
        left, top = _column(area[1].decode()), int(area[2])
        right, bottom = _column(area[3].decode()), int(area[4])
        if 0 < (right - left + 1) * (bottom - top + 1) <= MERGED_CELLS and left == right:
            found |= {(row, left): (top, left) for row in range(top, bottom + 1)}
        if len(found) > 100 * MERGED_CELLS:
            break
    return found


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number - 1
