"""Keys in the order typed: a slow link delivers them in bursts."""

import pytest

from tests.app.terminal.screen import Terminal

F2, F3, F4, F5, F9, F12 = "\x1bOQ", "\x1bOR", "\x1bOS", "\x1b[15~", "\x1b[20~", "\x1b[24~"
ESC, UP, DOWN, TAB = "\x1b", "\x1b[A", "\x1b[B", "\t"
BURSTS = (
    F4 + "p",
    F4 + "xjk",
    F3 + "jkGg",
    F3 + "r" + F4 + "m",
    F2 + F4 + "p",
    F3 + F4 + "o",
    "\x143p",
    "\x142j",
    F4 + TAB + F4 + F3 + "k",
    F3 + "/no such name",
    F4 + "er",
    "\x10zzz",
    F4 + DOWN + UP + "y",
    "\x0f/nowhere/at/all",
    F3 + "?" + F4,
    F4 + F4 + "p" + F3 + "x",
    "\x12never said",
    F9,
    F3 + "d",
    F5 + F4 + "p",
)


@pytest.fixture
def terminal(tmp_path):
    made = Terminal(tmp_path / "data")
    yield made
    made.close()


def test_no_letter_of_twenty_bursts_strays_into_the_question(terminal):
    assert len(BURSTS) == 20
    terminal.wait("ask…", "no documents yet", "● ready")
    for burst in BURSTS:
        terminal.press(burst)
        terminal.settle()
        terminal.press(ESC)
        terminal.settle()
        terminal.press(F4)
        terminal.settle()
    terminal.press(F2 + "and so")
    terminal.wait("and so")
    assert [line.strip() for line in terminal.lines_of_the_composer()] == ["and so"]


def test_what_is_typed_behind_enter_waits_for_the_next_question(terminal):
    terminal.wait("ask…", "no documents yet", "● ready")
    terminal.press("first question\rsecond")
    terminal.wait("› first question")
    terminal.settle()
    assert [line.strip() for line in terminal.lines_of_the_composer()] == ["second"]
