"""DOCX and EPUB, zip archives of XML, as blocks by the standard library."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

from phitui.documents.formats.blocks import Block
from phitui.documents.formats.markup import HtmlBlocks, decode, html_blocks
from phitui.errors import Cause, DocumentError

UNPACKED_BYTES = 200 * 2**20
"""An archive that unpacks to more is taken for a bomb."""
RATIO = 200
"""So is a member over RATIO_FROM_BYTES that shrank by more."""
RATIO_FROM_BYTES = 2**20
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_DC = "{http://purl.org/dc/elements/1.1/}"
_OPF = "{http://www.idpf.org/2007/opf}"
_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_ENCRYPTION = "{http://www.w3.org/2001/04/xmlenc#}"


class Archive:
    """A zip file that is safe to unpack. Raises DocumentError."""

    def __init__(self, path: Path):
        self._zip = zipfile.ZipFile(path)
        infos = self._zip.infolist()
        if sum(info.file_size for info in infos) > UNPACKED_BYTES:
            raise DocumentError("The archive unpacks to more than 200 MB and was not opened.", Cause.TOO_LARGE)
        for info in infos:
            if info.file_size > RATIO_FROM_BYTES and info.file_size > RATIO * max(1, info.compress_size):
                raise DocumentError(
                    "The archive holds a part that unpacks to over 200 times its size; it was not opened.",
                    Cause.TOO_LARGE,
                )
        self.names = {info.filename for info in infos}
        self._spent = 0

    def read(self, name: str) -> bytes:
        try:
            data = self._zip.read(name)
        except KeyError:
            raise DocumentError("The file is damaged: a part of its archive is missing.", Cause.DAMAGED) from None
        except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError) as error:
            raise DocumentError(
                "The file is damaged: a part of its archive cannot be unpacked.", Cause.DAMAGED
            ) from error
        except RuntimeError as error:
            raise DocumentError(
                "The archive is encrypted; phitui reads encrypted PDFs only.", Cause.PROTECTED
            ) from error
        self._spent += len(data)
        if self._spent > UNPACKED_BYTES:
            raise DocumentError("The archive unpacks to more than 200 MB and was not opened.", Cause.TOO_LARGE)
        return data

    def xml(self, name: str) -> ElementTree.Element:
        try:
            return ElementTree.fromstring(self.read(name))
        except ElementTree.ParseError:
            raise DocumentError("The file is damaged: a part of it is not well-formed XML.", Cause.DAMAGED) from None


# ── DOCX ─────────────────────────────────────────────────────────────────────────────────────────────────────


def docx_title(archive: Archive) -> str:
    if "docProps/core.xml" not in archive.names:
        return ""
    try:
        return archive.xml("docProps/core.xml").findtext(f"{_DC}title") or ""
    except DocumentError:
        return ""


def docx_blocks(archive: Archive) -> Iterator[Block]:
    """Paragraphs, headings by style, table rows with tabs between the cells."""
    levels = _heading_styles(archive)
    body = archive.xml("word/document.xml").find(f"{_WORD}body")
    if body is not None:
        yield from _body_blocks(body, levels)


def _body_blocks(element: ElementTree.Element, levels: dict[str, int]) -> Iterator[Block]:
    for child in element:
        if child.tag == f"{_WORD}p":
            text, level = _paragraph(child, levels)
            if text.strip():
                yield Block(text, level)
        elif child.tag == f"{_WORD}tbl":
            rows = ("\t".join(_cell(cell) for cell in row.iter(f"{_WORD}tc")) for row in child.iter(f"{_WORD}tr"))
            yield Block("\n".join(row for row in rows if row.strip()))
        elif child.tag in (f"{_WORD}sdt", f"{_WORD}sdtContent", f"{_WORD}customXml"):
            yield from _body_blocks(child, levels)


def _cell(cell: ElementTree.Element) -> str:
    return " ".join(_run_text(paragraph).strip() for paragraph in cell.iter(f"{_WORD}p")).strip()


def _paragraph(paragraph: ElementTree.Element, levels: dict[str, int]) -> tuple[str, int]:
    text = _run_text(paragraph)
    properties = paragraph.find(f"{_WORD}pPr")
    if properties is None:
        return text, 0
    outline = properties.find(f"{_WORD}outlineLvl")
    if outline is not None:
        return text, _level(outline.get(f"{_WORD}val"))
    style = properties.find(f"{_WORD}pStyle")
    level = levels.get(style.get(f"{_WORD}val") or "", 0) if style is not None else 0
    if not level and properties.find(f"{_WORD}numPr") is not None:
        text = "• " + text
    return text, level


def _run_text(element: ElementTree.Element) -> str:
    parts: list[str] = []
    stack = [element]
    while stack:
        node = stack.pop()
        if node.tag in (f"{_WORD}t", f"{_MATH}t"):
            parts.append(node.text or "")
        elif node.tag == f"{_WORD}tab":
            parts.append("\t")
        elif node.tag in (f"{_WORD}br", f"{_WORD}cr"):
            parts.append("\n")
        elif node.tag == f"{_WORD}noBreakHyphen":
            parts.append("-")
        if node.tag not in (_FALLBACK, f"{_WORD}pPr", f"{_WORD}del", f"{_WORD}instrText"):
            stack.extend(reversed(node))
    return "".join(parts)


def _heading_styles(archive: Archive) -> dict[str, int]:
    """Style id → heading level; ids are translated by Word, names and outline levels are not."""
    levels = {f"Heading{n}": n for n in range(1, 7)} | {"Title": 1}
    if "word/styles.xml" not in archive.names:
        return levels
    try:
        styles = archive.xml("word/styles.xml")
    except DocumentError:
        return levels
    for style in styles.iter(f"{_WORD}style"):
        name = style.find(f"{_WORD}name")
        outline = style.find(f"{_WORD}pPr/{_WORD}outlineLvl")
        found = re.fullmatch(r"heading (\d)", ((name.get(f"{_WORD}val") if name is not None else "") or "").lower())
        level = int(found.group(1)) if found else _level(outline.get(f"{_WORD}val")) if outline is not None else 0
        if 0 < level <= 6:
            levels[style.get(f"{_WORD}styleId") or ""] = level
    return levels


def _level(value: str | None) -> int:
    return int(value) + 1 if value and value.isdigit() and int(value) < 6 else 0


# ── EPUB ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Epub:
    """The package of an EPUB: its title and its chapters in reading order."""

    def __init__(self, archive: Archive):
        self._archive = archive
        rootfile = archive.xml("META-INF/container.xml").find(f".//{_CONTAINER}rootfile")
        package_path = unquote((rootfile.get("full-path") if rootfile is not None else None) or "")
        package = archive.xml(package_path)
        self.title = package.findtext(f".//{_DC}title") or ""
        folder = posixpath.dirname(package_path)
        hrefs = {
            item.get("id"): posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or "")))
            for item in package.iter(f"{_OPF}item")
            if "html" in (item.get("media-type") or "") and "nav" not in (item.get("properties") or "").split()
        }
        self.chapters = [hrefs[ref.get("idref")] for ref in package.iter(f"{_OPF}itemref") if ref.get("idref") in hrefs]
        if not self.chapters:
            raise DocumentError("The EPUB lists no chapters.", Cause.EMPTY)
        if set(self.chapters) & self._encrypted():
            raise DocumentError(
                "The EPUB is protected by digital rights management and cannot be read.", Cause.PROTECTED
            )

    def _encrypted(self) -> set[str]:
        if "META-INF/encryption.xml" not in self._archive.names:
            return set()
        references = self._archive.xml("META-INF/encryption.xml").iter(f"{_ENCRYPTION}CipherReference")
        return {unquote(reference.get("URI") or "") for reference in references}

    def blocks(self) -> Iterator[Block]:
        """Each chapter begins a page; a chapter that is missing is left out."""
        for name in self.chapters:
            if name not in self._archive.names:
                continue
            first = True
            for block in html_blocks(decode(self._archive.read(name)), HtmlBlocks()):
                yield Block(block.text, block.level, chapter=first)
                first = False
