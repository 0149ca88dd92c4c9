"""Text as it enters the program: cleaned of what terminals obey, and cut into sentences.

Everything from documents, metadata, file names and models passes through `clean` or `one_line` once, where it
enters; nothing behind it needs to distrust characters again.
"""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from phitui.errors import is_memory_full

_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_HYPHEN_MARK = re.compile("[\ufffe\x02][ \t]*\r?\n?[ \t]*")
_COMBINING_RUN = re.compile(r"([\u0300-\u036f\u0483-\u0489\u20d0-\u20ff]{4})[\u0300-\u036f\u0483-\u0489\u20d0-\u20ff]+")
_MARK_RUN = re.compile(r"[^\w\s\x00-\x7f]{5,}")
"""May hold a pile of combining marks; normalising takes time quadratic in its height."""
_WHITE = re.compile(r"\s+")


def clean(text: str) -> str:
    """NFC text without control characters (but newline and tab), bidi overrides, soft hyphens or lone surrogates.

    pdfium's hyphen mark (U+FFFE) joins the word that was broken at a line's end. Idempotent.
    """
    if text.isascii() and text.isprintable():  # most titles, labels and names: twenty times as quick
        return text
    text = _HYPHEN_MARK.sub("", text)
    text = _BREAKS.sub("\n", text)
    text = _SPACES.sub(" ", text)
    text = _MARK_RUN.sub(_few_marks, _DROPPED.sub("", text))
    text = unicodedata.normalize("NFC", text)
    return _COMBINING_RUN.sub(r"\1", text)


def harmless(text: str) -> bool:
    """Whether `clean` would find nothing in it that could steer a terminal. Quicker than cleaning."""
    return not _DROPPED.search(text)


def _few_marks(run: re.Match[str]) -> str:
    """The run with at most four combining marks in a row."""
    kept: list[str] = []
    marks = 0
    for char in run.group():
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= 4:
            kept.append(char)
    return "".join(kept)


def one_line(text: str, limit: int | None = None) -> str:
    """Cleaned, white space folded to single spaces: titles, labels, names. Cut in the middle beyond `limit`."""
    line = _WHITE.sub(" ", clean(text)).strip()
    if limit is None or len(line) <= limit:
        return line
    head = (limit - 1) * 2 // 3
    return line[:head] + "…" + line[len(line) - (limit - 1 - head) :]


def fold(text: str) -> str:
    """NFKC and lower case: what indexes and comparisons of words see."""
    return unicodedata.normalize("NFKC", text).lower()


# ── sentences ────────────────────────────────────────────────────────────────────────────────────────────────

_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof rev hon st sr jr gen col capt lt sgt gov sen rep pres no nos vol vols p pp fig figs eq eqs sec "
    "secs ch chap art ed eds al etc vs v e.g i.e cf ca approx dept inc ltd co corp univ mt ft jan feb mar apr jun jul "
    "aug sep sept oct nov dec para ref refs op cit viz ph.d b.c a.d u.s.c".split()
)
_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’)\]»]*+(?:\[\d{1,3}\])*+(?=\s)|[。！？．｡]++[」』”’）〕】]*+")
_BLANK_LINE = re.compile(r"\n[ \t]*\n\s*")
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘]*$")
_STARTS = re.compile(r"\s++[\"'“‘(\[«•\-–—]*+\s*+[A-Z0-9\u00c0-\u024f\u0370-\u1fff\u2c00-\uffdc]")
_BULLET = re.compile(r"\n[ \t]*(?=[•▪◦‣●■*–—-] +\S|\(?(?:[a-z]|[ivx]{1,4}|\d{1,3})[.)] +[A-Z])")
HEADING_CHARACTERS = 80
"""A line longer than this is taken for prose, not for a heading."""


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans (start, end) of the sentences in order, trimmed of white space, never overlapping.

    Line breaks inside a sentence are kept. A blank line, a bullet and a heading-like line end a sentence too.
    """
    cuts = {0, len(text)}
    for match in _END.finditer(text):
        ideographic = match.group()[0] in "。！？．｡"
        if ideographic or (_STARTS.match(text, match.end()) and not _is_abbreviation(text, match)):
            cuts.add(match.end())
    cuts.update(match.start() for match in _BLANK_LINE.finditer(text))
    cuts.update(match.start() for match in _BULLET.finditer(text))
    cuts.update(_heading_borders(text))
    edges = sorted(cuts)
    spans = []
    for start, end in pairwise(edges):
        piece = text[start:end]
        left = start + len(piece) - len(piece.lstrip())
        right = start + len(piece.rstrip())
        if left < right:
            spans.append((left, right))
    return spans


def _is_abbreviation(text: str, match: re.Match[str]) -> bool:
    if match.group()[0] != "." or len(match.group()) > 1:
        return False
    found = _LAST_WORD.search(text, max(0, match.start() - 20), match.start())
    word = found.group() if found else ""
    if len(word) == 1 and word.isupper():
        return True
    return word.lower() in _ABBREVIATIONS or bool(re.fullmatch(r"(?:[A-Za-z]\.)+[A-Za-z]", word))


def _heading_borders(text: str) -> set[int]:
    """Borders around short lines that stand between a finished sentence and a new one."""
    lines = [(m.start(), m.end()) for m in re.finditer(r"[^\n]+", text)]
    widths = sorted(end - start for start, end in lines)
    if len(widths) < 3:
        return set()
    usual = widths[len(widths) * 3 // 4]
    borders: set[int] = set()
    finished = True
    for i, (start, end) in enumerate(lines):
        line = text[start:end].strip()
        following = text[lines[i + 1][0] : lines[i + 1][1]].lstrip() if i + 1 < len(lines) else ""
        heading = (
            finished
            and 0 < len(line) <= min(HEADING_CHARACTERS, 0.75 * usual)
            and line[-1] not in ".,;:!?-–"
            and (line[0].isupper() or line[0].isdigit())
            and (not following or following[0].isupper() or following[0].isdigit() or following[0] in "\"“'‘([")
        )
        if heading:
            borders.update((start, end))
        finished = heading or line.endswith((".", "!", "?", ".”", '."', ".)", ":")) or (finished and not line)
    return borders


def system_reason(error: Exception) -> str:
    """What the system says of a failure, to stand in brackets: permission denied, no space left on device."""
    if is_memory_full(error):
        return "memory is full"
    return one_line(getattr(error, "strerror", None) or str(error)).lower()


def tag_list(names: Sequence[str]) -> str:
    """Tags as they are shown: #sea, #deep sea."""
    return ", ".join(f"#{one_line(each, 40)}" for each in names)


def duration(seconds: float) -> str:
    """41 ms, 1.2 s, 3 min, 2.5 h."""
    if seconds < 1:
        return f"{round(1000 * seconds)} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
