"""The scratchpad's text as it was checked: a sentence a row, its verdict in the margin, why below."""

from dataclasses import field

from textual.content import Content

from phitui.app.desk import desk
from phitui.app.theme import Ink
from phitui.app.widgets.rows import Lined, Rows
from phitui.app.widgets.texts import wrapped
from phitui.records import CheckedSentence, Citation
from phitui.text import one_line
from phitui.values import dataclass
from phitui.wording import VERDICTS, page_name, remark

MARKS = {"supported": "+", "partly": "~", "related": "-", "unsupported": "?", "contradicted": "!", "no claim": " "}
"""In the margin: signs that every terminal has, since a colour alone says nothing where there are none."""
WAITING = "."
LONGEST_QUOTE = 600
"""Characters of a source that are shown."""
DETAIL_LINES = 9


@dataclass(slots=True)
class VerdictRow:
    """A sentence of the text; `checked` is None until it is its turn."""

    number: int
    text: str
    checked: CheckedSentence | None = field(default=None)

    @property
    def citation(self) -> Citation | None:
        """The span that decides, where there is one."""
        return self.checked.citations[0] if self.checked and self.checked.citations else None


class VerdictRows(Rows[VerdictRow]):
    """As many lines a sentence as it needs."""

    def name_of(self, item: VerdictRow) -> object:
        return item.number

    def tall(self, item: VerdictRow) -> int:
        return len(self._wrapped(item, Content(item.text)))

    def draw(self, item: VerdictRow, width: int, ink: Ink) -> list[Content]:
        verdict = item.checked.verdict if item.checked else ""
        tone = {"supported": ink.accent, "contradicted": ink.trouble, "unsupported": ink.trouble}.get(verdict, ink.soft)
        text = Content.styled(item.text, ink.soft if verdict == "no claim" else ink.text)
        if item.checked is not None:
            for word in item.checked.unsupported_words:
                start = item.text.find(word)
                if start >= 0:
                    text = text.stylize(ink.trouble, start, start + len(word))
        mark = Content.styled(MARKS.get(verdict, WAITING), tone)
        first, *rest = self._wrapped(item, text)
        return [Content(" ") + mark + first[2:], *rest]

    def _wrapped(self, item: VerdictRow, text: Content) -> list[Content]:
        return wrapped(text, max(12, self.size.width - 1), "   ")


class VerdictDetail(Lined):
    """The chosen sentence: its verdict in words, what it lacks or says otherwise, and the source."""

    DEFAULT_CSS = f"VerdictDetail {{ height: auto; max-height: {DETAIL_LINES}; background: $background; }}"

    def __init__(self) -> None:
        super().__init__()
        self._row: VerdictRow | None = None

    def show(self, row: VerdictRow | None) -> None:
        """Another sentence, or the same with its verdict."""
        self._row = row
        self.refresh(layout=True)

    def redraw(self) -> None:
        """In the colours that hold now."""
        self.refresh(layout=True)

    def _lines(self, width: int) -> list[Content]:
        ink, row, width = desk(self).ink, self._row, max(16, width - 1)
        if row is None:
            return []
        if row.checked is None:
            return [Content.styled(" not checked yet", ink.soft)]
        verdict, why = row.checked.verdict, remark(row.checked)
        tone = ink.accent if verdict == "supported" else ink.soft if verdict == "no claim" else ink.trouble
        lines = wrapped(Content.styled(f"{MARKS[verdict]} {VERDICTS[verdict]}", tone), width, " ")
        if why and verdict != "no claim":
            lines += wrapped(Content.styled(one_line(why), ink.text), width, "   ")
        elif why:
            lines = wrapped(Content.styled(one_line(why), ink.soft), width, "   ")
        for each in row.checked.citations:
            where = Content.styled(
                f" {one_line(each.title, 60)}, {page_name(each.span.page, each.page_label)}", ink.soft
            )
            lines += wrapped(Content.styled(f"“{one_line(each.quote, LONGEST_QUOTE)}”", ink.text) + where, width, "   ")
        if len(lines) > DETAIL_LINES:
            lines = [*lines[: DETAIL_LINES - 1], Content.styled("   … enter opens the page", ink.soft)]
        return lines
