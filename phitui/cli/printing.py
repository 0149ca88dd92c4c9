"""How the command line prints: rows as JSON or text on stdout, narration and progress on stderr."""

import json
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from phitui.answers.turn import Turn
from phitui.events import (
    AnswerFinished,
    DocumentAdded,
    DownloadProgress,
    Event,
    FilesFound,
    PageRead,
    PageRecognised,
    PartRead,
    PassagesEmbedded,
    VectorsGrouped,
)
from phitui.records import CheckedSentence, Hit, Quote, StoredDocument, StoredEmbedder
from phitui.text import clean, duration, one_line

if TYPE_CHECKING:
    from phitui.doctor import Check

PROGRESS_SECONDS = 0.1
"""The progress line is drawn at most so often."""
FIRST_RATE_SECONDS = 1.0
"""Before, a rate says little."""


def line(row: Mapping[str, Any] | str) -> None:
    """One line of data: a JSON object, or text. Nothing in it can steer the terminal."""
    text = row if isinstance(row, str) else json.dumps(_harmless(row), ensure_ascii=False)
    sys.stdout.buffer.write((clean(text) + "\n").encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


def piece(text: str) -> None:
    """Part of a line, at once."""
    sys.stdout.buffer.write(clean(text).encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


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


def say(text: str) -> None:
    """Narration."""
    print(one_line(text), file=sys.stderr, flush=True)


def _harmless(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {key: _harmless(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_harmless(each) for each in value]
    return value


class Progress:
    """One line on stderr that is drawn over itself; nothing where stderr is no terminal."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._last = 0.0
        self._files = self._done = self._pages = 0
        self._began = time.monotonic()
        self._embedded: tuple[int, float] | None = None
        """Vectors that were there at first, and when that was."""

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def clear(self) -> None:
        """Takes the line away before something else is printed."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def show(self, event: Event) -> None:
        """Draws what the event says."""
        match event:
            case FilesFound():
                self._files, self._began = event.files, time.monotonic()
                return
            case DocumentAdded():
                self._done += 1
                return
            case VectorsGrouped():
                self.clear()
                say(event.note)
                return
            case PageRead():
                text = f"{self._done + 1} of {self._files}  {one_line(event.path, 60)}  page {event.page}"
                text += f" of {event.pages}" if event.pages else ""
                self._pages += 1
                seconds = time.monotonic() - self._began
                text += f"  {self._pages / seconds:.0f} pages/s" if seconds > FIRST_RATE_SECONDS else ""
                text += _left(self._done, self._files, seconds)
            case PageRecognised():
                text = f"OCR  {one_line(event.path, 60)}  {event.done} of {event.total} pages"
            case PassagesEmbedded():
                done, total = event.done + event.sentences_done, event.total + event.sentences_total
                self._embedded = self._embedded or (done, time.monotonic())
                before, began = self._embedded
                seconds = time.monotonic() - began
                text = f"embedding  {_bar(done, total)}  {done:,} of {total:,}"
                text += f"  {(done - before) / seconds:.0f}/s" if seconds > FIRST_RATE_SECONDS else ""
                text += _left(done - before, total - before, seconds)
            case PartRead():
                text = f"reading  {_bar(event.part, event.parts)}  {event.part} of {event.parts} parts"
            case DownloadProgress():
                text = f"downloading {event.model}  {event.done / 1e9:.2f} GB"
                text += f" of {event.total / 1e9:.2f}" if event.total else ""
            case _:
                return
        self._draw(text)

    def count(self, what: str, done: int, total: int) -> None:
        """Draws how far something is that has no events of its own."""
        seconds = time.monotonic() - self._began
        self._draw(f"{what}  {_bar(done, total)}  {done:,} of {total:,}" + _left(done, total, seconds))

    def _draw(self, text: str) -> None:
        if self._shown and time.monotonic() - self._last >= PROGRESS_SECONDS:
            self._last = time.monotonic()
            width = shutil.get_terminal_size().columns - 1
            print("\r\x1b[K" + text[:width], end="", file=sys.stderr, flush=True)


def _left(done: int, total: int, seconds: float) -> str:
    if not done or done >= total or seconds <= FIRST_RATE_SECONDS:
        return ""
    return f"  {duration(seconds / done * (total - done))} left"


def _bar(done: int, total: int, cells: int = 20) -> str:
    full = cells * done // total if total else cells
    return "#" * full + "." * (cells - full)


# ── rows as text ─────────────────────────────────────────────────────────────────────────────────────────────


def added(event: DocumentAdded) -> str:
    figures = f"{event.pages} pages, {event.passages} passages" if event.pages else ""
    return "  ".join(part for part in (f"{event.status:9}", one_line(event.path), figures, event.reason or "") if part)


def listed(document: StoredDocument) -> str:
    figures = f"{document.pages:>5} p  {document.passages:>6} passages  {document.embedded:>6} embedded"
    ending = f"  {document.reason}" if document.reason else ""
    title = f"{document.language:2}  {one_line(document.title, 60)}"
    return f"{document.document_id:>5}  {document.status:8}  {figures}  {title}{ending}"


def hit(found: Hit) -> str:
    page = found.page_label or str(found.span.page)
    page += " (OCR)" if found.ocr else ""
    head = f"{found.rank:>3}  {found.score:6.3f}  {one_line(found.header, 80)}, p. {page}  [{found.passage_id}]"
    return f"{head}\n     {one_line(found.text)}"


def embedder(row: StoredEmbedder) -> str:
    roles = [word for word, on in (("searches", row.searches), ("chosen", row.wanted)) if on]
    counts = (
        f"{row.passages:,} of {row.passages_total:,} passages  {row.sentences:,} of {row.sentences_total:,} sentences"
    )
    return "  ".join([f"{', '.join(roles):17}", counts, one_line(row.shown, 60), f"({one_line(row.identity, 80)})"])


def columns(row: Mapping[str, Any]) -> str:
    """`key value` pairs on one line."""
    cells = (f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}" for key, value in row.items())
    return one_line("  ".join(cells))


def check(found: "Check") -> str:
    text = f"{found.state:4}  {found.name}: {found.message}"
    return f"{text} {found.advice}" if found.advice else text


def quoted(quote: Quote) -> str:
    """A quote, and where it stands."""
    where = f"{one_line(quote.title, 80)}, p. {quote.page_label or quote.span.page}{' (OCR)' if quote.ocr else ''}"
    return f"“{one_line(quote.text)}”\n    {where}"


def checked(sentence: CheckedSentence) -> str:
    """A sentence of an answer with its citations, and what is wrong with it."""
    marks = "".join(f" [{citation.number}]" for citation in sentence.citations)
    remark = sentence.remark()
    return sentence.text + marks + (f" ({one_line(remark)})" if remark else "")


WEAK = "Weak evidence: your documents are about this, but may not answer it."


def answer_text(turn: Turn, streamed: bool) -> str:
    """The answer for people: the quotes, and what was checked."""
    if not turn.in_documents:
        head = "This is not in your documents. Nearest misses:"
        return "\n".join([head, *map(quoted, turn.quotes)])
    weak = [WEAK] if turn.evidence and turn.evidence.weak else []
    if turn.finished is None or turn.by_quotation:
        return "\n".join([*weak, *map(quoted, turn.quotes)]) if turn.quotes else "Nothing was found."
    supported = sum(sentence.supported for sentence in turn.sentences)
    lines = ["" if streamed else turn.answer, *weak]
    if turn.sentences:
        lines.append(f"{supported} of {len(turn.sentences)} sentences supported:")
        lines += [checked(sentence) for sentence in turn.sentences]
    return "\n".join([*lines, *map(quoted, turn.quotes)])


def answer_row(turn: Turn, query_id: Any) -> dict[str, Any]:
    """The line that `phitui ask --json` prints (DESIGN §8)."""
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
        passages.append(found.as_json(query_id) | extra)
    return {
        "query_id": query_id,
        "question": turn.question,
        "query": turn.query,
        "answer": turn.answer if turn.in_documents else None,
        "in_documents": turn.in_documents,
        "relevance": turn.evidence.relevance if turn.evidence else None,
        "evidence": turn.evidence.answer if turn.evidence else None,
        "model": done.model if done else None,
        "quotes": [quote_row(quote) for quote in turn.quotes],
        "sentences": [sentence_row(sentence) for sentence in turn.sentences],
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
        "passage_id": quote.passage_id,
        "score": quote.score,
        "ocr": quote.ocr is not None,
    }


def sentence_row(sentence: CheckedSentence) -> dict[str, Any]:
    """One of `sentences` in the lines that `phitui ask` and `phitui read` print."""
    citations = []
    for each in sentence.citations:
        span = asdict(each.span)
        citations.append({"passage_id": each.passage_id, "path": each.path, **span, "quote": each.quote})
    return {
        "text": sentence.text,
        "supported": sentence.supported,
        "verdict": sentence.verdict,
        "citations": citations,
        "unsupported_words": list(sentence.unsupported_words),
        "conflicts": [{"said": said, "source": source} for said, source in sentence.conflicts],
    }
