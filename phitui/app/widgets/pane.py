"""What every pane has: a header, and places that take keys."""

from textual.containers import Vertical
from textual.widget import Widget

from phitui.app.widgets.lines import Header


class Pane(Vertical):
    """Subclasses say where its keys go.

    `id` is its name, by which keys and other parts know it.
    """

    has_list = False
    """Whether the keys of lists work in it."""

    def __init__(self, id: str, title: str):
        super().__init__(id=id)
        self.header = Header(title)

    @property
    def home(self) -> Widget:
        """What has the focus when the pane is gone to."""
        return self.stops[0]

    @property
    def stops(self) -> list[Widget]:
        """What tab walks through, in order; at least one."""
        raise NotImplementedError
