"""What a file really is, by its first bytes; the name only decides between kinds of text."""

import zipfile
import zlib
from pathlib import Path

from phitui.documents.formats.blocks import Source
from phitui.documents.formats.charset import wide_encoding
from phitui.documents.formats.registry import FORMATS, SUFFIXES, Format, format_named
from phitui.errors import Cause, DocumentError

HEAD_BYTES = 8192
CONTROL_SHARE = 0.02
"""A file with more control characters among its bytes is no text."""
_OTHERS = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"SQLite format 3", "a database"),
    (b"\xd0\xcf\x11\xe0", "an old or encrypted Office file; saved as .docx, .xlsx, .pptx or PDF it can be read"),
    (b"!BDN", "an Outlook mailbox; exported as .mbox or .eml files it can be read"),
    (b"%!PS", "a PostScript file; converted to PDF it can be read"),
    (b"AT&TFORM", "a DjVu file; converted to PDF it can be read"),
    (b"ITSF", "a Windows help file; its pages, unpacked as HTML, can be read"),
)
_ALLOWED = b"\t\n\v\f\r\b\x1a\x1b"
_CONTROLS = bytes(byte for byte in range(0x20) if byte not in _ALLOWED)


def sniff(path: Path) -> str:
    """The name of the file's format: pdf, docx, html, text, … Raises DocumentError, OSError."""
    return recognised(Source.of(path)).name


def recognised(source: Source) -> Format:
    """The format of a file. Raises DocumentError with what it is where it is none that is read; OSError."""
    with source.open() as file:
        head = file.read(HEAD_BYTES)
    suffix = source.suffix
    if not head:
        raise DocumentError("The file is empty (0 bytes).", Cause.EMPTY)
    wide = wide_encoding(head) or head.startswith((b"\xff\xfe", b"\xfe\xff"))
    pdf = format_named("pdf")
    if pdf.begins and pdf.begins(head):
        return pdf
    for magic, name in _OTHERS:
        if not wide and head.startswith(magic) and not (magic == b"MZ" and b"\x00" not in head):
            raise DocumentError(
                f"It is {name}{_called(suffix)}." if ";" not in name else f"It is {name}.", Cause.UNKNOWN_KIND
            )
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        raise DocumentError(f"It is a WebP picture{_called(suffix)}.", Cause.UNKNOWN_KIND)
    if head[257:262] == b"ustar":
        raise DocumentError("It is a tar archive; unpacked, its files can be read.", Cause.UNKNOWN_KIND)
    if head.startswith(b"PK\x03\x04") or head.startswith((b"PK\x05\x06", b"PK00PK\x03\x04")):
        return _zipped(source)
    begun = next((each for each in FORMATS if each.begins and each.begins(head)), None)
    if suffix == ".pdf":
        if begun and begun.name == "html":
            raise DocumentError(
                "It is a web page named .pdf, such as a failed download leaves; renamed to .html it can be read.",
                Cause.UNKNOWN_KIND,
            )
        return pdf
    named = next((each for each in FORMATS if suffix in each.suffixes), None)
    if named and named.holds and not begun:
        raise DocumentError(f"The file is damaged: it is not the zip archive that a {suffix} file is.", Cause.DAMAGED)
    if begun and not (
        begun.name in ("mail", "html", "mhtml")
        and named
        and named.name in ("code", "markdown", "rst", "latex", "notebook", "csv")
    ):
        if begun.name == "mhtml" and suffix == ".eml":
            return format_named("mail")
        return begun
    if not wide and _is_binary(head):
        raise DocumentError("It is a binary file of a kind that phitui does not read.", Cause.UNKNOWN_KIND)
    return named if named and named.is_text else format_named("text")


def _is_binary(head: bytes) -> bool:
    """Whether control characters are more than strays; zeros that only fill up the end are none."""
    text = head.rstrip(b"\x00")
    odd = len(text) - len(text.translate(None, _CONTROLS))
    return odd > max(2, CONTROL_SHARE * len(text)) or not text


def _called(suffix: str) -> str:
    return f" named {suffix}" if suffix in SUFFIXES else ""


def _zipped(source: Source) -> Format:
    try:
        with source.open() as file, zipfile.ZipFile(file) as archive:
            names = frozenset(name.replace("\\", "/") for name in archive.namelist())
            if "[Content_Types].xml" in names:
                kinds = archive.open("[Content_Types].xml").read(1 << 20).lower()
                for name, word in (
                    ("docx", b"wordprocessingml."),
                    ("xlsx", b"spreadsheetml.sheet.main"),
                    ("pptx", b"presentationml."),
                ):
                    if word in kinds and b"main+xml" in kinds:
                        return format_named(name)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, RuntimeError, zlib.error):
        raise DocumentError("The file is damaged: its zip archive cannot be opened.", Cause.DAMAGED) from None
    for each in FORMATS:
        if each.holds and each.holds(names):
            return each
    if any(name.lower().endswith(".iwa") for name in names):
        raise DocumentError(
            "It is a file of Apple Pages, Numbers or Keynote; exported as PDF it can be read.", Cause.UNKNOWN_KIND
        )
    raise DocumentError("It is a zip archive of other files; unpacked, they can be read.", Cause.UNKNOWN_KIND)
