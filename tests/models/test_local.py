"""Local models: they load, stream, stop; what cannot be loaded is said in one sentence."""

import json
import shutil
from threading import Event

import pytest

from phitui.errors import ModelError
from phitui.events import AnswerFinished
from phitui.models.catalogue import models_on_disk
from phitui.models.downloading import pull
from phitui.models.engine import Sampling
from phitui.models.local import LocalEngine
from phitui.models.thread import ModelThread, Priority

PROMPT = "The lighthouse of Alda was built"


@pytest.fixture(scope="module")
def thread():
    return ModelThread()


@pytest.fixture(scope="module")
def phi(thread, tiny_phi):
    engine = LocalEngine(str(tiny_phi), thread, tiny_phi.parent, "cpu")
    engine.load(lambda step: None)
    return engine


def finish(engine, prompt=PROMPT, cancel=None, **sampling):
    *pieces, done = engine.stream(prompt, Sampling(**sampling), cancel or Event())
    assert isinstance(done, AnswerFinished)
    assert "".join(piece.text for piece in pieces) == done.text
    return done


@pytest.mark.parametrize("family", ["tiny_phi", "tiny_llama"])
def test_greedy_tokens_equal_those_of_generate(thread, request, family):
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = request.getfixturevalue(family)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    ids = tokenizer(PROMPT, return_tensors="pt").input_ids
    wanted = model.generate(ids, do_sample=False, max_new_tokens=40, pad_token_id=0)[0][ids.shape[1] :].tolist()
    engine = LocalEngine(str(folder), thread, folder.parent, "cpu")
    engine.load(lambda step: None)
    done = finish(engine, max_tokens=40)
    assert list(done.tokens) == [token for token in wanted if token != 0]
    assert done.prompt_tokens == ids.shape[1]


def test_a_seed_reproduces_an_answer(phi):
    one, same, other = (finish(phi, max_tokens=20, temperature=1.0, seed=seed).tokens for seed in (1, 1, 2))
    assert one == same != other


def test_cancelling_takes_effect_at_the_next_token(phi):
    cancel = Event()
    seen = []
    for event in phi.stream(PROMPT, Sampling(max_tokens=1500), cancel):
        seen.append(event)
        cancel.set()
    assert seen[-1].reason == "cancelled"
    assert seen[-1].answer_tokens < 1500
    assert finish(phi, max_tokens=3).answer_tokens <= 3


def test_a_stop_string_ends_the_answer_and_is_not_shown(phi):
    whole = finish(phi, max_tokens=40).text
    stop = whole[10:14]
    done = finish(phi, max_tokens=40, stop=(stop,))
    assert (done.reason, done.text) == ("stop", whole.split(stop)[0])


def test_the_windows_end_is_said_and_a_prompt_beyond_it_refused(thread, tmp_path):
    from tests.tiny import make_model

    engine = LocalEngine(str(make_model(tmp_path / "small", window=24)), thread, tmp_path, "cpu")
    engine.load(lambda step: None)
    done = finish(engine, max_tokens=500)
    assert done.reason in ("window", "end")
    assert done.prompt_tokens + done.answer_tokens <= 24
    with pytest.raises(ModelError, match="window of small holds 24"):
        finish(engine, PROMPT * 20)


def broken(kind, source, folder):
    shutil.copytree(source, folder)
    if kind == "no weights":
        (folder / "model.safetensors").unlink()
    elif kind == "pickle":
        (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    elif kind == "no config":
        (folder / "config.json").unlink()
    elif kind == "damaged weights":
        (folder / "model.safetensors").write_bytes(b"not weights")
    elif kind == "own code":
        config = {"model_type": "mystery", "auto_map": {"AutoModelForCausalLM": "code.Model"}}
        (folder / "config.json").write_text(json.dumps(config))
    return folder


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("no weights", "holds no weights"),
        ("pickle", "pickle files"),
        ("no config", "config.json is missing"),
        ("damaged weights", "cannot be loaded"),
        ("own code", "brings its own code"),
    ],
)
def test_a_folder_that_cannot_be_loaded_is_said_in_one_sentence(thread, tiny_phi, tmp_path, kind, said):
    engine = LocalEngine(str(broken(kind, tiny_phi, tmp_path / "model")), thread, tmp_path, "cpu")
    with pytest.raises(ModelError, match=said) as raised:
        engine.load(lambda step: None)
    assert "\n" not in raised.value.message
    assert thread.run(lambda: True, Priority.ANSWER)


@pytest.mark.parametrize(("name", "said"), [("nobody/nothing", "models pull"), ("./nowhere", "not a model folder")])
def test_a_model_that_is_not_there_is_said(thread, tmp_path, name, said):
    with pytest.raises(ModelError, match=said):
        LocalEngine(name, thread, tmp_path, "cpu").load(lambda step: None)


def test_models_on_disk_are_listed(tiny_phi, tmp_path):
    shutil.copytree(tiny_phi, tmp_path / "someone--tiny")
    (found,) = (model for model in models_on_disk(tmp_path) if model.id == "someone/tiny")
    assert (found.architecture, found.context_window) == ("PhiForCausalLM", 2048)
    assert found.bytes > 0


def test_without_a_network_a_download_is_refused_in_one_sentence(tmp_path):
    with pytest.raises(ModelError, match="HF_HUB_OFFLINE is set"):
        list(pull("microsoft/phi-2", tmp_path, Event()))


def test_a_download_that_is_there_is_not_repeated(tiny_phi, tmp_path):
    shutil.copytree(tiny_phi, tmp_path / "someone--tiny")
    (event,) = pull("someone/tiny", tmp_path, Event())
    assert event.done == event.total > 0
