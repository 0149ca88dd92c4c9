"""Single pages of PDFs, made by a worker process that can be killed: pictures, and the text in scans."""

import base64
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phitui.documents.cleaner import tidy_page
from phitui.documents.ocr.picture import SECONDS, Box
from phitui.documents.repair.hyphens import BREAK, without_breaks
from phitui.documents.workers.process import (
    ADDRESS_SPACE_BYTES,
    OCR_ADDRESS_SPACE_BYTES,
    WorkerLost,
    WorkerProcess,
    failure,
)
from phitui.documents.workers.reader import never
from phitui.errors import Cancelled, Cause, DocumentError

PICTURE_SECONDS = 20.0
MOST_PIXELS = 4e6
"""Of a picture: pages of unusual size are drawn smaller, or one would take a gigabyte."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as it looks."""

    width: int
    height: int
    pixels: bytes
    """Rows from the top, three bytes a pixel: red, green, blue."""
    boxes: tuple[Box, ...] = ()
    """Where the text that was asked for stands."""


class PageWorker:
    """One page at a time; threads wait for each other. Close it to end its worker."""

    def __init__(self) -> None:
        self._using = threading.Lock()
        self._closed = False
        self._worker: WorkerProcess | None = None
        self._recognises = False
        """Whether the worker has the memory that recognising takes."""

    def picture(
        self,
        path: Path,
        page: int,
        width: int,
        text: str = "",
        ocr: str | None = None,
        password: str | None = None,
        cancel: Callable[[], bool] = never,
    ) -> Picture:
        """Page `page` (from 1), `width` pixels wide, MOST_PIXELS in all at most, with the boxes of `text`.

        `ocr` is the language in which that text was recognised, where it was: it takes a second or two then.
        Raises DocumentError, Cancelled.
        """
        wanted = {"task": "picture", "page": page, "width": width, "text": text, "ocr": ocr, "pixels": MOST_PIXELS}
        seconds = PICTURE_SECONDS + (SECONDS if ocr else 0)
        reply = self._ask(path, password, wanted, seconds, cancel)
        try:
            width, height = int(reply["width"]), int(reply["height"])
            pixels = zlib.decompressobj().decompress(base64.b64decode(reply["pixels"]), 3 * width * height + 1)
            boxes = tuple((int(left), int(top), int(right), int(end)) for left, top, right, end in reply["boxes"])
        except (KeyError, ValueError, TypeError, zlib.error):
            raise DocumentError("The page cannot be drawn: its picture is damaged.", Cause.DAMAGED) from None
        if width < 1 or height < 1 or len(pixels) != 3 * width * height:
            raise DocumentError("The page cannot be drawn: its picture is damaged.", Cause.DAMAGED)
        return Picture(width, height, pixels, boxes)

    def raw(self, path: Path, page: int, password: str | None = None, cancel: Callable[[], bool] = never) -> str:
        """The text of page `page` (from 1) as it is read, with the lines that run through the pages, cleaned.

        Raises DocumentError, Cancelled.
        """
        reply = self._ask(path, password, {"task": "text", "page": page}, PICTURE_SECONDS, cancel)
        return tidy_page(BREAK.sub("-\n", str(reply.get("text", ""))))

    def recognise(
        self, path: Path, page: int, language: str, password: str | None = None, cancel: Callable[[], bool] = never
    ) -> str:
        """The text in the picture of page `page` (from 1), cleaned. Raises DocumentError, Cancelled."""
        wanted = {"task": "recognise", "page": page, "language": language}
        text = str(self._ask(path, password, wanted, SECONDS + PICTURE_SECONDS, cancel).get("text", ""))
        return tidy_page(without_breaks([text])[0])

    def _ask(
        self, path: Path, password: str | None, wanted: dict[str, Any], seconds: float, cancel: Callable[[], bool]
    ) -> dict[str, Any]:
        recognises = wanted["task"] == "recognise" or bool(wanted.get("ocr"))

        def stopped() -> bool:
            return self._closed or cancel()

        with self._using:
            if stopped():
                raise Cancelled("Stopped.")
            try:
                if self._worker is None or not self._worker.alive or (recognises and not self._recognises):
                    self._drop()
                    self._worker = WorkerProcess(OCR_ADDRESS_SPACE_BYTES if recognises else ADDRESS_SPACE_BYTES)
                    self._recognises = recognises
                self._worker.ask({**wanted, "path": str(path), "password": password}, stopped)
                reply = self._worker.reply(seconds, stopped)
                while reply["kind"] not in ("picture", "text", "failed", "refused"):
                    reply = self._worker.reply(seconds, stopped)
                if reply["kind"] in ("picture", "text"):
                    self._worker.reply(seconds, stopped)  # done
            except WorkerLost as lost:
                self._drop()
                raise DocumentError(f"Page {wanted['page']} cannot be drawn: {lost}.", lost.cause) from None
            except BaseException:
                self._drop()
                raise
        if reply["kind"] in ("failed", "refused"):
            raise failure(reply)
        return reply

    def close(self) -> None:
        """Ends the worker; what is asked of it in another thread ends with Cancelled."""
        self._closed = True
        with self._using:
            self._drop()

    def _drop(self) -> None:
        if self._worker is not None:
            self._worker.kill()
            self._worker = None
