"""The best sentences, each with its own page, before (or instead of) the model's prose."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from phitui.documents.document import Span
from phitui.events import Quote
from phitui.library.ranking import Query
from phitui.library.records import Hit, StoredSentence
from phitui.library.words import count_words, coverage, pairs, stems

QUOTED_PASSAGES = 5
"""Passages whose sentences are candidates."""
QUOTES = 3
"""Quotes that are shown."""
QUOTE_CHARACTERS = 400
"""A quote is a sentence or two, never longer."""
FEWEST_WORDS = 4
"""A "sentence" with fewer words is a heading or a stub and is not quoted."""

WEIGHTS = {
    "meaning": 4.0,
    "words": 3.4,
    "pairs": 0.85,
    "passage": 0.6,
    "rank": 0.55,
    "around": 2.8,
    "length": 1.1,
    "number": 1.3,
}
"""Weight of each signal of a sentence: fitted listwise on half of the articles of a public question set (first quote
holds the answer .758 there, .767 on the other half)."""

_WANTS_NUMBER = re.compile(
    r"\b(when|how (many|much|long|old|far|tall|big)|what (year|percent\w*|date|time)|year)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be quoted, with its signals."""

    hit: Hit
    ordinal: int
    """Place among the document's sentences."""
    sentence: StoredSentence
    signals: dict[str, float]
    score: float


def candidates(
    query: Query, hits: Sequence[Hit], sentences_of: Callable[[Hit], Sequence[StoredSentence]]
) -> list[Candidate]:
    """Sentences of the passages, best first, each once."""
    found: dict[tuple[int, int], Candidate] = {}
    best = max((hit.score for hit in hits), default=0.0)
    wants_number = bool(_WANTS_NUMBER.search(query.text))
    for hit in hits:
        sentences = sentences_of(hit)
        rows = [stems(sentence.text) for sentence in sentences]
        for i, sentence in enumerate(sentences):
            if count_words(sentence.text) < FEWEST_WORDS:
                continue
            near = {stem for row in rows[max(0, i - 1) : i + 2] for stem in row}
            cosine = 0.0
            if query.vector is not None and sentence.vector is not None:
                cosine = float(query.vector @ sentence.vector)
            signals = {
                "meaning": cosine,
                "words": coverage(query.stems, set(rows[i]), query.rarity),
                "pairs": len(query.pairs & pairs(rows[i])) / len(query.pairs) if query.pairs else 0.0,
                "passage": hit.score - best,
                "rank": 1 / max(1, hit.rank),
                "around": coverage(query.stems, near, query.rarity),
                "length": min(len(sentence.text), QUOTE_CHARACTERS) / QUOTE_CHARACTERS,
                "number": float(wants_number and any(map(str.isdigit, sentence.text))),
            }
            score = sum(WEIGHTS[name] * value for name, value in signals.items())
            key = (hit.document_id, hit.first_sentence + i)
            if key not in found or found[key].score < score:
                found[key] = Candidate(hit, key[1], sentence, signals, score)
    return sorted(found.values(), key=lambda each: -each.score)


def quotes(
    query: Query, hits: Sequence[Hit], sentences_of: Callable[[Hit], Sequence[StoredSentence]], count: int = QUOTES
) -> list[Quote]:
    """The `count` best sentences as quotes, best first; the first one with its better neighbour, where that fits."""
    found = candidates(query, hits[:QUOTED_PASSAGES], sentences_of)
    if not found:
        return []
    partner = _partner(found[0], found[1:])
    first = _joined(found[0], partner) if partner else None
    chosen = [first or _quote(found[0])]
    chosen += [_quote(each) for each in found[1:] if first is None or each is not partner]
    return chosen[:count]


def _partner(best: Candidate, others: Sequence[Candidate]) -> Candidate | None:
    """The better of the sentences before and after it, where both together are short enough."""
    for other in others:
        beside = abs(other.ordinal - best.ordinal) == 1 and other.hit.document_id == best.hit.document_id
        if beside and len(other.sentence.text) + len(best.sentence.text) < QUOTE_CHARACTERS:
            return other
    return None


def _joined(one: Candidate, other: Candidate) -> Quote | None:
    """Both sentences as one verbatim slice; None where no passage at hand holds both."""
    first, second = sorted((one, other), key=lambda each: each.ordinal)
    for hit in (one.hit, other.hit):
        text = together(hit, first.sentence, second.sentence)
        if text is not None:
            begin, end = first.sentence.span, second.sentence.span
            span = Span(begin.page, begin.start, end.page_end, end.end)
            return replace(_quote(one), text=text, span=span, page_label=_label(hit, span), ocr=_ocr(hit, span))
    return None


def together(hit: Hit, first: StoredSentence, second: StoredSentence) -> str | None:
    """Two sentences and what is between them, as they stand in the passage; None where they are no neighbours."""
    start = hit.text.find(first.text)
    follows = hit.text.find(second.text, start + len(first.text))
    if start < 0 or follows < 0 or hit.text[start + len(first.text) : follows].strip():
        return None
    return hit.text[start : follows + len(second.text)]


def _quote(candidate: Candidate) -> Quote:
    hit, sentence = candidate.hit, candidate.sentence
    return Quote(
        text=sentence.text[:QUOTE_CHARACTERS],
        passage_id=hit.passage_id,
        document_id=hit.document_id,
        title=hit.title,
        path=hit.path,
        span=sentence.span,
        page_label=_label(hit, sentence.span),
        score=candidate.score,
        ocr=_ocr(hit, sentence.span),
    )


def _ocr(hit: Hit, span: Span) -> str | None:
    return hit.ocr if any(span.page <= page <= span.page_end for page in hit.ocr_pages) else None


def _label(hit: Hit, span: Span) -> str | None:
    return hit.page_label if hit.span.page == span.page else None
