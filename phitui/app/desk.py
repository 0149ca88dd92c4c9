"""What widgets, panes, screens and control may ask of the app: all that they know of it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from phitui.app.jobs.jobs import Jobs
from phitui.app.theme import Ink
from phitui.places import Places
from phitui.settings import Settings

if TYPE_CHECKING:
    from collections import deque

    from textual.screen import Screen
    from textual.widget import Widget

PaneName = str
"""The id of a pane: library, chat, passages, scratchpad."""

Run = Callable[[str], None]
"""Does an action of the app, as Textual writes it: `pane('chat')`."""

Result = TypeVar("Result")


class Desk(Protocol):
    """The app, as far as its parts know it. What concerns other parts is posted as a message (see `requests`)."""

    settings: Settings
    places: Places
    ink: Ink
    """The styles of the theme in use."""
    jobs: Jobs
    """Work on the workbench, in threads."""
    messages: "deque[str]"
    """What was said last, each with its time."""

    def say(self, text: str, trouble: bool = False) -> None:
        """Shows a short message that goes away again."""

    def copy(self, text: str) -> None:
        """Copies by the route that arrives, and says which."""

    def show_pane(self, name: PaneName, *, where_hidden: bool = False) -> None:
        """Makes a pane the one in use; `where_hidden`: only if it is not in view."""

    def adopt(self, settings: Settings) -> None:
        """These are the settings from now on: the screen is drawn by them."""

    def refresh_state(self) -> None:
        """Writes the lines around the panes anew."""

    def put_over(self, screen: "Screen[Result]", then: Callable[[Result | None], None] | None = None) -> None:
        """Opens a screen over the others. `then` gets its result; None after escape."""

    def call_later(self, callback: Callable[..., Any], *args: Any) -> bool:
        """Calls, and awaits, once the messages that wait are handled (Textual's)."""

    def call_after_refresh(self, callback: Callable[..., Any], *args: Any) -> bool:
        """Calls once the screen is painted (Textual's)."""

    def set_timer(self, delay: float, callback: Callable[[], object]) -> object:
        """Calls after `delay` seconds (Textual's)."""


def desk(widget: "Widget") -> Desk:
    """The desk that a widget stands at."""
    return cast(Desk, widget.app)
