"""A list from which rows are deleted, and brought back while it is open."""

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType

from phitui.app.desk import desk
from phitui.app.widgets.chooser import Chooser
from phitui.text import one_line


class DeletingList(Chooser):
    """Subclasses delete the chosen row, and add to `gone` what brings it back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+x", "delete", "delete", show=False, priority=True),
        Binding("ctrl+u", "bring_back", "bring back", show=False, priority=True),
    ]
    gone: list[Callable[[], object]]

    def on_mount(self) -> None:
        self.gone = []
        super().on_mount()

    def action_bring_back(self) -> None:
        if self.gone:
            self.gone.pop()()
        else:
            desk(self).say("Nothing was deleted from this list.")


def said_deleted(name: str) -> str:
    """What is said of a row that is gone."""
    return f"Deleted: {one_line(name, 40)}. ^u brings it back while this list is open."
