"""The language model."""

from typing import Any

from phitui.app.app import PhituiApp
from phitui.app.terminal.model_choice import remembered
from phitui.errors import ModelError
from phitui.places import Places
from phitui.settings import Settings
from tests.app.conftest import ask, opened, text_of, until


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


async def test_the_one_in_use_stands_first_and_quotation_is_not_preselected_over_it(app, workbench):
    workbench.model_in_use = "tiny-phi", ()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "in use" in text_of(app))
        rows = app.screen.rows
        assert rows.item.name == "tiny-phi" and rows.item.note.startswith("in use")
        assert [each.name for each in rows.items].index("none: answer by quotation") > 1
        assert "2,048 tokens" in app.screen.detail.text
        await pilot.press("end", *["down"] * 30)
        await until(pilot, lambda: "in int4" in app.screen.detail.text)


async def test_the_choice_is_kept_for_the_next_start_with_its_adapter(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "keeper" in text_of(app))
        await pilot.press(*"keeper", "enter")
        await until(pilot, lambda: workbench.model_in_use == ("none", ("keeper",)))
        await until(pilot, lambda: remembered(Settings(), app.places).adapter == ("keeper",))
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "tiny-phi" in text_of(app))
        await pilot.press(*"tiny", "enter")
        await until(pilot, lambda: remembered(Settings(), app.places).model == "tiny-phi")
        assert remembered(Settings(), app.places).adapter == ()


async def test_a_download_is_deleted_after_asking_and_others_are_not_offered(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "ollama:llama3.2" in text_of(app))
        await pilot.press(*"delete")
        await until(pilot, lambda: "delete tiny-phi" in text_of(app))
        assert "delete ollama" not in text_of(app)
        await pilot.press("space", *"tiny", "enter")
        await until(pilot, lambda: "Delete tiny-phi?" in text_of(app))
        await pilot.press("y")
        await until(pilot, lambda: workbench.deleted == ["tiny-phi"])


async def test_a_download_that_fails_says_why_and_loads_nothing(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        workbench.problem = ModelError("The hub cannot be reached.")
        app.control.models.pull("microsoft/phi-2")
        await pilot.press("y")
        await until(pilot, lambda: any("cannot be reached" in note.message for note in app._notifications))
        assert workbench.engine.name == "phi-2"
        assert app.control.models.step == ""


async def test_an_adapter_is_compared_with_its_base_and_merged_into_it(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await ask(pilot)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "tiny-phi" in text_of(app))
        await pilot.press(*"merge")
        await until(pilot, lambda: "merge keeper into its base" in text_of(app))
        await pilot.press("enter")
        await until(pilot, lambda: "Merge into" in text_of(app))
        await pilot.press("enter")
        await until(pilot, lambda: bool(workbench.merged))
        assert workbench.merged == [("tiny-phi", ("keeper",), app.places.models_folder / "keeper-merged")]
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "tiny-phi" in text_of(app))
        await pilot.press(*"compare")
        await until(pilot, lambda: "compare keeper with its base" in text_of(app))
        await pilot.press("enter")
        await until(pilot, lambda: "Compare models" in text_of(app))
        assert app.screen.field.value == "tiny-phi tiny-phi+keeper"


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


async def test_a_server_is_asked_again_only_where_it_is_named_again(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        app.control.models.load("server:served-7b")
        await until(pilot, lambda: workbench.model_in_use == ("server:served-7b", ()))
        app.control.models.load("tiny-phi")
        await until(pilot, lambda: remembered(Settings(), app.places).model == "tiny-phi")
        app.control.models.load("http://gpu-box:8000")
        await until(pilot, lambda: workbench.model_in_use == ("http://gpu-box:8000", ()))
        await until(pilot, lambda: not app.control.models.step)
        assert remembered(Settings(), app.places).model == "tiny-phi"


async def test_where_searching_sends_text_stands_beside_the_model(workbench, tmp_path):
    made: Any = workbench
    settings = Settings(embedder="https://gpu.example/v1#bge", rerank="http://127.0.0.1:9#own")
    app = PhituiApp(settings, Places.of(tmp_path), make=lambda: made)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        assert "search: sent to gpu.example" in text_of(app) and "127.0.0.1" not in text_of(app)
