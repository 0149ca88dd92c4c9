"""Conversations in their list."""

from tests.app.conftest import ask, opened, text_of, until


async def test_a_conversation_is_renamed_deleted_and_brought_back(app, workbench):
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "0 turns" in text_of(app))
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "Another title" in text_of(app))
        await pilot.press(*"!", "enter")
        await until(pilot, lambda: workbench.renamed == [(1, "!")])
        await pilot.press("ctrl+x")
        await until(pilot, lambda: any("Deleted:" in each for each in app.messages))
        await pilot.press("ctrl+u")
        await until(pilot, lambda: workbench.renamed[1:] == [(1, "back")])


async def test_the_conversation_in_view_is_exported_from_the_palette(app, tmp_path):
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await ask(pilot)
        await pilot.press("ctrl+p", *"export this", "enter")
        await until(pilot, lambda: "Export the conversation to" in text_of(app))
        app.screen.field.value = str(tmp_path / "oil.md")
        await pilot.press("enter")
        await until(pilot, lambda: (tmp_path / "oil.md").exists())


async def test_a_conversation_is_put_away_listed_apart_and_taken_out_again(app, workbench):
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "0 turns" in text_of(app))
        await pilot.press("ctrl+a")
        await until(pilot, lambda: workbench.archived and "none: every question" in text_of(app))
        await pilot.press("ctrl+o")
        await until(pilot, lambda: "that are put away" in text_of(app) and "0 turns" in text_of(app))
        await pilot.press("ctrl+a")
        await until(pilot, lambda: not workbench.archived and "none is put away" in text_of(app))
