"""Files that are replaced whole or not at all."""

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO


def replace_file(path: Path, content: bytes) -> None:
    """Writes beside it, syncs, renames: a kill leaves the old file or the new one. Mode 0600. Raises OSError."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with open_private(beside) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def open_private(path: Path) -> BinaryIO:
    """A new or emptied file of mode 0600, to be written. Raises OSError."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def sync_file(path: Path) -> None:
    """Waits until the file is on the disk. Raises OSError."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def empty_folder(folder: Path) -> None:
    """Deletes what is in the folder, but for lock files: another process may hold them."""
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.suffix != ".lock":
            with suppress(OSError):
                path.unlink(missing_ok=True)
