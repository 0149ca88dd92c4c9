"""The language model: which one answers, choosing another, loading and downloading it."""

from threading import Event as ThreadEvent
from typing import TYPE_CHECKING, Any

from phitui.app.desk import Desk
from phitui.app.widgets.chooser import Chooser, Entry, matching
from phitui.app.widgets.texts import amount
from phitui.errors import PhituiError
from phitui.events import DownloadProgress, Failed, ModelLoaded, ModelLoading
from phitui.models.host import SERVED
from phitui.models.hub.packaged import SMOLLM2
from phitui.text import one_line

if TYPE_CHECKING:
    from phitui.models.engine import Engine
    from phitui.workbench import Workbench

PULL = "pull "
"""Marks an entry that downloads first."""


class ModelControl:
    """Knows the workbench's engine."""

    def __init__(self, desk: Desk):
        self._desk = desk
        self.engine: Engine | None = None
        """Fetched in a thread: the workbench's lock may be held for long."""
        self.step = ""
        """What is being done to a model; empty when nothing is."""

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

    def choose(self) -> None:
        """What is on disk, what can be downloaded, or a folder typed in."""
        rows: list[Entry] = [Entry("none", "none: answer by quotation", "nothing to load")]
        offered: list[Entry] = []

        def find(text: str) -> list[Entry]:
            known = matching([*rows, *offered], text)
            typed = text.strip()
            return known if known or not typed else [Entry(typed, f"load {typed}", "folder or hub id on disk")]

        def look(workbench: "Workbench", cancel: ThreadEvent) -> Any:
            from phitui.models.hub.cards import cards
            from phitui.models.hub.catalogue import CHOICES

            served = [each for each in workbench.models.on_servers() if not isinstance(each, PhituiError)]
            return [(workbench.models.on_disk(), CHOICES, cards(), served)]

        def keep(found: Any) -> None:
            present, choices, cards, served = found
            there = {each.id for each in present}
            rows.extend(Entry(SERVED + each.id, each.id, f"on the server at {each.server}") for each in served)
            rows.extend(Entry(str(each.path), one_line(each.id), f"{amount(each.bytes)} · on disk") for each in present)
            offered.extend(
                Entry(PULL + each.id, f"download {each.id}", f"{amount(each.bytes)} · {each.why}")
                for each in choices
                if each.id not in there
            )
            for card in cards:
                chooser.hint.put(f"{card.name}: {amount(card.free)} of {amount(card.total)} free\n{hint}")
            if chooser.is_attached:
                chooser.refill()

        def then(value: str | None) -> None:
            if value and value.startswith(PULL):
                self.pull(value.removeprefix(PULL))
            elif value:
                self.load(value)

        hint = "enter loads, or downloads after asking; a folder or hub id can be typed   esc goes back"
        chooser = Chooser("Language model", find, placeholder="name, folder or hub id", hint=hint)
        self._desk.put_over(chooser, then)
        self._desk.jobs.run(look, keep)

    def load(self, model: str) -> None:
        """Loads a model; the one before stays where that fails."""

        def take(event: Any) -> None:
            match event:
                case ModelLoading(step=step):
                    self.say_step(step)
                case ModelLoaded():
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
        self._desk.jobs.run(lambda workbench, cancel: workbench.models.load(model), take, done)

    def pull(self, model: str) -> None:
        """Asks, downloads in the background, then loads."""
        from phitui.app.widgets.dialog import Confirm

        def take(event: Any) -> None:
            match event:
                case DownloadProgress(done=done, total=total):
                    share = f"{done / total:.0%} of {amount(total)}" if total else amount(done)
                    self.say_step(f"downloading {share}")
                case Failed(message=message):
                    self._desk.say(message, trouble=True)

        def done(problem: str | None) -> None:
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
                self._desk.jobs.run(source, take, done)

        come, origin = ("Unpack", "an installed package") if model == SMOLLM2 else ("Download", "the Hugging Face hub")
        self._desk.put_over(
            Confirm(
                f"{come} {one_line(model)}?",
                f"It comes from {origin}, in the background, and is loaded when it is there.",
            ),
            then,
        )
