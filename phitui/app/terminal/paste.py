"""Bracketed paste: text from its begin mark to its end mark, whatever stands between."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from time import monotonic

from textual import events
from textual._xterm_parser import BRACKETED_PASTE_END as END
from textual._xterm_parser import BRACKETED_PASTE_START as BEGIN
from textual._xterm_parser import XTermParser
from textual.message import Message

from phitui.library.atomic import create_file
from phitui.places import private_folder
from phitui.text import clean

LOST_SECONDS = 30.0
"""After so long a silence inside a paste a key is a key again: its end mark has been lost on the way."""
KEY_CHARACTERS = 8
"""No key sends more; a connection that stalled goes on with more than that."""
LONGEST = 100_000
"""Characters that a text area takes in some 0.1 s; with a million each key after it would take half a second."""
PIECE = 64_000
"""Characters cleaned at a time, so that the main thread gets its turns while megabytes are cleaned."""
_SEQUENCES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x9b[0-?]*[ -/]*[@-~]"  # control sequences: colours, movements
    r"|\x1b[\]PX^_][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)"  # strings: titles, links
    r"|\x1b[ -/]*[0-~]"
)


class PasteParser(XTermParser):
    """Hands Textual's parser no paste: it takes an ESC within one for a key, and what follows for keys.

    A paste of over LONGEST characters is not `sanitised` yet: that may take seconds, and keys wait behind it.
    `feed` and `tick` are called by the driver's input thread alone.
    """

    def __init__(self, debug: bool = False):
        super().__init__(debug)
        self._seen = ""
        """The end of what Textual's parser has got, which may be the first part of a begin mark."""
        self._pasted: list[str] | None = None
        """What has come of the paste under way."""
        self._fed = monotonic()

    def feed(self, data: str) -> Iterable[Message]:
        """The messages that complete with this data; empty data ends the stream."""
        silent, self._fed = monotonic() - self._fed, monotonic()
        if self._pasted is not None and (
            not data or (silent > LOST_SECONDS and len(data) <= KEY_CHARACTERS and data[0] != END[0])
        ):
            yield from self._finished("".join(self._pasted))
        if not data:
            yield from super().feed(data)
            return
        while data:
            if self._pasted is None:
                at = (self._seen + data).find(BEGIN)
                cut = len(data) if at < 0 else at + len(BEGIN) - len(self._seen)
                yield from super().feed(data[:cut])
                self._seen = "" if at >= 0 else (self._seen + data)[-len(BEGIN) + 1 :]
                self._pasted = None if at < 0 else []
                data = data[cut:]
                continue
            # The end mark may come in two parts.
            last = self._pasted.pop() if self._pasted else ""
            at = (last + data).find(END)
            if at < 0:
                kept = last + data
                split = max(0, len(kept) - len(END) + 1)
                self._pasted += [kept[:split], kept[split:]]
                return
            text = "".join([*self._pasted, (last + data)[:at]])
            data = (last + data)[at + len(END) :]
            yield from self._finished(text)

    def tick(self) -> Iterable[Message]:
        """The messages that complete because nothing followed."""
        for message in super().tick():
            self._seen = ""
            yield message

    def _finished(self, text: str) -> Iterator[Message]:
        self._pasted = None
        for _ in super().feed(END):
            pass  # it has seen a paste of nothing
        yield events.Paste(sanitised(text) if len(text) <= LONGEST else text)


def keep(text: str, folder: Path) -> Path:
    """Writes a paste, sanitised, into a file of its own in the folder. Raises LibraryError, OSError."""
    file = private_folder(folder) / f"pasted-{datetime.now():%Y-%m-%d-%H%M%S-%f}.txt"
    create_file(file, sanitised(text).encode("utf-8", "replace"))
    return file


def sanitised(text: str) -> str:
    """A paste as text: without the sequences and characters that terminals obey; lines end in newlines."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    pieces = []
    start = 0
    while start < len(text):
        end = text.find("\n", start + PIECE) + 1 or len(text)
        pieces.append(clean(_SEQUENCES.sub("", text[start:end])))
        start = end
    return "".join(pieces)
