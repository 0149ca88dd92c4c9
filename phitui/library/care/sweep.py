"""Files beside the database that may carry a document: what was copied, pasted, drafted, logged, exported."""

import os
import re
import sqlite3
from collections.abc import Iterator, Sequence, Set
from contextlib import closing, suppress
from pathlib import Path

from phitui.library.atomic import open_to_change, replace_file
from phitui.library.care.traces import Traces
from phitui.library.store.documents import DATABASE_FILE
from phitui.library.store.sqlite_file import PARTS, open_read_only
from phitui.reading import open_regular, read_regular

LEFTOVERS = re.compile(r"copied\.txt|crash\.log|pasted-[\d-]+\.txt|.*\.(part|new)")
"""Files that phitui can do without: deleted where they carry anything."""
WRITTEN = re.compile(r"draft\.txt|votes\.jsonl|phitui\.log(\.\d+)?")
"""Files that are kept without what they carry."""
LARGEST_TEXT = 20_000_000
"""Bytes of a file that is read as text; a larger one is looked through in pieces."""
PIECE_BYTES = 1 << 24
SQLITE = b"SQLite format 3\0"
NO_FOLDERS = frozenset({"models"})
"""Weights of models, downloaded: nothing of a document comes there, and they take minutes to read."""
LIBRARY_FILES = {f"{DATABASE_FILE}{part}" for part in PARTS}


def sweep(folders: Sequence[Path], spared: Sequence[Path], traces: Traces) -> list[Path]:
    """Cleans the files under the folders of what the traces tell; returns those that could not be, sorted.

    `spared` are files and folders that are written anew anyway.
    """
    needles = traces.needles()
    left = set()
    for path in _files(folders, {os.path.abspath(each) for each in spared}):
        try:
            if not _cleaned(path, traces, needles):
                left.add(path)
        except OSError:
            left.add(path)
    return sorted(left)


def copies(folders: Sequence[Path], spared: Sequence[Path]) -> list[Path]:
    """Databases of phitui under the folders, but for those of libraries: exports, files set aside after damage."""
    found = []
    for path in _files(folders, {os.path.abspath(each) for each in spared}):
        # Closing a file that SQLite has open here too would drop its locks (sqlite.org/howtocorrupt.html, 2.2).
        if path.name in LIBRARY_FILES:
            continue
        with suppress(OSError):
            with open_regular(path) as file:
                database = file.read(len(SQLITE)) == SQLITE
            if database and _is_library(path):
                found.append(path)
    return sorted(found)


def holders(libraries: Path, own: Path, paths: Set[str], hashes: Set[str]) -> list[Path]:
    """Databases of the other libraries in a folder that hold one of those documents too."""
    found = []
    for path in sorted(libraries.glob(f"*/{DATABASE_FILE}")):
        if path.parent != own:
            with suppress(sqlite3.Error, UnicodeError), closing(open_read_only(path)) as connection:
                rows = connection.execute(
                    """SELECT path, content_hash FROM documents UNION SELECT path, content_hash FROM bin
                    UNION SELECT path, content_hash FROM judgments"""
                )
                if any(path in paths or content in hashes for path, content in rows):
                    found.append(path)
    return found


def _files(folders: Sequence[Path], spared: Set[str]) -> Iterator[Path]:
    seen: set[str] = set()
    for folder in folders:
        for base, names, files in os.walk(folder):
            base = os.path.abspath(base)
            names[:] = [n for n in names if n not in NO_FOLDERS and os.path.join(base, n) not in spared]
            for name in files:
                path = os.path.join(base, name)
                if path not in spared and path not in seen and os.path.isfile(path) and not os.path.islink(path):
                    seen.add(path)
                    yield Path(path)


def _cleaned(path: Path, traces: Traces, needles: Sequence[bytes]) -> bool:
    """Whether the file carries nothing any more. Raises OSError."""
    if not _holds(path, needles) and not _says(path, traces):
        return True
    if LEFTOVERS.fullmatch(path.name):
        _overwrite(path)
        path.unlink()
        return True
    if WRITTEN.fullmatch(path.name) and path.stat().st_size <= LARGEST_TEXT:
        text = read_regular(path, LARGEST_TEXT).decode("utf-8", "replace")
        lines = [traces.without_names(traces.redacted(line)) for line in text.split("\n")]
        if path.name.startswith("phitui.log"):  # another phitui may be writing it
            with os.fdopen(open_to_change(path), "r+b") as file:
                file.truncate(0)
                file.write("\n".join(lines).encode())
        else:
            replace_file(path, "\n".join(lines).encode())
        return not _holds(path, needles)
    return False


def _overwrite(path: Path) -> None:
    """So that its blocks do not keep the text for whoever gets them next, as far as the file system writes in place."""
    with suppress(OSError), os.fdopen(open_to_change(path), "r+b") as file:
        file.write(b"\0" * min(path.stat().st_size, LARGEST_TEXT))
        file.flush()
        os.fsync(file.fileno())


def _holds(path: Path, needles: Sequence[bytes]) -> bool:
    """Whether the bytes of one of the needles stand in the file, in upper or lower case. Raises OSError."""
    longest = max(map(len, needles), default=0)
    before = b""
    with open_regular(path) as file:
        while piece := file.read(PIECE_BYTES):
            content = before + piece.lower()
            if any(needle in content for needle in needles):
                return True
            before = content[-longest:]
    return False


def _says(path: Path, traces: Traces) -> bool:
    """Whether a file of text says something that the traces tell. Raises OSError."""
    if path.stat().st_size > LARGEST_TEXT:
        return False
    content = read_regular(path, LARGEST_TEXT)
    if b"\0" in content:
        return False
    text = content.decode("utf-8", "replace")
    return traces.redacted(text) != text


def _is_library(path: Path) -> bool:
    try:
        with closing(open_read_only(path)) as connection:
            connection.execute("SELECT path, content_hash FROM documents LIMIT 1").fetchall()
            connection.execute("SELECT data FROM turns LIMIT 1").fetchall()
            return True
    except (sqlite3.Error, UnicodeError):
        return False
