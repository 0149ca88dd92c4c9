"""The app over the real workbench: nothing scripted."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from phitui.app.app import PhituiApp
from phitui.app.screens.page_reader import PageReader
from phitui.cli.main import main
from phitui.places import Places
from phitui.settings import Settings
from tests.app.conftest import text_of, until

NOTE = """# The lighthouse

The lighthouse of Westerhaven was built in 1872 by Marta Lindqvist. It burns no oil today.

Its lamp can be seen from twenty-six miles away. The keeper's house is a museum.
"""


async def test_a_document_is_added_asked_and_opened_at_its_page(tmp_path):
    (tmp_path / "note.md").write_text(NOTE)
    app = PhituiApp(Settings(), Places.of(tmp_path / "data"), [tmp_path / "note.md"])
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "1 document" in text_of(app), 60)
        app.chat.composer.load_text("Who built the lighthouse of Westerhaven?")
        await pilot.press("enter")
        await until(pilot, lambda: app.control.conversation.turn and app.control.conversation.turn.quotes, 60)
        await until(pilot, lambda: "Marta" in text_of(app), 60)
        await until(pilot, lambda: not app.control.conversation.busy, 60)
        assert "answered by quotation" in text_of(app)
        await pilot.press("f4", "enter")
        await until(pilot, lambda: isinstance(app.screen, PageReader) and "keeper" in text_of(app), 30)
        await pilot.press("escape", "ctrl+r")
        await until(pilot, lambda: "1 turn" in text_of(app), 30)
        await pilot.press("escape")
        await until(pilot, lambda: not app.control.intake.busy, 60)
    app.jobs.workbench.close()


async def test_the_next_session_reopens_the_conversation_with_its_passages(tmp_path):
    (tmp_path / "note.md").write_text(NOTE)
    places = Places.of(tmp_path / "data")
    for session in (1, 2):
        app = PhituiApp(Settings(), places, [tmp_path / "note.md"] if session == 1 else [])
        async with app.run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda app=app: "1 document" in text_of(app) and not app.control.intake.busy, 60)
            if session == 1:
                app.control.conversation.ask("Who built the lighthouse of Westerhaven?")
                await until(pilot, lambda app=app: not app.control.conversation.busy, 60)
            else:
                await pilot.press("ctrl+r")
                await until(pilot, lambda app=app: "1 turn" in text_of(app), 30)
                await pilot.press("enter")
                await until(pilot, lambda app=app: app.passages.rows.items, 30)
                assert "Marta" in text_of(app)
            await until(pilot, lambda app=app: not app.control.intake.busy, 60)
        app.jobs.workbench.close()


async def test_a_tag_narrows_search_and_still_does_in_the_next_session(tmp_path, capsys):
    for name, place in (("north", "Westerhaven"), ("south", "Oosterhaven")):
        (tmp_path / f"{name}.md").write_text(NOTE.replace("Westerhaven", place))
    base = ["--data-dir", str(tmp_path / "data")]
    assert main(["add", str(tmp_path / "north.md"), str(tmp_path / "south.md"), *base]) == 0
    assert main(["edit", str(tmp_path / "south.md"), "--tag", "south", *base]) == 0
    places = Places.of(tmp_path / "data")
    for session in (1, 2, 3):
        app = PhituiApp(Settings(), places)
        async with app.run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda app=app: "2 documents" in text_of(app), 60)
            if session == 1:
                await pilot.press("f3", "t", "down", "enter")
            if session == 3:
                await until(
                    pilot, lambda app=app: any("#south any more" in note.message for note in app._notifications)
                )
                assert app.jobs.workbench.library.scope == ()
            else:
                await until(pilot, lambda app=app: "#south · 1 of 2 documents" in text_of(app))
                app.control.conversation.ask("When was the lighthouse of Westerhaven built?")
                await until(pilot, lambda app=app: not app.control.conversation.busy, 60)
                titles = {hit.path for hit in app.control.conversation.turn.hits}
                assert titles == {str(tmp_path / "south.md")}
                assert app.jobs.workbench.turns.of(app.control.conversation.conversation_id)[-1].scope == ("south",)
            await until(pilot, lambda app=app: not app.control.intake.busy, 60)
        app.jobs.workbench.close()
        if session == 2:
            assert main(["edit", str(tmp_path / "south.md"), "--untag", "south", *base]) == 0


@pytest.fixture
def short_folder():
    """A path that leaves room on its line for the words behind it."""
    with TemporaryDirectory(prefix="p") as folder:
        yield Path(folder)


async def test_a_damaged_index_is_said_and_a_damaged_library_with_what_to_do(short_folder, capsys):
    (short_folder / "note.md").write_text(NOTE)
    assert main(["add", str(short_folder / "note.md"), "--data-dir", str(short_folder / "data")]) == 0
    places = Places.of(short_folder / "data")
    places.index_folder("default").joinpath("words.json").write_bytes(b"garbage")
    app = PhituiApp(Settings(), places)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: any("index of words" in note.message for note in app._notifications), 60)
    app.jobs.workbench.close()
    database = places.library_folder("default") / "library.db"
    database.write_bytes(database.read_bytes()[: database.stat().st_size // 2])
    app = PhituiApp(Settings(), places)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "phitui library" in text_of(app) and "restore" in text_of(app), 60)
