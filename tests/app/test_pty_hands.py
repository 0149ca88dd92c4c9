"""What slow links, long pastes, sizes and colours do to the real program in a real terminal."""

import fcntl
import os
import select
import signal
import struct
import termios
import time

import pytest

from phitui.app.theme import DARK
from tests.app.terminal.screen import LIMIT, Terminal

F2, F4 = "\x1bOQ", "\x1bOS"


@pytest.fixture
def terminal(tmp_path):
    made = Terminal(tmp_path / "data")
    yield made
    made.close()


def resize(terminal, columns, rows):
    fcntl.ioctl(terminal.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    terminal.screen.resize(rows, columns)
    os.kill(terminal.pid, signal.SIGWINCH)


def footer_ends_at(terminal, columns):
    last = terminal.screen.display[-1].rstrip()
    return last.endswith("^q quit") and len(last) == columns - 1


def test_pastes_bursts_sizes_and_themes(terminal):
    terminal.wait("ask…", "no documents yet", "● ready")
    terminal.press("\x1b[200~alpha \x1b[31mred\rbeta\x1b[201~")
    terminal.wait("alpha", "beta")
    assert "›" not in terminal.text()  # nothing was sent
    for _ in range(20):
        terminal.press(F4 + "p" + F2)
    terminal.press("Q")
    terminal.wait("betaQ")
    for columns in (120, 80, 120):
        resize(terminal, columns, 30)
        end = time.monotonic() + LIMIT
        while not footer_ends_at(terminal, columns) or "betaQ" not in terminal.text():
            assert time.monotonic() < end, terminal.text()
            terminal.read(0.05)
    terminal.press("\x10")
    terminal.wait("Commands")
    terminal.press("phitui-light\r")
    old = {str(each).lstrip("#") for each in (DARK.foreground, DARK.primary, *DARK.variables.values())}
    end = time.monotonic() + LIMIT
    while left := {cell.fg for line in terminal.screen.buffer.values() for cell in line.values()} & old:
        assert time.monotonic() < end, left
        terminal.read(0.05)


def test_a_paste_of_five_megabytes_is_kept_as_text_and_keys_go_on(terminal, tmp_path):
    terminal.wait("ask…", "no documents yet", "● ready")
    line = b"one \x1b[31mred line of many\x1b[0m\r"
    pasted = memoryview(b"\x1b[200~" + line * (5_000_000 // len(line)) + b"\x1b[201~Q")
    while pasted:
        readable, writable, _ = select.select([terminal.fd], [terminal.fd], [], 0.1)
        pasted = pasted[os.write(terminal.fd, pasted[:4096]) :] if writable else pasted
        if readable:
            terminal.read(0)
    terminal.wait("Q ", "is kept in")
    (file,) = (tmp_path / "data").rglob("pasted-*.txt")
    assert file.read_text() == "one red line of many\n" * (5_000_000 // len(line))
    assert "›" not in terminal.text()  # nothing was sent
