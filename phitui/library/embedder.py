"""What the library asks of an embedder, whatever it is made of."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from phitui.values import dataclass

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Embedder(Protocol):
    """Turns text into unit vectors. `identity` is known before anything heavy is loaded."""

    name: str
    """What `--embedder` calls it: by this it is found again when another one has been chosen."""
    identity: str
    """Name, revision, pooling and dimension: vectors of another identity are never mixed with these."""
    dimension: int

    def embed(self, texts: Sequence[str], *, urgent: bool = False, asked: bool = False) -> "NDArray[np.float32]":
        """(len(texts), dimension), rows of length 1. `urgent`: a person waits.

        `asked`: these are questions, which some embedders place otherwise than what stands in documents.
        """
        ...

    @property
    def ready(self) -> bool:
        """Whether the next `embed` starts at once, without loading anything."""
        ...


@runtime_checkable
class Composer(Embedder, Protocol):
    """An embedder that need not read passages: it makes their vectors of those of their sentences and header."""

    def composed(
        self, header: "NDArray[np.float32]", sentences: "NDArray[np.float32]", lengths: Sequence[int]
    ) -> "NDArray[np.float32]":
        """(dimension): of a passage whose `sentences` (n, dimension), n ≥ 1, have so many characters."""
        ...


@dataclass(frozen=True, slots=True)
class WordVectors:
    """The words of one text in order, each with its vector in that text."""

    words: tuple[str, ...]
    vectors: "NDArray[np.float32]"
    """(len(words), dimension), rows of length 1."""


@runtime_checkable
class CloseReader(Protocol):
    """Reads an English question and a few sentences closely, while a person waits. It need not be what searches."""

    def words(self, texts: Sequence[str]) -> list[WordVectors]:
        """What each word means where it stands. Raises ModelError."""
        ...

    def answers(self, question: str, sentences: Sequence[str]) -> list[float]:
        """Log-odds that each sentence answers the question. Raises ModelError."""
        ...


@runtime_checkable
class Aligner(Embedder, Protocol):
    """An embedder that also compares a question with passages word by word, in whatever language it knows."""

    def aligned(self, question: str, texts: Sequence[str], language: str = "") -> list[float]:
        """How near the question's words come to those of each text, -1 to 1; 0 for texts on other things.

        `language` is the question's. Raises ModelError.
        """
        ...


ReadClaims = Callable[[Sequence[tuple[str, str]]], "NDArray[np.float32]"]
"""(text, claim) pairs → (pairs, 3): how likely the claim follows, is another matter, is contradicted."""


class ClaimChecker(Protocol):
    """Reads a text and a claim together."""

    name: str
    fitted: Mapping[str, Any] | None
    """Weights and thresholds of its own; None: those that are shipped."""

    def read(self, pairs: Sequence[tuple[str, str]]) -> "NDArray[np.float32]":
        """See `ReadClaims`. Raises ModelError."""
        ...


@runtime_checkable
class LanguageAware(Embedder, Protocol):
    """An embedder that says which languages it was made for."""

    languages: frozenset[str] | None
    """ISO 639-1; None where that is not known."""


@runtime_checkable
class FittedEmbedder(Embedder, Protocol):
    """An embedder that first has to learn what the texts of a library have in common."""

    def fit(self, texts: Sequence[str]) -> bytes:
        """What it learns from a sample; its vectors are worth keeping only after `restore` has been given this."""
        ...

    def restore(self, state: bytes) -> None:
        """Uses what `fit` returned, in this process or an earlier one. Raises ModelError where it does not fit."""
        ...
