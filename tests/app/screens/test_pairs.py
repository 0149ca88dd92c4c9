"""Answers beside each other: any two of them."""

from dataclasses import replace
from typing import Any

import pytest

from phitui.answers.turn import Turn
from phitui.app.screens.pairs.two_answers import TwoAnswers
from phitui.events import AnswerFinished, QueryReady, TurnSaved
from tests.app.conftest import opened, text_of, until
from tests.app.fake import QUOTES, answered


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_any_two_answers_are_compared_with_what_each_was_asked_with(app, workbench, size):
    numbers = iter(range(1, 9))

    def script(query):
        number = next(numbers)
        made: dict[str, Any] = {
            "model": f"model-{number}",
            "temperature": 0.0,
            "max_tokens": 100 * number,
            "top_p": 1.0,
            "seed": None,
        }
        events = [
            replace(each, model=made["model"]) if isinstance(each, AnswerFinished) else each
            for each in answered(query, quotes=(replace(QUOTES[0], text=f"Quote {number}."),))
        ]
        return [QueryReady(query, turn_id=number, conversation_id=1), *events[1:-1], TurnSaved(1, number, None, made)]

    workbench.script = script
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        conversation = app.control.conversation

        async def done(count: int) -> None:
            await until(pilot, lambda: len(workbench.asked) == count and not conversation.busy)

        conversation.ask("When?")
        await done(1)
        first, second = (hit.passage_id for hit in conversation.turn.hits[:2])
        conversation.selection.keep(frozenset([first]), frozenset([second]))
        await pilot.press("escape", "r")
        await done(2)
        await pilot.press("b", "space", *"now", "enter")
        await done(3)
        await pilot.press("escape", "d")
        assert isinstance(app.screen, TwoAnswers)
        for sign in ("Two of 3 answers", "2 › When?", "3 › When? now", "≠ model-2", "≠ model-3", "at most 200 tokens"):
            assert sign in text_of(app), sign
        assert "≠ pinned" not in text_of(app) and "≠ “Quote 3.”" in text_of(app)
        assert ("pinned: 1973_oil_crisis p. 1" in text_of(app)) == (size[0] > 100)  # in one column: what differs
        await pilot.press("left")
        for sign in ("1 › When?", "≠ model-1", "≠ “Quote 1.”", "≠ pinned: 1973_oil_crisis p. 1"):
            assert sign in text_of(app), sign
        await pilot.press("left", "left_square_bracket")
        assert "2 › When?" in text_of(app) and "1 › When?" in text_of(app) and "3 ›" not in text_of(app)
        await pilot.press("right")  # over the one that stands on the other side
        assert "3 › When? now" in text_of(app) and "2 › When?" in text_of(app)
        foot = next(line for line in text_of(app).splitlines() if "← → first" in line)
        assert "esc goes back" in foot
        await pilot.press("escape")
        assert not isinstance(app.screen, TwoAnswers)


async def test_answers_that_are_the_same_are_shown_once_where_there_is_one_column(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        turn = Turn("When?", quotes=QUOTES)
        app.put_over(TwoAnswers([(turn, ()), (turn, ())], 1))
        await until(pilot, lambda: "says the same" in text_of(app))
        assert text_of(app).count("1973_oil_crisis, p. 1") == 1 and "2 › When?" in text_of(app)
