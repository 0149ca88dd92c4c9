"""Packing: never over the window, whole sentences, nothing dropped in silence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phitui.answers.packing import MARGIN_TOKENS, pack
from phitui.errors import UsageError
from tests.answers.shelf import MadeShelf, WordEngine

WORDS = st.lists(st.sampled_from(["alpha", "beta", "gamma", "delta"]), min_size=2, max_size=60).map(
    lambda words: " ".join(words).capitalize() + "."
)
PASSAGES = st.lists(st.lists(WORDS, min_size=1, max_size=8).map(" ".join), min_size=1, max_size=8)


@given(
    PASSAGES,
    st.sampled_from([512, 1024, 2048, 8192]),
    st.integers(1, 600),
    st.lists(st.tuples(WORDS, WORDS), max_size=4),
)
def test_a_prompt_never_exceeds_the_window_and_cuts_no_sentence(texts, window, reserve, history):
    shelf, engine = MadeShelf(*texts), WordEngine(window=window)
    packed = pack(engine, "what is gamma?", shelf.hits, shelf.sentences, history=history, max_tokens=reserve)
    assert len(packed.prompt.split()) + packed.parts["answer"] + MARGIN_TOKENS <= window
    assert packed.parts["answer"] == min(reserve, window // 2)
    assert [each.passage_id for each in packed.passages] == [hit.passage_id for hit in shelf.hits]
    for each, hit in zip(packed.passages, shelf.hits, strict=True):
        if each.state == "out":
            assert each.number is None and not each.text and each.reason
        else:
            assert f"[{each.number}] {hit.header}, p. 1\n{each.text}" in packed.prompt
            assert each.text.endswith(".") and (each.state == "in") == (each.text == hit.text)


def test_pinned_comes_first_and_excluded_never():
    shelf = MadeShelf("One thing. " * 3, "Two things. " * 3, "Three things. " * 3)
    packed = pack(
        WordEngine(), "q", shelf.hits, shelf.sentences, pinned=frozenset({3}), excluded=frozenset({1}), max_tokens=50
    )
    states = {each.passage_id: (each.state, each.number, each.reason) for each in packed.passages}
    assert states == {1: ("out", None, "excluded"), 2: ("in", 2, None), 3: ("in", 1, None)}


def test_a_question_that_cannot_fit_is_refused_in_one_sentence():
    shelf = MadeShelf("Short.")
    with pytest.raises(UsageError, match="too long for words"):
        pack(WordEngine(window=64), "word " * 100, shelf.hits, shelf.sentences, max_tokens=32)


def test_the_figures_by_part_add_up_to_the_prompt():
    shelf, engine = MadeShelf("Alpha beta gamma. Delta."), WordEngine()
    packed = pack(engine, "what?", shelf.hits, shelf.sentences, history=[("a b", "c d")], max_tokens=100)
    used = sum(tokens for part, tokens in packed.parts.items() if part != "answer")
    assert used == len(packed.prompt.split())
