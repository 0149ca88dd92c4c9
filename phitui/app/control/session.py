"""Leaving without loss: drafts are saved as they are typed, a lost terminal ends the app in order."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Event as ThreadEvent
from threading import Thread, Timer
from typing import TYPE_CHECKING, Protocol

from phitui.app.control.conversation import ConversationControl
from phitui.app.control.scratchpad.code import CodeControl
from phitui.app.control.turns.branches import LeftAt
from phitui.app.desk import Desk
from phitui.app.panes.panes import Panes
from phitui.app.requests import Answers, KeepText
from phitui.app.terminal.drafts import read_draft, write_draft
from phitui.app.terminal.session_state import SessionState, read_state, write_state
from phitui.errors import LibraryError, PhituiError

if TYPE_CHECKING:
    from phitui.answers.turn import Turn
    from phitui.library.store.conversations import Buffer

RESTART = 75
"""The exit code that starts the program again in place (sysexits.h: a failure that passes)."""
SAVE_SECONDS = 0.8
"""What was typed is on disk so soon."""
REMEMBERED = 500
"""Questions of earlier sessions that the up arrow brings back."""
GRACE_SECONDS = 4
"""A terminal that is gone may block writes: after this the process ends regardless."""

log = logging.getLogger("phitui.app")


class OpenPanes(Protocol):
    """Which pane is in use, which are put away, and how wide they are."""

    pane: str
    hidden: list[str]
    widths: dict[str, int]


class SessionControl:
    """Saving and quitting. `end` ends the app with an exit code, `tunes` says whether a model is tuned."""

    def __init__(
        self,
        desk: Desk,
        panes: Panes,
        conversation: ConversationControl,
        code: CodeControl,
        end: Callable[[int], object],
        tunes: Callable[[], bool],
    ):
        self._tunes = tunes
        self._desk, self._conversation, self._code_control, self._end = desk, conversation, code, end
        self._panes, self._composer, self._pad = panes, panes.chat.composer, panes.scratchpad
        self._view: OpenPanes | None = None
        self._state = SessionState()
        self._due = self._offered = self._reopening = False
        self._draft = self._code = ""
        self.pasted: Path | None = None
        """The file of the last paste that was too long to be edited, until it is offered for adding."""

    def answers(self) -> Answers:
        return {KeepText: lambda request: self.save_soon()}

    # ── saving ───────────────────────────────────────────────────────────────────────────────────────────────

    def restore(self, view: OpenPanes) -> None:
        """Brings back the draft, the scratchpad's text, the panes and the conversation that was open."""
        self._view = view
        self._state = kept = read_state(self._desk.places, self._desk.settings.library)
        view.hidden, view.widths = list(kept.hidden), dict(kept.widths)
        if kept.conversation is not None:
            number, self._reopening = kept.conversation, True
            self._desk.jobs.run(
                lambda workbench, cancel: [workbench.turns.of(number)], lambda turns: self._reopen(number, turns, kept)
            )
        draft = read_draft(self._desk.places, self._desk.settings.library)
        if draft and not self._composer.text:
            self._draft = draft
            self._composer.load_text(draft)
            self._composer.move_cursor(self._composer.document.end)
        self._desk.jobs.run(lambda workbench, cancel: [workbench.library.conversations.buffers()], self._restore_pad)
        self._desk.jobs.run(
            lambda workbench, cancel: [workbench.library.conversations.asked(REMEMBERED)], self._composer.remember
        )

    def _restore_pad(self, buffers: "list[Buffer]") -> None:
        if self._code_control.restore(buffers, self._state.buffer):
            self._code = self._pad.text

    def _reopen(self, number: int, turns: "list[Turn]", kept: SessionState) -> None:
        if turns and self._conversation.conversation_id is None and not self._conversation.busy:
            self._desk.call_later(self._reopened, number, turns, kept)
        else:
            self._reopening = False

    async def _reopened(self, number: int, turns: "list[Turn]", kept: SessionState) -> None:
        await self._conversation.show(number, turns, LeftAt(kept.last, kept.top, kept.line))
        self._conversation.resume(kept.pinned, kept.excluded, kept.ticked)
        self._reopening = False
        self._panes.chat.examples.display = False
        if kept.pane in self._panes.named and not self._composer.text:
            self._desk.show_pane(kept.pane)

    def _now(self) -> SessionState:
        """What is open."""
        shown, left = self._conversation, self._conversation.branches.left
        assert self._view is not None
        return SessionState(
            conversation=shown.conversation_id,
            last=left.last,
            top=left.top,
            line=left.line,
            pane=self._view.pane,
            hidden=list(self._view.hidden),
            widths=dict(self._view.widths),
            pinned=sorted(shown.selection.pinned),
            excluded=sorted(shown.selection.excluded),
            ticked=sorted(shown.ticked),
            buffer=self._code_control.buffers.name,
            opened=True,
        )

    def _save_state(self) -> None:
        if self._reopening:  # what is not there again yet must not be taken for gone
            return
        if self._view is not None and (now := self._now()) != self._state:
            self._state = now
            write_state(self._desk.places, self._desk.settings.library, now)

    def save_soon(self) -> None:
        """Something was typed: save it within SAVE_SECONDS."""
        if not self._due:
            self._due = True
            self._desk.set_timer(SAVE_SECONDS, self._save)

    def _save(self) -> None:
        self._due = False
        self._save_state()
        draft, code, language = self._composer.text, self._pad.text, self._pad.language
        if draft != self._draft:
            self._draft = draft
            Thread(
                target=write_draft, args=(self._desk.places, self._desk.settings.library, draft), daemon=True
            ).start()
        if code != self._code:
            self._code = code
            name = self._code_control.buffers.stored
            self._desk.jobs.do(lambda workbench: workbench.library.conversations.save_buffer(code, language, name))

    def save_now(self) -> None:
        """Saves in this thread, without waiting for a workbench that is not open."""
        self._save_state()
        write_draft(self._desk.places, self._desk.settings.library, self._composer.text)
        workbench = self._desk.jobs.workbench
        if workbench is not None and self._pad.text != self._code:
            try:
                workbench.library.conversations.save_buffer(
                    self._pad.text, self._pad.language, self._code_control.buffers.stored
                )
            except PhituiError as error:
                log.error(error.message)

    def keep_paste(self, text: str) -> None:
        """A paste that is too long to be edited goes to a file, which can be added to the library."""
        self._desk.say(f"{len(text):,} characters are too many to edit here: keeping them in a file …")
        self.keep_text(text, self._pasted)

    def keep_text(self, text: str, kept: Callable[[Path], object]) -> None:
        """Writes a text into a file of its own, which `kept` gets."""
        folder = self._desk.places.data / "pasted"

        def source(workbench: object, cancel: ThreadEvent) -> Iterable[Path]:
            from phitui.app.terminal.paste import keep

            try:
                return [keep(text, folder)]
            except OSError as error:
                raise LibraryError(f"What was pasted cannot be kept in {folder}: {error.strerror}.") from error

        self._desk.jobs.run(source, kept, self._trouble)

    def _pasted(self, file: Path) -> None:
        self.pasted = file
        self._desk.say(f"What was pasted is kept in {file}: ^o adds it to the library.")

    def _trouble(self, problem: str | None) -> None:
        if problem:
            self._desk.say(problem, trouble=True)

    # ── quitting ─────────────────────────────────────────────────────────────────────────────────────────────

    def ask(self) -> None:
        """Quits; asks first where something runs that would have to start over."""
        running = "An answer is being written." if self._conversation.busy else ""
        running = running or ("Code is being written." if self._code_control.job else "")
        running = running or ("Code is running." if self._code_control.run.job else "")
        running = running or ("A model is being tuned." if self._tunes() else "")
        if not running:
            self.leave(0)
            return
        from phitui.app.widgets.dialog import Confirm

        def then(answer: str | None) -> None:
            if answer:
                self.leave(0)

        self._desk.put_over(Confirm("Quit?", f"{running} What there is of it is kept; the rest is not."), then)

    def offer_restart(self) -> None:
        """Once, where a graphics card failed in a way that only a new process gets over: the same program, in place."""
        # Where it was never imported, no card was used: it takes too long before the first frame.
        device = sys.modules.get("phitui.models.device")
        why = device.lost_device() if device else ""
        if not why or self._offered:
            return
        self._offered = True
        from phitui.app.widgets.dialog import Confirm

        def then(answer: str | None) -> None:
            if answer:
                self.leave(RESTART)

        self._desk.put_over(Confirm("Restart phitui now?", f"{why} Conversations, drafts and code are kept."), then)

    def leave(self, code: int) -> None:
        """Saves, stops what runs, ends the app."""
        self.save_now()
        self._desk.jobs.stop()
        self._end(code)

    def watch_signals(self) -> None:
        """A hang-up or a kill ends the app in order: Textual by itself would leave the terminal in pieces."""
        if sys.platform == "win32":
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            loop.add_signal_handler(number, self._lost, 128 + number)

    def _lost(self, code: int) -> None:
        watchdog = Timer(GRACE_SECONDS, os._exit, (code,))
        watchdog.daemon = True
        watchdog.start()
        self.leave(code)
