"""The order of the best candidates: a linear score of cheap signals, each of them visible in `Hit.signals`.

Passages overlap, so the best sentence of one is often that of its neighbour too: a passage is worth less when what
speaks for it has been shown already.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from phitui.library.records import Hit, StoredSentence
from phitui.library.related import related
from phitui.library.words import coverage, pairs, stems, topics

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RANKED = 25
"""Candidates that are scored by signals; the rest keep their fused order behind them."""

WEIGHTS = {
    "fused": 3.77,
    "meaning": 1.10,
    "words": 3.24,
    "pairs": 2.36,
    "sentence": 4.50,
    "closest": 2.40,
}
"""Weight of each signal in the score. Fitted listwise (softmax over the candidates of a question) on 12 articles of a
public question set: recall@1/3/5 there .888/.966/.978, on the other 12 articles .875/.955/.975."""
NOVELTY = 6.0
"""What a passage loses for each point by which its best sentence is better than its best unseen one."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question, prepared once: stems, their rarity, word pairs, unit vector (None while there is no embedder)."""

    text: str
    stems: tuple[str, ...]
    rarity: dict[str, float]
    """Stem → inverse document frequency in this library, natural logarithm."""
    pairs: frozenset[tuple[str, str]]
    related: dict[str, dict[str, float]]
    """Stem → what counts for it in its place, and how much."""
    vector: "NDArray[np.float32] | None" = field(default=None, compare=False)

    @classmethod
    def of(
        cls, text: str, rarity: Callable[[Sequence[str]], dict[str, float]], vector: "NDArray[np.float32] | None"
    ) -> "Query":
        found = tuple(topics(text))
        return cls(text, found, rarity(found), frozenset(pairs(found)), related(found), vector)

    def cosine(self, sentence: StoredSentence) -> float:
        """Of question and sentence; 0 where a vector is missing."""
        # Of different lengths only while another embedder takes over.
        if self.vector is None or sentence.vector is None or len(self.vector) != len(sentence.vector):
            return 0.0
        return float(self.vector @ sentence.vector)


@dataclass(frozen=True, slots=True)
class _Scored:
    hit: Hit
    sentences: dict[int, float]
    """Place in the document → cosine + coverage."""

    def worth(self, shown: set[tuple[int, int]]) -> float:
        """The score, less what is known already."""
        best = max(self.sentences.values(), default=0.0)
        fresh = [score for at, score in self.sentences.items() if (self.hit.document_id, at) not in shown]
        return self.hit.score - NOVELTY * (best - max(fresh, default=0.0))


def rank(query: Query, hits: Sequence[Hit], sentences_of: Callable[[Hit], Sequence[StoredSentence]]) -> list[Hit]:
    """The hits in their final order, ranks and scores set, signals filled in for the first RANKED of them."""
    left = [_scored(query, hit, sentences_of(hit)) for hit in hits[:RANKED]]
    left.sort(key=lambda each: (-each.hit.score, each.hit.passage_id))
    ordered: list[Hit] = []
    shown: set[tuple[int, int]] = set()
    while left:
        best = max(left, key=lambda each: each.worth(shown))
        left.remove(best)
        ordered.append(replace(best.hit, score=best.worth(shown)))
        shown.update((best.hit.document_id, at) for at in best.sentences)
    last = min((hit.score for hit in ordered), default=0.0)
    tail = [replace(hit, score=min(last, 0.0) - 1 + (hit.fused or 0.0)) for hit in hits[RANKED:]]
    return [replace(hit, rank=place) for place, hit in enumerate([*ordered, *tail], 1)]


def _scored(query: Query, hit: Hit, sentences: Sequence[StoredSentence]) -> _Scored:
    row = stems(hit.header + "\n" + hit.text)
    near = pairs(row)
    cosines = [query.cosine(sentence) for sentence in sentences]
    told = [coverage(query.stems, set(stems(each.text)), query.rarity, query.related) for each in sentences]
    both = [one + other for one, other in zip(cosines, told, strict=True)]
    signals = {
        "fused": hit.fused or 0.0,
        "meaning": hit.dense or 0.0,
        "words": coverage(query.stems, set(row), query.rarity, query.related),
        "pairs": len(query.pairs & near) / len(query.pairs) if query.pairs else 0.0,
        "sentence": max(both, default=0.0),
        "closest": max(cosines, default=0.0),
    }
    score = sum(WEIGHTS[name] * value for name, value in signals.items())
    scored = replace(hit, signals=signals, score=score)
    return _Scored(scored, dict(enumerate(both, hit.first_sentence)))
