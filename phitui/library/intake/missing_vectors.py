"""Makes the vectors that are missing, saved batch by batch.

Sentences first where the embedder composes passages of them; else passages first, then sentences.
"""

from collections.abc import Iterable, Iterator, Sequence
from threading import Event as ThreadEvent
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from phitui.events import PassagesEmbedded
from phitui.library.embedder import Composer, Embedder
from phitui.library.intake.composing import composable
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
    filling = _Filling(vectors, embedder, cancel)
    if not filling.missing:
        return
    yield filling.told()
    if isinstance(embedder, Composer):
        # What it leaves, such as a passage that has no sentence, is read as by any other embedder.
        yield from filling.compose(embedder, vectors.documents_to_compose())
        for window in _sentences(vectors):
            yield from filling.sentences([window])
            yield from filling.compose(embedder, dict.fromkeys(row.document_id for row in window))
    yield from filling.passages(_passages(vectors))
    yield from filling.sentences(_sentences(vectors))


class _Filling:
    """One run, and how far it is."""

    def __init__(self, vectors: Vectors, embedder: Embedder, cancel: ThreadEvent):
        self._vectors, self._embedder, self._cancel = vectors, embedder, cancel
        self._done, self._total, self._sentences_done, self._sentences_total = vectors.counts()
        self._size, self._made = BatchSize(), MadeVectors(embedder)

    @property
    def missing(self) -> bool:
        return (self._done, self._sentences_done) != (self._total, self._sentences_total)

    def told(self) -> PassagesEmbedded:
        return PassagesEmbedded(self._done, self._total, self._sentences_done, self._sentences_total)

    def passages(self, windows: Iterable[Sequence[MissingPassage]]) -> Iterator[PassagesEmbedded]:
        """Reads passages under their headers."""
        for rows in self._batches(windows) if self._done < self._total else ():
            self._vectors.put_passages(rows, self._embed([row.text for row in rows]))
            self._done += len(rows)
            yield self.told()

    def sentences(self, windows: Iterable[Sequence[MissingSentence]]) -> Iterator[PassagesEmbedded]:
        """Reads sentences."""
        for rows in self._batches(windows):
            self._vectors.put_sentences(rows, self._embed([row.text for row in rows]))
            self._sentences_done += len(rows)
            yield self.told()

    def compose(self, composer: Composer, documents: Iterable[int]) -> Iterator[PassagesEmbedded]:
        """Makes the vectors of the passages of these documents all of whose sentences have one."""
        import numpy as np

        for parts in composable(self._vectors, documents):
            if self._cancel.is_set():
                return
            headers = dict.fromkeys(each.row.header for each in parts)
            at = dict(zip(headers, self._made.embed(list(headers))[0], strict=True))
            vectors = [composer.composed(at[each.row.header], each.vectors, each.lengths) for each in parts]
            self._vectors.put_passages([each.row for each in parts], np.stack(vectors))
            self._done += len(parts)
            yield self.told()

    def _batches(self, windows: Iterable[Sequence[Row]]) -> Iterator[Sequence[Row]]:
        """The rows of each window sorted by length, so that identical texts fall into one batch too."""
        for window in windows:
            ordered = sorted(window, key=lambda row: (len(row.text), row.text))
            start = 0
            while start < len(ordered):
                if self._cancel.is_set():
                    return
                batch = ordered[start : start + self._size.texts]
                start += len(batch)
                yield batch

    def _embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Vectors of the texts in order."""
        started, loaded = monotonic(), self._embedder.ready
        rows, count = self._made.embed(texts)
        if loaded or not count:  # else the time is that of loading the model
            self._size.took(monotonic() - started)
        return rows


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
