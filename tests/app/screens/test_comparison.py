"""Models side by side on the screen: blind until the vote, which is kept."""

import json

import pytest

from phitui.app.screens.comparison import Comparison
from tests.app.conftest import ask, opened, text_of, until


async def compared(pilot, names="one two+keeper"):
    """Asks a question, then opens the comparison and waits for all answers."""
    await opened(pilot)
    await ask(pilot)
    await pilot.press("ctrl+t", "c")
    await until(pilot, lambda: "Compare models" in text_of(pilot.app))
    pilot.app.screen.field.value = names
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, Comparison))
    await until(pilot, lambda: pilot.app.screen.job is None)


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_answers_stand_side_by_side_and_a_vote_shows_whose_they_are(app, workbench, size):
    async with app.run_test(size=size) as pilot:
        await compared(pilot)
        seen = text_of(app)
        assert sorted(workbench.changed[:2]) == [("one", ()), ("two", ("keeper",))] and workbench.changed[2:] == [
            ("none", ())
        ]
        assert "1  answer A" in seen and "keeper" not in seen and "Its number votes for it." in seen
        beside = [line for line in seen.splitlines() if "answer A" in line and "answer B" in line]
        assert bool(beside) == (size[0] >= 100)
        best = app.screen.answers.names[1]
        await pilot.press("d", "2")
        await until(pilot, lambda: "Votes so far:" in text_of(app))
        assert f"{best} 1" in text_of(app) and "1  answer A" not in text_of(app)
        await until(pilot, lambda: [pair.kind for pair in workbench.pairs.kept] == ["answer"])
        await pilot.press("1")
        await until(pilot, lambda: "Voted already." in text_of(app))
        (row,) = map(json.loads, (app.places.data / "evals" / "votes.jsonl").read_text().splitlines())
        assert (row["best"], row["blind"], sorted(row["models"])) == (best, True, ["one", "two+keeper"])
        await pilot.press("escape")
        assert not isinstance(app.screen, Comparison)


async def test_without_a_question_or_with_one_name_it_says_what_to_do(app, workbench):
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("alt+c")
        await until(pilot, lambda: app.messages and "Ask a question first" in app.messages[-1])
        await ask(pilot)
        await pilot.press("alt+c")
        await until(pilot, lambda: "Compare models" in text_of(app))
        app.screen.field.value = "one"
        await pilot.press("enter")
        await until(pilot, lambda: "Name two to 4 that differ" in app.messages[-1])
