"""The judge: what speaks for and against a claim, and what becomes of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phitui.answers.check.claim import Claim
from phitui.answers.check.judge import Judge, logistic, shipped
from phitui.answers.check.rules import findings, keys
from phitui.answers.check.sentences import check_sentences
from phitui.answers.check.source import Passage
from phitui.evaluation.claim_signs import SIGNS
from tests.answers.hand_claims import PASSAGES
from tests.answers.shelf import MadeShelf


def always(follows, other, against):
    return lambda pairs: np.tile(np.array([[follows, other, against]], np.float32), (len(pairs), 1))


def checked(answer, *texts, read, question=None):
    shelf = MadeShelf(*texts)
    passages = [Passage(hit, hit.passage_id, shelf.sentences(hit)) for hit in shelf.hits]
    (found,) = check_sentences([answer], Judge(read), shelf.rarity, [passages], [question])
    return found


def test_a_copy_needs_no_reader():
    def read(pairs):
        raise AssertionError("a copy was read")

    found = checked("It stands 41 metres tall and was painted white until 1931.", *PASSAGES, read=read)
    assert found.supported and found.citations[0].number == 1


def test_a_number_that_no_source_has_is_never_supported():
    found = checked("The ferry began running in May 1921.", *PASSAGES, read=always(0.99, 0.01, 0.0))
    assert not found.supported


def test_a_key_that_the_sentence_does_not_name_is_never_supported():
    told = "To exclude a passage, press x on it. To copy the code, press F8."
    found = checked("To copy the code, press F7.", told, read=always(0.99, 0.01, 0.0))
    assert not found.supported and "f7" in found.unsupported_words


def test_the_number_that_stands_in_the_same_place_is_named_instead():
    source = "By March the price of oil had risen from US$3 a barrel to nearly $12 worldwide."
    found = checked("The price of oil had risen to nearly $30 by March.", source, read=always(0.01, 0.01, 0.98))
    assert found.conflicts[0] == ("$30", "$12")


def test_what_is_contradicted_shows_both_spans():
    found = checked("The lighthouse was built in 1894 by Maria Vance.", *PASSAGES, read=always(0.01, 0.01, 0.98))
    assert found.verdict == "contradicted"
    assert ("1894", "1884") in found.conflicts and "1884" in found.citations[0].quote


def test_what_is_only_about_the_same_is_related_and_no_support():
    found = checked("The lighthouse of Alda was built by its keeper.", *PASSAGES, read=always(0.02, 0.96, 0.02))
    assert found.verdict == "related" and not found.supported


def test_what_is_about_something_else_is_unsupported():
    found = checked("Quarterly dividends depend on shareholders.", *PASSAGES, read=always(0.02, 0.96, 0.02))
    assert found.verdict == "unsupported" and not found.citations


def test_a_sentence_whose_clauses_differ_is_partly_supported():
    def read(pairs):
        return np.array(
            [[0.97, 0.02, 0.01] if "opera" not in claim else [0.01, 0.97, 0.02] for _, claim in pairs], np.float32
        )

    said = "The ferry began running in May 1920 with one steamer, but its captain was a famous opera singer."
    assert checked(said, *PASSAGES, read=read).verdict == "partly"


def test_a_short_answer_is_read_with_its_question():
    seen = []

    def read(pairs):
        seen.extend(claim for _, claim in pairs)
        return always(0.5, 0.5, 0.0)(pairs)

    checked("1884.", *PASSAGES, read=read, question="When was the lighthouse of Alda built?")
    assert "When was the lighthouse of Alda built? 1884." in seen
    assert "The lighthouse of Alda was built 1884." in seen


@given(st.sampled_from(["sentence", "fragment"]), st.data())
def test_whatever_speaks_against_a_claim_never_makes_it_likelier(kind, data):
    weights = shipped()["supported"][kind]
    told = {name: data.draw(st.floats(0, 1), name) for name in weights}
    name = data.draw(st.sampled_from(sorted(name for name in weights if SIGNS[name] < 0)))
    assert logistic(weights, told) >= logistic(weights, {**told, name: told[name] + 1})


@pytest.mark.parametrize("kind", ["sentence", "fragment"])
def test_shipped_weights_have_the_signs_that_were_fixed(kind):
    for name, weight in shipped()["supported"][kind].items():
        assert weight * SIGNS[name] >= 0


def test_what_is_shipped_says_what_it_is_worth_on_documents_left_out():
    worth = shipped()["held out"]
    assert worth["false support"] <= 0.15 and worth["precision"] >= 0.8 and worth["foreign"] <= 0.01


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("The lighthouse was built in 1894.", "number"),
        ("The lighthouse was built by Otto Brandt.", "name"),
        ("The ferry must run on Sundays.", "must"),
        ("All of the marsh was drained for farming.", "amount"),
        ("The water table has fallen since the dam at Koll was removed in 2009.", "opposite"),
    ],
)
def test_rules_find_what_differs(said, rule):
    source = (
        "The lighthouse of Alda was built in 1884 by Maria Vance.",
        "The ferry may run on Sundays.",
        "About half of the marsh was drained for farming.",
        "Since the dam at Koll was removed in 2009, the water table has risen.",
    )
    shelf = MadeShelf(*source)
    found = [
        finding.rule
        for hit in shelf.hits
        for each in Passage(hit, 1, shelf.sentences(hit)).sources
        for finding in findings(Claim(said, shelf.rarity), each)
    ]
    assert rule in found


def test_letters_are_keys_where_they_are_pressed():
    assert keys("To pin a passage, press x on it.") == ["x"]
    assert keys("Press Ctrl+R to reopen a conversation.") == ["ctrl+r"]
    assert keys("A passage is a run of sentences.") == []
