"""Copying out of a terminal: the route that arrives, and always a file as well."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from phitui.errors import PhituiError
from phitui.library.atomic import replace_file
from phitui.places import private_folder

TMUX_SECONDS = 3
"""A tmux server that does not answer by then will not."""


def copy(text: str, folder: Path, osc52: Callable[[str], None]) -> str:
    """Copies by tmux (which drops OSC 52 by default) or OSC 52, and into a file; returns which route was used."""
    file = folder / "copied.txt"
    try:
        replace_file(private_folder(folder) / file.name, text.encode("utf-8", "replace"))
        kept = f", also in {file}"
    except (OSError, PhituiError):
        kept = ""
    if os.environ.get("TMUX") and _to_tmux(text):
        return f"copied through tmux{kept}"
    osc52(text)
    return f"copied through the terminal (OSC 52){kept}"


def _to_tmux(text: str) -> bool:
    try:
        done = subprocess.run(
            ["tmux", "load-buffer", "-w", "-"], input=text.encode(), capture_output=True, timeout=TMUX_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
