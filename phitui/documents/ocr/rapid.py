"""RapidOCR: a Python package with its models inside, which onnxruntime runs in this process.

It comes with `pip install 'phitui[ocr]'`. A worker process imports it, never the program itself.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from math import atan2, cos, sin
from typing import Any

from phitui.documents.ocr.picture import Box, Found, Picture
from phitui.documents.pdf.page.layout import Line, Word, middle, parted, text_of
from phitui.documents.pdf.page.order import reading_order
from phitui.errors import DocumentError

LANGUAGES = tuple(
    "cat ces chi_sim chi_tra dan deu ell eng est fin fra hrv hun isl ita jpn lat lav lit nld nor pol por ron slk slv "
    "spa swe tur".split()
)
"""By tesseract's names: those whose letters its one model knows."""
_WORD = re.compile(r"\S+")
THREADS = 1
"""Pages are recognised side by side, one by each worker."""


def is_installed() -> bool:
    """Whether it can be imported, which takes a second."""
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


def text_in(picture: Picture) -> str:
    """The text in a picture, columns one after the other. Raises DocumentError."""
    return text_of(reading_order(_rows(_lines(picture))))


def words_in(picture: Picture) -> list[Found]:
    """The lines in a picture, in the order in which they are read. Raises DocumentError."""
    lines = _lines(picture)
    boxes = {id(word): each for each in lines for word in each.words[:1]}
    ordered = reading_order(_rows(lines))
    begun = (boxes[id(word)] for line in ordered for word in line.words if id(word) in boxes)
    return [Found(each.text, each.box) for each in begun]


@dataclass(slots=True)
class _Read:
    """One line as it was recognised."""

    text: str
    box: Box
    words: list[Word]
    """Their places in the line are estimated, as if all letters were equally wide."""
    bottom: float
    top: float


def _lines(picture: Picture) -> list[_Read]:
    """Places count from the left lower corner, as pdfium's do, and are those of a page that was put straight."""
    import numpy as np

    grey = np.frombuffer(picture.pixels, np.uint8).reshape(picture.height, picture.width)
    found = _engine()(np.repeat(grey[:, :, None], 3, axis=2))
    if found.boxes is None or not found.txts:
        return []
    quads = [[(float(x), float(y)) for x, y in quad] for quad in found.boxes]
    # the mean direction of long lines: a page is seldom scanned quite straight
    tilts = [atan2(b[1] - a[1], b[0] - a[0]) for a, b, c, _ in quads if b[0] - a[0] > 4 * abs(c[1] - b[1])]
    tilt = middle(tilts) if tilts else 0.0
    lines = []
    for (a, b, c, d), text in zip(quads, found.txts, strict=True):
        if not text.strip():
            continue
        straight = [(x * cos(tilt) + y * sin(tilt), y * cos(tilt) - x * sin(tilt)) for x, y in (a, b, c, d)]
        left, right = min(x for x, _ in straight), max(x for x, _ in straight)
        top, bottom = -min(y for _, y in straight), -max(y for _, y in straight)
        xs, ys = zip(a, b, c, d, strict=True)
        box = (int(min(xs)), int(min(ys)), int(max(xs)), int(max(ys)))
        lines.append(_Read(text, box, _words(text, left, right), bottom, top))
    return lines


def _words(text: str, left: float, right: float) -> list[Word]:
    wide = (right - left) / len(text)
    return [Word(each.group(), left + each.start() * wide, left + each.end() * wide) for each in _WORD.finditer(text)]


def _rows(lines: list[_Read]) -> list[Line]:
    """Lines side by side as one, from above."""
    rows: list[list[_Read]] = []
    for line in sorted(lines, key=lambda line: -(line.bottom + line.top)):
        first = rows[-1][0] if rows else None
        if first and abs(first.bottom + first.top - line.bottom - line.top) < first.top - first.bottom:
            rows[-1].append(line)
        else:
            rows.append([line])
    found = []
    for row in rows:
        row.sort(key=lambda line: line.words[0].left)
        words = [word for line in row for word in line.words]
        found.append(parted(Line(words, row[0].bottom, row[0].top)))
    return found


@lru_cache(maxsize=1)
def _engine() -> Any:
    try:
        from rapidocr import RapidOCR
    except ImportError:
        raise DocumentError("RapidOCR does not work: install it anew (pip install 'phitui[ocr]').") from None
    session = "EngineConfig.onnxruntime"
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            f"{session}.intra_op_num_threads": THREADS,
            f"{session}.inter_op_num_threads": THREADS,
        }
    )
