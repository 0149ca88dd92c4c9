"""Which files to read."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from phitui.errors import UsageError
from phitui.text import one_line, system_reason

SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "site-packages"})
"""Programs of others, by the thousand."""

LINK = "it is a link that leads out of the folder"
"""Why a file or folder is left out: whoever can write into a folder could have any file of the user's read so."""

LeftOut = Callable[[Path, str], object]
"""Is told of what a folder holds and is not read, and why."""


def find_files(
    paths: Iterable[Path], *, follow_links: bool = False, left_out: LeftOut = lambda path, why: None
) -> Iterator[Path]:
    """The files named and the documents in the folders named, each once, sorted within a folder.

    Hidden files and folders inside folders are skipped. Symlinks are followed, but each folder is visited once, and one
    that leads out of the folder named is left out unless `follow_links`. Raises UsageError for a path
    that does not exist, and for a folder that holds no document and nothing left out.
    """
    given = [Path(path) for path in paths]
    for path in given:
        if not os.path.lexists(path):
            raise UsageError(f"{one_line(str(path))} does not exist.")
    seen: set[str] = set()
    for path in given:
        root = None if follow_links else os.path.realpath(path)
        left: list[Path] = []

        def told(path: Path, why: str, left: list[Path] = left) -> None:
            left.append(path)
            left_out(path, why)

        found = _inside(path, set(), root, told) if path.is_dir() else iter((path,))
        empty = True
        for file in found:
            empty = False
            key = os.path.abspath(file)
            if key not in seen:
                seen.add(key)
                yield file
        if empty and not left:
            raise UsageError(
                f"{one_line(str(path))} holds no document (looked for PDF, Word, Excel, PowerPoint, OpenDocument, "
                "EPUB, web pages, mail, Markdown, text and source code)."
            )


def _leads_out(path: Path, root: str | None) -> bool:
    """Whether it is a link to somewhere outside the folder `root`, which has no links in its name; None is no limit."""
    if root is None or not path.is_symlink():
        return False
    return os.path.commonpath((root, os.path.realpath(path))) != root


def _inside(top: Path, visited: set[tuple[int, int]], root: str | None, left_out: LeftOut) -> Iterator[Path]:
    """Without recursion: folders nest as deep as they like."""
    waiting = [top]
    while waiting:
        folders: list[Path] = []
        yield from _in_one(waiting.pop(), visited, root, left_out, folders)
        waiting += reversed(folders)


def _in_one(
    folder: Path, visited: set[tuple[int, int]], root: str | None, left_out: LeftOut, folders: list[Path]
) -> Iterator[Path]:
    """The documents in a folder; the folders in it are added to `folders`."""
    try:
        state = folder.stat()
        with os.scandir(folder) as entries:
            names = sorted((entry.name for entry in entries if not entry.name.startswith(".")), key=os.fsencode)
    except OSError as error:
        if not visited:
            raise UsageError(f"{one_line(str(folder))} cannot be read: {error.strerror or error}.") from None
        left_out(folder, f"it cannot be read ({system_reason(error)})")
        return
    if (state.st_dev, state.st_ino) in visited:
        return
    visited.add((state.st_dev, state.st_ino))
    for name in names:
        path = folder / name
        try:
            path.stat()
        except FileNotFoundError:
            pass  # a link that leads nowhere: its failure is reported as a document's
        except OSError as error:
            left_out(path, f"it cannot be read ({system_reason(error)})")
            continue
        if _leads_out(path, root):
            if is_document(path) or path.is_dir():
                left_out(path, LINK)
        elif path.is_dir():
            if name not in SKIPPED_FOLDERS:
                folders.append(path)
        elif is_document(path) and (path.is_file() or path.is_symlink()):
            yield path


def is_document(path: Path) -> bool:
    """Whether its name is that of a document; a file that is named itself is always taken."""
    from phitui.documents.formats.registry import PACKED_SUFFIX, SUFFIXES

    suffix = path.suffix.lower()
    return suffix in SUFFIXES or (suffix == PACKED_SUFFIX and Path(path.stem).suffix.lower() in SUFFIXES)
