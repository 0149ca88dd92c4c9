"""Rolling backups of the database, so that a damaged file costs a day and not ten years."""

import json
import logging
import os
import shutil
import sqlite3
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event as ThreadEvent

from phitui.errors import Cancelled, LibraryError
from phitui.library.atomic import fresh, put, replace_file
from phitui.library.lock import FileLock
from phitui.library.store.backup_files import FOLDER, Backup, kept_backups
from phitui.library.store.database import Database
from phitui.library.store.sqlite_file import open_read_only
from phitui.reading import read_regular
from phitui.text import one_line, system_reason

KEPT = 2
"""Backups that are kept: the newest, and the one before it."""
WAIT_SECONDS = 60.0
"""How long a backup waits for another one."""
OLD_SECONDS = 86_400.0
"""Once the newest backup is older than this, another is made as soon as anything has been added or asked."""
GROWTH = 1.25
"""A library that has grown by this factor is backed up at once: the copy costs little beside what was added."""
SPARE_BYTES = 50_000_000
"""No backup is made that would leave less room on the disk."""
SINCE_FILE = "since.jsonl"
"""Documents that came after the newest backup: what a restore will have to name."""
STEPS = 20_000
"""SQLite instructions between two checks for a cancel, about a millisecond."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Since:
    """A document that the newest backup does not hold as it is now."""

    path: str
    title: str


class Backups:
    """Those of one library. Numbered, not dated: a clock may jump. May be used from any thread."""

    def __init__(self, library: Path):
        """`library` is the folder of the database; nothing is created yet."""
        self._library = library
        self._folder = library / FOLDER
        self._lock = FileLock(library / f"{FOLDER}.lock")

    def all(self) -> list[Backup]:
        """Newest first."""
        return kept_backups(self._library)

    def newest(self) -> Backup | None:
        return next(iter(self.all()), None)

    def since(self) -> list[Since]:
        """Documents that came or changed after the newest backup, as far as that was written down."""
        try:
            rows = [json.loads(line) for line in read_regular(self._folder / SINCE_FILE).decode("utf-8").splitlines()]
            return [Since(str(row["path"]), str(row["title"])) for row in rows]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return []

    def keep_up(self, database: Database, cancel: ThreadEvent | None = None) -> Backup | None:
        """Makes a backup where one is due, and writes down what the newest does not hold. Never raises for either."""
        made = None
        try:
            if self._lock.acquire():
                try:
                    made = self._make(database, cancel or ThreadEvent()) if self._due(database) else None
                    self._note(database)
                finally:
                    self._lock.release()
        except Exception as error:  # whatever a damaged file brings out
            _log.warning("no backup was made: %s", error)
        return made

    def make(self, database: Database) -> Backup:
        """Makes a backup whether or not one is due. Raises LibraryError."""
        if not self._lock.acquire(wait_seconds=WAIT_SECONDS):
            raise LibraryError("Another phitui is making a backup: repeat when it is done.")
        try:
            made = self._make(database, ThreadEvent())
            self._note(database)
            return made
        except OSError as error:
            raise _unwritable(self._folder, error) from None
        finally:
            self._lock.release()

    def replace_all(self, database: Database) -> None:
        """Replaces all backups, which hold what is to be forgotten, by one new backup. Raises LibraryError."""
        if not self._lock.acquire(wait_seconds=WAIT_SECONDS):
            raise LibraryError("Another phitui is making a backup: repeat when it is done.")
        try:
            had = self._folder.exists()
            shutil.rmtree(self._folder, ignore_errors=True)
            if self._folder.exists():
                raise LibraryError(f"{one_line(str(self._folder))} cannot be emptied: delete it yourself.")
            if had:
                with suppress(LibraryError, OSError):
                    self._make(database, ThreadEvent())
                    self._note(database)
        finally:
            self._lock.release()

    def _due(self, database: Database) -> bool:
        newest = self.newest()
        bytes_now, documents = database.row(_SIZE) or (0, 0)
        if newest is None:
            due = documents > 0
        else:
            old = abs(time.time() - newest.path.stat().st_mtime) > OLD_SECONDS  # also one from the future
            due = bytes_now > GROWTH * newest.bytes or _state_of(newest.path) == (-1,)
            due = due or (old and database.row(_STATE) != _state_of(newest.path))
        return bool(due) and shutil.disk_usage(database.path.parent).free > bytes_now + SPARE_BYTES

    def _make(self, database: Database, cancel: ThreadEvent) -> Backup:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        for left in self._folder.glob("*.new"):
            left.unlink(missing_ok=True)
        number = max((each.number for each in self.all()), default=0) + 1
        path = self._folder / f"{number:06}.db"
        copy_database(database, path, cancel)
        for old in self.all()[KEPT:]:
            old.path.unlink(missing_ok=True)
        made = self.newest()
        assert made is not None
        return made

    def _note(self, database: Database) -> None:
        newest = self.newest()
        if newest is None:
            return
        rows = database.rows(
            "SELECT path, title FROM documents WHERE version > ? AND status <> 'failed' ORDER BY id",
            (_state_of(newest.path)[0],),
        )
        lines = [json.dumps({"path": path, "title": title}) + "\n" for path, title in rows]
        replace_file(self._folder / SINCE_FILE, "".join(lines).encode())


def copy_database(database: Database, path: Path, cancel: ThreadEvent | None = None) -> None:
    """A compact copy of one state of the database, whole or not at all, mode 0600. Searching and adding go on.

    Unlike a copy of pages this reads every row, so that a damaged database is noticed. Raises LibraryError, OSError.
    """
    beside = fresh(path)
    cancelled = cancel or ThreadEvent()
    try:
        with database.reading() as connection:
            connection.set_progress_handler(cancelled.is_set, STEPS)
            try:
                connection.execute("VACUUM INTO ?", (os.fspath(beside),))
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                    raise
                if cancelled.is_set():
                    raise Cancelled("The copy of the library was stopped.") from None
                raise KeyboardInterrupt from None  # SQLite swallows a Ctrl-C that arrives during the check
            finally:
                connection.set_progress_handler(None, STEPS)
        put(beside, path)
    finally:
        beside.unlink(missing_ok=True)


_SIZE = """SELECT (page_count - freelist_count) * page_size, (SELECT count(*) FROM documents)
    FROM pragma_page_count, pragma_freelist_count, pragma_page_size"""
_STATE = """SELECT (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'documents'),
    (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'vectors'),
    (SELECT coalesce(max(id), 0) FROM turns), (SELECT coalesce(max(id), 0) FROM judgments),
    (SELECT coalesce(max(id), 0) FROM marks)"""
"""What tells two states of a library apart; the first number is that of the last change of a document."""


def _state_of(path: Path) -> tuple[int, ...]:
    """As _STATE says; of a copy that cannot be read (-1,), which is no state of any library."""
    try:
        with closing(open_read_only(path)) as connection:
            return tuple(int(each) for each in connection.execute(_STATE).fetchone())
    except Exception:
        return (-1,)


def _unwritable(path: Path, error: OSError) -> LibraryError:
    why = system_reason(error)
    return LibraryError(f"{one_line(str(path))} cannot be written ({why}): make room, or change its permissions.")
