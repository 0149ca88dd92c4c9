"""Pictures of PDF pages, where a text stands in them, and the text in them, as a worker process makes them."""

import base64
import signal
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from math import sqrt
from pathlib import Path
from typing import Any

from phitui.documents.ocr.picture import DPI, SECONDS, Box, Found, Picture
from phitui.documents.ocr.recogniser import text_in, words_in
from phitui.documents.pdf.open import open_pdf
from phitui.documents.pdf.pdfium import Pdfium
from phitui.documents.pdf.reader import Refused
from phitui.errors import DocumentError
from phitui.text import fold

MOST_LINES = 500
BLOCK_GAP = 4
"""Heights of a line that may lie between two pieces of one block, below each other or side by side."""
MOST_BLOCKS = 12
"""More become one: text that is turned, or a table."""
ANCHOR = 24
"""Letters by which the beginning and the end of a text are found."""
RAW_CHARACTERS = 1_000_000
POINTS_AN_INCH = 72
OCR_PIXELS = 12e6
"""A poster is recognised at a lower resolution: uncapped, one page took 1.4 GB."""


def serve_page(request: dict[str, Any], send: Callable[[dict[str, Any]], None]) -> None:
    """Answers {"task": "picture", "text" or "recognise", "path", "page", …}. Raises DocumentError, Refused, OSError."""
    document = _opened(Path(request["path"]), request.get("password"))
    if request["task"] == "text":
        _page(document, request["page"])
        send({"kind": "text", "text": document.page(request["page"] - 1).text[:RAW_CHARACTERS]})
        return
    if request["task"] == "recognise":
        page = _page(document, request["page"])
        signal.alarm(2 * SECONDS)  # the worker's own last resort is shorter than a recogniser's deadline
        send({"kind": "text", "text": text_in(_scan(page), request["language"])})
        return
    page = _page(document, request["page"])
    scale = request["width"] / max(1.0, page.get_width())
    bitmap, pixels = _rendered(page, scale, request["pixels"], gray=False)
    boxes: list[Box] = []
    with suppress(Exception):  # the picture is worth showing without them
        if request["ocr"]:
            boxes = recognised_boxes(page, bitmap.width, request["text"], request["ocr"])
        else:
            boxes = boxes_of(page, bitmap, request["text"])
    packed = base64.b64encode(zlib.compress(pixels, 1)).decode("ascii")
    send({"kind": "picture", "width": bitmap.width, "height": bitmap.height, "pixels": packed, "boxes": boxes})


def _opened(path: Path, password: str | None) -> Pdfium:
    try:
        document = open_pdf("pdfium", path, password)
    except Refused:
        document = open_pdf("pikepdf+pdfium", path, password)
    assert isinstance(document, Pdfium)
    return document


def _page(document: Pdfium, number: int) -> Any:
    if not 1 <= number <= document.count:
        raise DocumentError(f"There is no page {number} to draw: what a PDF carries beside its pages is text alone.")
    return document.pdf[number - 1]


def _rendered(page: Any, scale: float, most: float, *, gray: bool) -> tuple[Any, bytes]:
    """pdfium's bitmap, and its pixels row by row: one byte each where `gray`, else red, green, blue."""
    width, height = page.get_size()
    scale = min(scale, sqrt(most / max(1.0, width * height)))
    bitmap = page.render(scale=scale, grayscale=gray, rev_byteorder=True)
    row = bitmap.width * bitmap.n_channels
    whole = bytes(bitmap.buffer)
    starts = range(0, bitmap.height * bitmap.stride, bitmap.stride)
    return bitmap, b"".join(whole[start : start + row] for start in starts)


# ── where a text stands ──────────────────────────────────────────────────────────────────────────────────────


def boxes_of(page: Any, bitmap: Any, text: str) -> list[Box]:
    """Where the text stands in the bitmap: a box for each run of lines. Empty where the page does not hold it."""
    import pypdfium2.raw as pdfium

    textpage = page.get_textpage()
    try:
        found = locate(text, textpage.get_text_range())
        if found is None:
            return []
        first, last = (pdfium.FPDFText_GetCharIndexFromTextIndex(textpage, at) for at in (found[0], found[1] - 1))
        if not 0 <= first <= last:
            return []
        place = bitmap.get_posconv(page)
        lines = []
        for number in range(min(MOST_LINES, textpage.count_rects(first, last - first + 1))):
            left, bottom, right, top = textpage.get_rect(number)
            (x1, y1), (x2, y2) = place.to_bitmap(left, top), place.to_bitmap(right, bottom)
            lines.append((min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)))
        return joined_lines(lines)
    finally:
        textpage.close()


def recognised_boxes(page: Any, width: int, text: str, language: str) -> list[Box]:
    """The same for a text that was recognised: it is recognised once more, for its places. Raises DocumentError."""
    if not text:
        return []
    scan = _scan(page)
    words: list[tuple[int, Box]] = []
    raw = ""
    for found in _words_in(scan, language):
        words.append((len(raw), found.box))
        raw += found.text + " "
    place = locate(text, raw)
    if place is None:
        return []
    share = width / scan.width
    lines = [
        (int(left * share), int(top * share), int(right * share), int(bottom * share))
        for (at, (left, top, right, bottom)), (end, _) in zip(words, [*words[1:], (len(raw), words[-1])], strict=True)
        if at < place[1] and end > place[0]
    ]
    return joined_lines(lines)


def _scan(page: Any) -> Picture:
    bitmap, pixels = _rendered(page, DPI / POINTS_AN_INCH, OCR_PIXELS, gray=True)
    return Picture(bitmap.width, bitmap.height, pixels)


@lru_cache(maxsize=1)
def _words_in(scan: Picture, language: str) -> Sequence[Found]:
    """Remembered, since a picture that is enlarged asks for them again."""
    signal.alarm(2 * SECONDS)
    return words_in(scan, language)


def locate(text: str, raw: str) -> tuple[int, int] | None:
    """Span of the raw text that holds the cleaned one: letters and digits are compared, nothing else."""
    wanted, _ = _bare(text)
    there, places = _bare(raw)
    if not wanted:
        return None
    start = there.find(wanted)
    end = start + len(wanted)
    if start < 0:
        # A line that runs through the pages was taken out between: its beginning and its end will do.
        head, tail = wanted[:ANCHOR], wanted[-ANCHOR:]
        start = there.find(head)
        end = there.find(tail, start) + len(tail)
        if start < 0 or not len(head) <= end - start <= 2 * len(wanted) + ANCHOR:
            return None
    return places[start], places[end - 1] + 1


def _bare(text: str) -> tuple[str, list[int]]:
    """Letters and digits alone, folded, and where each stood."""
    letters: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        for each in fold(char):
            if each.isalnum():
                letters.append(each)
                places.append(place)
    return "".join(letters), places


def joined_lines(lines: Sequence[Box]) -> list[Box]:
    """Pieces of lines as blocks; a new one begins where the text goes up again, or far to the left: columns, titles."""
    heights = sorted(bottom - top for _, top, _, bottom in lines)
    usual = max(2, heights[len(heights) // 2]) if heights else 0
    blocks: list[Box] = []
    for left, top, right, bottom in lines:
        if blocks:
            first, above, last, below = blocks[-1]
            beside = first - BLOCK_GAP * usual <= left <= last + BLOCK_GAP * usual
            if beside and above - usual <= top <= below + BLOCK_GAP * usual:
                blocks[-1] = (min(first, left), min(above, top), max(last, right), max(below, bottom))
                continue
        blocks.append((left, top, right, bottom))
    if len(blocks) > MOST_BLOCKS:
        lefts, tops, rights, bottoms = zip(*blocks, strict=True)
        return [(min(lefts), min(tops), max(rights), max(bottoms))]
    return blocks
