"""The chat: at most twenty exchanges are mounted, the view stays where the reader put it."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.geometry import Region, Size
from textual.message import Message
from textual.widget import Widget

from phitui.app import keys
from phitui.app.desk import desk
from phitui.app.panes.composer import Composer, Examples
from phitui.app.panes.exchange import Exchange
from phitui.app.panes.turn_actions import TurnActions
from phitui.app.panes.turn_lines import Target
from phitui.app.requests import (
    CopyCited,
    MarkPlace,
    OpenPage,
    Place,
    ReadAt,
    StepBranch,
)
from phitui.app.widgets.lines import Rule
from phitui.app.widgets.pane import Pane
from phitui.app.widgets.texts import plural
from phitui.app.widgets.welcome import Welcome

if TYPE_CHECKING:
    from phitui.answers.turn import Turn

ABOVE = -1
"""The empty line above the first question."""
MOUNTED = 15
"""Exchanges in the widget tree; older ones are in the conversation and come back when one scrolls up."""


Waiting = tuple["Turn", Callable[[], Exchange]]
"""A turn that is not in the widget tree, and what makes it anew."""


class Transcript(TurnActions, VerticalScroll, can_focus=True):
    """The exchanges. j and k walk from quote to sentence; enter opens the page."""

    # Room for the scroll bar from the start: text that fits beside it is drawn once.
    DEFAULT_CSS = """
    Transcript {
        height: 1fr; background: $background; scrollbar-size: 0 1; scrollbar-gutter: stable; padding: 1 0 0 0;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings("chat"), *keys.bindings("list")]

    def __init__(self) -> None:
        super().__init__(id="transcript")
        self.older: list[Waiting] = []
        """Those above the mounted ones …"""
        self.newer: list[Waiting] = []
        """… and those below."""
        self._anchor: Exchange | None = None
        self._anchored_at: int | None = None
        """Line that the view was scrolled to for it; None until it was."""
        self._ended_at: float | None = None
        """Line at which the view stands for a reader who was at the end when it grew, and has not gone elsewhere."""

    def compose(self) -> ComposeResult:
        yield Welcome()

    @property
    def exchanges(self) -> list[Exchange]:
        """The mounted ones, oldest first."""
        return [each for each in self.children if isinstance(each, Exchange)]

    @property
    def last(self) -> "Turn | None":
        """The conversation's last turn, in view or not."""
        if self.newer:
            return self.newer[-1][0]
        return self.exchanges[-1].turn if self.exchanges else None

    @property
    def follows(self) -> bool:
        """Whether the reader is at the end, so that the view may move."""
        return not self.newer and (self.scroll_y >= self.max_scroll_y - 1 or self._ended_at is not None)

    @property
    def anchored(self) -> bool:
        """Whether the view still stands where it was put for the question asked last, or will be."""
        if self._anchor is None or self._anchored_at is None:
            return self._anchor is not None
        # Where what stands there has shrunk, the view was drawn up with its end, by no one's wish.
        return abs(self.scroll_y - min(self._anchored_at, self.max_scroll_y)) < 1

    def _to_anchor(self) -> None:
        """The question's first line at the top, or as near to it as what stands below it lets the view scroll."""
        if self._anchor is not None and self._anchor.is_mounted:
            self._anchored_at, self._ended_at = min(self._anchor.virtual_region.y, self.max_scroll_y), None
            # At once: while a scroll is still to come, the reader would seem to have gone elsewhere.
            self.scroll_to(y=self._anchored_at, animate=False, force=True, immediate=True)
            self._count()

    @property
    def top(self) -> tuple[int | None, int]:
        """The number of the turn at the top of the view, and which line of it is there; None at the end."""
        at_top = next((each for each in self.exchanges if each.virtual_region.bottom > self.scroll_y), None)
        if self.follows or at_top is None:
            return None, 0
        return at_top.turn.turn_id, int(self.scroll_y) - at_top.virtual_region.y

    def watch_virtual_size(self, size: Size) -> None:
        """What stands there has grown: now there is room to scroll to the question."""
        if self.anchored:
            self.call_after_refresh(self._to_anchor)

    async def open(self, waiting: Sequence[Waiting], at: int | None = None, line: int = 0) -> None:
        """Shows a conversation from its end, or with this line of the question at that place at the top."""
        last = max(0, len(waiting) - MOUNTED)
        start = last if at is None else min(at, last)
        end = start + MOUNTED
        await self.remove_children()
        self.older, self.newer = list(waiting[:start]), list(waiting[end:])
        await self.mount_all([make() for _, make in waiting[start:end]] or [Welcome()])
        self._anchor = self._ended_at = None
        if at is None:
            self.call_after_refresh(self.scroll_end, animate=False)
        else:
            self.call_after_refresh(self._go_to, self.exchanges[at - start], line)

    def _go_to(self, exchange: Exchange, line: int) -> None:
        self.scroll_to(y=exchange.virtual_region.y + line, animate=False, force=True)

    def _all(self) -> list[Waiting]:
        return [*self.older, *((each.turn, each.copy) for each in self.exchanges), *self.newer]

    async def add(self, exchange: Exchange) -> None:
        """A new question at the end; the oldest mounted one makes room."""
        for welcome in self.query(Welcome):
            await welcome.remove()
        if self.newer:
            await self.open(self._all())
        mounted = self.exchanges
        if len(mounted) >= MOUNTED:
            self.older.append((mounted[0].turn, mounted[0].copy))
            await mounted[0].remove()
        await self.mount(exchange)
        self._anchor, self._anchored_at, self._ended_at = exchange, None, None
        self.call_after_refresh(self._to_anchor)

    def grown(self, exchange: Exchange) -> None:
        """An exchange changed: the question asked last stays in view, unless the reader has gone elsewhere."""
        anchored, follows = self.anchored, self.follows
        exchange.followed = follows and not anchored
        exchange.changed()
        if anchored:
            self.call_after_refresh(self._to_anchor)
        elif follows:
            self._ended_at = self.scroll_y
            self.call_after_refresh(self._to_end)
        else:
            self.call_after_refresh(self._count)

    def _to_end(self) -> None:
        if self.follows and not self.anchored:  # the reader may have gone meanwhile, or asked
            self._ended_at = self.max_scroll_y
            self.scroll_to(y=self._ended_at, animate=False, force=True, immediate=True)
            self._count()

    def _count(self) -> None:
        self.post_message(ChatPane.Moved())

    def watch_scroll_y(self, old: float, new: float) -> None:
        super().watch_scroll_y(old, new)
        if new != self._ended_at:
            self._ended_at = None
        if new <= 0 < old and self.older:
            self.call_later(self._mount_older)
        if self.newer and new > old and new >= self.max_scroll_y - 1:
            self.call_later(self._mount_newer)
        if self.parent is not None:
            self.post_message(ChatPane.Moved())

    async def _mount_older(self) -> None:
        if not self.older:
            return
        again, self.older = self.older[-5:], self.older[:-5]
        first = self.exchanges[0] if self.exchanges else None
        await self.mount_all([make() for _, make in again], before=first)
        if first is not None:
            self.call_after_refresh(self.scroll_to_widget, first, animate=False, top=True)

    async def _mount_newer(self) -> None:
        again, self.newer = self.newer[:5], self.newer[5:]
        await self.mount_all([make() for _, make in again])
        self._count()

    # ── the choice among quotes and sentences ────────────────────────────────────────────────────────────────

    @property
    def place(self) -> tuple[Exchange, int] | None:
        """The chosen quote or sentence."""
        for exchange in self.exchanges:
            if exchange.chosen is not None and exchange.chosen < len(exchange.targets):
                return exchange, exchange.chosen
        return None

    @property
    def current(self) -> Exchange | None:
        """The exchange in use: the chosen one's, else the last."""
        return self.place[0] if self.place else (self.exchanges[-1] if self.exchanges else None)

    @property
    def turn(self) -> "Turn | None":
        """That exchange's question and answer."""
        return self.current.turn if self.current else None

    def choose(self, exchange: Exchange, target: int) -> None:
        """Moves the choice."""
        for other in self.exchanges:
            if other.chosen is not None and other is not exchange:
                other.chosen = None
                other.changed()
        exchange.chosen = target
        exchange.changed()
        line = exchange.virtual_region.y + exchange.line_of(target)
        self.scroll_to_region(Region(0, line, 1, 4), animate=False, force=True)
        self.post_message(ReadAt(exchange.turn, exchange.targets[target].number))

    def reachable(self) -> list[tuple[int, Callable[[], object]]]:
        """The quotes and sentences in view: the line of each, and what chooses it."""
        found: list[tuple[int, Callable[[], object]]] = [
            (exchange.region.y + exchange.line_of(number) - self.region.y, partial(self.choose, exchange, number))
            for exchange in self.exchanges
            for number in range(len(exchange.targets))
        ]
        return [(line, choose) for line, choose in found if 0 <= line < self.size.height]

    def action_move(self, by: int) -> None:
        places = [(exchange, n) for exchange in self.exchanges for n in range(len(exchange.targets))]
        if not places:
            self.scroll_relative(y=by * 2, animate=False)
            return
        now = self.place
        if now in places:
            index = max(0, min(places.index(now) + by, len(places) - 1))
        else:
            last = self.exchanges[-1]
            index = next((n for n, each in enumerate(places) if each[0] is last), len(places) - 1)
        self.choose(*places[index])

    def action_edge(self, side: int) -> None:
        beyond = self.older if side < 0 else self.newer
        if beyond and not any(each.progress.stage for each in self.exchanges):  # what is being written stays there
            self.call_later(partial(self.open, self._all(), 0 if side < 0 else None, ABOVE))
        elif side < 0:
            self.scroll_home(animate=False)
        else:
            self._anchor = None
            self.scroll_end(animate=False)

    def go_by(self, lines: int) -> None:
        """Scrolls as the reader wishes, who is no longer held at the question."""
        self._anchor = None if self.max_scroll_y > 0 else self._anchor
        self.scroll_relative(y=lines, animate=False)

    def action_leap(self, by: int) -> None:
        self.go_by(by * max(1, self.size.height // 2))

    def action_open(self) -> None:
        if self.place is None:
            self.action_move(0)
        place = self.place
        if place is not None:
            self._open(place[0].targets[place[1]])

    def action_open_number(self, number: int) -> None:
        target: Target | None = self.current.by_number(number) if self.current else None
        if target is not None:
            self._open(target)

    def _open(self, target: Target) -> None:
        places = [Place.of(each) for exchange in self.exchanges for each in exchange.targets]
        self.post_message(OpenPage(Place.of(target), places))

    def action_unfold(self) -> None:
        if self.current is None or not self.current.unfold():
            desk(self).say(
                "Nothing is folded away here: that is for thoughts, and for answers that no passage supports."
            )

    def action_copy(self) -> None:
        if self.place is not None:
            exchange, chosen = self.place
            desk(self).copy(exchange.targets[chosen].cited)
        elif self.current is not None:
            self.action_copy_all("markdown")

    def action_mark(self) -> None:
        if self.place is None:
            self.action_move(0)
        if self.place is not None:
            exchange, chosen = self.place
            self.post_message(MarkPlace(Place.of(exchange.targets[chosen])))

    def action_copy_all(self, form: str) -> None:
        if self.turn is not None:
            self.post_message(CopyCited(self.turn, form))

    def action_step_branch(self, by: int) -> None:
        if self.turn is not None:
            self.post_message(StepBranch(self.turn, by))

    def action_citation(self, by: int) -> None:
        places = [
            (exchange, n) for exchange in self.exchanges for n, each in enumerate(exchange.targets) if each.number
        ]
        now = self.place
        if now is None:
            self.action_move(0)
            return
        order = {id(exchange): n for n, exchange in enumerate(self.exchanges)}
        at = (order[id(now[0])], now[1])
        beyond = [each for each in places if ((order[id(each[0])], each[1]) > at) == (by > 0) and each != now]
        if beyond:
            self.choose(*(beyond[0] if by > 0 else beyond[-1]))
        else:
            desk(self).say("That was the last citation." if by > 0 else "That was the first citation.")

    def action_compose(self) -> None:
        desk(self).show_pane("chat")

    def on_blur(self) -> None:
        place = self.place
        if place is not None:
            place[0].chosen = None
            place[0].changed()


class ChatPane(Pane):
    """Transcript, what is new below, examples, composer."""

    has_list = True

    DEFAULT_CSS = """
    ChatPane { height: 1fr; background: $background; }
    ChatPane #ask-line { height: 1; }
    """

    class Moved(Message):
        """The transcript was scrolled."""

    def __init__(self, questions: Sequence[str]):
        super().__init__("chat", "Chat")
        self.transcript = Transcript()
        self.examples = Examples(questions)
        self.composer = Composer()
        self.composer.offer(questions)
        self.ask_line = Rule("ask-line")

    def compose(self) -> ComposeResult:
        yield self.header
        yield self.transcript
        yield self.examples
        yield self.ask_line
        yield self.composer

    @property
    def home(self) -> Widget:
        return self.composer

    def offer(self, questions: Sequence[str]) -> None:
        """Questions to begin with: `up` brings them; they are shown until something is asked."""
        self.composer.offer(questions)
        self.examples.offer(questions)
        self.examples.display = not self.transcript.exchanges

    @property
    def stops(self) -> list[Widget]:
        return [self.transcript, self.composer]

    def on_chat_pane_moved(self) -> None:
        below = 0 if self.transcript.follows else int(self.transcript.max_scroll_y - self.transcript.scroll_y)
        above = int(self.transcript.scroll_y)
        said = [f"↓ {plural(below, 'more line')} · pgdn"] if below else []
        if self.transcript.newer:
            said = [f"↓ {plural(len(self.transcript.newer), 'more question')} · G"]
        if above or self.transcript.older:
            said.append("↑ pgup")
        self.ask_line.say("   ".join(said))

    def on_composer_scrolled(self, event: Composer.Scrolled) -> None:
        self.transcript.go_by(event.pages * max(1, self.transcript.size.height - 2))

    def on_composer_recalled(self, event: Composer.Recalled) -> None:
        self.examples.mark(event.back)
