"""Jumping: a letter or two on everything in view that can be reached, and typing them goes there."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from typing import ClassVar, Protocol, runtime_checkable

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Static

from phitui.app.desk import Desk, desk
from phitui.app.widgets.lines import Tabs
from phitui.values import dataclass

LETTERS = "asdfghjklqwertyuiopzxcvbnm"
"""Those under the fingers first."""


@runtime_checkable
class Reachable(Protocol):
    """A widget of which more than the whole can be gone to."""

    def reachable(self) -> Sequence[tuple[int, Callable[[], object]]]:
        """What of it is in view: its line in the widget, and what chooses it."""
        ...


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the screen, and what goes there."""

    x: int
    y: int
    go: Callable[[], object]


def labels(count: int) -> list[str]:
    """As many, all of the same length: none begins another."""
    length = 1 if count <= len(LETTERS) else 2
    return ["".join(each) for each, _ in zip(product(LETTERS, repeat=length), range(count), strict=False)]


def spots(screen: Screen[object]) -> list[Spot]:
    """All that can be reached there, in the order of tab; then the panes that are not in view."""
    found = []
    for widget in screen.focus_chain:
        region = widget.region
        parts = widget.reachable() if isinstance(widget, Reachable) else ()
        found += [Spot(region.x, region.y + line, _both(widget, choose)) for line, choose in parts]
        if not parts:
            found.append(Spot(region.x, region.y, widget.focus))
    for tabs in (each for each in screen.query(Tabs) if each.display):
        show = desk(tabs).show_pane
        found += [Spot(tabs.region.x + column, tabs.region.y, partial(show, name)) for column, name in tabs.others()]
    most = len(LETTERS) ** 2
    return [each for each in found if screen.region.contains(each.x, each.y)][:most]


def _both(widget: Widget, choose: Callable[[], object]) -> Callable[[], object]:
    def go() -> None:
        widget.focus()
        choose()

    return go


class Tag(Static):
    """The letters of one place."""

    DEFAULT_CSS = "Tag { position: absolute; width: auto; height: 1; }"

    def __init__(self, label: str, spot: Spot):
        super().__init__(Content.styled(label, Style(bold=True, reverse=True)))
        self.styles.offset = (spot.x, spot.y)


class Jump(ModalScreen[str | None]):
    """Comes back with the label that was typed."""

    DEFAULT_CSS: ClassVar[str] = "Jump { background: $background 0%; }"

    def __init__(self, named: dict[str, Spot]):
        super().__init__()
        self._named, self._typed = named, ""

    def compose(self) -> ComposeResult:
        for label, spot in self._named.items():
            yield Tag(label, spot)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        self._typed += event.character or "\n"
        if self._typed in self._named:
            self.dismiss(self._typed)
        elif not any(each.startswith(self._typed) for each in self._named):
            self.dismiss(None)


def jump(opener: Desk, screen: Screen[object]) -> None:
    """Puts the letters on that screen, where it is the one in use."""
    if not screen.is_current:
        return
    found = spots(screen)
    named = dict(zip(labels(len(found)), found, strict=True))

    def then(label: str | None) -> None:
        if label is not None:
            named[label].go()

    opener.put_over(Jump(named), then)
