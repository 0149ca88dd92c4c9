"""Which files to read."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from phitui.errors import UsageError
from phitui.text import one_line

SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "site-packages"})
"""Programs of others, by the thousand."""


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
