"""The scratchpad's work: generating, saving, copying, choosing a language."""

from collections.abc import Iterable
from pathlib import Path
from threading import Event as ThreadEvent
from typing import TYPE_CHECKING, Any

from phitui.app.jobs.job import Job
from phitui.app.panes.scratchpad import SUFFIXES, Scratchpad
from phitui.events import AnswerFinished, CodeGenerated, Event, Failed, ModelLoaded, ModelLoading, TokensArrived
from phitui.text import clean

if TYPE_CHECKING:
    from phitui.app.app import PhituiApp
    from phitui.workbench import Workbench


class Scribbling:
    """What happens to the scratchpad's text."""

    def __init__(self, app: "PhituiApp"):
        self._app = app
        self.job: Job | None = None
        self._before = ""
        """What stood there before the generation under way."""

    @property
    def pad(self) -> Scratchpad:
        return self._app.scratchpad

    def generate(self, instruction: str) -> None:
        """Streams code for the instruction into the editor."""
        if self.job is not None:
            self._app.say("Code is still being written: esc stops it.")
            return
        self._before = buffer = self.pad.text
        language = self.pad.language

        def source(bench: "Workbench", cancel: ThreadEvent) -> Iterable[Event]:
            return bench.generate(instruction, language, cancel, buffer)

        self._streaming = False
        self.pad.say("starting …")
        self.job = self._app.jobs.run(source, self._take, self._done)
        self._app.refresh_state()

    _streaming = False

    def _take(self, event: Event) -> None:
        match event:
            case TokensArrived(text=text):
                if not self._streaming:
                    self._streaming = True
                    self.pad.begin()
                self.pad.stream(text)
            case ModelLoading(step=step):
                self.pad.say(f"{step} …")
            case ModelLoaded():
                self._app.model_loaded(event)
            case CodeGenerated(code=code, tokens_per_second=speed):
                self.pad.finish(code, f"written at {speed:.0f} tok/s" if speed else "written")
            case AnswerFinished(reason=reason):
                self.pad.say("stopped" if reason == "cancelled" else "written")
            case Failed(message=message):
                self.pad.say(clean(message), trouble=True)
            case _:
                pass

    def _done(self, problem: str | None) -> None:
        self.job = None
        if problem:
            self.pad.say(clean(problem), trouble=True)
        self._app.refresh_state()

    def stop(self) -> bool:
        """Stops writing; whether there was something to stop."""
        if self.job is None:
            return False
        self.job.cancel.set()
        self.pad.say("stopping …")
        return True

    def language(self) -> None:
        """Lets one choose the language."""
        from phitui.app.widgets.chooser import Choice, Chooser, matching

        choices = [Choice(name, name, f".{suffix}") for name, suffix in SUFFIXES.items()]

        def then(language: str | None) -> None:
            if language:
                self.pad.speak(language)

        self._app.push_screen(Chooser("Language", lambda text: matching(choices, text)), then)

    def copy(self) -> None:
        """Copies the code."""
        if self.pad.text.strip():
            self._app.copy(self.pad.text)
        else:
            self.pad.say("There is no code yet.")

    def save(self) -> None:
        """Asks for a path, then writes the code there; an existing file is named before it is replaced."""
        from phitui.app.widgets.dialog import Confirm, Prompt

        text = self.pad.text

        def then(typed: str | None) -> None:
            if not typed or not typed.strip():
                return
            file = Path(typed.strip()).expanduser().absolute()
            if not file.exists():
                self._write(file, text)
                return

            def replace(answer: str | None) -> Any:
                return self._write(file, text) if answer else None

            self._app.push_screen(Confirm(f"Replace {file.name}?", f"{file} exists."), replace)

        self._app.push_screen(Prompt("Save the code to", self.pad.file_name, "A path; ~ is your home."), then)

    def _write(self, file: Path, text: str) -> None:
        try:
            file.write_text(text if text.endswith("\n") else text + "\n", "utf-8")
        except OSError as error:
            self.pad.say(f"{clean(str(file))} cannot be written ({error.strerror or error}).", trouble=True)
        else:
            self.pad.say(f"saved to {clean(str(file))}")
