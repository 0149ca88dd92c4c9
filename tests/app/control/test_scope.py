"""Tags that questions are narrowed to."""

from dataclasses import replace

from phitui.errors import LibraryError
from tests.app.conftest import ask, opened, text_of, until
from tests.app.fake import FakeLibrary


async def test_t_narrows_questions_to_a_tag_which_the_screen_says_until_all_are_asked_again(app, workbench):
    workbench.stock[0] = replace(workbench.stock[0], tags=("oil", "deep sea"))
    workbench.stock[1] = replace(workbench.stock[1], tags=("deep sea",))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("f3", "t")
        await until(pilot, lambda: "#deep sea" in text_of(app) and "2 documents" in text_of(app))
        await pilot.press(*"deep", "enter")
        await until(pilot, lambda: "#deep sea · 2 of 8 documents" in text_of(app))
        assert workbench.scope == ("deep sea",)
        screen = text_of(app)
        assert "● 1973_oil_crisis" in screen and "○ Steam_engine" in screen
        await pilot.press("f2")
        await ask(pilot)
        assert "only documents with #deep sea" in text_of(app)
        await pilot.press("ctrl+p")
        await pilot.press(*"with a tag", "enter")
        await until(pilot, lambda: "all documents" in text_of(app))
        await pilot.press("enter")
        await until(pilot, lambda: not workbench.scope and "8 documents ·" in text_of(app).splitlines()[0])


async def test_a_tag_whose_last_document_goes_no_longer_narrows(app, workbench):
    workbench.stock[0] = replace(workbench.stock[0], tags=("oil",))
    workbench.scope = ("oil",)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await until(pilot, lambda: "#oil · 1 of 8" in text_of(app))
        workbench.library.remove([1])
        app.control.documents.read()
        await until(pilot, lambda: not workbench.scope and not app.control.scope.tags)
        assert "#oil" not in text_of(app)


async def test_a_tag_that_cannot_be_kept_says_so(app, monkeypatch):
    def keep_scope(library, tags):
        raise LibraryError("The library may only be read.")

    monkeypatch.setattr(FakeLibrary, "keep_scope", keep_scope)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f3", "t")
        await until(pilot, lambda: "all documents" in text_of(app))
        await pilot.press("enter")
        await until(pilot, lambda: any("only be read" in note.message for note in app._notifications))
