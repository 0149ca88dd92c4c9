"""All panes: made here, and known to everyone else by their places or their names."""

from collections.abc import Mapping, Sequence

from phitui.app.desk import PaneName
from phitui.app.panes.chat import ChatPane
from phitui.app.panes.library import LibraryPane
from phitui.app.panes.passages import PassagesPane
from phitui.app.panes.scratchpad import ScratchpadPane
from phitui.app.widgets.pane import Pane


class Panes:
    """One of each. `questions` are the examples that the chat offers."""

    def __init__(self, questions: Sequence[str] = ()):
        self.library = LibraryPane()
        self.chat = ChatPane(questions)
        self.passages = PassagesPane()
        self.scratchpad = ScratchpadPane()
        self.main: tuple[Pane, ...] = (self.library, self.chat, self.passages)
        """What stands side by side, from left to right; painted first."""
        self.second: Sequence[Pane] = [
            self.scratchpad,
        ]
        """Of these one at a time stands beside them, or beside the chat where room is short."""
        self.numbered = (self.chat, self.library, self.passages, *self.second)
        """In the order of F2 and on, and of ctrl+t 1 and on."""
        self.named: Mapping[PaneName, Pane] = {str(pane.id): pane for pane in (*self.main, *self.second)}
        """From left to right, by their ids."""
