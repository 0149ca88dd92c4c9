"""One question, from its text to a checked answer (DESIGN §3), as a stream of events."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from threading import Event as ThreadEvent
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

from phitui.answers import followup, packing
from phitui.answers.deep_reading import reader
from phitui.answers.evidence import answerable as evidence
from phitui.answers.evidence import quotes
from phitui.answers.evidence.grounding import Grounds
from phitui.answers.given_text import ContextShelf, GivenText
from phitui.errors import UsageError
from phitui.events import (
    AnswerFinished,
    AnswerVerified,
    Event,
    NotInDocuments,
    PassagesRetrieved,
    PromptPacked,
    QueryReady,
    QuotesFound,
    SentencesChecked,
    TokensArrived,
)
from phitui.library.embedder import ReadClaims, WordVectors
from phitui.library.search.ranking import Query
from phitui.models.engine import Engine, Sampling
from phitui.records import CheckedSentence, Citation, Evidence, Hit, PackedPassage, Quote, StoredPage, StoredSentence
from phitui.text import clean, sentences

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONGEST_QUESTION = 4_000
"""Characters. A longer "question" is a document: it belongs in the library."""


@dataclass(frozen=True, slots=True)
class AskOptions:
    """How one question is to be answered. Sets hold passage ids."""

    conversation_id: int | None = None
    parent_id: int | None = None
    query: str | None = None
    """Searched instead of what follow-up condensation makes of the question."""
    pinned: frozenset[int] = frozenset()
    excluded: frozenset[int] = frozenset()
    only: frozenset[int] = frozenset()
    """Answer from these passages and no others."""
    use_documents: bool = True
    passages: int = 10
    sampling: Sampling = field(default_factory=Sampling)
    words_first: bool = True
    """While the embedder loads, show what words alone find."""
    despite_evidence: bool = False
    """Let the model answer from the passages even where nothing speaks to the question."""
    context: tuple[GivenText, ...] = ()
    """Texts handed over for this conversation alone; always in the prompt, as far as they fit."""
    hits: tuple[Hit, ...] = ()
    """Used instead of a search: those of the turn whose prompt was edited, or whose answer goes on."""
    prompt: str | None = None
    """Sent as it is, instead of what packing makes of question and passages."""
    begun: str = ""
    """An answer that was cut off and is to go on."""
    whole: int | None = None
    """A document that is read from its first page to its last, instead of a search."""
    save: bool = True


class Shelf(Protocol):
    """What asking needs of a library."""

    def query(self, text: str, *, by_words: bool = False) -> Query: ...

    def queries(self, texts: Sequence[str]) -> list[Query]: ...

    def search(self, query: Query, k: int) -> list[Hit]: ...

    def passages(self, ids: Sequence[int]) -> list[Hit]: ...

    def whole(self, document_id: int) -> list[Hit]: ...

    def sentences(self, hit: Hit) -> list[StoredSentence]: ...

    def rarity(self, stems: Sequence[str]) -> dict[str, float]: ...

    def spelled(self, text: str) -> str: ...

    def words(self, texts: Sequence[str]) -> Sequence[WordVectors] | None: ...

    def answers(self, question: str, sentences: Sequence[str]) -> Sequence[float] | None: ...

    def claim_reader(self) -> ReadClaims | None: ...

    def page(self, document_id: int, number: int) -> StoredPage: ...

    @property
    def embedder_ready(self) -> bool: ...

    @property
    def threshold(self) -> float | None: ...


def checked_question(question: str) -> str:
    """The question, cleaned. Raises UsageError where it is empty or far too long."""
    question = clean(question).strip()
    if not question:
        raise UsageError("The question is empty: type what you want to know.")
    if len(question) > LONGEST_QUESTION:
        raise UsageError(
            f"The question has {len(question):,} characters, {LONGEST_QUESTION:,} are read at most: "
            "shorten it, or save the text to a file and add that to the library."
        )
    return question


def ask(
    question: str,
    options: AskOptions,
    shelf: Shelf,
    engine: Engine,
    history: Sequence[tuple[str, str]],
    earlier_queries: Sequence[str],
    cancel: ThreadEvent,
) -> Iterator[Event]:
    """Yields the events of DESIGN §3 in order. `history` holds (question, answer) of the turns before."""
    if options.whole is not None:
        yield QueryReady(question)
        yield from reader.read(question, options.whole, shelf, engine, options.sampling, cancel, options.excluded)
        return
    query_text = options.query or shelf.spelled(followup.condense(question, earlier_queries))
    yield QueryReady(query_text, rewritten=query_text != question)
    given: list[Hit] = []
    if options.context:
        shelf = ContextShelf(shelf, options.context)
        given = shelf.given(shelf.query(query_text, by_words=True))
    hits: list[Hit] = []
    kept: list[Hit] = []
    quoted: list[Quote] = []
    if options.use_documents:
        if options.words_first and not shelf.embedder_ready:
            first = _retrieve(query_text, options, shelf, given, by_words=True)
            yield first.event
            early = quotes.quotes(first.query, first.kept, shelf.sentences)
            yield QuotesFound(tuple(_labelled(quote, shelf) for quote in early), by_words_only=True)
        found = _retrieve(query_text, options, shelf, given, by_words=False)
        hits, kept = list(found.event.hits), found.kept
        yield found.event
        quoted = [_labelled(quote, shelf) for quote in quotes.quotes(found.query, kept, shelf.sentences)]
        if not found.speaks:
            yield NotInDocuments(tuple(quoted), found.evidence)
            yield AnswerFinished("", "end", engine.name)
            return
        yield QuotesFound(tuple(quoted))
    if not engine.writes:
        yield from _answer_by_quotation(hits, kept, quoted, engine)
        return
    if options.prompt is not None:
        packed = packing.repack(engine, options.prompt, hits, shelf.sentences, options.sampling.max_tokens)
    else:
        packed = packing.pack(
            engine,
            question,
            hits,
            shelf.sentences,
            history=history,
            pinned=options.pinned | options.only | {hit.passage_id for hit in given},
            excluded=options.excluded,
            max_tokens=options.sampling.max_tokens,
            with_documents=options.use_documents,
            wanted=shelf.query(query_text, by_words=True),
            begun=options.begun,
        )
    yield packed
    room = packed.parts["answer"]
    sampling = replace(
        options.sampling,
        max_tokens=min(options.sampling.max_tokens, room),
        stop=(*options.sampling.stop, *engine.stops("documents")),
    )
    grounds = Grounds(hits, packed.passages, shelf.sentences, shelf.rarity) if options.use_documents else None
    stream = engine.stream(packed.prompt, sampling, cancel)
    for event in _checked_stream(stream, options.begun, question, grounds, shelf):
        if isinstance(event, AnswerFinished) and event.reason == "length" and room < options.sampling.max_tokens:
            event = replace(event, reason="window")
        yield event


def _checked_stream(
    stream: Iterator[TokensArrived | AnswerFinished],
    begun: str,
    question: str,
    grounds: Grounds | None,
    shelf: Shelf,
) -> Iterator[Event]:
    """The answer as it comes; each sentence is checked as soon as it is complete."""
    answer, checked = begun, 0
    read = shelf.claim_reader() if grounds is not None else None
    if begun:
        yield TokensArrived(begun)
    for event in stream:
        if isinstance(event, AnswerFinished):
            answer = (begun + event.text).strip()
            yield replace(event, text=answer)
            continue
        yield event
        answer += event.text
        complete = sentences(answer)[:-1]
        if grounds is not None and len(complete) > checked:
            checked = len(complete)
            so_far = grounds.check(answer[: complete[-1][1]], question=question, read=read, answers=shelf.answers)
            yield SentencesChecked(tuple(so_far))
    if grounds is not None and answer:

        def embed(texts: Sequence[str]) -> "list[NDArray[np.float32]] | None":
            vectors = [query.vector for query in shelf.queries(texts)]
            return [each for each in vectors if each is not None] if all(each is not None for each in vectors) else None

        meant = embed if shelf.embedder_ready else None
        last = grounds.check(answer, meant, question=question, read=read, answers=shelf.answers)
        yield AnswerVerified(tuple(last))


@dataclass(frozen=True, slots=True)
class _Retrieved:
    """What one search found. `event` holds all hits, `kept` those that were not excluded."""

    query: Query
    event: PassagesRetrieved
    kept: list[Hit]
    evidence: Evidence
    speaks: bool
    """Whether there is evidence enough; pins always suffice."""


def _retrieve(text: str, options: AskOptions, shelf: Shelf, given: Sequence[Hit], *, by_words: bool) -> _Retrieved:
    """Searches, with pinned and given passages added."""
    started = perf_counter()
    query = shelf.query(text, by_words=by_words)
    if options.hits:
        hits = list(options.hits)
    elif options.only:
        hits = shelf.passages(sorted(options.only))
    else:
        hits = shelf.search(query, max(options.passages, evidence.WEIGHED_HITS))
        present = {hit.passage_id for hit in hits}
        hits += [*given, *shelf.passages(sorted(options.pinned - present))]
    chosen = options.pinned | options.only | {hit.passage_id for hit in given}
    hits.sort(key=lambda hit: hit.passage_id not in chosen)
    hits = [replace(hit, rank=place) for place, hit in enumerate(hits, 1)]
    kept = [hit for hit in hits if hit.passage_id not in options.excluded]
    found = evidence.evidence(query, kept, shelf, shelf.threshold)
    speaks = bool(chosen or options.hits) or options.despite_evidence or found.speaks
    event = PassagesRetrieved(tuple(hits), by_words, perf_counter() - started, found)
    return _Retrieved(query, event, kept, found, speaks)


def _labelled(quote: Quote, shelf: Shelf) -> Quote:
    """The quote with the label of its own page, where that is not its passage's first page."""
    if quote.page_label is not None:
        return quote
    return replace(quote, page_label=shelf.page(quote.document_id, quote.span.page).page_label)


def _answer_by_quotation(
    hits: Sequence[Hit], kept: Sequence[Hit], quoted: Sequence[Quote], engine: Engine
) -> Iterator[Event]:
    """No weights: the quotes are the answer, each supported by itself. Passages that were read are "in"."""
    looked_at = [hit.passage_id for hit in kept[: quotes.QUOTED_PASSAGES]]
    costs = engine.count_tokens([hit.text for hit in hits])
    packed = tuple(
        PackedPassage(hit.passage_id, "in", None, cost, hit.text, looked_at.index(hit.passage_id) + 1)
        if hit.passage_id in looked_at
        else PackedPassage(hit.passage_id, "out", "not quoted from", cost, "")
        for hit, cost in zip(hits, costs, strict=True)
    )
    parts = {"passages": sum(each.tokens for each in packed if each.state == "in")}
    yield PromptPacked("", packed, parts, engine.context_window)
    text = "\n".join(" ".join(quote.text.split()) for quote in quoted)
    yield AnswerFinished(text, "end", engine.name)
    yield AnswerVerified(
        tuple(
            CheckedSentence(" ".join(quote.text.split()), True, 1.0, (_citation(quote, looked_at),)) for quote in quoted
        )
    )


def _citation(quote: Quote, looked_at: Sequence[int]) -> Citation:
    number = looked_at.index(quote.passage_id) + 1
    return Citation(quote.passage_id, number, quote.path, quote.title, quote.span, quote.text)
