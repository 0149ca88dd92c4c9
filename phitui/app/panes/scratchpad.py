"""The scratchpad: an instruction, and code that streams into an editor, or a text that is checked."""

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, TextArea

from phitui.app.desk import desk
from phitui.app.requests import AcceptProposal, KeepText, OpenPage, PickSource, Place, WriteCode
from phitui.app.widgets.lines import Rule, ScreenLine
from phitui.app.widgets.output import Output
from phitui.app.widgets.pane import Pane
from phitui.app.widgets.proposal import ProposalRows
from phitui.app.widgets.verdicts import VerdictDetail, VerdictRow, VerdictRows
from phitui.records import Citation
from phitui.text import clean

SUFFIXES = {
    "python": "py", "bash": "sh", "javascript": "js", "typescript": "ts", "c": "c", "c++": "cpp", "rust": "rs",
    "go": "go", "java": "java", "sql": "sql", "html": "html", "css": "css", "json": "json", "text": "txt",
}  # fmt: skip
"""Languages on offer and the suffix of their files."""


class Editor(TextArea):
    """Plain code; tab indents."""

    DEFAULT_CSS = """
    Editor {
        height: 1fr; border: none; padding: 0 0 0 1; background: $background; scrollbar-size: 1 1;
        &:focus { border: none; }
        & .text-area--gutter { color: $hairline; background: $background; }
        & .text-area--cursor-line { background: $background; }
        & .text-area--cursor-gutter { color: $soft; background: $background; }
    }
    """

    def __init__(self) -> None:
        super().__init__(id="editor", tab_behavior="indent", soft_wrap=False, compact=True, show_line_numbers=True)
        self.cursor_blink = False


class Instruction(Input):
    """What the code should do; `@` names a document that it is written from."""

    def __init__(self) -> None:
        super().__init__(placeholder="what the code should do, then enter; @ names a document", compact=True)
        self.id = "instruction"
        self.cursor_blink = False

    async def _on_key(self, event: events.Key) -> None:
        if event.character == "@":
            event.stop()
            event.prevent_default()
            self.post_message(PickSource())
            return
        await super()._on_key(event)


def _place(source: Citation) -> Place:
    return Place(None, source.span.page, source.span, source.path)


class ScratchpadPane(Pane):
    """Instruction above, code below, what a run wrote below that, and one line of state."""

    DEFAULT_CSS = """
    ScratchpadPane { height: 1fr; background: $background; }
    ScratchpadPane #instruction { height: 1; border: none; padding: 0 1; background: $background; }
    ScratchpadPane #scratch-state { height: 1; }
    ScratchpadPane .checked { display: none; }
    ScratchpadPane.verdicts .checked { display: block; }
    ScratchpadPane.verdicts #editor, ScratchpadPane.proposed #editor { display: none; }
    ScratchpadPane #editor, ScratchpadPane ProposalRows { height: 3fr; }
    ScratchpadPane ProposalRows, ScratchpadPane .ran { display: none; }
    ScratchpadPane.proposed ProposalRows, ScratchpadPane.output .ran { display: block; }
    """

    def __init__(self) -> None:
        super().__init__("scratchpad", "Scratchpad")
        self.header.note = "python"
        self.name_shown = ""
        """The text's own name, where it has one."""
        self.instruction = Instruction()
        self.editor = Editor()
        self.proposal = ProposalRows()
        self.output, self.above_output = Output(), Rule()
        self.output.add_class("ran")
        self.above_output.add_class("ran")
        self.verdicts = VerdictRows(id="verdicts")
        self.detail = VerdictDetail()
        self.between = Rule()
        for each in (self.verdicts, self.between, self.detail):
            each.add_class("checked")
        self._checked_text = ""
        self.state = ScreenLine("scratch-state")
        self.language = "python"
        self._before = ""
        """What stood there before the generation under way."""

    def compose(self) -> ComposeResult:
        yield self.header
        yield self.instruction
        yield Rule()
        yield self.editor
        yield self.proposal
        yield self.verdicts
        yield self.between
        yield self.detail
        yield self.above_output
        yield self.output
        yield self.state

    @property
    def home(self) -> Widget:
        return self._main if self.checked or self.proposed or self.text else self.instruction

    @property
    def stops(self) -> list[Widget]:
        below: list[Widget] = [self.output] if self.has_class("output") else []
        return [self.instruction, self._main, *below]

    @property
    def _main(self) -> Widget:
        return self.proposal if self.proposed else self.verdicts if self.checked else self.editor

    @property
    def text(self) -> str:
        """The code."""
        return self.editor.text

    @property
    def selection(self) -> tuple[int, int]:
        """Offsets of what is selected in the text; both are the cursor's where nothing is."""
        lines = self.text.split("\n")
        chosen = self.editor.selection
        first, last = (
            sum(len(line) + 1 for line in lines[:row]) + column
            for row, column in sorted((tuple(chosen.start), tuple(chosen.end)))
        )
        return first, last

    @property
    def selected(self) -> str:
        """What is selected, or nothing."""
        first, last = self.selection
        return self.text[first:last]

    def speak(self, language: str) -> None:
        """Another language."""
        self.language = language
        self.header.set(" · ".join(filter(None, (self.name_shown, language))))

    def load(self, text: str, language: str) -> None:
        """A saved text."""
        self.editor.load_text(clean(text))
        self.speak(language or "python")

    def replace(self, text: str) -> None:
        """Another text in the place of this one, as one step that can be undone."""
        editor = self.editor
        editor.replace(clean(text), (0, 0), editor.document.end, maintain_selection_offset=False)

    # ── verdicts ─────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def checked(self) -> bool:
        """Whether verdicts stand in the editor's place."""
        return self.has_class("verdicts")

    def show_verdicts(self, rows: "Sequence[VerdictRow]") -> None:
        """The text's sentences in the place of the editor, until `hide_verdicts`."""
        self.has_list, self._checked_text = True, self.text
        self.add_class("verdicts")
        self.verdicts.show(rows, top=True)
        self.verdicts.focus()

    def refresh_verdicts(self) -> None:
        """Some have come."""
        self.verdicts.redraw()
        self.detail.show(self.verdicts.item)

    def hide_verdicts(self) -> None:
        """Back to the editor."""
        if self.checked:
            focused = self.verdicts.has_focus
            self.has_list = False
            self.remove_class("verdicts")
            self.say("")
            if focused:
                self.editor.focus()

    def on_rows_moved(self, event: VerdictRows.Moved) -> None:
        event.stop()
        if event.rows is self.verdicts:
            self.detail.show(self.verdicts.item)

    def on_rows_opened(self, event: VerdictRows.Opened) -> None:
        event.stop()
        if event.rows is not self.verdicts:
            return
        row = self.verdicts.item
        if row is None or row.citation is None:
            desk(self).say("No span of the library decides this one." if row and row.checked else "Not checked yet.")
        else:
            sources = [each.citation for each in self.verdicts.items if each.citation is not None]
            self.post_message(OpenPage(_place(row.citation), [_place(each) for each in sources]))

    # ── what a run wrote ─────────────────────────────────────────────────────────────────────────────────────

    def show_output(self) -> None:
        """Room for what a run writes, below the code, and the keys of this pane go there."""
        self.output.begin("")
        self.above_output.say("")
        self.add_class("output")
        if self.has_focus_within:
            self.output.focus()

    def hide_output(self) -> bool:
        """Back to the code; whether there was something to hide."""
        if not self.has_class("output") or not self.output.has_focus:
            return False
        self.remove_class("output")
        self._main.focus()
        return True

    # ── generation ───────────────────────────────────────────────────────────────────────────────────────────

    @property
    def proposed(self) -> bool:
        """Whether a proposal stands in the editor's place."""
        return self.has_class("proposed")

    def begin(self) -> None:
        """Code will stream in: into an empty editor as it is, else as a proposal. Typing waits meanwhile."""
        self.hide_verdicts()
        self._before = self.text
        self.editor.read_only = True
        if self._before.strip():
            self.proposal.begin(self._before)
            focused = self.has_focus_within
            self.add_class("proposed")
            if focused:
                self.proposal.focus()
        self.say("writing …")

    def stream(self, text: str, code: str) -> None:
        """More of it: `text` is what has come, `code` all the code in it so far."""
        if self.proposed:
            self.proposal.stream(code)
            return
        at_end = self.editor.cursor_location == self.editor.document.end
        self.editor.insert(clean(text), self.editor.document.end)
        if at_end:
            self.editor.move_cursor(self.editor.document.end)

    def finish(self, code: str) -> int:
        """All of it, without fences; how many changes are proposed, 0 where it stands in the editor."""
        self.editor.read_only = False
        if self.proposed:
            changes = self.proposal.finish(code)
            if not changes:
                self.end_proposal()
            return changes
        written = clean(code) if code.strip() else self.text
        self.editor.load_text(self._before)
        self.replace(written)
        return 0

    def end_proposal(self) -> None:
        """The editor again, as it was."""
        focused = self.proposal.has_focus
        self.remove_class("proposed")
        self.editor.read_only = False
        if focused:
            self.editor.focus()

    def on_proposal_rows_decided(self, event: ProposalRows.Decided) -> None:
        event.stop()
        self.post_message(AcceptProposal(event.text, event.accepted, event.of))

    def say(self, text: str, trouble: bool = False) -> None:
        """One line about what happened."""
        ink = desk(self).ink
        self.state.put(Content.styled(f" {'! ' if trouble else ''}{text}", ink.trouble if trouble else ink.soft))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self.post_message(WriteCode(event.value))

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        if self.text != self._checked_text:
            self.hide_verdicts()
        self.post_message(KeepText())

    @property
    def file_name(self) -> str:
        """A name to offer for saving."""
        return f"scratch.{SUFFIXES.get(self.language, 'txt')}"
