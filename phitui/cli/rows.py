"""Records and events as the lines that `--json` prints (DESIGN §8): keys may be added, none is renamed."""

from dataclasses import asdict
from typing import Any

from phitui.errors import Cause
from phitui.events import DocumentAdded
from phitui.records import Hit, StoredDocument
from phitui.wording import with_advice

ADVICE = {
    Cause.LOCKED: "Give its password with `phitui add --password PASSWORD FILE`.",
    Cause.WRONG_PASSWORD: "Try another with `phitui add --password PASSWORD FILE`.",
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
