"""One worker process as its parent sees it: started, asked, listened to with a deadline, killed."""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable
from typing import Any

from phitui.child import command
from phitui.errors import Cancelled, Cause, DocumentError, PasswordNeeded
from phitui.memory import taken_bytes
from phitui.text import clean

POLL_SECONDS = 0.05
"""How often cancel, deadline and memory are looked at while a worker is silent."""
ADDRESS_SPACE_BYTES = 2**30
"""Mapped by a worker; enough for any document that is worth it."""
OCR_ADDRESS_SPACE_BYTES = 3 * 2**30
"""The same where onnxruntime runs in it, which maps 1.5 GB and holds 700 MB."""
RESIDENT_BYTES = 900 * 2**20
"""A worker that holds more is killed; RLIMIT_AS does not bind on every system."""
READ_BYTES = 1 << 16
LINE_BYTES = 32 * 2**20
"""A longer reply is no reply."""
START_SECONDS = 60
"""A worker that cannot start in this time never will."""


class WorkerLost(Exception):
    """The worker hung, crashed or grew too big and is dead now; the message completes "the page was lost: …"."""

    def __init__(self, message: str, cause: Cause):
        super().__init__(message)
        self.cause = cause


class WorkerProcess:
    """Not thread-safe: one caller at a time. `kill` may be called from anywhere."""

    def __init__(self, address_space: int = ADDRESS_SPACE_BYTES) -> None:
        """`address_space`: bytes of memory that the worker may map."""
        try:
            self._process = subprocess.Popen(
                command("phitui.documents.workers.worker", address_space),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env=_environment(),
            )
        except OSError as error:  # no fault of any document
            raise OSError(f"its reader cannot be started: {error.strerror}") from None
        self.documents = 0
        """Documents it has been asked for."""
        self._buffer = bytearray()
        self._ready = False
        assert self._process.stdout is not None
        self._output = self._process.stdout.fileno()
        os.set_blocking(self._output, False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._output, selectors.EVENT_READ)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: dict[str, Any], cancel: Callable[[], bool]) -> None:
        """Sends one request. Raises WorkerLost, Cancelled."""
        if not self._ready:
            self.reply(START_SECONDS, cancel)
            self._ready = True
        self.documents += 1
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request).encode("ascii") + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise self._lost() from None

    def reply(self, seconds: float, cancel: Callable[[], bool]) -> dict[str, Any]:
        """The next reply. Raises WorkerLost after `seconds` of silence, or as soon as it is dead; Cancelled."""
        deadline = time.monotonic() + seconds
        while True:
            if cancel():
                self.kill()
                raise Cancelled("Stopped.")
            end = self._buffer.find(b"\n")
            if end >= 0:
                line = bytes(self._buffer[:end])
                del self._buffer[: end + 1]
                return self._parsed(line)
            if self._selector.select(POLL_SECONDS):
                data = os.read(self._output, READ_BYTES)
                if not data:
                    raise self._lost()
                self._buffer += data
                if len(self._buffer) > LINE_BYTES:
                    raise self._lost("it yields too much text", Cause.TOO_LARGE)
            elif time.monotonic() > deadline:
                raise self._lost(f"it took over {seconds:g} s", Cause.TIMED_OUT)
            elif self.resident_bytes() > RESIDENT_BYTES:
                raise self._lost("it takes too much memory", Cause.TOO_LARGE)

    def _parsed(self, line: bytes) -> dict[str, Any]:
        try:
            message = json.loads(line)
        except ValueError:
            message = None
        if not isinstance(message, dict) or not isinstance(message.get("kind"), str):
            raise self._lost("its reader went wrong")
        return message

    def _lost(self, reason: str | None = None, cause: Cause = Cause.CRASHED) -> WorkerLost:
        if reason is None:
            # its pipe is closed, so it is about to end by itself; the exit status says why
            try:
                status = self._process.wait(2)
            except subprocess.TimeoutExpired:
                status = 0
            memory = status in (-signal.SIGKILL, -signal.SIGABRT, -signal.SIGTRAP, -signal.SIGILL)
            reason = "it takes too much memory or breaks its reader" if memory else "its reader crashed on it"
        self.kill()
        return WorkerLost(reason, cause)

    def resident_bytes(self) -> int:
        """Memory held; 0 where the system does not tell."""
        taken = taken_bytes(self.pid)
        return taken[1] if taken else 0

    def kill(self) -> None:
        """Ends it, whatever it does; it leaves no zombie behind."""
        with contextlib.suppress(OSError):
            if self._process.poll() is None:
                os.killpg(self.pid, signal.SIGKILL)  # it leads a group of its own: its children die with it
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        with contextlib.suppress(KeyError, ValueError, OSError):
            self._selector.close()


def failure(reply: dict[str, Any]) -> DocumentError:
    """The error that a worker's reply "failed" (or "refused") tells of."""
    message = clean(str(reply.get("message", "")))
    cause = Cause.of(reply.get("cause")) or Cause.DAMAGED
    return PasswordNeeded(message, cause) if cause.locked else DocumentError(message, cause)


def _environment() -> dict[str, str]:
    """The parent's, but with little memory reserved and no thread pools."""
    return {**os.environ, "MALLOC_ARENA_MAX": "2", "OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}
