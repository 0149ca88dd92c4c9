"""A draft cut into sentences: which of them may be claims, and where they stand in it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from phitui.answers.check.kinds import heading
from phitui.answers.check.library_check import Asked
from phitui.documents.formats.charset import decode
from phitui.documents.kinds import sniff
from phitui.errors import UsageError
from phitui.reading import GIVEN_BYTES, read_regular
from phitui.text import clean, one_line, sentences

PLAIN, MARKDOWN, LATEX = "text", "markdown", "latex"


@dataclass(frozen=True, slots=True)
class Part:
    """A sentence of a draft."""

    start: int
    end: int
    text: str
    """Without marks of emphasis, links and commands."""
    reason: str = ""
    """Why it is no claim, where its place in the draft says so."""


def read_draft(path: Path, reader: str) -> tuple[str, str]:
    """(text, kind) of a file: Markdown, LaTeX and plain text as they stand there, cleaned.

    Of other formats, PDFs by `reader` first, the pages with a blank line between them. Raises DocumentError,
    UsageError.
    """
    try:
        kind = sniff(path)
        if kind in ("markdown", "text", "latex"):
            latex = path.suffix.lower() in (".tex", ".latex", ".ltx")
            text = decode(read_regular(path, GIVEN_BYTES)).text
            return clean(text), LATEX if latex else MARKDOWN if kind == "markdown" else PLAIN
    except OSError as error:
        raise UsageError(f"{one_line(str(path), 200)} cannot be read: {error.strerror or error}.") from None
    from phitui.documents.workers.reader import Readers

    readers = Readers()
    try:
        document = readers.read(path, reader=reader)
    finally:
        readers.close()
    return "\n\n".join(page.text for page in document.pages), PLAIN


def parts(text: str, kind: str = PLAIN) -> list[Part]:
    """The sentences of a draft in order; spans are offsets into `text`, trimmed."""
    blocks = {MARKDOWN: _markdown, LATEX: _latex}.get(kind, _plain)(text)
    found = []
    for start, end, reason in blocks:
        piece = text[start:end]
        for first, last in [(0, len(piece))] if reason else _sentences(piece):
            bare = _bare(piece[first:last], kind)
            if bare:
                why = reason or ("a heading" if heading(bare, None) else "")
                found.append(Part(start + first, start + last, bare, why))
    return found


_MARKS = re.compile(r"(?<=[.!?…])(?:\[\^?[^\[\]\n]{1,60}\])+(?=\s)")
"""Marks of footnotes and sources right behind a full stop: the next sentence begins after them."""


def _sentences(text: str) -> list[tuple[int, int]]:
    """Spans of its sentences, each with the marks behind it."""
    bare = _MARKS.sub(lambda match: " " * len(match.group()), text)
    found = []
    for start, end in sentences(bare):
        mark = _MARKS.match(text, end)
        found.append((start, mark.end() if mark else end))
    return found


def to_check(found: Sequence[Part]) -> list[Asked]:
    """One for each, with the sentence before it, which its pronouns may mean."""
    before = ["", *("" if each.reason else each.text for each in found)]
    return [Asked(each.text, before=said, reason=each.reason) for each, said in zip(found, before, strict=False)]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


# ── plain text ───────────────────────────────────────────────────────────────────────────────────────────────

_BLANK = re.compile(r"\n[ \t]*\n")

_Block = tuple[int, int, str]
"""(start, end, why nothing in it is a claim)."""


def _plain(text: str) -> Iterator[_Block]:
    at = 0
    for match in [*_BLANK.finditer(text), None]:
        end = match.start() if match else len(text)
        start, stop = _trimmed(text, at, end)
        if start < stop:
            yield start, stop, ""
        at = match.end() if match else end


# ── Markdown ─────────────────────────────────────────────────────────────────────────────────────────────────

_LINE = re.compile(r"[^\n]*\n?")
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]|$)")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*$")
_RULE = re.compile(r" {0,3}(?:[-*_][ \t]*+){3,}+$|(?=[ \t:|]*+-)[ \t:|-]*+$")
_ITEM = re.compile(r"[ \t]*(?:>[ \t]?)*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\] )?)?")
_INLINE = (
    (re.compile(r"!\[([^\]\n]{0,300})\]\([^)\n]{0,2000}\)"), r"\1"),
    (re.compile(r"\[([^\]\n]{1,300})\](?:\([^)\n]{0,2000}\)|\[[^\]\n]{0,300}\])"), r"\1"),
    (re.compile(r"\[\^[^\]\n]{1,60}\]:?"), ""),
    (re.compile(r"\[@[^\]\n]{1,200}\]"), ""),
    (re.compile(r"(\*\*|__)(?=\S)([^\n]{1,500}?\S?)\1"), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]{1,500})(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"`([^`\n]{1,500})`"), r"\1"),
    (re.compile(r"<[!/]?[A-Za-z][^<>\n]{0,300}>"), ""),
)


def _markdown(text: str) -> Iterator[_Block]:
    """Paragraphs and list items; headings and code as blocks that claim nothing."""
    lines = [(match.start(), match.end()) for match in _LINE.finditer(text) if match.end() > match.start()]
    first, begun, place = -1, False, 0
    if lines and text[slice(*lines[0])].strip() == "---":
        end = next((at for at, (a, b) in enumerate(lines[1:], 1) if text[a:b].strip() in ("---", "...")), 0)
        place = end + 1 if end else 0
    last = 0
    while place < len(lines):
        start, end = lines[place]
        line = text[start:end].rstrip("\n")
        fence = _FENCE.match(line)
        titled = _HEADING.match(line)
        apart = not line.strip() or fence or titled or _RULE.match(line) or line.lstrip().startswith(("|", "<!--"))
        item = _ITEM.match(line)
        marked = item is not None and item.end() > 0 and bool(item.group().strip())
        if begun and (apart or marked):
            if _UNDERLINE.match(line) and line.strip():
                yield (*_trimmed(text, first, last), "a heading")
                begun, place = False, place + 1
                continue
            yield (*_trimmed(text, first, last), "")
            begun = False
        if fence:
            close = next(
                (at for at in range(place + 1, len(lines)) if text[slice(*lines[at])].strip().startswith(fence[1])),
                len(lines) - 1,
            )
            yield (*_trimmed(text, start, lines[close][1]), "code")
            place = close
        elif titled:
            yield (*_trimmed(text, start, end), "a heading")
        elif line.lstrip().startswith("|") and not _RULE.match(line):
            yield (*_trimmed(text, start, end), "a table's row")
        elif not apart:
            if not begun:
                first, begun = start + (item.end() if item else 0), True
            last = end
        place += 1
    if begun:
        yield (*_trimmed(text, first, last), "")


# ── LaTeX ────────────────────────────────────────────────────────────────────────────────────────────────────

_TITLED = re.compile(
    r"\\(?:part|chapter|(?:sub)*section|(?:sub)?paragraph|title|author|date|caption)\*?(?:\[[^\]]{0,300}\])?\{[^{}]*\}"
)
_ASIDE = re.compile(
    r"\\(begin|end)\{(equation|align|figure|table|tabular|lstlisting|verbatim|thebibliography|tikzpicture|gather)\*?\}"
)


def _asides(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """From the beginning of each environment that is no prose to its end; those inside it are part of it."""
    opened: tuple[int, str] | None = None
    marks = list(_ASIDE.finditer(text, start, stop))
    ends = {match[2]: number for number, match in enumerate(marks) if match[1] == "end"}
    for number, match in enumerate(marks):
        if opened is None and match[1] == "begin" and ends.get(match[2], -1) > number:
            opened = match.start(), match[2]
        elif opened is not None and match[1] == "end" and match[2] == opened[1]:
            yield opened[0], match.end()
            opened = None


_SILENT = re.compile(
    r"\\(?:cite\w*|ref|eqref|label|autoref|cref|footnote|footnotemark|bibliography|bibliographystyle|usepackage|"
    r"documentclass|"
    r"input|include|includegraphics|vspace|hspace|index|pageref)\*?(?:\[[^\]]{0,300}\])*\{[^{}]*\}"
)
_COMMAND = re.compile(
    r"\\(?:begin|end)\{[^{}]*\}(?:\[[^\]]{0,300}\])?|\\item(?:\[[^\]]*\])?|\\[A-Za-z]+\*?|[{}~]|(?<!\\)%[^\n]*"
)
_SIGN = re.compile(r"\\([%&$#_{}])")


def _latex(text: str) -> Iterator[_Block]:
    """Paragraphs between \\begin{document} and its end; titles, figures and formulas claim nothing."""
    begin, end = text.find("\\begin{document}"), text.find("\\end{document}")
    at, stop = (begin + len("\\begin{document}") if begin >= 0 else 0), end if end >= 0 else len(text)
    apart = sorted(
        [(match.start(), match.end(), "a heading") for match in _TITLED.finditer(text, at, stop)]
        + [(*span, "not prose") for span in _asides(text, at, stop)]
    )
    for start, close, reason in [*apart, (stop, stop, "")]:
        if start < at:
            continue
        for first, last, _ in _plain(text[at:start]):
            for piece in re.finditer(r"(?:\\item)?(?:(?!\\item).)+", text[at + first : at + last], re.DOTALL):
                from_, to = _trimmed(text, at + first + piece.start(), at + first + piece.end())
                if from_ < to:
                    yield from_, to, ""
        if reason:
            yield start, close, reason
        at = close


def _bare(text: str, kind: str) -> str:
    """What a reader sees of it."""
    if kind == MARKDOWN:
        for pattern, put in _INLINE:
            text = pattern.sub(put, text)
        text = text.lstrip("#> ")
    elif kind == LATEX:
        text = (
            _SIGN.sub(r"\1", _COMMAND.sub(" ", _SILENT.sub("", re.sub(r"(?<!\\)%[^\n]*", "", text))))
            .replace("``", '"')
            .replace("''", '"')
        )
        text = re.sub(r"(?<!\s)\s++([.,;:!?])", r"\1", text)
    return " ".join(text.split())
