"""Another embedder is built beside the old one and takes over when it is complete, whatever happens in between."""

import os
import signal
import subprocess
import sys
from threading import Event as ThreadEvent

import numpy as np
import pytest

from phitui.errors import ModelError, UsageError
from phitui.events import EmbedderChanged, PassagesEmbedded
from phitui.library.intake import missing_vectors
from tests.library.made import DIMENSION, HashingEmbedder, open_library, statuses, texts, vectors_missing

OLD, NEW = "old words", "new words"


class OtherEmbedder(HashingEmbedder):
    """Its vectors are longer, so that those of another cannot be taken for them."""

    dimension = DIMENSION * 2

    def embed(self, given, *, urgent=False, asked=False):
        rows = super().embed(given)
        return np.concatenate([rows, rows], 1) / np.sqrt(2)


def opened(base, wanted=NEW):
    """The library with the embedder `wanted`; the other one can be found by its name."""
    made = {}

    def other(name):
        if name not in (OLD, NEW):
            raise ModelError("It is not on disk.")
        return made.setdefault(name, (OtherEmbedder if name == NEW else HashingEmbedder)(name))

    library = open_library(base, other(wanted), others=other)
    vars(library)["made"] = made
    return library


@pytest.fixture
def base(tmp_path, folder):
    """A library that was embedded with OLD."""
    library = opened(tmp_path / "library", OLD)
    statuses(library, folder)
    library.close()
    return tmp_path / "library"


def state(library):
    """Name → (passages, sentences, searches, wanted)."""
    return {row.name: (row.passages, row.sentences, row.searches, row.wanted) for row in library.embedders()}


def stop_after(library, batches):
    """Embeds, cancelled after so many batches."""
    cancel = ThreadEvent()
    for number, _ in enumerate(library.embed_missing(cancel), 1):
        if number > batches:
            cancel.set()


def test_the_old_one_searches_until_the_new_one_is_complete(base, monkeypatch):
    monkeypatch.setattr(missing_vectors, "FIRST_BATCH", 1)
    library = opened(base)
    assert state(library) == {OLD: (6, 10, True, False), NEW: (0, 0, False, True)}
    assert library._embedder.name == OLD
    assert library.query("krill").vector.shape == (DIMENSION,)
    found = texts(library, "krill")
    stop_after(library, 1)
    done = state(library)[NEW]
    assert 0 < done[0] < 6 and not done[2]
    assert texts(library, "krill") == found
    events = list(library.embed_missing())
    assert [event for event in events if isinstance(event, EmbedderChanged)] == [EmbedderChanged(NEW, OLD)]
    assert events[0].done == done[0], "what was made is not made again"
    assert state(library) == {OLD: (6, 10, False, False), NEW: (6, 10, True, True)}
    assert library.query("krill").vector.shape == (2 * DIMENSION,)
    assert texts(library, "krill") == found
    library.close()


def test_an_interrupted_change_goes_on_at_the_next_start(base, monkeypatch):
    monkeypatch.setattr(missing_vectors, "FIRST_BATCH", 1)
    library = opened(base)
    stop_after(library, 1)
    done = state(library)[NEW][0]
    library.close()
    library = opened(base)
    assert library._embedder.name == OLD
    assert next(each for each in library.embed_missing() if isinstance(each, PassagesEmbedded)).done == done > 0
    list(library.embed_missing())
    library.close()
    library = opened(base)
    assert library._embedder.name == NEW
    assert vectors_missing(library) == 0
    library.close()


CHILD = """
import sys
from pathlib import Path
from phitui.library.intake import missing_vectors
from phitui.library.store import database
from tests.library.adding import _Fatal
from tests.library.test_embedders import opened
missing_vectors.FIRST_BATCH = 2
real, left = database.Database.transaction, int(sys.argv[2])
def counted(self):
    global left
    left -= 1
    return _Fatal(real(self)) if left == 0 else real(self)
library = opened(Path(sys.argv[1]))
database.Database.transaction = counted
list(library.embed_missing())
"""


@pytest.mark.parametrize("transaction", [1, 2, 3, 4])
def test_a_kill_in_the_middle_of_a_change_is_survived(base, transaction):
    command = [sys.executable, "-c", CHILD, str(base), str(transaction)]
    killed = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, env=os.environ)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    library = opened(base)
    assert library._store.database.rows("PRAGMA integrity_check") == [("ok",)]
    assert library._embedder.name == OLD
    assert "Krill" in texts(library, "krill")[0]
    list(library.embed_missing())
    assert state(library) == {OLD: (6, 10, False, False), NEW: (6, 10, True, True)}
    assert "Krill" in texts(library, "krill")[0]
    library.close()


def test_what_is_added_meanwhile_is_found_by_the_old_one_too(base, folder):
    for number in range(20):
        (folder / f"more-{number}.txt").write_text(f"Number {number} is prime. Number {number} is not.")
    library = opened(base, OLD)
    statuses(library, folder)
    library.close()
    library = opened(base)
    (folder / "ferns.txt").write_text("Ferns have no flowers.")
    made = list(library.add([folder], words_only=True))
    assert made
    events = library.embed_missing()
    next(event for event in events if isinstance(event, PassagesEmbedded))
    next(events)
    events.close()
    assert library._embedder.name == OLD
    assert state(library)[OLD][0] == sum(document.passages for document in library.documents())
    library.close()


def test_an_old_one_that_never_got_far_is_not_completed_first(tmp_path, folder, monkeypatch):
    monkeypatch.setattr(missing_vectors, "FIRST_BATCH", 1)
    library = opened(tmp_path / "library", OLD)
    statuses(library, folder, words_only=True)
    stop_after(library, 1)
    few = state(library)[OLD][0]
    library.close()
    library = opened(tmp_path / "library")
    list(library.embed_missing())
    assert (state(library)[OLD][0], library._embedder.name) == (few, NEW)
    library.close()


def test_the_old_vectors_are_kept_until_they_are_dropped(base):
    library = opened(base)
    with pytest.raises(UsageError, match="what searches"):
        library.drop_embedder(OLD)
    list(library.embed_missing())
    assert library.drop_embedder("OLD").name == OLD
    assert state(library) == {NEW: (6, 10, True, True)}
    database = library._store.database
    assert database.row("SELECT count(*) FROM passage_vectors") == (6,)
    assert len(list((base / "cache").glob("*.faiss"))) == 1
    with pytest.raises(UsageError, match="No embedder"):
        library.drop_embedder(OLD)
    library.close()


def test_going_back_costs_nothing_while_the_vectors_are_kept(base):
    library = opened(base)
    list(library.embed_missing())
    library.close()
    library = opened(base, OLD)
    assert library._embedder.name == OLD
    assert not [event for event in library.embed_missing() if isinstance(event, PassagesEmbedded)]
    library.close()


def test_an_old_one_whose_model_is_gone_is_replaced_by_words(base):
    library = open_library(base, HashingEmbedder("a third"), others=None)
    assert library._embedder.name == "a third"
    assert "Krill" in texts(library, "krill")[0]
    assert [row.searches for row in library.embedders() if row.name == "a third"] == [True]
    library.close()


def test_two_processes_see_each_others_change(base):
    one, other = opened(base), opened(base)
    assert other.query("krill").vector.shape == (DIMENSION,)
    list(one.embed_missing())
    assert other.query("krill").vector.shape == (2 * DIMENSION,)
    assert "Krill" in texts(other, "krill")[0]
    one.drop_embedder(OLD)
    assert state(other) == {NEW: (6, 10, True, True)}
    one.close()
    other.close()


def test_a_question_from_before_the_change_is_answered_after_it(base):
    library = opened(base)
    query = library.query("krill")
    list(library.embed_missing())
    library.query("another")
    assert "Krill" in library.search(query)[0].text
    library.close()


class LearningEmbedder(HashingEmbedder):
    """Subtracts the mean of what it was fitted on."""

    fits = 0

    def fit(self, given):
        self.fits += 1
        return super().embed(given).mean(0).astype("<f4").tobytes()

    def restore(self, learnt):
        self.mean = np.frombuffer(learnt, "<f4")

    def embed(self, given, *, urgent=False, asked=False):
        rows = super().embed(given) - self.mean
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_what_an_embedder_learns_of_a_library_is_stored_with_it(tmp_path, folder):
    library = open_library(tmp_path / "library", LearningEmbedder("learning"))
    statuses(library, folder)
    vector = library.query("krill").vector
    library.close()
    again = LearningEmbedder("learning")
    library = open_library(tmp_path / "library", again)
    np.testing.assert_array_equal(library.query("krill").vector, vector)
    (folder / "more.txt").write_text("Ferns have no flowers.")
    statuses(library, folder)
    assert again.fits == 0
    library.close()
