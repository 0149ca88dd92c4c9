"""The library's documents: read anew when something has changed, opened at a page, taken out."""

from collections.abc import Callable
from time import monotonic

from phitui.app.control.scope import ScopeControl
from phitui.app.desk import Desk
from phitui.app.panes.library import LibraryPane
from phitui.app.requests import Answers, OpenPage, Place, RemoveDocument
from phitui.app.widgets.chooser import Chooser, Entry, matching
from phitui.app.widgets.texts import file_name, plural
from phitui.records import StoredDocument
from phitui.text import one_line

GONE = "That document is no longer in the library."
LIST_SECONDS = 1.0
"""While indexing, the list of documents is read anew at most so often."""


class DocumentList:
    """One reading at a time. `opened` is called once, when the first list stands on the screen."""

    def __init__(self, desk: Desk, pane: LibraryPane, scope: ScopeControl, opened: Callable[[], object]):
        self._desk, self._pane, self._scope, self._opened = desk, pane, scope, opened
        self.known: list[StoredDocument] = []
        self.is_open = False
        """Whether the library has been listed."""
        self._listed = 0.0
        self._listing = self._list_again = self._list_due = False

    def answers(self) -> Answers:
        return {OpenPage: self.open_page, RemoveDocument: lambda request: self.remove(request.document)}

    # ── the list ─────────────────────────────────────────────────────────────────────────────────────────────

    def read(self) -> None:
        """Reads the documents anew; one reading at a time."""
        if self._listing:
            self._list_again = True
            return
        self._listing = True
        self._listed = monotonic()
        self._desk.jobs.run(lambda workbench, cancel: [workbench.library.documents()], self.show, self._read)

    def read_soon(self) -> None:
        """Reads them anew, LIST_SECONDS after the last time."""
        if not self._list_due:
            self._list_due = True
            self._desk.set_timer(max(0.01, self._listed + LIST_SECONDS - monotonic()), self._read_now)

    def _read_now(self) -> None:
        self._list_due = False
        self.read()

    def _read(self, problem: str | None) -> None:
        self._listing = False
        if problem:
            if not self._pane.problem:  # the pane may not be in view
                self._desk.say(problem, trouble=True)
            self._pane.fail(problem)
            self._desk.refresh_state()
        if self._list_again:
            self._list_again = False
            self.read()

    def show(self, documents: list[StoredDocument]) -> None:
        """The documents as they are now."""
        first, self.is_open = not self.is_open, True
        if first or documents != self.known or self._pane.problem:
            self.known = documents
            self._pane.show(documents)
            self._scope.check(documents)
            self._desk.refresh_state()
        if first:
            self._opened()

    def offer(self, then: Callable[[str], object], otherwise: Callable[[], object]) -> None:
        """Lists the documents: the chosen one is asked, with others so chosen, and `then` gets its name."""
        entries = [
            Entry(str(each.document_id), one_line(each.name), plural(each.pages, "page"))
            for each in self.known
            if each.passages
        ]

        def chosen(value: str | None) -> None:
            found = next((each for each in self.known if str(each.document_id) == value), None)
            if found is None:
                otherwise()
                return
            self._scope.tick(self._scope.ticked | {found.document_id})
            then(one_line(found.name))

        hint = "enter asks that document alone, or with others so chosen: space in the library lets it go"
        self._desk.put_over(Chooser("Ask which document", lambda text: matching(entries, text), hint=hint), chosen)

    def offer_tags(self) -> None:
        """Offers the tags in use, which another program may have given meanwhile."""

        def listed(documents: list[StoredDocument]) -> None:
            self.show(documents)
            self._scope.offer(documents)

        self._desk.jobs.run(lambda workbench, cancel: [workbench.library.documents()], listed)

    # ── one document ─────────────────────────────────────────────────────────────────────────────────────────

    def open_page(self, request: OpenPage) -> None:
        """A page, with a span chosen."""
        from phitui.app.screens.page_reader import PageReader, Stop

        def stop(place: Place) -> Stop | None:
            found = self.find(place)
            number = found.document_id if found is not None else place.document_id
            return Stop(number, place.page, place.span, found.pages if found else None) if number is not None else None

        opened = stop(request.place)
        if opened is None:
            self._desk.say(GONE, trouble=True)
            return
        trail = [each for each in map(stop, request.among) if each is not None]
        self._desk.put_over(PageReader(opened.document_id, opened.page, opened.span, opened.pages, trail))

    def find(self, place: Place) -> StoredDocument | None:
        """The document of a place, where the library has it."""
        by_id = (each for each in self.known if each.document_id == place.document_id)
        by_path = (each for each in self.known if place.path and each.path == place.path)
        return next(by_id, None) or next(by_path, None)

    def remove(self, document: StoredDocument) -> None:
        """Asks, then takes it out of the library."""
        from phitui.app.widgets.dialog import Confirm

        def then(answer: str | None) -> None:
            if answer:
                self._desk.jobs.do(lambda workbench: workbench.library.remove([document.document_id]), self._removed)

        text = f"{file_name(document.path, 60)}: the file itself is not touched."
        self._desk.put_over(Confirm(f"Remove “{document.title}” from the library?", text), then)

    def _removed(self, problem: str | None) -> None:
        if problem:
            self._desk.say(problem, trouble=True)
        self.read()
