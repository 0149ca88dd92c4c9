"""The vocabulary below events: rows of the library, hits of its search, what packing and grounding made of them."""

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from phitui.documents.document import Span
from phitui.errors import Cause
from phitui.values import dataclass

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

QUOTATION = "quoting"
"""The model's name in turns whose quotes are the answer."""
STOPPED = "stopped"
"""Why a question has no answer that a person stopped."""
BEGINNING = 0
"""The parent of a question that begins its conversation anew, beside the one that began it first."""


def header(title: str, section: str) -> str:
    """`Title › Section`: what a passage stands under, in its document."""
    return f"{title} › {section}" if section else title


def cited_name(title: str, apart: str) -> str:
    """What a document is cited as: its title, and what tells it from others of that title."""
    return f"{title} ({apart})" if apart else title


def headed(title: str, section: str, text: str) -> str:
    """A passage's header, a newline, its text."""
    return f"{header(title, section)}\n{text}"


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document as `phitui list` shows it."""

    document_id: int
    title: str
    path: str
    status: str
    """indexed, no_text or failed."""
    reason: str | None
    pages: int
    empty_pages: int
    passages: int
    embedded: int
    """Passages with a vector of the current embedder."""
    added: str
    """ISO 8601, UTC."""
    content_hash: str
    author: str = ""
    year: int | None = None
    tags: tuple[str, ...] = ()
    language: str = ""
    """ISO 639-1; empty where it is not certain."""
    better_embedder: str = ""
    """One that knows this language, where the embedder that searches does not."""
    cause: Cause | None = None
    """What is the matter with it; `reason` says it with its particulars."""
    ocr_pages: int = 0
    """Pages whose text was recognised in their pictures."""
    apart: str = ""
    """The end of its path that tells it from another document of the same title, where there is one."""

    @property
    def name(self) -> str:
        """What it is cited as."""
        return cited_name(self.title, self.apart)


@dataclass(frozen=True, slots=True)
class StoredPage:
    """One page's cleaned text."""

    document_id: int
    path: str
    title: str
    page: int
    page_label: str | None
    text: str
    section: str = ""
    ocr: str | None = None
    """The language in which its text was recognised in its picture, where it was."""
    apart: str = ""
    """As in StoredDocument."""

    @property
    def name(self) -> str:
        """What its document is cited as."""
        return cited_name(self.title, self.apart)


@dataclass(frozen=True, slots=True)
class StoredSentence:
    """One sentence of a document, with its unit vector where there is one."""

    text: str
    span: Span
    vector: "NDArray[np.float32] | None" = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search found. Scores are None where that arm did not find it."""

    passage_id: int
    document_id: int
    title: str
    path: str
    section: str
    page_label: str | None
    span: Span
    text: str
    first_sentence: int
    last_sentence: int
    rank: int = 0
    """From 1, in the final order."""
    score: float = 0.0
    """The score that the final order follows."""
    lexical: float | None = None
    """BM25."""
    lexical_rank: int | None = None
    dense: float | None = None
    """Cosine of question and passage."""
    dense_rank: int | None = None
    fused: float | None = None
    """Min-max convex fusion of both arms, 0 to 1."""
    rerank: float | None = None
    signals: Mapping[str, float] = field(default_factory=dict)
    """Every further number that went into `score`, by name."""
    ocr: str | None = None
    """As in StoredPage, of the first of its pages that has it."""
    ocr_pages: tuple[int, ...] = ()
    """Which of its pages have it."""
    apart: str = ""
    """The end of its path that tells its document from another one of the same title, where there is one."""
    language: str = ""
    """Of its document, as in StoredDocument."""
    end_label: str | None = None
    """As `page_label`, of its last page."""

    def label_of(self, page: int) -> str | None:
        """What is printed as the number of one of its pages; None also for those between the first and the last."""
        return {self.span.page_end: self.end_label, self.span.page: self.page_label}.get(page)

    @property
    def name(self) -> str:
        """What its document is cited as."""
        return cited_name(self.title, self.apart)

    @property
    def cited_header(self) -> str:
        """`Name › Section`, for people and language models."""
        return header(self.name, self.section)

    @property
    def header(self) -> str:
        """`Title › Section`, what stands before the passage in every arm and in the prompt."""
        return header(self.title, self.section)

    @property
    def headed(self) -> str:
        """Header and text, as the passage is embedded, indexed and reranked."""
        return headed(self.title, self.section, self.text)


@dataclass(frozen=True, slots=True)
class StoredEmbedder:
    """An embedder that the library has vectors of, as `phitui embedders` shows it."""

    identity: str
    name: str
    """What `--embedder` calls it; may be empty."""
    passages: int
    passages_total: int
    sentences: int
    sentences_total: int
    searches: bool
    """It is what search by meaning uses now."""
    wanted: bool
    """It is what the settings name."""

    @property
    def shown(self) -> str:
        return self.name or self.identity


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for an answer in the library (see `answers.evidence`)."""

    relevance: float
    """0 to 1; below `threshold` the question is not in the documents."""
    threshold: float
    answer: float | None = None
    """0 to 1: how much the best sentence looks like an answer; None where words alone were compared."""
    weak: bool = False
    """The documents are about it, but `answer` is lower than for most questions that are answered there."""
    unknown: str = ""
    """A name in the question, or one with a year, that nothing found is about."""

    @property
    def speaks(self) -> bool:
        return self.relevance >= self.threshold


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence or two, a verbatim slice of the pages that `span` names (joined by a newline)."""

    text: str
    passage_id: int
    document_id: int
    title: str
    path: str
    span: Span
    page_label: str | None
    score: float
    ocr: str | None = None
    """The language in which its text was recognised in a picture, where it was."""
    heads: str = ""
    """Of the columns, where it is a row of a table and they are no part of it."""


@dataclass(frozen=True, slots=True)
class PackedPassage:
    """What packing did with one hit."""

    passage_id: int
    state: str
    """in, trimmed or out."""
    reason: str | None
    """Why it is trimmed or out: budget, overlaps 1, excluded, …"""
    tokens: int
    """Its cost in the prompt when in or trimmed, its full cost when out."""
    text: str
    """What of it stands in the prompt; empty when out."""
    number: int | None = None
    """Its citation number [n] in the prompt, from 1; None when out."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A span that supports a sentence. `number` is [n]."""

    passage_id: int
    number: int
    path: str
    title: str
    span: Span
    quote: str
    page_label: str | None = None
    """Of the span's first page."""


LEFT_OUT = "the same without it"
"""What a claim says in the place of a word of its source that it leaves out; and the other way round."""


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """One sentence of the answer after grounding."""

    text: str
    supported: bool
    score: float
    citations: tuple[Citation, ...] = ()
    unsupported_words: tuple[str, ...] = ()
    """Words or clauses of it that its span (or, without one, every packed passage) lacks."""
    conflicts: tuple[tuple[str, str], ...] = ()
    """(what the sentence says, what its span says instead) of each number, opposite or "not".

    In place of a word that one of them leaves out stands LEFT_OUT.
    """
    judged: str = ""
    """What the judge made of it; empty in turns that were kept before there was one."""
    reason: str = ""
    """Why it is no claim."""
    start: int = 0
    end: int = 0
    """Where it stands in the text that was checked."""
    replaced: bool = False
    """Whether it is a quote that stands for a sentence of the model's."""

    @property
    def verdict(self) -> str:
        """supported, partly, related, unsupported, contradicted or "no claim". Citations lead to the span behind it."""
        if self.judged:
            return self.judged
        if self.supported:
            return "supported"
        return "contradicted" if self.conflicts else "partly" if self.citations else "unsupported"

    @property
    def copied(self) -> bool:
        """Whether a passage says it in these very words, but for what may be left out of them."""
        return self.supported and self.score >= 1

    @property
    def claims(self) -> bool:
        """Whether it counts: a repeated question or a heading claims nothing."""
        return self.judged != "no claim"
