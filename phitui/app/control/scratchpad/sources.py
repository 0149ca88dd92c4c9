"""Documents that code is written from: `@` in the instruction names one, or a section of it."""

import re
from typing import TYPE_CHECKING

from phitui.app.desk import Desk
from phitui.app.panes.scratchpad import ScratchpadPane
from phitui.app.requests import Answers, PickSource
from phitui.app.widgets.texts import plural
from phitui.text import one_line
from phitui.wording import page_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from phitui.records import Hit, StoredDocument
    from phitui.scratchpad.context import Source

_NAMED = re.compile(r"@\[([^\]]{0,300})\]")
WHOLE = "*"
"""Of the sections on offer: none of them alone."""


class SourceControl:
    """Lets one be chosen, and finds the chosen ones in an instruction again."""

    def __init__(self, desk: Desk, pad: ScratchpadPane, known: "Callable[[], Sequence[StoredDocument]]"):
        self._desk, self._pad, self._known = desk, pad, known
        self._named: dict[str, Source] = {}

    def answers(self) -> Answers:
        return {PickSource: lambda request: self.pick()}

    def pick(self) -> None:
        """A document, then all that it says of the task, or one of its sections."""
        from phitui.app.widgets.chooser import Chooser, Entry, matching

        entries = [
            Entry(str(each.document_id), one_line(each.title), plural(each.pages, "page"))
            for each in self._known()
            if each.passages
        ]
        if not entries:
            self._pad.instruction.insert_text_at_cursor("@")
            return

        def then(value: str | None) -> None:
            if value is None:
                self._pad.instruction.insert_text_at_cursor("@")
                return
            document = next(each for each in self._known() if str(each.document_id) == value)
            self._desk.jobs.run(
                lambda workbench, cancel: [workbench.library.whole(document.document_id)],
                lambda passages: self._pick_section(document, passages),
            )

        hint = "the code is written from what it describes"
        self._desk.put_over(Chooser("Write from a document", lambda text: matching(entries, text), hint=hint), then)

    def _pick_section(self, document: "StoredDocument", passages: "Sequence[Hit]") -> None:
        from phitui.app.widgets.chooser import Chooser, Entry, matching
        from phitui.scratchpad.context import Source, first_in, sections

        begins = {each: first_in(passages, each) for each in sections(passages)}
        entries = [
            Entry(name, one_line(name), page_name(hit.span.page, hit.page_label)) for name, hit in begins.items()
        ]
        entries.insert(0, Entry(WHOLE, "what of it speaks of the task"))

        def then(section: str | None) -> None:
            if section is not None:
                chosen = "" if section == WHOLE else section
                name = one_line(" ".join(filter(None, (document.title, chosen)))).translate({91: 40, 93: 41})
                self._named[name] = Source(document.document_id, chosen)
                self._pad.instruction.insert_text_at_cursor(f"@[{name}] ")
            self._pad.instruction.focus()

        if len(entries) == 1:
            then(WHOLE)
        else:
            self._desk.put_over(Chooser("All of it, or a section", lambda text: matching(entries, text)), then)

    def of(self, instruction: str) -> "tuple[str, tuple[Source, ...]]":
        """The instruction in plain words, and the documents that it names."""
        found = tuple(self._named[name] for name in _NAMED.findall(instruction) if name in self._named)
        return _NAMED.sub(r"\1", instruction).strip(), found
