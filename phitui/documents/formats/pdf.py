"""PDF readers as they run inside a worker process: pdfium, PyPDF2, and pikepdf, which rewrites what both refuse."""

import io
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from phitui.errors import Cause, PasswordNeeded

PDFIUM_PASSWORD_ERROR = 4
SCAN_CHARACTERS = 25
"""A page with fewer visible characters is a scan if pictures cover SCAN_SHARE of it."""
SCAN_SHARE = 0.5
SCAN_OBJECTS = 2000
"""So many objects of a page are looked at in search of pictures."""
OUTLINE_ENTRIES = 5000
OUTLINE_DEPTH = 8


class Refused(Exception):
    """The reader cannot open the file; another one may. `missing`: it is not installed, and the message says how."""

    def __init__(self, message: str, *, missing: bool = False):
        super().__init__(message)
        self.missing = missing


class PdfReader(Protocol):
    """An open PDF. Pages count from 0 here. Every method may raise anything, hang or crash."""

    count: int

    def title(self) -> str: ...
    def page(self, index: int) -> tuple[str, str | None, bool]:
        """Raw text, printed label, whether it is a scan."""
        ...

    def outline(self) -> Iterator[tuple[str, int, int]]:
        """(title, level from 1, page from 1)."""
        ...


def needs_password(given: str | None) -> PasswordNeeded:
    if given:
        return PasswordNeeded("The password given is wrong.", Cause.WRONG_PASSWORD)
    return PasswordNeeded("It is encrypted.")


def open_pdf(reader: str, path: Path, password: str | None) -> PdfReader:
    """`reader`: pdfium, pypdf2, pikepdf+pdfium or pikepdf+pypdf2. Raises Refused, PasswordNeeded."""
    source: Any = path
    if reader.startswith("pikepdf+"):
        source = rewritten(path, password)
        reader = reader.removeprefix("pikepdf+")
    return Pdfium(source, password) if reader == "pdfium" else PyPdf2(source, password)


def rewritten(path: Path, password: str | None) -> io.BytesIO:
    """The file as pikepdf reconstructs it. Raises Refused, PasswordNeeded."""
    try:
        import pikepdf
    except ImportError:
        raise Refused("`pip install 'phitui[repair]'` adds a reader that may rescue it", missing=True) from None
    for word in ("", password or ""):
        try:
            with pikepdf.open(path, password=word) as pdf:
                buffer = io.BytesIO()
                pdf.save(buffer, encryption=False)
                buffer.seek(0)
                return buffer
        except pikepdf.PasswordError:
            continue
        except Exception as error:
            raise Refused(str(error)) from error
    raise needs_password(password)


class Pdfium:
    """The fast and exact one."""

    def __init__(self, source: Path | io.BytesIO, password: str | None):
        import pypdfium2

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

    def title(self) -> str:
        return str(self.pdf.get_metadata_value("Title"))

    def page(self, index: int) -> tuple[str, str | None, bool]:
        page = self.pdf[index]
        try:
            textpage = page.get_textpage()
            try:
                text = textpage.get_text_bounded()
            finally:
                textpage.close()
            label = None
            with suppress(Exception):
                label = self.pdf.get_page_label(index) or None
            scan = False
            if sum(not char.isspace() for char in text[:1000]) < SCAN_CHARACTERS:
                with suppress(Exception):
                    scan = self._picture_share(page) >= SCAN_SHARE
            return text, label, scan
        finally:
            page.close()

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


class PyPdf2:
    """The second one, in pure Python."""

    def __init__(self, source: Path | io.BytesIO, password: str | None):
        import PyPDF2

        try:
            self._pdf = PyPDF2.PdfReader(source, strict=False)
            if self._pdf.is_encrypted and not self._pdf.decrypt("") and not (password and self._pdf.decrypt(password)):
                raise needs_password(password)
            self.count = len(self._pdf.pages)
        except PasswordNeeded:
            raise
        except Exception as error:
            raise Refused(str(error) or type(error).__name__) from error

    def title(self) -> str:
        metadata = self._pdf.metadata
        return str((metadata.title if metadata else None) or "")

    def page(self, index: int) -> tuple[str, str | None, bool]:
        page = self._pdf.pages[index]
        text = page.extract_text()
        scan = False
        if sum(not char.isspace() for char in text[:1000]) < SCAN_CHARACTERS:
            with suppress(Exception):
                scan = len(page.images) > 0
        return text, None, scan

    def outline(self) -> Iterator[tuple[str, int, int]]:
        stack: list[tuple[Any, int]] = [(entry, 1) for entry in reversed(self._pdf.outline)]
        for _ in range(OUTLINE_ENTRIES):
            if not stack:
                return
            entry, level = stack.pop()
            if isinstance(entry, list):
                stack.extend((child, level + 1) for child in reversed(entry) if level < OUTLINE_DEPTH)
                continue
            number = self._pdf.get_destination_page_number(entry)
            if number is not None and number >= 0:
                yield str(entry.title), level, number + 1


def _is_utf8(path: Path) -> bool:
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _between_brackets(message: str) -> str:
    """`Data format error` of `Failed to load document (PDFium: Data format error).`"""
    return message.partition("PDFium: ")[2].rstrip(").") or message
