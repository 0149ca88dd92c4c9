"""Pieces of a turn as they stand in the chat: its sentences, its figures, and where they lead."""

from typing import TYPE_CHECKING

from textual.content import Content

from phitui.app.theme import Ink
from phitui.app.widgets.texts import plural
from phitui.records import CheckedSentence, Quote
from phitui.text import clean, duration, one_line
from phitui.values import dataclass
from phitui.wording import cited, cited_pages, ended, remark

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
    page_label: str | None = None
    quoted: bool = True
    """Whether `text` stands in the document word for word."""

    @property
    def cited(self) -> str:
        """“text” (Title, p. 14); what a model wrote stands without the marks of a quotation."""
        return cited(self.text, self.title, self.page_label or str(self.span.page), quoted=self.quoted)


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
        content += Content.styled(f" {', '.join(cited_pages(sentence))}", ink.soft)
    if sentence.replaced:
        content += Content.styled(" quoted", ink.soft)
    wrong = remark(sentence)
    return content + Content.styled(f" ! {one_line(wrong)}", ink.trouble) if wrong else content


def target_of(quote: Quote, number: int | None) -> Target:
    """Where a quote leads."""
    return Target(quote.document_id, quote.path, quote.title, quote.span, number, quote.text, quote.page_label)


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


def chosen_passages(turn: "Turn") -> str:
    """With which passages it was asked: pinned, excluded, or alone; empty where none was chosen."""
    named = (("pinned", turn.pinned), ("excluded", turn.excluded))
    said = [f"{len(ids)} {name}" for name, ids in named if ids]
    if turn.only:
        return f"asked of {plural(len(turn.only), 'passage')} alone"
    return f"asked with {', '.join(said)}" if said else ""


def what_changed(before: "Turn", now: "Turn") -> list[tuple[str, str]]:
    """(sign, text): what this answer has that the one before had not (+), and the other way round (-)."""
    from phitui.answers.past.changes import changes

    found = changes(before, now)
    if not found:
        return [(" ", "The same quotes and sentences as before.")]
    lines = [(" ", "What changed since this question was asked before:")]
    lines += [("+", f"“{one_line(each.text, 200)}”") for each in found.new_quotes]
    lines += [("-", f"“{one_line(each.text, 200)}”") for each in found.gone_quotes]
    lines += [("+", one_line(each, 200)) for each in found.new_sentences]
    return lines + [("-", one_line(each, 200)) for each in found.gone_sentences]
