"""The library pane."""

from dataclasses import replace

from tests.app.conftest import opened, text_of


async def test_what_became_of_each_document_is_said_in_words(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        screen = text_of(app)
        assert "locked" in screen
        assert "It is encrypted. r asks" in screen
        assert "no text" in screen
        assert "41/86" in screen
        assert "8 documents · 286 passages" in screen


async def test_slash_filters_and_escape_clears(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f3", "slash", "r", "a", "i", "n")
        assert len(app.library.rows.items) == 1
        assert "1 of 8" in text_of(app)
        await pilot.press("escape")
        assert len(app.library.rows.items) == 8


async def test_a_document_in_a_language_that_the_search_model_does_not_know_says_so(app, workbench):
    workbench.stock[0] = replace(workbench.stock[0], language="ja", better_embedder="owner/model-of-many-languages")
    workbench.stock[0] = replace(workbench.stock[0], status="indexed", reason=None)
    async with app.run_test(size=(160, 40)) as pilot:
        await opened(pilot)
        screen = text_of(app)
        assert "ja · " in screen
        assert "The search model does not know" in screen
