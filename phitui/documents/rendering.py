"""Pictures of PDF pages and the text in them, as a worker process makes them: pdfium never runs in the app's."""

import base64
import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
import zlib
from collections.abc import Callable
from contextlib import suppress
from math import sqrt
from pathlib import Path
from typing import Any

from phitui.documents.pdf import Pdfium, Refused, open_pdf
from phitui.errors import DocumentError

POINTS_AN_INCH = 72
OCR_DPI = 200
"""What tesseract reads well; more costs time and gains nothing."""
OCR_PIXELS = 12e6
"""A poster is recognised at a lower resolution: uncapped, one page took 1.4 GB."""
OCR_SECONDS = 120
"""tesseract takes 1-3 s a page; one that takes longer looks for letters in a photograph."""
LIST_SECONDS = 10
NO_TESSERACT = "The program tesseract is missing: install it (apt install tesseract-ocr, brew install tesseract)."
_LANGUAGES = re.compile(r"[A-Za-z0-9_]{2,40}(\+[A-Za-z0-9_]{2,40}){0,7}")


def serve_page(request: dict[str, Any], send: Callable[[dict[str, Any]], None]) -> None:
    """Answers {"task": "picture" or "recognise", "path", "page", …}. Raises DocumentError, Refused, OSError."""
    document = _opened(Path(request["path"]), request.get("password"))
    if request["task"] == "recognise":
        width, height, pixels = _rendered(document, request["page"], OCR_DPI / POINTS_AN_INCH, OCR_PIXELS, gray=True)
        signal.alarm(2 * OCR_SECONDS)  # the worker's own last resort is shorter than tesseract's deadline
        send({"kind": "text", "text": _recognised(width, height, pixels, request["language"])})
        return
    width, height, pixels = _rendered(document, request["page"], request["scale"], request["pixels"], gray=False)
    packed = base64.b64encode(zlib.compress(pixels, 1)).decode("ascii")
    send({"kind": "picture", "width": width, "height": height, "pixels": packed})


def _opened(path: Path, password: str | None) -> Pdfium:
    try:
        document = open_pdf("pdfium", path, password)
    except Refused:
        document = open_pdf("pikepdf+pdfium", path, password)
    assert isinstance(document, Pdfium)
    return document


def _rendered(document: Pdfium, number: int, scale: float, most: float, *, gray: bool) -> tuple[int, int, bytes]:
    """(width, height, pixels row by row: one byte each where `gray`, else red, green, blue)."""
    if not 1 <= number <= document.count:
        raise DocumentError(f"There is no page {number}.")
    page = document.pdf[number - 1]
    width, height = page.get_size()
    scale = min(scale, sqrt(most / max(1.0, width * height)))
    bitmap = page.render(scale=scale, grayscale=gray, rev_byteorder=True)
    row = bitmap.width * bitmap.n_channels
    whole = bytes(bitmap.buffer)
    pixels = b"".join(whole[start : start + row] for start in range(0, bitmap.height * bitmap.stride, bitmap.stride))
    return bitmap.width, bitmap.height, pixels


# ── tesseract ────────────────────────────────────────────────────────────────────────────────────────────────


def _recognised(width: int, height: int, pixels: bytes, languages: str) -> str:
    """The text in a picture. Raises DocumentError."""
    program = shutil.which("tesseract")
    if program is None:
        raise DocumentError(NO_TESSERACT)
    if not _LANGUAGES.fullmatch(languages):
        raise DocumentError("That is no language of tesseract's.")
    command = [program, "stdin", "stdout", "-l", languages, "--dpi", str(OCR_DPI)]
    picture = b"P5 %d %d 255\n" % (width, height) + pixels
    try:
        done = subprocess.run(
            command,
            input=picture,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=OCR_SECONDS,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            preexec_fn=_dies_with_parent if sys.platform == "linux" else None,
        )
    except subprocess.TimeoutExpired:
        raise DocumentError(f"tesseract found no end of it in {OCR_SECONDS} s.") from None
    if done.returncode != 0:
        raise DocumentError(f"tesseract failed on it (exit code {done.returncode}).")
    return done.stdout.decode("utf-8", "replace")


def _dies_with_parent() -> None:
    """In the child, before tesseract starts: the kernel ends it when the worker is killed."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def ocr_languages() -> list[str]:
    """The languages that the installed tesseract knows, such as eng and deu. Raises DocumentError without it."""
    program = shutil.which("tesseract")
    if program is None:
        raise DocumentError(NO_TESSERACT)
    try:
        command = [program, "--list-langs"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIST_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        raise DocumentError("The program tesseract does not work: install it anew.") from None
    return sorted(line for line in done.stdout.splitlines()[1:] if _LANGUAGES.fullmatch(line) and line != "osd")
