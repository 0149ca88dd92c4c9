"""Whether a database file is a sound library: all of it is read. Any failure to read it counts as damage."""

import sqlite3
from contextlib import closing
from pathlib import Path

from phitui.library.store.migrations import CURRENT, fresh_schema, schema
from phitui.library.store.sqlite_file import checked, open_read_only
from phitui.text import one_line


def fault(path: Path) -> str:
    """Why the file is no library that phitui could go on with; empty for a sound one.

    Reads every row of every table and index. A library of a newer phitui is sound.
    """
    verdict = checked(path)
    if verdict != "ok":
        return verdict
    try:
        with closing(open_read_only(path)) as connection:
            if problem := foreign(connection):
                return problem
            for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                for _ in connection.execute(f'SELECT * FROM "{table}"'):
                    pass
    except Exception as error:
        return one_line(f"{type(error).__name__}: {error}", 200)
    return ""


def foreign(connection: sqlite3.Connection) -> str:
    """What in version or schema no phitui would have written; empty where all is as it should be. Reads one page."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    found = schema(connection)
    if version > CURRENT:
        return "its version is not that of its schema" if set(_schema(CURRENT)) <= set(found) else ""
    if version < 0 or not set(_schema(version)) <= set(found):
        return "its version is not that of its schema"
    if version == 0 and found:
        return "it has no version"
    return ""


_schemas: dict[int, list[tuple[str, str]]] = {}


def _schema(version: int) -> list[tuple[str, str]]:
    if version not in _schemas:
        _schemas[version] = fresh_schema(version)
    return _schemas[version]
