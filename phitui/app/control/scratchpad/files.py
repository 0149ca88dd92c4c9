"""The scratchpad's texts and the files on disk: copied, saved, saved as, opened."""

from pathlib import Path
from typing import Any

from phitui.app.control.scratchpad.accepted import AcceptedCode
from phitui.app.control.scratchpad.buffers import Buffers
from phitui.app.desk import Desk
from phitui.app.panes.scratchpad import SUFFIXES, ScratchpadPane
from phitui.library.atomic import mode_of, replace_file
from phitui.reading import read_regular
from phitui.text import clean, one_line, system_reason

LARGEST_BYTES = 2 << 20
"""Of a file that is opened: an editor of a terminal is slow with more."""


class FileControl:
    """Each text remembers the file that it was saved to or opened from."""

    def __init__(self, desk: Desk, pad: ScratchpadPane, buffers: Buffers, accepted: AcceptedCode):
        self._desk, self._pad, self._buffers, self._accepted = desk, pad, buffers, accepted

    def copy(self) -> None:
        """Copies what is selected, else all of the text."""
        text = self._pad.selected or self._pad.text
        if text.strip():
            self._accepted.take(text)
            self._desk.copy(text)
        else:
            self._pad.say("There is no code yet.")

    def save(self) -> None:
        """Asks for a path (that of the last time), then writes the text there; an existing file is named first."""
        from phitui.app.widgets.dialog import Confirm, Prompt

        text, here = self._pad.text, self._buffers.here

        def then(typed: str | None) -> None:
            if not typed or not typed.strip():
                return
            file = Path(typed.strip()).expanduser().absolute()
            if not file.exists():
                self._write(file, text)
                return

            def replace(answer: str | None) -> Any:
                return self._write(file, text) if answer else None

            self._desk.put_over(Confirm(f"Replace {file.name}?", f"{file} exists."), replace)

        shown = str(here.file) if here.file else self._pad.file_name
        self._desk.put_over(Prompt("Save the code to", shown, "A path; another one saves it as that."), then)

    def _write(self, file: Path, text: str) -> None:
        try:
            content = text if text.endswith("\n") else text + "\n"
            replace_file(file, content.encode("utf-8", "replace"), mode_of(file))
        except OSError as error:
            self._pad.say(f"{clean(str(file))} cannot be written ({error.strerror or error}).", trouble=True)
        else:
            self._accepted.take(text)
            self._buffers.here.file = file
            self._pad.say(f"saved to {clean(str(file))}")

    def open(self) -> None:
        """Asks for a file, and opens it as a text of its own."""
        from phitui.app.control.choosers.paths import completions
        from phitui.app.widgets.chooser import Chooser

        def then(typed: str | None) -> None:
            if typed and typed.strip():
                self._open(Path(typed.strip()).expanduser().absolute())

        hint = "tab completes   enter opens it as a text of its own   esc goes back"
        chooser = Chooser(
            "Open a file",
            lambda typed: completions(typed, lambda path: True),
            placeholder="a path",
            hint=hint,
            free=True,
        )
        self._desk.put_over(chooser, then)

    def _open(self, file: Path) -> None:
        name = clean(str(file))
        try:
            text = read_regular(file, LARGEST_BYTES).decode("utf-8")
        except UnicodeDecodeError:
            self._pad.say(f"{name} is no text in UTF-8.", trouble=True)
            return
        except (OSError, ValueError) as error:
            self._pad.say(f"{name} cannot be opened ({system_reason(error)}).", trouble=True)
            return
        languages = {suffix: language for language, suffix in SUFFIXES.items()}
        self._buffers.begin(one_line(file.name), languages.get(file.suffix.lower()[1:], "text"))
        self._pad.load(text, self._pad.language)
        self._buffers.here.file = file
        self._pad.say(f"opened {name}: F10 saves it there")
