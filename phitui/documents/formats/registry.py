"""The formats that are read: how a file of each is recognised, and which module reads it.

A new format is a module with `read(source) -> Flow` in this folder or one of its rooms, and a line in FORMATS.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from phitui.documents.formats.blocks import Flow, Source


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file."""

    name: str
    module: str
    """Under phitui.documents.formats."""
    suffixes: tuple[str, ...] = ()
    """By which it is found in folders, and told from other text."""
    begins: Callable[[bytes], bool] | None = None
    """Whether a file that begins so is one, whatever it is called."""
    holds: Callable[[frozenset[str]], bool] | None = None
    """Whether a zip archive with members of these names is one."""

    @property
    def is_text(self) -> bool:
        """Whether its name alone tells it from other text."""
        return self.holds is None and self.name not in ("pdf", "gzip")

    def read(self, source: Source) -> Flow:
        """Raises DocumentError, OSError; a damaged file may raise anything."""
        flow: Flow = import_module(f"phitui.documents.formats.{self.module}").read(source)
        return flow


# ── how files begin ──────────────────────────────────────────────────────────────────────────────────────────

_HEADER = re.compile(rb"([A-Za-z][A-Za-z0-9-]{0,60}):(.*)")
_MAILBOX = re.compile(rb"From \S+ [^\r\n]*\d{4}[^\r\n]*\r?\n[A-Za-z][A-Za-z0-9-]*:")


def _headers(head: bytes) -> dict[bytes, bytes]:
    """The header lines that a message begins with, by their names in lower case; empty where they are none."""
    found: dict[bytes, bytes] = {}
    name = b""
    for line in head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").splitlines():
        if not line.strip():
            return found
        match = _HEADER.match(line)
        if match:
            name = match[1].lower()
            found[name] = match[2].strip().lower()
        elif line[:1] in b" \t" and name:
            found[name] += b" " + line.strip().lower()
        else:
            return {}
    return found  # the first bytes end among them


def _is_saved_page(head: bytes) -> bool:
    headers = _headers(head)
    if b"snapshot-content-location" in headers or headers.get(b"from", b"").startswith(b"<saved by"):
        return True
    kind = headers.get(b"content-type", b"")
    sent = {b"to", b"received", b"delivered-to", b"return-path", b"message-id"} & set(headers)
    return kind.startswith((b"multipart/related", b"text/html", b"application/xhtml")) and not sent


def _is_message(head: bytes) -> bool:
    headers = set(_headers(head))
    return bool(
        headers & {b"from", b"sender", b"return-path"}
        and headers & {b"date", b"received", b"message-id", b"mime-version"}
        and headers & {b"subject", b"to", b"received", b"message-id", b"mime-version", b"content-type"}
    )


def _is_page(head: bytes) -> bool:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().replace(b"\x00", b"").removeprefix(b"\xff\xfe").lower()
    while start.startswith(b"<!--") and b"-->" in start:
        start = start.partition(b"-->")[2].lstrip()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or (
        start.startswith(b"<?xml") and b"<html" in start
    )


def _named(*endings: str) -> Callable[[frozenset[str]], bool]:
    """A member's name ends so."""
    return lambda names: any(name.lower().endswith(endings) for name in names)


_CODE = (
    ".py .pyi .js .mjs .cjs .jsx .ts .tsx .java .kt .scala .c .h .cc .cpp .cxx .hpp .hh .cs .m .mm .swift .go .rs .rb "
    ".pl .pm .php .lua .jl .r .sh .bash .zsh .fish .ps1 .sql .hs .ml .ex .exs .erl .clj .lisp .el .f90 .f .for .pas "
    ".vb .dart .zig .nim .proto .cmake .mk .css .scss .vim .toml .ini .cfg .yaml .yml .json"
)

FORMATS: tuple[Format, ...] = (
    Format("pdf", "nested_pdf", (".pdf",), lambda head: b"%PDF-" in head[:1024]),
    Format("gzip", "gzipped", (), lambda head: head.startswith(b"\x1f\x8b")),
    Format("rtf", "text.rtf", (".rtf",), lambda head: head.lstrip().startswith(b"{\\rtf")),
    Format("docx", "word.docx", (".docx", ".docm", ".dotx"), holds=_named("word/document.xml", "word/document2.xml")),
    Format("xlsx", "office.xlsx", (".xlsx", ".xlsm"), holds=_named("xl/workbook.xml")),
    Format("pptx", "office.pptx", (".pptx", ".pptm", ".ppsx"), holds=_named("ppt/presentation.xml")),
    Format("epub", "office.epub", (".epub",), holds=_named("container.xml", ".opf")),
    Format(
        "opendocument",
        "office.opendocument",
        (".odt", ".ods", ".odp", ".ott", ".fodt", ".fods", ".fodp"),
        lambda head: b"office:document " in head and b":opendocument:" in head and not head.startswith(b"PK"),
        holds=lambda names: "content.xml" in names,
    ),
    Format("mhtml", "web.mhtml", (".mht", ".mhtml"), _is_saved_page),
    Format("mbox", "mail.mbox", (".mbox", ".mbx"), lambda head: _MAILBOX.match(head) is not None),
    Format("mail", "mail.message", (".eml",), _is_message),
    Format("html", "web.html", (".html", ".htm", ".xhtml", ".xht"), _is_page),
    Format("xml", "text.xml", (), lambda head: head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<?xml")),
    Format("markdown", "text.markdown", (".md", ".markdown", ".mdown", ".mkd", ".qmd", ".rmd")),
    Format("csv", "text.csv", (".csv", ".tsv", ".tab")),
    Format("latex", "text.latex", (".tex", ".latex", ".ltx")),
    Format("rst", "text.rst", (".rst", ".rest")),
    Format("notebook", "text.notebook", (".ipynb",)),
    Format("code", "text.code", tuple(_CODE.split())),
    Format("text", "text.plain", (".txt", ".text", ".log", ".asc")),
)
SUFFIXES = frozenset(suffix for each in FORMATS for suffix in each.suffixes)
PACKED_SUFFIX = ".gz"
"""After one of the others."""


def format_named(name: str) -> Format:
    """The format of that name."""
    return next(each for each in FORMATS if each.name == name)
