"""The language model: which one answers, choosing another, loading, downloading and deleting it."""

import shlex
from collections.abc import Callable
from pathlib import Path
from threading import Event as ThreadEvent
from typing import TYPE_CHECKING, Any

from phitui.app.control.choosers.models import ADAPTER, COMPARE, DELETE, LOAD, MERGE, PULL, STOP, Offered
from phitui.app.desk import Desk
from phitui.app.jobs.job import Job
from phitui.app.terminal.model_choice import remember
from phitui.app.widgets.chooser import Chooser
from phitui.app.widgets.texts import amount
from phitui.errors import PhituiError
from phitui.events import DownloadProgress, Failed, ModelLoaded, ModelLoading
from phitui.models.hub.packaged import SMOLLM2
from phitui.settings import is_served
from phitui.text import one_line

if TYPE_CHECKING:
    from phitui.models.engine import Engine
    from phitui.workbench import Workbench

HINT = (
    "enter loads, or downloads after asking; type a folder, a file or an id, or the word delete, merge or compare"
    "   esc goes back"
)


class ModelControl:
    """Knows the workbench's engine."""

    def __init__(self, desk: Desk, compare: Callable[[str], object]):
        """`compare` opens a comparison of the models that it is given by name."""
        self._desk, self._compare = desk, compare
        self._offered = Offered("")
        self.engine: Engine | None = None
        """Fetched in a thread: the workbench's lock may be held for long."""
        self.step = ""
        """What is being done to a model; empty when nothing is."""
        self._pulling = ""
        self._download: Job | None = None

    @property
    def writes(self) -> bool:
        """Whether a language model answers, not quotations alone."""
        return self.engine is not None and self.engine.writes

    def learn(self) -> None:
        """Asks the workbench which engine it has now."""
        self._desk.jobs.run(lambda workbench, cancel: [workbench.models.engine], self._known)

    def _known(self, engine: "Engine") -> None:
        self.engine = engine
        self._desk.refresh_state()

    def say_step(self, step: str) -> None:
        """What is being done to a model; empty when nothing is."""
        self.step = one_line(step, 40)
        self._desk.refresh_state()

    def loaded(self, event: ModelLoaded) -> None:
        """A model is ready."""
        self.say_step("")
        self.learn()
        if event.note:
            self._desk.say(one_line(event.note))

    # ── choosing ─────────────────────────────────────────────────────────────────────────────────────────────

    def choose(self) -> None:
        """What is on disk, what can be downloaded, or a folder, file or id typed in."""
        self._offered = Offered("")

        def look(workbench: "Workbench", cancel: ThreadEvent) -> Any:
            from phitui.models.hub.catalogue import CHOICES, room

            current = workbench.models.model, workbench.models.adapters
            served = [each for each in workbench.models.on_servers() if not isinstance(each, PhituiError)]
            return [Offered(*current, self._pulling, workbench.models.on_disk(), CHOICES, room(), served)]

        def keep(found: Offered) -> None:
            self._offered = found
            if found.room is not None:
                chooser.hint.put(f"{one_line(found.room.name)}: {amount(found.room.free)} free\n{HINT}")
            if chooser.is_attached:
                chooser.refill()

        def entries(text: str) -> Any:
            return self._offered.entries(text) if self._offered.current or text.strip() else []

        chooser = Chooser(
            "Language model", entries, placeholder="name, folder, file, hub id or server", hint=HINT, empty="looking …"
        )
        self._desk.put_over(chooser, self._chosen)
        self._desk.jobs.run(look, keep)

    def _chosen(self, value: str | None) -> None:
        if not value:
            return
        if value == STOP:
            if self._download is not None:
                self._download.cancel.set()
        elif value.startswith(PULL):
            self.pull(value.removeprefix(PULL))
        elif value.startswith(DELETE):
            self._delete(value.removeprefix(DELETE))
        elif value.startswith(COMPARE):
            adapter = value.removeprefix(COMPARE)
            base = self._base_of(adapter)
            self._compare(shlex.join((base, f"{base}+{adapter}")))
        elif value.startswith(MERGE):
            self._merge(value.removeprefix(MERGE))
        elif value.startswith(ADAPTER):
            self.load("none", (value.removeprefix(ADAPTER),))
        else:
            self.load(value.removeprefix(LOAD))

    def load(self, model: str, adapters: tuple[str, ...] = ()) -> None:
        """Loads a model, which the next start has again; the one before stays where that fails."""

        def take(event: Any) -> None:
            match event:
                case ModelLoading(step=step):
                    job.told = step
                    self.say_step(step)
                case ModelLoaded():
                    if not is_served(model):  # text leaves for those named anew alone
                        self._desk.jobs.do(lambda workbench: remember(self._desk.places, model, adapters))
                    self.loaded(event)
                case Failed(message=message):
                    self.say_step("")
                    self._desk.say(message, trouble=True)

        def done(problem: str | None) -> None:
            self.say_step("")
            self.learn()
            if problem:
                self._desk.say(problem, trouble=True)

        self.say_step("loading")
        what = f"Loading {one_line(model, 60)}"
        job = self._desk.jobs.run(lambda workbench, cancel: workbench.models.load(model, adapters), take, done, what)

    def _base_of(self, adapter: str) -> str:
        return next(each.base for each in self._offered.on_disk if each.id == adapter)

    def _merge(self, adapter: str) -> None:
        """Asks for a folder, then writes base and adapter there as one model."""
        from phitui.app.widgets.dialog import Prompt

        base, folder = self._base_of(adapter), self._desk.places.models_folder

        def done(problem: str | None) -> None:
            self.say_step("")
            self._desk.say(problem or f"{one_line(adapter)} and its base are one model now.", trouble=bool(problem))

        def then(typed: str | None) -> None:
            if typed and typed.strip():
                output = Path(typed.strip()).expanduser()
                self.say_step("merging")
                self._desk.jobs.do(lambda workbench: workbench.models.merge(base, (adapter,), output), done)

        name = f"{Path(adapter).name}-merged"
        self._desk.put_over(Prompt("Merge into", str(folder / name), "A new folder for the whole model."), then)

    # ── downloads ────────────────────────────────────────────────────────────────────────────────────────────

    def pull(self, model: str) -> None:
        """Asks, downloads in the background, then loads."""
        from phitui.app.widgets.dialog import Confirm

        def take(event: Any) -> None:
            match event:
                case DownloadProgress(done=done, total=total):
                    share = f"{done / total:.0%} of {amount(total)}" if total else amount(done)
                    self.say_step(f"downloading {share}")
                    if self._download is not None:
                        self._download.told = share
                case Failed(message=message):
                    self._desk.say(message, trouble=True)

        def done(problem: str | None) -> None:
            self._pulling, self._download = "", None
            self.say_step("")
            if problem:
                self._desk.say(problem, trouble=True)
            else:
                self.load(model)

        def then(answer: str | None) -> None:
            if answer:

                def source(workbench: Any, cancel: ThreadEvent) -> Any:
                    return workbench.models.pull(model, cancel)

                self.say_step("downloading")
                what = f"Download of {one_line(model, 60)}"
                self._pulling, self._download = model, self._desk.jobs.run(source, take, done, what)

        if self._pulling:
            self._desk.say(
                f"{one_line(self._pulling)} is being downloaded: wait for it, or stop it (^l).", trouble=True
            )
            return
        come, origin = ("Unpack", "an installed package") if model == SMOLLM2 else ("Download", "the Hugging Face hub")
        self._desk.put_over(
            Confirm(
                f"{come} {one_line(model)}?",
                f"It comes from {origin}, in the background, and is loaded when it is there.",
            ),
            then,
        )

    def _delete(self, model: str) -> None:
        """Asks, then deletes a download."""
        from phitui.app.widgets.dialog import Confirm

        def done(problem: str | None) -> None:
            self._desk.say(problem or f"{one_line(model)} is deleted.", trouble=problem is not None)

        def then(answer: str | None) -> None:
            if answer:
                self._desk.jobs.do(lambda workbench: workbench.models.delete(model), done)

        text = "Its files are deleted from this machine; having it again means downloading it again."
        self._desk.put_over(Confirm(f"Delete {one_line(model)}?", text), then)
