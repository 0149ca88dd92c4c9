"""The real program in a real terminal."""

import os
import signal
import termios
import time

import pytest

from tests.app.terminal.screen import LIMIT, Terminal


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


def test_a_key_draws_all_anew_and_the_signs_of_the_screen_are_changed_at_once(terminal, tmp_path):
    terminal.wait("ask…", "no documents yet", "● ready")
    terminal.settle()
    before = terminal.text()
    terminal._stream.feed(b"\x1b[2J\x1b[4;9Hwall: the system goes down\x1b[30;1H\x1b[41mNOW")
    assert "wall" in terminal.text()
    terminal.press("\x1bd")
    terminal.wait("ask…", "F1 help", "● ready")
    terminal.settle()
    assert terminal.text() == before and terminal.screen.buffer[29][0].bg != "red"
    terminal.press("\x10settings\r")
    terminal.wait("type to find")
    terminal.press("ascii\r")
    terminal.wait("enter accepts")
    terminal.press("\x7f" * 5 + "true\r")
    terminal.wait("* ready", "ascii is true, at once.")
    terminal.settle()
    assert terminal.text().isascii()
    assert "ascii = true" in next(tmp_path.rglob("config.toml")).read_text("utf-8")


@pytest.mark.skipif(not hasattr(os, "WUNTRACED"), reason="no stopped processes here")
def test_it_is_suspended_and_comes_back_whole(terminal):
    terminal.wait("ask…", "no documents yet", "● ready")
    terminal.press("kept")
    terminal.wait("kept")
    terminal.settle()
    before = terminal.text()
    terminal.press("\x1a")
    end = time.monotonic() + LIMIT
    while not os.WIFSTOPPED(os.waitpid(terminal.pid, os.WNOHANG | os.WUNTRACED)[1]):
        assert time.monotonic() < end
        terminal.read(0.02)
    assert termios.tcgetattr(terminal.fd)[3] & termios.ECHO and b"\x1b[?1049l" in terminal.raw
    terminal.screen.reset()
    os.kill(terminal.pid, signal.SIGCONT)
    while terminal.text() != before:
        assert time.monotonic() < end, terminal.text()
        terminal.read(0.05)
