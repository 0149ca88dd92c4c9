"""Two answers beside each other: what both say, and what only one of them does."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from phitui.app.desk import desk
from phitui.app.theme import Ink
from phitui.app.widgets.dialog import Panel, Words
from phitui.app.widgets.rows import Lined
from phitui.app.widgets.texts import SIDE_BY_SIDE, beside, wrapped
from phitui.text import clean, one_line
from phitui.wording import cited_pages, ended, page_name

if TYPE_CHECKING:
    from phitui.answers.turn import Turn

ONLY = "≠"


class Answers(Lined):
    """Both, in one or two columns; in one, what both say is left out.

    What only one of them says is marked and bright, the rest is soft.
    """

    DEFAULT_CSS = "Answers { height: auto; padding: 0 1; background: $panel; }"

    def __init__(self, before: "Turn", now: "Turn"):
        super().__init__()
        self._turns = before, now

    def _lines(self, width: int) -> list[Content]:
        from phitui.answers.past.changes import changes

        ink, (before, now) = desk(self).ink, self._turns
        found = changes(before, now)
        gone = {*found.gone_sentences, *(_said(each.text) for each in found.gone_quotes)}
        new = {*found.new_sentences, *(_said(each.text) for each in found.new_quotes)}
        if width < SIDE_BY_SIDE:
            return [*_told(before, gone, width, ink, False), Content(""), *_told(now, new, width, ink, False)]
        room = (width - 3) // 2
        left, right = _told(before, gone, room, ink), _told(now, new, room, ink)
        return beside(left, right, room, ink)


def _told(turn: "Turn", only: set[str], width: int, ink: Ink, shared: bool = True) -> list[Content]:
    lines = wrapped(Content.styled(one_line(turn.question), ink.strong), width, "› ")
    lines.append(Content(""))

    left_out = 0

    def say(text: str, where: str, quoted: bool) -> None:
        nonlocal left_out
        alone = _said(text) in only
        if not alone and not shared:
            left_out += 1
            return
        words = f"“{one_line(text)}”" if quoted else one_line(text)
        mark = Content.styled(f"{ONLY if alone else ' '} ", ink.accent)
        told = Content.styled(clean(words), ink.text if alone else ink.soft) + Content.styled(where, ink.soft)
        lines.extend(wrapped(told, width, mark))

    for each in turn.sentences if not turn.by_quotation else ():
        say(each.text, "".join(f" · {page}" for page in cited_pages(each)), False)
    if turn.quotes and shared:
        lines += [Content(""), Content.styled("Quotes", ink.soft)]
    for quote in turn.quotes:
        say(quote.text, f" {one_line(quote.title, 30)}, {page_name(quote.span.page, quote.page_label)}", True)
    if not turn.quotes and not turn.sentences:
        lines.append(Content.styled(one_line(turn.problem) or "no answer", ink.soft))
    if left_out:
        lines.append(Content.styled(f"  … and {left_out} that both say", ink.soft))
    done = turn.finished
    made = " · ".join(filter(None, (one_line(done.model, 40), ended(done.reason)))) if done else ""
    return [*lines, Content.styled(made, ink.soft)]


def _said(text: str) -> str:
    return " ".join(text.split())


class TwoAnswers(Panel):
    """The wording before and the one after."""

    DEFAULT_CSS = """
    TwoAnswers > .panel { width: 96%; }
    TwoAnswers VerticalScroll { height: auto; max-height: 60vh; background: $panel; scrollbar-size: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll(1)", "down", show=False),
        Binding("k,up", "scroll(-1)", "up", show=False),
        Binding("space,pagedown,ctrl+d", "scroll(10)", "down", show=False),
        Binding("pageup,ctrl+u", "scroll(-10)", "up", show=False),
        Binding("q,d", "app.back", "back", show=False),
    ]

    def __init__(self, turns: "Sequence[Turn]"):
        super().__init__()
        self._turns = turns

    def compose(self) -> ComposeResult:
        before, now = self._turns
        with Vertical(classes="panel"):
            yield Words("Two answers", strong=True)
            with VerticalScroll(can_focus=False):
                yield Answers(before, now)
            yield Words(" ")
            yield Words(f"{ONLY} only this one says it   j k scroll   esc goes back")

    def action_scroll(self, by: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)
