"""What is recognised: a picture of a page, and where its words stand."""

from dataclasses import dataclass

Box = tuple[int, int, int, int]
"""Left, top, right and bottom, pixels from the left upper corner."""
DPI = 200
"""What recognisers read well; more costs time and gains nothing."""
SECONDS = 120
"""A page takes 1-10 s; one that takes longer is a photograph in which letters are looked for."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A page in shades of grey."""

    width: int
    height: int
    pixels: bytes
    """Rows from the top, a byte a pixel."""


@dataclass(frozen=True, slots=True)
class Found:
    """A word, or a line where its words' places are not known."""

    text: str
    box: Box
