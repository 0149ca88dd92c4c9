"""The JSON rows that several commands print (handbook, "The command line"): keys may be added, none renamed."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from phitui.errors import Cause
from phitui.events import AnswerFinished, DocumentAdded
from phitui.records import CheckedSentence, Hit, Quote, StoredDocument
from phitui.wording import with_advice

if TYPE_CHECKING:
    from phitui.answers.turn import Turn

ADVICE = {
    Cause.LOCKED: "`phitui add --password-file PASSWORDFILE FILE` opens it; on a terminal phitui asks.",
    Cause.WRONG_PASSWORD: "Try another: `phitui add --password-file PASSWORDFILE FILE`, or on a terminal phitui asks.",
    Cause.SCAN: "OCR finds it: `phitui add --ocr`.",
}
"""What can be done about a document on the command line."""


def trouble(document: StoredDocument | DocumentAdded) -> str | None:
    """What is to be said of a document beside its status: what is, and what to do about it."""
    return with_advice(document.reason, ADVICE.get(document.cause) if document.cause else None) or None


def added_row(event: DocumentAdded) -> dict[str, Any]:
    """The line that `phitui add --json` prints for a file."""
    return asdict(event) | {"reason": trouble(event)}


def document_row(document: StoredDocument) -> dict[str, Any]:
    """The line that `phitui list --json` prints for a document."""
    return asdict(document) | {"reason": trouble(document)}


def hit_row(hit: Hit, query_id: Any = None) -> dict[str, Any]:
    """The line that `phitui search --json` prints for a passage."""
    return {
        "query_id": query_id,
        "rank": hit.rank,
        "score": hit.score,
        "dense": hit.dense,
        "lexical": hit.lexical,
        "fused": hit.fused,
        "rerank": hit.rerank,
        "document_id": hit.document_id,
        "title": hit.title,
        "path": hit.path,
        "page": hit.span.page,
        "page_label": hit.page_label,
        "passage_id": hit.passage_id,
        "start": hit.span.start,
        "page_end": hit.span.page_end,
        "end": hit.span.end,
        "section": hit.section,
        "text": hit.text,
        "ocr": hit.ocr is not None,
    }


def completion_row(done: AnswerFinished) -> dict[str, Any]:
    """What `phitui complete --json` prints; times in seconds."""
    return {
        "text": done.text,
        "tokens": list(done.tokens),
        "prompt_tokens": done.prompt_tokens,
        "reused_tokens": done.reused_tokens,
        "stopped": done.reason,
        "thoughts": done.thoughts,
        "time_to_first_token": done.time_to_first_token,
        "tokens_per_second": done.tokens_per_second,
    }


def answer_row(turn: "Turn", query_id: Any) -> dict[str, Any]:
    """The line that `phitui ask --json` prints (handbook, "The command line")."""
    states = {each.passage_id: each for each in turn.packed}
    done = turn.finished
    passages = []
    for found in turn.hits:
        state = states.get(found.passage_id)
        extra = {
            "in_prompt": state.state if state else "out",
            "tokens": state.tokens if state else None,
            "reason": state.reason if state else None,
        }
        passages.append(hit_row(found, query_id) | extra)
    return {
        "query_id": query_id,
        "question": turn.question,
        "query": turn.query,
        "answer": turn.answer if turn.in_documents else None,
        "in_documents": turn.in_documents,
        "library_note": turn.library_note or None,
        "without": list(turn.left_out),
        "relevance": turn.evidence.relevance if turn.evidence else None,
        "unknown": turn.evidence.unknown if turn.evidence else "",
        "evidence": turn.evidence.answer if turn.evidence else None,
        "model": done.model if done else None,
        "quotes": [quote_row(quote) for quote in turn.quotes],
        "sentences": [sentence_row(sentence) for sentence in turn.sentences],
        "revisions": [{"step": each.step, "sentence": each.sentence, "quote": each.quote} for each in turn.revisions],
        "replaced": sum(each.step == "replaced" for each in turn.revisions),
        "passages": passages,
        "stopped": done.reason if done else None,
        "thoughts": done.thoughts if done else "",
        "prompt_tokens": done.prompt_tokens if done else None,
        "reused_tokens": done.reused_tokens if done else None,
        "answer_tokens": done.answer_tokens if done else None,
        "time_to_first_token": done.time_to_first_token if done else None,
        "tokens_per_second": done.tokens_per_second if done else None,
    }


def quote_row(quote: Quote) -> dict[str, Any]:
    """One of `quotes` in the lines that `phitui ask` and `phitui read` print."""
    place = {"path": quote.path, "page": quote.span.page, "page_end": quote.span.page_end}
    return {
        "text": quote.text,
        **place,
        "page_label": quote.page_label,
        "passage_id": quote.passage_id,
        "score": quote.score,
        "ocr": quote.ocr is not None,
        "heads": quote.heads,
    }


def sentence_row(sentence: CheckedSentence) -> dict[str, Any]:
    """One of `sentences` in the lines that `phitui ask` and `phitui read` print."""
    citations = []
    for each in sentence.citations:
        span = asdict(each.span)
        where = {"path": each.path, **span, "page_label": each.page_label}
        citations.append({"passage_id": each.passage_id, **where, "quote": each.quote})
    return {
        "text": sentence.text,
        "supported": sentence.supported,
        "verdict": sentence.verdict,
        "score": sentence.score,
        "replaced": sentence.replaced,
        "citations": citations,
        "unsupported_words": list(sentence.unsupported_words),
        "conflicts": [{"said": said, "source": source} for said, source in sentence.conflicts],
    }
