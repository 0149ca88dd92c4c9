"""The tags that questions are narrowed to: chosen among those in use, shown, kept for the next start."""

from collections import Counter
from collections.abc import Sequence

from phitui.app.desk import Desk
from phitui.app.panes.library import LibraryPane, searched
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
        return searched(document, self.tags)

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
