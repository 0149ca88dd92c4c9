"""The library's documents: listed, taken out."""

from phitui.app.widgets.dialog import Confirm
from phitui.errors import LibraryError
from tests.app.conftest import opened, text_of, until


async def test_removing_asks_first(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f3", "G", "d")
        assert isinstance(app.screen, Confirm)
        await pilot.press("n")
        assert not workbench.removed
        await pilot.press("d", "y")
        await until(pilot, lambda: workbench.removed)
        await until(pilot, lambda: len(app.library.documents) == 7)


async def test_a_library_that_cannot_be_opened_says_why_in_its_pane(app, workbench):
    workbench.problem = LibraryError("Another phitui is writing here.")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "Another phitui is" in text_of(app))


async def test_the_screen_stands_before_the_library_is_open(app, workbench):
    workbench.opened.clear()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("h", "i")
        assert app.chat.composer.text == "hi"
        assert "opening…" in text_of(app)
        workbench.opened.set()
        await opened(pilot)
