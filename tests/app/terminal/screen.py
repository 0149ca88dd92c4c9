"""The real program in a real terminal, for tests."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path

import pyte

LIMIT = 60
"""Seconds; a machine so slow that this is not enough is broken."""


class Terminal:
    """A terminal with phitui in it, or another program."""

    def __init__(
        self, folder: Path, *arguments: str, size: tuple[int, int] = (100, 30), run: Sequence[str] | None = None
    ):
        columns, rows = size
        command = run or [sys.executable, "-m", "phitui", "--data-dir", str(folder), *arguments]
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            shown = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "COLUMNS": str(columns), "LINES": str(rows)}
            os.environ.update(shown)
            os.execvp(command[0], list(command))
        self.cooked = termios.tcgetattr(self.fd)
        """How the terminal was before."""
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def text(self) -> str:
        return "\n".join(self.screen.display)

    def read(self, seconds: float) -> bool:
        """Feeds what arrives; False where the program has ended."""
        if select.select([self.fd], [], [], seconds)[0]:
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                return False
            self.raw += data
            self._stream.feed(data)
            return bool(data)
        return True

    def wait(self, *texts: str) -> None:
        end = time.monotonic() + LIMIT
        while not all(text in self.text() for text in texts):
            assert time.monotonic() < end, self.text()
            assert self.read(0.1), self.text()

    def settle(self, seconds: float = 0.15) -> None:
        """Reads until nothing has been painted for a while."""
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            before = len(self.raw)
            assert self.read(seconds), self.text()
            if len(self.raw) == before:
                return

    def lines_of_the_composer(self) -> list[str]:
        """What stands below the chat's last rule."""
        lines = [line.split("│")[1] if line.count("│") > 1 else line for line in self.screen.display]
        last = max(number for number, line in enumerate(lines[:-1]) if line.strip().startswith("───"))
        return [line for line in lines[last + 1 : -2] if line.strip()]

    def press(self, keys: str) -> None:
        os.write(self.fd, keys.encode())

    def ended(self) -> int:
        end = time.monotonic() + LIMIT
        while True:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = 0
                return os.waitstatus_to_exitcode(status)
            assert time.monotonic() < end, self.text()
            self.read(0.05)

    def close(self) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)
