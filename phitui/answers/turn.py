"""One question and everything that belongs to its answer, so that it can be reopened exactly."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from phitui.answers.given_text import GivenText
from phitui.documents.document import Span
from phitui.events import (
    AnswerFinished,
    AnswerVerified,
    Event,
    Failed,
    LibraryDescribed,
    NotInDocuments,
    PartRead,
    PassagesRetrieved,
    PromptPacked,
    QueryReady,
    QuotesFound,
    ReadingBegan,
    SentenceRevised,
    SentencesChecked,
    TokensArrived,
    TurnSaved,
)
from phitui.records import QUOTATION, CheckedSentence, Citation, Evidence, Hit, PackedPassage, Quote


@dataclass(slots=True)
class Turn:
    """Question, hits, prompt, answer, figures. Grows as events arrive (`take`); stored as JSON."""

    question: str
    query: str = ""
    turn_id: int | None = None
    parent_id: int | None = None
    """The turn that it follows; where none is named, the one before."""
    begins: bool = False
    """It follows none: asked anew in the place of the conversation's first question."""
    hits: tuple[Hit, ...] = ()
    quotes: tuple[Quote, ...] = ()
    in_documents: bool = True
    evidence: Evidence | None = None
    packed: tuple[PackedPassage, ...] = ()
    prompt: str = ""
    parts: Mapping[str, int] = field(default_factory=dict)
    window: int = 0
    answer: str = ""
    finished: AnswerFinished | None = None
    sentences: tuple[CheckedSentence, ...] = ()
    revisions: tuple[SentenceRevised, ...] = ()
    """Its sentences that were taken back, in order."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Sampling, library, device and format that the answer was made with."""
    hashes: Mapping[int, str] = field(default_factory=dict)
    """Document id → content hash at the time of the question."""
    context: tuple[GivenText, ...] = ()
    """Texts handed over for the conversation."""
    scope: tuple[str, ...] = ()
    """The tags that its search was narrowed to."""
    pinned: tuple[int, ...] = ()
    """Passages that were pinned when it was asked …"""
    excluded: tuple[int, ...] = ()
    """… and those that were excluded."""
    only: tuple[int, ...] = ()
    """The passages that alone were to answer it."""
    documents: tuple[int, ...] = ()
    """The documents that alone were searched."""
    reading: ReadingBegan | None = None
    """The document that was read whole."""
    notes: tuple[PartRead, ...] = ()
    """What its parts said."""
    library_note: str = ""
    """What was said of the library itself."""
    left_out: tuple[str, ...] = ()
    """Words that no passage was to have."""
    problem: str = ""
    """Why it has no answer, or not all of one; empty where it was answered."""
    changed: tuple[str, ...] = ()
    """Titles of its documents that have changed or gone since; filled in when it is reopened."""

    @property
    def by_quotation(self) -> bool:
        """Whether the quotes are the answer."""
        return self.finished is not None and self.finished.model == QUOTATION

    def take(self, event: Event) -> None:
        """Adds what one event of `Workbench.ask` says."""
        match event:
            case QueryReady():
                self.query = event.query
                self.turn_id = event.turn_id
            case PassagesRetrieved():
                self.hits, self.evidence, self.left_out = event.hits, event.evidence, event.left_out
            case LibraryDescribed():
                self.library_note, self.in_documents = event.text, self.in_documents and not event.whole
            case QuotesFound():
                self.quotes = event.quotes
            case NotInDocuments():
                self.in_documents, self.quotes, self.evidence = False, event.nearest, event.evidence
            case ReadingBegan():
                self.reading, self.notes = event, ()
            case PartRead():
                self.notes += (event,)
            case PromptPacked():
                self.packed, self.prompt = event.passages, event.prompt
                self.parts, self.window = event.parts, event.window
            case TokensArrived():
                self.answer += event.text
            case AnswerFinished():
                self.answer, self.finished = event.text, event
            case SentenceRevised():
                self.answer = event.answer
                self.revisions += (event,)
            case SentencesChecked() | AnswerVerified():
                self.sentences = event.sentences
            case Failed():
                self.problem = event.message
            case TurnSaved():
                self.parameters = event.parameters
            case _:
                pass

    @property
    def without_support(self) -> bool:
        """Whether it is an answer from documents that says nothing of its own which the passages support."""
        own = [each for each in self.sentences if not each.replaced]
        return bool(self.finished and self.sentences) and not any(each.supported for each in own)

    @property
    def topic(self) -> str:
        """What a follow-up may lean on: what was searched for, or the title of the document that was read whole."""
        return self.reading.title if self.reading else self.query

    @property
    def told(self) -> str:
        """What later turns may build on: the answer, less its sentences that no passage supports."""
        if not self.sentences:
            return self.answer
        return " ".join(each.text for each in self.sentences if each.supported)

    def to_json(self) -> str:
        """Everything, as one JSON object."""
        return json.dumps(asdict(self) | {"changed": ()}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Turn":
        """The turn that `to_json` wrote."""
        data = json.loads(text)
        data["hits"] = tuple(_hit(each) for each in data["hits"])
        data["quotes"] = tuple(Quote(**{**each, "span": Span(**each["span"])}) for each in data["quotes"])
        data["packed"] = tuple(PackedPassage(**each) for each in data["packed"])
        if data["finished"]:
            data["finished"] = AnswerFinished(**{**data["finished"], "tokens": tuple(data["finished"]["tokens"])})
        data["sentences"] = tuple(_sentence(each) for each in data["sentences"])
        data["revisions"] = tuple(SentenceRevised(**each) for each in data.get("revisions", ()))
        data["reading"] = ReadingBegan(**data["reading"]) if data.get("reading") else None
        data["notes"] = tuple(
            PartRead(
                **{**each, "labels": tuple(each.get("labels", (None, None)))}
                | {"sentences": tuple(_sentence(row) for row in each["sentences"])}
            )
            for each in data.get("notes", ())
        )
        # Older turns kept a bare figure of another scale.
        data["evidence"] = Evidence(**data["evidence"]) if isinstance(data["evidence"], dict) else None
        data["changed"] = ()
        data["context"] = tuple(GivenText(**each) for each in data.get("context", ()))
        data["scope"] = tuple(str(each) for each in data.get("scope", ()))
        for name in ("pinned", "excluded", "only", "documents"):
            data[name] = tuple(int(each) for each in data.get(name, ()))
        data["left_out"] = tuple(str(each) for each in data.get("left_out", ()))
        data["hashes"] = {int(key): value for key, value in data["hashes"].items()}
        return cls(**data)


class Folded(Turn):
    """A turn of which the rest is read when something of it is looked at: `unfold` reads it.

    A slot that was not filled yet is looked up by `__getattr__`.
    """

    __slots__ = ("_unfold",)

    def __init__(
        self, question: str, turn_id: int, parent_id: int | None, begins: bool, unfold: Callable[[], Turn]
    ) -> None:
        self.question, self.turn_id, self.parent_id, self.begins = question, turn_id, parent_id, begins
        self._unfold = unfold

    def __getattr__(self, name: str) -> Any:
        if name not in _FOLDED:
            raise AttributeError(name)
        whole = self._unfold()
        for each in _FOLDED:
            setattr(self, each, getattr(whole, each))
        return getattr(self, name)


_FOLDED = frozenset(each.name for each in fields(Turn)) - {"question", "turn_id", "parent_id", "begins"}


def _hit(data: dict[str, Any]) -> Hit:
    return Hit(**{**data, "span": Span(**data["span"]), "ocr_pages": tuple(data.get("ocr_pages", ()))})


def _sentence(data: dict[str, Any]) -> CheckedSentence:
    citations = tuple(Citation(**{**each, "span": Span(**each["span"])}) for each in data["citations"])
    conflicts = tuple((said, source) for said, source in data.get("conflicts", ()))
    later = {name: data[name] for name in ("judged", "reason", "start", "end", "replaced") if name in data}
    return CheckedSentence(
        data["text"], data["supported"], data["score"], citations, tuple(data["unsupported_words"]), conflicts, **later
    )
