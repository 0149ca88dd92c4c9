"""Documents, pages, sentences and passages in the database: the only source of truth."""

import os
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from phitui.documents.document import Document, Span, SplitDocument, slice_text
from phitui.documents.language import language_of
from phitui.documents.splitter import VERSION as SPLITTER
from phitui.errors import Cause, DamagedLibrary, UsageError
from phitui.library.store.database import Database, damage
from phitui.library.store.files import FileState, Known, file_key, shown_path
from phitui.library.store.marks.placing import hand_over, place
from phitui.library.store.namesakes import apart
from phitui.records import Hit, StoredDocument, StoredPage, StoredSentence, headed
from phitui.text import one_line

DATABASE_FILE = "library.db"  # in the library's folder
LISTED_TITLES = 3
"""Documents that are named where a reference fits several."""


def now() -> str:
    """ISO 8601, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class Store:
    """Reads and writes documents. May be used from any thread. Every method may raise LibraryError."""

    def __init__(self, folder: Path):
        """Opens the library in the folder, creating or migrating it."""
        self.database = Database(folder / DATABASE_FILE)
        self._apart: tuple[int, dict[int, str]] = (-1, {})

    def close(self) -> None:
        """Closes the connections of all threads."""
        self.database.close()

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────────

    def library_id(self) -> str:
        """The identity of this library: caches that were made from another one are useless."""
        return self._meta("library")

    def change(self, of: str = "documents") -> int:
        """A number that grows with every change of the "documents" or the "vectors"."""
        return int(self._meta(of))

    def _meta(self, key: str) -> str:
        row = self.database.row("SELECT value FROM meta WHERE key = ?", (key,))
        if row is None or not (key == "library" or str(row[0]).isdigit()):
            raise DamagedLibrary(damage(self.database.path))
        return str(row[0])

    def apart(self) -> dict[int, str]:
        """Document id → what tells it from others of its title (see `namesakes.apart`); read anew after a change."""
        change = self.change()
        if self._apart[0] != change:
            self._apart = (change, apart(self.database))
        return self._apart[1]

    def documents(self, embedder: str | None = None) -> list[StoredDocument]:
        """All documents by title; `embedded` counts vectors of that embedder identity."""
        return self._documents("1", (), embedder)

    def _documents(self, where: str, values: Sequence[object], embedder: str | None) -> list[StoredDocument]:
        rows = self.database.rows(
            f"""SELECT d.id, d.title, d.path, d.status, d.reason, d.pages, d.empty_pages, d.passages,
                coalesce((SELECT e.passages FROM embedded e JOIN embedders m ON m.id = e.embedder_id
                          WHERE e.document_id = d.id AND m.identity = ?), 0), d.added, d.content_hash,
                d.author, d.year, (SELECT group_concat(tag) FROM tags t WHERE t.document_id = d.id), d.language,
                d.cause, d.ocr_pages
            FROM documents d WHERE {where} ORDER BY d.title COLLATE NOCASE, d.id""",
            (embedder or "", *values),
            "itttTiiiitttITtTi",
        )
        found, apart = [], self.apart()
        for *values, names, language, cause, ocr_pages in rows:
            tags = tuple(names.split(",")) if names else ()
            known = StoredDocument(*values)
            found.append(
                replace(
                    known,
                    tags=tags,
                    language=language,
                    cause=Cause.of(cause),
                    ocr_pages=ocr_pages,
                    apart=apart.get(known.document_id, ""),
                )
            )
        return found

    def find(self, reference: str, embedder: str | None = None) -> StoredDocument:
        """The document with that id, path or unique part of a title, else of a file's name. Raises UsageError."""
        wanted = reference.strip()
        if wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
            found = self._documents("d.id = ?", (int(wanted),), embedder)
            if found:
                return found[0]
        if wanted and "\0" not in wanted:
            path = Path(reference)
            with suppress(RuntimeError):  # there is no such user
                path = path.expanduser()
            key, shown = file_key(path), shown_path(path)
            found = self._documents("d.file = ? OR d.path = ?", (key, shown), embedder)
            if found:
                return found[0]
        part = one_line(wanted).casefold()
        everything = self.documents(embedder) if part else []
        found = [each for each in everything if each.title.casefold() == part]
        found = found or [each for each in everything if part in each.title.casefold()]
        found = found or [each for each in everything if part in each.path.rpartition("/")[2].casefold()]
        found = found or [each for each in everything if each.path.casefold().endswith(f"/{part}")]
        if len(found) == 1:
            return found[0]
        shown = one_line(wanted, 60)
        if not found:
            raise UsageError(
                f"No document has the id, the path or the title {shown!r}: `phitui list` shows what there is."
            )
        names = ", ".join(f"{each.document_id} {one_line(each.name, 40)!r}" for each in found[:LISTED_TITLES])
        more = f" and {len(found) - LISTED_TITLES} more" if len(found) > LISTED_TITLES else ""
        raise UsageError(f"{shown!r} fits {len(found)} documents ({names}{more}): give an id or a path.")

    def openings(self, characters: int, documents: Sequence[int]) -> list[tuple[int, str, str, str]]:
        """(document id, title, path, beginning of its first page) of those documents."""
        return self.database.rows_in(
            """SELECT d.id, d.title, d.path, coalesce(substr(p.text, 1, ?), '') FROM documents d
            LEFT JOIN pages p ON p.document_id = d.id AND p.page = 1 WHERE d.id IN ({})""",
            documents,
            (characters,),
            "ittt",
        )

    def page(self, document_id: int, number: int) -> StoredPage:
        """A page's cleaned text; pages count from 1. Raises UsageError where there is none."""
        document = self.database.row("SELECT title, path, pages FROM documents WHERE id = ?", (document_id,))
        if document is None:
            raise UsageError(f"There is no document {document_id}: `phitui list` shows what there is.")
        title, path, pages = document
        row = self.database.row(
            "SELECT label, text, ocr FROM pages WHERE document_id = ? AND page = ?", (document_id, number)
        )
        if row is None:
            count = f"{pages} pages" if pages != 1 else "1 page"
            raise UsageError(f"{one_line(title, 60)!r} has {count}: there is no page {number}.")
        section = self.database.row(
            """SELECT section FROM passages WHERE document_id = ? AND page <= ? AND page_end >= ?
            ORDER BY ordinal LIMIT 1""",
            (document_id, number, number),
        )
        named, apart = section[0] if section else "", self.apart().get(document_id, "")
        return StoredPage(document_id, path, title, number, row[0], row[1], named, row[2], apart)

    def sentences(self, document_id: int, first: int, last: int) -> list[StoredSentence]:
        """Sentences `first` to `last` (inclusive) of a document, without vectors."""
        found = self.sentence_texts(document_id, range(first, last + 1))
        return [StoredSentence(text, span) for _, text, span in found]

    def sentence_texts(self, document_id: int, ordinals: range) -> list[tuple[int, str, Span]]:
        """(ordinal, text, span) of those sentences of a document, in order."""
        rows = self.database.rows(
            """SELECT ordinal, page, start, page_end, end FROM sentences
            WHERE document_id = ? AND ordinal >= ? AND ordinal < ? ORDER BY ordinal""",
            (document_id, ordinals.start, ordinals.stop),
            "iiiii",
        )
        spans = [Span(*span) for _, *span in rows]
        texts = self.texts_of([(document_id, span) for span in spans])
        return [(ordinal, text, span) for (ordinal, *_), text, span in zip(rows, texts, spans, strict=True)]

    def texts_of(self, places: Sequence[tuple[int, Span]]) -> list[str]:
        """The texts of spans of documents."""
        wanted = {(key, page) for key, span in places for page in range(span.page, span.page_end + 1)}
        pages: dict[int, dict[int, str]] = {key: {} for key, _ in places}
        for key, page, text in self.database.rows_of(
            """WITH wanted (document_id, page) AS (VALUES {})
            SELECT p.document_id, p.page, p.text FROM wanted w CROSS JOIN pages p USING (document_id, page)""",
            sorted(wanted),
            kinds="iit",
        ):
            pages[key][page] = text
        return [slice_text(pages[key], span) for key, span in places]

    def passages(self, ids: Sequence[int]) -> dict[int, Hit]:
        """Hits without scores, by passage id; ids that are gone are left out."""
        rows = self.database.rows_in(
            """SELECT p.id, p.document_id, d.title, d.path, p.section, p.page_label, p.page, p.start, p.page_end,
                p.end, p.text, p.first_sentence, p.last_sentence, d.language,
                (SELECT group_concat(g.page || ' ' || g.ocr) FROM pages g WHERE g.document_id = p.document_id
                    AND g.page BETWEEN p.page AND p.page_end AND g.ocr IS NOT NULL), iif(p.page = p.page_end,
                p.page_label, (SELECT label FROM pages WHERE document_id = p.document_id AND page = p.page_end))
            FROM passages p JOIN documents d ON d.id = p.document_id WHERE p.id IN ({})""",
            list(ids),
            kinds="iitttTiiiitIItTT",
        )
        found, apart = {}, self.apart()
        for key, document, title, path, section, label, *span, text, first, last, language, ocr, end in rows:
            places, name = (Span(*span), text, first, last), apart.get(document, "")
            found[key] = Hit(
                key, document, title, path, section, label, *places, apart=name, language=language, end_label=end
            )
            if ocr:
                pages = [each.split(" ", 1) for each in ocr.split(",")]
                found[key] = replace(found[key], ocr=pages[0][1], ocr_pages=tuple(int(page) for page, _ in pages))
        return found

    def passage_ids(self, document_id: int) -> list[int]:
        """Those of a document, in order."""
        rows = self.database.rows("SELECT id FROM passages WHERE document_id = ? ORDER BY ordinal", (document_id,))
        return [key for (key,) in rows]

    def headed_passages(self, document_id: int) -> tuple[str, list[tuple[int, str]]]:
        """Its language, and (passage id, text under its header) of every passage of a document, in order."""
        rows = self.database.rows(
            """SELECT p.id, d.title, p.section, p.text, d.language FROM passages p
            JOIN documents d ON d.id = p.document_id WHERE d.id = ? ORDER BY p.ordinal""",
            (document_id,),
            "itttt",
        )
        return rows[0][-1] if rows else "", [(key, headed(*parts)) for key, *parts, _ in rows]

    def versions(self, above: int = -1) -> dict[int, tuple[int, int]]:
        """Document id → (version, passages), of those with passages: what an index should cover.

        Only of those with a version above that number: versions are change numbers, and only grow.
        """
        rows = self.database.rows(
            "SELECT id, version, passages FROM documents WHERE version > ? AND passages > 0", (above,)
        )
        return {document_id: (version, passages) for document_id, version, passages in rows}

    def with_passages(self) -> int:
        """How many documents have passages."""
        row = self.database.row("SELECT count(*) FROM documents WHERE passages > 0")
        return int(row[0]) if row else 0

    def versions_of(self, document_id: int) -> tuple[int, int] | None:
        """(version, passages) of one document, None where it is gone."""
        row = self.database.row("SELECT version, passages FROM documents WHERE id = ?", (document_id,))
        return (row[0], row[1]) if row else None

    def files(self, status: str = "") -> list[tuple[int, Path]]:
        """(document id, file) of every document, or of those of that status."""
        rows = self.database.rows("SELECT id, file FROM documents WHERE ? IN ('', status) ORDER BY id", (status,))
        return [(document_id, Path(os.fsdecode(file))) for document_id, file in rows]

    def file(self, document_id: int) -> Path:
        """The document's file. Raises UsageError."""
        row = self.database.row("SELECT file FROM documents WHERE id = ?", (document_id,))
        if row is None:
            raise UsageError(f"There is no document {document_id}: `phitui list` shows what there is.")
        return Path(os.fsdecode(row[0]))

    def outdated(self) -> list[tuple[int, Path]]:
        """(document id, file) of documents that another version of the splitter cut."""
        rows = self.database.rows(
            "SELECT id, file FROM documents WHERE status <> 'failed' AND splitter <> ? ORDER BY id", (SPLITTER,)
        )
        return [(document_id, Path(os.fsdecode(file))) for document_id, file in rows]

    def known(self, path: Path) -> Known | None:
        """What is known of the file at that path."""
        return self._known("file = ?", file_key(path))

    def known_by_hash(self, content_hash: str, other_than: Path) -> Known | None:
        """A document of that content under another path; one that could be read before one that could not."""
        return self._known("content_hash = ? AND file <> ?", content_hash, file_key(other_than))

    def known_by_id(self, document_id: int) -> Known | None:
        """What is known of the document with that id."""
        return self._known("id = ?", document_id)

    def _known(self, where: str, *values: object) -> Known | None:
        row = self.database.row(
            f"""SELECT id, path, file, content_hash, status, reason, size, mtime_ns, pages, empty_pages, passages,
                splitter, cause
            FROM documents WHERE {where} ORDER BY status = 'failed', id LIMIT 1""",
            values,
        )
        if row is None:
            return None
        *fields, cause = row
        return replace(Known(*fields), cause=Cause.of(cause))

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────────────

    def put_document(
        self,
        file: FileState,
        document: Document,
        split: SplitDocument,
        reason: str | None = None,
        cause: Cause | None = None,
    ) -> int:
        """Stores a document whole, in one transaction, in place of what its path held; returns its id."""
        with self.database.transaction() as connection:
            status = "indexed" if split.passages else "no_text"
            key = _claim(connection, file, status, one_line(document.title), reason, cause)
            connection.executemany(
                "INSERT INTO pages (document_id, page, label, text, scan, lost, ocr) VALUES (?, ?, ?, ?, ?, ?, ?)",
                ((key, p.number, p.label, p.text, p.scan, p.lost, p.ocr) for p in document.pages),
            )
            connection.executemany(
                "INSERT INTO sentences VALUES (?, ?, ?, ?, ?, ?)",
                ((key, n, *_columns(span)) for n, span in enumerate(split.sentences)),
            )
            connection.executemany(
                """INSERT INTO passages (document_id, ordinal, page, start, page_end, end, page_label, section, text,
                first_sentence, last_sentence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                (
                    (key, n, *_columns(p.span), p.page_label, p.section, p.text, p.first_sentence, p.last_sentence)
                    for n, p in enumerate(split.passages)
                ),
            )
            connection.execute(
                """UPDATE documents SET author = iif(author = '', ?, author), reader = ?, pages = ?, empty_pages = ?,
                passages = ?, sentences = ?, splitter = ?, language = ?, ocr_pages = ? WHERE id = ?""",
                (
                    one_line(document.author),
                    document.reader,
                    len(document.pages),
                    document.empty_pages,
                    len(split.passages),
                    len(split.sentences),
                    SPLITTER,
                    language_of([page.text for page in document.pages]),
                    sum(page.ocr is not None for page in document.pages),
                    key,
                ),
            )
            place(connection, key)
        return key

    def record_failure(self, file: FileState, reason: str, cause: Cause) -> int:
        """Keeps that a file could not be read; what its path held before is gone. Returns the document's id."""
        with self.database.transaction() as connection:
            key = _claim(connection, file, "failed", shown_path(file.path).rsplit("/", 1)[-1], reason, cause)
            place(connection, key)
        return key

    def touch(self, document_id: int, file: FileState) -> None:
        """The file's times or place changed, its content did not."""
        with self.database.transaction() as connection:
            connection.execute(
                "UPDATE documents SET file = ?, path = ?, size = ?, mtime_ns = ? WHERE id = ?",
                (file_key(file.path), shown_path(file.path), file.size, file.mtime_ns, document_id),
            )

    def remove(self, document_ids: Iterable[int], heir: int | None = None) -> None:
        """Deletes documents; conversations keep what they quote (see `Bin.put`), marks go to the `heir` if any."""
        with self.database.transaction() as connection:
            changed(connection)
            for each in document_ids:
                if heir is not None:
                    hand_over(connection, each, heir)
                connection.execute("DELETE FROM documents WHERE id = ?", (each,))


def _columns(span: Span) -> tuple[int, int, int, int]:
    return span.page, span.start, span.page_end, span.end


def changed(connection: sqlite3.Connection) -> int:
    """Increments both change numbers (vectors go with their passages); returns that of the documents."""
    connection.execute("UPDATE meta SET value = value + 1 WHERE key IN ('documents', 'vectors')")
    return int(connection.execute("SELECT value FROM meta WHERE key = 'documents'").fetchone()[0])


def _claim(
    connection: sqlite3.Connection, file: FileState, status: str, title: str, reason: str | None, cause: Cause | None
) -> int:
    """Makes or empties the document row of that path; returns its id."""
    version = changed(connection)
    key, path = file_key(file.path), shown_path(file.path)
    old = connection.execute("SELECT id FROM documents WHERE file = ?", (key,)).fetchone()
    values = (key, path, file.content_hash, title, status, reason, cause, file.size, file.mtime_ns, now(), version)
    if old is None:
        cursor = connection.execute(
            """INSERT INTO documents
                (file, path, content_hash, title, status, reason, cause, size, mtime_ns, added, version)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            values,
        )
        return int(cursor.lastrowid or 0)
    document_id = int(old[0])
    for table in ("passages", "sentences", "pages", "embedded"):
        connection.execute(f"DELETE FROM {table} WHERE document_id = ?", (document_id,))
    connection.execute(
        """UPDATE documents SET file = ?, path = ?, content_hash = ?, title = iif(titled, title, ?), status = ?,
        reason = ?, cause = ?, size = ?, mtime_ns = ?, added = ?, version = ?, reader = '', pages = 0,
        empty_pages = 0, passages = 0, sentences = 0, ocr_pages = 0 WHERE id = ?""",
        (*values, document_id),
    )
    return document_id
