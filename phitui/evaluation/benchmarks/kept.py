"""What models were measured to, by model, and each answer on the way: an interrupted benchmark goes on."""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from phitui.library.atomic import open_regular, open_to_append
from phitui.places import private_folder
from phitui.reading import read_regular

RESULTS = "results.jsonl"


class Lines:
    """A file of JSON objects that grows by lines; one that a kill has cut off is left out."""

    def __init__(self, file: Path):
        self._file = file

    def __iter__(self) -> Iterator[dict[str, Any]]:
        try:
            content = read_regular(self._file).decode("utf-8", "replace")
        except OSError:
            return
        for line in content.split("\n"):
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(row, dict):
                yield row

    def add(self, row: dict[str, Any]) -> None:
        """Raises OSError."""
        private_folder(self._file.parent)
        begun = "\n" if self._is_cut_off() else ""
        handle = open_to_append(self._file)
        try:
            os.write(handle, (f"{begun}{json.dumps(row, ensure_ascii=False)}\n").encode())
        finally:
            os.close(handle)

    def remove(self) -> None:
        """Raises OSError."""
        self._file.unlink(missing_ok=True)

    def _is_cut_off(self) -> bool:
        """Whether the last line has no end: what is added would become part of it."""
        try:
            with open_regular(self._file) as content:
                content.seek(-1, os.SEEK_END)
                return content.read(1) != b"\n"
        except OSError:  # not there, or empty
            return False


class Answers:
    """One model's answers to requests."""

    def __init__(self, folder: Path, model: str):
        """`model` is what makes it this one, its weights included."""
        self._lines = Lines(folder / f"{hashlib.sha256(model.encode()).hexdigest()[:16]}.answers.jsonl")
        self._known = {row["key"]: row["answer"] for row in self._lines if "key" in row and "answer" in row}

    def find(self, kind: str, request: Any) -> tuple[str, Any]:
        """(key, the answer that is known or None)."""
        key = hashlib.sha256(json.dumps([kind, request]).encode()).hexdigest()[:32]
        return key, self._known.get(key)

    def add(self, key: str, answer: Any) -> None:
        """Raises OSError."""
        self._known[key] = answer
        self._lines.add({"key": key, "answer": answer})

    def forget(self) -> None:
        """All of them. Raises OSError."""
        self._known.clear()
        self._lines.remove()
