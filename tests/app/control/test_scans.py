"""Scans whose text is recognised on request."""

from tests.app.conftest import opened, text_of, until


async def test_o_recognises_a_scan_in_the_language_that_is_chosen(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        names = [each.status for each in app.library.rows.items]
        await pilot.press("f3", "g", *"j" * names.index("no_text"), "O")
        await until(pilot, lambda: "as in the settings" in text_of(app))
        await pilot.press("down", "enter")
        await until(pilot, lambda: workbench.added)
        assert workbench.added[0]["ocr"] == "deu"


async def test_o_on_a_document_with_text_says_that_there_is_nothing_to_recognise(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f3", "G", "O")
        assert any("nothing to recognise" in note.message for note in app._notifications)


async def test_the_palette_recognises_all_scans(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("ctrl+p")
        await pilot.press(*"all scans", "enter")
        await until(pilot, lambda: "as in the settings" in text_of(app))
        await pilot.press("enter")
        await until(pilot, lambda: workbench.added)
        lacking = [each.path for each in app.library.documents if each.status == "no_text"]
        assert workbench.added[0]["paths"] == lacking and workbench.added[0]["ocr"] == "eng"
