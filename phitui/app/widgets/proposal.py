"""What a model proposes for the scratchpad's text: a diff, taken or left change by change."""

from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.message import Message

from phitui.app import keys
from phitui.app.theme import Ink
from phitui.app.widgets.rows import Rows
from phitui.text import clean

if TYPE_CHECKING:
    from phitui.scratchpad.diff import DiffLine, Hunk

LONGEST_STREAMED = 1_500
"""Lines; a longer text is compared once the proposal is whole."""


class ProposalRows(Rows["DiffLine"]):
    """A line each: what goes, what comes, and a little of what stays around it."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("proposal")

    class Decided(Message):
        """These changes are accepted."""

        def __init__(self, text: str, accepted: int, of: int):
            super().__init__()
            self.text, self.accepted, self.of = text, accepted, of

    def __init__(self) -> None:
        super().__init__(("writing …",), id="proposal")
        self._before = ""
        self.changes: list[Hunk] = []
        self._taken: set[int] = set()
        self.whole = False
        """Whether all of it has come."""

    def begin(self, before: str) -> None:
        """Another proposal, of which nothing has come."""
        self._before, self.changes, self._taken, self.whole = before, [], set(), False
        self.show([], top=True)

    def stream(self, so_far: str) -> None:
        """What of it has come: what is still to come may leave the rest as it is."""
        if self._before.count("\n") <= LONGEST_STREAMED:
            self._compare(so_far, whole=False)
            self.scroll_end(animate=False)

    def finish(self, after: str) -> int:
        """All of it; how many changes it makes."""
        self._compare(after, whole=True)
        self._taken = set(range(len(self.changes)))
        self.whole = True
        self.choose(next(iter(self._starts()), 0))
        return len(self.changes)

    def _compare(self, after: str, *, whole: bool) -> None:
        from phitui.scratchpad.diff import hunks, lines

        changes = hunks(self._before, clean(after))
        if not whole and changes and not changes[-1].after:
            changes.pop()  # what is still to be written would look deleted
        self.changes = changes
        self.show(lines(self._before, changes), top=whole)

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────

    def action_accept(self) -> None:
        self._decide(set(range(len(self.changes))))

    def action_accept_taken(self) -> None:
        self._decide(self._taken)

    def action_open(self) -> None:
        self.action_accept_taken()

    def action_take(self) -> None:
        if self.item is not None and self.item.hunk is not None:
            self._taken ^= {self.item.hunk}
            self.redraw()

    def action_hunk(self, by: int) -> None:
        starts = self._starts()
        found = [n for n in starts if n > self.chosen] if by > 0 else [n for n in starts if n < self.chosen][::-1]
        if found:
            self.choose(found[0])

    def _starts(self) -> list[int]:
        """The first line of each change."""
        before = [None, *(line.hunk for line in self.items)]
        return [n for n, line in enumerate(self.items) if line.hunk is not None and before[n] != line.hunk]

    def _decide(self, accepted: set[int]) -> None:
        from phitui.scratchpad.diff import merged

        if self.changes and self.whole:
            text = merged(self._before, self.changes, accepted)
            self.post_message(self.Decided(text, len(accepted), len(self.changes)))

    # ── drawing ──────────────────────────────────────────────────────────────────────────────────────────────

    def name_of(self, item: "DiffLine") -> object:
        return id(item)

    def draw(self, item: "DiffLine", width: int, ink: Ink) -> list[Content]:
        taken = item.hunk is None or item.hunk in self._taken or not self.whole
        tone = {"+": ink.accent, "-": ink.trouble, " ": ink.soft}[item.sign] if taken else ink.soft
        mark = " " if item.hunk is None or taken else "·"
        text = clean(item.text).expandtabs(4)[: width * 2]
        return [Content.styled(f" {mark}{item.sign} {text}", tone)]
