"""The tour: offered once, five things that are done and ticked off, and no key but escape."""

from typing import Any

import pytest

from phitui.app.app import PhituiApp
from phitui.app.screens.page_reader import PageReader
from phitui.app.terminal.plain import plain
from phitui.app.terminal.session_state import is_first_start
from phitui.handbook import HANDBOOK
from phitui.places import Places
from phitui.settings import Settings
from tests.app.conftest import opened, text_of, until
from tests.app.fake import FakeWorkbench


def made(workbench: Any, folder, paths=()) -> PhituiApp:
    places = Places.of(folder)
    return PhituiApp(Settings(), places, paths, make=lambda: workbench, first_start=is_first_start(places))


def strip(app: PhituiApp) -> str:
    region = app.masthead.tour.region
    return "\n".join(text_of(app).splitlines()[region.y : region.bottom]) if app.masthead.tour.display else ""


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_each_of_the_five_steps_is_ticked_off_when_it_was_done(tmp_path, size):
    workbench = FakeWorkbench()
    app = made(workbench, tmp_path)
    (tmp_path / "papers").mkdir()
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        assert "handbook" in strip(app)
        await pilot.press("enter")
        await until(pilot, lambda: workbench.added)
        assert workbench.added[0]["paths"] == [str(HANDBOOK)]

        def done() -> list[bool]:
            assert app.masthead.tour._told is not None and len(strip(app).splitlines()) <= 3
            assert plain(strip(app)).isascii()
            return [ticked for _, ticked in app.masthead.tour._told.steps]

        await until(pilot, lambda: done() == [False] * 5)
        await pilot.press("up", "enter")
        await until(pilot, lambda: done() == [True, False, False, False, False])
        await pilot.press("shift+tab", "enter")
        await until(pilot, lambda: isinstance(app.screen, PageReader))
        await pilot.press("escape", "f4", "p")
        await until(pilot, lambda: done() == [True, True, True, False, False])
        await pilot.press("ctrl+o")
        screen: Any = app.screen
        screen.field.value = str(tmp_path / "papers")
        await pilot.press("enter")
        await until(pilot, lambda: done() == [True, True, True, True, False])
        await pilot.press("ctrl+p", *"theme", "enter")
        await until(pilot, lambda: done() == [True] * 5)
        assert "takes it out" in strip(app)
        await pilot.press("escape")
        await until(pilot, lambda: not strip(app))
    assert not is_first_start(Places.of(tmp_path))


async def test_who_types_a_question_gets_it_asked_and_no_tour(tmp_path):
    workbench = FakeWorkbench()
    app = made(workbench, tmp_path)
    async with app.run_test(size=(80, 12)) as pilot:
        await opened(pilot)
        await pilot.press("enter", "escape")
        assert not workbench.added and not strip(app)  # no room for it, so no key either
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "handbook" in strip(app))
        await pilot.press(*"when", "enter")
        await until(pilot, lambda: workbench.asked and not app.control.conversation.busy)
        assert workbench.asked[0].question == "when" and not strip(app) and not workbench.added
        await pilot.press("enter")
        await pilot.pause()
        assert not strip(app)
        await pilot.press("slash", *"tour", "enter")
        await until(pilot, lambda: "1 of 5" in strip(app) and not app.chat.transcript.exchanges)
        assert app.chat.examples.display  # apart from the conversation that was open


async def test_it_is_left_by_escape_and_goes_on_by_its_name(tmp_path):
    workbench = FakeWorkbench()
    app = made(workbench, tmp_path, [HANDBOOK])
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await until(pilot, lambda: "1 of 5" in strip(app))
        await pilot.press("up", "enter")
        await until(pilot, lambda: "2 of 5" in strip(app))
        await pilot.press("escape")
        await until(pilot, lambda: not strip(app))
        await pilot.press("slash", *"tour", "enter")
        await until(pilot, lambda: "2 of 5" in strip(app))
        await pilot.resize_terminal(80, 12)
        await until(pilot, lambda: not strip(app))
    again = made(workbench, tmp_path)
    async with again.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        assert not strip(again)


def test_a_start_is_no_longer_the_first_behind_one_of_the_demo(tmp_path):
    places = Places.of(tmp_path)
    assert is_first_start(places) and is_first_start(places.demo())
    (places.demo().library_folder("default") / "session.json").write_text("{}", "utf-8")
    assert not is_first_start(places) and not is_first_start(places.demo())
