"""Marks from wherever a place of a document is chosen, and the list of all of them."""

from collections.abc import Callable

from phitui.app.control.document_list import GONE, DocumentList
from phitui.app.desk import Desk
from phitui.app.requests import Answers, MarkPlace, OpenPage, Place


class MarkControl:
    """`open_page` shows a page."""

    def __init__(self, desk: Desk, documents: DocumentList, open_page: Callable[[OpenPage], object]):
        self._desk, self._documents, self._open_page = desk, documents, open_page

    def answers(self) -> Answers:
        return {MarkPlace: lambda request: self.mark(request.place)}

    def mark(self, place: Place) -> None:
        """Marks a span, with a note."""
        from phitui.app.screens.page_marks import add_mark

        found = self._documents.find(place)
        if found is None or place.span is None:
            self._desk.say(GONE, trouble=True)
            return
        add_mark(self._desk, found.document_id, place.span, lambda: None)

    def choose(self) -> None:
        """All marks: one is opened on its page, and from there the others can be gone through."""
        from phitui.app.control.choosers.kept.marks import choose_mark

        def show(chosen: Place, among: list[Place]) -> None:
            self._open_page(OpenPage(chosen, among))

        choose_mark(self._desk, show)
