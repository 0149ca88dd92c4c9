"""The one place that opens files for writing: replaced whole or not at all, and nobody's file but phitui's own.

A folder may be shared with other accounts. A name that they can guess may be there already, as a link to a file of the
user's, or as a file of theirs that they then read. So what is written gets a random name beside its goal, is created
anew (O_EXCL) and followed nowhere (O_NOFOLLOW), with mode 0600, and takes the goal's name when it lies on the disk.
"""

import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

ENDING = ".new"
"""Of what is being written: one that a kill has left behind is told by it."""
_PLAIN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


def replace_file(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Puts the content in the place of the file, if there is one: a kill leaves the old one or the new one.

    A link in its place is replaced, not followed. Raises OSError.
    """
    with replacing(path) as file:
        file.write(content)
        if mode != 0o600:
            os.fchmod(file.fileno(), mode)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """What is written inside takes the place of the file at the end, unless that raises. Raises OSError."""
    beside = fresh(path)
    try:
        with open_private(beside) as file:
            yield file
        put(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def mode_of(path: Path) -> int:
    """The permissions that a file of the user's has, to be kept where it is replaced; of a new one 0600."""
    try:
        state = os.lstat(path)
    except OSError:
        return 0o600
    own = stat.S_ISREG(state.st_mode) and state.st_uid == os.geteuid()
    return stat.S_IMODE(state.st_mode) & 0o777 if own else 0o600


def create_file(path: Path, content: bytes) -> None:
    """A new file, whole or not at all. Raises FileExistsError where anything has that name, OSError."""
    beside = fresh(path)
    try:
        with open_private(beside) as file:
            file.write(content)
        put_new(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def fresh(path: Path) -> Path:
    """A new and empty file beside the path, to be written by `open_private` or by name. Raises OSError."""
    beside = path.with_name(f".{os.urandom(12).hex()}{ENDING}")
    os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _PLAIN, 0o600))
    return beside


def open_private(path: Path) -> BinaryIO:
    """A file that `fresh` has made, to be written from its beginning. Raises OSError."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_TRUNC | _PLAIN), "wb")


def put(beside: Path, path: Path) -> None:
    """Gives a finished file its name, in the place of what had it. Raises OSError."""
    sync_file(beside)
    os.replace(beside, path)
    sync_folder(path.parent)


def put_new(finished: Path, path: Path) -> None:
    """The finished file under a name that is free, copied where it lies on another disk. Raises FileExistsError."""
    sync_file(finished)
    try:
        os.link(finished, path, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:  # another disk, or one that knows no links
        beside = fresh(path)
        try:
            with open_regular(finished) as source, open_private(beside) as copy:
                shutil.copyfileobj(source, copy, 1 << 20)
            if os.path.lexists(path):
                raise FileExistsError(f"{path} is there already") from None
            put(beside, path)
        finally:
            beside.unlink(missing_ok=True)
    sync_folder(path.parent)


@contextmanager
def private_folder_for(path: Path, own: Path) -> Iterator[Path]:
    """A folder of the user's alone to make a file in that is to become `path`: on the same disk where that is safe.

    Where others may rename what lies beside `path`, it is made in `own`, a private folder, or in the system's
    temporary one where that is not to be written. Programs such as SQLite make more files there than one, by names
    that can be guessed. Raises OSError.
    """
    state = os.stat(path.parent)
    guarded = not state.st_mode & (stat.S_IWGRP | stat.S_IWOTH) or state.st_mode & stat.S_ISVTX
    place = path.parent if guarded else own if os.access(own, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix=".phitui-", dir=place, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def open_to_append(path: Path) -> int:
    """A descriptor of a file of phitui's own that grows, made where it is not there. Raises OSError."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | _PLAIN, 0o600)


def open_to_change(path: Path) -> int:
    """A descriptor of a file of phitui's own that stays, such as a lock, made where it is not there. Raises OSError."""
    return os.open(path, os.O_RDWR | os.O_CREAT | _PLAIN, 0o600)


def try_to_change(path: Path) -> None:
    """Does nothing to a file that could be written. Raises OSError where it could not."""
    os.close(os.open(path, os.O_RDWR | _PLAIN))


def open_regular(path: Path) -> BinaryIO:
    """A regular file, to be read; not a link to one. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | _PLAIN)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(f"{path} is no regular file")
    return os.fdopen(handle, "rb")


def sync_file(path: Path) -> None:
    """Waits until the file is on the disk. Raises OSError."""
    handle = os.open(path, os.O_RDWR | _PLAIN)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Waits until the names in the folder are on the disk, where the system can tell."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def empty_folder(folder: Path, names: "re.Pattern[str]") -> None:
    """Deletes what has one of those names in the folder, which may be a link to one with other things in it."""
    for path in folder.iterdir():
        if not names.fullmatch(path.name):
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink(missing_ok=True)
