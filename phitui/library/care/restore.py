"""A damaged database is replaced by its newest backup; the damaged file is kept, and what was lost is named."""

import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from phitui.errors import LibraryError
from phitui.library.atomic import fresh, open_private, open_regular, put
from phitui.library.care.backups import Backups
from phitui.library.lock import LOCK_FILE, LOCKED, FileLock
from phitui.library.store.backup_files import Backup
from phitui.library.store.documents import DATABASE_FILE
from phitui.library.store.migrations import CURRENT, migrate
from phitui.library.store.sqlite_file import PARTS, fault, open_read_only
from phitui.text import one_line, system_reason

RESCUED = ("conversations", "turns", "buffers", "judgments", "marks")
"""What a user typed: taken over from the damaged file as far as it can be read, in this order."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What became of a damaged library."""

    backup: Backup
    documents: int
    lost: tuple[str, ...]
    """Paths of documents that were added or changed after the backup: add them again."""
    rescued: int
    """Questions, notes and judgments that came after the backup and could still be read."""
    kept_aside: Path
    """The damaged file."""


def restore(folder: Path, *, although_sound: bool = False) -> Restored:
    """Puts the newest sound backup in place of the library's database. Nothing else may have it open.

    Raises LibraryError where the database is sound (unless `although_sound`) or where there is no sound backup.
    """
    with FileLock(folder / LOCK_FILE).held(LOCKED):
        file = folder / DATABASE_FILE
        if not although_sound and file.exists() and file.stat().st_size and not fault(file):
            raise LibraryError(
                "The library is sound, so nothing was restored: --anyway puts the newest backup in its place, "
                "and what was added since is kept in a file beside it."
            )
        backups = Backups(folder)
        backup = next((each for each in backups.all() if _usable(each.path)), None)
        if backup is None:
            raise LibraryError(
                f"There is no sound backup of the library {one_line(str(folder))}: move its file out of the way "
                "and add the documents again."
            )
        try:
            beside = _copy(backup.path, file)
            aside = _set_aside(file)
            put(beside, file)
        except OSError as error:
            why = system_reason(error)
            raise LibraryError(
                f"The library {one_line(str(folder))} could not be restored ({why}): make room there and repeat; "
                "backup and damaged file are as they were."
            ) from None
        rescued = _rescue(aside, file)
        with closing(open_read_only(file)) as connection:
            kept = dict(connection.execute("SELECT path, content_hash FROM documents").fetchall())
        lost = [path for path, content in _documents(aside) if kept.get(path) != content]
        if backup == backups.newest():
            lost += [each.path for each in backups.since()]
        return Restored(backup, len(kept), tuple(sorted(set(lost))), rescued, aside)


def _usable(path: Path) -> bool:
    if fault(path):
        return False
    with closing(open_read_only(path)) as connection:
        return 0 < int(connection.execute("PRAGMA user_version").fetchone()[0]) <= CURRENT


def _copy(backup: Path, file: Path) -> Path:
    """The backup under a new name beside the database, as a library of its own."""
    beside = fresh(file)
    try:
        with open_regular(backup) as source, open_private(beside) as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
        renew_identity(beside)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return beside


def renew_identity(file: Path) -> None:
    """Gives the copy an identity of its own: the original's indexes do not fit it, since it counts changes anew."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'library'", (uuid.uuid4().hex,))


def _set_aside(file: Path) -> Path:
    """Renames the damaged database with all its parts; returns its new name."""
    number = 1
    while (aside := file.with_name(f"{file.stem}.damaged-{number}.db")).exists():
        number += 1
    for part in PARTS:
        with suppress(FileNotFoundError):
            os.replace(file.with_name(file.name + part), aside.with_name(aside.name + part))
    return aside


def _documents(file: Path) -> Iterable[tuple[str, str]]:
    """(path, content hash) of the readable documents, as far as the damaged file goes."""
    with suppress(Exception), closing(open_read_only(file)) as connection:  # as far as it can be read
        rows = connection.execute("SELECT path, content_hash FROM documents WHERE status <> 'failed'")
        while row := rows.fetchone():
            if all(isinstance(each, str) for each in row):
                yield one_line(row[0]), row[1]


def _rescue(damaged: Path, file: Path) -> int:
    """Takes over what was typed after the backup, row by row, as far as it can be read; returns how many rows."""
    rescued = 0
    with closing(sqlite3.connect(file, isolation_level=None)) as target:
        migrate(target, one_line(str(file)))  # the backup may be older than what was damaged
    with closing(sqlite3.connect(file)) as target:
        for table in RESCUED:
            last = target.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0]
            with suppress(Exception), closing(open_read_only(damaged)) as source:
                both = [_columns(each, table) for each in (target, source)]
                columns = ", ".join(name for name in both[0] if name in both[1])
                rows = source.execute(f"SELECT {columns} FROM {table} WHERE id > ? ORDER BY id", (last,))
                while row := rows.fetchone():
                    with suppress(sqlite3.Error), target:
                        target.execute("PRAGMA foreign_keys = ON")
                        marks = ", ".join("?" * len(row))
                        target.execute(f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})", row)
                        rescued += 1
    return rescued


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
