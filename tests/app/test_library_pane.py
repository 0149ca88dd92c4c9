"""The library pane."""

from dataclasses import replace
from pathlib import PurePath
from threading import Event
from time import sleep

from phitui.app.widgets.dialog import Confirm, Prompt
from phitui.errors import LibraryError
from phitui.events import FilesFound, IndexingFinished, PassagesEmbedded
from tests.app.conftest import ask, opened, text_of, until


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


async def test_removing_asks_first(app, bench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f3", "G", "d")
        assert isinstance(app.screen, Confirm)
        await pilot.press("n")
        assert not bench.removed
        await pilot.press("d", "y")
        await until(pilot, lambda: bench.removed)
        await until(pilot, lambda: len(app.library.documents) == 7)


async def test_a_locked_document_asks_for_its_password(app, bench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f3", "g", "r")
        assert isinstance(app.screen, Prompt)
        await pilot.press(*"secret", "enter")
        await until(pilot, lambda: bench.added)
        assert bench.added[0]["password"] == "secret"
        assert bench.added[0]["retry_failed"]


async def test_a_path_is_completed_and_added_in_view(app, bench, tmp_path):
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "one.pdf").write_bytes(b"")
    bench.stop_adding = Event()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("ctrl+o")
        app.screen.field.value = f"{tmp_path}/rep"
        await pilot.pause()
        await pilot.press("tab")
        assert app.screen.field.value == f"{tmp_path}/reports/"
        await pilot.pause()
        await pilot.press("tab", "enter")
        await until(pilot, lambda: "by meaning 20/40" in text_of(app))
        bench.stop_adding.set()
        await until(pilot, lambda: len(app.library.documents) == 9 and not app.indexing.busy)


async def test_adding_can_be_paused_gone_on_with_and_stopped(app, bench, tmp_path):
    turns = []

    def add(paths, *, cancel, **_):
        yield FilesFound(1000)
        while not cancel.is_set():
            turns.append(1)
            yield PassagesEmbedded(min(39, len(turns)), 40)
            sleep(0.001)
        yield IndexingFinished(0, 0, 0.1, True)

    bench.add = add
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        app.indexing.add([tmp_path])
        await until(pilot, lambda: "by meaning" in text_of(app))
        await pilot.press("f3", "space")
        assert "paused · by meaning" in app.indexing.work
        assert app.indexing.busy
        await until(pilot, lambda: (before := len(turns)) and not sleep(0.05) and len(turns) == before)
        before = len(turns)
        await pilot.press("space")
        await until(pilot, lambda: len(turns) > before)
        assert "paused" not in app.indexing.work
        await pilot.press("space", "x")
        await until(pilot, lambda: not app.indexing.busy)
        await pilot.press("space")
        assert any("Nothing is being added" in note.message for note in app._notifications)


async def test_a_missing_path_is_said_and_can_be_mended(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("ctrl+o")
        app.screen.field.value = "/nowhere/at/all"
        await pilot.press("enter")
        await pilot.pause()
        assert any("/nowhere/at/all" in note.message for note in app._notifications)
        assert app.screen.field.value == "/nowhere/at/all"


async def test_a_library_that_cannot_be_opened_says_why_in_its_pane(app, bench):
    bench.problem = LibraryError("Another phitui is writing here.")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "Another phitui is" in text_of(app))


async def test_the_screen_stands_before_the_library_is_open(app, bench):
    bench.opened.clear()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("h", "i")
        assert app.chat.composer.text == "hi"
        assert "opening…" in text_of(app)
        bench.opened.set()
        await opened(pilot)


async def test_paths_given_at_the_start_are_indexed_in_view(bench, tmp_path):
    from phitui.app.app import PhituiApp
    from phitui.places import Places
    from phitui.settings import Settings

    app = PhituiApp(Settings(), Places.of(tmp_path), [tmp_path / "given.pdf"], make=lambda: bench)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await until(pilot, lambda: bench.added and "given" in text_of(app))
        assert bench.warmed


async def test_o_recognises_a_scan_in_the_language_that_is_chosen(app, bench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        names = [each.status for each in app.library.rows.items]
        await pilot.press("f3", "g", *"j" * names.index("no_text"), "o")
        await until(pilot, lambda: "as in the settings" in text_of(app))
        await pilot.press("down", "enter")
        await until(pilot, lambda: bench.added)
        assert bench.added[0]["ocr"] == "deu"


async def test_o_on_a_document_with_text_says_that_there_is_nothing_to_recognise(app, bench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f3", "G", "o")
        assert any("nothing to recognise" in note.message for note in app._notifications)


async def test_a_document_in_a_language_that_the_search_model_does_not_know_says_so(app, bench):
    bench.stock[0] = replace(bench.stock[0], language="ja", better_embedder="owner/model-of-many-languages")
    bench.stock[0] = replace(bench.stock[0], status="indexed", reason=None)
    async with app.run_test(size=(160, 40)) as pilot:
        await opened(pilot)
        screen = text_of(app)
        assert "ja · " in screen
        assert "The search model does not know" in screen


async def test_the_palette_recognises_all_scans(app, bench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("ctrl+p")
        await pilot.press(*"all scans", "enter")
        await until(pilot, lambda: "as in the settings" in text_of(app))
        await pilot.press("enter")
        await until(pilot, lambda: bench.added)
        lacking = [each.path for each in app.library.documents if each.status == "no_text"]
        assert bench.added[0]["paths"] == lacking and bench.added[0]["ocr"] == "eng"


async def test_documents_that_are_added_while_scans_are_recognised_come_first(app, bench, tmp_path):
    bench.stop_adding = Event()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        app.indexing.add([tmp_path / "scan.pdf"], ocr="eng")
        app.indexing.add([tmp_path / "other-scan.pdf"], ocr="eng")
        await until(pilot, lambda: len(bench.added) == 1 and app.indexing.job)
        job = app.indexing.job
        app.indexing.add([tmp_path / "report.pdf"])
        app.indexing.add([tmp_path / "notes.md"])
        assert job.cancel.is_set()
        bench.stop_adding.set()
        await until(pilot, lambda: len(bench.added) == 5 and not app.indexing.busy)
        names = [PurePath(each["paths"][0]).name for each in bench.added]
        assert names == ["scan.pdf", "report.pdf", "notes.md", "other-scan.pdf", "scan.pdf"]
        assert [each["ocr"] for each in bench.added] == ["eng", None, None, "eng", "eng"]


async def test_t_narrows_questions_to_a_tag_which_the_screen_says_until_all_are_asked_again(app, bench):
    bench.stock[0] = replace(bench.stock[0], tags=("oil", "deep sea"))
    bench.stock[1] = replace(bench.stock[1], tags=("deep sea",))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("f3", "t")
        await until(pilot, lambda: "#deep sea" in text_of(app) and "2 documents" in text_of(app))
        await pilot.press(*"deep", "enter")
        await until(pilot, lambda: "#deep sea · 2 of 8 documents" in text_of(app))
        assert bench.scope == ("deep sea",)
        screen = text_of(app)
        assert "● 1973_oil_crisis" in screen and "○ Steam_engine" in screen
        await pilot.press("f2")
        await ask(pilot)
        assert "only documents with #deep sea" in text_of(app)
        await pilot.press("ctrl+p")
        await pilot.press(*"with a tag", "enter")
        await until(pilot, lambda: "all documents" in text_of(app))
        await pilot.press("enter")
        await until(pilot, lambda: not bench.scope and "8 documents ·" in text_of(app).splitlines()[0])


async def test_a_tag_whose_last_document_goes_no_longer_narrows(app, bench):
    bench.stock[0] = replace(bench.stock[0], tags=("oil",))
    bench.scope = ("oil",)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await until(pilot, lambda: "#oil · 1 of 8" in text_of(app))
        bench.remove([1])
        app.indexing.list()
        await until(pilot, lambda: not bench.scope and not app.scope.tags)
        assert "#oil" not in text_of(app)


async def test_a_tag_that_cannot_be_kept_says_so(app, bench):
    def keep_scope(tags):
        raise LibraryError("The library may only be read.")

    bench.keep_scope = keep_scope
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f3", "t")
        await until(pilot, lambda: "all documents" in text_of(app))
        await pilot.press("enter")
        await until(pilot, lambda: any("only be read" in note.message for note in app._notifications))
