"""Documents that are added."""

from pathlib import PurePath
from threading import Event
from time import sleep

from phitui.app.widgets.dialog import Prompt
from phitui.events import FilesFound, IndexingFinished, PassagesEmbedded
from tests.app.conftest import opened, text_of, until


async def test_a_locked_document_asks_for_its_password(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f3", "g", "r")
        assert isinstance(app.screen, Prompt)
        await pilot.press(*"secret", "enter")
        await until(pilot, lambda: workbench.added)
        assert workbench.added[0]["password"] == "secret"
        assert workbench.added[0]["retry_failed"]


async def test_a_path_is_completed_and_added_in_view(app, workbench, tmp_path):
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "one.pdf").write_bytes(b"")
    workbench.stop_adding = Event()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("ctrl+o")
        app.screen.field.value = f"{tmp_path}/rep"
        await pilot.pause()
        await pilot.press("tab")
        assert app.screen.field.value == f"{tmp_path}/reports/"
        await pilot.pause()
        await pilot.press("tab", "enter")
        await until(pilot, lambda: "search by meaning: 20 of" in text_of(app))
        workbench.stop_adding.set()
        await until(pilot, lambda: len(app.library.documents) == 9 and not app.control.intake.busy)


async def test_adding_can_be_paused_gone_on_with_and_stopped(app, workbench, tmp_path):
    turns = []

    def add(paths, *, cancel, **_):
        yield FilesFound(1000)
        while not cancel.is_set():
            turns.append(1)
            yield PassagesEmbedded(min(39, len(turns)), 40)
            sleep(0.001)
        yield IndexingFinished(0, 0, 0.1, True)

    workbench.add = add
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        app.control.intake.add([tmp_path])
        await until(pilot, lambda: "by meaning" in text_of(app))
        await pilot.press("f3", "P")
        assert "paused · search by meaning" in app.control.intake.work
        assert app.control.intake.busy
        await until(pilot, lambda: (before := len(turns)) and not sleep(0.05) and len(turns) == before)
        before = len(turns)
        await pilot.press("P")
        await until(pilot, lambda: len(turns) > before)
        assert "paused" not in app.control.intake.work
        await pilot.press("P", "x")
        await until(pilot, lambda: not app.control.intake.busy)
        await pilot.press("P")
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


async def test_paths_given_at_the_start_are_indexed_in_view(workbench, tmp_path):
    from phitui.app.app import PhituiApp
    from phitui.places import Places
    from phitui.settings import Settings

    app = PhituiApp(Settings(), Places.of(tmp_path), [tmp_path / "given.pdf"], make=lambda: workbench)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await until(pilot, lambda: workbench.added and "given" in text_of(app))
        assert workbench.warmed


async def test_documents_that_are_added_while_scans_are_recognised_come_first(app, workbench, tmp_path):
    workbench.stop_adding = Event()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        app.control.intake.add([tmp_path / "scan.pdf"], ocr="eng")
        app.control.intake.add([tmp_path / "other-scan.pdf"], ocr="eng")
        await until(pilot, lambda: len(workbench.added) == 1 and app.control.intake.job)
        job = app.control.intake.job
        app.control.intake.add([tmp_path / "report.pdf"])
        app.control.intake.add([tmp_path / "notes.md"])
        assert job.cancel.is_set()
        workbench.stop_adding.set()
        await until(pilot, lambda: len(workbench.added) == 5 and not app.control.intake.busy)
        names = [PurePath(each["paths"][0]).name for each in workbench.added]
        assert names == ["scan.pdf", "report.pdf", "notes.md", "other-scan.pdf", "scan.pdf"]
        assert [each["ocr"] for each in workbench.added] == ["eng", None, None, "eng", "eng"]
