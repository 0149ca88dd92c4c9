"""Labels on everything in view that can be gone to: one or two letters lead there."""

from collections.abc import Sequence
from itertools import product

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget

from phitui.app.widgets.rows import strip

LETTERS = "asdfghjklqwertyuiopzxcvbnm"


class Label(Widget):
    """One of them, over what it leads to."""

    DEFAULT_CSS = "Label { position: absolute; height: 1; background: $primary; color: $background; text-style: bold; }"

    def __init__(self, name: str, column: int, row: int):
        super().__init__()
        self.told = name
        self.styles.offset = column, row
        self.styles.width = len(name)

    def render_line(self, y: int) -> Strip:
        return strip(self, Content(self.told), self.size.width)


class Jump(ModalScreen[int | None]):
    """Comes back with the number of the place (column, row) whose label was typed; any other key ends it."""

    DEFAULT_CSS = "Jump { background: transparent; }"

    def __init__(self, found: Sequence[tuple[int, int]]):
        super().__init__()
        pairs = ("".join(each) for each in product(LETTERS, repeat=2))
        names = list(LETTERS) if len(found) <= len(LETTERS) else list(pairs)
        self._places = dict(zip(names, found, strict=False))
        self._typed = ""

    def compose(self) -> ComposeResult:
        for name, place in self._places.items():
            yield Label(name, *place)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        self._typed += event.character or " "
        if self._typed in self._places:
            self.dismiss(list(self._places).index(self._typed))
        elif not any(name.startswith(self._typed) for name in self._places):
            self.dismiss(None)
