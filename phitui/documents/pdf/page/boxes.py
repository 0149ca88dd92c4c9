"""Where pdfium says that characters and text objects stand, asked by plain addresses.

pypdfium2 checks the kind of every argument, which takes longer than the answers: a page has thousands of them.
"""

import ctypes
import struct
from collections.abc import Callable
from typing import Any

import pypdfium2.raw as pdfium

Rect = tuple[float, float, float, float]
"""Left, bottom, right, top, in points from the page's left lower corner."""


def _plain(function: Any, *arguments: Any) -> Callable[..., int]:
    """The same function of pdfium, told what its arguments are by us."""
    address = ctypes.cast(function, ctypes.c_void_p).value
    return ctypes.CFUNCTYPE(ctypes.c_int, *arguments)(address or 0)


_ADDRESS, _NUMBER = ctypes.c_void_p, ctypes.c_int
_object_box = _plain(pdfium.FPDFText_GetRect, _ADDRESS, _NUMBER, *[_ADDRESS] * 4)
_character_box = _plain(pdfium.FPDFText_GetLooseCharBox, _ADDRESS, _NUMBER, _ADDRESS)
_DOUBLES, _FLOATS = struct.Struct("4d"), struct.Struct("4f")


def _of(textpage: Any) -> int | None:
    return ctypes.cast(textpage.raw, ctypes.c_void_p).value


def object_boxes(textpage: Any, most: int) -> list[Rect]:
    """The boxes of the page's text objects, in the order in which they were drawn; `most` are looked at."""
    page, box = _of(textpage), ctypes.create_string_buffer(_DOUBLES.size)
    left = ctypes.addressof(box)
    bottom, right, top = (left + place * ctypes.sizeof(ctypes.c_double) for place in (1, 2, 3))
    read, unpack, found = _object_box, _DOUBLES.unpack, []
    for number in range(min(most, pdfium.FPDFText_CountRects(textpage, 0, -1))):
        read(page, number, left, top, right, bottom)
        found.append(unpack(box))
    return found


class CharacterBoxes:
    """The boxes of a page's characters, as high as their line. The page must stay open."""

    def __init__(self, textpage: Any):
        self._page, self._box = _of(textpage), ctypes.create_string_buffer(_FLOATS.size)
        self._place = ctypes.addressof(self._box)

    def of_run(self, start: int, end: int) -> Rect | None:
        """Around the characters from `start` to before `end`; None where pdfium does not say, or the text is turned."""
        read, page, box, place = _character_box, self._page, self._box, self._place
        if not read(page, start, place):
            return None
        left, top, right, bottom = _FLOATS.unpack(box)
        if end - start > 1 and read(page, end - 1, place):
            last, _, last_right, last_bottom = _FLOATS.unpack(box)
            if last < left + 0.1 and (last < left or abs(last_bottom - bottom) > 1):
                return None
            if last_right > right:
                right = last_right
        return left, bottom, right, top
