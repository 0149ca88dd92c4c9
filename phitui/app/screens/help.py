"""Help: every key of the pane in use, then every key everywhere, from the registry."""

from collections.abc import Mapping
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from phitui.app import keys
from phitui.app.desk import desk
from phitui.app.widgets.dialog import Panel, Words
from phitui.app.widgets.rows import Lined
from phitui.app.widgets.texts import wrapped

TITLES: dict[keys.Where, str] = {"list": "In lists", "proposal": "In a proposal", "output": "In what a run wrote"}
"""Of places whose own name is none."""
WHAT: dict[keys.Where, str] = {
    "chat": "Questions, the sentences that answer them, and what the model made of them.",
    "library": "● searchable by words and meaning   ◐ being read or embedded   ! without text   ✗ failed: r retries",
    "passages": "Every candidate of the question: rank, score, what became of it, tokens, page. "
    "The end of the list adds what else was weighed.",
    "scratchpad": "Write what the code should do, then enter. The code can be edited; it is saved as you type.",
    "page": "The page's text; what was cited is marked.",
    "evaluation": "Questions whose right passage is known, and how often it is found, quoted, or wrongly refused.",
    "comparison": "The same question and passages to several models. Whose answer it is, is shown after the vote.",
    "tuning": "Records that a model learns from, as it reads them, and the loss while it learns. It goes on when "
    "this is closed, and can be stopped and gone on with.",
    "activity": "What is under way, with how far it is, then what ended last and how long it took.",
    "composer": "Enter sends. What you typed is kept, even if the connection breaks. A question may also say "
    '"exact phrase", -without, in:name, page:12 or page:10-20, after:2019.',
}


MOST_ROWS = 32
AROUND = 10
"""Lines above and below the keys."""


class KeyTable(Lined):
    """Keys and sentences, in groups."""

    DEFAULT_CSS = "KeyTable { height: auto; padding: 0 1; background: $panel; }"

    def __init__(self, groups: list[keys.Where], keymap: Mapping[str, str]):
        super().__init__()
        self._groups, self._keymap = groups, keymap

    def _lines(self, width: int) -> list[Content]:
        ink = desk(self).ink
        lines: list[Content] = []
        for said in keys.conflicts(self._keymap):
            lines += wrapped(Content.styled(f"! {said}", ink.trouble), width)
        for group in self._groups:
            lines += [Content(""), Content.styled(TITLES.get(group, group.capitalize()), ink.title)]
            if group in WHAT:
                lines += wrapped(Content.styled(WHAT[group], ink.soft), width)
            for key in keys.of(group):
                sign = keys.shown_all(key.bound(self._keymap))
                sign += f" · ^t {key.leader}" if key.leader else ""
                lead = Content.styled(f"  {sign:<15} ", ink.accent)
                words = Content.styled(key.help, ink.text) + Content.styled(f"  {key.id}", ink.soft)
                lines += wrapped(words, width, lead)
        return lines


class Help(Panel):
    """What the keys do here; those of lists scroll."""

    BINDINGS: ClassVar[list[BindingType]] = [
        each for each in keys.bindings("list") if getattr(each, "id", "") != keys.BY_ID["open"].id
    ]

    DEFAULT_CSS = """
    Help > .panel { max-height: 96%; }
    Help VerticalScroll { height: auto; background: $panel; scrollbar-size: 0 1; }
    """

    def __init__(self, groups: list[keys.Where], keymap: Mapping[str, str]):
        super().__init__()
        self._groups, self._keymap = groups, keymap
        self._scroller = VerticalScroll(can_focus=False)

    def action_move(self, by: int) -> None:
        self._scroller.scroll_relative(y=by, animate=False)

    def action_leap(self, by: int) -> None:
        self._scroller.scroll_relative(y=by * self._scroller.size.height // 2, animate=False)

    def action_edge(self, side: int) -> None:
        self._scroller.scroll_to(y=0 if side < 0 else self._scroller.max_scroll_y, animate=False)

    def on_resize(self, event: events.Resize) -> None:
        self._scroller.styles.max_height = max(3, min(MOST_ROWS, event.size.height - AROUND))

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield Words("Help", strong=True)
            with self._scroller:
                yield KeyTable(self._groups, self._keymap)
            yield Words(" ")
            palette = keys.shown(keys.BY_ID["palette"].bound(self._keymap))
            yield Words(f"{palette}, then tour: five things to do on phitui's handbook")
            yield Words("esc goes back   j k scroll   keys can be changed in the settings file, by the grey names")
