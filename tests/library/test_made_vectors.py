"""Vectors are made once for each text, and those that ship are taken for their own embedder alone."""

import numpy as np

from phitui.library.intake import made_vectors
from phitui.library.intake.made_vectors import MadeVectors, key_of, shipped_vectors, write_shipped
from tests.library.made import HashingEmbedder


def test_a_text_is_embedded_once_in_all_batches_and_the_oldest_are_forgotten(monkeypatch):
    embedder = HashingEmbedder()
    made = MadeVectors(embedder)
    first, count = made.embed(["a licence", "a page", "a licence"])
    again, none = made.embed(["a licence", "a page", "a licence"])
    assert (count, none) == (2, 0) and embedder.texts == ["a licence", "a page"]
    np.testing.assert_allclose(first, again, atol=1e-3)
    monkeypatch.setattr(made_vectors, "REMEMBERED", 1)
    assert made.embed(["a third"])[1] == 1 == made.embed(["a page"])[1]


def test_what_ships_is_taken_for_the_same_text_and_embedder(tmp_path, monkeypatch):
    embedder = HashingEmbedder()
    wanted = embedder.embed(["pin a passage", "stop an answer"])
    monkeypatch.setattr(made_vectors, "SHIPPED", tmp_path / "vectors.npz")
    shipped_vectors.cache_clear()
    write_shipped(
        embedder.identity,
        {key_of("pin a passage"): wanted[0], key_of("stop an answer"): wanted[1]},
        tmp_path / "vectors.npz",
    )
    before = len(embedder.texts)
    rows, count = MadeVectors(embedder).embed(["pin a passage", "stop an answer", "something else"])
    assert count == 1 and embedder.texts[before:] == ["something else"]
    assert ((rows[:2] * wanted).sum(1) > 0.999).all()
    other = HashingEmbedder("another one")
    assert MadeVectors(other).embed(["pin a passage"])[1] == 1
    (tmp_path / "vectors.npz").write_bytes(b"PK\x03\x04damaged")
    shipped_vectors.cache_clear()
    assert MadeVectors(embedder).embed(["pin a passage"])[1] == 1
    shipped_vectors.cache_clear()
