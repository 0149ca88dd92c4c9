"""One question, from its text to a checked answer (handbook, "Inside phitui"), as a stream of events."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Event as ThreadEvent
from time import perf_counter

from phitui.answers import packing
from phitui.answers.deep_reading import reader
from phitui.answers.evidence import answerable as evidence
from phitui.answers.evidence import quotes
from phitui.answers.evidence.grounding import Grounds
from phitui.answers.evidence_budget import smallest
from phitui.answers.given_text import ContextShelf
from phitui.answers.question import followup
from phitui.answers.question.about_library import about_library, documents_about, listed_topic
from phitui.answers.request import Request
from phitui.answers.shelf import Shelf, meanings_from
from phitui.answers.writing.bound_answer import BoundAnswer
from phitui.events import (
    AnswerFinished,
    AnswerVerified,
    Event,
    LibraryDescribed,
    NotInDocuments,
    PassagesRetrieved,
    PromptPacked,
    QueryReady,
    QuotesFound,
    SentencesChecked,
    TokensArrived,
)
from phitui.library.search.ranking import Query
from phitui.models.engine import Engine
from phitui.records import CheckedSentence, Citation, Evidence, Hit, PackedPassage, Quote
from phitui.text import sentences

LISTED_SHARE = 0.75
"""A document speaks of a topic where a passage tells this share of what the best one tells of the topic's words."""


def ask(
    request: Request,
    shelf: Shelf,
    engine: Engine,
    cancel: ThreadEvent,
    ready: Callable[[], Iterable[Event]] = tuple,
    in_use: Callable[[], Engine] | None = None,
) -> Iterator[Event]:
    """Yields the events in the order of the handbook's "Inside phitui". Raises UsageError, LibraryError, ModelError.

    `ready` loads the engine; it is called when the quotes are there and the engine is needed. Another engine may have
    replaced it by then: `in_use` says which one answers now.
    """
    now = in_use or (lambda: engine)
    if request.whole is not None:
        yield QueryReady(request.question)
        yield from ready()
        engine = now()
        yield from reader.read(request, shelf, engine, cancel)
        return
    topic = listed_topic(request.question) if request.searches and not request.query else None
    text = request.query or shelf.spelled(topic or followup.condense(request.question, request.topics))
    yield QueryReady(text, rewritten=text != request.question)
    described = _described(request, shelf)
    if described is not None:
        yield described
        if described.whole:
            yield AnswerFinished("", "end", engine.name)
            return
    given: list[Hit] = []
    if request.context:
        shelf = ContextShelf(shelf, request.context)
        given = shelf.given(shelf.query(text, by_words=True))
    hits: list[Hit] = []
    quoted: list[Quote] = []
    if request.use_documents:
        if request.words_first and not shelf.embedder_ready:
            first = _retrieve(text, request, shelf, given, by_words=True)
            yield first.event
            yield QuotesFound(_quotes(first, shelf), by_words_only=True)
        found = _retrieve(text, request, shelf, given, by_words=False)
        hits = list(found.event.hits)
        yield found.event
        if topic and found.speaks:
            yield LibraryDescribed(_documents_about(found), whole=False)
        quoted = list(_quotes(found, shelf))
        if not found.speaks:
            yield NotInDocuments(tuple(quoted), found.evidence)
            yield AnswerFinished("", "end", engine.name)
            return
        yield QuotesFound(tuple(quoted))
    engine = now()
    if engine.writes and not engine.loaded:
        yield from ready()
        engine = now()
        if request.use_documents:  # a model may order passages as well, once it is loaded
            again = _retrieve(text, request, shelf, given, by_words=False)
            if again.speaks and [hit.passage_id for hit in again.event.hits] != [hit.passage_id for hit in hits]:
                hits, quoted = list(again.event.hits), list(_quotes(again, shelf))
                yield again.event
                yield QuotesFound(tuple(quoted))
    if not engine.writes:
        yield from _answer_by_quotation(request, hits, quoted, engine)
        return
    held = request.pinned | request.only | {hit.passage_id for hit in given}
    yield from _answer(replace(request, pinned=held), text, hits, quoted, shelf, engine, cancel)


def _described(request: Request, shelf: Shelf) -> LibraryDescribed | None:
    """What is to be said of the library itself, where the question is about that."""
    if not request.searches or request.query or request.context or request.pinned:
        return None
    note = about_library(request.question, shelf.documents)
    return None if note is None else LibraryDescribed(note.text, note.whole and not request.history)


def _documents_about(found: "_Retrieved") -> str:
    """The documents whose passages tell most of the question's words, best first."""
    told = [hit.signals.get("words", 0.0) for hit in found.kept]
    least = LISTED_SHARE * max(told, default=0.0)
    titles = {hit.document_id: hit.name for hit, share in zip(found.kept, told, strict=True) if share >= least}
    return documents_about(list(titles.items()))


def _answer(
    request: Request,
    text: str,
    hits: Sequence[Hit],
    quoted: Sequence[Quote],
    shelf: Shelf,
    engine: Engine,
    cancel: ThreadEvent,
) -> Iterator[Event]:
    """The model's answer from the passages. `text` is what was searched for."""
    if request.prompt is not None:
        packed = packing.repack(request, request.prompt, hits, shelf, engine)
    else:
        packed = packing.pack(request, shelf.query(text, by_words=True), hits, shelf, engine, quoted)
    yield packed
    room, wanted = packed.parts["answer"], request.sampling
    stops = tuple(dict.fromkeys((*wanted.stop, *engine.stops("documents"), *packing.STOPS)))
    sampling = replace(wanted, max_tokens=min(wanted.max_tokens, room), stop=stops)
    grounds = (
        Grounds(hits, packed.passages, shelf.sentences, shelf.rarity, shelf.claim_fit())
        if request.use_documents
        else None
    )
    events: Iterator[Event]
    if grounds is not None and request.bound:
        read, question = shelf.claim_reader(), request.question

        def check(sentence: str) -> CheckedSentence:
            embed = meanings_from(shelf, wait=read is not None)
            return grounds.check(sentence, embed, question=question, read=read, answers=shelf.answers, whole=True)[0]

        spare = _spare(quoted, packed.passages)
        bound = BoundAnswer(
            engine, packed.prompt, sampling, cancel, check, spare, request.begun, copies_only=smallest(engine)
        )
        events = bound.events()
    else:
        events = _checked_stream(engine.stream(packed.prompt, sampling, cancel), request, grounds, shelf)
    for event in events:
        if isinstance(event, AnswerFinished) and event.reason == "length" and room < wanted.max_tokens:
            event = replace(event, reason="window")
        yield event


def _checked_stream(
    stream: Iterator[TokensArrived | AnswerFinished], request: Request, grounds: Grounds | None, shelf: Shelf
) -> Iterator[Event]:
    """The answer as it comes; each sentence is checked as soon as it is complete."""
    begun, question = request.begun, request.question
    read = shelf.claim_reader() if grounds is not None else None
    answer, checked = begun, 0
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
            embed = meanings_from(shelf, wait=True) if read is not None else None
            so_far = grounds.check(
                answer[: complete[-1][1]], embed, question=question, read=read, answers=shelf.answers
            )
            yield SentencesChecked(tuple(so_far))
    if grounds is not None and answer:
        embed = meanings_from(shelf, wait=read is not None)
        last = grounds.check(answer, embed, question=question, read=read, answers=shelf.answers)
        yield AnswerVerified(tuple(last))


def _spare(quoted: Sequence[Quote], packed: Sequence[PackedPassage]) -> list[CheckedSentence]:
    """The quotes that stand in the prompt, as sentences that may take a place in the answer."""
    seen = {each.passage_id: (each.number, " ".join(each.text.split())) for each in packed if each.number is not None}
    found = []
    for quote in quoted:
        number, text = seen.get(quote.passage_id, (None, ""))
        said = " ".join(quote.text.split())
        if number is not None and said in text:
            cited = _citation(quote, number)
            found.append(CheckedSentence(said, True, 1.0, (cited,), judged="supported", replaced=True))
    return found


@dataclass(frozen=True, slots=True)
class _Retrieved:
    """What one search found. `event` holds all hits, `kept` those that were not excluded."""

    query: Query
    event: PassagesRetrieved
    kept: list[Hit]
    evidence: Evidence
    speaks: bool
    """Whether there is evidence enough; pins always suffice."""


def _retrieve(text: str, request: Request, shelf: Shelf, given: Sequence[Hit], *, by_words: bool) -> _Retrieved:
    """Searches, with pinned and given passages added."""
    started = perf_counter()
    query = shelf.query(text, by_words=by_words)
    if request.documents:
        query = replace(query, filters=replace(query.filters, ids=tuple(sorted(request.documents))))
    if request.hits:
        hits = list(request.hits)
    elif request.only:
        hits = shelf.passages(sorted(request.only))
    else:
        hits = shelf.search(query, max(request.passages, evidence.WEIGHED_HITS))
        present = {hit.passage_id for hit in hits}
        hits += [*given, *shelf.passages(sorted(request.pinned - present))]
    chosen = request.pinned | request.only | {hit.passage_id for hit in given}
    hits = _ranked(hits, chosen)
    kept = [hit for hit in hits if hit.passage_id not in request.excluded]
    found = evidence.evidence(query, kept, shelf, shelf.threshold)
    # Without a passage there is no quote, and what has no quote is not in the documents.
    speaks = bool(kept) and (bool(chosen or request.hits) or request.despite_evidence or found.speaks)
    event = PassagesRetrieved(tuple(hits), by_words, perf_counter() - started, found, query.filters.left_out)
    return _Retrieved(query, event, kept, found, speaks)


def _quotes(found: _Retrieved, shelf: Shelf) -> tuple[Quote, ...]:
    """The best sentences of what was found, each with the label of its own page."""
    return tuple(
        _labelled(quote, shelf) for quote in quotes.quotes(found.query, found.kept, shelf.sentences, shelf.answers)
    )


def _labelled(quote: Quote, shelf: Shelf) -> Quote:
    """The quote with the label of its own page, where that is not its passage's first page."""
    if quote.page_label is not None:
        return quote
    return replace(quote, page_label=shelf.page(quote.document_id, quote.span.page).page_label)


def repack(request: Request, text: str, hits: Sequence[Hit], shelf: Shelf, engine: Engine) -> PromptPacked:
    """What would become of these hits if the question were asked again with what is pinned and excluded by now.

    `text` is what was searched for. Nothing is searched or generated. Raises UsageError, and ModelError where the
    engine writes and is not loaded.
    """
    if request.context:
        shelf = ContextShelf(shelf, request.context)
    present = {hit.passage_id for hit in hits}
    hits = [*hits, *shelf.passages(sorted(request.pinned - present))]
    if request.only:
        hits = shelf.passages(sorted(request.only))
    if not engine.writes:
        return _read_for_quotes(request, hits, engine)
    held = request.pinned | request.only | {hit.passage_id for hit in hits if hit.passage_id < 0}
    # Hits that were pinned when they were found stand before better ones; asked again, only those pinned by now do.
    hits = _ranked(sorted(hits, key=lambda hit: -hit.score), held)
    kept = [hit for hit in hits if hit.passage_id not in request.excluded]
    query = shelf.query(text, by_words=not shelf.embedder_ready)
    quoted = quotes.quotes(query, kept, shelf.sentences, shelf.answers)
    return packing.pack(replace(request, pinned=held), shelf.query(text, by_words=True), hits, shelf, engine, quoted)


def _ranked(hits: Iterable[Hit], chosen: frozenset[int]) -> list[Hit]:
    """Those that a person chose first, each with its rank."""
    ordered = sorted(hits, key=lambda hit: hit.passage_id not in chosen)
    return [replace(hit, rank=place) for place, hit in enumerate(ordered, 1)]


def _read_for_quotes(request: Request, hits: Sequence[Hit], engine: Engine) -> PromptPacked:
    """Without weights nothing is packed: the first passages that are not excluded are read for quotes."""
    chosen = request.pinned | request.only
    kept = [hit.passage_id for hit in hits if hit.passage_id not in request.excluded]
    looked_at = sorted(kept, key=lambda key: key not in chosen and key > 0)[: quotes.QUOTED_PASSAGES]
    costs = engine.count_tokens([hit.text for hit in hits])
    packed = tuple(
        PackedPassage(hit.passage_id, "in", None, cost, hit.text, looked_at.index(hit.passage_id) + 1)
        if hit.passage_id in looked_at
        else PackedPassage(
            hit.passage_id, "out", "excluded" if hit.passage_id in request.excluded else "not quoted from", cost, ""
        )
        for hit, cost in zip(hits, costs, strict=True)
    )
    parts = {"passages": sum(each.tokens for each in packed if each.state == "in")}
    return PromptPacked("", packed, parts, engine.context_window)


def _answer_by_quotation(
    request: Request, hits: Sequence[Hit], quoted: Sequence[Quote], engine: Engine
) -> Iterator[Event]:
    """No weights: the quotes are the answer, each supported by itself. Passages that were read are "in"."""
    read = _read_for_quotes(request, hits, engine)
    looked_at = [each.passage_id for each in sorted(read.passages, key=lambda each: each.number or 0) if each.number]
    yield read
    text = "\n".join(" ".join(quote.text.split()) for quote in quoted)
    yield AnswerFinished(text, "end", engine.name)
    yield AnswerVerified(
        tuple(
            CheckedSentence(
                " ".join(quote.text.split()), True, 1.0, (_citation(quote, looked_at.index(quote.passage_id) + 1),)
            )
            for quote in quoted
        )
    )


def _citation(quote: Quote, number: int) -> Citation:
    where = quote.path, quote.title, quote.span
    return Citation(quote.passage_id, number, *where, quote.text, quote.page_label)
