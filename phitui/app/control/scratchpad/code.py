"""The scratchpad's work: generating, saving, copying, choosing a language."""

from collections.abc import Iterable
from pathlib import Path
from threading import Event as ThreadEvent
from typing import TYPE_CHECKING, Any

from phitui.app.control.models import ModelControl
from phitui.app.control.scratchpad.versions import NAME, Version, Versions
from phitui.app.desk import Desk
from phitui.app.jobs.job import Job
from phitui.app.panes.scratchpad import SUFFIXES, ScratchpadPane
from phitui.app.requests import Answers, WriteCode
from phitui.events import AnswerFinished, CodeGenerated, Event, Failed, ModelLoaded, ModelLoading, TokensArrived
from phitui.library.atomic import mode_of, replace_file
from phitui.text import clean

if TYPE_CHECKING:
    from phitui.library.store.conversations import Buffer
    from phitui.workbench import Workbench


class CodeControl:
    """What happens to the scratchpad's text."""

    def __init__(self, desk: Desk, pad: ScratchpadPane, models: ModelControl):
        self._desk, self._pad, self._models = desk, pad, models
        self.job: Job | None = None
        self._versions = Versions()
        self._streaming = self._stopped = False

    def answers(self) -> Answers:
        return {WriteCode: lambda request: self.generate(request.instruction)}

    def generate(self, instruction: str) -> None:
        """Streams code for the instruction into the editor."""
        if self.job is not None:
            self._desk.say("Code is still being written: esc stops it.")
            return
        buffer, language = self._pad.text, self._pad.language

        def source(workbench: "Workbench", cancel: ThreadEvent) -> Iterable[Event]:
            return workbench.generate(instruction, language, cancel, buffer)

        self._keep()
        self._streaming = self._stopped = False
        self._pad.say("starting …")
        self.job = self._desk.jobs.run(source, self._take, self._done)
        self._desk.refresh_state()

    def _take(self, event: Event) -> None:
        match event:
            case TokensArrived(text=text):
                if not self._streaming:
                    self._streaming = True
                    self._pad.begin()
                self._pad.stream(text)
            case ModelLoading(step=step):
                self._pad.say(f"{step} …")
            case ModelLoaded():
                self._models.loaded(event)
            case CodeGenerated(code=code, tokens_per_second=speed):
                note = f"written at {speed:.0f} tok/s" if speed else "written"
                self._ended(code, "stopped" if self._stopped else note)
            case AnswerFinished(reason=reason):
                self._stopped = reason == "cancelled"
            case Failed(message=message):
                self._pad.say(clean(message), trouble=True)
            case _:
                pass

    def _ended(self, code: str, note: str) -> None:
        """What was written stands there, as a version of its own; where nothing was, what stood there stays."""
        if self._streaming:
            self._streaming = False
            self._pad.finish(code)
            self._keep()
        self._pad.say(note)

    def _done(self, problem: str | None) -> None:
        self.job = None
        if self._streaming:  # it broke off
            self._ended(self._pad.text, "stopped")
        if problem:
            self._pad.say(clean(problem), trouble=True)
        self._desk.refresh_state()

    def stop(self) -> bool:
        """Stops writing; whether there was something to stop."""
        if self.job is None:
            return False
        self.job.cancel.set()
        self._pad.say("stopping …")
        return True

    # ── versions ─────────────────────────────────────────────────────────────────────────────────────────────

    def restore(self, buffers: "Iterable[Buffer]") -> None:
        """The versions of an earlier session."""
        named = [each for each in buffers if each.name.removeprefix(NAME).isdecimal() and each.name.startswith(NAME)]
        named.sort(key=lambda each: each.updated)
        self._versions.restore(Version(each.text, each.language, int(each.name.removeprefix(NAME))) for each in named)

    def older(self) -> None:
        """The version before the one in the editor, which is kept first."""
        self._keep()
        self._step(-1)

    def newer(self) -> None:
        """The version after the one in the editor, which is kept first."""
        self._keep()
        self._step(1)

    def _keep(self) -> None:
        made = self._versions.keep(self._pad.text, self._pad.language)
        if made is not None:
            self._desk.jobs.do(
                lambda workbench: workbench.library.conversations.save_buffer(made.text, made.language, made.name)
            )

    def _step(self, by: int) -> None:
        if self.job is not None:
            self._desk.say("Code is still being written: esc stops it.")
            return
        version = self._versions.step(by)
        if version is None:
            self._pad.say("There is no older version." if by < 0 else "This is the newest version.")
            return
        self._pad.replace(version.text)
        self._pad.speak(version.language)
        self._pad.say(f"version {self._versions.place}")

    # ── what can be done with it ─────────────────────────────────────────────────────────────────────────────

    def choose_language(self) -> None:
        """Lets one choose the language."""
        from phitui.app.widgets.chooser import Chooser, Entry, matching

        entries = [Entry(name, name, f".{suffix}") for name, suffix in SUFFIXES.items()]

        def then(language: str | None) -> None:
            if language:
                self._pad.speak(language)

        self._desk.put_over(Chooser("Language", lambda text: matching(entries, text)), then)

    def copy(self) -> None:
        """Copies the code."""
        if self._pad.text.strip():
            self._desk.copy(self._pad.text)
        else:
            self._pad.say("There is no code yet.")

    def save(self) -> None:
        """Asks for a path, then writes the code there; an existing file is named before it is replaced."""
        from phitui.app.widgets.dialog import Confirm, Prompt

        text = self._pad.text

        def then(typed: str | None) -> None:
            if not typed or not typed.strip():
                return
            file = Path(typed.strip()).expanduser().absolute()
            if not file.exists():
                self._write(file, text)
                return

            def replace(answer: str | None) -> Any:
                return self._write(file, text) if answer else None

            self._desk.put_over(Confirm(f"Replace {file.name}?", f"{file} exists."), replace)

        self._desk.put_over(Prompt("Save the code to", self._pad.file_name, "A path; ~ is your home."), then)

    def _write(self, file: Path, text: str) -> None:
        try:
            content = text if text.endswith("\n") else text + "\n"
            replace_file(file, content.encode("utf-8", "replace"), mode_of(file))
        except OSError as error:
            self._pad.say(f"{clean(str(file))} cannot be written ({error.strerror or error}).", trouble=True)
        else:
            self._pad.say(f"saved to {clean(str(file))}")
