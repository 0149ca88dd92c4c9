"""Streams of events from threads to the screen, in batches, without a timer while nothing happens."""

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from threading import Event as ThreadEvent
from threading import Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

from textual.message import Message

from phitui.errors import PhituiError
from phitui.events import OutputArrived, TokensArrived

if TYPE_CHECKING:
    from textual.app import App

    from phitui.workbench import Workbench

BATCH_SECONDS = 0.08
"""At least so long between two repaints of one stream: quick to the eye, cheap over SSH."""

log = logging.getLogger("phitui.app")

Source = Callable[["Workbench", ThreadEvent], Iterable[Any]]
Take = Callable[[Any], object]
Done = Callable[[str | None], None]


class Brake(ThreadEvent):
    """A cancel that can also pause: work that looks whether it is cancelled waits there until it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self._going = ThreadEvent()
        self._going.set()

    @property
    def paused(self) -> bool:
        """Whether work waits, or will when it looks next."""
        return not self._going.is_set()

    def pause(self) -> None:
        """From now on."""
        self._going.clear()

    def go_on(self) -> None:
        """Ends a pause."""
        self._going.set()

    def is_set(self) -> bool:
        """Whether the work is cancelled. Blocks while it is paused: never called on the main thread."""
        self._going.wait()
        return super().is_set()

    @property
    def stopped(self) -> bool:
        """Whether the work is cancelled, also while it is paused: waits for nothing."""
        return super().is_set()

    def set(self) -> None:
        """Cancels, paused or not."""
        super().set()
        self._going.set()


class JobStirred(Message):
    """A job has events to take, or has ended."""

    bubble = False

    def __init__(self, job: "Job"):
        super().__init__()
        self.job = job


class Job:
    """One stream. `take` gets every event and `done` the error (or None), both on the main thread.

    The thread is a daemon: leaving the program never waits for a model that is loading.
    """

    def __init__(
        self,
        app: "App[Any]",
        workbench: "Future[Workbench]",
        source: Source,
        take: Take,
        done: Done,
        what: str = "",
    ):
        """`what` names it where people are to see it under way."""
        self.what, self.told = what, ""
        """`told`: how far it is, in a few words."""
        self.problem: str | None = None
        """Why it failed, once it has ended."""
        self.started, self.seconds = monotonic(), None if what else 0.0
        """`seconds` that it took; None while it is under way."""
        self.cancel = Brake()
        self.detached = False
        """Set when nobody is interested any more: what still arrives is dropped."""
        self._app, self._workbench, self._source = app, workbench, source
        self._take, self._done = take, done
        self._lock = Lock()
        self._events: list[Any] = []
        self._error: str | None = None
        self._ended = self._told = self._stirred = False
        self._last = 0.0
        self.thread = Thread(target=self._run, name="phitui-job", daemon=True)

    def start(self) -> "Job":
        self.thread.start()
        return self

    def _run(self) -> None:
        try:
            for event in self._source(self._workbench.result(), self.cancel):
                with self._lock:
                    self._events.append(event)
                self._stir()
        except PhituiError as error:
            self._error = error.message
        except Exception as error:  # a bug must not vanish in a thread, nor take the screen down
            log.exception("a background job failed")
            self._error = f"Something unexpected went wrong ({type(error).__name__}): the log (F9) says more."
        self._ended = True
        self._stir()

    def _stir(self) -> None:
        with self._lock:
            if self._stirred:
                return
            self._stirred = True
        if self._app.is_running:
            self._app.post_message(JobStirred(self))

    def drain(self) -> None:
        """Called by the app: takes what has come, at most once per BATCH_SECONDS."""
        wait = self._last + BATCH_SECONDS - monotonic()
        if wait > 0 and not self._ended:
            self._app.set_timer(wait, self.drain)
            return
        self._last = monotonic()
        with self._lock:
            events, self._events = self._events, []
            self._stirred = False
            ended = self._ended
        if not self.detached:
            for event in merged(events):
                self._take(event)
        if ended and not self._told and not self._events:
            self._told = True
            if not self.detached:
                self._done(self._error)


def merged(events: Iterable[Any]) -> list[Any]:
    """The events with neighbouring batches of tokens, or of output, joined."""
    result: list[Any] = []
    for event in events:
        if isinstance(event, TokensArrived) and result and isinstance(result[-1], TokensArrived):
            result[-1] = TokensArrived(result[-1].text + event.text)
        elif isinstance(event, OutputArrived) and result and isinstance(result[-1], OutputArrived):
            result[-1] = OutputArrived(result[-1].text + event.text)
        else:
            result.append(event)
    return result
