"""Makes the vectors that are missing: passages first, then sentences, saved batch by batch."""

from collections.abc import Iterable, Iterator, Sequence
from threading import Event as ThreadEvent
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from phitui.events import PassagesEmbedded
from phitui.library.embedder import Embedder
from phitui.library.intake.made_vectors import MadeVectors
from phitui.library.store.vectors import MissingPassage, MissingSentence, Vectors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Row = TypeVar("Row", MissingPassage, MissingSentence)

WINDOW = 2048
"""Texts that are sorted by length together: batches of like lengths waste little on padding."""
FIRST_BATCH = 16
"""Texts in the first batch; the embedder divides it further to suit its device."""
BATCH_SECONDS = 0.5
"""How long a batch should take: it is saved in one transaction, and a cancel or a kill loses as much."""


class BatchSize:
    """Texts a batch: doubled while batches are quick (a GPU), halved when they are slow."""

    def __init__(self) -> None:
        self.texts = FIRST_BATCH

    def took(self, seconds: float) -> None:
        """Learns from the last batch."""
        if seconds < BATCH_SECONDS / 2:
            self.texts = min(WINDOW, self.texts * 2)
        elif seconds > BATCH_SECONDS * 2:
            self.texts = max(1, self.texts // 2)


def embed_missing(vectors: Vectors, embedder: Embedder, cancel: ThreadEvent) -> Iterator[PassagesEmbedded]:
    """Yields at the start and after every batch; ends early when cancelled, and yields nothing if nothing is missing.

    What was saved is not made again. Raises LibraryError, and what the embedder raises.
    """
    done, total, sentences_done, sentences_total = vectors.counts()
    if (done, sentences_done) == (total, sentences_total):
        return
    yield PassagesEmbedded(done, total, sentences_done, sentences_total)
    size, made = BatchSize(), MadeVectors(embedder)
    for passages in _batches(_passages(vectors) if done < total else (), size):
        if cancel.is_set():
            return
        vectors.put_passages(passages, _embed(made, embedder, [row.text for row in passages], size))
        done += len(passages)
        yield PassagesEmbedded(done, total, sentences_done, sentences_total)
    for sentences in _batches(_sentences(vectors), size):
        if cancel.is_set():
            return
        vectors.put_sentences(sentences, _embed(made, embedder, [row.text for row in sentences], size))
        sentences_done += len(sentences)
        yield PassagesEmbedded(done, total, sentences_done, sentences_total)


def _passages(vectors: Vectors) -> Iterator[Sequence[MissingPassage]]:
    """Passages without a vector, a window at a time."""
    after = vectors.before_missing()
    while window := vectors.passages_without(WINDOW, after):
        after = window[-1].passage_id
        yield window


def _sentences(vectors: Vectors) -> Iterator[Sequence[MissingSentence]]:
    """Sentences without a vector, a window at a time; small documents share one."""
    window: list[MissingSentence] = []
    for document in vectors.documents_without_sentences():
        after = -1
        while some := vectors.sentences_without(document, WINDOW, after):
            after = some[-1].ordinal
            window += some
            if len(window) >= WINDOW:
                yield window
                window = []
    if window:
        yield window


def _batches(windows: Iterable[Sequence[Row]], size: BatchSize) -> Iterator[Sequence[Row]]:
    """The rows of each window sorted by length, so that identical texts fall into one batch too."""
    for window in windows:
        ordered = sorted(window, key=lambda row: (len(row.text), row.text))
        start = 0
        while start < len(ordered):
            batch = ordered[start : start + size.texts]
            start += len(batch)
            yield batch


def _embed(made: MadeVectors, embedder: Embedder, texts: Sequence[str], size: BatchSize) -> "NDArray[np.float32]":
    """Vectors of the texts in order."""
    started, loaded = monotonic(), embedder.ready
    rows, count = made.embed(texts)
    if loaded or not count:  # else the time is that of loading the model
        size.took(monotonic() - started)
    return rows
