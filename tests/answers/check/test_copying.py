"""Copies of a source are told from sentences that leave out what turns it round."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phitui.answers.check.copying import copies

BRIDGE = (
    "The bridge over the Tamm, a stone structure (41 m long), was built in 1884 by Maria Vance, and it may not be used "
    "by lorries unless the council permits it."
)


@pytest.mark.parametrize(
    "claim",
    [
        BRIDGE,
        "The bridge over the Tamm was built in 1884 by Maria Vance.",
        "The bridge over the Tamm, a stone structure, was built in 1884 by Maria Vance.",
        "It may not be used by lorries unless the council permits it.",
        "The bridge over the Tamm, a stone structure, was built by Maria Vance.",
    ],
)
def test_what_leaves_out_an_insertion_or_a_clause_copies(claim):
    assert copies(claim, BRIDGE)


@pytest.mark.parametrize(
    "claim",
    [
        "The bridge over the Tamm was built in 1894 by Maria Vance.",
        "It may be used by lorries unless the council permits it.",
        "It may not be used by lorries.",
        "Maria Vance built the bridge over the Tamm in 1884.",
        "The council permits it.",
        "The bridge may be used by lorries.",
        "The bridge over the Tamm, a stone structure, was built in 1884 and it may not be used by lorries.",
    ],
)
def test_what_leaves_out_a_condition_or_changes_a_word_does_not(claim):
    assert not copies(claim, BRIDGE)


def test_leaving_out_who_it_was_done_by_is_no_copy_with_the_roles_exchanged():
    assert not copies(
        "Loudoun replaced Abercrombie.", "It was planned by Loudoun. He had been replaced by Abercrombie."
    )


@given(
    st.lists(st.sampled_from("the river flows north past town mill and lake slowly".split()), min_size=3, max_size=30)
)
def test_every_text_copies_itself(found):
    text = " ".join(found) + "."
    assert copies(text, text) or sum(word != "the" for word in found) < 3


def test_what_is_to_be_done_may_be_told_before_its_purpose_or_behind_it():
    assert copies("Press F8 to copy the code.", "To copy the code, press F8.")
    assert copies("To copy the code, press F8.", "Press F8 to copy the code.")
    assert not copies("Press F7 to copy the code.", "To copy the code, press F8.")
