"""Claims against a library: the evidence of each is what the library's own search finds for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Event as ThreadEvent
from typing import Protocol

from phitui.answers.check.kinds import no_claim
from phitui.answers.check.sentences import AnyJudge, check_sentences
from phitui.answers.check.source import Passage
from phitui.answers.evidence.claims import PRONOUNS, plain
from phitui.library.search.ranking import Query
from phitui.records import CheckedSentence, Hit, StoredSentence
from phitui.text import fold, sentences

PASSAGES = 6
"""Best passages of each search in which a claim is looked for."""
BATCH = 16
"""Claims that are embedded and read together."""
LONGEST_CLAIM, TOO_LONG = 4_000, "too long for one claim"
"""Characters; what is longer is no sentence of anybody's."""
REMEMBERED = 2000
"""Passages that are kept taken apart."""
_WORST = ("contradicted", "unsupported", "related", "partly", "supported")


class Shelf(Protocol):
    """What checking needs of a library."""

    def queries(self, texts: Sequence[str], *, by_words: bool = False, literal: bool = False) -> list[Query]: ...

    def search(self, query: Query, k: int = 10, *, within: Sequence[int] | None = None) -> list[Hit]: ...

    def sentences(self, hit: Hit) -> list[StoredSentence]: ...

    def rarity(self, stems: Sequence[str]) -> dict[str, float]: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """One string to be checked."""

    text: str
    question: str | None = None
    document_id: int | None = None
    """The only document that counts; None for all."""
    before: str = ""
    """The sentence ahead of it in a draft, which its pronouns may mean."""
    reason: str = ""
    """Why it is no claim, where that is known already."""


class LibraryCheck:
    """Checks against one library; what was searched and taken apart is kept from one call to the next."""

    def __init__(self, shelf: Shelf, judge: AnyJudge):
        self._shelf, self._judge = shelf, judge
        self._queries: dict[str, Query] = {}
        self._hits: dict[tuple[str, int | None], list[Hit]] = {}
        self._passages: dict[int, Passage] = {}

    def check(self, asked: Sequence[Asked], cancel: ThreadEvent | None = None) -> Iterator[CheckedSentence]:
        """One for each, in order; fewer where `cancel` is set meanwhile. Of a text's sentences the worst counts.

        Raises LibraryError, ModelError.
        """
        for start in range(0, len(asked), BATCH):
            if cancel is not None and cancel.is_set():
                return
            yield from self._batch(asked[start : start + BATCH])

    def _batch(self, asked: Sequence[Asked]) -> Iterator[CheckedSentence]:
        asked = [each if len(each.text) <= LONGEST_CLAIM else replace(each, reason=TOO_LONG) for each in asked]
        cut: list[tuple[int, Asked, str]] = []
        for place, each in enumerate(asked):
            if not each.reason and not no_claim(each.text, each.question):
                cut += [(place, each, each.text[a:b]) for a, b in sentences(each.text)]
        passages, meant = self.evidence([(each, said) for _, each, said in cut])
        found: dict[int, list[CheckedSentence]] = {}
        checked = check_sentences(
            [said for _, _, said in cut],
            self._judge,
            self._shelf.rarity,
            passages,
            [each.question for _, each, _ in cut],
            meant,
        )
        for (place, _, _), sentence in zip(cut, checked, strict=True):
            found.setdefault(place, []).append(sentence)
        for place, each in enumerate(asked):
            yield _together(each, found.get(place, []))

    def evidence(self, said: Sequence[tuple[Asked, str]]) -> tuple[list[list[Passage]], list[Query]]:
        """Of each sentence, and what it is a sentence of: the passages that speak to it, and it as a query."""
        self._prepare([text for each, sentence in said for text in _searched(each, sentence)])
        passages = [self._found(each, sentence) for each, sentence in said]
        return passages, [self._queries[_searched(each, sentence)[0]] for each, sentence in said]

    def _prepare(self, texts: Sequence[str]) -> None:
        """The queries of texts, embedded together."""
        new = [text for text in dict.fromkeys(texts) if text not in self._queries]
        if new:
            self._queries.update(zip(new, self._shelf.queries(new, literal=True), strict=True))

    def _found(self, asked: Asked, said: str) -> list[Passage]:
        within = None if asked.document_id is None else [asked.document_id]
        hits: dict[int, Hit] = {}
        for text in _searched(asked, said):
            key = (text, asked.document_id)
            if key not in self._hits:
                self._hits[key] = self._shelf.search(self._queries[text], PASSAGES, within=within)
            hits.update({hit.passage_id: hit for hit in reversed(self._hits[key]) if hit.passage_id not in hits})
        return [self._passage(hit) for hit in hits.values()]

    def _passage(self, hit: Hit) -> Passage:
        if hit.passage_id not in self._passages:
            if len(self._passages) >= REMEMBERED:
                self._passages.clear()
            self._passages[hit.passage_id] = Passage(hit, hit.rank, self._shelf.sentences(hit))
        return self._passages[hit.passage_id]


def _searched(asked: Asked, said: str) -> list[str]:
    """What is searched for a sentence: itself, its question, and what its pronouns may mean."""
    bare = plain(said)
    texts = [bare]
    if asked.question:
        texts.append(asked.question)
    elif asked.before and PRONOUNS & set(fold(bare).split()[:4]):
        texts.append(f"{asked.before} {bare}")
    return texts


def _together(asked: Asked, found: Sequence[CheckedSentence]) -> CheckedSentence:
    """Of the sentences of one string."""
    reason = asked.reason or no_claim(asked.text, asked.question)
    claims = [each for each in found if each.claims]
    if not claims:
        why = reason or next((each.reason for each in found), "no words")
        return CheckedSentence(asked.text, False, 0.0, judged="no claim", reason=why)
    worst = min(claims, key=lambda each: _WORST.index(each.verdict))
    if len(claims) == 1:
        return worst
    citations = tuple(dict.fromkeys(citation for each in claims for citation in each.citations))
    return CheckedSentence(
        asked.text, worst.supported, worst.score, citations if worst.supported else worst.citations,
        worst.unsupported_words, worst.conflicts, judged=worst.verdict,
    )  # fmt: skip
