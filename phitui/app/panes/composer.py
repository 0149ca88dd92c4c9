"""Where questions are written: enter sends, the text grows the box, nothing typed is lost."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import TextArea

from phitui.app import keys
from phitui.app.desk import desk
from phitui.app.requests import AskQuestion, CompleteQuestion, SendNothing
from phitui.app.widgets.rows import strip
from phitui.text import one_line

SIGNS = {"template": "#", "name-document": "@", "command": "/"}
"""Keys that complete a question, by their ids, and what they write where they do not."""


class Composer(TextArea):
    """A text area of one to eight lines."""

    DEFAULT_CSS = """
    Composer {
        height: auto; max-height: 8; border: none; padding: 0 1 0 1; background: $background;
        scrollbar-size: 0 1;
        &:focus { border: none; }
        & .text-area--cursor-line { background: $background; }
        & .text-area--placeholder { color: $soft; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.bindings("composer"),
        Binding("ctrl+z", "app.suspend_process", "suspend", show=False, id="suspend"),  # a text area takes it for undo
        Binding("ctrl+underscore", "undo", "undo", show=False, id="undo-typing"),
    ]

    class Scrolled(Message):
        """The chat should scroll by so many pages."""

        def __init__(self, pages: int):
            super().__init__()
            self.pages = pages

    class Recalled(Message):
        """The text was replaced by one of the `choices` (index counted from the end, from 1)."""

        def __init__(self, back: int):
            super().__init__()
            self.back = back

    def __init__(self) -> None:
        super().__init__(
            id="composer",
            soft_wrap=True,
            compact=True,
            show_line_numbers=False,
            tab_behavior="focus",
            placeholder="ask…",
            highlight_cursor_line=False,
        )
        self.cursor_blink = False
        self.choices: list[str] = []
        """What `up` offers, oldest first."""
        self._earlier: list[str] = []
        self._begun = ""
        """What was typed before `up`: only what begins with it is offered."""
        self._back = 0

    def offer(self, choices: Sequence[str]) -> None:
        """What `up` brings first, oldest first."""
        self.choices = list(choices)
        self._back = 0

    def remember(self, questions: Sequence[str]) -> None:
        """What was asked in earlier sessions, oldest first: `up` brings it behind the rest."""
        self._earlier = list(questions)

    @property
    def _offered(self) -> list[str]:
        """Each once, at its last place."""
        every = reversed([*self._earlier, *self.choices])
        begun = self._begun.casefold()
        return [each for each in dict.fromkeys(every) if each.casefold().startswith(begun) and each != self._begun][
            ::-1
        ]

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        return key not in ("tab", "shift+tab") and super().check_consume_key(key, character)

    async def _on_key(self, event: events.Key) -> None:
        # At once, and not as bindings: those run after the letters that follow in the same burst.
        does = next((does for name, does in self._at_once(event) if self._means(event, name)), None)
        if does is None:
            await super()._on_key(event)
            return
        event.stop()
        event.prevent_default()
        does()

    def _at_once(self, event: events.Key) -> Iterator[tuple[str, Callable[[], None]]]:
        yield from (("send", self.action_send), ("new-line", self.action_newline), ("older", self.action_older))
        for name, sign in SIGNS.items():
            if not event.is_printable or self._completes(sign):
                yield name, partial(self.action_complete, sign)

    def _means(self, event: events.Key, name: str) -> bool:
        return event.key in keys.BY_ID[name].bound(desk(self).settings.keys).split(",")

    def action_complete(self, sign: str) -> None:
        self.post_message(CompleteQuestion(sign))

    def _completes(self, sign: str) -> bool:
        """Whether that sign asks for something to choose from: `@` where a word begins, the others at the beginning."""
        row, column = self.cursor_location
        before = self.document.get_line(row)[:column]
        if sign == "@":
            return not before or before[-1].isspace()
        return (row, column) == (0, 0) if sign == "#" else not self.text

    def action_send(self) -> None:
        if self.text.strip():
            self._back = 0
            self.post_message(AskQuestion(self.text))
        else:
            self.post_message(SendNothing())

    def action_newline(self) -> None:
        self.insert("\n")

    def action_scroll_chat(self, pages: int) -> None:
        self.post_message(self.Scrolled(pages))

    def action_older(self) -> None:
        offered = self._offered
        if not self._back or self._back > len(offered) or self.text != offered[-self._back]:
            self._back, self._begun = 0, self.text
            offered = self._offered
        if self.cursor_location[0] == 0 and self._back < len(offered):
            self._recall(self._back + 1, offered)
        elif not self._back:
            self.action_cursor_up()

    def action_cursor_down(self, select: bool = False) -> None:
        offered = self._offered if self._back else []
        if 0 < self._back <= len(offered) and self.text == offered[-self._back]:
            self._recall(self._back - 1, offered)
        else:
            super().action_cursor_down(select)

    def _recall(self, back: int, offered: Sequence[str]) -> None:
        self._back = back
        self.load_text(offered[-back] if back else self._begun)
        self.move_cursor(self.document.end)
        self.post_message(self.Recalled(0 if self._begun else back))


class Examples(Widget):
    """Questions to begin with, above the composer; `up` brings them into it."""

    DEFAULT_CSS = "Examples { height: auto; background: $background; }"

    def __init__(self, questions: Sequence[str]):
        super().__init__(id="examples")
        self.questions = [one_line(each) for each in questions]
        self.back = 0
        self.display = bool(questions)

    def offer(self, questions: Sequence[str]) -> None:
        """Other ones."""
        self.questions, self.back = [one_line(each) for each in questions], 0
        self.refresh(layout=True)

    def mark(self, back: int) -> None:
        """Marks the one that is in the composer."""
        self.back = back
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.questions) + 1

    def render_line(self, y: int) -> Strip:
        ink, width = desk(self).ink, self.size.width
        if y == 0:
            head = Content.styled(" Try one of these: ", ink.soft) + Content.styled("↑", ink.accent)
            return strip(self, head + Content.styled(", then enter", ink.soft), width)
        live = len(self.questions) - y + 1 == self.back
        mark = Content.styled(" ▸ " if live else "   ", ink.title)
        return strip(self, mark + Content.styled(self.questions[y - 1], ink.title if live else ink.text), width)
