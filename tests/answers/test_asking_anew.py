"""What a question is asked of: chosen passages, chosen documents, and a model that is loaded late."""

from threading import Event

import pytest

from phitui.answers.ask import ask, repack
from phitui.answers.request import Request
from phitui.errors import UsageError
from phitui.events import ModelLoaded, ModelLoading, PassagesRetrieved, PromptPacked, QuotesFound
from phitui.library.terms.syntax import Filters
from phitui.models.engine import Sampling
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


class SmallEngine(WordEngine):
    parameters = 135_000_000


@pytest.mark.parametrize(
    "engine", [WordEngine("It began.", 256), SmallEngine("It began.")], ids=["cut", "quotes alone"]
)
@pytest.mark.parametrize(
    "choice",
    [
        {},
        {"pinned": frozenset({2})},
        {"excluded": frozenset({1}), "pinned": frozenset({3})},
        {"only": frozenset({2, 3})},
    ],
    ids=str,
)
def test_the_preview_is_the_prompt_that_is_sent(engine, choice):
    texts = OIL + " It was long. " * 20, RHINE, "Oil prices rose. " + RHINE + " A crisis ended in 1974. " * 9
    shelf = MadeShelf(*texts)

    def packed(request):
        events = list(ask(request, shelf, engine, Event()))
        found = next(each.hits for each in events if isinstance(each, PassagesRetrieved))
        return found, next(each for each in events if isinstance(each, PromptPacked))

    sampling = Sampling(max_tokens=64)
    found, _ = packed(Request(QUESTION, pinned=frozenset({3}), sampling=sampling))
    request = Request(QUESTION, sampling=sampling, **choice)
    _, sent = packed(request)
    weighed = [hit for hit in found if hit.passage_id not in request.pinned]  # a pin may lie behind those kept
    preview = repack(request, QUESTION, weighed, shelf, engine)
    assert (preview.prompt, preview.parts) == (sent.prompt, sent.parts)
    assert states(preview) == states(sent)


def test_documents_that_alone_are_asked_narrow_what_the_question_names():
    known = MadeShelf(OIL, RHINE).documents
    assert Filters().documents(known) is None
    assert Filters(ids=(2,)).documents(known) == [2]
    assert Filters(names=("paper",), ids=(2,)).documents(known) == [2]
    with pytest.raises(UsageError, match="ask all documents"):
        Filters(names=("paper 1",), ids=(2,)).documents(known)
