"""Leaving without loss: drafts are saved as they are typed, a lost terminal ends the app in order."""

import asyncio
import os
import signal
import sys
from threading import Thread, Timer
from typing import TYPE_CHECKING

from phitui.app.terminal.drafts import PAD, read_draft, write_draft
from phitui.errors import PhituiError

if TYPE_CHECKING:
    from phitui.app.app import PhituiApp

SAVE_SECONDS = 0.8
"""What was typed is on disk so soon."""
GRACE_SECONDS = 4
"""A terminal that is gone may block writes: after this the process ends regardless."""


class Leaving:
    """Saving and quitting."""

    def __init__(self, app: "PhituiApp"):
        self._app = app
        self._due = False
        self._draft = self._code = ""

    # ── saving ───────────────────────────────────────────────────────────────────────────────────────────────

    def restore(self) -> None:
        """Brings back the draft and the scratchpad's text."""
        app = self._app
        draft = read_draft(app.places, app.settings.library)
        if draft and not app.chat.composer.text:
            self._draft = draft
            app.chat.composer.load_text(draft)
            app.chat.composer.move_cursor(app.chat.composer.document.end)
        app.jobs.run(lambda bench, cancel: [bench.library.conversations.buffers()], self._restore_pad)

    def _restore_pad(self, buffers: list) -> None:  # type: ignore[type-arg]
        kept = next((each for each in buffers if each.name == PAD), None)
        if kept is not None and not self._app.scratchpad.text:
            self._code = kept.text
            self._app.scratchpad.load(kept.text, kept.language)

    def soon(self) -> None:
        """Something was typed: save it within SAVE_SECONDS."""
        if not self._due:
            self._due = True
            self._app.set_timer(SAVE_SECONDS, self._save)

    def _save(self) -> None:
        self._due = False
        app = self._app
        draft, code, language = app.chat.composer.text, app.scratchpad.text, app.scratchpad.language
        if draft != self._draft:
            self._draft = draft
            Thread(target=write_draft, args=(app.places, app.settings.library, draft), daemon=True).start()
        if code != self._code:
            self._code = code
            app.jobs.do(lambda bench: bench.library.conversations.save_buffer(code, language, PAD))

    def save_now(self) -> None:
        """Saves in this thread, without waiting for a workbench that is not open."""
        app = self._app
        write_draft(app.places, app.settings.library, app.chat.composer.text)
        bench = app.jobs.bench
        if bench is not None and app.scratchpad.text != self._code:
            try:
                bench.library.conversations.save_buffer(app.scratchpad.text, app.scratchpad.language, PAD)
            except PhituiError as error:
                app.log.error(error.message)

    # ── quitting ─────────────────────────────────────────────────────────────────────────────────────────────

    def ask(self) -> None:
        """Quits; asks first where something runs that would have to start over."""
        app = self._app
        running = "An answer is being written." if app.asking.busy else ""
        running = running or ("Code is being written." if app.scribbling.job else "")
        if not running:
            self.leave(0)
            return
        from phitui.app.widgets.dialog import Confirm

        def then(answer: str | None) -> None:
            if answer:
                self.leave(0)

        app.push_screen(Confirm("Quit?", f"{running} What there is of it is kept; the rest is not."), then)

    def leave(self, code: int) -> None:
        """Saves, stops what runs, ends the app."""
        self.save_now()
        self._app.jobs.stop()
        self._app.exit(code, return_code=code)

    def watch_signals(self) -> None:
        """A hang-up or a kill ends the app in order: Textual by itself would leave the terminal in pieces."""
        if self._app.is_headless or sys.platform == "win32":
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            loop.add_signal_handler(number, self._lost, 128 + number)

    def _lost(self, code: int) -> None:
        watchdog = Timer(GRACE_SECONDS, os._exit, (code,))
        watchdog.daemon = True
        watchdog.start()
        self.leave(code)
