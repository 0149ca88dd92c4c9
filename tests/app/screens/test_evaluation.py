"""The screen that says how well search does."""

import pytest

from phitui.app.screens.evaluation import Evaluation
from tests.app.conftest import opened, text_of, until


async def evaluated(pilot):
    """Opens the screen and waits for all questions."""
    await opened(pilot)
    await pilot.press("f12")
    await until(pilot, lambda: isinstance(pilot.app.screen, Evaluation) and pilot.app.screen.figures.measured)
    await until(pilot, lambda: pilot.app.screen.job is None)


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_bars_and_the_refusal_curve_stand_on_the_screen(app, workbench, size):
    async with app.run_test(size=size) as pilot:
        await evaluated(pilot)
        screen = text_of(app)
        assert "40 questions made of your documents: a first estimate" in screen
        line = next(each for each in screen.splitlines() if "phitui   " in each and "▇" in each)
        assert line.count(".90") == 3
        assert "Answers quoted: 1.0 in the first quote" in screen
        if size[1] < 40:
            await pilot.press(*"jjjjjjjjjjjjj")
            screen = text_of(app)
        assert "x refused wrongly   o answered wrongly   · in use: 0.50" in screen


async def test_marked_passages_are_asked_first_where_there_are_enough_and_made_questions_by_a_key(app, workbench):
    workbench.marked = 6
    async with app.run_test(size=(120, 40)) as pilot:
        await evaluated(pilot)
        assert "6 questions whose right passage you marked." in text_of(app)
        await pilot.press("s")
        await until(pilot, lambda: "made of your documents" in text_of(app) and app.screen.job is None)
        await pilot.press("m")
        await until(pilot, lambda: "you marked." in text_of(app) and app.screen.job is None)


async def test_it_is_stopped_by_a_key_and_by_leaving(app, workbench):
    workbench.hold = True
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("ctrl+t", "e")
        await until(pilot, lambda: "10 of 40" in text_of(app))
        await pilot.press("x")
        await until(pilot, lambda: "stopped after 10 of 40" in text_of(app))
        await pilot.press("s")
        await until(pilot, lambda: len(workbench.measuring) == 2)
        await pilot.press("escape")
        await until(pilot, lambda: workbench.measuring[1].is_set())
        assert not isinstance(app.screen, Evaluation)


async def test_without_anything_to_ask_it_says_what_to_do(app, workbench):
    workbench.known_questions = lambda count: []
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("f12")
        await until(pilot, lambda: "There is nothing to ask" in text_of(app))


async def test_help_knows_its_keys(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await evaluated(pilot)
        await pilot.press("f1")
        await until(pilot, lambda: "Ask questions made of the documents" in text_of(app))
