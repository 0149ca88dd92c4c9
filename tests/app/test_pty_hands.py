"""What slow links and killed sessions do to the real program in a real terminal."""

import fcntl
import os
import signal
import sqlite3
import struct
import termios
import time
from pathlib import Path

import pytest

from phitui.app.theme import DARK
from tests.app.terminal.screen import LIMIT, Terminal

F2, F4, F5, ALT_R = "\x1bOQ", "\x1bOS", "\x1b[15~", "\x1br"


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


def descendants(pid):
    children = {}
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            try:
                parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
            except OSError:
                continue
            children.setdefault(int(parent), []).append(int(process.name))
    found, left = [], [pid]
    while left:
        new = children.get(left.pop(), [])
        found += new
        left += new
    return found


def alive(pid):
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked for in /proc")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_code_that_runs_ends_with_a_program_that_is_killed_and_its_text_is_kept(terminal, tmp_path, number):
    terminal.wait("ask…", "no documents yet", "● ready")
    terminal.press(F5)
    terminal.wait("what the code should do")
    terminal.press("\t")
    terminal.press("import time; print('be' + 'gun'); time.sleep(3600)")
    terminal.wait("sleep(3600)")
    terminal.press(ALT_R)
    terminal.wait("y yes")
    terminal.press("y")
    terminal.wait("begun", "esc stops it")
    started = descendants(terminal.pid)
    assert started
    file = next((tmp_path / "data").rglob("*.db"))
    end = time.monotonic() + LIMIT
    while "sleep(3600)" not in kept(file):
        assert time.monotonic() < end
        terminal.read(0.05)
    os.kill(terminal.pid, number)
    assert terminal.ended() == (-9 if number == signal.SIGKILL else 128 + number)
    if number != signal.SIGKILL:
        assert b"\x1b[?1049l" in terminal.raw
    while any(alive(pid) for pid in started):
        assert time.monotonic() < end
        time.sleep(0.02)


def kept(file):
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        return "".join(text for (text,) in connection.execute("SELECT text FROM buffers"))
    finally:
        connection.close()
