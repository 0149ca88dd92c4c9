"""What two of a kind stand in beside each other: a title, both, and the keys."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll

from phitui.app.widgets.dialog import Panel, Words
from phitui.app.widgets.rows import Lined


class Pair(Panel):
    """Over the screen; `both` scrolls where it is longer than the terminal."""

    DEFAULT_CSS = """
    Pair > .panel { width: 96%; max-width: 160; }
    Pair VerticalScroll { height: auto; max-height: 66vh; background: $panel; scrollbar-size: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll(1)", "down", show=False),
        Binding("k,up", "scroll(-1)", "up", show=False),
        Binding("space,pagedown,ctrl+d", "scroll(10)", "down", show=False),
        Binding("pageup,ctrl+u", "scroll(-10)", "up", show=False),
        Binding("q,d", "app.back", "back", show=False),
    ]

    def __init__(self, title: str, both: Lined, keys: str):
        super().__init__()
        self._title, self._both, self._keys = title, both, keys

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield Words(self._title, strong=True)
            with VerticalScroll(can_focus=False):
                yield self._both
            yield Words(" ")
            yield Words(f"{self._keys}   j k scroll   esc goes back")

    def action_scroll(self, by: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)
