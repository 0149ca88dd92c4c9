"""How far the work is: one line on stderr that is drawn over itself."""

import shutil
import sys
import time

from phitui.cli.printing import say
from phitui.events import (
    DocumentAdded,
    DownloadProgress,
    Event,
    FilesFound,
    PageRead,
    PageRecognised,
    PartRead,
    PassagesEmbedded,
    PathLeftOut,
    VectorsGrouped,
)
from phitui.text import duration, one_line

PROGRESS_SECONDS = 0.1
"""The progress line is drawn at most so often."""
FIRST_RATE_SECONDS = 1.0
"""Before, a rate says little."""


class ProgressLine:
    """One line on stderr that is drawn over itself; nothing where stderr is no terminal."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._last = 0.0
        self._files = self._done = self._pages = 0
        self._began = time.monotonic()
        self._embedded: tuple[int, float] | None = None
        """Vectors that were there at first, and when that was."""

    def __enter__(self) -> "ProgressLine":
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def clear(self) -> None:
        """Takes the line away before something else is printed."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def show(self, event: Event) -> None:
        """Draws what the event says."""
        match event:
            case FilesFound():
                self._files, self._began = event.files, time.monotonic()
                return
            case DocumentAdded():
                self._done += 1
                return
            case VectorsGrouped():
                self.clear()
                say(event.note)
                return
            case PathLeftOut():
                self.clear()
                say(f"{event.path} is left out: {event.reason}.")
                return
            case PageRead():
                text = f"{self._done + 1} of {self._files}  {one_line(event.path, 60)}  page {event.page}"
                text += f" of {event.pages}" if event.pages else ""
                self._pages += 1
                seconds = time.monotonic() - self._began
                text += f"  {self._pages / seconds:.0f} pages/s" if seconds > FIRST_RATE_SECONDS else ""
                text += _left(self._done, self._files, seconds)
            case PageRecognised():
                text = f"OCR  {one_line(event.path, 60)}  {event.done} of {event.total} pages"
            case PassagesEmbedded():
                done, total = event.done + event.sentences_done, event.total + event.sentences_total
                self._embedded = self._embedded or (done, time.monotonic())
                before, began = self._embedded
                seconds = time.monotonic() - began
                text = f"embedding  {_bar(done, total)}  {done:,} of {total:,}"
                text += f"  {(done - before) / seconds:.0f}/s" if seconds > FIRST_RATE_SECONDS else ""
                text += _left(done - before, total - before, seconds)
            case PartRead():
                text = f"reading  {_bar(event.part, event.parts)}  {event.part} of {event.parts} parts"
            case DownloadProgress():
                text = f"downloading {event.model}  {event.done / 1e9:.2f} GB"
                text += f" of {event.total / 1e9:.2f}" if event.total else ""
            case _:
                return
        self._draw(text)

    def count(self, what: str, done: int, total: int) -> None:
        """Draws how far something is that has no events of its own."""
        seconds = time.monotonic() - self._began
        self._draw(f"{what}  {_bar(done, total)}  {done:,} of {total:,}" + _left(done, total, seconds))

    def _draw(self, text: str) -> None:
        if self._shown and time.monotonic() - self._last >= PROGRESS_SECONDS:
            self._last = time.monotonic()
            width = shutil.get_terminal_size().columns - 1
            print("\r\x1b[K" + text[:width], end="", file=sys.stderr, flush=True)


def _left(done: int, total: int, seconds: float) -> str:
    if not done or done >= total or seconds <= FIRST_RATE_SECONDS:
        return ""
    return f"  {duration(seconds / done * (total - done))} left"


def _bar(done: int, total: int, cells: int = 20) -> str:
    full = cells * done // total if total else cells
    return "#" * full + "." * (cells - full)
