"""The order of the best candidates: a linear score of cheap signals, each of them visible in `Hit.signals`.

Weights were fitted listwise (softmax over the candidates of a question) on half of the articles of a public
question set and checked on the other half; see `WEIGHTS`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from phitui.library.records import Hit, StoredSentence
from phitui.library.words import coverage, pairs, stems

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RANKED = 25
"""Candidates that are scored by signals; the rest keep their fused order behind them."""

WEIGHTS = {
    "fused": 3.6,
    "meaning": 1.4,
    "words": 2.8,
    "pairs": 2.4,
    "sentence": 5.1,
}
"""Weight of each signal in the score."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question, prepared once: stems, their rarity, word pairs, unit vector (None while there is no embedder)."""

    text: str
    stems: tuple[str, ...]
    rarity: dict[str, float]
    """Stem → inverse document frequency in this library, natural logarithm."""
    pairs: frozenset[tuple[str, str]]
    vector: "NDArray[np.float32] | None" = field(default=None, compare=False)

    @classmethod
    def of(
        cls, text: str, rarity: Callable[[Sequence[str]], dict[str, float]], vector: "NDArray[np.float32] | None"
    ) -> "Query":
        found = tuple(stems(text)) or tuple(stems(text, keep_stop_words=True))
        return cls(text, found, rarity(found), frozenset(pairs(found)), vector)


def sentence_scores(query: Query, sentences: Sequence[StoredSentence]) -> list[tuple[float, float]]:
    """(cosine, coverage) of the query with each sentence; cosine 0 where a vector is missing."""
    scores = []
    for sentence in sentences:
        cosine = 0.0
        # Of different lengths only while another embedder takes over.
        if query.vector is not None and sentence.vector is not None and len(query.vector) == len(sentence.vector):
            cosine = float(query.vector @ sentence.vector)
        scores.append((cosine, coverage(query.stems, set(stems(sentence.text)), query.rarity)))
    return scores


def rank(query: Query, hits: Sequence[Hit], sentences_of: Callable[[Hit], Sequence[StoredSentence]]) -> list[Hit]:
    """The hits in their final order, ranks and scores set, signals filled in for the first RANKED of them."""
    scored = []
    for hit in hits[:RANKED]:
        row = stems(hit.header + "\n" + hit.text)
        near = pairs(row)
        signals = {
            "fused": hit.fused or 0.0,
            "meaning": hit.dense or 0.0,
            "words": coverage(query.stems, set(row), query.rarity),
            "pairs": len(query.pairs & near) / len(query.pairs) if query.pairs else 0.0,
            "sentence": max((sum(pair) for pair in sentence_scores(query, sentences_of(hit))), default=0.0),
        }
        score = sum(WEIGHTS[name] * value for name, value in signals.items())
        scored.append(replace(hit, signals=signals, score=score))
    scored.sort(key=lambda hit: (-hit.score, hit.passage_id))
    last = scored[-1].score if scored else 0.0
    tail = [replace(hit, score=min(last, 0.0) - 1 + (hit.fused or 0.0)) for hit in hits[RANKED:]]
    return [replace(hit, rank=place) for place, hit in enumerate([*scored, *tail], 1)]
