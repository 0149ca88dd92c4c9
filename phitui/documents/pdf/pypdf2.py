"""The second reader, in pure Python."""

import io
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from phitui.documents.formats.blocks import Block, Flow
from phitui.documents.pdf.reader import (
    OUTLINE_DEPTH,
    OUTLINE_ENTRIES,
    RawPage,
    Refused,
    has_little_text,
    needs_password,
)
from phitui.errors import PasswordNeeded


class PyPdf2:
    """PyPDF2, without layout, forms or notes."""

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

    def author(self) -> str:
        metadata = self._pdf.metadata
        return str((metadata.author if metadata else None) or "")

    def notes(self) -> list[str]:
        return []

    def attached(self, flow: Flow, depth: int = 0) -> Iterator[Block]:
        return iter(())

    def page(self, index: int) -> RawPage:
        page = self._pdf.pages[index]
        text = page.extract_text()
        scan = False
        if has_little_text(text):
            with suppress(Exception):
                scan = len(page.images) > 0
        return RawPage(text, scan=scan)

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
