"""Runs what stands in the scratchpad, shut in; asks once for each text."""

from collections.abc import Iterator
from threading import Event as ThreadEvent
from typing import TYPE_CHECKING

from phitui.app.control.scratchpad.buffers import Buffers
from phitui.app.desk import Desk
from phitui.app.jobs.job import Job
from phitui.app.panes.scratchpad import ScratchpadPane
from phitui.errors import PhituiError
from phitui.events import Event, Failed, OutputArrived, RunFinished, RunStarted
from phitui.text import clean
from phitui.wording import PROTECTIONS, run_ended

if TYPE_CHECKING:
    from phitui.workbench import Workbench


class RunControl:
    """One run at a time, in a thread; what it writes stands below the code."""

    def __init__(self, desk: Desk, pad: ScratchpadPane, buffers: Buffers):
        self._desk, self._pad, self._buffers = desk, pad, buffers
        self.job: Job | None = None
        self.finished: RunFinished | None = None
        """How the last run ended."""
        self._allowed: dict[str, bool] = {}
        """Texts that may be run, and whether only shut in."""

    def start(self) -> None:
        """Runs the code, or stops the run under way."""
        if self.stop():
            return
        if self._pad.proposed or self._pad.editor.read_only:
            self._pad.say("First accept the proposal (a), or reject it (x).")
            return
        if not self._pad.text.strip():
            self._pad.say("There is no code yet.")
            return
        from phitui.scratchpad.run.commands import command_for

        try:
            command = command_for(self._pad.language)
        except PhituiError as error:
            self._pad.say(error.message, trouble=True)
            return
        name = self._buffers.name
        if name in self._allowed:
            self._run(self._allowed[name])
            return
        limits = self._desk.settings
        self._ask(
            f"Run {name}?",
            f"$ {command.line}\nIn a folder of its own, without network and home folder, for at most "
            f"{limits.run_seconds} s and {limits.run_memory_mb} MB. It is not asked again for this text.",
            walled=True,
        )

    def _ask(self, title: str, text: str, *, walled: bool) -> None:
        from phitui.app.widgets.dialog import Confirm

        name = self._buffers.name

        def then(answer: str | None) -> None:
            if answer:
                self._allowed[name] = walled
                self._run(walled)

        self._desk.put_over(Confirm(title, text), then)

    def _run(self, walled: bool) -> None:
        code, language = self._pad.text, self._pad.language

        def source(workbench: "Workbench", cancel: ThreadEvent) -> Iterator[Event]:
            return workbench.run(code, language, cancel, walled=walled)

        self.finished = None
        self._pad.show_output()
        self._pad.say("starting …")
        self.job = self._desk.jobs.run(source, self._take, self._done, "Run of the code")
        self._desk.refresh_state()

    def _take(self, event: Event) -> None:
        match event:
            case RunStarted(command=command, protection=protection):
                self._pad.output.begin(command)
                self._pad.above_output.say(PROTECTIONS[protection])
                self._pad.say("running: esc stops it", trouble=protection == "limits")
            case OutputArrived(text=text):
                self._pad.output.add(text)
            case RunFinished():
                self.finished = event
                failed = event.code != 0
                more = "" if not failed or event.limit == "cancelled" else " · f: the model corrects it"
                self._pad.say(f"{run_ended(event)}{more}", trouble=failed)
            case Failed(message=message):
                self._pad.say(clean(message), trouble=True)
            case _:
                pass

    def _done(self, problem: str | None) -> None:
        from phitui.scratchpad.run.runner import NO_WALLS

        self.job = None
        if problem == NO_WALLS and self._allowed.get(self._buffers.name):
            del self._allowed[self._buffers.name]
            self._ask(
                "Run it without protection?",
                "This system does not let a program be shut in: the code could read and delete your files, and use "
                "the network. Time and memory are limited all the same.",
                walled=False,
            )
        if problem:
            self._pad.say(clean(problem), trouble=True)
        self._desk.refresh_state()

    def stop(self) -> bool:
        """Ends the run; whether there was one."""
        if self.job is None:
            return False
        self.job.cancel.set()
        self._pad.say("stopping …")
        return True
