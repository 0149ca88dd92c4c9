"""What a library can be asked: its passages, by words and by meaning, within the tags that are searched."""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from phitui.documents.language import language_among, language_of_question
from phitui.errors import LibraryError, UsageError
from phitui.library.embedder import Embedder
from phitui.library.indexes.dense import DenseIndex
from phitui.library.indexes.embedders import Embedders
from phitui.library.indexes.lexical import LexicalIndex
from phitui.library.languages import reads, with_better_embedders
from phitui.library.search import ranking
from phitui.library.search.asked import asked
from phitui.library.search.calibration import Calibration, CalibrationFile
from phitui.library.search.fusion import CANDIDATES, Arm, search
from phitui.library.search.named_documents import Names
from phitui.library.search.profile import PLAIN, profile_of
from phitui.library.search.ranking import Query
from phitui.library.search.reading import Reading
from phitui.library.search.reranker import Reranker, reranked
from phitui.library.store.descriptions import in_scope, save_scope, saved_scope, tag_name
from phitui.library.store.documents import Store
from phitui.library.store.vectors import Vectors
from phitui.library.terms.instructions import without_instructions
from phitui.library.terms.spelling import corrected, word_like
from phitui.library.terms.syntax import NO_FILTERS, Filters, parse
from phitui.library.terms.writing import in_its_writing
from phitui.records import Hit, StoredDocument, StoredSentence
from phitui.text import one_line, tag_list

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_log = logging.getLogger(__name__)

SPELLING_PASSAGES = 10
"""Passages in which the right form of a misspelt word is looked for."""
WRITING_PASSAGES = 20
"""Passages in which another writing of a date, a number or a name is looked for."""
FILTERED_CANDIDATES = 500
"""Candidates of each arm where single passages may be filtered out."""
Weights = Mapping[str, float] | None


class Searchable(Reading):
    """A database with its two indexes, which follow it. May be used from any thread."""

    def __init__(
        self,
        folder: Path,
        cache: Path,
        embedder: Embedder | None,
        other_embedder: Callable[[str], Embedder] | None = None,
    ):
        """`folder` holds the database, `cache` the indexes; both exist. Raises LibraryError.

        `other_embedder` makes an embedder by its name: one that was used before `embedder` was chosen.
        """
        super().__init__()
        self._cache = cache
        self._store = Store(folder)
        self._lexical = LexicalIndex(cache / "words")
        self._embedders = Embedders(self._store, cache, embedder, other_embedder) if embedder else None
        self._names = Names(self._store)
        self._lock = Lock()
        self.calibration_file = CalibrationFile(folder)
        self.problem: str | None = None
        """Why the last search may have missed new documents: their words could not be written to the index."""
        self._told = 0
        """Rows left out that the user knows of."""
        self.scope: tuple[str, ...] = ()
        """Tags: only documents that have one of them are searched; all where there is none."""
        self.reranker: Callable[[], Reranker | None] = lambda: None
        """Gives what reorders the best candidates; called at every search."""
        self.notice: Callable[[str], object] = _log.warning
        """Is given, in any thread, a sentence that the user should know and that asks nothing of them."""

    @property
    def _embedder(self) -> Embedder | None:
        """The one that searches."""
        return self._embedders.current.embedder if self._embedders else None

    @property
    def _vectors(self) -> Vectors | None:
        return self._embedders.current.vectors if self._embedders else None

    @property
    def _dense(self) -> tuple[DenseIndex, Vectors] | None:
        now = self._embedders.current if self._embedders else None
        return (now.index, now.vectors) if now else None

    @property
    def _identity(self) -> str | None:
        return self._embedder.identity if self._embedder else None

    def documents(self) -> list[StoredDocument]:
        """All documents, by title."""
        return with_better_embedders(self._store.documents(self._identity), self._embedder)

    def warm(self) -> None:
        """Opens the indexes and loads the embedder, so that the next question need not wait. Blocks."""
        self._catch_up(self._has_vectors())
        if self._embedder is not None:
            self._embedder.embed(["warm"])
        if self._dense is not None:
            self._dense[0].save(self._store)
        if self.answers("warm", ["warm"]):
            self.words(["warm"])

    # ── the scope ────────────────────────────────────────────────────────────────────────────────────────────

    def documents_in_scope(self) -> list[int] | None:
        """Ids of the documents that are searched, None for all. Raises UsageError for a tag that no document has."""
        return in_scope(self._store, self.scope)

    def keep_scope(self, names: Sequence[str]) -> None:
        """Searches in these tags from now on, and after the next start of the workbench.

        Raises UsageError for a tag that no document has, LibraryError where it cannot be stored: then it holds until
        phitui ends.
        """
        names = [tag_name(each) for each in names]
        in_scope(self._store, names)
        self.scope = tuple(names)
        save_scope(self._store, names)

    def resume_scope(self) -> None:
        """Searches in the tags that were kept last, except those that no document has any more: these are reported."""
        self.scope, gone = saved_scope(self._store)
        if gone:
            left = f"only documents with {tag_list(self.scope)}" if self.scope else "all documents"
            self.notice(f"No document has the tag {tag_list(gone)} any more: {left} are searched.")
            with suppress(LibraryError):  # a library that may only be read says it again at the next start
                save_scope(self._store, self.scope)

    # ── searching ────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def embedder_ready(self) -> bool:
        """Whether a question can be embedded at once; also true where there is nothing to compare it with."""
        return self._embedder is None or self._embedder.ready or not self._has_vectors()

    def _has_vectors(self) -> bool:
        return self._vectors is not None and self._vectors.some

    def query(self, text: str, *, by_words: bool = False) -> Query:
        """A question, prepared; without a vector where `by_words`, or where no passage has one."""
        return self.queries([text], by_words=by_words)[0]

    def queries(self, texts: Sequence[str], *, by_words: bool = False, literal: bool = False) -> list[Query]:
        """`query` for many questions, embedded together. Raises UsageError for syntax that makes no sense.

        `literal` texts are no questions that a person typed, but stand in a document or an answer: nothing in them is
        syntax, and an embedder places them beside what documents say.
        """
        if self._embedders is not None:
            self._embedders.settle()
        parsed = [(text, NO_FILTERS) if literal else parse(text, partial(self._is_option, text)) for text in texts]
        vectors: NDArray[np.float32] | None = None
        if not by_words and self._embedder is not None and self._has_vectors():
            vectors = self._embedder.embed([text for text, _ in parsed], urgent=True, asked=not literal)
        self._catch_up(vectors is not None)
        queries = []
        for place, (text, filters) in enumerate(parsed):
            # To a model that does not know the script all such texts look alike: words alone do better.
            foreign = self._embedder is not None and not reads(self._embedder, text)
            vector = None if vectors is None or foreign else vectors[place]
            language, profile = language_among(text, self._lexical.languages), PLAIN
            if vector is not None and self._embedder is not None:
                profile = profile_of(self._embedder, language)
            query = replace(asked(text, vector, self._lexical, profile), asked_in=language, literal=literal)
            if not literal:
                calling = frozenset(self._names.calling(query))
                query = self._with_bare(replace(query, absent=query.absent - calling, calling=calling))
            queries.append(replace(query, filters=filters))
        return queries

    def _with_bare(self, query: Query) -> Query:
        """See `Query.bare`."""
        found = self._names.without_name(query)
        if found is None:
            return query
        document_id, text = found
        vector = query.vector
        if vector is not None and self._embedder is not None:
            vector = self._embedder.embed([text], urgent=True, asked=True)[0]
        bare = Query.of(text, self.rarity, vector, self._lexical.frequencies, query.profile)
        return replace(query, bare=bare, bare_in=document_id)

    @property
    def calibration(self) -> Calibration | None:
        """What was fitted on this library's questions and is in use: with the embedder that searches now."""
        found = self.calibration_file.read()
        return found if found is not None and found.embedder == self._identity else None

    @property
    def threshold(self) -> float | None:
        """Relevance below which a question is refused, where it was fitted."""
        return self.calibration.threshold if self.calibration else None

    def search(
        self,
        query: Query,
        k: int = 10,
        arm: Arm = "fused",
        *,
        without: Sequence[int] = (),
        within: Sequence[int] | None = None,
        weights: Weights = None,
    ) -> list[Hit]:
        """The k best passages; the fused arm's are in the order of `ranking.rank`. Raises UsageError, LibraryError.

        Documents `without` are left out, and with `within` all others are; `weights` are those of the ranking, instead
        of the library's own.
        """
        self._catch_up(query.vector is not None)
        filters = query.filters
        candidates = max(FILTERED_CANDIDATES if filters.of_passages else CANDIDATES, k)
        vector = query.vector
        if self._vectors is None or (vector is not None and vector.shape != (self._vectors.dimension,)):
            vector = None  # made before another embedder took over
        inside = self._without(self._searched_documents(filters), without) if within is None else list(within)
        bare = query.bare if vector is query.vector else None
        named = {key: share for key, share in self._names.named(query).items() if inside is None or key in inside}
        find = partial(
            search,
            self._store,
            self._lexical,
            self._dense,
            query.text,
            vector,
            arm=arm,
            candidates=candidates,
            documents=inside,
            named=list(named),
            bare=bare,
            bare_in=query.bare_in,
            most=None if filters.of_passages else max(k, ranking.RANKED),
        )
        snapshot = self._store.database.snapshot
        with snapshot():  # while others write, SQLite reads its pages anew for every transaction
            hits = find()
        if not self._lexical.usable():  # damage that showed itself only now
            self._catch_up(query.vector is not None)
            hits = find()
        if filters.of_passages:
            exact = [hit for hit in hits if filters.keeps(hit)]
            hits = exact or [hit for hit in hits if filters.keeps(hit, phrases=False)]
        if arm == "fused":
            own = self.calibration
            weights = weights or (own.weights if own else None) or ranking.WEIGHTS
            with snapshot():
                hits = ranking.rank(
                    query,
                    hits,
                    self._sentences_of,
                    named,
                    weights,
                    partial(self._cosines, query.bare.vector if query.bare else None),
                )
            hits = self.aligned(query, hits)
            reranker = self.reranker()
            if reranker is not None and (query.vector is not None or not self._has_vectors()):
                # Not while words alone answer: that is meant to be quick.
                hits = reranked(query.text, hits, reranker)
        return hits[:k]

    def _cosines(self, vector: "NDArray[np.float32] | None", ids: Sequence[int]) -> dict[int, float]:
        """Passage id → its cosine with a question's vector."""
        if vector is None or self._vectors is None or vector.shape != (self._vectors.dimension,):
            return {}
        found, rows = self._vectors.of_passages(ids)
        return dict(zip(found, (rows @ vector).tolist(), strict=True))

    def _searched_documents(self, filters: Filters) -> list[int] | None:
        """Ids of those in scope that the question does not shut out; None for all. Raises UsageError."""
        scope, wanted = self.documents_in_scope(), filters.documents(self.documents)
        if scope is None or wanted is None:
            return wanted if scope is None else scope
        both = sorted(set(scope) & set(wanted))
        if not both:
            raise UsageError(f"No such document has the tags that are searched now ({', '.join(self.scope)}).")
        return both

    def _without(self, searched: list[int] | None, out: Sequence[int]) -> list[int] | None:
        """Ids of the documents that are left when some are taken out, None for all."""
        if not out:
            return searched
        there = searched if searched is not None else [key for key, _ in self._store.files()]
        return [each for each in there if each not in out]

    def _catch_up(self, with_vectors: bool) -> None:
        with self._lock:
            try:
                self._lexical.catch_up(self._store, wait=False)
                if not self._lexical.usable():
                    self._lexical.catch_up(self._store, wait=True)
                self.problem = None
            except LibraryError as error:
                # A cache folder that cannot be written: what is there still answers.
                if not self._lexical.usable():
                    raise
                self.problem = error.message
            if with_vectors and self._dense is not None:
                self._dense[0].catch_up(self._store)
        self._tell_damage()

    @property
    def left_out(self) -> int:
        """Rows of the database that could not be used, since something other than phitui has changed them."""
        return len(self._store.database.left_out)

    def leave_out(self, table: str, key: int) -> None:
        """Counts a row that cannot be used."""
        self._store.database.leave_out(table, key)

    def _tell_damage(self) -> None:
        """Says which indexes had to be made anew, and how many rows are left out."""
        if self.left_out > self._told:
            self._told = self.left_out
            rows = "1 row" if self._told == 1 else f"{self._told:,} rows"
            self.notice(
                f"{rows} of the library {one_line(str(self._store.database.path))} cannot be used, since something "
                "other than phitui has changed them, and are left out: `phitui library restore --anyway` puts the "
                "newest backup in its place."
            )
        indexes = {"words": self._lexical, "meanings": self._dense[0] if self._dense else None}
        for name, index in indexes.items():
            if index is not None and index.damaged:
                index.damaged = False
                where = one_line(str(self._cache))
                self.notice(f"The index of {name} in {where} was damaged: it was made anew, and nothing is lost.")

    def passages(self, ids: Sequence[int]) -> list[Hit]:
        """Passages by id, without scores, in the order given; ids that are gone are left out."""
        found = self._store.passages(ids)
        return [found[key] for key in ids if key in found]

    def whole(self, document_id: int) -> list[Hit]:
        """Every passage of a document, without scores, in order."""
        return self.passages(self._store.passage_ids(document_id))

    def sentences(self, hit: Hit) -> list[StoredSentence]:
        """The sentences of a passage, with their vectors where they have one."""
        return self._sentences_of([hit])[0]

    def _sentences_of(self, hits: Sequence[Hit]) -> list[list[StoredSentence]]:
        if self._vectors is not None:
            return self._vectors.sentences_of(hits)
        return [self._store.sentences(hit.document_id, hit.first_sentence, hit.last_sentence) for hit in hits]

    def spelled(self, text: str) -> str:
        """The question in the library's writing: its spelling, where that is surely what was meant, dates, numbers.

        What it says about its answer is left out. See `without_instructions`, `corrected` and `in_its_writing`.
        """
        self._catch_up(False)

        def word_for(word: str, stem: str) -> str | None:
            ids = [key for key, _ in self._lexical.search(stem, SPELLING_PASSAGES)]
            return word_like(word, stem, [hit.text for hit in self._store.passages(ids).values()])

        if not self._lexical.usable():
            return text
        if language_of_question(text) in ("", "en"):  # of other languages no list tells which words are right
            text = corrected(without_instructions(text), self._lexical.frequencies, word_for)
        return in_its_writing(text, self._lexical.frequencies, self._texts_with)

    def _texts_with(self, words: Sequence[str]) -> list[str]:
        """The passages that say most of these words, best first."""
        ids = [key for key, _ in self._lexical.search(" ".join(words), WRITING_PASSAGES)]
        found = self._store.passages(ids)
        return [found[key].text for key in ids if key in found]

    def _is_option(self, question: str, word: str) -> bool:
        """Whether the passages that a question is about write the word behind a hyphen, as options of commands are."""
        self._catch_up(False)
        written = re.compile(rf"(?<![\w-])-{{1,2}}{re.escape(word)}(?![\w-])", re.IGNORECASE)
        return any(written.search(text) for text in self._texts_with([question.replace("-", " ")]))

    def rarity(self, stems: Sequence[str]) -> dict[str, float]:
        """Stem → inverse document frequency in this library, natural logarithm."""
        return self._lexical.rarity(stems)
