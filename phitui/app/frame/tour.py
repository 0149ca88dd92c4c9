"""The lines of the tour, above the panes: its steps, those that were done ticked off, and how to do the next."""

from textual.content import Content

from phitui.app.control.tour import Told
from phitui.app.desk import desk
from phitui.app.widgets.rows import Lined
from phitui.app.widgets.texts import wrapped

MOST_COLUMNS = 110
"""Longer lines of words are hard to read."""


class TourStrip(Lined):
    """Takes no keys and no focus; without anything to tell it takes no room."""

    DEFAULT_CSS = "TourStrip { height: auto; background: $panel; }"

    def __init__(self) -> None:
        super().__init__(id="tour")
        self._told: Told | None = None
        self.display = False

    def show(self, told: Told | None) -> None:
        """Says this; None: nothing."""
        if told != self._told:
            self._told = told
            self.display = told is not None
            self.refresh(layout=True)

    def _lines(self, width: int) -> list[Content]:
        if self._told is None:
            return []
        ink, told = desk(self).ink, self._told
        pieces = [Content.styled(text, ink.accent if is_key else ink.text) for text, is_key in told.words]
        words = Content("").join(pieces)
        lead = Content.styled(" Tour  ", ink.title)
        leave = Content.styled(told.leave, ink.soft)
        lines = [lead + steps] if (steps := self._steps(width - lead.cell_length)) else []
        lines += wrapped(words, min(width, MOST_COLUMNS) - 1, "       " if lines else lead)
        place = next((n for n, each in enumerate(lines) if each.cell_length + leave.cell_length + 3 <= width), None)
        if place is None:
            return [*lines, Content("       ") + leave]
        gap = " " * (width - 1 - lines[place].cell_length - leave.cell_length)
        lines[place] += Content(gap) + leave
        return lines

    def _steps(self, width: int) -> Content:
        """All of them by name; where room is short, the next one alone with its number."""
        ink, told = desk(self).ink, self._told
        if told is None or not told.steps:
            return Content("")
        here = next((n for n, (_, done) in enumerate(told.steps) if not done), None)
        drawn = []
        for number, (name, done) in enumerate(told.steps):
            sign, style = ("✓", ink.soft) if done else ("▸", ink.title) if number == here else ("·", ink.soft)
            drawn.append(Content.styled(f"{sign} {name}", style))
        line = Content("   ").join(drawn)
        if line.cell_length <= width or here is None:
            return line
        return Content.styled(f"{here + 1} of {len(told.steps)} ▸ {told.steps[here][0]}", ink.title)
