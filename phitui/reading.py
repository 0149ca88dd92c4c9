"""Files are read with care: what a name leads to may by now be a pipe that never speaks, or a device without an end."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

SMALL_BYTES = 16 << 20
"""Of one file of settings, notes or figures: the largest known, an index of a model's weights, has 5 MB."""
GIVEN_BYTES = 100 << 20
"""Of a text that a user names."""


def open_regular(file: Path) -> BinaryIO:
    """A regular file, from its beginning, links followed. Raises OSError for anything else; waits for nothing."""
    _refuse_other(file, os.stat(file).st_mode)  # opening a device can already set it off
    handle = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    try:
        _refuse_other(file, os.fstat(handle).st_mode)
    except OSError:
        os.close(handle)
        raise
    return os.fdopen(handle, "rb")


def read_regular(file: Path, most: int = SMALL_BYTES) -> bytes:
    """A regular file's content. Raises OSError for another kind of file, and for one of more than `most` bytes."""
    with open_regular(file) as opened:
        return _read(opened, file, most)


def read_given(file: Path, most: int = GIVEN_BYTES) -> bytes:
    """The content of a file that a user names: a pipe too, where a shell has made it of `<(…)`. Raises OSError."""
    if stat.S_ISFIFO(os.stat(file).st_mode) and not os.path.exists(os.path.realpath(file)):  # it has no name of its own
        with open(file, "rb") as opened:
            return _read(opened, file, most)
    return read_regular(file, most)


def _read(opened: BinaryIO, file: Path, most: int) -> bytes:
    longer = os.fstat(opened.fileno()).st_size > most
    content = b"" if longer else opened.read(most + 1)
    if longer or len(content) > most:
        size = f"{most >> 20} MiB" if most >= 1 << 20 else f"{most:,} bytes"
        raise OSError(27, f"it is longer than {size}", str(file))
    return content


def _refuse_other(file: Path, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(21, "it is a folder", str(file))
    if not stat.S_ISREG(mode):
        raise OSError(22, "it is no regular file", str(file))
