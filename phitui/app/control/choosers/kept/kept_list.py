"""A list of rows that the library keeps: read, changed, deleted and brought back in the background."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from phitui.app.control.choosers.kept.deleting import DeletingList, said_deleted
from phitui.app.desk import Desk
from phitui.app.widgets.chooser import Entry

if TYPE_CHECKING:
    from phitui.workbench import Workbench

Row = TypeVar("Row")


class KeptList(DeletingList, Generic[Row]):
    """Subclasses say where rows are kept, how they are read, and how they are shown: their keys as values."""

    def __init__(self, desk: Desk, title: str, *, placeholder: str, hint: str, empty: str):
        self._desk = desk
        self._found: dict[str, list[Row]] = {}
        super().__init__(title, self._entries, placeholder=placeholder, hint=hint, empty=empty)

    def reader(self, text: str) -> "Callable[[Workbench], Sequence[Row]]":
        """What reads the rows that fit what is typed."""
        raise NotImplementedError

    def entry(self, row: Row) -> Entry:
        """How a row is shown."""
        raise NotImplementedError

    def store(self, workbench: "Workbench") -> Any:
        """What deletes a row by its key, returning what its `bring_back` takes."""
        raise NotImplementedError

    @property
    def found(self) -> list[Row]:
        """Those that fit what is typed, as far as they were read."""
        return self._found.get(self.field.value, [])

    @property
    def row(self) -> Row | None:
        """The chosen one."""
        return self.found[self.rows.chosen] if self.rows.chosen < len(self.found) else None

    def forget(self) -> None:
        """Reads anew: the rows have changed, or others are wanted. What is still being read comes too late."""
        self._found = {}
        if self.is_attached:
            self.refill()

    def change(self, work: "Callable[[Workbench], Any]", said: str) -> None:
        """Changes what is kept, in the background."""

        def ended(problem: str | None) -> None:
            self.forget()
            self._desk.say(problem or said, trouble=bool(problem))

        self._desk.jobs.do(work, ended)

    def _entries(self, text: str) -> list[Entry]:
        if text not in self._found:
            read = self.reader(text)
            self._desk.jobs.run(lambda workbench, cancel: [read(workbench)], partial(self._keep, text, self._found))
        return [self.entry(each) for each in self._found.get(text, [])]

    def _keep(self, text: str, among: dict[str, list[Row]], rows: Sequence[Row]) -> None:
        among[text] = list(rows)
        if among is self._found and self.is_attached and self.field.value == text:
            self.refill()

    def action_delete(self) -> None:
        if self.row is None:
            return
        entry = self.entry(self.row)

        def work(workbench: "Workbench") -> None:
            gone = self.store(workbench).delete(int(entry.value))
            self.gone.append(lambda: self.change(lambda again: self.store(again).bring_back(gone), "Brought back."))

        self.change(work, said_deleted(entry.name))
