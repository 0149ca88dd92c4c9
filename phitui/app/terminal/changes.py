"""What changes on the screen, and no more: Textual sends whole lines of a widget anew where one letter is new.

What stands in each cell is remembered here, so that over a slow link a key costs some twenty bytes. A line whose width
terminals do not agree on (joined emoji, marks, letters from right to left) is sent whole, and nothing behind it counts
as known.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

GAP = 8
"""Cells that stay the same are sent again where going round them would take longer."""
_UNSURE = re.compile(
    "[^\x20-\x7e\xa1-\xac\xae-\u02ff\u0370-\u0482\u048a-\u0590\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2190-\u21ff"
    "\u2200-\u22ff\u2500-\u25ff\u2800-\u28ff]"
)
"""What may take other than one cell, somewhere."""
_OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "7": "27", "9": "29"}
_RESET = "\x1b[0m"

Cell = tuple[str, str]
"""A letter, and the codes of its style."""


class Pen(NamedTuple):
    """How the terminal writes: the codes of its attributes, of the letters' colour and of the ground's."""

    attributes: frozenset[str]
    ink: str
    ground: str


PLAIN = Pen(frozenset(), "", "")


class Painter:
    """Turns what Textual would send into what differs from that which stands there."""

    def __init__(self, ascii: bool = False) -> None:
        self.ascii = ascii
        """Whether signs are written that all terminals have."""
        self._rows: dict[int, list[Cell | None]] = {}
        self._pen: Pen | None = None
        self._at: tuple[int, int] | None = None

    def forget(self) -> None:
        """The terminal may show anything now: after a change of size, or when another program wrote there."""
        self._rows.clear()
        self._pen = None

    def written(self, update: CompositorUpdate, console: Console) -> str:
        """What is sent for an update; the cursor is then anywhere."""
        if not isinstance(update, LayoutUpdate | ChopsUpdate):
            self.forget()
            return update.render_segments(console)
        self._at = None
        system = console._color_system or ColorSystem.TRUECOLOR
        return "".join(piece for x, y, strip in _placed(update) for piece in self._line(x, y, strip, system))

    def _line(self, x: int, y: int, strip: Strip, system: ColorSystem) -> Iterator[str]:
        row = self._rows.setdefault(y, [])
        if len(row) < x + strip.cell_length:
            row.extend([None] * (x + strip.cell_length - len(row)))
        segments = list(strip)
        if any(_UNSURE.search(segment.text) or (segment.style and segment.style.link) for segment in segments):
            yield from self._whole(x, y, segments, system)
            row[x:] = [None] * (len(row) - x)
            return
        new = [
            (letter, codes)
            for segment in segments
            for codes in (_codes(segment.style, system),)
            for letter in segment.text
        ]
        old = row[x : x + len(new)]
        if old == new:
            return
        row[x : x + len(new)] = new
        for start, end in _spans(old, new):
            yield self._go(x + start, y)
            for letter, codes in new[start:end]:
                yield self._take(codes)
                yield letter
            self._at = x + end, y

    def _whole(self, x: int, y: int, segments: list[Segment], system: ColorSystem) -> Iterator[str]:
        yield f"\x1b[{y + 1};{x + 1}H"
        for segment in segments:
            if segment.style and segment.style.link:
                yield _RESET + Strip.render_style(segment.style, segment.text, system)
                self._pen = PLAIN
            else:
                yield self._take(_codes(segment.style, system))
                yield segment.text
        self._at = None

    def _go(self, x: int, y: int) -> str:
        return "" if self._at == (x, y) else f"\x1b[{y + 1};{x + 1}H"

    def _take(self, codes: str) -> str:
        sent, self._pen = _way(self._pen, codes)
        return sent


def _placed(update: LayoutUpdate | ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    """Column, row and content of every piece, as Textual would send it."""
    if isinstance(update, LayoutUpdate):
        for y, line in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in line:
                yield x, y, strip
                x += strip.cell_length
        return
    for y, first, last in update.spans:
        for end, (x, piece) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if piece is not None and x <= last and end > first:
                yield x, y, piece if first <= x < last and end <= last else piece.crop(0, min(end, last) - x)


def _spans(old: list[Cell | None], new: list[Cell]) -> Iterator[tuple[int, int]]:
    """Where they differ: from the first cell to behind the last, gaps of less than GAP cells with it."""
    differ = [at for at, (before, now) in enumerate(zip(old, new, strict=True)) if before != now]
    start = end = differ[0]
    for at in differ:
        if at - end > GAP:
            yield start, end
            start = at
        end = at + 1
    yield start, end


@lru_cache(maxsize=4096)
def _codes(style: Style | None, system: ColorSystem) -> str:
    return "" if style is None else Strip.render_ansi(style, system)


@lru_cache(maxsize=4096)
def _pen(codes: str) -> Pen:
    left = iter(codes.split(";") if codes else ())
    attributes, ink, ground = set(), "", ""
    for code in left:
        if code in ("38", "48"):
            kind = next(left)
            colour = ";".join([code, kind, *(next(left) for _ in range(3 if kind == "2" else 1))])
            ink, ground = (colour, ground) if code == "38" else (ink, colour)
        elif len(code) > 1 and code[0] in "39" and code != "39":
            ink = code
        elif len(code) > 1 and code[0] in "41" and code != "49":
            ground = code
        elif len(code) == 1:
            attributes.add(code)
    return Pen(frozenset(attributes), ink, ground)


@lru_cache(maxsize=4096)
def _way(old: Pen | None, codes: str) -> tuple[str, Pen]:
    """The shortest sequence that makes the terminal write so, and what its pen is then."""
    pen = _pen(codes)
    pens = [pen]
    if not pen.attributes and pen.ink.startswith("38;") and pen.ground.startswith("48;"):
        pens.append(Pen(frozenset("7"), f"38{pen.ground[2:]}", f"48{pen.ink[2:]}"))
    return min(((_sequence(old, each), each) for each in pens), key=lambda found: len(found[0]))


def _sequence(old: Pen | None, new: Pen) -> str:
    if old == new:
        return ""
    whole = f"\x1b[{';'.join(filter(None, ['0', *sorted(new.attributes), new.ink, new.ground]))}m"
    gone = old.attributes - new.attributes if old is not None else frozenset()
    if old is None or not gone <= _OFF.keys() or (gone & {"1", "2"} and new.attributes & {"1", "2"}):
        return whole
    codes = [_OFF[each] for each in sorted(gone)] + sorted(new.attributes - old.attributes)
    codes += [new.ink or "39"] if new.ink != old.ink else []
    codes += [new.ground or "49"] if new.ground != old.ground else []
    return min(f"\x1b[{';'.join(codes)}m", whole, key=len)


class Changes(CompositorUpdate):
    """An update of Textual's, of which what changes is sent. It is asked once, when it is sent."""

    def __init__(self, update: CompositorUpdate, painter: Painter):
        self._update, self._painter = update, painter

    def render_segments(self, console: Console) -> str:
        return self._painter.written(self._update, console)
