"""Nothing typed is lost."""

from phitui.app.app import PhituiApp
from phitui.app.terminal.drafts import draft_file, read_draft, write_draft
from phitui.app.widgets.dialog import Confirm
from phitui.places import Places
from phitui.settings import Settings
from tests.app.conftest import opened, until


async def test_a_draft_is_on_disk_soon_after_it_was_typed_and_comes_back(app, workbench, tmp_path):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press(*"what if")
        await until(pilot, lambda: read_draft(app.places, "default") == "what if")
    again = PhituiApp(Settings(), Places.of(tmp_path), make=lambda: workbench)
    async with again.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        assert again.chat.composer.text == "what if"


def test_a_draft_is_private_and_goes_when_it_is_empty(tmp_path):
    places = Places.of(tmp_path)
    write_draft(places, "default", "x")
    assert draft_file(places, "default").stat().st_mode & 0o077 == 0
    write_draft(places, "default", " ")
    assert not draft_file(places, "default").exists()


def test_a_folder_that_cannot_be_written_is_no_crash(tmp_path):
    (tmp_path / "data").write_text("in the way")
    write_draft(Places.of(tmp_path), "default", "x")
    assert read_draft(Places.of(tmp_path), "default") == ""


async def test_quitting_saves_and_ends(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press(*"unsent", "ctrl+q")
        await pilot.pause()
    assert read_draft(app.places, "default") == "unsent"
    assert app.return_code == 0


async def test_quitting_asks_only_while_an_answer_is_written(app, workbench):
    workbench.hold = True
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        app.control.conversation.ask("When?")
        await until(pilot, lambda: app.control.conversation.turn.answer)
        await pilot.press("ctrl+q")
        assert isinstance(app.screen, Confirm)
        await pilot.press("n")
        assert app.is_running
        await pilot.press("escape")
        await until(pilot, lambda: not app.control.conversation.busy)
