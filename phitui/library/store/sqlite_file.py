"""A database file looked at from outside: opened without being changed, and checked for being a sound library.

Any failure to read it counts as damage.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from phitui.library.store.migrations import CURRENT, fresh_schema, schema
from phitui.reading import open_regular
from phitui.text import one_line

HEADER_BYTES = 100
PARTS = ("", "-wal", "-shm")
"""A database is up to three files."""


def open_read_only(path: Path) -> sqlite3.Connection:
    """A connection that cannot write. Raises sqlite3.Error."""
    mode = "mode=ro" if os.access(path.parent, os.W_OK) else mode_without_files(path)
    return sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True)


def mode_without_files(path: Path) -> str:
    """How SQLite opens a file in a folder where it cannot keep its own files: whoever writes it has a -wal there."""
    wal = path.with_name(path.name + "-wal")
    return "mode=ro" if wal.exists() and wal.stat().st_size else "immutable=1"


def checked(path: Path) -> str:
    """ "ok", or what is wrong with that database file. Reads all of it, changes nothing, raises nothing."""
    try:
        with open_regular(path) as file:
            if problem := header_fault(file.read(HEADER_BYTES)):
                return problem
        with closing(open_read_only(path)) as connection:
            return str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    except Exception as error:  # what SQLite says of garbage need not even be text
        return one_line(f"{type(error).__name__}: {error}", 200)


def header_fault(header: bytes) -> str:
    """What in a database's first 100 bytes phitui would not have written (sqlite.org/fileformat2.html); or nothing.

    SQLite takes some of these for other wishes: a file that is read-only, another encoding, pages of another use.
    """
    if len(header) < HEADER_BYTES or not header.startswith(b"SQLite format 3\0"):
        return "file is not a database"
    number = {at: int.from_bytes(header[at : at + 4], "big") for at in range(40, 96, 4)}
    size = int.from_bytes(header[16:18], "big")
    fitting = (
        (size == 1 or (size >= 512 and size & (size - 1) == 0)),
        header[18] in (1, 2) and header[18] == header[19] and header[20] == 0,
        header[21:24] == b"\x40\x20\x20",
        number[44] in (0, 1, 2, 3, 4) and number[56] in (0, 1),
        not number[52] and not number[64] and not any(header[72:92]),
        number[60] < 1 << 31,
    )
    return "" if all(fitting) else "its header is damaged"


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
