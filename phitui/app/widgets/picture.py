"""A page as a picture of half blocks: two pixels a cell, in any terminal; the passage in a frame.

Not by the terminals' own picture protocols: textual-image 0.12 asks the terminal at its import, takes a key that was
typed meanwhile for the answer, and writes past Textual.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

if TYPE_CHECKING:
    from phitui.documents.workers.pages import Picture

FRAME = (0xD0, 0x48, 0x10)
"""Of the passage: seen on white paper, on photographs, and among 16 colours."""
ZOOMS = (0.0, 1.0, 1.5, 2.0, 3.0, 4.0)
"""Widths of the picture, in widths of the screen; 0 is the whole page at once."""
FITS_WIDTH = ZOOMS.index(1.0)
SHADES = 5
"""Bits of each colour that are drawn: with fewer old paper gets stripes, with more a screen takes more bytes."""

Pixel = tuple[int, int, int]


class PictureView(ScrollView, can_focus=False):
    """Shows one picture; scrolls both ways."""

    DEFAULT_CSS = "PictureView { height: 1fr; background: $background; scrollbar-size: 1 1; display: none; }"

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[list[Pixel]] = []
        self._width = 0
        self.zoom = FITS_WIDTH

    def wanted_width(self) -> int:
        """Pixels a picture should be wide at this zoom."""
        width, height = max(20, self.size.width - 1), max(8, self.size.height)
        if ZOOMS[self.zoom]:
            return int(width * ZOOMS[self.zoom])
        shape = self._width / len(self._rows) if self._rows else 0.7
        return max(20, min(width, int(2 * height * shape)))

    def show(self, picture: "Picture", *, keep_place: bool = False) -> None:
        """Another picture, at its first box. `keep_place`: the same page in another size stays where it is."""
        before = self._width
        rows = [
            list(zip(line[0::3], line[1::3], line[2::3], strict=True))
            for start in range(0, len(picture.pixels), 3 * picture.width)
            for line in [picture.pixels[start : start + 3 * picture.width]]
        ]
        for box in picture.boxes:
            _frame(rows, box)
        self._rows, self._width = rows, picture.width
        self.virtual_size = Size(picture.width, (len(rows) + 1) // 2)
        x, y = self.scroll_offset
        if keep_place and before:
            middle = (x + self.size.width / 2, y + self.size.height / 2)
            x, y = (int(at * picture.width / before) for at in middle)
            x, y = x - self.size.width // 2, y - self.size.height // 2
        else:
            left, top = (picture.boxes[0][0], picture.boxes[0][1]) if picture.boxes else (0, 0)
            x, y = left - 4, top // 2 - self.size.height // 3
        self.scroll_to(max(0, x), max(0, y), animate=False, force=True)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        x, above = self.scroll_offset
        row = 2 * (above + y)
        if row >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        upper = self._rows[row][x : x + width]
        lower = self._rows[row + 1][x : x + width] if row + 1 < len(self._rows) else upper
        margin = max(0, (width - self._width) // 2)
        segments = [Segment(" " * margin, self.rich_style)] if margin else []
        segments += [_cell(high, low) for high, low in zip(upper, lower, strict=True)]
        return Strip(Segment.simplify(segments)).adjust_cell_length(width, self.rich_style)


def _frame(rows: list[list[Pixel]], box: tuple[int, int, int, int]) -> None:
    """Draws a line around a box, one pixel outside it."""
    if not rows:
        return
    height, width = len(rows), len(rows[0])
    left, right = (min(max(0, at), width - 1) for at in (box[0] - 2, box[2] + 1))
    top, bottom = (min(max(0, at), height - 1) for at in (box[1] - 2, box[3] + 1))
    for x in range(left, right + 1):
        rows[top][x] = rows[bottom][x] = FRAME
    for y in range(top, bottom + 1):
        rows[y][left] = rows[y][right] = FRAME


def _cell(high: Pixel, low: Pixel) -> Segment:
    return _drawn(_rounded(high), _rounded(low))


def _rounded(pixel: Pixel) -> Pixel:
    step = 255 // (2**SHADES - 1)
    red, green, blue = (min(255, (value + step // 2) // step * step) for value in pixel)
    return red, green, blue


@lru_cache(maxsize=20_000)
def _drawn(high: Pixel, low: Pixel) -> Segment:
    if high == low:
        return Segment(" ", Style(bgcolor="#{:02x}{:02x}{:02x}".format(*low)))
    return Segment("▀", Style(color="#{:02x}{:02x}{:02x}".format(*high), bgcolor="#{:02x}{:02x}{:02x}".format(*low)))
