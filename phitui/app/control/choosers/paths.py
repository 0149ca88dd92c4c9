"""Completing a path while it is typed."""

import os
from collections.abc import Callable
from pathlib import Path

from phitui.app.widgets.chooser import Entry
from phitui.documents.files import is_document
from phitui.text import clean

MOST = 200
"""Names looked at in a folder; more are not worth scrolling through."""


def completions(typed: str, wanted: Callable[[Path], bool] = is_document) -> list[Entry]:
    """Folders, and files that are wanted, which continue what was typed; folders first."""
    expanded = os.path.expanduser(typed or "./")
    folder, start = os.path.split(expanded)
    try:
        with os.scandir(folder or ".") as entries:
            found = []
            for entry in entries:
                if not entry.name.lower().startswith(start.lower()) or (entry.name.startswith(".") and not start):
                    continue
                is_folder = _is_folder(entry)
                if is_folder or wanted(Path(entry.name)):
                    found.append((not is_folder, entry.name))
                if len(found) >= MOST:
                    break
    except (OSError, ValueError):
        return []
    shown = typed[: len(typed) - len(start)] if start else typed
    result = []
    for is_file, name in sorted(found):
        if clean(name) != name:
            continue  # a name with control characters cannot be typed; its folder can be added
        result.append(
            Entry(shown + name + ("" if is_file else "/"), name + ("" if is_file else "/"), "" if is_file else "folder")
        )
    return result


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
