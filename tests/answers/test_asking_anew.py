"""What a question is asked of: chosen passages, chosen documents, and a model that is loaded late."""

from threading import Event

import pytest

from phitui.answers.ask import ask, repack
from phitui.answers.request import Request
from phitui.errors import UsageError
from phitui.events import ModelLoaded, ModelLoading, PromptPacked, QuotesFound
from phitui.library.terms.syntax import Filters
from phitui.models.engines.quotation import QuotingEngine
from tests.answers.shelf import MadeShelf, WordEngine

OIL = "The oil crisis began in October 1973. Arab producers proclaimed an embargo. Prices rose to 12 dollars."
RHINE = "The Rhine is a river. It flows through Basel and Cologne. It is 1,230 km long."
QUESTION = "When did the oil crisis begin?"


def states(packed: PromptPacked) -> dict[int, tuple[str, str | None]]:
    return {each.passage_id: (each.state, each.reason) for each in packed.passages}


def test_quotes_come_before_a_model_is_loaded():
    engine = WordEngine("It began in October 1973.")
    engine.loaded = False

    def ready():
        yield ModelLoading("m", "loading")
        engine.loaded = True
        yield ModelLoaded("m", "cpu", 2048, "")

    events = list(ask(Request(QUESTION), MadeShelf(OIL, RHINE), engine, Event(), ready))
    kinds = [type(event) for event in events]
    assert kinds.index(QuotesFound) < kinds.index(ModelLoading) < kinds.index(PromptPacked)


def test_a_question_that_is_refused_loads_no_model():
    engine = WordEngine("")
    engine.loaded = False

    def ready():
        raise AssertionError("nothing was to be loaded")

    assert list(ask(Request("zebra xylophone quartz?"), MadeShelf(OIL, RHINE), engine, Event(), ready))


@pytest.mark.parametrize("engine", [WordEngine(""), QuotingEngine()], ids=["model", "no model"])
def test_repacking_says_what_would_be_asked_and_why_not(engine):
    shelf = MadeShelf(OIL, RHINE)
    packed = repack(
        Request(QUESTION, excluded=frozenset({1}), pinned=frozenset({2})), QUESTION, shelf.hits, shelf, engine
    )
    assert states(packed)[1] == ("out", "excluded")
    assert states(packed)[2][0] == "in"
    alone = repack(Request(QUESTION, only=frozenset({2})), QUESTION, shelf.hits, shelf, engine)
    assert list(states(alone)) == [2]


def test_repacking_is_what_asking_packs():
    shelf, engine = MadeShelf(OIL, RHINE), WordEngine("It began in 1973.")
    request = Request(QUESTION, pinned=frozenset({2}))
    asked = next(each for each in ask(request, shelf, engine, Event()) if isinstance(each, PromptPacked))
    again = repack(request, QUESTION, shelf.hits, shelf, engine)
    assert (states(again), again.parts) == (states(asked), asked.parts)


def test_documents_that_alone_are_asked_narrow_what_the_question_names():
    known = MadeShelf(OIL, RHINE).documents
    assert Filters().documents(known) is None
    assert Filters(ids=(2,)).documents(known) == [2]
    assert Filters(names=("paper",), ids=(2,)).documents(known) == [2]
    with pytest.raises(UsageError, match="ask all documents"):
        Filters(names=("paper 1",), ids=(2,)).documents(known)
