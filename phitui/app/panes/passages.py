"""The passages pane: every candidate of this question, its scores by arm, whether the model saw it and why."""

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from phitui.app import keys
from phitui.app.desk import desk
from phitui.app.panes.turn_actions import TurnActions
from phitui.app.requests import (
    AlonePassage,
    ComparePassages,
    ExcludePassage,
    JudgePassage,
    MarkPlace,
    MorePassages,
    OpenPage,
    PinPassage,
    Place,
)
from phitui.app.theme import Ink
from phitui.app.widgets.lines import Rule, ScreenLine
from phitui.app.widgets.pane import Pane
from phitui.app.widgets.rows import Lined, Rows
from phitui.app.widgets.texts import marked, score, stacked, wrapped
from phitui.events import PromptPacked
from phitui.records import Hit, PackedPassage
from phitui.text import one_line
from phitui.values import dataclass
from phitui.wording import cited, page_name

if TYPE_CHECKING:
    from phitui.answers.turn import Turn

BAR = 8
"""Cells of a score bar; in a narrow pane the reason needs some of them."""
NARROW_BAR = 5
ROOMY = 52
"""Columns from which there is room for whole words."""


SIGNALS = {
    "words": "the question's words",
    "pairs": "side by side",
    "sentence": "best sentence",
    "closest": "its meaning",
    "named": "document named",
    "beyond words": "in other words",
    "furniture": "a list or common",
    "statement": "figures asked for",
    "repeats": "said above",
    "aligned": "word by word",
    "rerank": "model's view",
}
"""Signals of the order → what they are called here; those of 0 are left out."""


@dataclass(frozen=True, slots=True)
class PassageRow:
    """A passage as the pane shows it."""

    hit: Hit
    packed: PackedPassage | None
    share: float
    """Its score between the last (0) and the best (1) candidate."""
    choice: str = ""
    """pinned, dropped, alone or empty."""
    judged: bool = False
    """Whether it is marked as the right one for the question."""

    @property
    def fate(self) -> str:
        """in, trimmed or out, with the reason."""
        if self.packed is None:
            return ""
        return self.packed.state + (f": {one_line(self.packed.reason)}" if self.packed.reason else "")


def words_share(hit: Hit) -> float:
    """How much of a passage's score its words make, between 0 and 1; the rest is its meaning."""
    from phitui.library.search.ranking import WEIGHTS

    if not hit.signals:  # behind those that signals order
        found = [1 / rank for rank in (hit.lexical_rank, hit.dense_rank) if rank]
        return (1 / hit.lexical_rank if hit.lexical_rank else 0.0) / (sum(found) or 1.0)
    given = {name: WEIGHTS.get(name, 1.0) * max(0.0, value) for name, value in hit.signals.items()}
    words, meaning = given.get("words", 0.0) + given.get("pairs", 0.0), given.get("meaning", 0.0)
    meaning += given.get("closest", 0.0) + given.get("beyond words", 0.0) + given.get("aligned", 0.0)
    return words / (words + meaning) if words + meaning else 0.5


class PassageRows(Rows[PassageRow]):
    """Two lines a passage: how it ranks and what became of it; where it stands."""

    def name_of(self, item: PassageRow) -> object:
        return item.hit.passage_id

    def tall(self, item: PassageRow) -> int:
        return 2

    def draw(self, item: PassageRow, width: int, ink: Ink) -> list[Content]:
        hit, packed = item.hit, item.packed
        used = packed is not None and packed.state != "out"
        tone = ink.text if used or packed is None else ink.soft
        sign = {"pinned": "★", "dropped": "✗", "alone": "◉"}.get(item.choice, " ")
        number = f"[{packed.number}]" if packed and packed.number else ""
        line = Content.styled(f" {hit.rank:>2} ", tone)
        line += Content.styled(
            stacked(item.share, words_share(hit), BAR if width >= 48 else NARROW_BAR),
            ink.accent if used or packed is None else ink.soft,
        )
        line += Content.styled(f" {score(item.share):>4} ", tone)
        line += Content.styled(sign, ink.trouble if sign == "✗" else ink.accent)
        line += Content.styled(f"{number:<3}{'✓' if item.judged else ' '}", ink.accent)
        tokens = f"{packed.tokens:,} {'tokens' if width >= ROOMY else 't'}" if packed and packed.tokens else ""
        room = max(3, width - line.cell_length - len(tokens) - 2)
        fate = Content.styled(item.fate, tone if used else ink.soft).truncate(room, ellipsis=True, pad=True)
        line += fate + Content.styled(f" {tokens} ", ink.soft)
        where = f" · {page_name(hit.span.page, hit.page_label)}{' · OCR' if hit.ocr else ''}"
        title = one_line(hit.name, max(8, width - 6 - len(where)))
        below = Content.styled(f"     {title}", tone) + Content.styled(where, ink.soft)
        return [line, below]


class Detail(Lined):
    """The chosen passage: its numbers, then its text with the question's words marked."""

    DEFAULT_CSS = "Detail { height: auto; background: $background; }"

    def __init__(self) -> None:
        super().__init__()
        self.candidate: PassageRow | None = None
        self.query_text = ""
        self._drawn: list[Content] = []

    def show(self, candidate: PassageRow | None, query: str) -> None:
        """Another passage."""
        if (candidate, query) != (self.candidate, self.query_text):
            self.candidate, self.query_text = candidate, query
            self.redraw()

    def _lines(self, width: int) -> list[Content]:
        if width != self._width:
            self._width = width
            self._drawn = self._draw(max(16, width - 1), desk(self).ink) if self.candidate else []
        return self._drawn

    def _draw(self, width: int, ink: Ink) -> list[Content]:
        assert self.candidate is not None
        hit = self.candidate.hit
        numbers = Content.styled(" █ words ", ink.soft) + Content.styled(score(hit.lexical), ink.text)
        numbers += Content.styled("  ▒ meaning ", ink.soft) + Content.styled(score(hit.dense), ink.text)
        numbers += Content.styled("  fused ", ink.soft) + Content.styled(score(hit.fused), ink.text)
        if hit.rerank is not None:
            numbers += Content.styled("  rerank ", ink.soft) + Content.styled(score(hit.rerank), ink.text)
        lines = wrapped(numbers, width)
        if hit.signals:
            # Beside the fused score and the cosine above, what the order follows.
            given = [(shown, hit.signals.get(name)) for name, shown in SIGNALS.items()]
            told = "  ".join(f"{shown} {score(value)}" for shown, value in given if value)
            lines += wrapped(Content.styled(told, ink.soft), width, " ")
        ranks = [("words", hit.lexical_rank), ("meaning", hit.dense_rank)]
        said = [f"{name} #{rank}" for name, rank in ranks if rank is not None]
        if said:
            fate = f" · {self.candidate.fate}" if self.candidate.fate else ""
            lines += wrapped(Content.styled(f"by {', by '.join(said)}{fate}", ink.soft), width, " ")
        if hit.ocr:
            ocr = f"text recognised in a picture (OCR, {one_line(hit.ocr, 20)})"
            lines += wrapped(Content.styled(ocr, ink.trouble), width, " ")
        if hit.section:
            lines += wrapped(Content.styled(one_line(hit.section), ink.soft), width, " ")
        lines.append(Content(""))
        return lines + wrapped(marked(one_line(hit.text), self.query_text, ink.text, ink.found), width, " ")


class PassagesPane(TurnActions, Pane):
    """Header, candidates, the chosen one, the query."""

    has_list = True
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("passages")

    DEFAULT_CSS = """
    PassagesPane { height: 1fr; background: $background; }
    PassagesPane #detail { height: 2fr; max-height: 60%; scrollbar-size: 0 1; }
    PassagesPane PassageRows { height: 3fr; }
    PassagesPane.empty #detail, PassagesPane.empty Rule { display: none; }
    PassagesPane #query { height: 1; }
    """

    def __init__(self) -> None:
        super().__init__("passages", "Passages")
        self.rows = PassageRows(
            (
                "Every passage that is weighed for a question: its scores, its page, and whether the model saw it.",
                "",
                "F2 asks.",
            ),
            id="candidates",
        )
        self.detail = Detail()
        self.query_line = ScreenLine("query")
        self._turn: Turn | None = None
        self._weighed: list[Hit] | None = None
        """What else was weighed for it; None until it is asked for."""
        self._held: Hit | None = None
        """The passage that another one is to be shown beside."""
        self._for_code = False
        """Whether they are what the scratchpad's code is written from: nothing can be asked of them."""
        self.add_class("empty")

    def compose(self) -> ComposeResult:
        yield self.header
        yield self.rows
        yield Rule()
        with VerticalScroll(id="detail", can_focus=False):
            yield self.detail
        yield self.query_line

    @property
    def stops(self) -> list[Widget]:
        return [self.rows]

    @property
    def turn(self) -> "Turn | None":
        """The question whose passages these are."""
        return None if self._for_code else self._turn

    def show_used(self, turn: "Turn") -> None:
        """Those that the scratchpad's code is written from, until a question's are shown again."""
        self.show(turn, frozenset(), frozenset(), frozenset(), None)
        self._for_code = True
        used = sum(each.state != "out" for each in turn.packed)
        self.header.set(f"scratchpad · {used} of {len(turn.hits)} used")

    def show(
        self,
        turn: "Turn | None",
        pinned: frozenset[int],
        excluded: frozenset[int],
        only: frozenset[int],
        preview: PromptPacked | None,
        judged: frozenset[int] = frozenset(),
    ) -> None:
        """The candidates of a question (none: an empty pane), as they were packed or, by a preview, would be."""
        top = turn is not self._turn
        self._turn, self._for_code = turn, False
        if top:
            self._weighed = self._held = None
        hits = (*turn.hits, *(self._weighed or ())) if turn else ()
        shown = preview.passages if preview else turn.packed if turn else ()
        packed = {each.passage_id: each for each in shown}
        if preview and only:
            rest = (hit.passage_id for hit in hits if hit.passage_id not in packed)
            packed |= {key: PackedPassage(key, "out", "not asked", 0, "") for key in rest}
        elif self._weighed:
            behind = (hit.passage_id for hit in self._weighed if hit.passage_id not in packed)
            packed |= {key: PackedPassage(key, "out", "ranks lower", 0, "") for key in behind}
        choices = dict.fromkeys(pinned, "pinned") | dict.fromkeys(excluded, "dropped")
        choices |= dict.fromkeys(only, "alone")
        scores = [hit.score for hit in hits]
        low, high = (min(scores), max(scores)) if scores else (0.0, 1.0)
        items = [
            PassageRow(
                hit,
                packed.get(hit.passage_id),
                0.04 + 0.96 * (hit.score - low) / (high - low) if high > low else 1.0,
                choices.get(hit.passage_id, ""),
                hit.passage_id in judged,
            )
            for hit in hits
        ]
        self.set_class(not items, "empty")
        self.rows.show(items, top=top)
        used = sum(each.state != "out" for each in packed.values())
        quoting = turn is not None and turn.by_quotation
        told = [f"{len(hits)} {'found' if self._weighed is None else 'weighed'}"]
        if preview:
            told.append(f"{used} now, r asks")
        elif packed:
            told.append(f"{used} {'read' if quoting else 'in prompt'}")
        self.header.set(" · ".join(told) if hits else "")
        ink = desk(self).ink
        if turn and turn.query:
            words = Content.styled(" query ", ink.soft) + Content.styled(one_line(turn.query), ink.text)
            self.query_line.put(words, Content.styled("e edits ", ink.soft))
        else:
            self.query_line.put("")

    @property
    def hit(self) -> Hit | None:
        """The chosen passage."""
        return self.rows.item.hit if self.rows.item else None

    def choose(self, passage_id: int) -> None:
        """Moves to a passage, where it is among the candidates."""
        for index, item in enumerate(self.rows.items):
            if item.hit.passage_id == passage_id:
                self.rows.choose(index)

    def add_weighed(self, hits: list[Hit]) -> None:
        """What else was weighed, to be shown behind the others."""
        self._weighed = hits

    def on_rows_moved(self, event: Rows.Moved) -> None:
        event.stop()
        at_end = self.rows.has_focus and 0 < self.rows.chosen == len(self.rows.items) - 1
        if at_end and self._weighed is None and self.turn is not None and not self.turn.reading:
            self._weighed = []
            self.post_message(MorePassages(self.turn))
        self.detail.show(self.rows.item, self._turn.query if self._turn else "")
        self.query_one("#detail").scroll_home(animate=False)

    def on_rows_opened(self, event: Rows.Opened) -> None:
        event.stop()
        hit = event.item.hit
        self.post_message(OpenPage(Place.of(hit), [Place.of(each.hit) for each in self.rows.items]))

    # ── keys: what they mean is decided by whoever asks ──────────────────────────────────────────────────────

    def action_pin(self) -> None:
        if self.hit and self.turn:
            self.post_message(PinPassage(self.hit.passage_id))

    def action_drop(self) -> None:
        if self.hit and self.turn:
            self.post_message(ExcludePassage(self.hit.passage_id))

    def action_only(self) -> None:
        if self.hit and self.turn:
            self.post_message(AlonePassage(self.hit.passage_id))

    def action_judge(self) -> None:
        if self.hit and self.turn:
            self.post_message(JudgePassage(self.turn.question, self.hit.passage_id))

    def action_mark(self) -> None:
        if self.hit:
            self.post_message(MarkPlace(Place.of(self.hit)))

    def action_beside(self) -> None:
        """Holds this passage; the next one that is named so stands beside it."""
        hit, held = self.hit, self._held
        if hit is None:
            return
        if held is None:
            self._held = hit
            desk(self).say(f"Passage {hit.rank} is held: d on another one shows both beside each other.")
        elif held.passage_id == hit.passage_id:
            self._held = None
            desk(self).say("No passage is held any more.")
        else:
            self._held = None
            self.post_message(ComparePassages(held, hit, self._turn.query if self._turn else ""))

    def action_copy(self) -> None:
        if self.hit:
            hit = self.hit
            desk(self).copy(cited(hit.text, hit.title, hit.page_label or str(hit.span.page)))
