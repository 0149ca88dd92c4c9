"""What was found right becomes pairs to learn from, as long as what it rests on is in the library."""

import pytest

from phitui.answers.packing import INSTRUCTIONS
from phitui.answers.request import Request
from phitui.answers.turn import Turn
from phitui.records import CheckedSentence
from tests.library.test_forgetting import Shelf

QUESTION = "What do whales sing of in the deep sea?"


@pytest.fixture
def shelf(tmp_path):
    made = Shelf(tmp_path)
    made.add(made.other, made.secret)
    yield made
    made.close()


def asked(shelf, question=QUESTION, save=True):
    turn = Turn(question)
    for event in shelf.bench.ask(Request(question, save=save)):
        turn.take(event)
    assert turn.quotes
    return turn


def test_the_answer_to_a_question_whose_passage_is_marked_is_learnt_with_its_passages(shelf):
    turn = asked(shelf)
    assert shelf.bench.pairs.all() == []
    shelf.library.conversations.judge(QUESTION, turn.quotes[0].passage_id)
    (pair,) = shelf.bench.pairs.all()
    assert pair.kind == "answer" and pair.response.startswith(turn.quotes[0].text[:20])
    assert pair.prompt.startswith(INSTRUCTIONS) and pair.prompt.endswith(f"Question: {QUESTION}")
    assert "[1] whales" in pair.prompt and "Nobody knows what they sing of." in pair.prompt
    shelf.library.remove([turn.hits[0].document_id])
    assert shelf.bench.pairs.all() == []
    shelf.library.bring_back([turn.hits[0].document_id])
    assert shelf.bench.pairs.all() == [pair]


def test_only_what_is_supported_is_learnt_and_the_best_of_several_in_its_place(shelf):
    turn = asked(shelf, save=False)
    turn.answer = "Of krill."
    shelf.bench.pairs.keep_answer(turn)
    turn.answer = "Nobody knows."
    shelf.bench.pairs.keep_answer(turn)
    turn.in_documents = False
    shelf.bench.pairs.keep_answer(turn)
    shelf.bench.pairs.keep_code("Write python code only. Print 1.", "print(1)\n")
    shelf.bench.pairs.keep_code("Write python code only. Print 2.", " ")
    assert [(pair.kind, pair.response) for pair in shelf.bench.pairs.all()] == [
        ("answer", "Nobody knows."),
        ("code", "print(1)"),
    ]
    shelf.library.remove([hit.document_id for hit in turn.hits])
    assert [pair.kind for pair in shelf.bench.pairs.all()] == ["code"]


def test_what_is_forgotten_is_in_no_pair(shelf):
    question = "What was sold in secret for nineteen opals?"
    turn = asked(shelf, question)
    turn.sentences = (CheckedSentence(turn.answer, True, 1.0, ()),)
    shelf.bench.pairs.keep_answer(turn)
    shelf.bench.pairs.keep_code("Write python code only.", f"# {turn.answer}")
    assert len(shelf.bench.pairs.all()) == 2
    shelf.forget("zumbovia")
    assert shelf.bench.pairs.all() == []
