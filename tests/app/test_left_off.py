"""The app opens where one left off."""

from itertools import count
from threading import Event

import pytest

from phitui.app.app import PhituiApp
from phitui.app.panes import chat
from phitui.app.terminal.session_state import SessionState, read_state, state_file
from phitui.app.terminal.settings_writer import write_setting
from phitui.errors import LibraryError
from phitui.events import QueryReady
from phitui.places import Places
from phitui.settings import Settings, load_settings
from tests.app.conftest import ask, opened, text_of, until
from tests.app.fake import answered


async def test_conversation_pane_pins_ticks_and_widths_are_as_they_were_left(app, workbench, tmp_path):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        workbench.past = [app.control.conversation.turn]
        await pilot.press("f3", "j", "j", "space", "f4", "p", "alt+right")
        await until(pilot, lambda: app.control.conversation.selection.preview is not None)
        wide = app.passages.size.width
        app.action_leave()
        await pilot.pause()
    gate = Event()
    again = PhituiApp(Settings(), Places.of(tmp_path), make=lambda: workbench if gate.wait(20) else None)
    async with again.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: again.scratchpad.is_mounted and again.control.session._view)
        again.control.session.save_now()  # before what was open is there again
        gate.set()
        await opened(pilot)
        await until(pilot, lambda: again.chat.transcript.exchanges and again.view.pane == "passages")
        assert again.control.conversation.selection.pinned == {101}
        assert len(again.control.scope.ticked) == 1
        assert "asking 1 of 8" in text_of(again) and "★" in text_of(again)
        assert again.passages.size.width == wide


async def test_a_long_conversation_opens_at_the_question_that_was_read_also_at_another_width(
    app, workbench, tmp_path, monkeypatch
):
    monkeypatch.setattr(chat, "MOUNTED", 3)
    numbers = count(1)
    workbench.script = lambda query: [QueryReady(query, turn_id=next(numbers), conversation_id=1), *answered(query)[1:]]
    async with app.run_test(size=(120, 24)) as pilot:
        await opened(pilot)
        for number in range(1, 7):
            await ask(pilot, f"Question {number}?")
        workbench.past = list(app.control.conversation.branches.turns)
        transcript = app.chat.transcript
        await pilot.press("escape", "g")
        await until(pilot, lambda: len(transcript.newer) == 3)
        transcript._go_to(transcript.exchanges[1], 2)
        await until(pilot, lambda: transcript.top == (2, 2))
        app.action_leave()
        await pilot.pause()
    again = PhituiApp(Settings(), Places.of(tmp_path), make=lambda: workbench)
    async with again.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await until(pilot, lambda: again.chat.transcript.top == (2, 2))
        assert again.control.conversation.turn.question == "Question 6?"
        assert [each.turn.turn_id for each in again.chat.transcript.exchanges][:2] == [2, 3]


async def test_a_pane_is_put_away_and_comes_back(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f3", "alt+down")
        await pilot.pause()
        assert not app.library.display and app.view.pane == "chat"
        await pilot.press("alt+down")
        await pilot.pause()
        assert app.library.display


async def test_a_theme_chosen_in_the_app_is_written_into_the_settings(app):
    file = app.places.settings_file
    file.parent.mkdir(parents=True)
    file.write_text("# mine\nmax_tokens = 99  # short\n\n[keys]\nquit = 'ctrl+x'\n", "utf-8")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        app.action_theme("phitui-light")
        app.action_theme("phitui-16")
    assert "# mine\nmax_tokens = 99  # short\n" in file.read_text("utf-8")
    read = load_settings(file, {})
    assert (read.theme, read.max_tokens, read.keys) == ("phitui-16", 99, {"quit": "ctrl+x"})


def test_a_setting_that_cannot_be_written_is_said_in_a_sentence(tmp_path):
    (tmp_path / "config.toml").write_text("theme = [", "utf-8")
    with pytest.raises(LibraryError, match="theme could not be written"):
        write_setting(tmp_path / "config.toml", "theme", "nord")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"pane": 3, "hidden": [1], "conversation": true}', "null", '"x"'])
def test_a_state_that_makes_no_sense_is_a_new_one(tmp_path, text):
    places = Places.of(tmp_path)
    state_file(places, "default").write_text(text, "utf-8")
    assert read_state(places, "default") == SessionState()
