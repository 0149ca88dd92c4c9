"""A library as one file that another machine opens without indexing anything anew."""

import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from phitui.errors import LibraryError, UsageError
from phitui.library.atomic import fresh, open_private, private_folder_for, put, put_new
from phitui.library.care.backups import copy_database
from phitui.library.care.restore import renew_identity
from phitui.library.store.database import Database
from phitui.library.store.documents import DATABASE_FILE
from phitui.library.store.migrations import CURRENT, fresh_schema, schema
from phitui.library.store.sqlite_file import HEADER_BYTES, PARTS, checked, header_fault, open_read_only
from phitui.reading import open_regular
from phitui.text import clean, harmless, one_line, system_reason

PRIVATE = ("turns", "conversations", "buffers", "judgments", "marks")
"""What a user typed: left out where documents alone are wanted."""
TEXTS = {
    "documents": ("path", "title", "reason", "author"),
    "pages": ("label", "text", "lost"),
    "passages": ("page_label", "section", "text"),
    "tags": ("tag",),
}
"""Texts that come to a screen or into a prompt: free of control characters where phitui has written them."""
TYPED = {
    "conversations": ("title",),
    "turns": ("question", "answer", "data"),
    "buffers": ("name", "language", "text"),
    "judgments": ("question", "path", "text"),
    "marks": ("text", "note"),
}
"""The same where no offsets depend on the characters: these are cleaned where they hold any."""


FOREIGN = {
    "bin": "DELETE FROM bin",
    "watched": "DELETE FROM watched",
    "meta": "DELETE FROM meta WHERE key NOT IN ('library', 'documents', 'vectors')",
    "embedders.name": """UPDATE embedders
        SET name = CASE WHEN identity LIKE 'all-MiniLM-L6-v2 %' THEN 'minilm' ELSE '' END""",
}
"""What a library says about the machine it was made on: folders to watch, models to open, what was set there. It counts
for nothing here, and in an exported file it would tell others more than the documents do."""


def export_library(database: Database, file: Path, *, documents_only: bool = False) -> int:
    """Writes the library without its bin to a new file; returns its documents. Raises UsageError, LibraryError."""
    if os.path.lexists(file):
        raise UsageError(f"{one_line(str(file))} is there already: give another name, or delete it first.")
    try:
        with private_folder_for(file, database.path.parent) as folder:
            whole = folder / DATABASE_FILE
            copy_database(database, whole)
            with closing(sqlite3.connect(whole, isolation_level=None)) as copy:
                _drop_foreign(copy)
                for table in PRIVATE if documents_only else ():
                    copy.execute(f"DELETE FROM {table}")
                copy.execute("PRAGMA journal_mode = DELETE")
                copy.execute("VACUUM")
                (documents,) = copy.execute("SELECT count(*) FROM documents").fetchone()
            put_new(whole, file)
    except FileExistsError:
        raise UsageError(f"{one_line(str(file))} is there already: give another name, or delete it first.") from None
    except (OSError, sqlite3.Error, UnicodeError) as error:  # SQLite takes names in UTF-8 alone
        why = system_reason(error)
        raise LibraryError(f"{one_line(str(file))} cannot be written ({why}): make room, or choose another.") from None
    return int(documents)


def import_library(file: Path, folder: Path, name: str) -> int:
    """Makes an exported file the library in that folder, which must hold none; returns its documents.

    The file is checked first: it may come from anywhere. Raises UsageError, LibraryError.
    """
    target = folder / DATABASE_FILE
    if target.exists() and not _is_empty(target):
        raise UsageError(f"The library {name} holds documents already: import into a new one with --library NAME.")
    if not os.path.isfile(file):
        raise UsageError(f"{one_line(str(file))} is no file.")
    beside = None
    try:
        with open_regular(file) as source:  # before gigabytes of something else are copied
            if problem := header_fault(source.read(HEADER_BYTES)):
                raise UsageError(f"{one_line(str(file))} cannot be imported: it is damaged or no library ({problem}).")
        beside = fresh(target)
        with open_regular(file) as source, open_private(beside) as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
        problem = _problem(beside)
        if problem:
            raise UsageError(f"{one_line(str(file))} cannot be imported: {problem}.")
        _clean_typed(beside)
        with closing(sqlite3.connect(beside)) as connection, connection:
            _drop_foreign(connection)
        renew_identity(beside)
        with closing(open_read_only(beside)) as connection:
            (documents,) = connection.execute("SELECT count(*) FROM documents").fetchone()
        for part in PARTS[1:]:
            target.with_name(target.name + part).unlink(missing_ok=True)
        put(beside, target)
    except (OSError, sqlite3.Error) as error:
        why = system_reason(error)
        raise LibraryError(f"The library {name} cannot be written ({why}): make room, or see --data-dir.") from None
    finally:
        if beside is not None:
            beside.unlink(missing_ok=True)
    return int(documents)


def _drop_foreign(connection: sqlite3.Connection) -> None:
    """The file may be of an older format, which has not all of it."""
    for place, statement in FOREIGN.items():
        table, _, column = place.partition(".")
        columns = _columns(connection, table)
        if columns and (not column or column in columns):
            connection.execute(statement)


def _is_empty(target: Path) -> bool:
    try:
        with closing(open_read_only(target)) as connection:
            row = connection.execute(
                """SELECT (SELECT count(*) FROM documents) + (SELECT count(*) FROM bin)
                + (SELECT count(*) FROM turns) + (SELECT count(*) FROM buffers)"""
            ).fetchone()
            return int(row[0]) == 0
    except Exception:  # damaged: it holds something
        return False


def _problem(file: Path) -> str:
    """Why the file is no library that phitui has written, or nothing. A hostile one could hold triggers or escapes."""
    verdict = checked(file)
    if verdict != "ok":
        return f"it is damaged or no library ({verdict})"
    with closing(open_read_only(file)) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if version > CURRENT:
            return f"it was written by a newer phitui (format {version}, this one knows {CURRENT})"
        if version < 1 or schema(connection) != fresh_schema(version):
            return "it is a database, but no library of phitui"
        for table, columns in TEXTS.items():
            present = [name for name in columns if name in _columns(connection, table)]
            for row in connection.execute(f"SELECT {', '.join(present)} FROM {table}") if present else ():
                if not all(value is None or (isinstance(value, str) and harmless(value)) for value in row):
                    return f"a text in its {table} holds control characters, which phitui would not have written"
    return ""


def _clean_typed(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        for table, columns in TYPED.items():
            if not _columns(connection, table):
                continue  # the file is of an older format
            for key, *values in connection.execute(f"SELECT id, {', '.join(columns)} FROM {table}").fetchall():
                new = [_cleaned(value) for value in values]
                if new != values:
                    setting = ", ".join(f"{name} = ?" for name in columns)
                    connection.execute(f"UPDATE {table} SET {setting} WHERE id = ?", (*new, key))


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


def _cleaned(value: Any) -> str:
    """The text, cleaned. Of JSON every string is cleaned, since escapes can hide there."""
    text = value if isinstance(value, str) else ""
    if text.startswith("{"):
        try:
            inside = json.loads(text)
            harmless_inside = _inside_cleaned(inside)
        except ValueError:
            return clean(text)
        except RecursionError:  # nothing of phitui's nests like that, and escapes could hide in it
            return ""
        return text if harmless_inside == inside else json.dumps(harmless_inside, ensure_ascii=False)
    return text if harmless(text) else clean(text)


def _inside_cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return value if harmless(value) else clean(value)
    if isinstance(value, dict):
        return {_inside_cleaned(key): _inside_cleaned(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_inside_cleaned(each) for each in value]
    return value
