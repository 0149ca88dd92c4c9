"""The tags that questions are narrowed to: chosen among those in use, shown, kept for the next start."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from phitui.app.widgets.chooser import Choice, Chooser, matching
from phitui.app.widgets.texts import plural
from phitui.records import StoredDocument
from phitui.text import tag_list

if TYPE_CHECKING:
    from phitui.app.app import PhituiApp

HINT = "enter asks only documents with that tag   esc goes back\n`phitui edit DOCUMENT --tag NAME` gives a tag"


class Scope:
    """What the workbench searches in, as far as the screen knows."""

    def __init__(self, app: "PhituiApp"):
        self._app = app
        self.tags: tuple[str, ...] = ()
        """None for all documents."""

    def learn(self) -> None:
        """Asks the workbench what it searches in."""
        self._app.jobs.run(lambda bench, cancel: [bench.library.scope], self._known)

    def _known(self, tags: tuple[str, ...]) -> None:
        if tags != self.tags:
            self.tags = tags
            self._app.library.redraw()
            self._app.refresh_state()

    @property
    def shown(self) -> str:
        """The tags as they are written on the screen; empty for all documents."""
        return tag_list(self.tags)

    def holds(self, document: StoredDocument) -> bool:
        """Whether it is searched."""
        return not self.tags or not set(self.tags).isdisjoint(document.tags)

    def check(self, documents: Sequence[StoredDocument]) -> None:
        """Widens it where the last document with a tag has gone."""
        if self.tags and not set(self.tags) <= {tag for each in documents for tag in each.tags}:
            self._app.jobs.do(lambda bench: bench.library.resume_scope(), self._done)

    def keep(self, tags: Sequence[str]) -> None:
        """Searches in these from now on."""
        self._app.jobs.do(lambda bench: bench.library.keep_scope(tags), self._done)

    def _done(self, problem: str | None) -> None:
        self.learn()
        if problem:
            self._app.say(problem, trouble=True)

    def choose(self) -> None:
        """Offers the tags in use, which another program may have given meanwhile, and all documents."""
        self._app.jobs.run(lambda bench, cancel: [bench.library.documents()], self._offer)

    def _offer(self, documents: list[StoredDocument]) -> None:
        self._app.show_documents(documents)
        counts = Counter(tag for each in documents for tag in each.tags)
        all_of_them = Choice("", "all documents", _note(len(documents), not self.tags))
        choices = [Choice(tag, tag_list([tag]), _note(counts[tag], tag in self.tags)) for tag in sorted(counts)]

        def then(tag: str | None) -> None:
            if tag is not None:
                self.keep([tag] if tag else [])

        chooser = Chooser("Ask which documents", lambda text: matching([all_of_them, *choices], text), hint=HINT)
        self._app.push_screen(chooser, then)


def _note(count: int, now: bool) -> str:
    return plural(count, "document") + (" · now" if now else "")
