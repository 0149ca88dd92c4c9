"""All that is under way, and what ended last: how far it is, for how long, and how it ended."""

from time import monotonic
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size

from phitui.app import keys
from phitui.app.desk import desk
from phitui.app.jobs.job import Job
from phitui.app.theme import Ink
from phitui.app.widgets.dialog import Panel, Words
from phitui.app.widgets.rows import Rows
from phitui.text import duration, one_line

EVERY_SECONDS = 1.0
"""So often the times are written anew, while something is under way."""


class ActivityRows(Rows[Job]):
    """Two lines for what is under way, one for what has ended."""

    DEFAULT_CSS = "ActivityRows { height: auto; max-height: 60vh; background: $panel; margin: 1 1; }"

    def name_of(self, item: Job) -> object:
        return id(item)

    def tall(self, item: Job) -> int:
        return 2 if item.seconds is None else 1

    def draw(self, item: Job, width: int, ink: Ink) -> list[Content]:
        if item.seconds is None:
            sign, tone = Content.styled("  ◐ ", ink.accent), ink.text
            took = duration(monotonic() - item.started)
        else:
            stopped, failed = item.cancel.stopped, bool(item.problem)
            sign = Content.styled(
                "  ! " if failed else "  ○ " if stopped else "  ● ", ink.trouble if failed else ink.soft
            )
            tone, took = ink.soft, ("stopped after " if stopped else "") + duration(item.seconds)
        room = max(8, width - len(took) - 6)
        named = one_line(item.what if not item.problem else f"{item.what}: {item.problem}", room)
        line = sign + Content.styled(f"{named:<{room}} ", tone) + Content.styled(took, ink.soft)
        if item.seconds is not None:
            return [line]
        paused = "paused · " if item.cancel.paused else ""
        stopping = "stopping" if item.cancel.stopped else one_line(item.told, max(8, width - 16))
        return [line, Content.styled(f"    {paused}{stopping or 'under way'}", ink.soft)]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return sum(self.tall(each) for each in self.items) or len(self.without_rows(width)) + 1


class Activity(Panel):
    """What is under way comes first."""

    DEFAULT_CSS = "Activity > .panel { width: 90; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.bindings("activity"),
        Binding("f1,question_mark", "app.help", show=False),  # a modal screen keeps keys from the app
    ]

    def __init__(self) -> None:
        super().__init__()
        self.rows = ActivityRows(("Nothing is under way, and nothing long has been.",))
        self._under_way = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield Words("Activity", strong=True)
            yield self.rows
            yield Words("x stops   P pauses, or goes on   l messages and log   esc goes back")

    def on_mount(self) -> None:
        self.rows.focus()
        self._fill()
        self.set_interval(EVERY_SECONDS, self._fill)

    def _fill(self) -> None:
        jobs = desk(self).jobs
        now, before = [*jobs.under_way, *jobs.past], self._under_way
        self._under_way = bool(jobs.under_way)
        if self._under_way or before or now != self.rows.items:
            self.rows.show(now)
            self.rows.refresh(layout=True)

    def action_stop(self) -> None:
        job = self.rows.item
        if job is not None and job.seconds is None:
            job.cancel.set()
            self._fill()

    def action_pause(self) -> None:
        job = self.rows.item
        if job is not None and job.seconds is None:
            if job.cancel.paused:
                job.cancel.go_on()
            else:
                job.cancel.pause()
            self._fill()
