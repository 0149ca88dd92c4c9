"""What answering needs of a library: a shelf of passages that can be searched and read."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from phitui.library.embedder import ReadClaims, WordVectors
from phitui.library.search.ranking import Query
from phitui.records import Hit, StoredDocument, StoredPage, StoredSentence


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


def meanings_from(shelf: Shelf, *, wait: bool = False) -> Callable[[Sequence[str]], list[Query] | None] | None:
    """What makes queries with vectors of an answer's sentences, or None where one has none.

    None while the embedder loads, unless it shall `wait`.
    """

    def embed(texts: Sequence[str]) -> list[Query] | None:
        found = shelf.queries(texts, literal=True)
        return found if all(query.vector is not None for query in found) else None

    return embed if wait or shelf.embedder_ready else None
