"""The outline of an open document."""

from phitui.app.screens.page_reader import PageReader
from tests.app.conftest import opened, text_of, until


async def test_the_outline_leads_to_the_beginning_of_a_section(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        app.push_screen(PageReader(1, 3, None, 5))
        await until(pilot, lambda: "p. 3" in text_of(app))
        await pilot.press("o")
        await until(pilot, lambda: "Outline" in text_of(app))
        await pilot.press(*"merges", "enter")
        await until(pilot, lambda: "p. 1 of 5" in text_of(app))
