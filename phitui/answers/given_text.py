"""Text that was handed over with a question, as passages of that conversation alone: it never enters the library."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from phitui.answers.shelf import Shelf
from phitui.documents.document import Document, Page, SplitDocument, slice_text
from phitui.documents.splitter import split
from phitui.errors import UsageError
from phitui.library.embedder import ReadClaims, WordVectors
from phitui.library.search.ranking import Query
from phitui.library.terms.words import coverage, stems
from phitui.records import Hit, StoredDocument, StoredPage, StoredSentence
from phitui.text import clean, one_line

PASTED = "Pasted text"
LONGEST_CONTEXT = 200_000
"""Characters. More than that belongs in the library, where it is indexed once."""
GIVEN_PASSAGES = 6
"""Passages of the texts that go with a question; of longer texts those that speak to it most."""


@dataclass(frozen=True, slots=True)
class GivenText:
    """A text handed over by a person: pasted, or read from a file."""

    title: str
    text: str

    @classmethod
    def of(cls, text: str, title: str = PASTED) -> "GivenText":
        """Cleaned. Raises UsageError where it is empty or far too long."""
        text = clean(text).strip()
        if not text:
            raise UsageError("The context is empty: give some text.")
        if len(text) > LONGEST_CONTEXT:
            raise UsageError(
                f"The context has {len(text):,} characters, {LONGEST_CONTEXT:,} are read at most: "
                "add it to the library instead."
            )
        return cls(one_line(title, 80), text)


class ContextShelf:
    """A shelf with given texts on it. Their documents and passages have negative ids, which no library uses."""

    def __init__(self, shelf: Shelf, texts: Sequence[GivenText]):
        self._shelf = shelf
        self._texts = texts
        self._split: dict[int, SplitDocument] = {}
        self._hits: list[Hit] = []
        for number, given in enumerate(texts, 1):
            made = split(Document(Path(), given.title, (Page(1, given.text),)))
            self._split[-number] = made
            for passage in made.passages:
                key = -(len(self._hits) + 1)
                self._hits.append(
                    Hit(
                        passage_id=key,
                        document_id=-number,
                        title=given.title,
                        path="",
                        section=passage.section,
                        page_label=None,
                        span=passage.span,
                        text=passage.text,
                        first_sentence=passage.first_sentence,
                        last_sentence=passage.last_sentence,
                    )
                )

    @property
    def embedder_ready(self) -> bool:
        return self._shelf.embedder_ready

    @property
    def threshold(self) -> float | None:
        return self._shelf.threshold

    def given(self, query: Query) -> list[Hit]:
        """The given texts' passages: all in order, or of long texts those that speak most to the question."""
        if len(self._hits) <= GIVEN_PASSAGES:
            return [replace(hit, rank=place) for place, hit in enumerate(self._hits, 1)]

        def told(hit: Hit) -> float:
            rows = [set(stems(sentence.text)) for sentence in self.sentences(hit)]
            best = max(coverage(query.stems, row, query.rarity) for row in rows)
            return best + coverage(query.stems, set().union(*rows), query.rarity)

        best = sorted(self._hits, key=told, reverse=True)[:GIVEN_PASSAGES]
        return [replace(hit, rank=place) for place, hit in enumerate(best, 1)]

    def documents(self) -> list[StoredDocument]:
        return self._shelf.documents()

    def query(self, text: str, *, by_words: bool = False) -> Query:
        return self._shelf.query(text, by_words=by_words)

    def queries(self, texts: Sequence[str], *, literal: bool = False) -> list[Query]:
        return self._shelf.queries(texts, literal=literal)

    def search(self, query: Query, k: int) -> list[Hit]:
        return self._shelf.search(query, k)

    def passages(self, ids: Sequence[int]) -> list[Hit]:
        """Of the library and of the given texts, in the order of the ids."""
        found = {hit.passage_id: hit for hit in self._hits}
        found |= {hit.passage_id: hit for hit in self._shelf.passages([key for key in ids if key > 0])}
        return [found[key] for key in ids if key in found]

    def whole(self, document_id: int) -> list[Hit]:
        return self._shelf.whole(document_id)

    def sentences(self, hit: Hit) -> list[StoredSentence]:
        if hit.passage_id > 0:
            return self._shelf.sentences(hit)
        pages = {1: self._texts[-hit.document_id - 1].text}
        spans = self._split[hit.document_id].sentences[hit.first_sentence : hit.last_sentence + 1]
        return [StoredSentence(slice_text(pages, span), span) for span in spans]

    def rarity(self, stems: Sequence[str]) -> dict[str, float]:
        return self._shelf.rarity(stems)

    def spelled(self, text: str) -> str:
        return self._shelf.spelled(text)

    def words(self, texts: Sequence[str]) -> Sequence[WordVectors] | None:
        return self._shelf.words(texts)

    def answers(self, question: str, sentences: Sequence[str]) -> Sequence[float] | None:
        return self._shelf.answers(question, sentences)

    def claim_reader(self) -> ReadClaims | None:
        return self._shelf.claim_reader()

    def claim_fit(self) -> Mapping[str, Any] | None:
        return self._shelf.claim_fit()

    def page(self, document_id: int, number: int) -> StoredPage:
        if document_id > 0:
            return self._shelf.page(document_id, number)
        given = self._texts[-document_id - 1]
        return StoredPage(document_id, "", given.title, 1, None, given.text)
