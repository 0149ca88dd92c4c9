"""Which panes stand side by side at a size: a function of numbers, without a widget."""

from dataclasses import dataclass

PANES = ("library", "chat", "passages", "scratchpad")
"""From left to right."""
LEAST = (30, 8)
"""Columns and rows below which there is only a sentence."""
NARROW = 100
"""Fewer columns show one pane at a time."""
LOW = 16
"""So do fewer rows."""
WIDE = 180
"""So many columns show all four."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """`panes` from left to right; `tabs`: the tab bar names the others."""

    panes: tuple[str, ...]
    tabs: bool = False
    too_small: bool = False


def arrange(columns: int, rows: int, pane: str, filled: bool) -> Arrangement:
    """The panes for a terminal of that size, with `pane` in use and `filled` where it fills the screen."""
    if columns < LEAST[0] or rows < LEAST[1]:
        return Arrangement((), too_small=True)
    if columns < NARROW or rows < LOW:
        return Arrangement((pane,), tabs=True)
    if filled:
        return Arrangement((pane,))
    if columns >= WIDE:
        return Arrangement(PANES)
    if pane == "scratchpad":
        return Arrangement(("chat", "scratchpad"))
    return Arrangement(("library", "chat", "passages"))
