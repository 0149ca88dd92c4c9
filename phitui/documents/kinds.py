"""What a file really is, by its first bytes; the name only decides between kinds of text."""

import os
import zipfile
from pathlib import Path

from phitui.documents.files import open_regular
from phitui.errors import Cause, DocumentError

HEAD_BYTES = 4096
_OTHERS = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"SQLite format 3", "a database"),
    (b"\xd0\xcf\x11\xe0", "an old or encrypted Office file; saved as .docx or PDF it can be read"),
    (b"%!PS", "a PostScript file; converted to PDF it can be read"),
    (b"{\\rtf", "an RTF file; saved as .docx or PDF it can be read"),
)
_MARKDOWN = {".md", ".markdown"}
_HTML = {".html", ".htm", ".xhtml"}


def sniff(path: Path) -> str:
    """pdf, docx, epub, html, markdown or text. Raises DocumentError, OSError."""
    with os.fdopen(open_regular(path), "rb") as file:
        head = file.read(HEAD_BYTES)
    suffix = path.suffix.lower()
    if not head:
        raise DocumentError("The file is empty (0 bytes).", Cause.EMPTY)
    if b"%PDF-" in head[:1024]:
        return "pdf"
    for magic, name in _OTHERS:
        if head.startswith(magic) and not (magic == b"MZ" and b"\x00" not in head):
            said = f"It is {name}{_named(suffix)}." if ";" not in name else f"It is {name}."
            raise DocumentError(said, Cause.UNKNOWN_KIND)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        raise DocumentError(f"It is a WebP picture{_named(suffix)}.", Cause.UNKNOWN_KIND)
    if head.startswith(b"PK"):
        return _zipped(path)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    html = start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or (
        start.startswith(b"<?xml") and b"<html" in start
    )
    if suffix == ".pdf":
        if html:
            raise DocumentError(
                "It is a web page named .pdf, such as a failed download leaves; renamed to .html it can be read.",
                Cause.UNKNOWN_KIND,
            )
        return "pdf"
    if suffix in (".docx", ".epub"):
        raise DocumentError(f"The file is damaged: it is not the zip archive that a {suffix} file is.", Cause.DAMAGED)
    if html or suffix in _HTML:
        return "html"
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DocumentError("It is a binary file of a kind that phitui does not read.", Cause.UNKNOWN_KIND)
    return "markdown" if suffix in _MARKDOWN else "text"


def _named(suffix: str) -> str:
    return f" named {suffix}" if suffix in (".pdf", ".docx", ".epub", ".md", ".txt", ".html") else ""


def _zipped(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        raise DocumentError("The file is damaged: its zip archive cannot be opened.", Cause.DAMAGED) from None
    if "word/document.xml" in names:
        return "docx"
    if "META-INF/container.xml" in names:
        return "epub"
    raise DocumentError("It is a zip archive, neither a .docx nor an .epub.", Cause.UNKNOWN_KIND)
