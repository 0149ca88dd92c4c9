"""A list that renders only the lines in view: ten thousand rows cost what fifty do."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate
from typing import Any, ClassVar, Generic, Self, TypeVar

from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

from phitui.app import keys
from phitui.app.desk import desk
from phitui.app.theme import Ink
from phitui.app.widgets.texts import wrapped

Item = TypeVar("Item")
BREAKS = frozenset("\n\t")
"""What ends a line or is as wide as the place where it stands: Textual folds such a text."""


def strip(widget: Widget, content: Content, width: int) -> Strip:
    """One line of content, cut or padded to the width."""
    line = content.truncate(width, ellipsis=True, pad=True)
    if width > 0 and not BREAKS & set(line.plain):  # a seventh of the time: nothing to fold, no places for the mouse
        return Strip(line.render_segments(widget.visual_style), width)
    made = Visual.to_strips(widget, line, width, 1, widget.visual_style, apply_selection=False)
    return made[0].adjust_cell_length(width) if made else Strip.blank(width)


class Lined(Widget):
    """A widget that is as high as its lines, which are made once between two changes of what it shows.

    Those that keep what they drew from one change to the next note the width they drew it for.
    """

    _width = -1
    _made: tuple[int, list[Content]] = (-1, [])
    """The lines, and the width they were made for."""

    def _lines(self, width: int) -> list[Content]:
        """What stands in it at that width."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Forgets what was drawn: its contents or its colours have changed."""
        self._width = -1
        self.refresh(layout=True)

    def refresh(self, *regions: Region, **how: bool) -> Self:
        """Something of it has changed, or how it looks."""
        self._made = (-1, [])
        return super().refresh(*regions, **how)

    def _at(self, width: int) -> list[Content]:
        if self._made[0] != width:
            self._made = width, self._lines(width)
        return self._made[1]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._at(width))

    def render_line(self, y: int) -> Strip:
        lines = self._at(self.size.width)
        return strip(self, lines[y] if y < len(lines) else Content(""), self.size.width)


class Rows(ScrollView, Generic[Item], can_focus=True):
    """Subclasses say how tall a row is and draw it. The chosen row carries a mark in its first cell."""

    DEFAULT_CSS = """
    Rows { height: 1fr; background: $background; scrollbar-size: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("list")

    class Opened(Message):
        """Enter on a row."""

        def __init__(self, rows: "Rows[Any]", item: Any):
            super().__init__()
            self.rows, self.item = rows, item

        @property
        def control(self) -> "Rows[Any]":
            return self.rows

    class Moved(Message):
        """Another row is chosen."""

        def __init__(self, rows: "Rows[Any]"):
            super().__init__()
            self.rows = rows

        @property
        def control(self) -> "Rows[Any]":
            return self.rows

    def __init__(self, empty: Sequence[str] = (), id: str | None = None):
        super().__init__(id=id)
        self.items: list[Item] = []
        self.chosen = 0
        self.empty = tuple(empty)
        """What the pane is for and which key fills it, shown while there are no rows."""
        self._ends: list[int] = []
        self._cache: dict[tuple[int, int, bool], list[Strip]] = {}

    # ── for subclasses ───────────────────────────────────────────────────────────────────────────────────────

    def tall(self, item: Item) -> int:
        """Lines that the row takes."""
        return 1

    def draw(self, item: Item, width: int, ink: Ink) -> list[Content]:
        """`tall` lines; the first cell of each is kept free for the mark."""
        raise NotImplementedError

    def name_of(self, item: Item) -> object:
        """What stays the same when the row is drawn anew, so that the choice stays on it."""
        return item

    # ── contents ─────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def item(self) -> Item | None:
        """The chosen row."""
        return self.items[self.chosen] if 0 <= self.chosen < len(self.items) else None

    @property
    def live(self) -> bool:
        """Whether keys go here, so that the choice is shown bright."""
        return self.has_focus

    def show(self, items: Sequence[Item], *, top: bool = False) -> None:
        """Replaces the rows; the choice stays on its row, or goes to the `top`."""
        before = None if top or self.item is None else self.name_of(self.item)
        self.items = list(items)
        names = [self.name_of(each) for each in self.items]
        self.chosen = names.index(before) if before is not None and before in names else 0 if top else self.chosen
        self.chosen = max(0, min(self.chosen, len(self.items) - 1))
        self._measure()
        if top:
            self.scroll_to(y=0, animate=False)
        self.post_message(self.Moved(self))

    def redraw(self) -> None:
        """Forgets what was drawn."""
        self._cache.clear()
        self.refresh()

    def _measure(self) -> None:
        self._ends = list(accumulate(self.tall(each) for each in self.items))
        self.virtual_size = Size(0, self._ends[-1] if self._ends else 0)
        self.redraw()

    def choose(self, index: int) -> None:
        """Moves the choice, and the view where it must."""
        if not self.items:
            return
        index = max(0, min(index, len(self.items) - 1))
        if index != self.chosen:
            self.chosen = index
            self.refresh()
            self.post_message(self.Moved(self))
        start = self._ends[index - 1] if index else 0
        region = Region(0, start, max(1, self.size.width), self._ends[index] - start)
        self.scroll_to_region(region, animate=False, force=True)

    def reachable(self) -> list[tuple[int, Callable[[], object]]]:
        """The rows in view: the line of each in the widget, and what chooses it."""
        top, height = self.scroll_offset.y, self.size.height
        starts = [0, *self._ends[:-1]] if self._ends else []
        rows = ((start - top, partial(self.choose, index)) for index, start in enumerate(starts))
        return [(line, choose) for line, choose in rows if 0 <= line < height]

    # ── drawing ──────────────────────────────────────────────────────────────────────────────────────────────

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        ink = desk(self).ink
        if not self.items:
            said = self.without_rows(width)
            text = said[y - 1] if 1 <= y <= len(said) else Content("")
            return strip(self, Content(" ") + text.stylize_before(ink.soft), width)
        line = y + self.scroll_offset.y
        index = bisect_right(self._ends, line)
        if index >= len(self.items):
            return Strip.blank(width, self.rich_style)
        chosen = index == self.chosen
        key = (index, width, chosen and self.live)
        drawn = self._cache.get(key) if not chosen else None
        if drawn is None:
            lines = self.draw(self.items[index], width, ink)
            if chosen:
                mark = Content.styled("▌", ink.accent if self.live else ink.line)
                lines = [mark + each[1:] for each in lines]
                if self.live:
                    lines = [each.truncate(width, ellipsis=True, pad=True).stylize_before(ink.chosen) for each in lines]
            drawn = [strip(self, each, width) for each in lines]
            if not chosen:
                if len(self._cache) > 2_000:
                    self._cache.clear()
                self._cache[key] = drawn
        inside = line - (self._ends[index - 1] if index else 0)
        return drawn[inside] if inside < len(drawn) else Strip.blank(width, self.rich_style)

    def without_rows(self, width: int) -> list[Content]:
        """What stands there while there are no rows, below a line that is free."""
        return [line for text in self.empty for line in wrapped(Content(text), width - 2)]

    def on_resize(self) -> None:
        self._measure()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    # ── keys and mouse ───────────────────────────────────────────────────────────────────────────────────────

    def action_move(self, by: int) -> None:
        self.choose(self.chosen + by)

    def action_edge(self, side: int) -> None:
        self.choose(0 if side < 0 else len(self.items) - 1)

    def action_leap(self, by: int) -> None:
        line = (self._ends[self.chosen] if self._ends else 0) + by * max(1, self.size.height // 2)
        self.choose(bisect_right(self._ends, max(0, line - 1)))

    def action_open(self) -> None:
        if self.item is not None:
            self.post_message(self.Opened(self, self.item))

    def on_click(self, event: events.Click) -> None:
        index = bisect_right(self._ends, event.y + self.scroll_offset.y)
        if index < len(self.items):
            if index == self.chosen and event.chain > 1:
                self.action_open()
            self.choose(index)
