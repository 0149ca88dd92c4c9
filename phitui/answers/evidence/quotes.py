"""The best sentences, each with its own page, before (or instead of) the model's prose."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from phitui.answers.evidence.answer_kinds import of_kind, singles_out
from phitui.answers.evidence.answerable import is_abroad
from phitui.answers.evidence.stated import asked_labels, headed, heads_in, is_line
from phitui.documents.document import Span
from phitui.documents.tables import BETWEEN_HEADS
from phitui.library.search.furniture import points_elsewhere
from phitui.library.search.ranking import Query
from phitui.library.terms.words import count_words, coverage, pairs
from phitui.records import Hit, Quote, StoredSentence

QUOTED_PASSAGES = 5
"""Passages whose sentences are candidates."""
QUOTES = 3
"""Quotes that are shown."""
QUOTE_CHARACTERS = 400
"""A quote is never longer."""
JOINED_CHARACTERS = 370
"""The best sentence takes up to two neighbours along, as far as they fit into this."""
READ_SENTENCES = 8
"""The best candidates, which are read together with the question where something can."""
SURE = 4.0
"""Log-odds of what is read count no further than this, either way; what is not read counts as surely no answer."""
SHORT_WORDS = 4
"""A line with fewer words may be a fact or a heading: that is told by how it is written."""

WEIGHTS = {
    "meaning": 3.25,
    "words": 1.78,
    "related": 2.49,
    "pairs": 0.81,
    "passage": 0.59,
    "rank": 0.38,
    "around": 1.46,
    "related around": 1.90,
    "kind": 1.63,
    "singled out": 1.0,
    "codes": 2.0,
    "elsewhere": -1.5,
    "label": 1.0,
    "points elsewhere": -2.0,
    "statement": 3.0,
    "cross-encoder": 0.5,
}
"""Weight of each signal of a sentence. Fitted listwise on 12 articles of a public question set; with neighbours joined,
the first quote holds the answer there .847, on the other 12 articles .842; one of three .938 and .931.

Seven are set by hand. A sentence of which a cross-encoder says that it answers comes before one that has the same
words: on sets that it never saw the first quote holds the answer .587 (government reports), .710 (technical pages),
.760 (encyclopedia), .196 (policies) and .625 (manuals) instead of .567, .673, .753, .185 and .614; in the articles
whose questions it was trained on .875 instead of .845. A question about an option is answered where that stands, a
line of a form by what stands on its own page, a label that is asked for by its value, figures by rows of their
statement, a sentence that says "first" says it of what is asked for, and one that only says where to read on answers
little."""

_YEARS = r"(?:19|20)\d\d[-–/](?:19|20)?\d\d\b"
_CODE = rf"(?:[A-Z]{{1,5}}-?\d{{2,}}|(?!{_YEARS})\d{{2,}}[-–/]\d{{2,}}|\d{{5,}})"
_NUMBERED = (
    r"(?:no|nr|num|number|id|ref|reference|code|phone|tel|fax|room|account|iban|vat|version)\b\.?\s*[#№]?\s?\S*\d"
)
_FACT = re.compile(
    r"[^\W\d_][^:：]*[:：]\s*\S*\w|.*\w\W+\w.*[.!。！]['\"”’)\]]*$|[^\W\d_].*\s[-+$€£]?\d\S*\s+\S"
    rf"|[^\W\d_].*\s#?{_CODE}|(?:.*\s)?(?i:{_NUMBERED})|[Bb]y\s+(?=[A-Z])",
    re.DOTALL,
)
"""A label with its value, words that end as a sentence does, words, a number and what it counts, words and a code, or
a byline."""
_ASKED_CODE = re.compile(
    r"(?<![\w-])-{1,2}[a-z][\w-]*|(?<![\w+])[^\W\d_][\w]*(?:\+[\w]+)+|(?<![\w.-])(?=[\w.-]*\d)[^\W\d_][\w.-]*\w"
    r"|(?<!\w)[^\W_]+(?:_[^\W_]+)+|(?<![\w.])\d+(?:[.:/-]\d+)+(?![\w-])",
    re.IGNORECASE,
)
"""An option (-v, --verbose), keys (Ctrl+T), a name with digits (phi-2, F11), a name of code (max_tokens), a number in
parts (clause 3.1, 2024-03-02)."""
_ENDED = re.compile(r"[.!?。！？][\s\"'”’)\]\d]*$|[a-z,;-]$")
_PART = re.compile(
    r"(?:(?:chapters?|sections?|parts?|pages?|pp?|tables?|tab|figures?|figs?|appendix|annex|articles?|art|nos?\.|vol|"
    r"volumes?|titles?|paragraphs?|clauses?|schedules?|exhibits?|notes?|steps?|see|ibid|id|cf|of|and|at|in)\b[\s.:]*|"
    r"(?:\d[\w.-]*|[ivxlc]+|[a-z])\b\W*)+",
    re.IGNORECASE,
)
"""The name of a part of a document, or a reference to one, and nothing else."""

Answers = Callable[[str, Sequence[str]], Sequence[float] | None]
"""Log-odds that sentences answer a question; None where that cannot be told."""


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence that may be quoted, with its signals."""

    hit: Hit
    ordinal: int
    """Place among the document's sentences."""
    sentence: StoredSentence
    heads: str
    """Of the columns above it, where it is the row of a table."""
    signals: dict[str, float]
    score: float


def candidates(
    query: Query, hits: Sequence[Hit], sentences_of: Callable[[Hit], Sequence[StoredSentence]]
) -> list[ScoredSentence]:
    """Sentences of the passages, best first, each once; headings only where there is nothing else."""
    return _scored(query, hits, sentences_of, is_heading) or _scored(query, hits, sentences_of, lambda text, hit: False)


def is_heading(text: str, hit: Hit) -> bool:
    """Whether a line of a passage names what follows instead of saying something."""
    bare = " ".join(text.split()).strip(" #*_:")
    if bare.casefold() in {hit.title.casefold(), *(part.casefold() for part in hit.section.split(" › "))}:
        return True
    if count_words(bare) >= SHORT_WORDS:
        return False
    return bool(_PART.fullmatch(bare)) or not _FACT.match(" ".join(text.split()))


def _elsewhere(query: Query, sentences: Sequence[StoredSentence], rows: Sequence[Sequence[str]]) -> list[float]:
    """Of each line that states a fact: what share of the question's words its passage has on other pages alone."""
    pages: dict[int, set[str]] = {}
    for sentence, row in zip(sentences, rows, strict=True):
        pages.setdefault(sentence.span.page, set()).update(row)
    if len(pages) < 2:
        return [0.0] * len(sentences)
    whole = coverage(query.stems, set().union(*pages.values()), query.rarity)
    shares = {page: whole - coverage(query.stems, there, query.rarity) for page, there in pages.items()}
    return [shares[each.span.page] if is_line(each.text) else 0.0 for each in sentences]


def _codes(question: str) -> list[re.Pattern[str]]:
    """Finds each of the codes that the question names, as it is written there but for case."""
    found = dict.fromkeys(match.group().casefold() for match in _ASKED_CODE.finditer(question))
    return [re.compile(rf"(?<![\w+-]){re.escape(code)}(?![\w+-])", re.IGNORECASE) for code in found]


def _scored(
    query: Query,
    hits: Sequence[Hit],
    sentences_of: Callable[[Hit], Sequence[StoredSentence]],
    left_out: Callable[[str, Hit], bool],
) -> list[ScoredSentence]:
    found: dict[tuple[int, int], ScoredSentence] = {}
    best = max((hit.score for hit in hits), default=0.0)
    codes = _codes(query.text)
    if query.bare is not None and all(hit.document_id == query.bare_in for hit in hits):
        query = query.bare  # among others its name tells its sentences from theirs
    asked = query
    for hit in hits:
        query, sentences = asked.beside(hit), sentences_of(hit)
        heads = list(map(heads_in(hit), (sentence.text for sentence in sentences)))
        rows = [query.stems_of(f"{above} {each.text}") for above, each in zip(heads, sentences, strict=True)]
        # Under "Blue whale", "it eats krill" says who eats.
        header = set(query.stems_of(hit.header))
        elsewhere = _elsewhere(query, sentences, rows)
        for i, sentence in enumerate(sentences):
            if left_out(sentence.text, hit):
                continue
            page = sentence.span.page if is_line(sentence.text) else None  # a form ends with its page
            beside = zip(sentences[max(0, i - 1) : i + 2], rows[max(0, i - 1) : i + 2], strict=True)
            near = header.union(*(row for other, row in beside if page is None or other.span.page == page))
            row = header.union(rows[i])
            signals = {
                "meaning": query.cosine(sentence),
                "words": coverage(query.stems, row, query.rarity),
                "related": query.covered(row),
                "pairs": len(query.pairs & pairs(rows[i])) / len(query.pairs) if query.pairs else 0.0,
                "passage": hit.score - best,
                "rank": 1 / max(1, hit.rank),
                "around": coverage(query.stems, near, query.rarity),
                "related around": query.covered(near),
                "kind": of_kind(query.text, sentence.text),
                "singled out": singles_out(query.text, sentence.text),
                "elsewhere": elsewhere[i],
                "points elsewhere": float(points_elsewhere(query.text, sentence.text)),
                "label": float(any(asked_labels(query, sentence.text))),
                "statement": hit.signals.get("statement", 0.0) if is_line(sentence.text) else 0.0,
                "codes": sum(bool(code.search(sentence.text)) for code in codes) / len(codes) if codes else 0.0,
            }
            score = sum(WEIGHTS[name] * value for name, value in signals.items())
            key = (hit.document_id, hit.first_sentence + i)
            if key not in found or found[key].score < score:
                found[key] = ScoredSentence(hit, key[1], sentence, heads[i], signals, score)
    return sorted(found.values(), key=lambda each: -each.score)


def quotes(
    query: Query,
    hits: Sequence[Hit],
    sentences_of: Callable[[Hit], Sequence[StoredSentence]],
    answers: Answers | None = None,
    count: int = QUOTES,
) -> list[Quote]:
    """The `count` best sentences as quotes, best first; the first one with its better neighbours, where they fit."""
    found = candidates(query, hits[:QUOTED_PASSAGES], sentences_of)
    if not found:
        return []
    if answers is not None and query.vector is not None and not is_abroad(query, hits):
        found = _read(query, found, answers)
    run, first = [found[0]], _quote(found[0])
    for _ in range(2):
        joined = _with_neighbour(run, found)
        if joined is None:
            break
        run, first = joined
    return [first, *(_quote(each) for each in found if each not in run)][:count]


def _read(query: Query, found: Sequence[ScoredSentence], answers: Answers) -> list[ScoredSentence]:
    """The candidates, the first of them read together with the question, best first."""
    texts = [headed(each.heads, each.sentence.text) for each in found[:READ_SENTENCES]]
    told = answers(query.text, texts)
    if told is None:
        return list(found)
    values = [*(max(-SURE, min(SURE, each)) for each in told), *[-SURE] * (len(found) - len(texts))]
    weighed = [
        replace(
            each, signals=each.signals | {"cross-encoder": value}, score=each.score + WEIGHTS["cross-encoder"] * value
        )
        for each, value in zip(found, values, strict=True)
    ]
    return sorted(weighed, key=lambda each: -each.score)


def _with_neighbour(
    run: list[ScoredSentence], others: Sequence[ScoredSentence]
) -> tuple[list[ScoredSentence], Quote] | None:
    """The run of sentences with the better one of those beside it, as one verbatim slice; None where none fits."""
    for other in others:
        if other.hit.document_id != run[0].hit.document_id or "\t" in run[0].sentence.text + other.sentence.text:
            continue  # a row of a table says all that it says
        if other.ordinal == run[0].ordinal - 1:
            longer = [other, *run]
        elif other.ordinal == run[-1].ordinal + 1:
            longer = [*run, other]
        else:
            continue
        first, second = longer[:2] if longer[0] is other else longer[-2:]
        if first.sentence.span.page_end != second.sentence.span.page and not _ENDED.search(first.sentence.text):
            continue  # a form ends with its page
        quote = _joined(longer)
        if quote is not None and len(quote.text) <= JOINED_CHARACTERS:
            return longer, quote
    return None


def _joined(run: Sequence[ScoredSentence]) -> Quote | None:
    """Sentences in their order as one verbatim slice; None where no passage at hand holds them all."""
    for hit in (each.hit for each in run):
        text = together(hit, *(each.sentence for each in run))
        if text is not None:
            begin, end = run[0].sentence.span, run[-1].sentence.span
            span = Span(begin.page, begin.start, end.page_end, end.end)
            best = max(run, key=lambda each: each.score)
            label = hit.label_of(span.page)  # rows of tables, which have heads, are not joined
            return replace(_quote(best), text=text, span=span, page_label=label, ocr=_ocr(hit, span))
    return None


def together(hit: Hit, first: StoredSentence, *following: StoredSentence) -> str | None:
    """Sentences and what is between them, as they stand in the passage; None where they are no neighbours."""
    start = hit.text.find(first.text)
    end = start + len(first.text)
    for sentence in following:
        begin = hit.text.find(sentence.text, end)
        if start < 0 or begin < 0 or hit.text[end:begin].strip():
            return None
        end = begin + len(sentence.text)
    return hit.text[start:end] if start >= 0 else None


def _quote(candidate: ScoredSentence) -> Quote:
    hit, sentence = candidate.hit, candidate.sentence
    return Quote(
        text=sentence.text[:QUOTE_CHARACTERS],
        passage_id=hit.passage_id,
        document_id=hit.document_id,
        title=hit.name,
        path=hit.path,
        span=sentence.span,
        page_label=hit.label_of(sentence.span.page),
        score=candidate.score,
        ocr=_ocr(hit, sentence.span),
        heads="" if all(head in sentence.text for head in candidate.heads.split(BETWEEN_HEADS)) else candidate.heads,
    )


def _ocr(hit: Hit, span: Span) -> str | None:
    return hit.ocr if any(span.page <= page <= span.page_end for page in hit.ocr_pages) else None
