"""Strings that claim nothing are told from claims, and short answers from sentences."""

import pytest

from phitui.answers.check.kinds import is_fragment, no_claim

QUESTION = "How do I pin a passage?"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("How do I pin a passage?", "a question"),
        ("Question: How do I pin a passage?", "a question"),
        ("The answer is:", "a lead-in"),
        ("Here are the steps to follow:", "a lead-in"),
        ("So, the answer is:", "a lead-in"),
        ("The passages pane shows all that was found for", "cut off"),
        ("The page", "cut off"),
        ('Pressing the "Read', "cut off"),
        ("The passage does not mention the price.", "about the text itself"),
        ("I hope this helps!", "said to the reader"),
        ("See.", "a reference"),
        ("See also Table 2 (page 4).", "a reference"),
        ("—", "no words"),
        ("", "no words"),
    ],
)
def test_a_string_that_claims_nothing_is_known_as_such(text, reason):
    assert no_claim(text, QUESTION) == reason


@pytest.mark.parametrize(
    "text",
    [
        "Press x on the passage to pin it.",
        "Seeds sprout in May.",
        "See-through panels let the light of the lamp pass to the ships that lie outside.",
        "x",
        "F8.",
        "1973",
        "Nearly $12.",
        "The passage is then removed from the library.",
        'Grainer asked, "Did you write that?"',
        "Thanks to the new law, no work needs to be registered.",
        "The settings file wins over an environment variable.",
    ],
)
def test_what_can_be_true_or_false_is_a_claim(text):
    assert no_claim(text, QUESTION) == ""


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("What is the bad air theory officially known as?", "The bad air theory officially known as."),
        ("How long is the window?", "The answer is: the window is long."),
        ("Why does the library close on Fridays?", "The library closes on Fridays."),
    ],
)
def test_a_question_turned_round_claims_nothing(question, text):
    assert no_claim(text, question) == "the question again"


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Is the library public?", "The library is public."),
        ("Which is larger, the Earth or Mars?", "The Earth is larger."),
        ("Why does the library close on Fridays?", "The library does not close on Fridays."),
        ("How many keys are there?", "There are two keys."),
        ("Which key opens it?", "The key that opens it is m."),
        ("Where is the Tower Theatre?", "Tower Theatre."),
    ],
)
def test_what_answers_a_question_in_its_own_words_is_a_claim(question, text):
    assert no_claim(text, question) == ""


@pytest.mark.parametrize(
    "text", ["October 1973.", "F8.", "Nearly $12.", "Wine-growing and tourism.", "Ministry of War"]
)
def test_an_answer_of_a_few_words_is_a_fragment(text):
    assert is_fragment(text)


@pytest.mark.parametrize(
    "text", ["Tolui died first.", "F8 copies the code.", "To pin a passage, press x.", "Peru contains 60% of it."]
)
def test_a_short_sentence_is_none(text):
    assert not is_fragment(text)
