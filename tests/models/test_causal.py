"""A language model as an embedder equals what transformers' own states give, and learns what texts have in common."""

from typing import Any

import numpy as np
import pytest

from phitui.errors import ModelError
from phitui.library.embedder import FittedEmbedder
from phitui.models.embed.embedder import embedder_for
from phitui.models.engines.local import LocalEngine
from phitui.models.thread import ModelThread
from tests.library.conftest import METALS, TREES, WHALES
from tests.library.made import open_library, statuses, texts

TEXTS = ["The lamp burned whale oil until 1907.", "a", "def add(a, b): return a + b", "", "metres tall " * 30]


@pytest.fixture(scope="module")
def thread():
    made = ModelThread()
    yield made
    made.close()


@pytest.fixture(scope="module")
def reference(tiny_phi):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_phi), AutoModelForCausalLM.from_pretrained(tiny_phi)


def outputs(reference, text):
    import torch

    tokenizer, model = reference
    ids = tokenizer(text)["input_ids"] or [0]
    with torch.no_grad():
        return model(torch.tensor([ids]), output_hidden_states=True)


def unit(row):
    return row / np.linalg.norm(row)


def test_hidden_states_are_the_masked_mean_of_a_middle_layer(tiny_phi, thread, reference):
    embedder: Any = embedder_for(f"hidden:{tiny_phi}", thread, "cpu")
    assert (embedder.dimension, embedder.ready) == (64, False)
    assert "hidden 1 of 2" in embedder.identity
    for text, row in zip(TEXTS, embedder.embed(TEXTS), strict=True):
        states = outputs(reference, text).hidden_states[1][0].numpy()
        wanted = states[1:].mean(0) if len(states) > 1 else states[0]
        np.testing.assert_allclose(row, unit(wanted), atol=1e-5)


def test_mean_logits_are_the_mean_of_the_models_logits(tiny_phi, thread, reference):
    embedder = embedder_for(f"logits:{tiny_phi}", thread, "cpu")
    assert "mean of logits" in embedder.identity
    for text, row in zip(TEXTS, embedder.embed(TEXTS), strict=True):
        np.testing.assert_allclose(row, unit(outputs(reference, text).logits[0].numpy().mean(0)), atol=1e-5)
    assert row.shape == (embedder.dimension,)
    assert not isinstance(embedder, FittedEmbedder)


def test_what_texts_have_in_common_is_taken_out(tiny_phi, thread):
    embedder: Any = embedder_for(f"hidden:{tiny_phi}", thread, "cpu")
    assert isinstance(embedder, FittedEmbedder)
    many = [f"The lighthouse number {n} of {n * 7} has {n % 5} lamps." for n in range(96)]
    before = embedder.embed(many)
    state = embedder.fit(many)
    assert len(state) == 4 * 64 * (1 + 3)
    embedder.restore(state)
    after = embedder.embed(many)
    np.testing.assert_allclose(np.linalg.norm(after, axis=1), 1, atol=1e-5)
    assert (before @ before.T).mean() > 0.8
    assert abs((after @ after.T).mean()) < 0.1
    common = np.frombuffer(state, "<f4").reshape(4, 64)
    np.testing.assert_allclose(after @ common[1:].T, 0, atol=1e-4)
    again: Any = embedder_for(f"hidden:{tiny_phi}", thread, "cpu")
    again.restore(state)
    np.testing.assert_allclose(again.embed(many, urgent=True), after, atol=1e-5)
    with pytest.raises(ModelError, match="damaged"):
        again.restore(state[:-3])


def test_a_small_sample_teaches_the_mean_alone_and_none_nothing(tiny_phi, thread):
    embedder: Any = embedder_for(f"hidden:{tiny_phi}", thread, "cpu")
    assert len(embedder.fit(TEXTS)) == 4 * 64
    assert not np.frombuffer(embedder.fit(["one"]), "<f4").any()
    assert len(embedder.fit([])) == 4 * 64


def test_an_engine_and_an_embedder_hold_the_same_weights_once(tiny_phi, thread, tmp_path):
    engine = LocalEngine(str(tiny_phi), thread, tmp_path, "cpu")
    engine.load(lambda step: None)
    embedder: Any = embedder_for(f"hidden:{tiny_phi}", thread, "cpu")
    before = embedder_for(f"hidden:{tiny_phi}", thread, "cpu").embed(TEXTS)
    np.testing.assert_allclose(embedder.embed(TEXTS), before, atol=1e-6)
    assert embedder._encode is not None
    inner = next(cell.cell_contents for cell in embedder._encode.__closure__ if callable(cell.cell_contents))
    assert inner.__self__._model is engine._ready.model
    engine.close()


def test_a_library_can_be_searched_by_a_language_models_states(tiny_phi, thread, tmp_path):
    name = f"hidden:{tiny_phi}"
    folder = tmp_path / "documents"
    folder.mkdir()
    for title, text in (("whales", WHALES), ("metals", METALS), ("trees", TREES)):
        (folder / f"{title}.txt").write_text(text)
    library = open_library(tmp_path / "library", embedder_for(name, thread, "cpu"))
    statuses(library, folder)
    (row,) = library.embedders()
    assert (row.name, row.passages, row.searches) == (name, row.passages_total, True)
    assert texts(library, "metals\nCopper conducts well. Gold does not rust.", 1, arm="dense") == [
        "Copper conducts well. Gold does not rust."
    ]
    vector = library.query("krill").vector
    library.close()
    library = open_library(tmp_path / "library", embedder_for(name, thread, "cpu"))
    np.testing.assert_allclose(library.query("krill").vector, vector, atol=1e-5)
    library.close()


def test_a_model_that_cannot_embed_is_said(thread, tmp_path):
    with pytest.raises(ModelError, match="not on disk"):
        embedder_for("hidden:nobody/nothing", thread)
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_text("")
    with pytest.raises(ModelError, match="cannot embed"):
        embedder_for(f"logits:{tmp_path}", thread)
