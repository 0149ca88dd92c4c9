"""From Enter to the first painted screen, beside a Textual app that says hello, both through a real pty.

And from Enter to the first answer in a new folder, by part.
"""

import fcntl
import os
import pty
import re
import resource
import select
import signal
import statistics
import struct
import subprocess
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
FIRST_QUESTION = ("-m", "phitui", "--demo", "ask", "How do I pin a passage?", "--model", "none")
"""What Python is told, without the option that names a new folder."""
_IMPORTED = re.compile(r"^import time: +\d+ \| +(\d+) \|( +)(\S+)$", re.MULTILINE)
"""Microseconds with what it imports, two spaces and more where another module imports it, its name."""
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
    yield from _first_question()


def _first_question() -> Iterator[Row]:
    """Seconds of the very first question, of those that imports take, and of the rest: reading, indexing, answering."""
    with tempfile.TemporaryDirectory(prefix="phitui-bench-") as folder:
        began, used = time.perf_counter(), _processor()
        done = subprocess.run(
            [sys.executable, "-X", "importtime", *FIRST_QUESTION],
            env={**os.environ, "PHITUI_DATA_DIR": folder},
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        whole, used = time.perf_counter() - began, _processor() - used
    if done.returncode:
        raise PhituiError("The first question in a new folder has no answer: try `phitui --demo ask` by hand.")
    found = [(int(took) / 1e6, len(indent), name) for took, indent, name in _IMPORTED.findall(done.stderr)]
    torch = max((took for took, _, name in found if name == "torch"), default=0.0)
    imports = sum(took for took, indent, _ in found if indent == 1)
    parts = {"importing torch": torch, "other imports": imports - torch, "everything else": whole - imports}
    parts["processor time"] = used
    for case, value in (("", whole), *((f", {part}", took) for part, took in parts.items())):
        yield {"bench": "startup", "case": f"first question{case}", "value": value, "unit": "s", "ratio": None}


def _processor() -> float:
    """Seconds that ended processes of ours have taken: on a busy machine these say what a quiet one would need."""
    found = resource.getrusage(resource.RUSAGE_CHILDREN)
    return found.ru_utime + found.ru_stime


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
