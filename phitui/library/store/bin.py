"""Removed documents: kept whole, where no search finds them, until they are brought back or the bin is emptied."""

import json
import sqlite3
import zlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from phitui.errors import UsageError
from phitui.library.store.database import Database
from phitui.library.store.documents import Store, changed, now
from phitui.library.store.files import Known
from phitui.library.store.migrations import CAUSES_OF_REASONS
from phitui.text import one_line

_IN_PASSAGES = "passage_id IN (SELECT id FROM passages WHERE document_id = ?)"
TABLES = {
    "documents": "id = ?",
    "tags": "document_id = ?",
    "marks": "document_id = ?",
    "pages": "document_id = ?",
    "sentences": "document_id = ?",
    "passages": "document_id = ?",
    "passage_vectors": _IN_PASSAGES,
    "sentence_vectors": "document_id = ?",
    "embedded": "document_id = ?",
    "recognised": "content_hash = (SELECT content_hash FROM documents WHERE id = ?)",
}
"""Every table that holds a part of a document, parents first, and which of its rows are the document's."""

EMPTIED = "emptied"
"""Key in `meta` while the file may hold bytes of documents that nothing in it names any more."""


@dataclass(frozen=True, slots=True)
class Binned:
    """A removed document."""

    document_id: int
    title: str
    path: str
    removed: str
    """ISO 8601, UTC."""
    pages: int
    passages: int
    content_hash: str


class Bin:
    """May be used from any thread. Every method may raise LibraryError; each document goes whole or not at all."""

    def __init__(self, database: Database):
        self._database = database

    def all(self) -> list[Binned]:
        """What is in it, the last removed first."""
        rows = self._database.rows(
            """SELECT document_id, title, path, removed, pages, passages, content_hash FROM bin
            ORDER BY removed DESC, document_id DESC""",
            kinds="itttiit",
        )
        return [Binned(*row) for row in rows]

    @property
    def emptied(self) -> bool:
        """Whether documents were deleted from it of which the file may still hold bytes."""
        return self._database.row("SELECT 1 FROM meta WHERE key = ?", (EMPTIED,)) is not None

    def put(self, document_ids: Sequence[int]) -> None:
        """Takes documents out of the library; ids that are gone do not matter."""
        for document_id in document_ids:
            with self._database.transaction() as connection:
                row = connection.execute(
                    "SELECT title, path, content_hash, status, pages, passages FROM documents WHERE id = ?",
                    (document_id,),
                ).fetchone()
                if row is None:
                    continue
                values = (document_id, now(), *row, _pack(connection, document_id))
                connection.execute("INSERT OR REPLACE INTO bin VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
                changed(connection)
                connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))

    def find(self, reference: str) -> Binned:
        """The removed document with that id, path or unique part of a title, else of its name. Raises UsageError."""
        wanted = one_line(reference).casefold()
        everything = self.all()
        found = [each for each in everything if wanted in (str(each.document_id), each.path.casefold())]
        found = found or [each for each in everything if wanted and wanted in each.title.casefold()]
        found = found or [each for each in everything if wanted and wanted in each.path.rpartition("/")[2].casefold()]
        if len(found) == 1:
            return found[0]
        problem = f"fits {len(found)} documents in the bin" if found else "is not in the bin"
        raise UsageError(f"{one_line(reference, 60)!r} {problem}: `phitui library bin` shows what is there.")

    def bring_back(self, document_ids: Sequence[int]) -> None:
        """Puts documents back as they were, under their old ids. Raises UsageError where one is there again."""
        for document_id in document_ids:
            with self._database.transaction() as connection:
                row = connection.execute("SELECT data, title FROM bin WHERE document_id = ?", (document_id,)).fetchone()
                if row is None:
                    raise UsageError(f"There is no document {document_id} in the bin.")
                tables = unpacked(row[0])
                names, ((*values,),) = tables["documents"]
                document = dict(zip(names, values, strict=True))
                twin = connection.execute(
                    "SELECT path FROM documents WHERE file = ? OR (content_hash = ? AND content_hash <> '')",
                    (document["file"], document["content_hash"]),
                ).fetchone()
                if twin is not None:
                    raise UsageError(f"{one_line(row[1], 60)!r} is in the library already, as {one_line(twin[0])}.")
                version = changed(connection)
                for table, (columns, rows) in tables.items():
                    _insert(connection, table, columns, rows)
                if "cause" not in names:
                    for statement in CAUSES_OF_REASONS:
                        connection.execute(statement)
                connection.execute("UPDATE documents SET version = ? WHERE id = ?", (version, document_id))
                connection.execute(
                    "UPDATE embedded SET change = (SELECT value FROM meta WHERE key = 'vectors') WHERE document_id = ?",
                    (document_id,),
                )
                connection.execute("DELETE FROM bin WHERE document_id = ?", (document_id,))

    def has_content(self, content_hash: str) -> bool:
        """Whether a document of that content, which could be read, is in it."""
        row = self._database.row("SELECT 1 FROM bin WHERE content_hash = ? AND status = 'indexed'", (content_hash,))
        return row is not None

    def bring_back_content(self, content_hash: str, store: Store) -> Known | None:
        """Brings back a document of that content that could be read, where the bin holds one; returns what it is."""
        row = self._database.row(
            "SELECT document_id FROM bin WHERE content_hash = ? AND status = 'indexed' ORDER BY document_id DESC",
            (content_hash,),
        )
        if row is None:
            return None
        try:
            self.bring_back([row[0]])
        except UsageError:
            return None
        return store.known_by_id(row[0])

    def empty(self) -> int:
        """Deletes all that is in it; returns how many documents that were."""
        with self._database.transaction() as connection:
            deleted = connection.execute("DELETE FROM bin").rowcount
            if deleted:
                connection.execute("INSERT OR REPLACE INTO meta VALUES (?, '1')", (EMPTIED,))
            return deleted


def _pack(connection: sqlite3.Connection, document_id: int) -> bytes:
    tables = {}
    for table, where in TABLES.items():
        found = connection.execute(f"SELECT * FROM {table} WHERE {where}", (document_id,))
        tables[table] = ([column[0] for column in found.description], found.fetchall())
    return zlib.compress(json.dumps(tables, default=_encoded, ensure_ascii=False).encode("utf-8", "surrogatepass"), 1)


def _encoded(value: bytes) -> dict[str, str]:
    return {"bytes": b64encode(value).decode()}


def unpacked(data: bytes) -> dict[str, tuple[list[str], list[list[Any]]]]:
    """Table → (columns, rows) of a removed document. Raises zlib.error, ValueError for anything else."""

    def decoded(value: dict[str, Any]) -> Any:
        return b64decode(value["bytes"]) if value.keys() == {"bytes"} else value

    tables: dict[str, tuple[list[str], list[list[Any]]]] = json.loads(zlib.decompress(data), object_hook=decoded)
    return tables


def _insert(connection: sqlite3.Connection, table: str, columns: list[str], rows: list[list[Any]]) -> None:
    """Puts rows back; columns that a later phitui has dropped, and vectors of embedders that are gone, are left out."""
    known = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    places = [place for place, name in enumerate(columns) if name in known]
    if "embedder_id" in columns:
        there = {row[0] for row in connection.execute("SELECT id FROM embedders")}
        rows = [row for row in rows if row[columns.index("embedder_id")] in there]
    names = ", ".join(columns[place] for place in places)
    marks = ", ".join("?" * len(places))
    connection.executemany(
        f"INSERT INTO {table} ({names}) VALUES ({marks})", ([row[place] for place in places] for row in rows)
    )
