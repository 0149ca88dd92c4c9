"""Packing: never over the window, whole sentences, nothing dropped in silence."""

from dataclasses import replace
from itertools import takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phitui.answers.packing import MARGIN_TOKENS, pack, repack
from phitui.answers.request import Request
from phitui.errors import UsageError
from phitui.models.engine import Sampling
from tests.answers.shelf import MadeShelf, PieceEngine, WordEngine

WORDS = st.lists(st.sampled_from(["alpha", "beta", "gamma", "delta"]), min_size=2, max_size=60).map(
    lambda words: " ".join(words).capitalize() + "."
)
PASSAGES = st.lists(st.lists(WORDS, min_size=1, max_size=8).map(" ".join), min_size=1, max_size=8)


ENGINES = st.sampled_from([WordEngine, PieceEngine])
WINDOWS = st.sampled_from([512, 1024, 2048, 8192])


ASKED = Request("what?", sampling=Sampling(max_tokens=64))


def packed_of(engine, question, shelf, hits=None, *, max_tokens, **how):
    request = Request(question, sampling=Sampling(max_tokens=max_tokens), **how)
    return pack(request, shelf.query(question), shelf.hits if hits is None else hits, shelf, engine)


def cost(engine, text):
    return engine.count_tokens([text])[0]


@given(
    PASSAGES,
    ENGINES,
    WINDOWS,
    st.integers(1, 5000),
    st.lists(st.tuples(WORDS, WORDS), max_size=4),
    st.frozensets(st.integers(1, 8), max_size=3),
    st.frozensets(st.integers(1, 8), max_size=3),
)
def test_a_prompt_never_exceeds_the_window_and_cuts_no_sentence(
    texts, kind, window, reserve, history, pinned, excluded
):
    shelf, engine = MadeShelf(*texts), kind(window=window)
    packed = packed_of(
        engine, "what is gamma?", shelf, history=tuple(history), pinned=pinned, excluded=excluded, max_tokens=reserve
    )
    assert cost(engine, packed.prompt) + packed.parts["answer"] + MARGIN_TOKENS <= window
    assert packed.parts["answer"] == min(reserve, window // 2)
    assert sum(packed.parts.values()) - packed.parts["answer"] == cost(engine, packed.prompt)
    assert [each.passage_id for each in packed.passages] == [hit.passage_id for hit in shelf.hits]
    for each, hit in zip(packed.passages, shelf.hits, strict=True):
        if each.state == "out":
            assert each.number is None and not each.text and each.reason
        else:
            assert each.passage_id not in excluded
            assert f"[{each.number}] {hit.header}, p. 1\n{each.text}" in packed.prompt
            whole = [sentence.text for sentence in shelf.sentences(hit)]
            assert each.text in " ".join(whole) and all(part + "." in whole for part in each.text[:-1].split(". "))
            assert (each.state == "in") == (each.text == hit.text)
    numbers = sorted(each.number for each in packed.passages if each.number)
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_question_stands_before_and_after_its_passages_and_last():
    shelf = MadeShelf("Alpha beta gamma. Delta.")
    packed = packed_of(WordEngine(), "what is beta?", shelf, max_tokens=50)
    first, last = packed.prompt.index("Question: what is beta?"), packed.prompt.rindex("Question: what is beta?")
    assert first < packed.prompt.index("Alpha beta gamma.") < last
    assert packed.prompt.endswith("Question: what is beta?\nOutput:")


def test_what_stays_the_same_stands_first_so_that_its_cache_serves_again():
    shelf = MadeShelf("Pinned words.", "Other words.", "Third words.")
    told = (("first question", "first answer"),)
    prompts = [
        packed_of(WordEngine(), question, shelf, hits, history=told, pinned=frozenset({1}), max_tokens=50).prompt
        for question, hits in (("one?", shelf.hits[:2]), ("two?", [shelf.hits[2], shelf.hits[0]]))
    ]
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(*prompts, strict=False)))
    shared = prompts[0][:same]
    assert "Pinned words." in shared and "first answer" in shared


def test_a_passage_that_must_be_cut_keeps_what_speaks_to_the_question():
    filler = " ".join(f"Filler sentence number {n} says nothing at all." for n in range(40))
    shelf = MadeShelf(f"{filler} The boiler burst in 1907. {filler}")
    packed = packed_of(WordEngine(window=512), "when did the boiler burst?", shelf, max_tokens=256)
    assert packed.passages[0].state == "trimmed" and "The boiler burst in 1907." in packed.passages[0].text


def test_the_passage_beside_the_best_one_is_put_next_to_it():
    shelf = MadeShelf("Best one here.", "Something else.", "Goes on from the best.")
    beside = replace(shelf.hits[2], document_id=1, first_sentence=1, last_sentence=1)
    hits = [shelf.hits[0], shelf.hits[1], beside]
    packed = packed_of(WordEngine(), "q", shelf, hits, max_tokens=50)
    assert [each.number for each in packed.passages] == [1, 3, 2]


@given(PASSAGES, ENGINES)
def test_an_edited_prompt_is_sent_as_it_is_and_says_what_is_left_of_each_passage(texts, kind):
    shelf, engine = MadeShelf(*texts), kind(window=8192)
    packed = packed_of(engine, "what?", shelf, max_tokens=64)
    again = repack(ASKED, packed.prompt, shelf.hits, shelf, engine)
    assert again.prompt == packed.prompt
    inside = {each.passage_id for each in packed.passages if each.state != "out"}
    assert inside <= {each.passage_id for each in again.passages if each.state != "out"}
    emptied = repack(ASKED, "Instruct: just answer.\nOutput:", shelf.hits, shelf, engine)
    assert {each.state for each in emptied.passages} == {"out"}


def test_an_edited_prompt_that_leaves_no_room_for_an_answer_is_refused():
    with pytest.raises(UsageError, match="too long for words"):
        repack(ASKED, "word " * 500, [], MadeShelf(), WordEngine(window=512))


def test_pinned_comes_first_and_excluded_never():
    shelf = MadeShelf("One thing. " * 3, "Two things. " * 3, "Three things. " * 3)
    packed = packed_of(WordEngine(), "q", shelf, pinned=frozenset({3}), excluded=frozenset({1}), max_tokens=50)
    states = {each.passage_id: (each.state, each.number, each.reason) for each in packed.passages}
    assert states == {1: ("out", None, "excluded"), 2: ("in", 2, None), 3: ("in", 1, None)}


def test_a_question_that_cannot_fit_is_refused_in_one_sentence():
    shelf = MadeShelf("Short.")
    with pytest.raises(UsageError, match="too long for words"):
        packed_of(WordEngine(window=64), "word " * 100, shelf, max_tokens=32)


def test_the_figures_by_part_add_up_to_the_prompt():
    shelf, engine = MadeShelf("Alpha beta gamma. Delta."), WordEngine()
    packed = packed_of(engine, "what?", shelf, history=(("a b", "c d"),), max_tokens=100)
    used = sum(tokens for part, tokens in packed.parts.items() if part != "answer")
    assert used == len(packed.prompt.split())
