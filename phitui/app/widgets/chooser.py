"""Something to choose from: a line to type in, rows below. Palette, models, conversations, files are choosers."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size
from textual.widgets import Input

from phitui.app.theme import Ink
from phitui.app.widgets.dialog import Panel, Words
from phitui.app.widgets.rows import Rows
from phitui.text import clean, one_line
from phitui.values import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A row: what comes back, its name, what stands at the right, and what is said of it while it is chosen."""

    value: str
    name: str
    note: str = ""
    detail: str = ""


class Entries(Rows[Entry], can_focus=False):
    """One line a choice. The line above keeps the focus."""

    DEFAULT_CSS = "Entries { height: auto; background: $panel; margin: 0 1; }"

    def draw(self, item: Entry, width: int, ink: Ink) -> list[Content]:
        note = one_line(item.note, max(8, width // 2))
        room = max(4, width - len(note) - 3)
        line = Content.styled(f"  {one_line(item.name, room - 2):<{room}}", ink.text)
        return [line + Content.styled(note, ink.soft)]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.items) or len(self.without_rows(width)) + 1

    def show(self, items: Sequence[Entry], *, top: bool = False) -> None:
        super().show(items, top=top)
        self.refresh(layout=True)

    @property
    def live(self) -> bool:
        return True


MOST_ROWS, FEWEST_ROWS = 18, 3
AROUND = 12
"""Lines of the panel beside the rows: title, field, two of a hint, gaps and margins."""
DETAIL = 4
"""Lines for what is said of the chosen row, and one more of the hint."""
PANEL_SHARE = 0.9
"""Of the screen's height, as `Panel` says."""


class Chooser(Panel):
    """Comes back with a choice's value, or (`free`) with what was typed where no row matches."""

    DEFAULT_CSS = "Chooser > .panel { width: 92; }"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "move(1)", "next", show=False),
        Binding("up,ctrl+p", "move(-1)", "previous", show=False),
        Binding("pagedown", "move(10)", "next", show=False),
        Binding("pageup", "move(-10)", "previous", show=False),
        Binding("tab", "complete", "complete", show=False, priority=True),
    ]

    def __init__(
        self,
        title: str,
        find: Callable[[str], Sequence[Entry]],
        *,
        text: str = "",
        hint: str = "enter chooses   esc goes back",
        placeholder: str = "type to find",
        free: bool = False,
        empty: str = "nothing",
    ):
        super().__init__()
        self._title, self._find, self._hint, self._free = title, find, hint, free
        self.field = Input(text, placeholder=placeholder, compact=True, select_on_focus=False)
        self.field.cursor_blink = False
        self.rows = Entries([empty])
        self.detail, self.hint = Words(), Words(hint)

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield Words(self._title, strong=True)
            yield self.field
            yield self.rows
            yield self.detail
            yield Words(" ")
            yield self.hint

    def on_mount(self) -> None:
        self.field.focus()
        self.refill()

    def refill(self) -> None:
        """Looks again for what is typed."""
        found = list(self._find(self.field.value))
        around = AROUND + (DETAIL if any(each.detail for each in found) else 0)
        self.rows.styles.max_height = max(FEWEST_ROWS, min(MOST_ROWS, int(self.size.height * PANEL_SHARE) - around))
        self.rows.show(found, top=True)

    def on_rows_moved(self, event: Rows.Moved) -> None:
        event.stop()
        self.detail.put(clean(self.rows.item.detail) if self.rows.item else "")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.refill()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._free and self.field.value.strip():
            self.dismiss(self.field.value.strip())
        elif self.rows.item is not None:
            self.dismiss(self.rows.item.value)

    def on_rows_opened(self, event: Rows.Opened) -> None:
        event.stop()
        self.dismiss(event.item.value)

    def action_move(self, by: int) -> None:
        self.rows.choose(self.rows.chosen + by)

    def action_complete(self) -> None:
        if self._free and self.rows.item is not None:
            self.field.value = self.rows.item.value
            self.field.action_end()
        else:
            self.action_move(1)


def matching(choices: Sequence[Entry], text: str) -> list[Entry]:
    """Those whose name or note holds every word typed, names that start with it first.

    Where none does: those whose name has its letters in this order.
    """
    words = text.lower().split()
    found = [each for each in choices if all(word in f"{each.name} {each.note}".lower() for word in words)]
    if not found:
        letters = "".join(words)
        return [each for each in choices if _in_order(letters, each.name.lower())]
    return sorted(found, key=lambda each: not each.name.lower().startswith(text.lower())) if words else found


def _in_order(letters: str, name: str) -> bool:
    rest = iter(name)
    return all(letter in rest for letter in letters)
