"""Dialogs: a sentence, sometimes a line to fill in, over the screen they interrupt."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input

from phitui.app.desk import desk
from phitui.app.widgets.rows import Lined
from phitui.app.widgets.texts import unparted, wrapped


class Words(Lined):
    """Wrapped text, soft unless said otherwise."""

    DEFAULT_CSS = "Words { height: auto; padding: 0 1; background: $panel; }"

    def __init__(self, text: str = "", strong: bool = False):
        super().__init__()
        self.text, self.strong, self.trouble = text, strong, False

    def put(self, text: str, trouble: bool = False) -> None:
        """Says something else."""
        self.text, self.trouble = text, trouble
        self.refresh(layout=True)

    def _lines(self, width: int) -> list[Content]:
        ink = desk(self).ink
        style = ink.trouble if self.trouble else ink.strong if self.strong else ink.soft
        return wrapped(Content.styled(unparted(self.text, width), style), width) if self.text else []


class Panel(ModalScreen[str | None]):
    """A panel in the upper middle. `None` comes back from escape."""

    DEFAULT_CSS = """
    Panel { align: center top; background: $background 60%; }
    Panel > .panel {
        width: 72; max-width: 96%; height: auto; max-height: 90%; margin-top: 2; padding: 1 1;
        background: $panel; border-left: outer $primary;
    }
    Panel Input { height: 1; border: none; background: $background; padding: 0 1; margin: 1 1; }
    """


class Prompt(Panel):
    """Asks for one line."""

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, title: str, text: str = "", hint: str = "", secret: bool = False):
        super().__init__()
        self._title, self._hint = title, hint
        self.field = Input(text, password=secret, compact=True)
        self.field.cursor_blink = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield Words(self._title, strong=True)
            yield self.field
            yield Words(self._hint)
            yield Words("enter accepts   esc goes back")

    def on_mount(self) -> None:
        self.field.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(event.value)


class Confirm(Panel):
    """A yes or no; no is the default."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer('yes')", "yes", show=False),
        Binding("n,enter", "answer('')", "no", show=False),
    ]

    def __init__(self, title: str, text: str):
        super().__init__()
        self._title, self._text = title, text

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield Words(self._title, strong=True)
            yield Words(self._text)
            yield Words("")
            yield Words("y yes   n no")

    def action_answer(self, answer: str) -> None:
        self.dismiss(answer or None)


class Choices(Lined):
    """Keys with their labels, as many a line as fit; none is parted from its label."""

    DEFAULT_CSS = "Choices { width: 100%; height: auto; padding: 0 1; background: $panel; }"

    def __init__(self, choices: dict[str, str]):
        super().__init__()
        self._choices = choices

    def _lines(self, width: int) -> list[Content]:
        ink = desk(self).ink
        lines = [Content("")]
        for key, label in self._choices.items():
            each = Content.styled(key, ink.accent) + Content.styled(f" {label}", ink.text)
            between = Content("   " if lines[-1] else "")
            if lines[-1].cell_length + between.cell_length + each.cell_length > width:
                lines.append(each)
            else:
                lines[-1] += between + each
        return lines


class Leader(ModalScreen[str | None]):
    """The second key after ctrl+t, with the choices along the bottom."""

    DEFAULT_CSS = """
    Leader { align: left bottom; background: $background 0%; }
    """

    def __init__(self, choices: dict[str, str]):
        super().__init__()
        self._choices = choices

    def compose(self) -> ComposeResult:
        yield Choices(self._choices)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        letter = event.character if event.character in self._choices else event.key
        self.dismiss(letter if letter in self._choices else None)
