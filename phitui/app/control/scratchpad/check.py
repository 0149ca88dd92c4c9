"""Checks what stands in the scratchpad against the library."""

from collections import Counter
from collections.abc import Iterable
from threading import Event as ThreadEvent
from typing import TYPE_CHECKING

from phitui.app.desk import Desk
from phitui.app.jobs.job import Job
from phitui.app.panes.scratchpad import ScratchpadPane
from phitui.app.widgets.verdicts import VerdictRow
from phitui.records import CheckedSentence
from phitui.text import clean, one_line
from phitui.wording import sums

if TYPE_CHECKING:
    from phitui.workbench import Workbench


class CheckControl:
    """One check at a time, in a thread; its verdicts stand beside the sentences as they come."""

    def __init__(self, desk: Desk, pad: ScratchpadPane):
        self._desk, self._pad = desk, pad
        self.job: Job | None = None
        self._rows: list[VerdictRow] = []
        self._done = 0

    def start(self) -> None:
        """Checks every sentence of the text, from the first on."""
        from phitui.answers.check.draft import MARKDOWN, parts, to_check

        if self.job is not None:
            self._desk.say("The text is being checked: esc stops it.")
            return
        if self._pad.editor.read_only:
            self._desk.say("The text is still being written: esc stops it.")
            return
        found = parts(self._pad.text, MARKDOWN)
        if not found:
            self._pad.say("There is no text to check yet: write or paste one, then check it.")
            return
        asked = to_check(found)
        self._rows = [VerdictRow(number, one_line(each.text)) for number, each in enumerate(found)]
        self._done = 0
        self._pad.show_verdicts(self._rows)
        self._pad.say("checking …")

        def source(workbench: "Workbench", cancel: ThreadEvent) -> Iterable[CheckedSentence]:
            return workbench.check(asked, cancel)

        self.job = self._desk.jobs.run(source, self._take, self._ended, "Check of the text")
        self._desk.refresh_state()

    def _take(self, checked: CheckedSentence) -> None:
        self._rows[self._done].checked = checked
        self._done += 1
        self._pad.refresh_verdicts()
        told = f"{self._done} of {len(self._rows)}"
        self._pad.say(f"checking {told} …")
        if self.job is not None:
            self.job.told = told

    def _ended(self, problem: str | None) -> None:
        stopped = self.job is not None and self.job.cancel.is_set()
        self.job = None
        if problem:
            self._pad.say(clean(problem), trouble=True)
        elif self._pad.checked:
            left = len(self._rows) - self._done
            found = sums(Counter(each.checked.verdict for each in self._rows if each.checked))
            self._pad.say(f"stopped, {left} not checked · {found}" if stopped and left else found)
        self._desk.refresh_state()

    def back(self) -> bool:
        """Stops the check under way, or goes back to the text; whether there was something to do."""
        if self.job is not None and not self.job.cancel.is_set():
            self.job.cancel.set()
            self._pad.say("stopping …")
            return True
        if self.job is None and self._pad.verdicts.has_focus:
            self._pad.hide_verdicts()
            self._desk.refresh_state()
            return True
        return False
