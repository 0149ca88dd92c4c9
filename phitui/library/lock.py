"""Locks between processes: advisory, and gone with their process even by kill -9."""

import errno
import fcntl
import logging
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from phitui.errors import LibraryError
from phitui.library.atomic import create_file, open_to_change
from phitui.reading import read_regular
from phitui.text import one_line, system_reason

LOCK_FILE = "indexing.lock"
"""In the library's folder; holds the process id of who is indexing."""
LOCKED = "Another phitui (process {pid}) is indexing this library: wait for it, or stop it; searching works meanwhile."
NO_LOCKS = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL, errno.EPERM, errno.EREMOTEIO}
"""What a file system says that has no flock: Lustre mounted without it, some NFS."""
POLL_SECONDS = 0.02
HELD_BYTES = 1 << 10
"""Of a note on who holds a lock."""
"""How often a waiter tries to get a file lock: flock has no timeout."""


class FileLock:
    """A lock on a file, held once per process: further threads of the holder share it."""

    def __init__(self, path: Path):
        self.path = path
        self._guard = threading.Lock()
        self._holders = 0
        self._handle = -1
        self._held: Path | None = None
        """The file that says who holds the lock, where the file system has no flock."""

    def acquire(self, wait_seconds: float = 0.0) -> bool:
        """Whether the lock was got within that time. Raises LibraryError where the file cannot be written."""
        deadline = time.monotonic() + wait_seconds
        while not self._try():
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def _try(self) -> bool:
        with self._guard:
            if self._holders:
                self._holders += 1
                return True
            try:
                handle = open_to_change(self.path)
            except OSError as error:
                why = system_reason(error)
                raise LibraryError(
                    f"{one_line(str(self.path))} cannot be written ({why}): change the folder's permissions, "
                    "or choose another with --data-dir."
                ) from None
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno not in NO_LOCKS or not self._hold():
                    os.close(handle)
                    return False
            try:
                os.ftruncate(handle, 0)
                os.write(handle, str(os.getpid()).encode())
            except OSError:
                pass  # A full disk: the lock holds without telling its process.
            self._handle, self._holders = handle, 1
            return True

    def _hold(self) -> bool:
        """Locks by a file that names host and process, where there is no flock. Returns whether that was free."""
        _say_once(self.path)
        file = self.path.with_name(f"{self.path.name}.held")
        host, pid = _holder(file)
        if host == socket.gethostname() and not _runs(pid):  # it was killed
            with suppress(OSError):
                file.unlink()
        try:
            create_file(file, f"{socket.gethostname()} {os.getpid()}".encode())
        except OSError:
            return False
        self._held = file
        return True

    def release(self) -> None:
        """Releases one hold."""
        with self._guard:
            self._holders -= 1
            if not self._holders:
                os.close(self._handle)
                if self._held is not None:
                    self._held.unlink(missing_ok=True)
                    self._held = None

    def holder(self) -> str:
        """The process id that the holder wrote, "?" where it is not known; elsewhere with its host and what to do."""
        file = self.path.with_name(f"{self.path.name}.held")
        host, pid = _holder(file)
        if host and host != socket.gethostname():
            return f"{pid} on {one_line(host, 60)}; if that one is gone, delete {one_line(str(file))}"
        try:
            text = read_regular(self.path, HELD_BYTES).decode("ascii").strip()
        except (OSError, UnicodeDecodeError):
            return "?"
        return text if text.isdigit() else "?"

    @contextmanager
    def held(self, refusal: str) -> Iterator[None]:
        """Holds the lock inside. Raises LibraryError with `refusal`, its {pid} filled in, where another has it."""
        if not self.acquire():
            raise LibraryError(refusal.format(pid=self.holder()))
        try:
            yield
        finally:
            self.release()


def _holder(file: Path) -> tuple[str, int]:
    """(host, process id) that the file names; ("", 0) where there is none."""
    try:
        host, _, pid = read_regular(file, HELD_BYTES).decode("utf-8").rpartition(" ")
        return host, int(pid)
    except (OSError, ValueError):
        return "", 0


def _runs(pid: int) -> bool:
    """Whether that process of this machine runs; this one does not hold what it asks for."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True


_log = logging.getLogger(__name__)
_said: set[Path] = set()


def _say_once(path: Path) -> None:
    if path.parent not in _said:
        _said.add(path.parent)
        _log.warning(
            "The file system of %s has no flock: phitui locks by a file that names host and process.",
            one_line(str(path.parent)),
        )
