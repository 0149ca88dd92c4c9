"""The language model."""

from phitui.errors import ModelError
from tests.app.conftest import opened, text_of, until


async def test_a_model_is_chosen_and_loaded(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "tiny-phi" in text_of(app))
        assert "on the server at gpu-box:8000" in text_of(app)
        await pilot.press(*"tiny", "enter")
        await until(pilot, lambda: workbench.engine.name.endswith("tiny-phi"))
        await until(pilot, lambda: "tiny-phi · cpu" in text_of(app))


async def test_a_model_is_downloaded_after_asking_then_loaded(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "download microsoft/phi-2" in text_of(app))
        await pilot.press(*"microsoft", "enter")
        await until(pilot, lambda: "Download microsoft/phi-2?" in text_of(app))
        await pilot.press("y")
        await until(pilot, lambda: workbench.engine.name == "microsoft/phi-2")


async def test_a_download_that_fails_says_why_and_loads_nothing(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        workbench.problem = ModelError("The hub cannot be reached.")
        app.control.models.pull("microsoft/phi-2")
        await pilot.press("y")
        await until(pilot, lambda: any("cannot be reached" in note.message for note in app._notifications))
        assert workbench.engine.name == "phi-2"
        assert app.control.models.step == ""


async def test_the_vectors_of_a_search_model_that_no_longer_searches_are_deleted_after_asking(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f3", "e")
        await until(pilot, lambda: "searches · 286/286" in text_of(app) and "kept · 40/286" in text_of(app))
        await pilot.press("enter")
        await until(pilot, lambda: any("is what searches now" in note.message for note in app._notifications))
        await pilot.press("e")
        await until(pilot, lambda: "kept · 40/286" in text_of(app))
        await pilot.press("down", "enter")
        await until(pilot, lambda: "Delete the vectors of older?" in text_of(app))
        await pilot.press("y")
        await until(pilot, lambda: [each.name for each in workbench.search_models] == ["bundled"])
