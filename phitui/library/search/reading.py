"""What reads texts beside one another where a library is searched: questions with sentences, sources with claims."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from phitui.documents.language import language_of_question
from phitui.library.embedder import Aligner, ClaimChecker, CloseReader, Embedder, ReadClaims, WordVectors
from phitui.library.search.ranking import Query
from phitui.records import Hit

ALIGNED = 10
"""Passages that are compared with a question word by word."""
ALIGNED_WEIGHT = 100.0
"""Of the signal "aligned". Chosen on made-up pages in four languages: from 80 to 300 the same passages come first."""


class Reading(ABC):
    """Has an embedder, which may read closely itself."""

    def __init__(self) -> None:
        self.close_reader: Callable[[], CloseReader | None] = lambda: None
        """Gives what reads closely where the embedder does not; called at every answer."""
        self.checker: Callable[[], ClaimChecker | None] = lambda: None
        """Gives what reads a text and a claim together; called at every answer."""

    @property
    @abstractmethod
    def _embedder(self) -> Embedder | None:
        """The one that searches."""

    def words(self, texts: Sequence[str]) -> list[WordVectors] | None:
        """The words of a question and of short texts with their vectors; None as `answers`. Raises ModelError."""
        reader = self._reader(texts[0])
        return reader.words(texts) if reader is not None else None

    def answers(self, question: str, sentences: Sequence[str]) -> list[float] | None:
        """Log-odds that each sentence answers the question; None where nothing can tell. Raises ModelError."""
        reader = self._reader(question)
        return reader.answers(question, sentences) if reader is not None else None

    def _reader(self, question: str) -> CloseReader | None:
        """What reads it closely: English alone."""
        embedder = self._embedder
        if embedder is None or language_of_question(question) not in ("", "en"):
            return None
        return embedder if isinstance(embedder, CloseReader) else self.close_reader()

    def aligned(self, query: Query, hits: list[Hit]) -> list[Hit]:
        """The first hits compared with the question word by word, where it or the best of them is not in English.

        English has weights of its own. Raises ModelError.
        """
        embedder = self._embedder
        english = query.asked_in in ("", "en") and not (hits and hits[0].language not in ("", "en"))
        if query.vector is None or query.literal or english or not isinstance(embedder, Aligner):
            return hits
        first = hits[:ALIGNED]
        told = embedder.aligned(query.text, [hit.headed for hit in first], query.asked_in or "en")
        found = [
            replace(hit, signals={**hit.signals, "aligned": value}, score=hit.score + ALIGNED_WEIGHT * value)
            for hit, value in zip(first, told, strict=True)
        ]
        found.sort(key=lambda hit: (-hit.score, hit.rank))
        return [replace(hit, rank=rank) for rank, hit in enumerate([*found, *hits[ALIGNED:]], 1)]

    def claim_reader(self) -> ReadClaims | None:
        """Reads pairs of a text and a claim (see `ClaimChecker.read`); None where there is no model for it."""
        checker = self.checker()
        return checker.read if checker is not None else None

    def claim_fit(self) -> Mapping[str, Any] | None:
        """Weights and thresholds of the reader of claims, where it has its own."""
        checker = self.checker()
        return checker.fitted if checker is not None else None
