"""What was open when the workbench was left, so that the next start goes on there."""

import json
import logging
from dataclasses import asdict, field
from pathlib import Path
from typing import Any

from phitui.errors import PhituiError
from phitui.library.atomic import replace_file
from phitui.places import DEMO, Places
from phitui.reading import read_regular
from phitui.values import dataclass

NAME = "session.json"
LARGEST = 1_000_000
"""Bytes; what is kept takes a few hundred."""

log = logging.getLogger("phitui.app")


@dataclass(slots=True)
class SessionState:
    """Numbers and names alone: no text of documents or questions."""

    conversation: int | None = None
    last: int | None = None
    """Its last turn in view: another branch has another one."""
    top: int | None = None
    """The turn at the top of the view; None at the end."""
    line: int = 0
    """Which of that turn's lines is at the top."""
    pane: str = "chat"
    hidden: list[str] = field(default_factory=list)
    """Panes that were put away."""
    widths: dict[str, int] = field(default_factory=dict)
    """Pane → columns more (or less) than it has by itself."""
    pinned: list[int] = field(default_factory=list)
    excluded: list[int] = field(default_factory=list)
    ticked: list[int] = field(default_factory=list)
    buffer: str = ""
    """The scratchpad's text that was shown."""
    opened: bool = False
    """Whether the workbench was open with this library: where it was with none, the tour is offered."""


def state_file(places: Places, library: str) -> Path:
    """Where a library's is kept. Raises LibraryError, UsageError."""
    return places.library_folder(library) / NAME


def is_first_start(places: Places) -> bool:
    """Whether the workbench was never open here: with no library, nor in the demo."""
    own = places.data.parent if places.data == places.data.parent / DEMO else places.data
    return not any(True for folder in (own, own / DEMO) for _ in folder.glob(f"libraries/*/{NAME}"))


def read_state(places: Places, library: str) -> SessionState:
    """That of the last session; a new one where there is none, or none that makes sense."""
    try:
        kept = json.loads(read_regular(state_file(places, library), LARGEST))
        return SessionState(**{name: kept[name] for name in asdict(SessionState()) if _fits(name, kept.get(name))})
    except (OSError, ValueError, TypeError, AttributeError, RecursionError, PhituiError):
        return SessionState()


def _fits(name: str, value: Any) -> bool:
    if name in ("conversation", "last", "top", "line"):
        return type(value) is int and abs(value) < 2**62
    if name == "opened":
        return isinstance(value, bool)
    if name in ("pane", "buffer"):
        return isinstance(value, str)
    if name == "widths":
        return isinstance(value, dict) and all(type(each) is int for each in value.values())
    kind = str if name == "hidden" else int
    return isinstance(value, list) and all(type(each) is kind for each in value)


def write_state(places: Places, library: str, state: SessionState) -> None:
    """Replaces it whole; on a full or read-only disk the next start begins anew."""
    try:
        replace_file(state_file(places, library), json.dumps(asdict(state)).encode())
    except (OSError, PhituiError) as error:
        log.warning("the session could not be saved: %s", error)
