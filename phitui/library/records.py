"""What the library hands out: rows of its database and hits of its search, as plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from phitui.documents.document import Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


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

    @property
    def header(self) -> str:
        """`Title › Section`, what stands before the passage in every arm and in the prompt."""
        return f"{self.title} › {self.section}" if self.section else self.title

    def as_json(self, query_id: Any = None) -> dict[str, Any]:
        """The line that `phitui search --json` prints for it (DESIGN §8)."""
        return {
            "query_id": query_id,
            "rank": self.rank,
            "score": self.score,
            "dense": self.dense,
            "lexical": self.lexical,
            "fused": self.fused,
            "rerank": self.rerank,
            "document_id": self.document_id,
            "title": self.title,
            "path": self.path,
            "page": self.span.page,
            "page_label": self.page_label,
            "passage_id": self.passage_id,
            "start": self.span.start,
            "page_end": self.span.page_end,
            "end": self.span.end,
            "section": self.section,
            "text": self.text,
            "ocr": self.ocr is not None,
        }


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


class Embedder(Protocol):
    """Turns text into unit vectors. `identity` is known before anything heavy is loaded."""

    name: str
    """What `--embedder` calls it: by this it is found again when another one has been chosen."""
    identity: str
    """Name, revision, pooling and dimension: vectors of another identity are never mixed with these."""
    dimension: int

    def embed(self, texts: Sequence[str], *, urgent: bool = False) -> "NDArray[np.float32]":
        """(len(texts), dimension), rows of length 1. `urgent`: a query that a person waits for."""
        ...

    @property
    def ready(self) -> bool:
        """Whether the next `embed` starts at once, without loading anything."""
        ...


@dataclass(frozen=True, slots=True)
class WordVectors:
    """The words of one text in its order, each with the vector that it has in that text."""

    words: tuple[str, ...]
    vectors: "NDArray[np.float32]"
    """(len(words), dimension), rows of length 1."""


@runtime_checkable
class CloseReader(Embedder, Protocol):
    """One that also reads a question and a few sentences closely, while a person waits."""

    def words(self, texts: Sequence[str]) -> list[WordVectors]:
        """What each word means where it stands. Raises ModelError."""
        ...

    def answers(self, question: str, sentences: Sequence[str]) -> list[float]:
        """Log-odds that each sentence answers the question. Raises ModelError."""
        ...


@runtime_checkable
class KnownEmbedder(Embedder, Protocol):
    """One that says what languages it was made for."""

    languages: frozenset[str] | None
    """ISO 639-1; None where that is not known."""


@runtime_checkable
class FittedEmbedder(Embedder, Protocol):
    """One that has to learn first what the texts of a library have in common."""

    def fit(self, texts: Sequence[str]) -> bytes:
        """What it learns of a sample; embeds nothing for good before `restore` has got it."""
        ...

    def restore(self, state: bytes) -> None:
        """Uses what `fit` returned, in this process or an earlier one. Raises ModelError where it does not fit."""
        ...
