"""A file's bytes: opened only where it is a regular file, and hashed, since files of one content are one document."""

import hashlib
import os
import stat
from pathlib import Path

from phitui.errors import Cause, DocumentError
from phitui.text import one_line

READ_BYTES = 1 << 20
"""Bytes hashed at a time."""


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
