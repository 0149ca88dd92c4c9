"""Two answers beside each other: what both say, and what only one of them does."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.binding import Binding, BindingType
from textual.content import Content

from phitui.app.desk import desk
from phitui.app.screens.pairs.asked_with import asked_with
from phitui.app.screens.pairs.pair import Pair
from phitui.app.theme import Ink
from phitui.app.widgets.rows import Lined
from phitui.app.widgets.texts import SIDE_BY_SIDE, beside, wrapped
from phitui.text import clean, one_line
from phitui.wording import cited_pages, ended, page_name

if TYPE_CHECKING:
    from phitui.answers.turn import Turn

ONLY = "≠"


Asked = tuple["Turn", Sequence[str]]
"""An answer, and the names of the documents that alone were asked."""


class Side(NamedTuple):
    """One of the two."""

    turn: "Turn"
    documents: Sequence[str]
    number: int
    """Its place among all answers to the question, from 1."""


class Answers(Lined):
    """Both, in one or two columns; in one, what both say is left out.

    What only one of them says, or was asked with, is marked and bright, the rest is soft.
    """

    DEFAULT_CSS = "Answers { height: auto; padding: 0 1; background: $panel; }"

    def __init__(self, before: Side, now: Side):
        super().__init__()
        self._sides = before, now

    def put(self, before: Side, now: Side) -> None:
        """Shows two others."""
        self._sides = before, now
        self.redraw()

    def _lines(self, width: int) -> list[Content]:
        from phitui.answers.past.changes import changes

        ink, (before, now) = desk(self).ink, self._sides
        found = changes(before.turn, now.turn)
        gone = {*found.gone_sentences, *(_said(each.text) for each in found.gone_quotes)}
        new = {*found.new_sentences, *(_said(each.text) for each in found.new_quotes)}
        asked = [asked_with(each.turn, each.documents) for each in (before, now)]
        gone.update(each for each in asked[0] if each not in asked[1])
        new.update(each for each in asked[1] if each not in asked[0])
        if width < SIDE_BY_SIDE and not gone and not new:
            same = Content.styled("  says the same, and was asked with the same", ink.soft)
            return [*_told(before, gone, width, ink), Content(""), *_head(now, width, ink), same]
        if width < SIDE_BY_SIDE:
            return [*_told(before, gone, width, ink, False), Content(""), *_told(now, new, width, ink, False)]
        room = (width - 3) // 2
        left, right = _told(before, gone, room, ink), _told(now, new, room, ink)
        return beside(left, right, room, ink)


def _head(side: Side, width: int, ink: Ink) -> list[Content]:
    return wrapped(Content.styled(one_line(side.turn.question), ink.strong), width, f"{side.number} › ")


def _told(side: Side, only: set[str], width: int, ink: Ink, shared: bool = True) -> list[Content]:
    turn = side.turn
    lines = _head(side, width, ink)
    for part in asked_with(turn, side.documents):
        alone = part in only
        if not alone and not shared:
            continue
        mark = Content.styled(f"{ONLY if alone else ' '} ", ink.accent)
        lines.extend(wrapped(Content.styled(part, ink.text if alone else ink.soft), width, mark))
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
    how = ended(turn.finished.reason) if turn.finished else ""
    return [*lines, Content.styled(f"  {how}", ink.soft)] if how else lines


def _said(text: str) -> str:
    return " ".join(text.split())


class TwoAnswers(Pair):
    """Any two of the answers to one question, in whatever wording; first the one at `place` and the one before it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "step(0, -1)", "another first one", show=False),
        Binding("right,l", "step(0, 1)", "another first one", show=False),
        Binding("left_square_bracket", "step(1, -1)", "another second one", show=False),
        Binding("right_square_bracket", "step(1, 1)", "another second one", show=False),
    ]

    def __init__(self, answered: "Sequence[Asked]", place: int):
        self._answered = answered
        self._shown = [place - 1, place] if place else [0, 1]
        steps = "   ← → first   [ ] second" if len(answered) > 2 else ""
        self._answers = Answers(*self._sides())
        title = f"Two of {len(answered)} answers" if steps else "Two answers"
        super().__init__(title, self._answers, f"{ONLY} only here{steps}")

    def _sides(self) -> tuple[Side, Side]:
        first, second = (Side(*self._answered[each], each + 1) for each in self._shown)
        return first, second

    def action_step(self, side: int, by: int) -> None:
        """To the next answer on that side; the one that stands on the other side is passed over."""
        place, other = self._shown[side] + by, self._shown[1 - side]
        place += by if place == other else 0
        if 0 <= place < len(self._answered):
            self._shown[side] = place
            self._answers.put(*self._sides())
