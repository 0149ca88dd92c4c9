"""Panes on the screen: those that a size has room for, the one in use, and the way from one to another."""

from collections.abc import Iterator, Sequence

from textual.geometry import Size
from textual.widget import Widget

from phitui.app.desk import PaneName
from phitui.app.frame.layout import Layout, View
from phitui.app.frame.masthead import Masthead
from phitui.app.panes.panes import Panes
from phitui.app.widgets.lines import Hairline
from phitui.app.widgets.pane import Pane

WIDTHS = (
    (150, {"library": 34, "passages": 52}),
    (120, {"library": 27, "passages": 42}),
    (0, {"library": 20, "passages": 38}),
)
"""From so many columns on, what the panes beside the chat are given."""
SECOND_COLUMNS = 58
"""Of a second pane beside the three of the first view."""
LEAST_COLUMNS = 18
"""No pane is made narrower."""
STEP = 4
"""Columns by which one key makes a pane wider or narrower."""


class Arrangement:
    """Shows and hides panes and the lines around them. `around` is what the panes stand in."""

    def __init__(self, panes: Panes, masthead: Masthead, view: View, around: Widget):
        self._panes, self._masthead, self._view, self._around = panes, masthead, view, around
        self._shown = Layout(())
        self._lines = {name: Hairline() for name in list(panes.named)[1:]}
        """What stands at the left of a pane."""

    def lined(self, panes: Sequence[Pane]) -> Iterator[Widget]:
        """These panes, each behind the line at its left."""
        for pane in panes:
            if pane.id in self._lines:
                yield self._lines[pane.id]
            yield pane

    def resize(self, size: Size) -> None:
        """The terminal has this size now."""
        self._view.columns, self._view.rows = size
        self.fit()

    def fit(self) -> None:
        """Shows the panes that there is room for."""
        self._shown = shown = self._view.layout()
        self._masthead.fit(shown)
        self._around.display = not shown.too_small
        widths = next(widths for least, widths in WIDTHS if self._view.columns >= least)
        for name, pane in self._panes.named.items():
            pane.display = name in shown.panes
            roomy = name == "chat" or (len(shown.panes) <= 2 and "chat" not in shown.panes)
            own = self._view.columns // 2 if len(shown.panes) == 2 else widths.get(name, SECOND_COLUMNS)
            wanted = own + self._view.widths.get(name, 0)
            most = max(LEAST_COLUMNS, self._view.columns - LEAST_COLUMNS * (len(shown.panes) - 1))
            pane.styles.width = "1fr" if roomy else min(max(LEAST_COLUMNS, wanted), most)
            pane.header.display = not shown.tabs
            if name in self._lines:
                self._lines[name].display = name in shown.panes and name != shown.panes[0]

    def show(self, name: PaneName, *, where_hidden: bool = False) -> None:
        """Makes a pane the one in use, and gives it the focus; `where_hidden`: only if it is not in view."""
        if where_hidden and name in self._shown.panes:
            return
        self._view.pane = name
        self.fit()
        self._panes.named[name].home.focus()
        self._masthead.write()

    def press(self, name: PaneName) -> None:
        """A pane's key: goes there; in the pane itself it fills the screen, or lets the others back."""
        view, composer = self._view, self._panes.chat.composer
        inside = view.focused is not None and self._panes.named[name] in view.focused.ancestors
        elsewhere_in_chat = name == "chat" and view.focused is not composer
        view.filled = not view.filled if inside and not elsewhere_in_chat else view.filled and name == view.pane
        self.show(name)

    def step(self, by: int) -> None:
        """To the next place that takes keys, or with -1 to the one before."""
        panes = self._panes.named
        stops = [(stop, name) for name in self._names() for stop in panes[name].stops]
        index = next((place for place, (stop, _) in enumerate(stops) if stop is self._view.focused), -1)
        stop, self._view.pane = stops[(index + by) % len(stops)]
        self.fit()
        stop.focus()

    def _names(self) -> tuple[PaneName, ...]:
        return tuple(self._panes.named) if self._shown.tabs or self._view.filled else self._shown.panes

    def hide(self) -> str:
        """Puts the pane in use away, or brings back those that were; returns what was done."""
        view = self._view
        if view.pane == "chat":
            back, view.hidden = list(view.hidden), []
            self.fit()
            return f"{' and '.join(back)} shown again" if back else "The chat stays; other panes can be put away."
        name = view.pane
        view.hidden = [*(each for each in view.hidden if each != name), name]
        self.show("chat")
        return f"{name} put away: its key shows it, and from the chat the same key brings it back"

    def widen(self, by: int) -> None:
        """Makes the pane in use wider or narrower; in the chat, the panes beside it make room."""
        view = self._view
        names = [view.pane] if view.pane != "chat" else [each for each in self._shown.panes if each != "chat"]
        for name in names:
            view.widths[name] = view.widths.get(name, 0) + (by if view.pane != "chat" else -by) * STEP
        self.fit()

    def let_go(self) -> bool:
        """Brings the others back where one pane fills the screen; whether one did."""
        if not self._view.filled:
            return False
        self._view.filled = False
        self.fit()
        return True

    def focus_moved(self, focused: Widget | None) -> None:
        """The pane with the focus is the one in use."""
        view, panes = self._view, self._panes.named
        view.focused = focused
        view.pane = next((name for name, each in panes.items() if focused and each in focused.ancestors), view.pane)
        for name, each in panes.items():
            each.header.set(live=name == view.pane)
        self._masthead.write_tabs()
        self._masthead.write_keys()
