"""The database's schema as data: a tuple of statements for each version, applied in order, never edited afterwards."""

import sqlite3
import uuid
from contextlib import closing

from phitui.errors import LibraryError

CAUSES_OF_REASONS = (
    """UPDATE documents SET cause = CASE
        WHEN status = 'indexed' THEN
            iif(reason LIKE '%Lost page%' OR reason LIKE '%Reading stopped after page%', 'incomplete', NULL)
        WHEN reason LIKE 'It is encrypted: give its password%' THEN 'locked'
        WHEN reason LIKE 'The password given is wrong%' THEN 'wrong password'
        WHEN reason LIKE 'The archive is encrypted%' OR reason LIKE '%digital rights management%' THEN 'protected'
        WHEN reason LIKE 'No text: %' THEN 'scan'
        WHEN reason LIKE 'The file is empty%' OR reason LIKE '%has no pages.%' OR reason LIKE '%lists no chapters.%'
            THEN 'empty'
        WHEN reason LIKE 'It claims to have %' OR reason LIKE 'The archive %unpacks to%'
            OR reason LIKE 'Reading it takes more memory%' OR reason LIKE '%: it yields too much text.' THEN 'too large'
        WHEN reason LIKE '%: it took over %' THEN 'timed out'
        WHEN reason LIKE '%: its reader %' OR reason LIKE '%breaks its reader.' THEN 'crashed'
        WHEN reason LIKE '%: it takes too much memory.' THEN 'too large'
        WHEN reason LIKE 'The file is damaged%' OR reason LIKE 'The PDF is damaged%'
            OR reason LIKE 'No page could be read: %' THEN 'damaged'
        WHEN reason LIKE 'It is a folder%' OR reason LIKE 'It is not a regular file%' THEN 'no file'
        WHEN reason LIKE 'The file is gone%' THEN 'gone'
        WHEN reason LIKE 'The file may not be read%' THEN 'forbidden'
        WHEN reason LIKE 'Reading it failed unexpectedly%' THEN 'unexpected'
        WHEN reason LIKE 'It is %' THEN 'unknown kind'
        WHEN status = 'no_text' OR reason LIKE 'There is no text%' THEN 'no text'
        ELSE 'unreadable' END
    WHERE cause IS NULL AND reason IS NOT NULL""",
    # What to do about it is said by who shows it: there are other keys in the workbench than on the command line.
    """UPDATE documents SET reason = replace(replace(replace(reason,
        ': give its password with `phitui add --password PASSWORD FILE`', ''),
        ': try another with `phitui add --password PASSWORD FILE`', ''),
        '; OCR finds it (o here, or `phitui add --ocr`)', '')
    WHERE cause IN ('locked', 'wrong password', 'scan')""",
    """UPDATE documents SET ocr_pages = (
        SELECT count(*) FROM pages p WHERE p.document_id = documents.id AND p.ocr IS NOT NULL)
    WHERE ocr_pages = 0 AND content_hash IN (SELECT content_hash FROM recognised)""",
)
"""Give documents from before format 5 what those of format 5 have. Repeating them changes nothing."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        # `file` is the path as the file system's bytes (identity); `path` the same, cleaned, for people.
        # `version` is the library's change number when the document was last written: indexes compare it.
        """CREATE TABLE documents (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            file BLOB NOT NULL UNIQUE,
            path TEXT NOT NULL,
            content_hash TEXT NOT NULL,
            title TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('indexed', 'no_text', 'failed')),
            reason TEXT,
            reader TEXT NOT NULL DEFAULT '',
            size INTEGER NOT NULL,
            mtime_ns INTEGER NOT NULL,
            added TEXT NOT NULL,
            pages INTEGER NOT NULL DEFAULT 0,
            empty_pages INTEGER NOT NULL DEFAULT 0,
            passages INTEGER NOT NULL DEFAULT 0,
            sentences INTEGER NOT NULL DEFAULT 0,
            version INTEGER NOT NULL
        )""",
        "CREATE INDEX documents_by_hash ON documents (content_hash)",
        """CREATE TABLE pages (
            document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
            page INTEGER NOT NULL,
            label TEXT,
            text TEXT NOT NULL,
            scan INTEGER NOT NULL DEFAULT 0,
            lost TEXT,
            PRIMARY KEY (document_id, page)
        )""",
        """CREATE TABLE sentences (
            document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
            ordinal INTEGER NOT NULL,
            page INTEGER NOT NULL, start INTEGER NOT NULL, page_end INTEGER NOT NULL, end INTEGER NOT NULL,
            PRIMARY KEY (document_id, ordinal)
        ) WITHOUT ROWID""",
        # AUTOINCREMENT: a passage's id is never given to another one, so that an index or a turn cannot mistake it.
        """CREATE TABLE passages (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
            ordinal INTEGER NOT NULL,
            page INTEGER NOT NULL, start INTEGER NOT NULL, page_end INTEGER NOT NULL, end INTEGER NOT NULL,
            page_label TEXT,
            section TEXT NOT NULL,
            text TEXT NOT NULL,
            first_sentence INTEGER NOT NULL,
            last_sentence INTEGER NOT NULL,
            UNIQUE (document_id, ordinal)
        )""",
        "CREATE TABLE embedders (id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE)",
        # Vectors are float16, little-endian, of unit length.
        """CREATE TABLE passage_vectors (
            passage_id INTEGER NOT NULL REFERENCES passages ON DELETE CASCADE,
            embedder_id INTEGER NOT NULL REFERENCES embedders ON DELETE CASCADE,
            vector BLOB NOT NULL,
            PRIMARY KEY (passage_id, embedder_id)
        )""",
        """CREATE TABLE sentence_vectors (
            document_id INTEGER NOT NULL,
            ordinal INTEGER NOT NULL,
            embedder_id INTEGER NOT NULL REFERENCES embedders ON DELETE CASCADE,
            vector BLOB NOT NULL,
            PRIMARY KEY (document_id, ordinal, embedder_id),
            FOREIGN KEY (document_id, ordinal) REFERENCES sentences ON DELETE CASCADE
        )""",
        # How many vectors of an embedder a document has: counting them anew would make every listing slow.
        """CREATE TABLE embedded (
            document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
            embedder_id INTEGER NOT NULL REFERENCES embedders ON DELETE CASCADE,
            passages INTEGER NOT NULL DEFAULT 0,
            sentences INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (document_id, embedder_id)
        ) WITHOUT ROWID""",
        """CREATE TABLE conversations (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            title TEXT NOT NULL,
            created TEXT NOT NULL,
            updated TEXT NOT NULL
        )""",
        # `data` is the whole turn as JSON, passages' text among it: it outlives the documents.
        """CREATE TABLE turns (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            conversation_id INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
            parent_id INTEGER REFERENCES turns ON DELETE SET NULL,
            created TEXT NOT NULL,
            question TEXT NOT NULL,
            answer TEXT NOT NULL DEFAULT '',
            state TEXT NOT NULL DEFAULT 'asking',
            data TEXT NOT NULL DEFAULT ''
        )""",
        "CREATE INDEX turns_by_conversation ON turns (conversation_id)",
        "CREATE INDEX turns_by_parent ON turns (parent_id)",
        """CREATE TABLE buffers (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE,
            language TEXT NOT NULL,
            text TEXT NOT NULL,
            updated TEXT NOT NULL
        )""",
        """CREATE TABLE judgments (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            question TEXT NOT NULL,
            content_hash TEXT NOT NULL,
            path TEXT NOT NULL,
            page INTEGER NOT NULL, start INTEGER NOT NULL, page_end INTEGER NOT NULL, end INTEGER NOT NULL,
            text TEXT NOT NULL,
            created TEXT NOT NULL,
            UNIQUE (question, content_hash, page, start)
        )""",
    ),
    (
        "ALTER TABLE documents ADD COLUMN author TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE documents ADD COLUMN year INTEGER",
        # A title that was corrected by hand is not overwritten when the file is read again.
        "ALTER TABLE documents ADD COLUMN titled INTEGER NOT NULL DEFAULT 0",
        # Which version of the splitter cut it: a better one can be applied later, document by document.
        "ALTER TABLE documents ADD COLUMN splitter INTEGER NOT NULL DEFAULT 1",
        """CREATE TABLE tags (
            document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
            tag TEXT NOT NULL,
            PRIMARY KEY (document_id, tag)
        ) WITHOUT ROWID""",
        # A removed document with all its rows, out of everyone's way: `data` is compressed JSON (see bin.py).
        """CREATE TABLE bin (
            document_id INTEGER PRIMARY KEY,
            removed TEXT NOT NULL,
            title TEXT NOT NULL,
            path TEXT NOT NULL,
            content_hash TEXT NOT NULL,
            status TEXT NOT NULL,
            pages INTEGER NOT NULL,
            passages INTEGER NOT NULL,
            data BLOB NOT NULL
        )""",
        "CREATE TABLE watched (file BLOB PRIMARY KEY, path TEXT NOT NULL)",
    ),
    (
        # What `--embedder` calls it, and what it learnt of this library (see FittedEmbedder).
        "ALTER TABLE embedders ADD COLUMN name TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE embedders ADD COLUMN state BLOB",
        "UPDATE embedders SET name = 'minilm' WHERE identity LIKE 'all-MiniLM-L6-v2 %'",
        # ISO 639-1; empty where it is not told.
        "ALTER TABLE documents ADD COLUMN language TEXT NOT NULL DEFAULT ''",
        # tesseract's language, where the page's text was recognised in its picture.
        "ALTER TABLE pages ADD COLUMN ocr TEXT",
    ),
    (
        # By content, so that it lasts when the file is read again.
        """CREATE TABLE recognised (
            content_hash TEXT NOT NULL,
            page INTEGER NOT NULL,
            language TEXT NOT NULL,
            text TEXT NOT NULL,
            PRIMARY KEY (content_hash, page)
        ) WITHOUT ROWID""",
        """CREATE TRIGGER recognised_forgotten AFTER DELETE ON documents
        WHEN NOT EXISTS (SELECT 1 FROM documents WHERE content_hash = old.content_hash)
        BEGIN DELETE FROM recognised WHERE content_hash = old.content_hash; END""",
        """CREATE TRIGGER recognised_outdated AFTER UPDATE OF content_hash ON documents
        WHEN NOT EXISTS (SELECT 1 FROM documents WHERE content_hash = old.content_hash)
        BEGIN DELETE FROM recognised WHERE content_hash = old.content_hash; END""",
    ),
    (
        # One of `errors.Cause`: what is decided about a document is decided by this, `reason` is for people.
        "ALTER TABLE documents ADD COLUMN cause TEXT",
        # Pages whose text was recognised in their pictures.
        "ALTER TABLE documents ADD COLUMN ocr_pages INTEGER NOT NULL DEFAULT 0",
        *CAUSES_OF_REASONS,
    ),
    (
        # A stretch of a document's text that a person marked, with what they wrote beside it. `text` are its words,
        # by which it is found again where the document is read anew; `placed` is 0 where they are gone.
        """CREATE TABLE marks (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
            page INTEGER NOT NULL, start INTEGER NOT NULL, page_end INTEGER NOT NULL, end INTEGER NOT NULL,
            text TEXT NOT NULL,
            note TEXT NOT NULL DEFAULT '',
            placed INTEGER NOT NULL DEFAULT 1,
            created TEXT NOT NULL
        )""",
        "CREATE INDEX marks_by_document ON marks (document_id)",
        # Conversations that are put away are listed apart.
        "ALTER TABLE conversations ADD COLUMN archived INTEGER NOT NULL DEFAULT 0",
    ),
    (
        # The change number of the vectors when these were last counted. Whoever searches while documents are added
        # asks what is new some ten times a second: by these three that takes no look at every document.
        "ALTER TABLE embedded ADD COLUMN change INTEGER NOT NULL DEFAULT 0",
        "UPDATE embedded SET change = (SELECT value FROM meta WHERE key = 'vectors')",
        "CREATE INDEX embedded_by_change ON embedded (embedder_id, change, passages)",
        "CREATE INDEX documents_by_version ON documents (version, passages)",
        "CREATE INDEX documents_by_title ON documents (title COLLATE NOCASE)",
    ),
)
"""MIGRATIONS[n] brings a database of version n to version n + 1."""

CURRENT = len(MIGRATIONS)
"""The version that this program reads and writes (`PRAGMA user_version`)."""


def refuse_newer(connection: sqlite3.Connection, name: str) -> int:
    """The database's version. Raises LibraryError, having touched nothing, where it is newer than CURRENT."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > CURRENT:
        raise LibraryError(
            f"The library {name} was written by a newer phitui (format {version}, this one knows {CURRENT}): "
            "update phitui, or choose another library; nothing was changed."
        )
    return version


def refuse_older(connection: sqlite3.Connection, name: str) -> None:
    """Raises LibraryError where the database would have to be migrated, which one that is only read cannot be."""
    version = refuse_newer(connection, name)
    if version < CURRENT:
        raise LibraryError(
            f"The library {name} is of an older phitui (format {version}, this one knows {CURRENT}) and cannot be "
            "written, so it cannot be brought up to date: change its permissions, or copy it with --data-dir."
        )


def migrate(connection: sqlite3.Connection, name: str) -> None:
    """Brings the database to CURRENT, in one transaction. `connection` is in autocommit mode."""
    if refuse_newer(connection, name) == CURRENT:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have been faster while this one waited for the write lock.
        for version in range(refuse_newer(connection, name), CURRENT):
            for statement in MIGRATIONS[version]:
                connection.execute(statement)
            if version == 0:
                rows = [("library", uuid.uuid4().hex), ("documents", "0"), ("vectors", "0")]
                connection.executemany("INSERT INTO meta VALUES (?, ?)", rows)
            connection.execute(f"PRAGMA user_version = {version + 1}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def schema(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """(kind, statement) of every table, index, view and trigger."""
    return connection.execute(
        "SELECT type, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite%' ORDER BY type, sql"
    ).fetchall()


def fresh_schema(version: int) -> list[tuple[str, str]]:
    """What `schema` says of a new library of that version."""
    with closing(sqlite3.connect(":memory:")) as connection:
        for statements in MIGRATIONS[:version]:
            for statement in statements:
                connection.execute(statement)
        return schema(connection)
