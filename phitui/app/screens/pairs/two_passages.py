"""Two passages beside each other, each with its page and what became of it."""

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from phitui.app.desk import desk
from phitui.app.screens.pairs.pair import Pair
from phitui.app.theme import Ink
from phitui.app.widgets.rows import Lined
from phitui.app.widgets.texts import SIDE_BY_SIDE, beside, marked, wrapped
from phitui.text import one_line
from phitui.wording import page_name

if TYPE_CHECKING:
    from phitui.records import Hit


class Passages(Lined):
    """Both, in two columns, or one below the other; words of the question are underlined."""

    DEFAULT_CSS = "Passages { height: auto; padding: 0 1; background: $panel; }"

    def __init__(self, one: "Hit", other: "Hit", query: str):
        super().__init__()
        self._hits, self._query = (one, other), query

    def _lines(self, width: int) -> list[Content]:
        ink, (one, other) = desk(self).ink, self._hits
        if width < SIDE_BY_SIDE:
            return [*self._told(1, one, width, ink), Content(""), *self._told(2, other, width, ink)]
        room = (width - 3) // 2
        return beside(self._told(1, one, room, ink), self._told(2, other, room, ink), room, ink)

    def _told(self, number: int, hit: "Hit", width: int, ink: Ink) -> list[Content]:
        lines = wrapped(Content.styled(one_line(hit.name), ink.strong), width, f"{number} ")
        where = f"rank {hit.rank} · {page_name(hit.span.page, hit.page_label)}{' · OCR' if hit.ocr else ''}"
        lines += wrapped(Content.styled(where, ink.soft), width, "  ")
        if hit.section:
            lines += wrapped(Content.styled(one_line(hit.section), ink.soft), width, "  ")
        return [*lines, Content(""), *wrapped(marked(one_line(hit.text), self._query, ink.text, ink.found), width)]


class TwoPassages(Pair):
    """Comes back with "1" or "2" where the page of that one is to be opened."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "open('1')", "open", show=False),
        Binding("2", "open('2')", "open", show=False),
    ]

    def __init__(self, one: "Hit", other: "Hit", query: str):
        super().__init__("Two passages", Passages(one, other, query), "1 2 open their pages")

    def action_open(self, number: str) -> None:
        self.dismiss(number)
