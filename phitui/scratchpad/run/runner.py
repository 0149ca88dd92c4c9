"""One run of a text: a folder of its own, the walls around it, its output as it comes, and why it ended."""

import json
import os
import re
import select
import subprocess
import sys
import tempfile
from codecs import getincrementaldecoder
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event as ThreadEvent
from time import monotonic
from typing import Any

from phitui.errors import PhituiError
from phitui.events import OutputArrived, RunFinished, RunLimit, RunStarted
from phitui.library.atomic import replace_file
from phitui.scratchpad.run.commands import Command, command_for
from phitui.text import clean

PROTECTIONS = ("bubblewrap", "namespaces", "landlock", "limits")
"""In the order in which they are tried; the last is none."""
WALLED = PROTECTIONS[:-1]
LONGEST_OUTPUT = 2**20
"""Characters that are shown; a program that says more is ended."""
PROCESSES = 64
ADDRESSES = 4
"""A process may map so many times the memory that it may use."""
POLL_SECONDS = 0.05
ENDING_SECONDS = 8
"""A jail that is told to end has ended by then."""
_JAIL = Path(__file__).with_name("jail.py")
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|.)", re.DOTALL)
_BEGUN = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?)?\Z")
"""An escape sequence whose end has not come."""
LONGEST_HELD = 4096


NO_WALLS = "This system does not let a program be shut in, so nothing was run: install bubblewrap, or run it by hand."


class RunError(PhituiError):
    """The text cannot be run here; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may use."""

    seconds: int = 30
    memory_mb: int = 1024
    folder_mb: int = 256
    """What it writes."""


def run(
    code: str, language: str, limits: Limits, cancel: ThreadEvent, protections: tuple[str, ...] = PROTECTIONS
) -> Iterator[RunStarted | OutputArrived | RunFinished]:
    """Runs the text in a folder of its own, which is gone afterwards; its output is cleaned of control characters.

    The first of the `protections` that the system allows is used. Raises UsageError where the language cannot be run,
    RunError where nothing allows it.
    """
    command = command_for(language)
    with tempfile.TemporaryDirectory(prefix="phitui-run-", ignore_cleanup_errors=True) as place:
        folder, root = Path(place, "work"), Path(place, "root")
        folder.mkdir()
        root.mkdir()
        replace_file(folder / command.file, code.encode("utf-8", "replace"))
        yield from _Run(command, folder, root, limits, cancel, protections).events()


class _Run:
    """The jail as its parent sees it."""

    def __init__(
        self,
        command: Command,
        folder: Path,
        root: Path,
        limits: Limits,
        cancel: ThreadEvent,
        protections: tuple[str, ...],
    ):
        self._command, self._cancel = command, cancel
        memory = limits.memory_mb * 2**20
        listens, status = os.pipe()
        job = {
            "status": status,
            "protections": protections,
            "command": ["/bin/sh", "-c", command.line],
            "folder": str(folder),
            "root": str(root),
            "readable": command.readable,
            "environment": _environment(command),
            "seconds": limits.seconds,
            "memory_bytes": memory,
            "address_space": 0 if command.maps_much else ADDRESSES * memory,
            "processes": PROCESSES,
            "folder_bytes": limits.folder_mb * 2**20,
        }
        try:
            self._jail = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_JAIL), json.dumps(job)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(status,),
                start_new_session=True,
            )
        except OSError as error:
            os.close(listens)
            raise RunError(f"The program cannot be started: {error.strerror}.") from error
        finally:
            os.close(status)
        assert self._jail.stdout is not None
        self._output, self._status = self._jail.stdout.fileno(), listens
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self._said = 0

    def events(self) -> Iterator[RunStarted | OutputArrived | RunFinished]:
        started, told = monotonic(), b""
        limit: RunLimit | None = None
        open_pipes = {self._status}  # what it says is read once it is said that it runs
        try:
            while open_pipes:
                ready, _, _ = select.select(sorted(open_pipes), [], [], POLL_SECONDS)
                if self._cancel.is_set() or self._said > LONGEST_OUTPUT:
                    limit = None if self._cancel.is_set() else "output"
                    break
                for pipe in ready:
                    data = os.read(pipe, 1 << 16)
                    if not data:
                        open_pipes.discard(pipe)
                    elif pipe == self._status:
                        told += data
                        for event in self._started(data):
                            open_pipes.add(self._output)
                            yield event
                    elif text := self._cleaned(data):
                        self._said += len(text)
                        yield OutputArrived(text[: max(0, LONGEST_OUTPUT - self._said + len(text))])
        finally:
            self._end()
        ended = self._last(told)
        if self._cancel.is_set():
            yield RunFinished(None, "cancelled", monotonic() - started)
        else:
            yield RunFinished(ended.get("code"), limit or ended.get("limit"), monotonic() - started)

    def _started(self, data: bytes) -> Iterator[RunStarted]:
        for line in data.splitlines():
            message = json.loads(line)
            if "protection" in message:
                if message["protection"] is None:
                    raise RunError(NO_WALLS)
                yield RunStarted(self._command.line, message["protection"])

    def _last(self, told: bytes) -> dict[str, Any]:
        lines = told.splitlines()
        last: dict[str, Any] = json.loads(lines[-1]) if lines else {}
        return last

    def _cleaned(self, data: bytes) -> str:
        text = self._held + self._decoder.decode(data)
        begun = _BEGUN.search(text)
        self._held = begun[0] if begun and len(begun[0]) <= LONGEST_HELD else ""
        text = text[: len(text) - len(self._held)]
        text = _ESCAPES.sub("", text)
        return clean(text.replace("\r\n", "\n").replace("\r", "\n"))

    def _end(self) -> None:
        """The jail ends all that it has started once its input is closed."""
        assert self._jail.stdin is not None and self._jail.stdout is not None
        self._jail.stdin.close()
        try:
            self._jail.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            self._jail.kill()
            self._jail.wait()
        self._jail.stdout.close()
        os.close(self._status)


def _environment(command: Command) -> dict[str, str]:
    return {
        "PATH": command.path,
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "NO_COLOR": "1",
    }
