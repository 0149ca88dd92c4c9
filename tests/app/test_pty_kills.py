"""What is lost when the real program is killed in the middle of something: at most the last second of an answer."""

import os
import signal
import sqlite3
import termios
import time
import tomllib
from itertools import count
from pathlib import Path

import pytest

from tests.app.terminal.screen import LIMIT, Terminal
from tests.models.server import made

F5, ALT_R = "\x1b[15~", "\x1br"
HUP, TERM, KILL = signal.SIGHUP, signal.SIGTERM, signal.SIGKILL
SETTINGS = "# kept\ntheme = 'phitui'  # mine\n"

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked for in /proc")


def each(number, *others):
    """The one that every run tries, and those of long runs."""
    return [number, *(pytest.param(each, marks=pytest.mark.long) for each in others)]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "data/config").mkdir(parents=True)
    (tmp_path / "data/config/config.toml").write_text(SETTINGS)
    return tmp_path / "data"


@pytest.fixture
def terminal(folder):
    made = Terminal(folder)
    yield made
    made.close()


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


def killed(terminal, number):
    """Kills it: the terminal is as it was, but after a kill that nobody can catch, and no child is left."""
    started = descendants(terminal.pid)
    os.kill(terminal.pid, number)
    assert terminal.ended() == (-number if number == KILL else 128 + number)
    if number != KILL:
        assert b"\x1b[?1049l" in terminal.raw
        assert termios.tcgetattr(terminal.fd) == terminal.cooked
    end = time.monotonic() + LIMIT
    while any(alive(pid) for pid in started):
        assert time.monotonic() < end
        time.sleep(0.02)
    return started


def told(folder, query):
    """All that the database says to it."""
    connection = sqlite3.connect(f"file:{next(folder.rglob('*.db'))}?mode=ro", uri=True)
    try:
        return "".join(text for (text,) in connection.execute(query))
    finally:
        connection.close()


def until(terminal, true):
    end = time.monotonic() + LIMIT
    while not true():
        assert time.monotonic() < end, terminal.text()
        terminal.read(0.05)


@pytest.mark.parametrize("number", each(KILL, HUP, TERM))
def test_while_a_draft_is_typed(terminal, folder, number):
    terminal.wait("ask…", "no documents yet")
    terminal.press("a draft")
    terminal.wait("a draft")
    drafts = lambda: [draft.read_text() for draft in folder.rglob("draft.txt")]  # noqa: E731
    if number == KILL:
        until(terminal, lambda: drafts() == ["a draft"])
    killed(terminal, number)
    assert drafts() == ["a draft"]


def trickles(self, asked):
    """An answer that never ends."""
    self.begin()
    for word in count():
        self.event(made.piece(asked, f"word{word} "))
        time.sleep(0.02)


@pytest.mark.parametrize("number", each(HUP, TERM, KILL))
def test_while_an_answer_is_written(folder, monkeypatch, number):
    with made.serving(made.MadeServer(answers=[trickles])) as server:
        for name, value in {"SERVER": server.address, "MODEL": made.MODEL}.items():
            monkeypatch.setenv(f"PHITUI_{name}", value)
        terminal = Terminal(folder)
        try:
            terminal.wait("ask…", "no documents yet", "● ready")
            terminal.press("why is the sky blue?\r")
            terminal.wait("F6")
            terminal.press("\x1b[17~")
            terminal.wait("word9 ")
            shown = time.monotonic()
            until(terminal, lambda: time.monotonic() > shown + (1.1 if number == KILL else 0))
            killed(terminal, number)
        finally:
            terminal.close()
    answers = told(folder, "SELECT answer FROM turns")
    assert "word9 " in answers


@pytest.mark.parametrize("number", each(TERM, HUP, KILL))
def test_while_a_text_is_edited(terminal, folder, number):
    terminal.wait("ask…", "no documents yet", "● ready")
    terminal.press(F5)
    terminal.wait("what the code should do")
    terminal.press("\tx = 'edited'")
    terminal.wait("x = 'edited'")
    if number == KILL:
        until(terminal, lambda: "edited" in told(folder, "SELECT text FROM buffers"))
    killed(terminal, number)
    assert "x = 'edited'" in told(folder, "SELECT text FROM buffers")


@pytest.mark.parametrize("number", each(KILL, HUP, TERM))
def test_while_code_runs(terminal, folder, number):
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
    until(terminal, lambda: "sleep(3600)" in told(folder, "SELECT text FROM buffers"))
    assert killed(terminal, number)


@pytest.mark.parametrize("number", each(KILL, HUP, TERM))
def test_while_settings_are_written(terminal, folder, number):
    terminal.wait("ask…", "no documents yet")
    terminal.press("\x10")
    terminal.wait("Commands")
    terminal.press("phitui-light\r")
    killed(terminal, number)
    text = (folder / "config/config.toml").read_text()
    assert "# kept" in text and "# mine" in text
    assert tomllib.loads(text)["theme"] in ("phitui", "phitui-light")
