"""Pieces of a turn as they stand in the chat: its sentences, its figures, and where they lead."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content

from phitui.app.theme import Ink
from phitui.app.widgets.texts import page_name
from phitui.records import CheckedSentence, Quote
from phitui.text import clean, duration, one_line
from phitui.wording import ended, remark

if TYPE_CHECKING:
    from phitui.answers.turn import Turn
    from phitui.documents.document import Span


@dataclass(frozen=True, slots=True)
class Target:
    """A place in a document that a line leads to."""

    document_id: int | None
    path: str
    title: str
    span: "Span"
    number: int | None
    text: str


def checked(sentence: CheckedSentence, ink: Ink, with_pages: bool = False) -> Content:
    """A sentence of the answer with its citations, or marked as unsupported."""
    text = clean(sentence.text).strip()
    content = Content.styled(text, ink.text)
    for word in sentence.unsupported_words:
        start = text.find(word)
        if start >= 0:
            content = content.stylize(ink.trouble, start, start + len(word))
    numbers = sorted({each.number for each in sentence.citations})
    content += Content.styled("".join(f" [{n}]" for n in numbers), ink.accent if sentence.supported else ink.trouble)
    if with_pages and sentence.citations:
        pages = sorted({each.span.page for each in sentence.citations})
        content += Content.styled(f" {', '.join(page_name(page, None) for page in pages)}", ink.soft)
    if sentence.replaced:
        content += Content.styled(" quoted", ink.soft)
    wrong = remark(sentence)
    return content + Content.styled(f" ! {one_line(wrong)}", ink.trouble) if wrong else content


def target_of(quote: Quote, number: int | None) -> Target:
    """Where a quote leads."""
    return Target(quote.document_id, quote.path, quote.title, quote.span, number, quote.text)


def figures(turn: "Turn") -> str:
    """One line under an answer: how it ended and how quickly."""
    done = turn.finished
    if done is None:
        return ""
    parts = [one_line(done.model, 40), ended(done.reason)]
    if done.answer_tokens:
        parts.append(f"{done.answer_tokens:,} tokens")
    if done.time_to_first_token is not None:
        parts.append(f"{duration(done.time_to_first_token)} to first")
    if done.tokens_per_second is not None:
        parts.append(f"{done.tokens_per_second:.0f} tok/s")
    return " · ".join(part for part in parts if part)
