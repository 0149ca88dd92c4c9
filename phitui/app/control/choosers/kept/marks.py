"""All marks, found by their words, notes and documents: opened, noted, exported, taken out and brought back."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from phitui.app.control.choosers.kept.into_file import write_into_file
from phitui.app.control.choosers.kept.kept_list import KeptList
from phitui.app.desk import Desk
from phitui.app.requests import Place
from phitui.app.screens.page_marks import ask_note
from phitui.app.widgets.chooser import Entry
from phitui.app.widgets.texts import plural
from phitui.library.store.marks.marks import Mark, Marks
from phitui.text import one_line
from phitui.wording import page_name

if TYPE_CHECKING:
    from phitui.workbench import Workbench

HINT = "enter opens   ^r writes the note   ^e exports these   ^x deletes, ^u brings back   esc goes back"
EMPTY = "none yet: m marks what is chosen on a page, in the chat or among the passages"


class MarkList(KeptList[Mark]):
    """The marks, in the order of documents and pages."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "note", "note", show=False, priority=True),
        Binding("ctrl+e", "export", "export", show=False, priority=True),
    ]

    def __init__(self, desk: Desk):
        words = "words of a mark, a note or a title"
        super().__init__(desk, "Marks", placeholder=words, hint=HINT, empty=EMPTY)

    def reader(self, text: str) -> "Callable[[Workbench], Sequence[Mark]]":
        return lambda workbench: workbench.library.marks.search(text)

    def entry(self, row: Mark) -> Entry:
        where = f"{one_line(row.name, 24)} {page_name(row.span.page, row.page_label)}"
        return Entry(str(row.mark_id), f"{'' if row.placed else '! '}“{one_line(row.text)}”", where, _told(row))

    def store(self, workbench: "Workbench") -> Marks:
        return workbench.library.marks

    def action_note(self) -> None:
        row = self.row
        if row is not None:
            key = row.mark_id
            ask_note(
                self._desk,
                lambda note: self.change(lambda workbench: workbench.library.marks.write(key, note), "Noted."),
                row.note,
            )

    def action_export(self) -> None:
        if self.found:
            export_marks(self._desk, self.found)


def _told(mark: Mark) -> str:
    """What is said of the chosen one."""
    gone = "" if mark.placed else "Its words are no longer in the document, which was read anew. "
    return gone + (one_line(mark.note, 240) or "without a note")


def export_marks(desk: Desk, marks: Sequence[Mark]) -> None:
    """Asks for a file, and writes them there, with citations."""

    def text_for(workbench: "Workbench", file: Path) -> str:
        from phitui.answers.past.marked import form_of, write

        return write(marks, workbench.library.documents(), form_of(file))

    hint = "Markdown with citations; a name that ends in .bib makes BibTeX, in .json CSL."
    write_into_file(desk, f"Export {plural(len(marks), 'mark')} to", "~/marks.md", hint, text_for)


def choose_mark(desk: Desk, show: Callable[[Place, list[Place]], object]) -> None:
    """Lists them; the place of the chosen one is handed to `show`, with those of all that stood there."""
    listed = MarkList(desk)

    def then(value: str | None) -> None:
        places = {
            each.mark_id: Place(each.document_id, each.span.page, each.span if each.placed else None, each.path)
            for each in listed.found
        }
        if value and int(value) in places:
            show(places[int(value)], list(places.values()))

    desk.put_over(listed, then)
