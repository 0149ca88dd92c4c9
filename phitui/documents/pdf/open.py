"""A PDF opened by one of the readers: pdfium, PyPDF2, or either on a copy that pikepdf rewrote."""

import io
from pathlib import Path
from typing import Any

from phitui.documents.pdf.pdfium import Pdfium
from phitui.documents.pdf.pypdf2 import PyPdf2
from phitui.documents.pdf.reader import PdfReader, Refused, needs_password


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
