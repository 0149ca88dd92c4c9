"""Which files to read, and which file is the same as another."""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from phitui.errors import Cause, DocumentError, UsageError
from phitui.text import one_line

SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "site-packages"})
"""Programs of others, by the thousand."""
READ_BYTES = 1 << 20
"""Bytes hashed at a time."""


def find_files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files named and the documents in the folders named, each once, sorted within a folder.

    Hidden files and folders inside folders are skipped, symlinks followed but each folder visited once.
    Raises UsageError for a path that does not exist and a folder that holds no document.
    """
    given = [Path(path) for path in paths]
    for path in given:
        if not os.path.lexists(path):
            raise UsageError(f"{one_line(str(path))} does not exist.")
    seen: set[str] = set()
    for path in given:
        found = _inside(path, set()) if path.is_dir() else iter((path,))
        empty = True
        for file in found:
            empty = False
            key = os.path.abspath(file)
            if key not in seen:
                seen.add(key)
                yield file
        if empty:
            raise UsageError(
                f"{one_line(str(path))} holds no document (looked for PDF, Word, Excel, PowerPoint, OpenDocument, "
                "EPUB, web pages, mail, Markdown, text and source code)."
            )


def _inside(folder: Path, visited: set[tuple[int, int]]) -> Iterator[Path]:
    try:
        state = folder.stat()
        with os.scandir(folder) as entries:
            names = sorted((entry.name for entry in entries if not entry.name.startswith(".")), key=os.fsencode)
    except OSError as error:
        if not visited:
            raise UsageError(f"{one_line(str(folder))} cannot be read: {error.strerror or error}.") from None
        return
    if (state.st_dev, state.st_ino) in visited:
        return
    visited.add((state.st_dev, state.st_ino))
    folders = []
    for name in names:
        path = folder / name
        if path.is_dir():
            if name not in SKIPPED_FOLDERS:
                folders.append(path)
        elif is_document(path) and (path.is_file() or path.is_symlink()):
            yield path
    for path in folders:
        yield from _inside(path, visited)


def is_document(path: Path) -> bool:
    """Whether its name is that of a document; a file that is named itself is always taken."""
    from phitui.documents.formats.registry import PACKED_SUFFIX, SUFFIXES

    suffix = path.suffix.lower()
    return suffix in SUFFIXES or (suffix == PACKED_SUFFIX and Path(path.stem).suffix.lower() in SUFFIXES)


def content_hash(path: Path) -> str:
    """SHA-256 of the file's bytes, in hex. Raises DocumentError; never waits on a pipe or a device."""
    digest = hashlib.sha256()
    try:
        with os.fdopen(open_regular(path), "rb") as file:
            while chunk := file.read(READ_BYTES):
                digest.update(chunk)
    except OSError as error:
        raise unreadable(error) from None
    return digest.hexdigest()


def open_regular(path: Path) -> int:
    """A descriptor of a regular file. Raises OSError, DocumentError for anything that is not one."""
    _check_regular(os.stat(path).st_mode)  # opening a device can already set it off
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    try:
        _check_regular(os.fstat(descriptor).st_mode)
    except DocumentError:
        os.close(descriptor)
        raise
    return descriptor


def _check_regular(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise DocumentError("It is a folder, not a file.", Cause.NO_FILE)
    if not stat.S_ISREG(mode):
        raise DocumentError("It is not a regular file but a device, a socket or a pipe.", Cause.NO_FILE)


def unreadable(error: OSError) -> DocumentError:
    """What the system's refusal means for the document."""
    if isinstance(error, FileNotFoundError):
        return DocumentError("The file is gone.", Cause.GONE)
    if isinstance(error, PermissionError):
        return DocumentError("The file may not be read: its permissions forbid it.", Cause.FORBIDDEN)
    if isinstance(error, IsADirectoryError):
        return DocumentError("It is a folder, not a file.", Cause.NO_FILE)
    return DocumentError(f"The file cannot be read: {one_line(error.strerror or str(error))}.")
