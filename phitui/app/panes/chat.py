"""The chat: at most twenty exchanges are mounted, the view stays where the reader put it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget

from phitui.app import keys
from phitui.app.desk import desk
from phitui.app.panes.composer import Composer, Examples
from phitui.app.panes.exchange import Exchange
from phitui.app.panes.turn_actions import TurnActions
from phitui.app.panes.turn_lines import Target
from phitui.app.requests import OpenPage, ReadAt
from phitui.app.widgets.lines import Rule, ScreenLine
from phitui.app.widgets.pane import Pane
from phitui.app.widgets.rows import Lined
from phitui.app.widgets.texts import wrapped

if TYPE_CHECKING:
    from phitui.answers.turn import Turn

MOUNTED = 20
"""Exchanges in the widget tree; older ones are in the conversation and come back when one scrolls up."""


class Welcome(Lined):
    """What an empty chat says."""

    DEFAULT_CSS = "Welcome { height: auto; background: $background; }"

    LINES = (
        ("strong", "Ask your documents."),
        ("", ""),
        ("soft", "Their own sentences come first, each with its page; then, where a model is loaded, its answer, "
                 "checked sentence by sentence against what it read."),
        ("", ""),
        ("key", "^o|adds files or folders"),
        ("key", "^l|chooses a language model"),
        ("key", "^r|reopens a conversation"),
        ("key", "F1|helps"),
    )  # fmt: skip

    def _lines(self, width: int) -> list[Content]:
        ink = desk(self).ink
        lines = []
        for kind, text in self.LINES:
            if kind == "key":
                key, does = text.split("|")
                lines.append(Content.styled(f"   {key}  ", ink.accent) + Content.styled(does, ink.soft))
            else:
                style = ink.strong if kind == "strong" else ink.soft
                lines += wrapped(Content.styled(text, style), min(width - 2, 70), "   ")
        return lines


class Transcript(TurnActions, VerticalScroll, can_focus=True):
    """The exchanges. j and k walk from quote to sentence; enter opens the page."""

    DEFAULT_CSS = "Transcript { height: 1fr; background: $background; scrollbar-size: 0 1; padding: 1 0 0 0; }"
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings("chat"), *keys.bindings("list")]

    def __init__(self) -> None:
        super().__init__(id="transcript")
        self.older: list[Turn] = []
        """Turns above the mounted ones."""

    def compose(self) -> ComposeResult:
        yield Welcome()

    @property
    def exchanges(self) -> list[Exchange]:
        """The mounted ones, oldest first."""
        return [each for each in self.children if isinstance(each, Exchange)]

    @property
    def follows(self) -> bool:
        """Whether the reader is at the end, so that the view may move."""
        return self.scroll_y >= self.max_scroll_y - 1

    async def open(self, turns: "Sequence[Turn]") -> None:
        """Shows a conversation from its end."""
        await self.remove_children()
        self.older = list(turns[:-MOUNTED])
        shown = [Exchange(turn) for turn in turns[-MOUNTED:]]
        await self.mount_all(shown or [Welcome()])
        self.call_after_refresh(self.scroll_end, animate=False)

    async def add(self, exchange: Exchange) -> None:
        """A new question at the end; the oldest mounted one makes room."""
        for welcome in self.query(Welcome):
            await welcome.remove()
        mounted = self.exchanges
        if len(mounted) >= MOUNTED:
            self.older.append(mounted[0].turn)
            await mounted[0].remove()
        await self.mount(exchange)
        self.call_after_refresh(self.scroll_end, animate=False)

    def grown(self, exchange: Exchange) -> None:
        """An exchange changed: follow its end, or count what is new below."""
        follows = self.follows
        exchange.changed()
        if follows:
            self.call_after_refresh(self.scroll_end, animate=False, force=True)
        else:
            self.call_after_refresh(self._count_below)

    def _count_below(self) -> None:
        self.post_message(ChatPane.Moved())

    def watch_scroll_y(self, old: float, new: float) -> None:
        super().watch_scroll_y(old, new)
        if new <= 0 < old and self.older:
            self.call_later(self._mount_older)
        if self.parent is not None:
            self.post_message(ChatPane.Moved())

    async def _mount_older(self) -> None:
        if not self.older:
            return
        turns, self.older = self.older[-5:], self.older[:-5]
        first = self.exchanges[0] if self.exchanges else None
        await self.mount_all([Exchange(turn) for turn in turns], before=first)
        if first is not None:
            self.call_after_refresh(self.scroll_to_widget, first, animate=False, top=True)

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
        if side < 0:
            self.scroll_home(animate=False)
        else:
            self.scroll_end(animate=False)

    def action_leap(self, by: int) -> None:
        self.scroll_relative(y=by * max(1, self.size.height // 2), animate=False)

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
        self.post_message(OpenPage(target.document_id, target.span.page, target.span, target.path))

    def action_unfold(self) -> None:
        if self.current is None or not self.current.unfold():
            desk(self).say(
                "Nothing is folded away here: that is for thoughts, and for answers that no passage supports."
            )

    def action_copy(self) -> None:
        exchange = self.current
        if exchange is not None:
            desk(self).copy(exchange.turn.answer or "\n\n".join(quote.text for quote in exchange.turn.quotes))

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
    ChatPane #below { display: none; }
    ChatPane #below.on { display: block; }
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
        self.below = ScreenLine("below")
        self.ask_line = Rule("ask-line")

    def compose(self) -> ComposeResult:
        yield self.header
        yield self.transcript
        yield self.below
        yield self.examples
        yield self.ask_line
        yield self.composer

    @property
    def home(self) -> Widget:
        return self.composer

    @property
    def stops(self) -> list[Widget]:
        return [self.transcript, self.composer]

    def on_chat_pane_moved(self) -> None:
        below = int(self.transcript.max_scroll_y - self.transcript.scroll_y)
        self.say_below(0 if self.transcript.follows else below)

    def say_below(self, lines: int) -> None:
        """So many lines stand below the view."""
        self.below.set_class(lines > 0, "on")
        if lines:
            self.below.put(Content.styled(f" ↓ {lines} more lines · pgdn", desk(self).ink.accent))

    def on_composer_scrolled(self, event: Composer.Scrolled) -> None:
        self.transcript.scroll_relative(y=event.pages * max(1, self.transcript.size.height - 2), animate=False)

    def on_composer_recalled(self, event: Composer.Recalled) -> None:
        self.examples.mark(event.back)
