"""Tuning in a process of its own: it may take hours, and neither the screen nor other answers wait for it."""

import contextlib
import json
import os
import selectors
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from threading import Event as ThreadEvent
from threading import Thread
from typing import Any

from phitui.child import command
from phitui.errors import Cancelled, ModelError, PhituiError, UsageError
from phitui.models.thread import ModelThread
from phitui.models.tuning.data import Record
from phitui.models.tuning.events import RecordsRead, TuningFinished, TuningPlanned, TuningStepped
from phitui.models.tuning.plan import Plan
from phitui.models.tuning.tune import Event, Order, tune
from phitui.text import one_line

POLL_SECONDS = 0.2
"""How often is looked whether it is cancelled."""
NICE = 5
"""What is typed meanwhile goes first."""
LINE_BYTES = 32 << 20
ERRORS: dict[str, type[PhituiError]] = {"usage": UsageError, "cancelled": Cancelled, "failed": ModelError}


def tune_apart(order: Order, models_folder: Path, device: str, cancel: ThreadEvent) -> Iterator[Event]:
    """As `tune`. The process ends after its step, with a checkpoint, where it is cancelled or this one ends.

    Raises UsageError, ModelError, Cancelled.
    """
    try:
        process = subprocess.Popen(
            command("phitui.models.tuning.apart"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise ModelError(f"Tuning cannot be started: {one_line(error.strerror or str(error), 120)}.") from None
    asked = {"order": asdict(order), "models_folder": models_folder, "device": device}
    with process:
        try:
            assert process.stdin is not None
            process.stdin.write(json.dumps(asked, default=str).encode("ascii") + b"\n")
            process.stdin.flush()
            yield from map(_event, _lines(process, cancel))
        except BrokenPipeError:
            raise _lost() from None
        finally:
            if order.dry:  # nothing is to be written down
                process.kill()
            with contextlib.suppress(OSError):
                process.stdin.close()  # type: ignore[union-attr]


def _lines(process: "subprocess.Popen[bytes]", cancel: ThreadEvent) -> Iterator[bytes]:
    """What it says, to its end. Raises ModelError where it ends without a last word."""
    assert process.stdin is not None and process.stdout is not None
    said = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if cancel.is_set() and not process.stdin.closed:
                process.stdin.close()
            if not selector.select(POLL_SECONDS):
                continue
            data = os.read(process.stdout.fileno(), 1 << 16)
            if not data or len(said) > LINE_BYTES:
                break
            said += data
            while (end := said.find(b"\n")) >= 0:
                line = bytes(said[:end])
                del said[: end + 1]
                if line == b"done":
                    return
                yield line
    raise _lost()


def _lost() -> ModelError:
    return ModelError(
        "Tuning was cut off, perhaps because the memory did not suffice: choose fewer records a step, then start again;"
        " it goes on from its last checkpoint."
    )


def _event(line: bytes) -> Event:
    try:
        row = json.loads(line)
        kind = row.pop("kind")
        if kind in ERRORS:
            raise ERRORS[kind](str(row["message"]))
        if kind == "RecordsRead":
            row["shown"] = tuple(
                (number, tuple((text, counts) for text, counts in pieces)) for number, pieces in row["shown"]
            )
            return RecordsRead(**row)
        if kind == "TuningPlanned":
            return TuningPlanned(**{**row, "targets": tuple(row["targets"])})
        return TuningStepped(**row) if kind == "TuningStepped" else TuningFinished(**row)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _lost() from None


# ── in the process ───────────────────────────────────────────────────────────────────────────────────────────────


def main() -> None:
    """Reads an order from stdin, says what happens on stdout as lines of JSON; cancelled when stdin is closed."""
    with contextlib.suppress(OSError):
        os.nice(NICE)
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is none of it

    cancel = ThreadEvent()

    def say(kind: str, **row: Any) -> None:
        try:
            output.write(json.dumps({"kind": kind, **row}).encode("ascii") + b"\n")
            output.flush()
        except OSError:  # nobody listens any more: what was learnt is written down, then it ends
            cancel.set()

    asked = json.loads(sys.stdin.buffer.readline())
    Thread(target=_wait, args=(cancel,), daemon=True).start()
    thread = ModelThread(0)
    try:
        for event in tune(_order(asked["order"]), thread, Path(asked["models_folder"]), asked["device"], cancel):
            say(type(event).__name__, **asdict(event))
    except PhituiError as error:
        kind = next((name for name, each in ERRORS.items() if isinstance(error, each)), "failed")
        say(kind, message=error.message)
    except Exception as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else f"{type(error).__name__}: {error}"
        say("failed", message=f"Tuning had to stop ({one_line(why, 200)}).")
    with contextlib.suppress(OSError):
        output.write(b"done\n")
        output.flush()
    os._exit(0)  # nothing is left to be put away, and threads of libraries may hang


def _wait(cancel: ThreadEvent) -> None:
    """Until nobody holds the other end of stdin."""
    sys.stdin.buffer.read()
    cancel.set()


def _order(row: dict[str, Any]) -> Order:
    given = tuple(
        Record(each["line"], each["kind"], tuple((role, text) for role, text in each["messages"]))
        for each in row["given"]
    )
    places = {name: Path(row[name]) if row[name] is not None else None for name in ("data", "output", "measured")}
    return Order(**{**row, **places, "given": given, "plan": Plan(**row["plan"])})
