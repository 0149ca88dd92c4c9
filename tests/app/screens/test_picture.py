"""The page as a picture, in half blocks."""

from phitui.app.screens.page_reader import PageReader
from phitui.app.widgets.picture import FITS_WIDTH, FRAME, ZOOMS
from tests.app.conftest import ask, opened, text_of, until


async def at_picture(app, pilot) -> PageReader:
    await opened(pilot)
    await ask(pilot)
    await pilot.press("escape", "j", "enter")
    await until(pilot, lambda: isinstance(app.screen, PageReader) and "The next line." in text_of(app))
    await pilot.press("v")
    screen: PageReader = app.screen
    return screen


def framed(app) -> bool:
    """Whether the frame's colour is on the screen."""
    styles = [segment.style for strip in app.screen._compositor.render_strips() for segment in strip if segment.style]
    colors = {color.triplet for style in styles for color in (style.color, style.bgcolor) if color}
    return FRAME in colors


async def test_v_shows_the_page_as_a_picture_with_the_passage_framed_and_v_again_the_text(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        reader = await at_picture(app, pilot)
        await until(pilot, lambda: framed(app))
        _, width, text = workbench.drawn[-1]
        assert width == 119 and text.startswith("The 1973 oil crisis began")
        assert "The next line." not in text_of(app)
        await pilot.press("v")
        await until(pilot, lambda: "The next line." in text_of(app))
        assert not reader.picture.display


async def test_the_picture_is_enlarged_scrolled_and_fits_the_screen(app, workbench):
    async with app.run_test(size=(100, 30)) as pilot:
        reader = await at_picture(app, pilot)
        await until(pilot, lambda: workbench.drawn and reader.picture.virtual_size.width == 99)
        await pilot.press("plus", "plus")
        await until(pilot, lambda: reader.picture.virtual_size.width == 198)
        await pilot.press("L")
        await until(pilot, lambda: reader.picture.scroll_offset.x > 0)
        before = reader.picture.scroll_offset.y
        await pilot.press("j", "j")
        await until(pilot, lambda: reader.picture.scroll_offset.y == before + 2)
        await pilot.press(*["minus"] * len(ZOOMS))
        await until(pilot, lambda: reader.picture.virtual_size.height <= reader.picture.size.height)
        assert reader.picture.zoom == 0 and FITS_WIDTH == 1


async def test_another_page_is_drawn_when_it_is_turned_to(app, workbench):
    async with app.run_test(size=(100, 30)) as pilot:
        await at_picture(app, pilot)
        await until(pilot, lambda: workbench.drawn)
        await pilot.press("n")
        await until(pilot, lambda: len(workbench.drawn) > 1 and workbench.drawn[-1][0] == workbench.drawn[0][0] + 1)


async def test_a_page_that_cannot_be_drawn_says_why_and_stays_text(app, workbench):
    workbench.undrawable = "Only pages of PDFs can be drawn."
    async with app.run_test(size=(100, 30)) as pilot:
        reader = await at_picture(app, pilot)
        await until(pilot, lambda: any("Only pages of PDFs" in note.message for note in app._notifications))
        assert not reader.picture.display and "The next line." in text_of(app)
