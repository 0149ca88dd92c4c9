"""The scratchpad."""

from phitui.app.widgets.dialog import Confirm
from phitui.errors import ModelError
from phitui.events import TokensArrived
from phitui.library.store.conversations import Buffer
from tests.app.conftest import opened, until


async def _written(pilot):
    app = pilot.app
    await pilot.press("f5")
    app.scratchpad.instruction.focus()
    await pilot.press(*"print one", "enter")
    await until(pilot, lambda: app.scratchpad.text == "print(1)\n" and app.control.code.job is None)


async def test_code_streams_into_the_editor_without_fences(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await _written(pilot)


async def test_escape_stops_writing_code(app, workbench):
    workbench.hold = True
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f5", *"print", "enter")
        await until(pilot, lambda: "print(1)" in app.scratchpad.text)
        await pilot.press("escape")
        await until(pilot, lambda: app.control.code.job is None)
        assert "stopped" in str(app.scratchpad.state._left)


async def test_code_is_saved_to_a_file_and_replacing_one_is_asked(app, tmp_path):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await _written(pilot)
        for times in (1, 2):
            await pilot.press("f10")
            app.screen.field.value = str(tmp_path / "one.py")
            await pilot.press("enter")
            if times == 2:
                assert isinstance(app.screen, Confirm)
                await pilot.press("y")
        assert (tmp_path / "one.py").read_text() == "print(1)\n"


async def test_a_file_that_cannot_be_written_is_said(app, tmp_path):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await _written(pilot)
        await pilot.press("f10")
        app.screen.field.value = str(tmp_path / "no" / "one.py")
        await pilot.press("enter")
        await pilot.pause()
        assert "cannot be written" in str(app.scratchpad.state._left)


async def test_the_language_can_be_chosen(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f5", "f7", *"rust", "enter")
        assert app.scratchpad.language == "rust"


async def test_the_text_is_kept_between_sessions(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await _written(pilot)
        app.control.session.save_now()
    assert workbench.saved[-1][0] == "print(1)\n"


async def test_a_generation_takes_nothing_away_for_good(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        app.scratchpad.load("my own = 1\n", "python")
        await _written(pilot)
        await pilot.press("tab", "ctrl+z")
        assert app.scratchpad.text == "my own = 1\n"
        await pilot.press("ctrl+y")
        assert app.scratchpad.text == "print(1)\n"
        await pilot.press("ctrl+pageup")
        assert app.scratchpad.text == "my own = 1\n"
        await pilot.press("x", "ctrl+t", "o")
        await until(pilot, lambda: app.scratchpad.text == "print(1)\n")
        await pilot.press("ctrl+pagedown", "ctrl+pagedown")
        assert "my own" in app.scratchpad.text and "x" in app.scratchpad.text
    texts = [text for text, _, name in workbench.saved if name.startswith("scratchpad version")]
    assert texts[:2] == ["my own = 1\n", "print(1)\n"] and "x" in texts[2]


async def test_a_generation_that_breaks_off_leaves_what_stood_there_one_step_away(app, workbench):
    def breaks(*_):
        yield TokensArrived("half")
        raise ModelError("The device is full.")

    workbench.generate = breaks
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        app.scratchpad.load("mine", "python")
        app.control.code.generate("more")
        await until(pilot, lambda: app.control.code.job is None and "full" in str(app.scratchpad.state._left))
        assert app.scratchpad.text == "half" and not app.scratchpad.editor.read_only
        await pilot.press("f5", "ctrl+z")
        assert app.scratchpad.text == "mine"


async def test_versions_are_there_again_in_the_next_session(app, workbench):
    workbench.kept = [Buffer(7, "scratchpad version 0", "c", "int old;", "2026-01-01T10:00:00+00:00")]
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await until(pilot, lambda: app.control.code._versions.kept)
        await _written(pilot)
        await pilot.press("ctrl+pageup")
        assert (app.scratchpad.text, app.scratchpad.language) == ("int old;", "c")
