"""A database file looked at from outside: opened without being changed, and checked."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from phitui.text import one_line


def open_read_only(path: Path) -> sqlite3.Connection:
    """A connection that cannot write. Raises sqlite3.Error."""
    mode = "mode=ro" if os.access(path.parent, os.W_OK) else mode_without_files(path)
    return sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True)


def mode_without_files(path: Path) -> str:
    """How SQLite opens a file in a folder where it cannot keep its own files: whoever writes it has a -wal there."""
    wal = path.with_name(path.name + "-wal")
    return "mode=ro" if wal.exists() and wal.stat().st_size else "immutable=1"


def checked(path: Path) -> str:
    """ "ok", or what is wrong with that database file. Reads all of it, changes nothing."""
    try:
        with closing(open_read_only(path)) as connection:
            return str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.Error as error:
        return one_line(str(error), 200)
