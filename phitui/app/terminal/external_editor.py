"""A text in $VISUAL or $EDITOR."""

import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TextIO

from textual.app import SuspendNotSupported

from phitui.errors import UsageError
from phitui.library.atomic import replace_file


def edit(text: str, name: str, suspend: Callable[[], AbstractContextManager[None]], terminal: TextIO | None) -> str:
    """Hands the terminal to the editor; returns what it saved. The file has that `name`, which tells the language.

    Raises UsageError where the terminal cannot be handed over or the editor cannot be started.
    """
    command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    with tempfile.TemporaryDirectory(prefix="phitui-") as folder:
        file = Path(folder) / name
        replace_file(file, text.encode("utf-8", "replace"))
        try:
            with suspend():
                subprocess.run([*command, str(file)], stdout=terminal, stderr=terminal, check=False)
        except SuspendNotSupported as error:
            raise UsageError("This terminal cannot be handed to an editor.") from error
        except OSError as error:
            raise UsageError(f"{command[0]} cannot be started ({error.strerror}): set $EDITOR.") from error
        return file.read_text("utf-8", "replace").rstrip("\n")
