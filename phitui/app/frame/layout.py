"""Which panes stand side by side at a size: a function of numbers."""

from dataclasses import field, replace
from typing import TYPE_CHECKING

from phitui.app.desk import PaneName
from phitui.values import dataclass

if TYPE_CHECKING:
    from textual.widget import Widget

MAIN: tuple[PaneName, ...] = ("library", "chat", "passages")
"""From left to right. Every other pane is a second one: it takes turns with its like."""
SECOND: PaneName = "scratchpad"
"""The second one that is shown where none is in use."""
LEAST = (30, 8)
"""Columns and rows below which there is only a sentence."""
NARROW = 100
"""Fewer columns show one pane at a time."""
LOW = 16
"""So do fewer rows."""
WIDE = 180
"""So many columns show a second one beside all of MAIN."""


@dataclass(frozen=True, slots=True)
class Layout:
    """`panes` from left to right; `tabs`: the tab bar names the others."""

    panes: tuple[PaneName, ...]
    tabs: bool = False
    too_small: bool = False


@dataclass(slots=True)
class View:
    """What the screen shows now, known to the panes' arrangement and to the lines around them."""

    pane: PaneName = "chat"
    """The one in use."""
    filled: bool = False
    """Whether it fills the screen."""
    focused: "Widget | None" = None
    hidden: list[str] = field(default_factory=list)
    """Panes that were put away: shown only while they are in use."""
    widths: dict[str, int] = field(default_factory=dict)
    """Pane → columns more (or less) than it has by itself."""
    columns: int = 0
    rows: int = 0

    def layout(self) -> Layout:
        """The panes that there is room for."""
        found = layout(self.columns, self.rows, self.pane, self.filled)
        panes = tuple(name for name in found.panes if name == self.pane or name not in self.hidden)
        return replace(found, panes=panes)


def layout(columns: int, rows: int, pane: PaneName, filled: bool) -> Layout:
    """The panes for a terminal of that size, with `pane` in use and `filled` where it fills the screen."""
    if columns < LEAST[0] or rows < LEAST[1]:
        return Layout((), too_small=True)
    if columns < NARROW or rows < LOW:
        return Layout((pane,), tabs=True)
    if filled:
        return Layout((pane,))
    if columns >= WIDE:
        return Layout((*MAIN, SECOND if pane in MAIN else pane))
    return Layout(MAIN if pane in MAIN else ("chat", pane))
