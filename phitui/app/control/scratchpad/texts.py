"""The list of the scratchpad's texts: one is chosen, begun, taken out and brought back."""

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType

from phitui.app.control.scratchpad.buffers import LONGEST_NAME, Buffers, Text
from phitui.app.desk import Desk
from phitui.app.panes.scratchpad import ScratchpadPane
from phitui.app.widgets.chooser import Chooser, Entry, matching
from phitui.app.widgets.texts import plural
from phitui.text import one_line

HINT = "enter opens it, or begins one of that name   ^x deletes, ^u brings back   esc goes back"


class Texts(Chooser):
    """By name; a name that none has begins another."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+x", "delete", "delete", show=False, priority=True),
        Binding("ctrl+u", "bring_back", "bring back", show=False, priority=True),
    ]

    def __init__(self, buffers: Buffers, say: Callable[[str], object]):
        self._buffers, self._say = buffers, say
        self._deleted: list[tuple[str, Text]] = []
        super().__init__("Texts of the scratchpad", self._entries, placeholder="type to find, or a new name", hint=HINT)

    def _entries(self, text: str) -> list[Entry]:
        entries = [
            Entry(
                name,
                one_line(name),
                f"{each.language} · {plural(each.text.count(chr(10)), 'line')}" + " *" * (name == self._buffers.name),
            )
            for name, each in self._buffers.named.items()
        ]
        found = matching(entries, text)
        new = one_line(text.strip(), LONGEST_NAME)
        return found if not new or new in self._buffers.named else [*found, Entry(f"+{new}", f"begin {new}", "new")]

    def action_delete(self) -> None:
        chosen = self.rows.item
        if chosen is not None and chosen.value in self._buffers.named:
            self._deleted.append((chosen.value, self._buffers.delete(chosen.value)))
            self._say(f"Deleted: {one_line(chosen.value, 40)}. ^u brings it back while this list is open.")
            self.refill()

    def action_bring_back(self) -> None:
        if self._deleted:
            self._buffers.bring_back(*self._deleted.pop())
            self.refill()
        else:
            self._say("Nothing was deleted from this list.")


def choose_text(desk: Desk, pad: ScratchpadPane, buffers: Buffers) -> None:
    """Puts the chosen one into the editor, or begins one of the name that was typed."""
    buffers.here.text, buffers.here.language = pad.text, pad.language

    def then(value: str | None) -> None:
        if value and value in buffers.named:
            buffers.switch(value)
        elif value:
            buffers.begin(value[1:], pad.language)

    desk.put_over(Texts(buffers, desk.say), then)
