"""The first reader, fast and exact."""

import io
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from phitui.documents.formats.attached import attached_blocks
from phitui.documents.formats.blocks import Block, Flow
from phitui.documents.pdf.page.annotations import Drawn, annotations_of
from phitui.documents.pdf.page.arranged import arranged
from phitui.documents.pdf.page.layout import with_spaces
from phitui.documents.pdf.reader import (
    OUTLINE_DEPTH,
    OUTLINE_ENTRIES,
    RawPage,
    Refused,
    has_little_text,
    needs_password,
)
from phitui.documents.pdf.shells import ALL_BYTES, MOST_READ, carried_files, carried_note, file_data, is_shell, xfa_text

XFA_READ = (
    "It is an XFA form, which only Adobe's programs draw: its texts and what was filled in are read from its data, "
    "without its layout."
)
XFA_NOT_READ = "It is an XFA form, which only Adobe's programs draw: nothing of it could be read but a notice."
PDFIUM_PASSWORD_ERROR = 4
SCAN_SHARE = 0.5
"""Of a scan's area so much is covered by pictures."""
SCAN_OBJECTS = 2000
"""So many objects of a page are looked at in search of pictures."""


class Pdfium:
    """The fast and exact one."""

    def __init__(self, source: Path | io.BytesIO, password: str | None):
        import pypdfium2
        import pypdfium2.raw

        if isinstance(source, Path) and not _is_utf8(source):
            source = io.BytesIO(source.read_bytes())
        for word in dict.fromkeys((None, password or None)):
            try:
                self.pdf = pypdfium2.PdfDocument(source, password=word)
                break
            except pypdfium2.PdfiumError as error:
                if error.err_code != PDFIUM_PASSWORD_ERROR:
                    raise Refused(_between_brackets(str(error))) from error
        else:
            raise needs_password(password)
        self.count = len(self.pdf)
        self._noted: list[Any] = []
        """Files that hang on the pages which were read."""
        self._xfa: str | None = None
        """What is filled in, of a form that only Adobe's programs draw."""
        with suppress(Exception):
            kind = self.pdf.get_formtype()
            if kind != pypdfium2.raw.FORMTYPE_NONE:
                self.pdf.init_forms()
            if kind in (pypdfium2.raw.FORMTYPE_XFA_FULL, pypdfium2.raw.FORMTYPE_XFA_FOREGROUND) and self._is_shell():
                self._xfa = ""
                self._xfa = xfa_text(self.pdf)

    def title(self) -> str:
        return str(self.pdf.get_metadata_value("Title"))

    def author(self) -> str:
        return str(self.pdf.get_metadata_value("Author"))

    def notes(self) -> list[str]:
        notes = []
        if self._xfa is not None:
            notes.append(XFA_READ if self._xfa else XFA_NOT_READ)
        with suppress(Exception):
            note = carried_note([name for name, _ in carried_files(self.pdf)])
            notes += [note] if note else []
        return notes

    def attached(self, flow: Flow, depth: int = 0) -> Iterator[Block]:
        """What is in the files that it carries, those that hang on pages after these were read; `flow` takes notes."""
        whole = 0
        files = carried_files(self.pdf, self._noted)
        for name, handle in files[:MOST_READ]:
            data = file_data(handle)
            whole += len(data or b"")
            if data is None or whole > ALL_BYTES:
                flow.note(f"The attachment {name} was not read: it is empty, damaged or too long.")
                continue
            yield from attached_blocks(name, data, flow, depth, labelled=True)
        if len(files) > MOST_READ:
            flow.note(f"{len(files) - MOST_READ} more attachments were not read.")

    def page(self, index: int) -> RawPage:
        page = self.pdf[index]
        try:
            textpage = page.get_textpage()
            try:
                text = self._text(page, textpage, index)
            finally:
                textpage.close()
            label = None
            with suppress(Exception):
                label = self.pdf.get_page_label(index) or None
            scan = False
            if has_little_text(text):
                with suppress(Exception):
                    scan = self._picture_share(page) >= SCAN_SHARE
            return RawPage(text, label, scan)
        finally:
            page.close()

    def _is_shell(self) -> bool:
        """Whether the first page only asks for another program."""
        page = self.pdf[0]
        try:
            textpage = page.get_textpage()
            try:
                return is_shell(textpage.get_text_bounded())
            finally:
                textpage.close()
        finally:
            page.close()

    def _text(self, page: Any, textpage: Any, index: int) -> str:
        """Everything that is drawn on the page, in the order in which it is read."""
        text = with_spaces(str(textpage.get_text_bounded()))
        if index == 0 and self._xfa:
            return self._xfa
        drawn: list[Drawn] = []
        notes: list[str] = []
        with suppress(Exception):
            drawn, notes = annotations_of(self.pdf, page, textpage, index, text, self._noted)
        try:
            text = arranged(textpage, text, drawn)
        except Exception:  # pdfium's own order is worth having without it
            text = "\n".join([text, *(each.text for each in drawn)])
        return "\n\n".join([text, *notes]) if notes else text

    def _picture_share(self, page: Any) -> float:
        """The part of the page's area that pictures cover, counted twice where they overlap."""
        import pypdfium2.raw

        width, height = page.get_size()
        covered = 0.0
        for number, item in enumerate(page.get_objects(filter=(pypdfium2.raw.FPDF_PAGEOBJ_IMAGE,), max_depth=3)):
            if number >= SCAN_OBJECTS:
                break
            left, bottom, right, top = item.get_bounds()
            covered += max(0.0, min(right, width) - max(left, 0)) * max(0.0, min(top, height) - max(bottom, 0))
        return float(covered / max(1.0, width * height))

    def outline(self) -> Iterator[tuple[str, int, int]]:
        for number, entry in enumerate(self.pdf.get_toc(max_depth=OUTLINE_DEPTH)):
            if number >= OUTLINE_ENTRIES:
                return
            target = entry.get_dest()
            index = target.get_index() if target is not None else None
            if index is not None and 0 <= index < self.count:
                yield entry.get_title(), entry.level + 1, index + 1


def _is_utf8(path: Path) -> bool:
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _between_brackets(message: str) -> str:
    """`Data format error` of `Failed to load document (PDFium: Data format error).`"""
    return message.partition("PDFium: ")[2].rstrip(").") or message
