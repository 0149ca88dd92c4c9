"""Bracketed paste."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events

from phitui.app.terminal import paste
from phitui.app.terminal.paste import PasteParser, sanitised
from tests.app.conftest import opened, text_of, until
from tests.app.terminal.screen import Terminal

BEGIN, END = "\x1b[200~", "\x1b[201~"


def messages(parser, *chunks):
    """What comes of these reads: the text of a paste, the name of a key."""
    got = [message for chunk in chunks for message in parser.feed(chunk)]
    return [each.text if isinstance(each, events.Paste) else each.key for each in got]


@given(st.text(alphabet="ab\x1b[]201~m;\r\n\x9bé", max_size=60), st.lists(st.integers(1, 9), min_size=1))
def test_a_paste_is_one_text_however_it_is_cut_into_reads(text, sizes):
    if END in text + END[:-1]:
        return
    data = f"x{BEGIN}{text}{END}y"
    chunks = []
    while data:
        size = sizes[len(chunks) % len(sizes)]
        chunks.append(data[:size])
        data = data[size:]
    assert messages(PasteParser(), *chunks) == ["x", sanitised(text), "y"]


def test_keys_around_a_paste_stay_keys():
    assert messages(PasteParser(), f"\x1b[A{BEGIN}one\rtwo{END}\x1bOS\r") == ["up", "one\ntwo", "f4", "enter"]


def test_what_a_terminal_would_obey_is_left_out_of_a_paste():
    assert sanitised("alpha \x1b[31mred\r\nbeta\x1b]0;title\x07\x1b]8;;http://x\x1b\\\x11\x9b2J.") == "alpha red\nbeta."


def test_a_begin_mark_within_a_paste_is_no_second_paste():
    assert messages(PasteParser(), f"{BEGIN}a{BEGIN}b{END}c") == ["ab", "c"]


def test_a_paste_whose_end_was_lost_does_not_swallow_keys_for_ever(monkeypatch):
    now = 100.0
    monkeypatch.setattr(paste, "monotonic", lambda: now)
    parser = PasteParser()
    assert messages(parser, f"{BEGIN}half of it") == []
    now += paste.LOST_SECONDS + 1
    assert messages(parser, "\x11") == ["half of it", "ctrl+q"]


async def test_a_paste_too_long_to_edit_is_kept_in_a_file_that_is_offered_for_adding(app, tmp_path):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        app.chat.composer.load_text("kept")
        app.post_message(events.Paste("\x1b[31mred\r" * paste.LONGEST))
        await until(pilot, lambda: app.control.session.pasted)
        file = app.control.session.pasted
        assert file.read_text("utf-8") == "red\n" * paste.LONGEST
        assert file.stat().st_mode & 0o077 == 0
        assert app.chat.composer.text == "kept"
        await pilot.press("ctrl+o")
        await until(pilot, lambda: "Add documents" in text_of(app))
        assert Path(app.screen.field.value) == file


@pytest.fixture
def terminal(tmp_path):
    made = Terminal(tmp_path / "data")
    yield made
    made.close()


def test_pasted_colours_and_lines_stand_in_the_question_and_nothing_is_asked(terminal):
    terminal.wait("ask…", "no documents yet", "● ready")
    terminal.press(f"{BEGIN}alpha \x1b[31mred\rbeta\x11{END} and")
    terminal.wait("alpha red", "beta and")
    assert "›" not in terminal.text()
