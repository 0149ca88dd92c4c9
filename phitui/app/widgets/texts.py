"""Pieces of text for the panes: wrapped with a lead, found words marked, numbers in one precision."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import zip_longest
from pathlib import PurePath

from textual.content import Content
from textual.style import Style

from phitui.app.theme import Ink
from phitui.text import one_line

BETWEEN = "   "
"""Stands between two keys of a hint."""
_WORD = re.compile(r"\w+")


def wrapped(content: Content, width: int, lead: Content | str = "", rest: Content | None = None) -> list[Content]:
    """Lines of the content, the first behind `lead`, the others behind as many spaces (or `rest`)."""
    first = lead if isinstance(lead, Content) else Content(lead)
    after = Content(" " * first.cell_length) if rest is None else rest
    room = max(8, width - max(first.cell_length, after.cell_length))
    lines = content.wrap(room) if content else [content]
    return [(first if n == 0 else after) + line for n, line in enumerate(lines)]


def unparted(text: str, width: int) -> str:
    """Keys and what they do, three spaces between them, in lines of which none ends between a key and its words."""
    lines = []
    for line in text.split("\n"):
        first, *rest = line.split(BETWEEN)
        lines.append(first)
        for each in rest:
            longer = f"{lines[-1]}{BETWEEN}{each}"
            if Content(longer).cell_length > width:
                lines.append(each)
            else:
                lines[-1] = longer
    return "\n".join(lines)


@lru_cache(maxsize=64)
def _wanted(query: str) -> frozenset[str]:
    from phitui.library.terms.words import stems  # as below: not before the first frame

    return frozenset(stems(query))


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    from phitui.library.terms.words import stems

    return next(iter(stems(word, keep_stop_words=True)), "")


def marked(text: str, query: str, base: Style, found: Style) -> Content:
    """The text with the query's words (in any ending) marked."""
    wanted = _wanted(query)
    content = Content.styled(text, base)
    if wanted:
        from phitui.library.terms.grams import is_gram

        for match in _WORD.finditer(text):
            if _stem(match.group()) in wanted:
                content = content.stylize(found, match.start(), match.end())
        for gram in filter(is_gram, wanted):
            for match in re.finditer(re.escape(gram), text):
                content = content.stylize(found, match.start(), match.end())
    return content


SIDE_BY_SIDE = 96
"""Columns from which two texts fit beside each other."""


def beside(left: Sequence[Content], right: Sequence[Content], room: int, ink: Ink) -> list[Content]:
    """Two columns of `room` cells each, with a line between them."""
    line = Content.styled(" │ ", ink.line)
    rows = zip_longest(left, right, fillvalue=Content(""))
    return [one.truncate(room, ellipsis=True, pad=True) + line + other for one, other in rows]


def score(value: float | None) -> str:
    """Two decimals without the zero: .94; a dash where that arm did not find it."""
    if value is None:
        return "  –"
    return f"{value:.2f}".replace("0.", ".", 1) if -1 < value < 1 else f"{value:.1f}"


def bar(share: float, cells: int) -> str:
    """A bar of one hue; at least one cell."""
    full = max(1, min(cells, round(share * cells)))
    return "▇" * full + "▁" * (cells - full)


def stacked(share: float, first: float, cells: int) -> str:
    """A bar of one hue, at least one cell, of which `first` (0-1) is of one texture and the rest of another."""
    full = max(1, min(cells, round(share * cells)))
    solid = round(full * first)
    return "█" * solid + "▒" * (full - solid) + "▁" * (cells - full)


def amount(number: float) -> str:
    """Bytes as GB, few of them as MB."""
    return f"{number / 1e9:.1f} GB" if number >= 5e7 or not number else f"{number / 1e6:.1f} MB"


def plural(number: int, word: str) -> str:
    """`1 document`, `2,693 passages`."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def file_name(path: str, limit: int = 40) -> str:
    """The last part of a path, cut in the middle."""
    return one_line(PurePath(path).name or path, limit)
