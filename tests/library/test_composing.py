"""Passages whose vectors are made of those of their sentences: nothing is read twice, whatever comes in between."""

from threading import Event

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phitui.events import PassagesEmbedded
from phitui.library.embedder import Composer
from phitui.library.intake import composing, missing_vectors
from phitui.models.embed.composing.composer import LENGTH, composed, mixed
from phitui.models.embed.embedder import embedder_for
from phitui.models.thread import ModelThread
from tests.library.made import HashingEmbedder, open_library, statuses, texts, vectors_missing


class ComposingEmbedder(HashingEmbedder):
    """As the bundled one does it."""

    def composed(self, header, sentences, lengths):
        return mixed(header, sentences, lengths)


@pytest.fixture
def embedder():
    return ComposingEmbedder()


@pytest.fixture
def base(tmp_path):
    return tmp_path / "library"


def stored(library):
    """(header, sentences, vector) of each passage that has one, by id."""
    vectors, found = library._vectors, []
    for document in library.documents():
        for hit in library.whole(document.document_id):
            for row in vectors.of_passages([hit.passage_id])[1]:
                found.append((hit.header, library.sentences(hit), row))
    return found


def test_only_headers_and_sentences_are_read_each_once(base, folder, embedder):
    library = open_library(base, embedder)
    statuses(library, folder)
    assert vectors_missing(library) == 0
    assert not [text for text in embedder.texts if "\n" in text]
    assert len(embedder.texts) == len(set(embedder.texts)) == 3 + 10
    assert len(stored(library)) == 6
    for header, sentences, row in stored(library):
        rows = np.stack([each.vector for each in sentences])
        wanted = mixed(embedder.embed([header])[0], rows, [len(each.text) for each in sentences])
        np.testing.assert_allclose(row, wanted, atol=1e-3)
    assert "Krill" in texts(library, "krill", arm="dense")[0]
    library.close()


@pytest.mark.parametrize("batches", range(4))
def test_what_was_cancelled_goes_on_without_reading_anything_twice(base, folder, embedder, monkeypatch, batches):
    monkeypatch.setattr(missing_vectors, "FIRST_BATCH", 2)
    monkeypatch.setattr(missing_vectors, "BATCH_SECONDS", 0)
    monkeypatch.setattr(missing_vectors, "WINDOW", 4)
    monkeypatch.setattr(composing, "AT_ONCE", 2)
    library = open_library(base, embedder)
    statuses(library, folder, words_only=True)
    cancel = Event()
    for number, _ in enumerate(library.embed_missing(cancel)):
        if number == batches:
            cancel.set()
    assert vectors_missing(library) > 0
    told = [each for each in library.embed_missing() if isinstance(each, PassagesEmbedded)]
    assert (told[-1].done, told[-1].sentences_done) == (6, 10) == (told[-1].total, told[-1].sentences_total)
    assert vectors_missing(library) == 0 and len(stored(library)) == 6
    sentences = [text for text in embedder.texts if text.endswith(".")]
    assert len(sentences) == len(set(sentences)) == 10
    library.close()


def test_a_new_title_costs_its_header_alone(base, folder, embedder):
    library = open_library(base, embedder)
    statuses(library, folder)
    embedder.texts.clear()
    library.describe(library.find("whales").document_id, title="Songs of the Leviathan")
    list(library.embed_missing())
    assert embedder.texts == ["Songs of the Leviathan"] and vectors_missing(library) == 0
    assert "Whales" in texts(library, "leviathan", k=3, arm="dense")[0]
    library.close()


def test_a_passage_that_cannot_be_composed_is_read(base, folder, embedder):
    """One has no sentence, another one's sentence has a vector that is none."""
    library = open_library(base, embedder)
    statuses(library, folder, words_only=True)
    database = library._store.database
    with database.transaction() as connection:
        (alone,) = connection.execute("SELECT min(id) FROM passages").fetchone()
        connection.execute("UPDATE passages SET last_sentence = first_sentence - 1 WHERE id = ?", (alone,))
    list(library.embed_missing())
    assert vectors_missing(library) == 0
    assert len([text for text in embedder.texts if "\n" in text]) == 1
    with database.transaction() as connection:
        broken = np.full(embedder.dimension, np.nan, np.float16).tobytes()
        connection.execute("UPDATE sentence_vectors SET vector = ? WHERE ordinal = 0", (broken,))
        connection.execute("DELETE FROM passage_vectors")
        connection.execute("UPDATE embedded SET passages = 0")
        connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'vectors'")
    embedder.texts.clear()
    list(library.embed_missing())
    assert vectors_missing(library) == 0 and len(stored(library)) == 6
    library.close()


def test_vectors_from_before_stay(base, folder, embedder):
    """A library whose passages were read keeps their vectors, and what comes later lies beside them."""
    library = open_library(base)
    statuses(library, folder / "whales.txt")
    before = [row for _, _, row in stored(library)]
    library.close()
    library = open_library(base, embedder)
    statuses(library, folder)
    assert vectors_missing(library) == 0 and not [text for text in embedder.texts if "hales" in text]
    rows = [row for header, _, row in stored(library) if header == "whales"]
    np.testing.assert_array_equal(rows, before)
    library.close()


LENGTHS = st.lists(st.integers(1, 100_000), min_size=1, max_size=40)


def unit(seed, count):
    rows = np.random.default_rng(seed).standard_normal((count, 384)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@settings(max_examples=40, deadline=None)
@given(LENGTHS, st.integers(0, 1000))
def test_its_length_is_the_same_whatever_the_order_and_how_sentences_are_cut(lengths, seed):
    header, *rows = unit(seed, len(lengths) + 1)
    row = composed(header, np.stack(rows), lengths)
    assert abs(np.linalg.norm(row) - LENGTH) < 1e-5
    np.testing.assert_allclose(composed(header, np.stack(rows[::-1]), lengths[::-1]), row, atol=1e-5)
    # A sentence cut in two halves that mean the same changes nothing.
    twice = composed(header, np.stack([*rows, rows[0]]), [2 * each for each in lengths] + [2 * lengths[0]])
    longer = composed(header, np.stack(rows), [4 * lengths[0], *(2 * each for each in lengths[1:])])
    np.testing.assert_allclose(twice, longer, atol=1e-5)


def test_parts_that_cancel_out_are_no_trouble():
    header = unit(1, 1)[0]
    assert np.isfinite(composed(header, -header[None], [160])).all()


def test_the_bundled_embedder_composes():
    assert isinstance(embedder_for("minilm", ModelThread(), "cpu"), Composer)


def test_what_composed_vectors_have_in_common_is_found_by_document(base, folder, embedder):
    from phitui.workshop.embedder.common import common

    library = open_library(base, embedder)
    statuses(library, folder / "whales.txt", words_only=True)
    one = common(library, embedder)
    hits = library.whole(library.find("whales").document_id)
    read = embedder.embed([hit.headed for hit in hits])
    wanted = []
    for hit in hits:
        parts = [each.text for each in library.sentences(hit)]
        wanted.append(mixed(embedder.embed([hit.header])[0], embedder.embed(parts), [len(each) for each in parts]))
    np.testing.assert_allclose(one, np.mean(np.stack(wanted) - read, 0), atol=1e-5)
    library.close()
