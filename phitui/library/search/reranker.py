"""The best candidates in the order that a reranker's scores make of them."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from phitui.errors import PhituiError
from phitui.records import Hit

RERANKED = 20
"""Candidates that are scored: below them the right passage is rare, and each costs a reading of its text."""
RERANK_WEIGHT = 4.0
"""Of the scores, scaled to 0-1 over the candidates: like that of `fused` in `ranking.WEIGHTS`. Not fitted: a base
model fused with BM25 took .8 of the sum (arXiv 2310.13243), but these candidates are ordered better than by BM25."""

_log = logging.getLogger(__name__)


class Reranker(Protocol):
    """Reads question and passage together: slow, and better than any vector."""

    name: str

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """One for each text, higher is better. Raises PhituiError."""
        ...


def reranked(question: str, hits: Sequence[Hit], reranker: Reranker) -> list[Hit]:
    """The hits with `rerank` and a signal of that name set for the first RERANKED, in the order that follows.

    Where the reranker fails, the order stays as it was: a search must not fail for its last touch.
    """
    best = list(hits[:RERANKED])
    try:
        scores = reranker.scores(question, [hit.headed for hit in best])
    except PhituiError as error:
        _log.warning("not reranked: %s", error.message)
        return list(hits)
    low, high = min(scores, default=0.0), max(scores, default=0.0)
    scored = []
    for hit, score in zip(best, scores, strict=True):
        share = (score - low) / (high - low) if high > low else 0.0
        signals = {**hit.signals, "rerank": share}
        # Only ever added, so that nothing falls behind candidates that were not scored.
        scored.append(replace(hit, rerank=score, signals=signals, score=hit.score + RERANK_WEIGHT * share))
    scored.sort(key=lambda hit: (-hit.score, hit.passage_id))
    return [replace(hit, rank=place) for place, hit in enumerate([*scored, *hits[RERANKED:]], 1)]
