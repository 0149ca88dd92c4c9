"""Files as the library knows them: by the bytes of their paths, by what they hold, by when they changed."""

import os
from dataclasses import dataclass
from pathlib import Path

from phitui.errors import Cause
from phitui.text import one_line


@dataclass(frozen=True, slots=True)
class Known:
    """What the library knows of a file: enough to decide whether it has to be read again."""

    document_id: int
    path: str
    file: bytes
    content_hash: str
    status: str
    reason: str | None
    size: int
    mtime_ns: int
    pages: int
    empty_pages: int
    passages: int
    splitter: int
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class FileState:
    """A file as it was when it was read. `content_hash` is empty where it could not be read at all."""

    path: Path
    content_hash: str
    size: int
    mtime_ns: int


def changed_ns(state: os.stat_result) -> int:
    """When a file was changed, in ns as far as SQLite counts: to the year 2262, and clocks have been set later."""
    return max(-(2**63), min(state.st_mtime_ns, 2**63 - 1))


def file_key(path: Path) -> bytes:
    """The path as bytes: names that are no text stay distinct."""
    return os.fsencode(os.path.abspath(path))


def shown_path(path: Path) -> str:
    """The absolute path as text that is safe to show."""
    return one_line(os.fsdecode(file_key(path)).encode("utf-8", "replace").decode())
