"""What a model would search for."""

from threading import Event

from phitui.answers.packing import MARGIN_TOKENS
from phitui.answers.proposal import QUERY_TOKENS, propose
from tests.answers.shelf import PieceEngine, WordEngine

PAST = [("When did the oil crisis begin?", "It began in October 1973.")]


def test_the_model_sees_the_conversation_and_its_first_line_is_the_proposal():
    engine = WordEngine('"When did the oil crisis end?"\nOr maybe not.')
    assert propose(engine, "And when did it end?", PAST, Event()) == "When did the oil crisis end?"
    assert PAST[0][1] in engine.prompts[0] and engine.prompts[0].index("And when did it end?") > 0


def test_an_endless_conversation_is_cut_to_the_window_from_its_beginning():
    engine = PieceEngine("x", window=512)
    propose(engine, "And then?", [("q" * 400, "a" * 400), *PAST, ("z" * 200, "z" * 200)], Event())
    assert engine.count_tokens(engine.prompts)[0] + QUERY_TOKENS + MARGIN_TOKENS <= 512
    assert "z" * 200 in engine.prompts[0] and "q" * 400 not in engine.prompts[0]


def test_what_a_model_says_cannot_reach_the_terminal():
    assert propose(WordEngine("\x1b[31mred\u202e"), "And then?", [], Event()) == "[31mred"
