"""What a run writes, as it comes."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content

from phitui.app import keys
from phitui.app.desk import desk
from phitui.app.theme import Ink
from phitui.app.widgets.rows import Rows

MOST_LINES, MOST_CHARACTERS = 2_000, 200_000
"""Shown of it; what is copied is all of it."""
LONGEST_LINE = 4_000
"""Characters of a line that are shown."""


class Output(Rows[str]):
    """Long lines are wrapped; the last line stays in view."""

    DEFAULT_CSS = "Output { height: 2fr; min-height: 4; }"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("output")

    def __init__(self) -> None:
        super().__init__(("It has written nothing yet.",), id="output")
        self.text = self._command = ""

    def begin(self, line: str) -> None:
        """Another run, by this command."""
        self.text = ""
        self._command = f"$ {line}" if line else ""
        self._show()

    def add(self, text: str) -> None:
        """More of what it writes."""
        self.text += text
        self._show()

    def _show(self) -> None:
        told = self.text[-MOST_CHARACTERS:].removesuffix("\n")
        rows = [self._command, *(told.split("\n")[-MOST_LINES:] if told else [])]
        self.show([row[:LONGEST_LINE].expandtabs(8) for row in rows], top=False)
        self.choose(len(self.items) - 1)

    def name_of(self, item: str) -> object:
        return id(item)

    def tall(self, item: str) -> int:
        return len(self._pieces(item))

    def draw(self, item: str, width: int, ink: Ink) -> list[Content]:
        tone = ink.soft if item is self.items[0] else ink.text
        return [Content.styled(f" {piece}", tone) for piece in self._pieces(item)]

    def _pieces(self, item: str) -> Sequence[str]:
        room = max(8, self.size.width - 2)
        if len(item) <= room // 2:
            return [item]
        pieces, rest = [], Content(item)
        while rest.cell_length > room:
            taken = rest.truncate(room)
            pieces.append(str(taken))
            rest = rest[len(pieces[-1]) :]
        return [*pieces, str(rest)]

    def action_copy(self) -> None:
        if self.text.strip():
            desk(self).copy(self.text)
        else:
            desk(self).say("It has written nothing.")
