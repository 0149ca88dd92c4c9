"""The scratchpad's work: generating, going on, filling, explaining, proposals, versions, the language."""

from collections.abc import Callable, Iterable
from threading import Event as ThreadEvent
from typing import TYPE_CHECKING

from phitui.app.control.models import ModelControl
from phitui.app.control.scratchpad.accepted import AcceptedCode
from phitui.app.control.scratchpad.buffers import Buffers
from phitui.app.control.scratchpad.files import FileControl
from phitui.app.control.scratchpad.running import RunControl
from phitui.app.control.scratchpad.sources import SourceControl
from phitui.app.desk import Desk
from phitui.app.jobs.job import Job
from phitui.app.panes.scratchpad import SUFFIXES, ScratchpadPane
from phitui.app.requests import AcceptProposal, Answers, WriteCode
from phitui.events import (
    AnswerFinished,
    CodeGenerated,
    Event,
    Failed,
    ModelLoaded,
    ModelLoading,
    PassagesRetrieved,
    PromptPacked,
    TokensArrived,
)
from phitui.text import clean

if TYPE_CHECKING:
    from phitui.answers.turn import Turn
    from phitui.library.store.conversations import Buffer
    from phitui.scratchpad.context import Source
    from phitui.scratchpad.region import Around, Region
    from phitui.workbench import Workbench

WRITING = "Code is still being written: esc stops it."
GO_ON = "Go on with it from where it ends."
EXPLAIN = "Explain the code."


class CodeControl:
    """What happens to the scratchpad's text. `show_used` shows the passages that code is written from."""

    def __init__(
        self,
        desk: Desk,
        pad: ScratchpadPane,
        models: ModelControl,
        sources: SourceControl,
        show_used: "Callable[[Turn], object]",
    ):
        self._desk, self._models, self._sources = desk, models, sources
        self._pad = self.pad = pad
        self._show_used = show_used
        self.buffers = Buffers(desk, pad)
        self.run = RunControl(desk, pad, self.buffers)
        self._accepted = AcceptedCode(desk)
        self.files = FileControl(desk, pad, self.buffers, self._accepted)
        self.job: Job | None = None
        self._used: Turn | None = None
        self._text = ""
        """What the model has written so far."""
        self._region: Around | None = None
        """What stands around the part that is written, where it is a part alone."""
        self._streaming = self._stopped = False

    def answers(self) -> Answers:
        return {
            WriteCode: lambda request: self.write(request.instruction),
            AcceptProposal: self._accept,
            **self._sources.answers(),
        }

    def write(self, typed: str) -> None:
        """Code for what was typed: in the language that it names, from the documents that it names."""
        from phitui.scratchpad.languages import guessed, language_named

        instruction, sources = self._sources.of(typed)
        wanted = guessed(instruction)
        if wanted is not None and wanted != language_named(self._pad.language) and self._free():
            language = next(name for name, suffix in SUFFIXES.items() if f".{suffix}" == wanted.suffix)
            if self._pad.text.strip():
                self.buffers.begin(language, language)
            else:
                self._pad.speak(language)
        self.generate(instruction, sources)

    def fix(self) -> None:
        """The error of the last run goes back to the model."""
        from phitui.scratchpad.fixing import fix_instruction

        ended = self.run.finished
        if ended is None:
            self._pad.say("Nothing has been run yet.")
        elif ended.code == 0:
            self._pad.say("It ran to its end: there is no error to hand back.")
        else:
            self.generate(fix_instruction(self._pad.output.text, ended))

    def _free(self) -> bool:
        """Whether something new may be written; says why not."""
        if self.job is not None:
            self._desk.say(WRITING)
        elif self._pad.proposed:
            self._pad.say("First accept the proposal (a), or reject it (x).")
        else:
            return True
        return False

    def go_on(self) -> None:
        """Goes on with the text at the cursor."""
        from phitui.scratchpad.region import Region

        start, _ = self._pad.selection
        if not self._pad.text.strip():
            self._pad.say("There is no text to go on with: write in the upper line what it should do.")
        else:
            self.generate(GO_ON, region=Region(start, start))

    def fill(self) -> None:
        """Asks what should stand in the place of what is selected, and writes that part anew."""
        from phitui.app.widgets.dialog import Prompt
        from phitui.scratchpad.region import Region

        start, end = self._pad.selection
        if start == end:
            self._pad.say("Select with Shift and the arrows what is to be written anew.")
            return

        def then(typed: str | None) -> None:
            if typed and typed.strip():
                instruction, sources = self._sources.of(typed)
                self.generate(instruction, sources, Region(start, end))

        if self._free():
            hint = "Only the selected part is written anew, as a proposal."
            self._desk.put_over(Prompt("What should stand there?", "", hint), then)

    def explain(self) -> None:
        """What the selected code does, or all of it, in a text of its own."""
        text, language, name = self._pad.selected or self._pad.text, self._pad.language, self.buffers.name
        if not text.strip():
            self._pad.say("There is no code yet.")
        elif not self._models.writes:
            self._pad.say("Explaining needs a language model: ^l chooses one.")
        elif self._free():
            self.buffers.begin(f"about {name}", "text")
            self._accepted.begin("")
            self._begin(EXPLAIN, "", lambda workbench, cancel: workbench.explain(text, language, cancel))

    def generate(self, instruction: str, sources: "tuple[Source, ...]" = (), region: "Region | None" = None) -> None:
        """Streams code for the instruction: into an empty editor, or as a proposal; a `region` of the text alone."""
        if not self._free():
            return
        from phitui.scratchpad.generator import code_request
        from phitui.scratchpad.languages import language_named

        buffer, language = self._pad.text, self._pad.language
        whole = region is None and not sources
        asked = code_request(instruction, language_named(language), buffer.splitlines()) if whole else ""
        self._accepted.begin(asked)

        def source(workbench: "Workbench", cancel: ThreadEvent) -> Iterable[Event]:
            return workbench.generate(instruction, language, cancel, buffer, sources, region)

        self._begin(instruction, buffer, source, region)

    def _begin(
        self,
        instruction: str,
        buffer: str,
        source: "Callable[[Workbench, ThreadEvent], Iterable[Event]]",
        region: "Region | None" = None,
    ) -> None:
        from phitui.answers.turn import Turn
        from phitui.scratchpad.region import Around

        self._region = Around.of(buffer, region) if region is not None else None
        self._keep(buffer)
        self._used, self._text = Turn(instruction), ""
        self._streaming = self._stopped = False
        if buffer.strip():
            # At once: what is typed next goes to what the key before has chosen, not to what comes up meanwhile.
            self._pad.begin()
        self._pad.say("starting …")
        self.job = self._desk.jobs.run(source, self._take, self._done, "Code")
        self._desk.refresh_state()

    def _take(self, event: Event) -> None:
        match event:
            case TokensArrived(text=text):
                if not self._streaming:
                    self._streaming = True
                    if not self._pad.proposed:
                        self._pad.begin()
                    self._pad.say("writing …")
                self._stream(text)
            case PassagesRetrieved() | PromptPacked():
                assert self._used is not None
                self._used.take(event)
                if isinstance(event, PromptPacked):
                    self._show_used(self._used)
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

    def _stream(self, text: str) -> None:
        self._text += text
        self._pad.stream(text, self._whole() if self._pad.proposed else "")

    def _whole(self) -> str:
        """What the text would be with what has been written so far."""
        from phitui.scratchpad.fences import extract_code
        from phitui.scratchpad.languages import language_named

        language = language_named(self._pad.language)
        if self._region is not None:
            return self._region.with_written(self._text, language)
        return extract_code(self._text, language.prose)

    def _ended(self, code: str, note: str) -> None:
        """What was written is a version of its own; where nothing was, what stood there stays."""
        if self._streaming:
            self._streaming = False
            self._accepted.finish(code)
            changes = self._pad.finish(code or self._pad.text)
            if changes:
                self._keep(code)
                self.buffers.versions.step(-1)  # until it is accepted, what stands there is the version before
                note = f"{changes} change{'s' * (changes > 1)} proposed · {note}"
            else:
                self._keep(self._pad.text)
        self._pad.say(note)
        self._desk.refresh_state()

    def _done(self, problem: str | None) -> None:
        self.job = None
        if self._streaming:  # it broke off
            self._ended(self._whole(), "stopped")
        elif self._pad.proposed and not self._pad.proposal.whole:
            self._pad.end_proposal()
        if problem:
            self._pad.say(clean(problem), trouble=True)
        self._desk.refresh_state()

    def _accept(self, request: AcceptProposal) -> None:
        self._pad.end_proposal()
        self._pad.replace(request.text)
        self._keep(request.text)
        self._accepted.take(request.text)
        self._pad.say(f"{request.accepted} of {request.of} changes accepted: ^z takes them back")
        self._desk.refresh_state()

    def reject(self) -> bool:
        """Leaves the text as it is; whether a proposal stood there."""
        if not self._pad.proposed or self.job is not None:
            return False
        self._pad.end_proposal()
        self._pad.say("left as it was: ^pgdn shows what was proposed")
        self._desk.refresh_state()
        return True

    def stop(self) -> bool:
        """Stops writing; whether there was something to stop."""
        if self.job is None:
            return False
        self.job.cancel.set()
        self._pad.say("stopping …")
        return True

    # ── versions ─────────────────────────────────────────────────────────────────────────────────────────────

    def choose_text(self) -> None:
        """Another text in the editor, unless one is being written there."""
        from phitui.app.control.scratchpad.texts import choose_text

        if self._free():
            choose_text(self._desk, self._pad, self.buffers)

    def restore(self, buffers: "Iterable[Buffer]", shown: str) -> bool:
        """The texts and versions of an earlier session; whether one of them was put into the editor."""
        return self.buffers.restore(buffers, shown)

    def older(self) -> None:
        """The version before the one in the editor, which is kept first."""
        self._step(-1)

    def newer(self) -> None:
        """The version after the one in the editor, which is kept first."""
        self._step(1)

    def _keep(self, text: str) -> None:
        made = self.buffers.versions.keep(text, self._pad.language)
        if made is not None:
            self._desk.jobs.do(
                lambda workbench: workbench.library.conversations.save_buffer(made.text, made.language, made.name)
            )

    def _step(self, by: int) -> None:
        if not self._free():
            return
        self._keep(self._pad.text)
        version = self.buffers.versions.step(by)
        if version is None:
            self._pad.say("There is no older version." if by < 0 else "This is the newest version.")
            return
        self._pad.replace(version.text)
        self._pad.speak(version.language)
        self._pad.say(f"version {self.buffers.versions.place}")

    # ── what can be done with it ─────────────────────────────────────────────────────────────────────────────

    def choose_language(self) -> None:
        """Lets one choose the language."""
        from phitui.app.widgets.chooser import Chooser, Entry, matching

        entries = [Entry(name, name, f".{suffix}") for name, suffix in SUFFIXES.items()]

        def then(language: str | None) -> None:
            if language:
                self._pad.speak(language)

        self._desk.put_over(Chooser("Language", lambda text: matching(entries, text)), then)
