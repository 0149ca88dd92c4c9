"""Panes on the screen: those that a size has room for, the one in use, and the way from one to another."""

from typing import TYPE_CHECKING

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from phitui.app.control.layout import PANES, Arrangement, arrange
from phitui.app.widgets.lines import Hairline

if TYPE_CHECKING:
    from phitui.app.app import PhituiApp


class Arranging:
    """Follows `app.pane`, the pane in use."""

    def __init__(self, app: "PhituiApp"):
        self._app = app
        self.filled = False
        """Whether the pane in use fills the screen."""
        self._shown = Arrangement(())
        self.lines = {name: Hairline() for name in PANES[1:]}
        """What stands at the left of a pane."""

    def fit(self, size: Size | None = None) -> None:
        """Shows the panes that this size (the terminal's) has room for."""
        app = self._app
        size = size or app.size
        self._shown = shown = arrange(size.width, size.height, app.pane, self.filled)
        app.small.display = shown.too_small
        app.small.put(Content.styled("terminal too small for phitui", app.ink.text))
        for line in (app.title_line, app.status, app.key_bar):
            line.display = not shown.too_small
        app.tabs.display = shown.tabs
        app.query_one("#panes").display = not shown.too_small
        wide = size.width >= 150
        widths = {"library": 34 if wide else 27, "passages": 52 if wide else 42, "scratchpad": 58}
        for name, pane in app.panes.items():
            pane.display = name in shown.panes
            alone = len(shown.panes) == 1 or (name == "scratchpad" and len(shown.panes) == 2)
            pane.styles.width = "1fr" if alone or name == "chat" else widths[name]
            pane.header.display = not shown.tabs  # type: ignore[attr-defined]
            if name in self.lines:
                self.lines[name].display = name in shown.panes and name != shown.panes[0]

    def show(self, name: str) -> None:
        """Makes a pane the one in use, and gives it the focus."""
        app = self._app
        app.pane = name
        self.fit()
        home = {
            "chat": app.chat.composer,
            "library": app.library.rows,
            "passages": app.passages.rows,
            "scratchpad": app.scratchpad.editor if app.scratchpad.text else app.scratchpad.instruction,
        }
        home[name].focus()
        app.refresh_state()

    def bring_into_view(self, name: str) -> None:
        """The same, but not where it is in view already."""
        if name not in self._shown.panes:
            self.show(name)

    def press(self, name: str) -> None:
        """A pane's key: goes there; in the pane itself it fills the screen, or lets the others back."""
        app = self._app
        inside = app.focused is not None and app.panes[name] in app.focused.ancestors
        elsewhere_in_chat = name == "chat" and app.focused is not app.chat.composer
        self.filled = not self.filled if inside and not elsewhere_in_chat else self.filled and name == app.pane
        self.show(name)

    def step(self, by: int) -> None:
        """To the next place that takes keys, or with -1 to the one before."""
        app = self._app
        stops: dict[str, list[Widget]] = {
            "library": [app.library.rows],
            "chat": [app.chat.transcript, app.chat.composer],
            "passages": [app.passages.rows],
            "scratchpad": [app.scratchpad.instruction, app.scratchpad.editor],
        }
        panes = PANES if self._shown.tabs or self.filled else self._shown.panes
        order: list[Widget] = [stop for name in panes for stop in stops[name]]
        index = order.index(app.focused) if app.focused in order else -1
        stop = order[(index + by) % len(order)]
        app.pane = next(name for name in panes if stop in stops[name])
        self.fit()
        stop.focus()

    def let_go(self) -> bool:
        """Brings the others back where one pane fills the screen; whether one did."""
        if not self.filled:
            return False
        self.filled = False
        self.fit()
        return True

    def focus_moved(self, focused: Widget | None) -> None:
        """The pane with the focus is the one in use."""
        app = self._app
        app.pane = next((name for name, each in app.panes.items() if focused and each in focused.ancestors), app.pane)
        for name, each in app.panes.items():
            each.header.set(live=name == app.pane)  # type: ignore[attr-defined]
        app.masthead.write_tabs()
        app.masthead.write_keys()
