"""What is kept of a defect of phitui's own: where in the code it was, and nothing that a document says."""

import platform
import sys
import traceback
from pathlib import Path

import phitui
from phitui.errors import PhituiError
from phitui.library.atomic import replace_file
from phitui.places import private_folder

CRASH_LOG = "crash.log"
"""In the folder of logs: the last defect, for who wants to report it."""


def report(error: BaseException) -> str:
    """Versions, and the places in the code that led there, of the causes too.

    Without the errors' messages and without what variables held: both may quote documents.
    """
    lines = [f"phitui {phitui.__version__}, Python {platform.python_version()}, {sys.platform}\n"]
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        lines += [f"\n{type(error).__module__}.{type(error).__qualname__}\n", *traceback.format_tb(error.__traceback__)]
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    return "".join(lines)


def keep(error: BaseException, logs: Path) -> Path | None:
    """Writes the report into the folder of logs; None where that cannot be."""
    try:
        file = private_folder(logs) / CRASH_LOG
        replace_file(file, report(error).encode("utf-8", "replace"))
    except (OSError, PhituiError):
        return None
    return file
