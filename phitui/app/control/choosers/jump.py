"""What is in view and can be gone to, each with its way there."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from textual.widget import Widget

from phitui.app.desk import Desk
from phitui.app.panes.chat import Transcript
from phitui.app.panes.exchange import Exchange
from phitui.app.panes.panes import Panes
from phitui.app.screens.jump import Jump
from phitui.app.widgets.rows import Rows

Place = tuple[int, int, Callable[[], object]]
"""Column, row, and the way there."""


def jump(desk: Desk, panes: Panes) -> None:
    """Puts a label on each place; the one that is typed leads there."""
    found = places(panes)

    def then(chosen: int | None) -> None:
        if chosen is not None:
            found[chosen][2]()

    desk.put_over(Jump([(column, row) for column, row, _ in found]), then)


def places(panes: Panes) -> list[Place]:
    """What is in view of the panes: their rows, quotes and sentences, and what else takes keys."""
    found = [each for pane in panes.named.values() if pane.display for stop in pane.stops for each in _within(stop)]
    return [*found, *((pane.header.region.x, pane.header.region.y, pane.home.focus) for pane in panes.named.values()
                      if pane.display and pane.header.display)]  # fmt: skip


def _within(stop: Widget) -> Iterator[Place]:
    top, left = stop.region.y, stop.region.x
    if isinstance(stop, Rows):
        for index, line in stop.in_view():
            yield left, top + line, partial(_choose_row, stop, index)
    elif isinstance(stop, Transcript):
        for exchange in stop.exchanges:
            for target in range(len(exchange.targets)):
                row = exchange.region.y + exchange.line_of(target)
                if top <= row < top + stop.region.height:
                    yield left, row, partial(_choose_target, stop, exchange, target)
    elif stop.display and stop.region.area:
        yield left, top, stop.focus


def _choose_row(rows: Rows[Any], index: int) -> None:
    rows.focus()
    rows.choose(index)


def _choose_target(transcript: Transcript, exchange: Exchange, target: int) -> None:
    transcript.focus()
    transcript.choose(exchange, target)
