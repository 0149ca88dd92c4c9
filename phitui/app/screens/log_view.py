"""What was said on the screen, and what was written to the log: warnings, progress bars of libraries, errors."""

from collections.abc import Iterable
from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import TextArea

from phitui.app.widgets.dialog import Panel, Words
from phitui.reading import open_regular
from phitui.text import clean

TAIL = 60_000
"""Bytes of the log that are shown: its end."""


def tail(file: Path) -> str:
    """The end of the log, cleaned."""
    try:
        with open_regular(file) as stream:
            stream.seek(0, 2)
            stream.seek(max(0, stream.tell() - TAIL))
            return clean(stream.read().decode("utf-8", "replace"))
    except OSError:
        return ""


class LogView(Panel):
    """The log's end and the last messages, the newest at the end; read only."""

    DEFAULT_CSS = """
    LogView > .panel { width: 96%; }
    LogView TextArea { height: 24; max-height: 70%; border: none; background: $background; margin: 1 0; }
    """

    def __init__(self, file: Path, messages: Iterable[str]):
        super().__init__()
        self._file, self._messages = file, list(messages)

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield Words("Messages", strong=True)
            said = "\n".join(self._messages) or "Nothing was said yet."
            shown = (
                f"Log · {self._file}\n{tail(self._file) or 'Nothing was written.'}\n\nMessages, the newest last\n{said}"
            )
            text = TextArea(shown, read_only=True, compact=True, soft_wrap=True)
            text.cursor_blink = False
            yield text
            yield Words("esc goes back")

    def on_mount(self) -> None:
        text = self.query_one(TextArea)
        text.focus()
        text.move_cursor(text.document.end)
