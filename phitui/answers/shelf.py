"""What answering needs of a library: a shelf of passages that can be searched and read."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from phitui.library.embedder import ReadClaims, WordVectors
from phitui.library.search.ranking import Query
from phitui.records import Hit, StoredDocument, StoredPage, StoredSentence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Shelf(Protocol):
    """A `Library`, or one with given texts on it. `words` and `answers` give None where the embedder cannot tell."""

    def documents(self) -> list[StoredDocument]: ...

    def query(self, text: str, *, by_words: bool = False) -> Query: ...

    def queries(self, texts: Sequence[str], *, literal: bool = False) -> list[Query]: ...

    def search(self, query: Query, k: int) -> list[Hit]: ...

    def passages(self, ids: Sequence[int]) -> list[Hit]: ...

    def whole(self, document_id: int) -> list[Hit]: ...

    def sentences(self, hit: Hit) -> list[StoredSentence]: ...

    def rarity(self, stems: Sequence[str]) -> dict[str, float]: ...

    def spelled(self, text: str) -> str: ...

    def words(self, texts: Sequence[str]) -> Sequence[WordVectors] | None: ...

    def answers(self, question: str, sentences: Sequence[str]) -> Sequence[float] | None: ...

    def claim_reader(self) -> ReadClaims | None: ...

    def claim_fit(self) -> Mapping[str, Any] | None: ...

    def page(self, document_id: int, number: int) -> StoredPage: ...

    @property
    def embedder_ready(self) -> bool: ...

    @property
    def threshold(self) -> float | None: ...


def vectors_from(
    shelf: Shelf, *, wait: bool = False
) -> "Callable[[Sequence[str]], list[NDArray[np.float32]] | None] | None":
    """What makes unit vectors of an answer's sentences, or None where one has none.

    None while the embedder loads, unless it shall `wait`.
    """

    def embed(texts: Sequence[str]) -> "list[NDArray[np.float32]] | None":
        vectors = [query.vector for query in shelf.queries(texts, literal=True)]
        found = [each for each in vectors if each is not None]
        return found if len(found) == len(vectors) else None

    return embed if wait or shelf.embedder_ready else None
