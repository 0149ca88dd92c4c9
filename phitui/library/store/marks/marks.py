"""What a person marked in documents, and wrote beside it: kept with the document, found again, taken out again."""

import builtins
from dataclasses import dataclass
from typing import Any

from phitui.documents.document import Span, slice_text
from phitui.errors import UsageError
from phitui.library.store.documents import Store, now
from phitui.records import cited_name
from phitui.text import clean, fold

LONGEST_MARK = 20_000
"""Characters; more is no place that one goes back to."""
LONGEST_NOTE = 10_000

GONE = "That mark is gone."


@dataclass(frozen=True, slots=True)
class Mark:
    """One stretch of a document's text, with a note."""

    mark_id: int
    document_id: int
    title: str
    path: str
    page_label: str | None
    """The label that is printed on its first page, where there is one."""
    span: Span
    text: str
    """The words as they stand in the document."""
    note: str
    """Empty where nothing was written."""
    placed: bool
    """Whether the words still stand in the document; if not, `span` is where they stood."""
    created: str
    """ISO 8601, UTC."""
    apart: str = ""
    """As in StoredDocument."""

    @property
    def name(self) -> str:
        """What its document is cited as."""
        return cited_name(self.title, self.apart)


@dataclass(frozen=True, slots=True)
class DeletedMark:
    """A mark that was taken out: its row as it stood in the database."""

    row: tuple[Any, ...]


_MARK = """SELECT m.id, m.document_id, d.title, d.path, p.label, m.page, m.start, m.page_end, m.end, m.text, m.note,
    m.placed, m.created FROM marks m JOIN documents d ON d.id = m.document_id
    LEFT JOIN pages p ON p.document_id = m.document_id AND p.page = m.page"""
_ORDER = "ORDER BY d.title COLLATE NOCASE, d.id, m.page, m.start, m.id"


class Marks:
    """May be used from any thread. Every method may raise LibraryError; writes are committed on return."""

    def __init__(self, store: Store):
        self._store, self._database = store, store.database

    def list(self, document_id: int | None = None) -> "builtins.list[Mark]":
        """All, or those of one document, in the order of titles and pages."""
        return self._read(f"{_MARK} WHERE ?1 IS NULL OR m.document_id = ?1 {_ORDER}", (document_id,))

    def search(self, text: str) -> "builtins.list[Mark]":
        """Those that have every one of these words in their text, their note or their document's title."""
        words = fold(text).split()
        return [each for each in self.list() if all(word in _folded(each) for word in words)]

    def lost(self, document_id: int) -> int:
        """How many of a document's marks have lost their words."""
        row = self._database.row("SELECT count(*) FROM marks WHERE document_id = ? AND NOT placed", (document_id,))
        return int(row[0]) if row else 0

    def _read(self, statement: str, values: tuple[Any, ...]) -> "builtins.list[Mark]":
        apart = self._store.apart()
        rows = self._database.rows(statement, values, "iittTiiiittit")
        return [
            Mark(
                key,
                document,
                title,
                path,
                label,
                Span(*span),
                text,
                note,
                bool(placed),
                created,
                apart.get(document, ""),
            )
            for key, document, title, path, label, *span, text, note, placed, created in rows
        ]

    def add(self, document_id: int, span: Span, note: str = "") -> Mark:
        """Marks a span of a document. Raises UsageError where there is no text."""
        with self._database.transaction() as connection:
            pages = dict(
                connection.execute(
                    "SELECT page, text FROM pages WHERE document_id = ? AND page BETWEEN ? AND ?",
                    (document_id, span.page, span.page_end),
                )
            )
            text = slice_text(pages, span)
            if not text.strip():
                raise UsageError("There is no text to mark there: the document is gone, or was read anew.")
            if len(text) > LONGEST_MARK:
                raise UsageError(f"A mark holds {LONGEST_MARK:,} characters at most: choose less of the text.")
            cursor = connection.execute(
                "INSERT INTO marks (document_id, page, start, page_end, end, text, note, created) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (document_id, span.page, span.start, span.page_end, span.end, text, _note(note), now()),
            )
            key = int(cursor.lastrowid or 0)
        return self._one(key)

    def _one(self, mark_id: int) -> Mark:
        found = self._read(f"{_MARK} WHERE m.id = ?", (mark_id,))
        if not found:
            raise UsageError(GONE)
        return found[0]

    def write(self, mark_id: int, note: str) -> None:
        """Writes another note beside it; empty takes it away. Raises UsageError where the mark is gone."""
        with self._database.transaction() as connection:
            if not connection.execute("UPDATE marks SET note = ? WHERE id = ?", (_note(note), mark_id)).rowcount:
                raise UsageError(GONE)

    def delete(self, mark_id: int) -> DeletedMark:
        """Takes a mark out, and returns it for `bring_back`. Raises UsageError where it is gone."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT * FROM marks WHERE id = ?", (mark_id,)).fetchone()
            if row is None:
                raise UsageError(GONE)
            connection.execute("DELETE FROM marks WHERE id = ?", (mark_id,))
        return DeletedMark(tuple(row))

    def bring_back(self, deleted: DeletedMark) -> None:
        """Puts back what `delete` took out. Raises UsageError where its document has gone meanwhile."""
        with self._database.transaction() as connection:
            if connection.execute("SELECT 1 FROM documents WHERE id = ?", (deleted.row[1],)).fetchone() is None:
                raise UsageError("Its document is no longer in the library.")
            places = ", ".join("?" * len(deleted.row))
            connection.execute(f"INSERT OR IGNORE INTO marks VALUES ({places})", deleted.row)


def _note(note: str) -> str:
    return clean(note).strip()[:LONGEST_NOTE]


def _folded(mark: Mark) -> str:
    return fold(" ".join(f"{mark.text} {mark.note} {mark.name}".split()))
