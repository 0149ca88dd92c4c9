"""The tags that questions are narrowed to: chosen among those in use, shown, kept for the next start."""

from collections import Counter
from collections.abc import Iterable, Sequence

from phitui.app.desk import Desk
from phitui.app.panes.library import LibraryPane, searched
from phitui.app.requests import Answers, OnlyDocument, TickDocument
from phitui.app.widgets.chooser import Chooser, Entry, matching
from phitui.app.widgets.texts import plural
from phitui.records import StoredDocument
from phitui.text import tag_list

HINT = "enter asks only documents with that tag   esc goes back\n`phitui edit DOCUMENT --tag NAME` gives a tag"


class ScopeControl:
    """What the workbench searches in, as far as the screen knows."""

    def __init__(self, desk: Desk, pane: LibraryPane):
        self._desk, self._pane = desk, pane
        self.tags: tuple[str, ...] = ()
        """None for all documents."""
        self.ticked: frozenset[int] = frozenset()
        """The documents that alone are asked in this conversation; none: all of them."""

    def answers(self) -> Answers:
        return {
            TickDocument: lambda request: self.tick(self.ticked ^ {request.document_id}),
            OnlyDocument: lambda request: (
                self.tick({request.document_id} - (self.ticked & {request.document_id}))
                if len(self.ticked) < 2
                else self.tick({request.document_id})
            ),
        }

    def tick(self, documents: Iterable[int]) -> None:
        """Asks these documents alone; none: all of them."""
        ticked = frozenset(documents)
        if ticked != self.ticked:
            self.ticked = ticked
            self._pane.tick(ticked)
            self._desk.refresh_state()

    def names(self, documents: Sequence[int]) -> tuple[str, ...]:
        """What these documents are called, as far as they are still there."""
        return tuple(each.name for each in self._pane.documents if each.document_id in documents)

    def learn(self) -> None:
        """Asks the workbench what it searches in."""
        self._desk.jobs.run(lambda workbench, cancel: [workbench.library.scope], self._known)

    def _known(self, tags: tuple[str, ...]) -> None:
        if tags != self.tags:
            self.tags = tags
            self._pane.narrow(tags)
            self._desk.refresh_state()

    @property
    def shown(self) -> str:
        """The tags as they are written on the screen; empty for all documents."""
        return tag_list(self.tags)

    def holds(self, document: StoredDocument) -> bool:
        """Whether it is searched."""
        return searched(document, self.tags, self.ticked)

    def check(self, documents: Sequence[StoredDocument]) -> None:
        """Widens it where the last document with a tag has gone."""
        if self.tags and not set(self.tags) <= {tag for each in documents for tag in each.tags}:
            self._desk.jobs.do(lambda workbench: workbench.library.resume_scope(), self._done)

    def keep(self, tags: Sequence[str]) -> None:
        """Searches in these from now on."""
        self._desk.jobs.do(lambda workbench: workbench.library.keep_scope(tags), self._done)

    def _done(self, problem: str | None) -> None:
        self.learn()
        if problem:
            self._desk.say(problem, trouble=True)

    def offer(self, documents: Sequence[StoredDocument]) -> None:
        """Lets one choose a tag of these documents, or all documents."""
        counts = Counter(tag for each in documents for tag in each.tags)
        entries = [Entry("", "all documents", _note(len(documents), not self.tags))]
        entries += [Entry(tag, tag_list([tag]), _note(counts[tag], tag in self.tags)) for tag in sorted(counts)]

        def then(tag: str | None) -> None:
            if tag is not None:
                self.keep([tag] if tag else [])

        self._desk.put_over(Chooser("Ask which documents", lambda text: matching(entries, text), hint=HINT), then)


def _note(count: int, now: bool) -> str:
    return plural(count, "document") + (" · now" if now else "")
