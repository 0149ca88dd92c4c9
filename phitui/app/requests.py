"""All that panes ask for and cannot do themselves: messages that bubble up to the app, which hands them to control.

Their fields are not assigned to after they are made; Textual keeps its own state on them, so they cannot be frozen.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from textual.message import Message

from phitui.values import dataclass

if TYPE_CHECKING:
    from phitui.answers.turn import Turn
    from phitui.documents.document import Span
    from phitui.records import Hit, StoredDocument


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
class SendNothing(PaneRequest):
    """Enter in the empty composer."""


@dataclass
class CompleteQuestion(PaneRequest):
    """`@` names a document, `#` a template, `/` a command."""

    sign: str


@dataclass
class AskAgain(PaneRequest):
    """The same question, with the passages that are pinned, excluded or asked alone by now."""

    turn: "Turn"


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
class EditQuestion(PaneRequest):
    """Another question in the place of this one: a branch of the conversation."""

    turn: "Turn"


@dataclass
class CompareAnswers(PaneRequest):
    """This answer beside the one before it."""

    turn: "Turn"


@dataclass
class StepBranch(PaneRequest):
    """The wording of this question before (-1) or after (1) this one, with what follows it."""

    turn: "Turn"
    by: int


@dataclass
class CopyCited(PaneRequest):
    """An answer with its sources: as text, or as an entry for a reference manager (a format of `citations`)."""

    turn: "Turn"
    form: str


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
class MorePassages(PaneRequest):
    """What else was weighed for a question."""

    turn: "Turn"


@dataclass
class AlonePassage(PaneRequest):
    """Asked alone, or together with others that are; one that is asked alone no longer."""

    passage_id: int


@dataclass
class JudgePassage(PaneRequest):
    """This is the right passage for this question."""

    question: str
    passage_id: int


# ── documents ────────────────────────────────────────────────────────────────────────────────────────────────────


class Placed(Protocol):
    """What stands in a document: a passage, a quote, a sentence's source."""

    @property
    def document_id(self) -> int | None: ...

    @property
    def span(self) -> "Span": ...

    @property
    def path(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Place:
    """A page (from 1) of a document, and a span on it. Without an id the document is found by its path."""

    document_id: int | None
    page: int
    span: "Span | None" = None
    path: str = ""

    @classmethod
    def of(cls, where: "Placed") -> "Place":
        """Where that stands."""
        return cls(where.document_id, where.span.page, where.span, where.path)


@dataclass
class OpenPage(PaneRequest):
    """A page with a span chosen, and the places (this one among them) that can be gone through from there."""

    place: Place
    among: Sequence[Place] = ()


@dataclass
class MarkPlace(PaneRequest):
    """Marks a span of a document, with a note."""

    place: Place


@dataclass
class ComparePassages(PaneRequest):
    """Two passages beside each other."""

    one: "Hit"
    other: "Hit"
    query: str


@dataclass
class TickDocument(PaneRequest):
    """Ask this document, and others that are ticked, but no more; one that is ticked no longer."""

    document_id: int


@dataclass
class OnlyDocument(PaneRequest):
    """Ask this document alone; where it is asked alone already, all of them again."""

    document_id: int


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
class PickSource(PaneRequest):
    """A document, or a section of one, that code is to be written from."""


@dataclass
class AcceptProposal(PaneRequest):
    """The text with the accepted changes in it; how many of how many they are."""

    text: str
    accepted: int
    of: int


@dataclass
class KeepText(PaneRequest):
    """What was typed has changed: keep it soon."""
