"""Turns far back in a conversation are read when they are looked at."""

from dataclasses import asdict

import pytest

from phitui.answers import turn_log
from phitui.answers.turn import Folded, Turn
from phitui.answers.turn_log import Turns
from tests.library.made import open_library


@pytest.fixture
def library(tmp_path):
    with_turns = open_library(tmp_path)
    store = with_turns.conversations
    number = store.create("many")
    for place in range(6):
        turn_id = store.begin_turn(number, f"Question {place}?")
        turn = Turn(f"Question {place}?", answer=f"Answer {place}.", begins=place == 2, problem="none", window=place)
        store.update_turn(turn_id, turn.answer, turn.to_json(), "done")
    yield with_turns
    with_turns.close()


def test_they_are_what_they_are_when_read_at_once(library, monkeypatch):
    turns = Turns(lambda: library)
    whole = turns.of(1)
    monkeypatch.setattr(turn_log, "READ_AT_ONCE", 2)
    folded = turns.of(1)
    assert [isinstance(each, Folded) for each in folded] == [True] * 4 + [False] * 2
    assert [each.begins for each in folded] == [False, False, True, False, False, False]
    assert [asdict(each) for each in folded] == [asdict(each) for each in whole]
    assert (folded[1].told, folded[1].by_quotation) == ("Answer 1.", False)
    assert not hasattr(folded[0], "nothing")


def test_one_that_is_gone_meanwhile_is_its_question(library, monkeypatch):
    monkeypatch.setattr(turn_log, "READ_AT_ONCE", 1)
    first = Turns(lambda: library).of(1)[0]
    library.conversations.delete(1)
    assert (first.question, first.answer) == ("Question 0?", "")
