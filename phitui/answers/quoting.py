"""The best sentences, each with its own page, before (or instead of) the model's prose."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from phitui.documents.document import Span
from phitui.events import Quote
from phitui.library.ranking import Query
from phitui.library.records import Hit, StoredSentence
from phitui.library.words import coverage, pairs, stems

QUOTED_PASSAGES = 5
"""Passages whose sentences are candidates."""
QUOTES = 3
"""Quotes that are shown."""
QUOTE_CHARACTERS = 400
"""A quote is a sentence or two, never longer."""

WEIGHTS = {"meaning": 1.0, "words": 1.0, "pairs": 0.5, "passage": 0.5, "rank": 0.3}
"""Weight of each signal of a sentence."""
SHORT_WORDS = 4
"""A "sentence" with fewer words is a heading or a stub and is not quoted."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be quoted, with its signals."""

    hit: Hit
    sentence: StoredSentence
    signals: dict[str, float]
    score: float


def candidates(
    query: Query, hits: Sequence[Hit], sentences_of: Callable[[Hit], Sequence[StoredSentence]]
) -> list[Candidate]:
    """Sentences of the first passages, best first, each once."""
    found: dict[tuple[int, Span], Candidate] = {}
    best = max((hit.score for hit in hits[:QUOTED_PASSAGES]), default=1.0)
    for hit in hits[:QUOTED_PASSAGES]:
        for sentence in sentences_of(hit):
            row = stems(sentence.text)
            if len(sentence.text.split()) < SHORT_WORDS:
                continue
            cosine = 0.0
            if query.vector is not None and sentence.vector is not None:
                cosine = float(query.vector @ sentence.vector)
            signals = {
                "meaning": cosine,
                "words": coverage(query.stems, set(row), query.rarity),
                "pairs": len(query.pairs & pairs(row)) / len(query.pairs) if query.pairs else 0.0,
                "passage": hit.score - best,
                "rank": 1 / max(1, hit.rank),
            }
            score = sum(WEIGHTS[name] * value for name, value in signals.items())
            key = (hit.document_id, sentence.span)
            if key not in found or found[key].score < score:
                found[key] = Candidate(hit, sentence, signals, score)
    return sorted(found.values(), key=lambda each: -each.score)


def quotes(
    query: Query, hits: Sequence[Hit], sentences_of: Callable[[Hit], Sequence[StoredSentence]], count: int = QUOTES
) -> list[Quote]:
    """The `count` best sentences as quotes, best first."""
    found = candidates(query, hits, sentences_of)[:count]
    return [
        Quote(
            text=each.sentence.text[:QUOTE_CHARACTERS],
            passage_id=each.hit.passage_id,
            document_id=each.hit.document_id,
            title=each.hit.title,
            path=each.hit.path,
            span=each.sentence.span,
            page_label=each.hit.page_label if each.hit.span.page == each.sentence.span.page else None,
            score=each.score,
        )
        for each in found
    ]
