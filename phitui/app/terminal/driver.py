"""The terminal belongs to the screen alone: what else writes to stdout or stderr goes to a log file."""

import asyncio
import contextlib
import enum
import logging
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from phitui.app.terminal.changes import Painter
from phitui.errors import PhituiError
from phitui.library.atomic import open_to_append
from phitui.places import private_folder

if TYPE_CHECKING:
    from textual.app import App
    from textual.driver import Driver

LARGEST_LOG = 1_000_000
"""Bytes; a longer log is set aside as .1 at the next start."""
LOG = "phitui.log"
ALTERNATE = "\x1b[?1049"
"""What begins and ends the screen of a full-screen program."""


def open_log(folder: Path) -> int:
    """A descriptor of the log file, rotated; of the null device where there can be none."""
    try:
        file = private_folder(folder) / LOG
        if file.exists() and file.stat().st_size > LARGEST_LOG:
            os.replace(file, file.with_suffix(".log.1"))
        return open_to_append(file)
    except (OSError, PhituiError):
        return os.open(os.devnull, os.O_WRONLY)


@contextlib.contextmanager
def kept_for_the_screen(logs: Path) -> Iterator[TextIO]:
    """Points descriptors 1 and 2 at the log, and yields the terminal. Restores them afterwards."""
    sys.stdout.flush()
    sys.stderr.flush()
    terminal = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="replace")
    saved = os.dup(1), os.dup(2)
    descriptor = open_log(logs)
    handler = logging.StreamHandler(os.fdopen(os.dup(descriptor), "w", encoding="utf-8", errors="replace"))
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)
    os.environ.setdefault("TQDM_MININTERVAL", "5")
    try:
        yield terminal
    finally:
        root.removeHandler(handler)
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os.dup2(saved[0], 1)
        os.dup2(saved[1], 2)
        for each in saved:
            os.close(each)
        with contextlib.suppress(OSError):
            terminal.close()


class _MoreKeys(enum.Enum):
    AltEnter = "alt+enter"


def driver_for(terminal: TextIO, painter: Painter) -> "type[Driver] | None":
    """Textual's driver, writing to the terminal itself rather than to stderr, in signs that all have where that is set.

    The painter, which knows that, is told when the terminal's other screen comes or goes.
    """
    if sys.platform == "win32":
        return None
    from textual import _ansi_sequences, events
    from textual.drivers import linux_driver
    from textual.drivers.linux_driver import LinuxDriver
    from textual.geometry import Size

    from phitui.app.terminal.paste import PasteParser
    from phitui.app.terminal.plain import plain

    vars(linux_driver)["XTermParser"] = PasteParser  # the driver makes its parser by this name
    # Textual reads ESC CR as enter alone, which would send a question that is not finished.
    # Its table is typed as read-only, of its own enum: there is no other way to add a key.
    _ansi_sequences.ANSI_SEQUENCES_KEYS["\x1b\r"] = (_MoreKeys.AltEnter,)  # type: ignore[index]

    class TerminalDriver(LinuxDriver):
        def __init__(self, app: "App[Any]", **options: Any) -> None:
            super().__init__(app, **options)
            # Textual assigns sys.__stderr__, of which the stub knows no more than that type.
            self._file = terminal  # type: ignore[assignment]

        def write(self, data: str) -> None:
            if ALTERNATE in data:  # comes or goes: nothing of it is known, and the pen is given back plain
                painter.forget()
                data = f"\x1b[0m{data}"
            super().write(plain(data) if painter.ascii else data)

        def _get_terminal_size(self) -> tuple[int, int]:
            # Textual asks descriptor 1, which is the log by now.
            try:
                size = os.get_terminal_size(terminal.fileno())
            except OSError:
                return super()._get_terminal_size()
            return size.columns, size.lines

        def start_application_mode(self) -> None:
            """Textual's own handler of resizes reads the size, then posts it: where the next resize comes in between,
            the older size is the last that is said, and the app stays as wide as the terminal was."""
            super().start_application_mode()  # type: ignore[no-untyped-call]
            if self._writer_thread is None:  # in the background it does not start
                return
            loop = asyncio.get_running_loop()
            signal.signal(signal.SIGWINCH, lambda *_: loop.call_soon_threadsafe(self._say_size))

        def _say_size(self) -> None:
            if not self._in_band_window_resize:
                size = Size(*self._get_terminal_size())
                self._app.post_message(events.Resize(size, size))

    return TerminalDriver
