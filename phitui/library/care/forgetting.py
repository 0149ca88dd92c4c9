"""Documents are forgotten everywhere: in the library, in copies of it, and in the files beside it."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from phitui.errors import LibraryError
from phitui.library.care.backups import Backups
from phitui.library.care.erasure import Erasure, check_room, wipe
from phitui.library.care.subjects import Subject
from phitui.library.care.sweep import copies, holders, sweep
from phitui.library.store.backup_files import FOLDER
from phitui.library.store.database import Database
from phitui.library.store.sqlite_file import PARTS

LIBRARIES = "libraries"
"""The folder that holds those of a user, each in its own."""


def forget(
    database: Database, subjects: Sequence[Subject], backups: Backups, folders: Sequence[Path], cache: Path
) -> list[Path]:
    """Erases documents from the database, its copies and the files in the folders; returns what still holds them.

    What the database's free pages hold is left to `wipe`, indexes (in `cache`) and backups to be made anew. Raises
    LibraryError: before anything is changed where there is no room.
    """
    check_room(database)
    left: list[Path] = []
    if subjects:
        own = database.path.parent
        spared = [own / FOLDER, cache]
        spared += [database.path.with_name(database.path.name + part) for part in PARTS]
        others = own.parent if own.parent.name == LIBRARIES else None
        if others is not None:
            spared += [each for each in others.iterdir() if each != own]
            spared += [each for each in cache.parent.iterdir() if each != cache]
        beside = copies(folders, spared)
        erasure = Erasure(database, subjects, [*(each.path for each in backups.all()), *beside])
        # The files first: what tells the documents is known only while they are there.
        cleaned = [each for each in beside if _erased(each, erasure)]
        left = sweep(folders, [*spared, *cleaned, *map(Path, erasure.paths)], erasure.traces)
        left += holders(others, own, erasure.paths, erasure.hashes) if others is not None else []
        erasure.run()
    return left


def _erased(copy: Path, erasure: Erasure) -> bool:
    """Whether a copy of the library holds nothing of the documents any more; one that is damaged may."""
    try:
        with closing(Database(copy)) as database:
            rows = database.rows(
                """SELECT id, title, path, content_hash FROM documents
                UNION ALL SELECT document_id, title, path, content_hash FROM bin"""
            )
            found = [Subject(*row) for row in rows if row[2] in erasure.paths or row[3] in erasure.hashes]
            found += [Subject(0, "", path) for path in erasure.paths]
            found += [Subject(0, "", "", content) for content in erasure.hashes]
            other = Erasure(database, found)
            other.traces = erasure.traces
            other.run()
            wipe(database)
            database.row("PRAGMA journal_mode = DELETE")
        return True
    except (LibraryError, OSError):
        return False
