"""The scratchpad."""

from phitui.app.widgets.dialog import Confirm
from tests.app.conftest import opened, until


async def _written(pilot):
    app = pilot.app
    await pilot.press("f5", *"print one", "enter")
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
