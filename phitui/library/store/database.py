"""The SQLite file: a connection for each thread, transactions, and every failure as one sentence."""

import errno
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from phitui.errors import DamagedLibrary, LibraryError, PhituiError
from phitui.library.atomic import open_to_change, try_to_change
from phitui.library.store.backup_files import advice
from phitui.library.store.migrations import migrate, refuse_newer, refuse_older
from phitui.library.store.sqlite_file import HEADER_BYTES, checked, foreign, header_fault, mode_without_files
from phitui.reading import open_regular
from phitui.text import one_line, system_reason

KINDS: dict[str, type | tuple[type, ...]] = {"i": int, "t": str, "b": bytes, "n": (int, float)}
"""Types of columns: whole number, text, bytes, number."""
BUSY_SECONDS = 15.0
"""How long a writer waits for another one. The longest transaction, a large document, takes about a second."""
ROWS_AT_ONCE = 500
"""Values in one `IN (…)`: SQLite allows at least 999."""


class Database:
    """May be used from any thread; each gets its own connection in autocommit mode."""

    def __init__(self, path: Path):
        """Creates the file (mode 0600) or migrates it; one that cannot be written is only read. Raises LibraryError."""
        self.path = path
        self.read_only = False
        self._local = threading.local()
        self._lock = threading.Lock()
        self._open: dict[int, tuple[threading.Thread, sqlite3.Connection]] = {}
        self._closed = False
        self.left_out: set[tuple[int, str]] = set()
        """Rows that cannot be used: something other than phitui has changed them."""
        with self._errors(reading=True):
            _refusedamage(path)
            self.read_only = _only_readable(path)
            if self.read_only:
                if foreign(self._connection()):
                    raise DamagedLibrary(damage(path))
                refuse_older(self._connection(), one_line(str(path)))
                return
            # Made here, not by SQLite, for its mode; the -wal and -shm files take over the mode of this one.
            os.close(open_to_change(path))
            connection = self._connection()
            if foreign(connection):
                raise DamagedLibrary(damage(path))
            _use_wal(connection)
            migrate(connection, one_line(str(path)))

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None and not self._closed:
            return connection
        if self._closed:
            raise LibraryError("The library is closed.")
        # check_same_thread off: `close` closes the connections of all threads.
        name = f"{self.path.absolute().as_uri()}?{mode_without_files(self.path) if self.read_only else 'mode=rwc'}"
        connection = sqlite3.connect(
            name, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, uri=True
        )
        try:
            refuse_newer(connection, one_line(str(self.path)))
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            connection.close()
            raise
        self._local.connection = connection
        with self._lock:
            for key, (thread, old) in list(self._open.items()):
                if not thread.is_alive():
                    old.close()
                    del self._open[key]
            self._open[id(connection)] = (threading.current_thread(), connection)
        return connection

    def rows(self, statement: str, values: Sequence[Any] = (), kinds: str = "") -> list[tuple[Any, ...]]:
        """All rows of a query. Raises LibraryError.

        `kinds` names the type of each column, as in KINDS, in capitals where it may be null: rows that have others,
        which phitui has not written, are left out and counted.
        """
        with self._errors(reading=True):
            found: list[tuple[Any, ...]] = self._connection().execute(statement, values).fetchall()
            return [row for row in found if self._fits(statement, row, kinds)] if kinds else found

    def _fits(self, statement: str, row: tuple[Any, ...], kinds: str) -> bool:
        for value, kind in zip(row, kinds, strict=True):
            if not isinstance(value, KINDS[kind.lower()]) and not (value is None and kind.isupper()):
                self.leave_out(statement, row[0])
                return False
        return True

    def leave_out(self, where: str, key: object) -> None:
        """Counts a row that cannot be used; the same one only once."""
        self.left_out.add((hash(where), repr(key)))

    def row(self, statement: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row of a query, or None. Raises LibraryError."""
        with self._errors(reading=True):
            found: tuple[Any, ...] | None = self._connection().execute(statement, values).fetchone()
            return found

    def rows_in(
        self, statement: str, keys: Sequence[int], values: Sequence[Any] = (), kinds: str = ""
    ) -> list[tuple[Any, ...]]:
        """Rows of a query that holds `IN ({})` after its other placeholders, for any number of keys."""
        found: list[tuple[Any, ...]] = []
        for start in range(0, len(keys), ROWS_AT_ONCE):
            some = keys[start : start + ROWS_AT_ONCE]
            found += self.rows(statement.format(", ".join("?" * len(some))), [*values, *some], kinds)
        return found

    def rows_of(
        self, statement: str, keys: Sequence[tuple[int, ...]], values: Sequence[Any] = (), kinds: str = ""
    ) -> list[tuple[Any, ...]]:
        """Rows of a query that holds `VALUES {}` before its other placeholders, for any number of rows of keys."""
        found: list[tuple[Any, ...]] = []
        width = len(keys[0]) if keys else 1
        for start in range(0, len(keys), ROWS_AT_ONCE // width):
            some = keys[start : start + ROWS_AT_ONCE // width]
            marks = ", ".join([f"({', '.join('?' * width)})"] * len(some))
            found += self.rows(statement.format(marks), [*chain.from_iterable(some), *values], kinds)
        return found

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write transaction: all of it or nothing. Raises LibraryError."""
        with self._errors():
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Reads inside see one state of the library, whatever others write meanwhile."""
        with self._errors():
            connection = self._connection()
            if connection.in_transaction:
                yield
                return
            connection.execute("BEGIN")
            try:
                yield
            finally:
                connection.execute("ROLLBACK")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection, for uses that the other methods do not serve. Raises LibraryError."""
        with self._errors():
            yield self._connection()

    def close(self) -> None:
        """Closes the connections of all threads."""
        with self._lock:
            self._closed = True
            for _, connection in self._open.values():
                connection.close()
            self._open.clear()

    @contextmanager
    def _errors(self, reading: bool = False) -> Iterator[None]:
        """Every failure as a LibraryError; whatever else goes wrong while only the database is `reading` is damage."""
        try:
            yield
        except (PhituiError, MemoryError):
            raise
        except sqlite3.Error as error:
            kind = DamagedLibrary if _is_damage(error) else LibraryError
            raise kind(explain(error, self.path)) from error
        except OSError as error:
            why = system_reason(error)
            raise LibraryError(
                f"The library {one_line(str(self.path))} cannot be opened ({why}): check the folder, "
                "or choose another with --data-dir."
            ) from error
        except Exception as error:
            # Text that is no UTF-8 is no fault of any code, wherever it shows itself.
            if not reading and not isinstance(error, UnicodeDecodeError):
                raise
            raise DamagedLibrary(damage(self.path)) from error


def _only_readable(path: Path) -> bool:
    """Whether the library is there but cannot be written: a read-only disk, or somebody else's."""
    if not path.exists() or not os.access(path, os.R_OK):
        return False
    try:
        try_to_change(path)
    except OSError as error:
        return error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)
    return not os.access(path.parent, os.W_OK)


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switches to write-ahead logging, so that readers and the writer do not wait for each other."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            # The switch does not heed the busy timeout where two processes make it at once.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def explain(error: sqlite3.Error, path: Path) -> str:
    """One sentence: what went wrong with the database, and what to do."""
    name = one_line(str(path))
    folder = one_line(str(path.parent))
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return f"The disk of {folder} is full: make room and repeat; what was saved before is safe."
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return (
            f"The library {name} cannot be written (read-only, or not yours): "
            "change the folder's permissions, or choose another with --data-dir."
        )
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return f"The library {name} is busy: another phitui has been writing for long; repeat when it is done."
    if _is_damage(error):
        return damage(path)
    if code == sqlite3.SQLITE_IOERR:
        return f"The disk of {folder} failed to read or write (disk full, or a broken device): check it and repeat."
    return f"The library {name} failed: {one_line(str(error), 200)}."


def _is_damage(error: sqlite3.Error) -> bool:
    """Whether the file is to blame: its pages, or a schema in which phitui's own statements make no sense."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:  # raised by Python's own part: text that is no UTF-8
        return isinstance(error, sqlite3.OperationalError)
    said = str(error)
    return code & 0xFF in _DAMAGE or any(said.startswith(start) for start in _OF_A_FOREIGN_SCHEMA)


_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_MISMATCH)
_OF_A_FOREIGN_SCHEMA = ("no such ", "malformed ", "duplicate column", "table ", "index ", "unsupported ", "view ")


def damage(path: Path, what: str = "damaged or no library") -> str:
    todo = advice(path) or (
        "move it out of the way (it is left as it is) and add the documents again, or restore a copy"
    )
    return f"The library file {one_line(str(path))} is {what}: {todo}."


def _refusedamage(path: Path) -> None:
    """Notices a file that was cut off or emptied before SQLite takes it for a new one. Raises DamagedLibrary."""
    wal = path.with_name(path.name + "-wal")
    if wal.exists() and wal.stat().st_size:
        return  # What the file lacks may still be there.
    try:
        size = path.stat().st_size
        with open_regular(path) as file:
            header = file.read(HEADER_BYTES)
    except FileNotFoundError:
        size, header = 0, b""
    if size == 0:
        if advice(path):
            raise DamagedLibrary(damage(path, "gone or empty"))
        return
    if header_fault(header):
        raise DamagedLibrary(damage(path))
    page = int.from_bytes(header[16:18], "big")
    promised = int.from_bytes(header[28:32], "big") * (65536 if page == 1 else page)
    # Checked only where there is reason to: another process may be writing the file just now.
    if size != promised and checked(path) != "ok":
        raise DamagedLibrary(damage(path))
