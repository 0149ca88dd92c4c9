"""Makes the vectors that are missing: passages first, then sentences, saved batch by batch."""

from collections.abc import Iterator, Sequence
from threading import Event as ThreadEvent
from typing import TYPE_CHECKING, TypeVar

from phitui.events import PassagesEmbedded
from phitui.library.records import Embedder
from phitui.library.vectors import MissingPassage, MissingSentence, Vectors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Row = TypeVar("Row", MissingPassage, MissingSentence)

WINDOW = 512
"""Texts that are sorted by length together: batches of like lengths waste little on padding."""
BATCH = 32
"""Texts an embedder is given at a time, and saved in one transaction: what a cancel or a kill can cost."""


def embed_missing(vectors: Vectors, embedder: Embedder, cancel: ThreadEvent) -> Iterator[PassagesEmbedded]:
    """Yields after every batch; ends early when cancelled. What was saved is not made again. Raises LibraryError."""
    done, total, sentences_done, sentences_total = vectors.counts()
    if done < total:
        for batch in _passage_batches(vectors):
            if cancel.is_set():
                return
            vectors.put_passages(batch, _embed(embedder, [row.text for row in batch]))
            done += len(batch)
            yield PassagesEmbedded(done, total, sentences_done, sentences_total)
    for document in vectors.documents_without_sentences():
        for sentences in _sentence_batches(vectors, document):
            if cancel.is_set():
                return
            vectors.put_sentences(sentences, _embed(embedder, [row.text for row in sentences]))
            sentences_done += len(sentences)
            yield PassagesEmbedded(done, total, sentences_done, sentences_total)


def _passage_batches(vectors: Vectors) -> Iterator[Sequence[MissingPassage]]:
    after = 0
    while window := vectors.passages_without(WINDOW, after):
        after = window[-1].passage_id
        yield from _sorted_batches(window)


def _sentence_batches(vectors: Vectors, document: int) -> Iterator[Sequence[MissingSentence]]:
    after = -1
    while window := vectors.sentences_without(document, WINDOW, after):
        after = window[-1].ordinal
        yield from _sorted_batches(window)


def _sorted_batches(window: Sequence[Row]) -> Iterator[Sequence[Row]]:
    ordered = sorted(window, key=lambda row: len(row.text))
    for start in range(0, len(ordered), BATCH):
        yield ordered[start : start + BATCH]


def _embed(embedder: Embedder, texts: Sequence[str]) -> "NDArray[np.float32]":
    """Vectors of the texts in order; identical texts are embedded once."""
    distinct = list(dict.fromkeys(texts))
    made = embedder.embed(distinct)
    if len(distinct) == len(texts):
        return made
    places = {text: place for place, text in enumerate(distinct)}
    rows: NDArray[np.float32] = made[[places[text] for text in texts]]
    return rows
