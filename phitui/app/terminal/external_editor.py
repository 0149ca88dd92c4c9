"""The question or the code in $VISUAL or $EDITOR."""

import os
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

if TYPE_CHECKING:
    from phitui.app.app import PhituiApp


def edit(app: "PhituiApp") -> None:
    """Hands the terminal to the editor; what it saved replaces the text."""
    area = app.scratchpad.editor if app.pane == "scratchpad" else app.chat.composer
    name = app.scratchpad.file_name if app.pane == "scratchpad" else "question.txt"
    command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    with tempfile.TemporaryDirectory(prefix="phitui-") as folder:
        file = Path(folder) / name
        file.write_text(area.text, "utf-8")
        try:
            with app.suspend():
                subprocess.run([*command, str(file)], stdout=app.terminal, stderr=app.terminal, check=False)
        except SuspendNotSupported:
            app.say("This terminal cannot be handed to an editor.", trouble=True)
            return
        except OSError as error:
            app.say(f"{command[0]} cannot be started ({error.strerror}): set $EDITOR.", trouble=True)
            return
        area.load_text(file.read_text("utf-8", "replace").rstrip("\n"))
        area.move_cursor(area.document.end)
