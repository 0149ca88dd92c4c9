"""The real program in a real terminal."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from pathlib import Path

import pyte
import pytest

LIMIT = 60
"""Seconds; a machine so slow that this is not enough is broken."""


class Terminal:
    """A terminal of 100 × 30 with phitui in it."""

    def __init__(self, folder: Path, *arguments: str):
        self.screen = pyte.Screen(100, 30)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", COLUMNS="100", LINES="30")
            os.execv(sys.executable, [sys.executable, "-m", "phitui", "--data-dir", str(folder), *arguments])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))

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


@pytest.fixture
def terminal(tmp_path):
    made = Terminal(tmp_path / "data")
    yield made
    made.close()


def test_it_opens_takes_letters_and_quits_with_the_terminal_restored(terminal, tmp_path):
    terminal.wait("phitui", "ask…")
    terminal.press("héllo")
    terminal.wait("héllo")
    terminal.press("\x11")
    assert terminal.ended() == 0
    assert terminal.raw.rstrip().endswith(b"\x1b[?1004l") or b"\x1b[?1049l" in terminal.raw
    drafts = list((tmp_path / "data").rglob("draft.txt"))
    assert [draft.read_text("utf-8") for draft in drafts] == ["héllo"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_saves_the_draft_and_restores_the_terminal(terminal, tmp_path, number):
    terminal.wait("ask…", "no documents yet")
    terminal.press("kept")
    terminal.wait("kept")
    os.kill(terminal.pid, number)
    assert terminal.ended() == 128 + number
    assert b"\x1b[?1049l" in terminal.raw
    assert [draft.read_text() for draft in (tmp_path / "data").rglob("draft.txt")] == ["kept"]


def test_a_terminal_that_goes_away_ends_the_program_with_the_draft_kept(tmp_path):
    terminal = Terminal(tmp_path / "data")
    terminal.wait("ask…", "no documents yet")
    terminal.press("kept")
    terminal.wait("kept")
    os.close(terminal.fd)
    end = time.monotonic() + LIMIT
    while not os.waitpid(terminal.pid, os.WNOHANG)[0]:
        assert time.monotonic() < end
        time.sleep(0.02)
    assert [draft.read_text() for draft in (tmp_path / "data").rglob("draft.txt")] == ["kept"]


def test_an_idle_app_writes_nothing(terminal):
    terminal.wait("ask…", "no documents yet", "● ready")
    quiet = 0
    end = time.monotonic() + LIMIT
    while quiet < 3 and time.monotonic() < end:  # settled: nothing for a while
        before = len(terminal.raw)
        terminal.read(0.4)
        quiet = quiet + 1 if len(terminal.raw) == before else 0
    before = len(terminal.raw)
    terminal.read(2)
    assert len(terminal.raw) == before


@pytest.mark.parametrize("new_line", ["\n", "\x1b\r"], ids=["ctrl+j", "alt+enter"])
def test_keys_in_one_burst_keep_their_order(terminal, new_line):
    terminal.wait("ask…", "no documents yet")
    terminal.press(f"one{new_line}two")
    terminal.wait(" one ", " two ")
    first = next(line for line in terminal.screen.display if " one " in line)
    assert "two" not in first
    assert "›" not in terminal.text()
