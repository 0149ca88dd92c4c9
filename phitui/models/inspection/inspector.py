"""Has a model's folder looked over, and its chat template run, in a limited process of its own."""

import json
import os
import selectors
import subprocess
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

from phitui.child import command
from phitui.errors import ModelError
from phitui.models.inspection.model_files import READ, refuse_odd_files, refuse_other_weights
from phitui.text import one_line

WALL_SECONDS = 60.0
"""On a busy machine the limit of computing time comes first."""
REPLY_BYTES = 32 << 20


def inspect(folder: Path, shown: str) -> None:
    """Looks a folder over before anything is loaded from it: some tenths of a second, once for a folder as it is.

    Raises ModelError where it holds files that are not to be read, weights that are not safetensors, or settings,
    tokenizer or template that take what no model takes.
    """
    refuse_odd_files(folder, shown)
    refuse_other_weights(folder, shown)
    _looked_over(str(folder.resolve()), state_of(folder), shown)


def state_of(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """What tells a model's folder or file from itself at another time."""
    found = []
    for file in sorted(folder.iterdir()) if folder.is_dir() else [folder]:
        if (file == folder or READ.fullmatch(file.name)) and file.exists():
            state = file.stat()
            found.append((file.name, state.st_size, state.st_mtime_ns))
    return tuple(found)


@lru_cache(maxsize=64)
def _looked_over(folder: str, state: tuple[tuple[str, int, int], ...], shown: str) -> None:
    _asked({"folder": folder}, shown)


@lru_cache(maxsize=64)
def rendered(template: str, variables: str, conversations: str, shown: str = "the model") -> tuple[dict[str, str], ...]:
    """What a chat template makes of each conversation: {"text"} or {"error"} (see `child.rendered`).

    `variables` and `conversations` are JSON. Raises ModelError where it takes too long or too much.
    """
    request = {"template": template, "variables": json.loads(variables), "conversations": json.loads(conversations)}
    return tuple(_asked(request, shown))


def _asked(request: dict[str, Any], shown: str) -> Any:
    """The result of one request. Raises ModelError."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
    environment |= {"TOKENIZERS_PARALLELISM": "false", "OPENBLAS_NUM_THREADS": "1"}
    try:
        process = subprocess.Popen(
            command("phitui.models.inspection.child"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=environment,
        )
    except OSError as error:
        raise ModelError(f"{shown} cannot be looked over: {one_line(error.strerror or str(error), 120)}.") from None
    with process:
        try:
            output = _talk(process, json.dumps(request).encode())
        finally:
            process.kill()
    at = "its files"
    for line in output.splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            break
        if "result" in row:
            return row["result"]
        if "problem" in row:
            raise ModelError(f"{shown} cannot be loaded: {at} {one_line(str(row['problem']), 240)}.")
        at = one_line(str(row.get("at", at)), 60)
    took = "take" if at.endswith("s") and at != "its files" else "takes"
    raise ModelError(f"{shown} cannot be loaded: {at} {took} too much time or memory: choose another model.")


def _talk(process: "subprocess.Popen[bytes]", request: bytes) -> bytes:
    """Writes the request, and returns what came until the end, the time-out, or too much of it."""
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(request)
        process.stdin.close()
    except OSError:
        return b""
    deadline = time.monotonic() + WALL_SECONDS
    output = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0 and len(output) < REPLY_BYTES:
            if selector.select(left):
                data = os.read(process.stdout.fileno(), 1 << 16)
                if not data:
                    break
                output += data
    return bytes(output)
