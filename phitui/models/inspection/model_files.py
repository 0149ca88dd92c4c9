"""Reading a model's files: regular ones of a sane size, and weights as safetensors alone."""

import json
import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from phitui.errors import ModelError
from phitui.reading import SMALL_BYTES, read_regular
from phitui.text import one_line

VOCABULARY_BYTES = 256 << 20
"""Of one file of a tokenizer; the largest known has 35 MB."""
VOCABULARIES = re.compile(r"tokenizer\.json|vocab.*|merges.*|.*\.model|.*\.tiktoken|spiece.*|added_tokens\.json")
READ = re.compile(r".*\.(json|jinja|model|safetensors|txt|tiktoken)|README\.md")
"""Names of files that are opened by phitui or by the libraries that load a model."""
PART = re.compile(r"[\w][\w.+-]*\.safetensors")
"""A file of weights beside its index: no path, and no pickle under another name."""
MOST_FILES = 20_000
"""In a model's folder and those inside it: more are none."""


def read_json(file: Path, most: int = SMALL_BYTES) -> Any:
    """What a JSON file holds. Raises OSError, ValueError, RecursionError."""
    return json.loads(read_regular(file, most).decode("utf-8"))


def refuse_odd_files(folder: Path, shown: str) -> None:
    """Raises ModelError where a file that would be read is no regular file, or is of no sane size."""
    for file in _files(folder, shown):
        name = one_line(str(file.relative_to(folder)), 80)
        try:
            state = os.stat(file)
        except OSError:  # a link whose target is gone: loading says it
            continue
        if not stat.S_ISREG(state.st_mode):
            raise ModelError(f"{name} of {shown} is no regular file: download the model again.")
        most = VOCABULARY_BYTES if VOCABULARIES.fullmatch(file.name) else SMALL_BYTES
        if state.st_size > most and file.suffix != ".safetensors":
            raise ModelError(
                f"{name} of {shown} has {state.st_size / 1e6:,.0f} MB, where {most / 1e6:,.0f} are read at most:"
                " choose another model."
            )


def _files(folder: Path, shown: str) -> Iterable[Path]:
    """What is not a folder, by the names that are read, in the folder and in those inside it."""
    found = 0
    for place, folders, names in os.walk(folder):
        if Path(place) != folder:
            folders.clear()  # modules lie one level deep
        for name in names:
            found += 1
            if found > MOST_FILES:
                raise ModelError(f"The folder of {shown} holds over {MOST_FILES:,} files: name a model's own folder.")
            if READ.fullmatch(name):
                yield Path(place) / name


def refuse_other_weights(folder: Path, shown: str) -> None:
    """Raises ModelError where an index of weights names anything but safetensors files beside it, or is damaged."""
    for index in sorted(folder.glob("*.safetensors.index.json")):
        try:
            names = sorted(set(read_json(index)["weight_map"].values()))
            if not all(isinstance(name, str) for name in names):
                raise TypeError("a name is a string")
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            raise ModelError(
                f"The {one_line(index.name, 80)} of {shown} is damaged: download the model again."
            ) from None
        other = next((name for name in names if not PART.fullmatch(name)), None)
        if other is not None:
            raise ModelError(
                f"The {one_line(index.name, 80)} of {shown} names {one_line(other, 80)!r} as weights, which is no"
                " safetensors file beside it: only such are loaded. Choose another model."
            )
