"""The scratchpad: an instruction, and code that streams into an editor."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, TextArea

from phitui.app.widgets.lines import Header, Line, Rule
from phitui.app.widgets.rows import desk
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


class Scratchpad(Vertical):
    """Instruction above, code below, state in between."""

    DEFAULT_CSS = """
    Scratchpad { height: 1fr; background: $background; }
    Scratchpad #instruction { height: 1; border: none; padding: 0 1; background: $background; }
    Scratchpad #scratch-state { height: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = []

    class Wanted(Message):
        """Code is wanted for an instruction."""

        def __init__(self, instruction: str):
            super().__init__()
            self.instruction = instruction

    class Changed(Message):
        """The text is another: save it soon."""

    def __init__(self) -> None:
        super().__init__(id="scratchpad")
        self.header = Header("Scratchpad")
        self.header.note = "python"
        self.instruction = Input(placeholder="what the code should do, then enter", id="instruction", compact=True)
        self.instruction.cursor_blink = False
        self.editor = Editor()
        self.state = Line("scratch-state")
        self.language = "python"
        self._streamed = ""

    def compose(self) -> ComposeResult:
        yield self.header
        yield self.instruction
        yield Rule()
        yield self.editor
        yield self.state

    @property
    def text(self) -> str:
        """The code."""
        return self.editor.text

    def speak(self, language: str) -> None:
        """Another language."""
        self.language = language
        self.header.set(language)

    def load(self, text: str, language: str) -> None:
        """A saved text."""
        self.editor.load_text(clean(text))
        self.speak(language or "python")

    def begin(self) -> None:
        """A new generation streams in below what there is."""
        self._streamed = ""
        self.editor.load_text("")
        self.say("writing …")

    def stream(self, text: str) -> None:
        """More code."""
        at_end = self.editor.cursor_location == self.editor.document.end
        self.editor.insert(clean(text), self.editor.document.end)
        if at_end:
            self.editor.move_cursor(self.editor.document.end)

    def finish(self, code: str, note: str) -> None:
        """The code as it is without fences."""
        if code.strip() and clean(code) != self.text:
            self.editor.load_text(clean(code))
        self.say(note)

    def say(self, text: str, trouble: bool = False) -> None:
        """One line about what happened."""
        ink = desk(self).ink
        self.state.put(Content.styled(f" {'! ' if trouble else ''}{text}", ink.trouble if trouble else ink.soft))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self.post_message(self.Wanted(event.value))

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self.post_message(self.Changed())

    @property
    def file_name(self) -> str:
        """A name to offer for saving."""
        return f"scratch.{SUFFIXES.get(self.language, 'txt')}"
