"""From Enter to the first painted screen, beside a Textual app that says hello, both through a real pty."""

import fcntl
import os
import pty
import re
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Iterator

from phitui.bench.row import Row
from phitui.errors import PhituiError

RUNS = 5
COLUMNS, ROWS = 120, 40
LAST_PAINTED = b"F1 help"
"""Stands in the bottom line, which comes last: the whole screen is there."""
LONGEST_SECONDS = 60.0
HELLO = """
from textual.app import App
from textual.widgets import Static
class Hello(App):
    def compose(self):
        yield Static("hello world")
Hello().run()
"""
_ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|P[^\x1b]*\x1b\\|[@-Z\\-_=>])")


def startup() -> Iterator[Row]:
    """Median seconds of RUNS starts of each, after one that fills the caches."""
    with tempfile.TemporaryDirectory(prefix="phitui-bench-") as folder:
        ours = [sys.executable, "-m", "phitui", "--demo", "--data-dir", folder]
        hello = [sys.executable, "-c", HELLO]
        _paint(ours, LAST_PAINTED)
        # In turn, so that a machine whose speed drifts treats both alike.
        pairs = [(_paint(hello, b"hello world"), _paint(ours, LAST_PAINTED)) for _ in range(RUNS)]
    base, value = (statistics.median(times) for times in zip(*pairs, strict=True))
    yield {"bench": "startup", "case": "textual hello world", "value": base, "unit": "s", "ratio": None}
    yield {"bench": "startup", "case": "phitui --demo", "value": value, "unit": "s", "ratio": value / base}


def _paint(command: list[str], text: bytes) -> float:
    """Seconds until the text is on the screen; the program is ended then."""
    started = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # compiled once, as an installer does
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", COLUMNS=str(COLUMNS), LINES=str(ROWS))
        os.execv(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    written = b""
    try:
        while text not in _ESCAPES.sub(b"", written):
            left = started + LONGEST_SECONDS - time.perf_counter()
            if left <= 0 or not select.select([terminal], [], [], left)[0]:
                raise PhituiError(f"{command[0]} painted nothing in {LONGEST_SECONDS:.0f} s.")
            try:
                written += os.read(terminal, 65536)
            except OSError:
                raise PhituiError("The program that was measured ended before it painted anything.") from None
        return time.perf_counter() - started
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)
