"""Vectors of passages and sentences in the database: float16 blobs, keyed by the embedder that made them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phitui.documents.document import Span
from phitui.library.halves import finite, singles
from phitui.library.store.database import Database
from phitui.library.store.documents import Store
from phitui.records import Hit, StoredSentence, headed, header

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class MissingPassage:
    """A passage without a vector. `text` is what is embedded: its header, a newline, its text."""

    passage_id: int
    document_id: int
    text: str


@dataclass(frozen=True, slots=True)
class ComposedPassage:
    """A passage without a vector, by its parts: its header, and those sentences of its document."""

    passage_id: int
    document_id: int
    header: str
    first_sentence: int
    last_sentence: int


@dataclass(frozen=True, slots=True)
class MissingSentence:
    """A sentence without a vector. `version` is its document's, by which a change meanwhile is noticed."""

    document_id: int
    ordinal: int
    version: int
    text: str


class Vectors:
    """The vectors of one embedder. May be used from any thread. Every method may raise LibraryError."""

    def __init__(self, store: Store, identity: str, dimension: int):
        self._store = store
        self._database: Database = store.database
        self.identity = identity
        self.dimension = dimension
        self._id: int | None = None
        self._counted: tuple[int, tuple[int, int, int, int]] | None = None
        """The vectors' change number, and what `counts` returned at that number."""

    def _embedder_id(self) -> int:
        """The id of the embedder's row, which the first write creates; -1 before."""
        if self._id is None:
            row = self._database.row("SELECT id FROM embedders WHERE identity = ?", (self.identity,))
            self._id = int(row[0]) if row else None
        return self._id if self._id is not None else -1

    def forget(self) -> None:
        """Forgets the row and the counts: another process may have dropped the embedder and added it again."""
        self._id = self._counted = None

    def counts(self) -> tuple[int, int, int, int]:
        """(passages with a vector, passages, sentences with a vector, sentences) of the library."""
        change, counted = self._store.change("vectors"), self._counted
        if counted is not None and counted[0] == change:
            return counted[1]
        row = self._database.row(
            """SELECT coalesce(sum(e.passages), 0), coalesce(sum(d.passages), 0), coalesce(sum(e.sentences), 0),
                coalesce(sum(d.sentences), 0)
            FROM documents d LEFT JOIN embedded e ON e.document_id = d.id AND e.embedder_id = ?
            WHERE d.passages > 0""",
            (self._embedder_id(),),
        )
        assert row is not None  # An aggregate always has a row.
        found = int(row[0]), int(row[1]), int(row[2]), int(row[3])
        self._counted = change, found
        return found

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────────

    def by_document(self, since: int = -1) -> dict[int, tuple[int, int]]:
        """Document id → (version, vectors of its passages), of those that have any: what an index should cover.

        Only of those whose vectors came after the change number `since`.
        """
        rows = self._database.rows(
            """SELECT d.id, d.version, e.passages FROM embedded e JOIN documents d ON d.id = e.document_id
            WHERE e.embedder_id = ? AND e.change > ? AND e.passages > 0""",
            (self._embedder_id(), since),
        )
        return {document: (version, passages) for document, version, passages in rows}

    @property
    def some(self) -> bool:
        """Whether any passage has one."""
        found = "SELECT 1 FROM embedded WHERE embedder_id = ? AND passages > 0"
        return self._database.row(found, (self._embedder_id(),)) is not None

    def documents(self) -> int:
        """How many have vectors of passages."""
        row = self._database.row(
            "SELECT count(*) FROM embedded WHERE embedder_id = ? AND passages > 0", (self._embedder_id(),)
        )
        return int(row[0]) if row else 0

    def of_document(self, document_id: int, version: int) -> "tuple[list[int], NDArray[np.float32]]":
        """(ids of its passages that have a vector, ascending, their vectors (n, dimension)); none if it has changed."""
        rows = self._database.rows(
            """SELECT v.passage_id, v.vector FROM documents d JOIN passages p ON p.document_id = d.id
            JOIN passage_vectors v ON v.passage_id = p.id AND v.embedder_id = ? WHERE d.id = ? AND d.version = ?
            ORDER BY p.id""",
            (self._embedder_id(), document_id, version),
        )
        return self._usable(rows)

    def of_passages(self, ids: Sequence[int]) -> "tuple[list[int], NDArray[np.float32]]":
        """(ids that have a vector, their vectors (n, dimension) in the same order)."""
        rows = self._database.rows_in(
            "SELECT passage_id, vector FROM passage_vectors WHERE embedder_id = ? AND passage_id IN ({})",
            ids,
            (self._embedder_id(),),
        )
        return self._usable(rows)

    def sentences_of(self, hits: "Sequence[Hit | ComposedPassage]") -> list[list[StoredSentence]]:
        """The sentences of each passage with their vectors, None where one is missing. All are read together."""
        rows = self._database.rows_of(
            """WITH wanted (at, document_id, first, last) AS (VALUES {})
            SELECT v.vector, w.at, s.document_id, s.page, s.start, s.page_end, s.end FROM wanted w
            CROSS JOIN sentences s ON s.document_id = w.document_id AND s.ordinal BETWEEN w.first AND w.last
            LEFT JOIN sentence_vectors v
            ON v.document_id = s.document_id AND v.ordinal = s.ordinal AND v.embedder_id = ?
            ORDER BY w.at, s.ordinal""",
            [(at, hit.document_id, hit.first_sentence, hit.last_sentence) for at, hit in enumerate(hits)],
            (self._embedder_id(),),
        )
        places, vectors = self._usable([(at, row[0]) for at, row in enumerate(rows) if row[0] is not None])
        made = dict(zip(places, vectors, strict=True))
        spans = [(row[2], Span(*row[3:])) for row in rows]
        found: list[list[StoredSentence]] = [[] for _ in hits]
        for at, (row, (_, span), text) in enumerate(zip(rows, spans, self._store.texts_of(spans), strict=True)):
            found[row[1]].append(StoredSentence(text, span, made.get(at)))
        return found

    def _usable(self, rows: Sequence[tuple[int, bytes]]) -> "tuple[list[int], NDArray[np.float32]]":
        """(keys, vectors (n, dimension)) of the rows whose vector is one; the others are counted."""
        import numpy as np

        size = 2 * self.dimension
        fitting = [row for row in rows if isinstance(row[1], bytes) and len(row[1]) == size]
        matrix = np.frombuffer(b"".join(vector for _, vector in fitting), np.float16).reshape(-1, self.dimension)
        found = singles(matrix)
        usable = finite(found)
        keys = [key for (key, _), good in zip(fitting, usable.tolist(), strict=True) if good]
        if len(keys) < len(rows):
            for key in {row[0] for row in rows} - set(keys):
                self._database.leave_out(self.identity, key)
            found = found[usable]
        return keys, found

    # ── what is missing ──────────────────────────────────────────────────────────────────────────────────────

    def before_missing(self) -> int:
        """An id below which every passage has its vector: those, perhaps a million, can be skipped."""
        row = self._database.row(
            """SELECT coalesce(min(p.id), 0) FROM documents d JOIN passages p ON p.document_id = d.id AND p.ordinal = 0
            LEFT JOIN embedded e ON e.document_id = d.id AND e.embedder_id = ?
            WHERE d.passages > coalesce(e.passages, 0)""",
            (self._embedder_id(),),
        )
        return int(row[0]) - 1 if row else 0

    def passages_without(self, limit: int, after: int = 0) -> list[MissingPassage]:
        """Passages without a vector, by id, ids above `after`."""
        return [
            MissingPassage(passage, document, headed(title, section, text))
            for passage, document, title, section, text in self._database.rows(
                """SELECT p.id, p.document_id, d.title, p.section, p.text
                FROM passages p JOIN documents d ON d.id = p.document_id
                WHERE p.id > ? AND NOT EXISTS (
                    SELECT 1 FROM passage_vectors v WHERE v.passage_id = p.id AND v.embedder_id = ?)
                ORDER BY p.id LIMIT ?""",
                (after, self._embedder_id(), limit),
                "iittt",
            )
        ]

    def documents_to_compose(self) -> list[int]:
        """Ids of documents all of whose sentences have a vector, but not all of their passages."""
        rows = self._database.rows(
            """SELECT d.id FROM documents d JOIN embedded e ON e.document_id = d.id AND e.embedder_id = ?
            WHERE d.passages > e.passages AND d.sentences > 0 AND d.sentences = e.sentences ORDER BY d.id""",
            (self._embedder_id(),),
        )
        return [row[0] for row in rows]

    def to_compose(self, document_id: int, limit: int, after: int = 0) -> list[ComposedPassage]:
        """Passages of a document without a vector all of whose sentences have one, by id, ids above `after`."""
        return [
            ComposedPassage(passage, document_id, header(title, section), first, last)
            for passage, title, section, first, last in self._database.rows(
                """SELECT p.id, d.title, p.section, p.first_sentence, p.last_sentence
                FROM passages p JOIN documents d ON d.id = p.document_id
                WHERE d.id = ? AND p.id > ? AND p.last_sentence >= p.first_sentence
                AND NOT EXISTS (
                    SELECT 1 FROM passage_vectors v WHERE v.passage_id = p.id AND v.embedder_id = ?)
                AND p.last_sentence - p.first_sentence + 1 = (
                    SELECT count(*) FROM sentence_vectors v WHERE v.document_id = d.id AND v.embedder_id = ?
                    AND v.ordinal BETWEEN p.first_sentence AND p.last_sentence)
                ORDER BY p.id LIMIT ?""",
                (document_id, after, self._embedder_id(), self._embedder_id(), limit),
                "ittii",
            )
        ]

    def documents_without_sentences(self) -> list[int]:
        """Ids of documents some of whose sentences have no vector."""
        rows = self._database.rows(
            """SELECT d.id FROM documents d LEFT JOIN embedded e ON e.document_id = d.id AND e.embedder_id = ?
            WHERE d.passages > 0 AND d.sentences > coalesce(e.sentences, 0) ORDER BY d.id""",
            (self._embedder_id(),),
        )
        return [row[0] for row in rows]

    def sentences_without(self, document_id: int, limit: int, after: int = -1) -> list[MissingSentence]:
        """Sentences of a document without a vector, by ordinal, ordinals above `after`."""
        with self._database.snapshot():
            rows = self._database.rows(
                """SELECT s.ordinal, d.version FROM sentences s JOIN documents d ON d.id = s.document_id
                WHERE s.document_id = ? AND s.ordinal > ? AND NOT EXISTS (
                    SELECT 1 FROM sentence_vectors v WHERE v.document_id = s.document_id
                    AND v.ordinal = s.ordinal AND v.embedder_id = ?)
                ORDER BY s.ordinal LIMIT ?""",
                (document_id, after, self._embedder_id(), limit),
            )
            if not rows:
                return []
            found = self._store.sentence_texts(document_id, range(rows[0][0], rows[-1][0] + 1))
        texts = {ordinal: text for ordinal, text, _ in found}
        return [MissingSentence(document_id, ordinal, version, texts[ordinal]) for ordinal, version in rows]

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────────────

    def put_passages(self, rows: "Sequence[MissingPassage | ComposedPassage]", vectors: "NDArray[np.float32]") -> None:
        """Stores vectors (n, dimension) in one transaction; those of passages that are gone by now are dropped."""
        self._put(
            """INSERT OR REPLACE INTO passage_vectors (embedder_id, vector, passage_id)
            SELECT ?, ?, id FROM passages WHERE id = ?""",
            [(row.passage_id,) for row in rows],
            {row.document_id for row in rows},
            vectors,
        )

    def put_sentences(self, rows: "Sequence[MissingSentence]", vectors: "NDArray[np.float32]") -> None:
        """Stores vectors (n, dimension) in one transaction; those of documents that changed meanwhile are dropped."""
        self._put(
            """INSERT OR REPLACE INTO sentence_vectors (embedder_id, vector, document_id, ordinal)
            SELECT ?, ?, s.document_id, s.ordinal FROM sentences s JOIN documents d ON d.id = s.document_id
            WHERE s.document_id = ? AND s.ordinal = ? AND d.version = ?""",
            [(row.document_id, row.ordinal, row.version) for row in rows],
            {row.document_id for row in rows},
            vectors,
        )

    def _put(
        self,
        statement: str,
        keys: Sequence[tuple[int, ...]],
        documents: set[int],
        vectors: "NDArray[np.float32]",
    ) -> None:
        import numpy as np

        blobs = [row.tobytes() for row in np.ascontiguousarray(vectors, "<f2")]
        with self._database.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO embedders (identity) VALUES (?)", (self.identity,))
            (mine,) = connection.execute("SELECT id FROM embedders WHERE identity = ?", (self.identity,)).fetchone()
            connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'vectors'")
            connection.executemany(statement, ((mine, blob, *key) for key, blob in zip(keys, blobs, strict=True)))
            connection.executemany(
                """INSERT OR REPLACE INTO embedded (document_id, embedder_id, passages, sentences, change)
                SELECT d.id, m.id,
                    (SELECT count(*) FROM passages p JOIN passage_vectors v ON v.passage_id = p.id
                     WHERE p.document_id = d.id AND v.embedder_id = m.id),
                    (SELECT count(*) FROM sentence_vectors v WHERE v.document_id = d.id AND v.embedder_id = m.id),
                    (SELECT value FROM meta WHERE key = 'vectors')
                FROM documents d, embedders m WHERE d.id = ? AND m.id = ?""",
                ((document, mine) for document in documents),
            )
