"""Locks between processes: advisory, and gone with their process even by kill -9."""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from phitui.errors import LibraryError
from phitui.library.atomic import open_to_change
from phitui.text import one_line, system_reason

LOCK_FILE = "indexing.lock"
"""In the library's folder; holds the process id of who is indexing."""
LOCKED = "Another phitui (process {pid}) is indexing this library: wait for it, or stop it; searching works meanwhile."
POLL_SECONDS = 0.02
"""How often a waiter tries to get a file lock: flock has no timeout."""


class FileLock:
    """A lock on a file, held once per process: further threads of the holder share it."""

    def __init__(self, path: Path):
        self.path = path
        self._guard = threading.Lock()
        self._holders = 0
        self._handle = -1

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
            except OSError:
                os.close(handle)
                return False
            try:
                os.ftruncate(handle, 0)
                os.write(handle, str(os.getpid()).encode())
            except OSError:
                pass  # A full disk: the lock holds without telling its process.
            self._handle, self._holders = handle, 1
            return True

    def release(self) -> None:
        """Releases one hold."""
        with self._guard:
            self._holders -= 1
            if not self._holders:
                os.close(self._handle)

    def holder(self) -> str:
        """The process id that the holder wrote, "?" where it is not known."""
        try:
            text = self.path.read_text("ascii").strip()
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
