"""Pictures of the screen. `pytest --snapshot-update` takes them anew; look at them before you keep them."""

from typing import Any

import pytest

from phitui.app.app import PhituiApp
from phitui.places import Places
from phitui.settings import Settings
from tests.app.conftest import ask, opened, until
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


DRAFT = """# What the crisis taught

The 1973 oil crisis began in October 1973. By March 1974 the price of oil had fallen to three dollars a barrel [2].
Nobody had expected an embargo. Prices rose as well in the years behind it.

- Arab members cut production, and all tankers were sent home.
"""


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80 columns", "120 columns"])
def test_a_draft_with_its_verdicts(snap_compare, tmp_path, size):
    made: Any = FakeWorkbench()
    app = PhituiApp(Settings(), Places.of(tmp_path), (), (), make=lambda: made)

    async def before(pilot):
        await opened(pilot)
        await pilot.press("f5")
        app.scratchpad.editor.load_text(DRAFT)
        await pilot.press("f11")
        await until(pilot, lambda: app.control.check.job is None)
        await pilot.press("j", "j")
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=before)
