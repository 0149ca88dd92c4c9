"""Which embedder searches, and which one is being built: a change never takes the old vectors away.

Nothing is stored about a change. The embedder that the settings name is searched with as soon as no other has vectors
of more texts; until then that other one is. So neither a kill, nor a second process, nor a document that is added
meanwhile can leave the library between two embedders.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from phitui.errors import PhituiError, UsageError
from phitui.library.embedder import Embedder, FittedEmbedder
from phitui.library.indexes.dense import DenseIndex
from phitui.library.store.documents import Store
from phitui.library.store.vectors import Vectors
from phitui.records import StoredEmbedder, headed
from phitui.text import one_line

KEPT_UP_SHARE = 0.1
"""Share of texts that the old embedder may lack to be completed first: documents added during the change. One that
lacks more was never complete, and finishing it would only delay the new one."""
SAMPLE_PASSAGES = 512
"""Passages that an embedder is fitted on, spread evenly over the library."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """An embedder with its vectors and its index: a dense arm."""

    embedder: Embedder
    vectors: Vectors
    index: DenseIndex

    @property
    def done(self) -> int:
        """Passages and sentences that have a vector."""
        passages, _, sentences, _ = self.vectors.counts()
        return passages + sentences

    @property
    def missing(self) -> int:
        """Passages and sentences that have none."""
        passages, all_passages, sentences, all_sentences = self.vectors.counts()
        return all_passages - passages + all_sentences - sentences


class Embedders:
    """The embedder that is wanted, and those that the library has vectors of. May be used from any thread."""

    def __init__(self, store: Store, cache: Path, wanted: Embedder, opened: Callable[[str], Embedder] | None = None):
        """`opened` makes the embedder that has that `Embedder.name`; it may raise PhituiError."""
        self._store, self._cache, self._opened = store, cache, opened
        self._known: dict[str, Meaning | None] = {}
        self.wanted = self._meaning(wanted)
        self.current = self.wanted
        """What searches."""
        self._seen = -1
        self.settle()

    def _meaning(self, embedder: Embedder) -> Meaning:
        vectors = Vectors(self._store, embedder.identity, embedder.dimension)
        made = Meaning(embedder, vectors, DenseIndex(self._cache, vectors))
        self._known[embedder.identity] = made
        self._restore(made)
        return made

    def _restore(self, meaning: Meaning) -> bool:
        """Gives an embedder what it has learnt of this library. Returns whether there was anything."""
        if not isinstance(meaning.embedder, FittedEmbedder):
            return True
        row = self._store.database.row(
            "SELECT state FROM embedders WHERE identity = ? AND state IS NOT NULL", (meaning.embedder.identity,)
        )
        if row is not None:
            meaning.embedder.restore(row[0])
        return row is not None

    # ── which one searches ───────────────────────────────────────────────────────────────────────────────────

    def settle(self) -> bool:
        """Where vectors have changed, decides again which embedder searches. Returns whether it is another one now."""
        change = self._store.change("vectors")
        if change == self._seen:
            return False
        for meaning in self._known.values():
            if meaning is not None:
                meaning.vectors.forget()
        before, self.current, self._seen = self.current, self._best(), change
        if before is not self.current:
            before.index.close()
        return before is not self.current

    def _best(self) -> Meaning:
        others = "SELECT 1 FROM embedders WHERE identity <> ?"
        if self._store.database.row(others, (self.wanted.embedder.identity,)) is None or not self.wanted.missing:
            return self.wanted
        done = self.wanted.done
        for row in self.listed():
            if row.passages + row.sentences <= done:
                break
            other = self._other(row)
            if other is not None:
                return other
        return self.wanted

    def _other(self, row: StoredEmbedder) -> Meaning | None:
        """None where its model is not there any more, or is not the same."""
        if row.identity not in self._known:
            self._known[row.identity] = None
            if self._opened is not None and row.name:
                try:
                    embedder = self._opened(row.name)
                    if embedder.identity == row.identity:
                        self._meaning(embedder)
                except PhituiError:
                    pass
        return self._known[row.identity]

    def listed(self) -> list[StoredEmbedder]:
        """Those that the library has vectors of and the wanted one, the most complete first."""
        _, passages, _, sentences = self.wanted.vectors.counts()
        rows = self._store.database.rows(
            """SELECT m.identity, m.name, coalesce(sum(e.passages), 0), coalesce(sum(e.sentences), 0)
            FROM embedders m LEFT JOIN embedded e ON e.embedder_id = m.id GROUP BY m.id
            ORDER BY coalesce(sum(e.passages), 0) + coalesce(sum(e.sentences), 0) DESC, m.id DESC"""
        )
        wanted = self.wanted.embedder
        if all(row[0] != wanted.identity for row in rows):
            rows.append((wanted.identity, wanted.name, 0, 0))
        return [
            StoredEmbedder(
                identity,
                name or (wanted.name if identity == wanted.identity else ""),
                done,
                passages,
                done_sentences,
                sentences,
                searches=identity == self.current.embedder.identity,
                wanted=identity == wanted.identity,
            )
            for identity, name, done, done_sentences in rows
        ]

    # ── building ─────────────────────────────────────────────────────────────────────────────────────────────

    def to_build(self) -> Iterator[Meaning]:
        """The embedders whose missing vectors should be made, prepared for it; the wanted one last."""
        self.settle()
        old = self.current
        if old is not self.wanted and 0 < old.missing <= KEPT_UP_SHARE * (old.done + old.missing):
            yield old
        if self.wanted.missing:
            self._begin(self.wanted)
            yield self.wanted

    def _begin(self, meaning: Meaning) -> None:
        """Stores the embedder and, where it has to learn first, what it learns from a sample of the library."""
        embedder = meaning.embedder
        with self._store.database.transaction() as connection:
            connection.execute(
                """INSERT INTO embedders (identity, name) VALUES (?, ?)
                ON CONFLICT (identity) DO UPDATE SET name = excluded.name""",
                (embedder.identity, embedder.name),
            )
        if not isinstance(embedder, FittedEmbedder) or self._restore(meaning):
            return
        state = embedder.fit(self._sample())
        with self._store.database.transaction() as connection:
            connection.execute("UPDATE embedders SET state = ? WHERE identity = ?", (state, embedder.identity))
        embedder.restore(state)

    def _sample(self) -> list[str]:
        """Passages with their headers, evenly over the library, the same ones for the same library."""
        rows = self._store.database.rows(
            """SELECT d.title, p.section, p.text
            FROM passages p JOIN documents d ON d.id = p.document_id
            WHERE p.id % max(1, (SELECT count(*) FROM passages) / ?) = 0 ORDER BY p.id LIMIT ?""",
            (SAMPLE_PASSAGES, SAMPLE_PASSAGES),
        )
        return [headed(title, section, text) for title, section, text in rows]

    # ── dropping ─────────────────────────────────────────────────────────────────────────────────────────────

    def drop(self, reference: str) -> StoredEmbedder:
        """Deletes the vectors of the embedder of that name or identity. Raises UsageError for the one in use."""
        wanted = one_line(reference)
        found = [row for row in self.listed() if wanted in (row.name, row.identity)]
        found = found or [row for row in self.listed() if wanted.casefold() in f"{row.name} {row.identity}".casefold()]
        if len(found) != 1:
            which = "No embedder has" if not found else "Several embedders have"
            raise UsageError(f"{which} the name {one_line(reference, 60)!r}: `phitui embedders` lists them.")
        (row,) = found
        if row.searches:
            raise UsageError(
                f"{row.shown} is what searches this library: name another one with --embedder and let it be built "
                "(`phitui embedders build`) before you drop it."
            )
        with self._store.database.transaction() as connection:
            connection.execute("DELETE FROM embedders WHERE identity = ?", (row.identity,))
            connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'vectors'")
        meaning = self._known.get(row.identity)
        if meaning is not None:
            meaning.index.delete()
        else:
            DenseIndex(self._cache, Vectors(self._store, row.identity, 1)).delete()
        return row

    def close(self) -> None:
        """Saves the index that is searched and frees memory. Raises LibraryError."""
        self.current.index.save(self._store)
        for meaning in self._known.values():
            if meaning is not None:
                meaning.index.close()
