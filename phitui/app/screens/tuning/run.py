"""The run of tuning that goes on while other things are done, and what is known of it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from phitui.app.desk import Desk
from phitui.app.jobs.job import Job
from phitui.app.screens.tuning.draft import OWN, Draft
from phitui.errors import UsageError
from phitui.models.tuning.events import RecordsRead, TuningFinished, TuningPlanned, TuningStepped
from phitui.settings import is_served
from phitui.text import one_line
from phitui.wording import NO_PAIRS

if TYPE_CHECKING:
    from threading import Event as ThreadEvent

    from phitui.models.tuning.tune import Order
    from phitui.workbench import Workbench

LABELS = {
    "--max-length": "longest record",
    "--four-bit": "4 bits",
    "--method lora": "an adapter",
    "with --output": "to write to",
}


class TuningRun:
    """One run at a time, in a process of its own. `changed` is called where a screen shows it."""

    def __init__(self, desk: Desk):
        self._desk = desk
        self.draft: Draft | None = None
        self.changed: Callable[[], object] = lambda: None
        self.looking: Job | None = None
        self.job: Job | None = None
        self.read: RecordsRead | None = None
        self.planned: TuningPlanned | None = None
        self.problem = ""
        """What is wrong with the records, the plan or the run."""
        self.learnt: list[tuple[float, float]] = []
        self.measured: list[tuple[float, float]] = []
        self.last: TuningStepped | None = None
        self.finished: TuningFinished | None = None
        self.ran: Order | None = None
        """What was begun last."""

    @property
    def work(self) -> str:
        """For the line above the panes; empty while nothing runs."""
        if self.job is None:
            return ""
        return f"tuning {self.last.step / max(1, self.last.steps):.0%}" if self.last else "tuning"

    def begin(self, model: str) -> None:
        """A form, with the model in use, where there is none yet."""
        usable = model != "none" and not is_served(model)
        self.draft = self.draft or Draft(model=model if usable else "")

    def look(self) -> None:
        """Reads the records and works the plan out, as they would be."""
        self._look_no_more()
        self.read, self.planned, self.problem = None, None, ""
        assert self.draft is not None
        if self.draft.ready and self.job is None:
            self.finished = None
            self.looking = self._run(self.draft.order(dry=True), self._looked)
        self.changed()

    def _look_no_more(self) -> None:
        if self.looking is not None:
            self.looking.cancel.set()
            self.looking.detached = True
            self.looking = None

    def _looked(self, problem: str | None) -> None:
        self.looking = None
        self.problem = _as_in_the_form(problem or "")
        self.changed()

    def start(self) -> None:
        """Begins the run, or goes on with one that was interrupted."""
        draft = self.draft
        assert draft is not None
        if self.job is not None:
            self._desk.say("Tuning runs already: x stops it.")
        elif not draft.ready or not draft.output:
            self._desk.say("First choose what to learn from, a model, and a folder to write to.", trouble=True)
        else:
            self._look_no_more()
            self.learnt, self.measured, self.last, self.finished, self.problem = [], [], None, None, ""
            self.ran = draft.order(dry=False)
            self.job = self._run(self.ran, self._done)
            self._desk.refresh_state()
            self.changed()

    def stop(self) -> None:
        """After the step; what was learnt is kept, and gone on with at the next start."""
        if self.job is not None:
            self.job.cancel.set()

    def _run(self, order: "Order", done: Callable[[str | None], None]) -> Job:
        own = self.draft is not None and self.draft.data == OWN

        def source(workbench: "Workbench", cancel: "ThreadEvent") -> Iterable[Any]:
            from phitui.models.tuning.data import own_records

            given = own_records((pair.prompt, pair.response) for pair in workbench.pairs.all()) if own else ()
            if own and not given:
                raise UsageError(NO_PAIRS)
            return workbench.models.tune_apart(replace(order, given=given), cancel)

        return self._desk.jobs.run(source, self._take, done)

    def _take(self, event: Any) -> None:
        match event:
            case RecordsRead():
                self.read = event
            case TuningPlanned():
                self.planned = event
            case TuningFinished():
                self.finished = event
            case TuningStepped():
                self.last = event
                if event.loss is not None:
                    self.learnt.append((event.step, event.loss))
                if event.validation_loss is not None:
                    self.measured.append((event.step, event.validation_loss))
                self._desk.refresh_state()
        self.changed()

    def _done(self, problem: str | None) -> None:
        self.job = None
        self.problem = _as_in_the_form(problem or "")
        if problem:
            self._desk.say(one_line(problem, 300), trouble=self.finished is None)
        elif self.finished:
            self._desk.say(f"Tuned: {one_line(self.finished.output, 200)}")
        self._desk.refresh_state()
        self.changed()


def _as_in_the_form(problem: str) -> str:
    """What the command line calls its options, as the form does."""
    for option, label in LABELS.items():
        problem = problem.replace(option, label)
    return problem
