"""tesseract: a program, which runs in a process of its own."""

import os
import re
import shutil
import subprocess

from phitui.documents.ocr.picture import DPI, SECONDS, Found, Picture
from phitui.errors import DocumentError

UPRIGHT = "1"
"""tesseract's --psm: pages that were scanned lying or upside down are turned first, where it has its osd data."""
TSV_CELLS = 12
"""Of a line of tesseract's: six numbers, the word's left, top, width and height, how sure it is, and the word."""
LIST_SECONDS = 10
LANGUAGES = re.compile(r"[A-Za-z0-9_]{2,40}(\+[A-Za-z0-9_]{2,40}){0,7}")


def program() -> str | None:
    """Where it is, None where it is not installed."""
    return shutil.which("tesseract")


def languages() -> list[str]:
    """Those that are installed, such as eng and deu. Raises DocumentError."""
    command = [program() or "tesseract", "--list-langs"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIST_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        raise DocumentError("The program tesseract does not work: install it anew.") from None
    return sorted(line for line in done.stdout.splitlines()[1:] if LANGUAGES.fullmatch(line) and line != "osd")


def text_in(picture: Picture, language: str) -> str:
    """The text in a picture; `language` may be several, joined by +. Raises DocumentError."""
    return _run(picture, language, "txt")


def words_in(picture: Picture, language: str) -> list[Found]:
    """The words in a picture, in the order in which they are read. Raises DocumentError."""
    words = []
    for line in _run(picture, language, "tsv").splitlines()[1:]:
        cells = line.split("\t")
        if len(cells) == TSV_CELLS and cells[-1].strip():
            left, top, across, down = map(int, cells[6:10])
            words.append(Found(cells[-1], (left, top, left + across, top + down)))
    return words


def _run(picture: Picture, language: str, form: str) -> str:
    if not LANGUAGES.fullmatch(language):
        raise DocumentError("That is no language of tesseract's.")
    command = [program() or "tesseract", "stdin", "stdout", "-l", language, "--dpi", str(DPI), "--psm", UPRIGHT, form]
    try:
        done = subprocess.run(
            command,
            input=b"P5 %d %d 255\n" % (picture.width, picture.height) + picture.pixels,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except subprocess.TimeoutExpired:
        raise DocumentError(f"tesseract found no end of it in {SECONDS} s.") from None
    except OSError:
        raise DocumentError("The program tesseract does not work: install it anew.") from None
    if done.returncode != 0:
        raise DocumentError(f"tesseract failed on it (exit code {done.returncode}).")
    return done.stdout.decode("utf-8", "replace")
