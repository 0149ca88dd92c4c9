"""The list of the scratchpad's texts: one is chosen, begun, taken out and brought back."""

from phitui.app.control.choosers.kept.deleting import DeletingList, said_deleted
from phitui.app.control.scratchpad.buffers import LONGEST_NAME, Buffers, Text
from phitui.app.desk import Desk, desk
from phitui.app.panes.scratchpad import ScratchpadPane
from phitui.app.widgets.chooser import Entry, matching
from phitui.app.widgets.texts import plural
from phitui.text import one_line

HINT = "enter opens it, or begins one of that name   ^x deletes, ^u brings back   esc goes back"


class Texts(DeletingList):
    """By name; a name that none has begins another."""

    def __init__(self, buffers: Buffers):
        self._buffers = buffers
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
            gone = self._buffers.delete(chosen.value)
            self.gone.append(lambda: self._again(chosen.value, gone))
            desk(self).say(said_deleted(chosen.value))
            self.refill()

    def _again(self, name: str, text: Text) -> None:
        self._buffers.bring_back(name, text)
        self.refill()


def choose_text(at: Desk, pad: ScratchpadPane, buffers: Buffers) -> None:
    """Puts the chosen one into the editor, or begins one of the name that was typed."""
    buffers.here.text, buffers.here.language = pad.text, pad.language

    def then(value: str | None) -> None:
        if value and value in buffers.named:
            buffers.switch(value)
        elif value:
            buffers.begin(value[1:], pad.language)

    at.put_over(Texts(buffers), then)
