"""The marks of the document in the page reader: made, read, gone to, taken out and brought back."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from phitui.app.desk import Desk
from phitui.app.widgets.dialog import Prompt
from phitui.text import one_line

if TYPE_CHECKING:
    from phitui.documents.document import Span
    from phitui.library.store.marks.marks import DeletedMark, Mark
    from phitui.workbench import Workbench

HINT = "A note beside it, or nothing: alt+m lists all marks, `phitui marks` exports them."


def ask_note(desk: Desk, then: Callable[[str], object], note: str = "") -> None:
    """Asks for the note of a mark; nothing happens after escape."""
    title = "The note of this mark" if note else "Mark this"
    prompt = Prompt(title, note, HINT)
    prompt.field.select_on_focus = False  # what was written is changed, not replaced by the first letter typed

    def accepted(typed: str | None) -> None:
        if typed is not None:
            then(typed)

    desk.put_over(prompt, accepted)


def add_mark(desk: Desk, document_id: int, span: "Span", then: Callable[[], object]) -> None:
    """Asks for a note, and marks the span; `then` is called once that is done."""

    def made(problem: str | None) -> None:
        desk.say(problem or "Marked.", trouble=bool(problem))
        then()

    def add(note: str) -> None:
        desk.jobs.do(lambda workbench: workbench.library.marks.add(document_id, span, note), made)

    ask_note(desk, add)


class PageMarks:
    """Those of one document. `changed` is called whenever there are others."""

    def __init__(self, desk: Callable[[], Desk], changed: Callable[[], object]):
        self._desk, self._changed = desk, changed
        self.all: list[Mark] = []
        """In the order of the text."""
        self._document_id: int | None = None
        self._deleted: list[DeletedMark] = []

    def of(self, document_id: int) -> None:
        """Reads those of another document."""
        if document_id != self._document_id:
            self._document_id, self.all = document_id, []
            self.read()

    def read(self) -> None:
        """Reads them anew."""
        document = self._document_id
        self._desk().jobs.run(
            lambda workbench, cancel: [workbench.library.marks.list(document)],
            lambda marks: self._take(marks) if document == self._document_id else None,
        )

    def _take(self, marks: "list[Mark]") -> None:
        self.all = marks
        self._changed()

    @property
    def placed(self) -> "list[Mark]":
        """Those whose words stand in the document."""
        return [each for each in self.all if each.placed]

    def at(self, span: "Span | None") -> "Mark | None":
        """The mark of that very span, else one that has something of it."""
        if span is None:
            return None
        start, end = (span.page, span.start), (span.page_end, span.end)
        touched = [
            each
            for each in self.placed
            if (each.span.page, each.span.start) < end and (each.span.page_end, each.span.end) > start
        ]
        return next((each for each in touched if each.span == span), touched[0] if touched else None)

    def beyond(self, place: tuple[int, int], by: int) -> "Mark | None":
        """The first that begins after (1) or the last that begins before (-1) this (page, offset)."""
        marks = [each for each in self.placed if ((each.span.page, each.span.start) > place) == (by > 0)]
        marks = [each for each in marks if (each.span.page, each.span.start) != place]
        return (marks[0] if by > 0 else marks[-1]) if marks else None

    def add(self, span: "Span") -> None:
        """Marks a span, with a note."""
        assert self._document_id is not None
        add_mark(self._desk(), self._document_id, span, self.read)

    def edit(self, mark: "Mark") -> None:
        """Another note."""
        ask_note(
            self._desk(),
            lambda note: self._do(lambda workbench: workbench.library.marks.write(mark.mark_id, note), "Noted."),
            mark.note,
        )

    def delete(self, mark: "Mark") -> None:
        """Takes it out."""

        def work(workbench: "Workbench") -> None:
            self._deleted.append(workbench.library.marks.delete(mark.mark_id))

        self._do(work, f"No longer marked: “{one_line(mark.text, 40)}”. u brings it back.")

    def bring_back(self) -> None:
        """The mark that was taken out last."""
        if not self._deleted:
            self._desk().say("No mark was taken out here.")
            return
        deleted = self._deleted.pop()
        self._do(lambda workbench: workbench.library.marks.bring_back(deleted), "Marked again.")

    def _do(self, work: "Callable[[Workbench], Any]", said: str) -> None:
        def done(problem: str | None) -> None:
            self._desk().say(problem or said, trouble=bool(problem))
            self.read()

        self._desk().jobs.do(work, done)
