"""The core that both faces use: turns are saved as they happen and can be reopened exactly."""

import sqlite3

import pytest

from phitui.answers.request import Request
from phitui.errors import LibraryError, UsageError
from phitui.events import (
    AnswerFinished,
    Failed,
    ModelLoaded,
    NotInDocuments,
    QueryReady,
    QuotesFound,
    TokensArrived,
    TurnSaved,
)
from phitui.models.engine import Sampling
from phitui.places import Places
from phitui.settings import Settings
from phitui.workbench import Workbench

NOTES = """# The lighthouse of Alda

The lighthouse of Alda was built in 1884 by Maria Vance. It stands 41 metres tall on the northern cape.
Its lamp burned whale oil until 1907, when electric light replaced it.
"""
QUESTION = "When was the lighthouse of Alda built?"


@pytest.fixture
def bench(tmp_path):
    (tmp_path / "alda.md").write_text(NOTES)
    made = Workbench(Settings(device="cpu"), Places.of(tmp_path / "phitui"))
    list(made.add([tmp_path / "alda.md"]))
    yield made
    made.close()


def only(events, kind):
    (found,) = (event for event in events if isinstance(event, kind))
    return found


def reopened(bench):
    again = Workbench(bench.settings, bench.places)
    (conversation,) = again.library.conversations.list()
    turns = again.turns.of(conversation.conversation_id)
    again.close()
    return conversation, turns


def test_a_turn_can_be_reopened_exactly(bench):
    events = list(bench.ask(Request(QUESTION)))
    saved = only(events, TurnSaved)
    assert saved.problem is None
    conversation, (turn,) = reopened(bench)
    assert (conversation.title, turn.question) == (QUESTION, QUESTION)
    assert turn.quotes == [event for event in events if isinstance(event, QuotesFound)][-1].quotes
    assert turn.hits and turn.sentences and turn.answer and turn.turn_id == saved.turn_id
    assert turn.parameters["model"] == "quoting" and saved.parameters == turn.parameters
    assert turn.changed == ()


def test_a_turn_says_when_its_document_has_changed_or_gone(bench, tmp_path):
    list(bench.ask(Request(QUESTION)))
    (tmp_path / "alda.md").write_text(NOTES.replace("1884", "1885"))
    list(bench.add([tmp_path / "alda.md"]))
    _, (turn,) = reopened(bench)
    assert turn.changed == ("The lighthouse of Alda",)
    bench.library.remove([document.document_id for document in bench.library.documents()])
    _, (turn,) = reopened(bench)
    assert turn.changed == ("The lighthouse of Alda",)


def test_the_question_is_on_disk_before_anything_else_happens(bench):
    events = bench.ask(Request(QUESTION))
    assert isinstance(next(events), QueryReady)
    _, (turn,) = reopened(bench)
    assert turn.question == QUESTION


def test_an_answer_that_is_abandoned_keeps_what_was_said(bench, tiny_phi):
    assert isinstance(list(bench.models.load(str(tiny_phi)))[-1], ModelLoaded)
    events = bench.ask(Request(QUESTION, sampling=Sampling(max_tokens=400)))
    said = next(event.text for event in events if isinstance(event, TokensArrived))
    events.close()
    _, (turn,) = reopened(bench)
    assert turn.answer.startswith(said)


def test_a_follow_up_uses_the_conversation(bench):
    first = only(list(bench.ask(Request("Who built the lighthouse of Alda?"))), TurnSaved)
    events = list(bench.ask(Request("When was it built?", conversation_id=first.conversation_id)))
    ready = only(events, QueryReady)
    assert ready.rewritten
    assert "Alda" in ready.query
    assert ready.conversation_id == first.conversation_id


def test_a_full_disk_does_not_stop_an_answer_and_is_said(bench, monkeypatch):
    def full(*_):
        raise LibraryError("The disk is full: make room, the answer is kept in memory.")

    monkeypatch.setattr(bench.library.conversations, "update_turn", full)
    events = list(bench.ask(Request(QUESTION)))
    saved = only(events, TurnSaved)
    assert "disk is full" in saved.problem
    assert any(turn.answer for turn in bench.turns.of(saved.conversation_id))


def test_a_model_that_cannot_be_loaded_leaves_the_old_engine(bench, tmp_path):
    assert isinstance(list(bench.models.load(str(tmp_path / "nothing")))[-1], Failed)
    assert bench.models.engine.name == "quoting"
    assert list(bench.ask(Request(QUESTION)))


def test_models_can_be_changed_back_and_forth(bench, tiny_phi):
    for model in (str(tiny_phi), "none", str(tiny_phi), "none"):
        assert isinstance(list(bench.models.load(model))[-1], ModelLoaded)
    assert bench.models.engine.name == "quoting"


def test_a_model_that_is_chosen_while_a_question_is_searched_for_answers_it(bench, tiny_phi):
    list(bench.models.load(str(tiny_phi)))
    for model in (str(tiny_phi), "none"):  # the one before is closed, also where it is the same model
        events = bench.ask(Request(QUESTION, sampling=Sampling(max_tokens=2)))
        next(event for event in events if isinstance(event, QuotesFound))
        list(bench.models.load(model))
        assert only(list(events), AnswerFinished).model == bench.models.engine.name


def test_nothing_is_said_about_what_is_not_in_the_documents(bench):
    events = list(bench.ask(Request("What is the boiling point of tungsten?")))
    assert only(events, NotInDocuments).nearest


def test_a_question_that_cannot_be_asked_leaves_no_trace(bench):
    with pytest.raises(UsageError):
        list(bench.ask(Request(" ")))
    assert bench.library.conversations.list() == []


def test_the_database_belongs_to_the_user(bench):
    list(bench.ask(Request(QUESTION)))
    (file,) = bench.places.data.rglob("library.db")
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT question FROM turns").fetchall() == [(QUESTION,)]
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
