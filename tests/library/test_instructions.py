"""What a question says about its answer is not looked for."""

import pytest

from phitui.library.terms.instructions import without_instructions


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("How long is the mole? Round your answer to one decimal.", "How long is the mole?"),
        ("How long is the mole? Base your answer on the harbour plan.", "How long is the mole? harbour plan."),
        ("You are a pilot. How long is the mole?", "How long is the mole?"),
        (
            "Is the mole safe? If safety is no useful measure for a mole, state that and explain why.",
            "Is the mole safe?",
        ),
        ("Answer the following question from the annual report: how long is the mole?", None),
        (
            "From the details shown in the harbour plan, how long is the mole? Answer in metres.",
            "harbour plan, how long is the mole? metres.",
        ),
    ],
)
def test_instructions_are_left_out(question, found):
    assert without_instructions(question) == (found or "annual report: how long is the mole?")


@pytest.mark.parametrize(
    "question",
    [
        "Give the length of the mole in metres.",
        "How long is the mole? Give the width of the lock.",
        "Answer in metres.",
        "Is it? Answer in metres.",
        "If the tide falls, what does the pilot say and explain?",
        "What did the responses to the questions on units show?",
    ],
)
def test_all_else_stays(question):
    assert without_instructions(question) == question
