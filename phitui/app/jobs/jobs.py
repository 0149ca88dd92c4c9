"""Background work of the app: one workbench, opened in a thread, and a thread for every stream of events."""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from threading import Event as ThreadEvent
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

from phitui.app.jobs.job import Done, Job, Source, Take
from phitui.errors import PhituiError

if TYPE_CHECKING:
    from textual.app import App

    from phitui.workbench import Workbench

Make = Callable[[], "Workbench"]
BRIEF_SECONDS = 1.0
"""What ended well within this is not worth a line."""
SHOWN_PAST = 20
"""So many that have ended are still shown."""


class Jobs:
    """Work asked for before the workbench is open waits for it in its thread."""

    def __init__(self, app: "App[Any]", make: Make, tell: Callable[[Job], object] = lambda job: None):
        """`tell` gets each job with a name when it has ended."""
        self._app, self._make, self._tell = app, make, tell
        self.past: deque[Job] = deque(maxlen=SHOWN_PAST)
        """Those with a name that have ended, the last first."""
        self._workbench: Future[Workbench] = Future()
        self._opening = False
        self.running: set[Job] = set()

    def open(self) -> None:
        """Starts opening the workbench; later calls do nothing."""
        if not self._opening:
            self._opening = True
            Thread(target=self._open, name="phitui-open", daemon=True).start()

    def _open(self) -> None:
        try:
            self._workbench.set_result(self._make())
        except Exception as error:  # every job that waits for it reports it
            self._workbench.set_exception(error if isinstance(error, PhituiError) else PhituiError(str(error)))

    @property
    def workbench(self) -> "Workbench | None":
        """The workbench, where it is open already."""
        done = self._workbench.done() and not self._workbench.exception()
        return self._workbench.result() if done else None

    def run(self, source: Source, take: Take, done: Done | None = None, what: str = "") -> Job:
        """Starts a stream: `source(workbench, cancel)` in a thread, `take` and `done` on the main thread.

        What has a name (`what`) is shown among what is under way.
        """
        job = Job(self._app, self._workbench, source, take, lambda problem: self._ended(job, done, problem), what)
        self.running.add(job)
        return job.start()

    def do(self, work: Callable[["Workbench"], Any], done: Done | None = None) -> Job:
        """Work without a result."""

        def source(workbench: "Workbench", cancel: ThreadEvent) -> Iterable[Any]:
            work(workbench)
            return ()

        return self.run(source, lambda _: None, done)

    def _ended(self, job: Job, done: Done | None, problem: str | None) -> None:
        self.running.discard(job)
        if job.what:
            job.problem, job.seconds = problem, monotonic() - job.started
            if problem or job.cancel.stopped or job.seconds > BRIEF_SECONDS:
                self.past.appendleft(job)
        if done is not None:
            done(problem)
        if job.what:
            self._tell(job)

    @property
    def under_way(self) -> list[Job]:
        """What people are to see, the first begun first."""
        return sorted((each for each in self.running if each.what), key=lambda each: each.started)

    def stop(self) -> None:
        """Cancels everything."""
        for job in list(self.running):
            job.cancel.set()
