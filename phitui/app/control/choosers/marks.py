"""All marks, found by their words, notes and documents: opened, noted, exported, taken out and brought back."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType

from phitui.app.desk import Desk
from phitui.app.requests import Place
from phitui.app.screens.page_marks import ask_note
from phitui.app.widgets.chooser import Chooser, Entry
from phitui.app.widgets.dialog import Prompt
from phitui.app.widgets.texts import plural
from phitui.text import clean, one_line
from phitui.wording import page_name

if TYPE_CHECKING:
    from phitui.library.store.marks.marks import DeletedMark, Mark
    from phitui.workbench import Workbench

HINT = "enter opens   ^r writes the note   ^e exports these   ^x deletes, ^u brings back   esc goes back"


class MarkList(Chooser):
    """The marks, in the order of documents and pages."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "note", "note", show=False, priority=True),
        Binding("ctrl+e", "export", "export", show=False, priority=True),
        Binding("ctrl+x", "delete", "delete", show=False, priority=True),
        Binding("ctrl+u", "bring_back", "bring back", show=False, priority=True),
    ]

    def __init__(self, desk: Desk):
        self._desk = desk
        self._found: dict[str, list[Mark]] = {}
        self._deleted: list[DeletedMark] = []
        super().__init__(
            "Marks",
            self._entries,
            placeholder="words of a mark, a note or a title",
            hint=HINT,
            empty="none yet: m marks what is chosen on a page, in the chat or among the passages",
        )

    def _entries(self, text: str) -> list[Entry]:
        if text not in self._found:
            self._desk.jobs.run(
                lambda workbench, cancel: [workbench.library.marks.search(text)], lambda marks: self._keep(text, marks)
            )
        return [
            Entry(
                str(each.mark_id),
                f"{'' if each.placed else '! '}“{one_line(each.text)}”",
                f"{one_line(each.name, 24)} {page_name(each.span.page, each.page_label)}",
                _told(each),
            )
            for each in self.marks
        ]

    @property
    def marks(self) -> "Sequence[Mark]":
        """Those that fit what is typed."""
        return self._found.get(self.field.value, [])

    def _keep(self, text: str, marks: "list[Mark]") -> None:
        self._found[text] = marks
        if self.is_attached and self.field.value == text:
            self.refill()

    @property
    def _chosen(self) -> "Mark | None":
        return self.marks[self.rows.chosen] if self.rows.chosen < len(self.marks) else None

    def _do(self, work: "Callable[[Workbench], Any]", said: str) -> None:
        def ended(problem: str | None) -> None:
            self._found.clear()
            if self.is_attached:
                self.refill()
            self._desk.say(problem or said, trouble=bool(problem))

        self._desk.jobs.do(work, ended)

    def action_note(self) -> None:
        chosen = self._chosen
        if chosen is not None:
            key = chosen.mark_id
            ask_note(
                self._desk,
                lambda note: self._do(lambda workbench: workbench.library.marks.write(key, note), "Noted."),
                chosen.note,
            )

    def action_delete(self) -> None:
        chosen = self._chosen
        if chosen is None:
            return

        def work(workbench: "Workbench") -> None:
            self._deleted.append(workbench.library.marks.delete(chosen.mark_id))

        self._do(work, f"Deleted: “{one_line(chosen.text, 40)}”. ^u brings it back while this list is open.")

    def action_bring_back(self) -> None:
        if self._deleted:
            deleted = self._deleted.pop()
            self._do(lambda workbench: workbench.library.marks.bring_back(deleted), "Brought back.")
        else:
            self._desk.say("Nothing was deleted from this list.")

    def action_export(self) -> None:
        if self.marks:
            export_marks(self._desk, self.marks)


def _told(mark: "Mark") -> str:
    """What is said of the chosen one."""
    gone = "" if mark.placed else "Its words are no longer in the document, which was read anew. "
    return gone + (one_line(mark.note, 240) or "without a note")


def export_marks(desk: Desk, marks: "Sequence[Mark]") -> None:
    """Asks for a file, and writes them there, with citations."""

    def work(workbench: "Workbench", file: Path) -> Path:
        from phitui.answers.past.export import export_to
        from phitui.answers.past.marked import form_of, write

        export_to(file, write(marks, workbench.library.documents(), form_of(file)))
        return file

    def then(typed: str | None) -> None:
        if typed and typed.strip():
            file = Path(typed.strip()).expanduser().absolute()
            desk.jobs.run(
                lambda workbench, cancel: [work(workbench, file)],
                lambda written: desk.say(f"Written to {clean(str(written))}."),
                lambda problem: desk.say(problem, trouble=True) if problem else None,
            )

    hint = "Markdown with citations; a name that ends in .bib makes BibTeX, in .json CSL."
    desk.put_over(Prompt(f"Export {plural(len(marks), 'mark')} to", "~/marks.md", hint), then)


def choose_mark(desk: Desk, show: Callable[[Place, list[Place]], object]) -> None:
    """Lists them; the place of the chosen one is handed to `show`, with those of all that stood there."""
    listed = MarkList(desk)

    def then(value: str | None) -> None:
        places = {
            each.mark_id: Place(each.document_id, each.span.page, each.span if each.placed else None, each.path)
            for each in listed.marks
        }
        if value and int(value) in places:
            show(places[int(value)], list(places.values()))

    desk.put_over(listed, then)
