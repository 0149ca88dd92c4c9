"""What was typed and not yet sent, on disk within a second: the question's draft and the scratchpad's text."""

import logging
from pathlib import Path

from phitui.errors import PhituiError
from phitui.library.atomic import replace_file
from phitui.places import Places
from phitui.reading import read_regular

DRAFT = "draft.txt"
PAD = "scratchpad"
"""The buffer that the scratchpad's text is kept in."""

log = logging.getLogger("phitui.app")


def draft_file(places: Places, library: str) -> Path:
    """Where a library's draft is kept. Raises LibraryError, UsageError."""
    return places.library_folder(library) / DRAFT


def read_draft(places: Places, library: str) -> str:
    """The draft of the last session, or nothing."""
    try:
        return read_regular(draft_file(places, library)).decode("utf-8")
    except (OSError, UnicodeDecodeError, PhituiError):
        return ""


def write_draft(places: Places, library: str, text: str) -> None:
    """Replaces the draft whole; a full or read-only disk leaves it in memory."""
    try:
        file = draft_file(places, library)
        if not text.strip():
            file.unlink(missing_ok=True)
            return
        replace_file(file, text.encode("utf-8", "replace"))
    except (OSError, PhituiError) as error:
        log.warning("the draft could not be saved: %s", error)
