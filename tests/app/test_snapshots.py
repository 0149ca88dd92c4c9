"""Pictures of the screen. `pytest --snapshot-update` takes them anew; look at them before you keep them."""

from typing import Any

import pytest

from phitui.app.app import PhituiApp
from phitui.places import Places
from phitui.settings import Settings
from tests.app.conftest import ask, opened
from tests.app.fake import FakeWorkbench

QUESTIONS = ("How do I pin a passage?", "Where does phitui keep my files?", "What do I do with an encrypted PDF?")


@pytest.fixture
def picture(snap_compare, tmp_path):
    def compare(size, *keys, model="phi-2", question=True, theme="phitui", questions=()):
        made: Any = FakeWorkbench(model=model)
        app = PhituiApp(Settings(theme=theme), Places.of(tmp_path), (), questions, make=lambda: made)

        async def before(pilot):
            await opened(pilot)
            if question:
                await ask(pilot)
            if keys:
                await pilot.press(*keys)
            await pilot.pause()

        return snap_compare(app, terminal_size=size, run_before=before)

    return compare


def test_the_first_minute(picture):
    assert picture((120, 40), model="quoting", question=False, questions=QUESTIONS)


def test_reading_an_answer_at_120_columns(picture):
    assert picture((120, 40), "f4", "p", "j", "x")


def test_all_four_panes_at_200_columns(picture):
    assert picture((200, 60))


def test_one_pane_at_80_columns(picture):
    assert picture((80, 24), "f4")


def test_answered_by_quotation_in_16_colours(picture):
    assert picture((120, 40), model="quoting", theme="phitui-16")


def test_help_over_the_passages(picture):
    assert picture((120, 40), "f4", "f1")
