"""The four panes together."""

from dataclasses import dataclass

from phitui.app.desk import PaneName
from phitui.app.panes.chat import ChatPane
from phitui.app.panes.library import LibraryPane
from phitui.app.panes.passages import PassagesPane
from phitui.app.panes.scratchpad import ScratchpadPane
from phitui.app.widgets.pane import Pane


@dataclass(frozen=True, slots=True)
class Panes:
    """One of each."""

    library: LibraryPane
    chat: ChatPane
    passages: PassagesPane
    scratchpad: ScratchpadPane

    def by_name(self) -> dict[PaneName, Pane]:
        """The panes from left to right."""
        return {
            "library": self.library,
            "chat": self.chat,
            "passages": self.passages,
            "scratchpad": self.scratchpad,
        }
