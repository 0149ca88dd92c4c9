"""Follow-up questions made to stand alone."""

import json
import random
from pathlib import Path

import pytest

from phitui.answers.question.followup import condense
from tests.answers.conversations import TALKS
from tests.answers.pronoun_questions import pronoun_questions

RIGHT_PAGES = 0.85
"""Share of follow-ups whose page must be among the first three passages."""
BY_WORDS = 0.85


@pytest.mark.parametrize(
    ("question", "earlier", "alone"),
    [
        ("And in 2019?", "What was Lindqvist's revenue in 2018?", "What was Lindqvist's revenue in 2019?"),
        ("What about 1201(j)?", "What is section 1201(f) about?", "What is section 1201(j) about?"),
        (
            "And the Treaty of Lausanne?",
            "What did the Treaty of Sevres plan for the Kurds?",
            "What did the Treaty of Lausanne plan for the Kurds?",
        ),
        ("And in Cologne?", "How wide is the Rhine in Basel?", "How wide is the Rhine in Cologne?"),
        ("And in Basel?", "How wide is the river Rhine?", "And in Basel? (wide river Rhine)"),
        ("When did it end?", "When did the oil crisis begin?", "When did it end? (oil crisis begin)"),
        ("Why?", "Who killed Qasim in 1963?", "Why? (killed Qasim 1963)"),
        ("How many died in that revolt?", "Who led the revolt of 1920?", "How many died in that revolt? (led 1920)"),
    ],
)
def test_what_a_follow_up_leaves_unsaid_is_taken_from_the_question_before(question, earlier, alone):
    assert condense(question, [earlier]) == alone


@pytest.mark.parametrize(
    "talk",
    [
        {
            "How long is the Rhine?": "How long is the Rhine?",
            "And how wide?": "And how wide? (long Rhine)",
            "Where does it end?": "Where does it end? (wide Rhine)",
            "What about the Danube?": "Where does it end? (wide Danube)",
        },
        {
            "What was Lindqvist's revenue in 2018?": "What was Lindqvist's revenue in 2018?",
            "And in 2019?": "What was Lindqvist's revenue in 2019?",
            "Who was the CEO then?": "Who was the CEO then? (Lindqvist's revenue 2019)",
        },
        {
            "What is condition class 3?": "What is condition class 3?",
            "And condition class 2?": "What is condition class 2?",
            "Is that more than in 1990?": "Is that more than in 1990? (condition class)",
        },
    ],
)
def test_a_conversation_keeps_its_names_and_lets_other_words_go(talk):
    earlier = []
    for question in talk:
        earlier.append(condense(question, earlier))
    assert earlier == list(talk.values())


@pytest.mark.parametrize(
    "question",
    [
        "How long is the Nile river?",
        "Who invited Washington to dine with him?",
        "Is there a ferry on Sundays between Alda and Port Ness?",
        "Which penalties does section 1204 provide for first offenses?",
        "What is it that Hammurabi had carved on stone monuments?",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(question):
    assert condense(question, ["How wide is the river Rhine?"]) == question


def test_the_first_question_is_never_changed():
    assert condense("And why is that?", []) == "And why is that?"


def test_few_questions_of_strangers_are_taken_for_follow_ups(shared_data):
    lines = (shared_data / "squad/questions.jsonl").read_text("utf-8").splitlines()
    asked = random.Random(1).sample([json.loads(line)["question"] for line in lines], 600)
    changed = [question for question in asked if condense(question, ["How wide is the river Rhine?"]) != question]
    assert len(changed) <= 0.1 * len(asked), changed


def right_page(hits, talk) -> bool:
    return any(
        Path(hit.path).name == talk.path and any(hit.span.page <= page <= hit.span.page_end for page in talk.pages)
        for hit in hits
    )


def share_of_right_pages(library, made=lambda talk: condense(talk.follow_up, [talk.first])) -> float:
    queries = library.queries([made(talk) for talk in TALKS])
    found = [library.search(query, 3) for query in queries]
    return sum(right_page(hits, talk) for hits, talk in zip(found, TALKS, strict=True)) / len(TALKS)


def test_follow_ups_of_forty_conversations_find_their_page_by_words_alone(pdfs_by_words):
    assert len(TALKS) == 40
    assert share_of_right_pages(pdfs_by_words) >= BY_WORDS
    assert share_of_right_pages(pdfs_by_words, made=lambda talk: talk.follow_up) <= BY_WORDS - 0.15


@pytest.mark.long
def test_follow_ups_of_forty_conversations_find_their_page(shared_data, tmp_path):
    from phitui.places import Places
    from phitui.settings import Settings
    from phitui.workbench import Workbench

    bench = Workbench(Settings(), Places.of(tmp_path))
    for _ in bench.add([shared_data / "pdfs"]):
        pass
    assert share_of_right_pages(bench.library) >= RIGHT_PAGES
    bench.close()


@pytest.mark.long
def test_a_pronoun_costs_few_pages_even_after_a_question_about_another_page(shared_data, tmp_path):
    from phitui.library.library import Library

    (tmp_path / "library").mkdir()
    (tmp_path / "cache").mkdir()
    library = Library(tmp_path / "library", tmp_path / "cache", None)
    for _ in library.add([shared_data / "squad/documents"], words_only=True):
        pass
    asked = pronoun_questions(shared_data / "squad/questions.jsonl", 300)

    def share(texts):
        found = [library.search(query, 3) for query in library.queries(texts)]
        return sum(right_page(hits, each) for hits, each in zip(found, asked, strict=True)) / len(asked)

    condensed = share([condense(each.follow_up, [each.first]) for each in asked])
    assert condensed >= 0.86, condensed
    assert condensed >= share([each.follow_up for each in asked]) + 0.03
    library.close()
