"""All that panes ask for and cannot do themselves: messages that bubble up to the app, which hands them to control.

Their fields are not assigned to after they are made; Textual keeps its own state on them, so they cannot be frozen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.message import Message

if TYPE_CHECKING:
    from phitui.answers.turn import Turn
    from phitui.documents.document import Span
    from phitui.records import StoredDocument


class PaneRequest(Message):
    """Answered by exactly one part of control."""


Answers = Mapping[type[PaneRequest], Callable[[Any], object]]
"""What is called for each kind of request, with the request."""


# ── questions ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class AskQuestion(PaneRequest):
    """What stands in the composer, as it was typed."""

    text: str


@dataclass
class AskAgain(PaneRequest):
    """The same question, with what is pinned and excluded by now; `only` from these passages, where there are any."""

    turn: "Turn"
    only: frozenset[int] = frozenset()


@dataclass
class AskAsTyped(PaneRequest):
    """The same question, searched for without what was made of it."""

    turn: "Turn"


@dataclass
class EditQuery(PaneRequest):
    """The same question with another query, which is typed."""

    turn: "Turn"


@dataclass
class ProposeQuery(PaneRequest):
    """The same question with a query that the model proposes."""

    turn: "Turn"


@dataclass
class ReadAt(PaneRequest):
    """The reader is at the quote or sentence of this number (None: it has none) of this turn."""

    turn: "Turn"
    number: int | None


# ── passages ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class PinPassage(PaneRequest):
    """Always in the prompt; a pinned one no longer."""

    passage_id: int


@dataclass
class ExcludePassage(PaneRequest):
    """Never in the prompt; an excluded one may be again."""

    passage_id: int


@dataclass
class JudgePassage(PaneRequest):
    """This is the right passage for this question."""

    question: str
    passage_id: int


# ── documents ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class OpenPage(PaneRequest):
    """A page (from 1) of a document, with a span marked. Without an id the document is found by its path."""

    document_id: int | None
    page: int
    span: "Span | None" = None
    path: str = ""


@dataclass
class RemoveDocument(PaneRequest):
    """Out of the library, once that is confirmed."""

    document: "StoredDocument"


@dataclass
class RetryDocument(PaneRequest):
    """Read it again."""

    document: "StoredDocument"


@dataclass
class RecogniseDocument(PaneRequest):
    """Recognise the text in its scans."""

    document: "StoredDocument"


@dataclass
class AskDocument(PaneRequest):
    """Ask all of it, from the first page to the last."""

    document: "StoredDocument"


# ── scratchpad ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class WriteCode(PaneRequest):
    """Code for an instruction."""

    instruction: str


@dataclass
class KeepText(PaneRequest):
    """What was typed has changed: keep it soon."""
