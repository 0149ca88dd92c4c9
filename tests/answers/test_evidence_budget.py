"""How much a model is given follows its size, and the smallest get the quotes alone."""

from dataclasses import replace

import pytest

from phitui.answers.evidence.quotes import quotes
from phitui.answers.evidence_budget import QUOTES_ALONE, evidence_budget
from phitui.answers.leaning import leans
from phitui.answers.packing import pack
from phitui.answers.request import Request
from phitui.models.engine import Sampling
from tests.answers.shelf import MadeShelf, WordEngine

QUESTION = "when was the lamp lit?"
FILLER = " ".join(f"Ships of kind {n} pass the northern cape in the morning." for n in range(20))
STORY = f"{FILLER} The tower stood dark for long. It was in 1824 that the lamp was lit. {FILLER}"


def engine_of(parameters, window=2048):
    made = WordEngine(window=window)
    made.parameters = parameters
    return made


def packed_for(engine, shelf, **how):
    request, query = Request(QUESTION, sampling=Sampling(max_tokens=64), **how), shelf.query(QUESTION)
    kept = [hit for hit in shelf.hits if hit.passage_id not in request.excluded]
    return pack(request, query, shelf.hits, shelf, engine, quotes(query, kept, shelf.sentences, count=1))


@pytest.mark.parametrize(
    ("parameters", "window", "tokens"),
    [
        (135_000_000, 8192, QUOTES_ALONE),
        (2_700_000_000, 2048, 700),
        (8_000_000_000, 131_072, 1500),
        (8_000_000_000, 4096, 700),
        (0, 8192, 700),
    ],
)
def test_the_budget_follows_the_size_of_the_model_and_of_its_window(parameters, window, tokens):
    assert evidence_budget(engine_of(parameters, window)) == tokens


def test_the_smallest_models_get_the_quote_and_the_sentence_that_it_leans_on():
    shelf = MadeShelf(STORY, FILLER)
    first, second = packed_for(engine_of(135_000_000), shelf).passages
    assert (first.state, first.reason) == (
        "trimmed",
        "quotes alone",
    ) and "The tower stood dark for long. It was in 1824" in first.text
    assert len(first.text.split()) < 60
    assert (second.state, second.reason) == ("out", "not quoted from")


def test_a_quote_stays_where_its_passage_is_cut():
    shelf = MadeShelf(STORY)
    (only,) = packed_for(engine_of(2_700_000_000), shelf, evidence_tokens=310).passages
    assert only.state == "trimmed" and "It was in 1824 that the lamp was lit." in only.text
    assert len(only.text.split()) > 250


def test_what_is_pinned_goes_in_and_what_is_excluded_does_not_whatever_the_size():
    shelf = MadeShelf(STORY, FILLER, "The lamp was lit again in 1900.")
    packed = packed_for(engine_of(135_000_000), shelf, pinned=frozenset({2}), excluded=frozenset({3}))
    states = {each.passage_id: (each.state, each.reason) for each in packed.passages}
    assert states[2] == ("in", None) and states[3] == ("out", "excluded") and states[1][0] == "trimmed"


def test_without_a_quote_even_the_smallest_model_gets_passages():
    shelf = MadeShelf("The lamp was lit in 1824.")
    request = replace(Request(QUESTION), evidence_tokens=100)
    (only,) = pack(request, shelf.query(QUESTION), shelf.hits, shelf, engine_of(1)).passages
    assert only.state == "in"


def test_a_sentence_leans_where_it_begins_with_a_word_for_what_stands_before_it():
    assert leans("It was lit in 1824.") and leans("However, it rained.")
    assert not leans("Italy is warm.") and not leans("The lamp was lit.")
