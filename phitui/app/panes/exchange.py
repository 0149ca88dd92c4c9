"""One question with its quotes and its answer, as lines that know where each of them leads."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content
from textual.geometry import Size

from phitui.answers.writing.repetition import claims
from phitui.app.desk import desk
from phitui.app.panes.part_notes import SHOWN_SENTENCES, head_of, left_to_show, name_of, stage_after
from phitui.app.panes.turn_lines import Target, checked, chosen_passages, figures, target_of, what_changed
from phitui.app.theme import Ink
from phitui.app.widgets.rows import Lined
from phitui.app.widgets.texts import marked, wrapped
from phitui.events import Event, NotInDocuments, PartRead, PassagesRetrieved, QuotesFound, ReadingBegan
from phitui.records import STOPPED, CheckedSentence, Quote
from phitui.text import clean, one_line, tag_list
from phitui.values import dataclass
from phitui.wording import closest, page_name, revised, unknown

if TYPE_CHECKING:
    from phitui.answers.turn import Turn


@dataclass(slots=True)
class AnswerProgress:
    """How far an answer is, beside what the turn itself holds."""

    stage: str = ""
    """What is being done; empty when done."""
    by_words: bool = False
    """Quotes were found by words alone; better ones follow."""
    problem: str = ""
    """Why it failed, or why it is not on disk."""


WEAK = "! weak evidence: your documents are about this, but may not answer it"


LINES_AT_ONCE = 4
"""What grows under the eyes of a reader who follows its end makes room for so many: each time that the view moves up,
all that stands in it is sent to the terminal again."""


class Exchange(Lined):
    """Draws a turn. `take` feeds it; lines are wrapped once a width and a change."""

    DEFAULT_CSS = "Exchange { height: auto; background: $background; margin: 0 0 1 0; }"

    def __init__(self, turn: "Turn", stage: str = "", before: "Turn | None" = None, documents: Sequence[str] = ()):
        """`before` is the same question as it was answered before; `documents` are the only ones that were asked."""
        super().__init__()
        self.turn, self._before, self._documents = turn, before, documents
        self.branch = (1, 1)
        """Which wording of the question this is, of how many."""
        self.progress = AnswerProgress(stage)
        self.without_documents = False
        self.followed = False
        """Whether the reader stays at its end, which then moves by several lines at once."""
        self.unfolded = False
        """Whether what is folded away is shown: an answer that nothing supports, what the model thought."""
        self.chosen: int | None = None
        """Index of the target in use."""
        self._drawn: list[Content] = []
        self._starts: list[int] = []
        self._targets: list[Target] = []
        self._width = -1

    def copy(self) -> "Exchange":
        """The same, to be shown again after this one was removed."""
        made = Exchange(self.turn, "", self._before, self._documents)
        made.branch, made.without_documents = self.branch, self.without_documents
        made.progress.problem = self.progress.problem
        return made

    # ── what happens to it ───────────────────────────────────────────────────────────────────────────────────

    def take(self, event: Event) -> None:
        """One event of this question."""
        self.turn.take(event)
        match event:
            case PassagesRetrieved():
                self.progress.stage = "putting the notes together" if self.turn.reading else "choosing sentences"
            case QuotesFound(by_words_only=by_words):
                self.progress.by_words = by_words
                self.progress.stage = "loading the search by meaning" if by_words else "reading"
            case NotInDocuments():
                self.progress.by_words = False
            case ReadingBegan(parts=parts):
                self.progress.stage = f"reading part 1 of {parts}"
            case PartRead():
                self.progress.stage = stage_after(event)
            case _:
                pass

    def note(self, stage: str | None = None, problem: str | None = None) -> None:
        """Says what is being done, or what went wrong."""
        if stage is not None:
            self.progress.stage = stage
        if problem is not None:
            self.progress.problem = one_line(problem)
        self.changed()

    def changed(self) -> None:
        """Draws it anew."""
        self.redraw()

    def unfold(self) -> bool:
        """Shows what is folded away, or folds it away again; whether there is anything."""
        if (self.turn.without_support and not self.turn.reading) or self._thoughts:
            self.unfolded = not self.unfolded
            self.chosen = None
            self.changed()
            return True
        return False

    # ── where its lines lead ─────────────────────────────────────────────────────────────────────────────────

    @property
    def targets(self) -> list[Target]:
        """Quotes first, then the answer's sentences that have a citation."""
        self._lines(self._width if self._width > 0 else max(20, self.size.width))
        return self._targets

    def line_of(self, target: int) -> int:
        """The line on which a target starts."""
        return self._starts[target] if target < len(self._starts) else 0

    def by_number(self, number: int) -> Target | None:
        """Where [n] leads: the quote or citation with that number."""
        return next((each for each in self.targets if each.number == number), None)

    # ── drawing ──────────────────────────────────────────────────────────────────────────────────────────────

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        lines = super().get_content_height(container, viewport, width)
        return lines + (-lines % LINES_AT_ONCE if self.followed and self.progress.stage else 0)

    def _lines(self, width: int) -> list[Content]:
        if width != self._width:
            self._width = width
            self._targets, self._starts, self._drawn = [], [], []
            self._draw(max(20, width), desk(self).ink)
        return self._drawn

    def _put(
        self, lines: list[Content], gap: bool = True, target: Target | None = None, ink: Ink | None = None
    ) -> None:
        if gap and self._drawn:
            self._drawn.append(Content(""))
        if target is not None and ink is not None:
            if self.chosen == len(self._targets):
                lines = [Content.styled("▌", ink.accent) + line[1:] for line in lines]
            self._targets.append(target)
            self._starts.append(len(self._drawn))
        self._drawn += lines

    def _draw(self, width: int, ink: Ink) -> None:
        turn, state = self.turn, self.progress
        question = Content.styled(clean(turn.question), ink.strong)
        self._put(wrapped(question, width, Content.styled(" › ", ink.title)))
        if turn.query and one_line(turn.query) != one_line(turn.question):
            searched = Content.styled(f"searched for: {one_line(turn.query)}", ink.soft)
            if not state.stage:
                searched += Content.styled(" · u", ink.accent) + Content.styled(" as typed", ink.soft)
            self._put(wrapped(searched, width, "   "), gap=False)
        narrowed = f"only documents with {tag_list(turn.scope)}" if turn.scope else ""
        given = ", ".join(f"{one_line(each.title, 40)} ({len(each.text):,} characters)" for each in turn.context)
        also = f"also asked of: {given}" if given else ""
        only = f"only from {', '.join(one_line(each, 60) for each in self._documents)}" if self._documents else ""
        place, count = self.branch
        wording = f"wording {place} of {count} · ← → shows the others" if count > 1 else ""
        narrowed = "without documents" if self.without_documents else narrowed
        for said in (wording, narrowed, only, also, chosen_passages(turn), head_of(turn)):
            if said:
                self._put(wrapped(Content.styled(said, ink.soft), width, "   "), gap=False)
        if turn.left_out:
            words = ", ".join(one_line(word, 40) for word in turn.left_out)
            text = f'without {words}: "-{one_line(turn.left_out[0], 40)}" in quotes searches for it'
            self._put(wrapped(Content.styled(text, ink.soft), width, "   "), gap=False)
        if self._before is not None and not state.stage:
            for sign, text in what_changed(self._before, turn):
                line = Content.styled(text, ink.text if sign == "+" else ink.soft)
                self._put(wrapped(line, width, Content.styled(f" {sign} ", ink.accent)), gap=not sign.strip())
        if turn.library_note:
            self._put(wrapped(Content.styled(one_line(turn.library_note), ink.text), width, " "))
        if turn.quotes:
            self._draw_quotes(width, ink)
        elif not turn.in_documents and not turn.library_note:
            self._put(wrapped(Content.styled("Not in your documents", ink.title), width, " "))
            self._put(wrapped(Content.styled("The library holds nothing like it.", ink.soft), width, " "), gap=False)
            self._say_anyway(width, ink)
        if turn.reading:
            self._draw_notes(width, ink)
        if turn.answer and (turn.reading or not self._quoted):
            self._draw_answer(width, ink)
        if self._thoughts and not state.stage:
            self._draw_thoughts(width, ink)
        problem = state.problem or ("" if state.stage else one_line(turn.problem))
        if problem == STOPPED:
            self._put(wrapped(Content.styled(problem, ink.soft), width, " "))
        elif problem:
            self._put(wrapped(Content.styled(problem, ink.trouble), width, Content.styled(" ! ", ink.trouble)))
        if state.stage:
            self._put(wrapped(Content.styled(state.stage + " …", ink.soft), width, Content.styled(" · ", ink.accent)))
        elif self._quoted and turn.in_documents and not problem:
            text = "answered by quotation: no language model loaded (^l to choose one)"
            self._put(wrapped(Content.styled(text, ink.soft), width, " "))
        elif turn.finished and (turn.answer or turn.finished.reason in ("repeated", "unsupported", "cancelled")):
            self._put(wrapped(Content.styled(figures(turn), ink.soft), width, " "), gap=False)
        if turn.changed:
            names = ", ".join(one_line(title, 40) for title in turn.changed)
            self._put(wrapped(Content.styled(f"! changed or gone since: {names}", ink.trouble), width, " "), gap=False)

    @property
    def _thoughts(self) -> str:
        """What the model thought before it answered."""
        return self.turn.finished.thoughts if self.turn.finished else ""

    def _draw_thoughts(self, width: int, ink: Ink) -> None:
        head = Content.styled(f"Thoughts · {len(self._thoughts.split()):,} words · ", ink.soft)
        key = Content.styled("v", ink.accent) + Content.styled(
            " hides them" if self.unfolded else " shows them", ink.soft
        )
        self._put(wrapped(head + key, width, " "))
        if self.unfolded:
            self._put(wrapped(Content.styled(clean(self._thoughts), ink.soft), width, "   "), gap=False)

    @property
    def _folded(self) -> bool:
        """Whether the answer stands behind its quotes: none of its own sentences is supported."""
        return self.turn.without_support and not self.turn.reading and not self.unfolded

    @property
    def _quoted(self) -> bool:
        """Whether the quotes are the answer."""
        return self.turn.by_quotation

    def _draw_quotes(self, width: int, ink: Ink) -> None:
        turn, state = self.turn, self.progress
        if turn.in_documents:
            head, note = "Quotes", "by words, meaning follows" if state.by_words else ""
            if self._quoted:
                head, note = "Answer", f"{len(turn.quotes)} quotes, word for word"
            line = Content.styled(head, ink.title if self._quoted else ink.soft)
            self._put(wrapped(line + Content.styled(f" · {note}" if note else "", ink.soft), width, " "))
            if missing := unknown(turn.evidence):
                self._put(wrapped(Content.styled(f"! {missing}", ink.trouble), width, " "), gap=False)
            if turn.evidence and turn.evidence.weak and not state.by_words:
                self._put(wrapped(Content.styled(WEAK, ink.trouble), width, " "), gap=False)
        else:
            found = turn.evidence
            level = f" (relevance {found.relevance:.2f}, needed {found.threshold:.2f})" if found else ""
            self._put(wrapped(Content.styled("Not in your documents", ink.title), width, " "))
            nothing = f"Nothing there speaks to this question{level}. The nearest misses:"
            text = closest(found, turn.quotes) or nothing
            self._put(wrapped(Content.styled(text, ink.soft), width, " "), gap=False)
        numbers = {each.passage_id: each.number for each in turn.packed}
        bright = turn.in_documents and (self._quoted or not turn.answer or self._folded)
        for place, quote in enumerate(turn.quotes):
            number = numbers.get(quote.passage_id)
            self._put(self._quote(quote, number, bright, width, ink), place > 0, target_of(quote, number), ink)
        if not turn.in_documents:
            self._say_anyway(width, ink)

    def _quote(self, quote: Quote, number: int | None, bright: bool, width: int, ink: Ink) -> list[Content]:
        text = marked(f"“{one_line(quote.text)}”", self.turn.query, ink.text if bright else ink.soft, ink.found)
        lines = wrapped(text, width, "   ")
        if quote.heads:
            lines += wrapped(Content.styled(f"columns: {one_line(quote.heads)}", ink.soft), width, "   ")
        sign = Content.styled(f"[{number}] ", ink.accent) if number else Content("")
        where = f"{one_line(quote.title, 60)} · {page_name(quote.span.page, quote.page_label)}"
        where += " · OCR" if quote.ocr else ""
        return lines + wrapped(sign + Content.styled(where, ink.soft), width, "   ")

    def _say_anyway(self, width: int, ink: Ink) -> None:
        if self.turn.by_quotation:
            text = "No language model is loaded to ask without documents (^l to choose one)."
            self._put(wrapped(Content.styled(text, ink.soft), width, " "))
        else:
            key = Content.styled("F6", ink.accent)
            self._put(wrapped(key + Content.styled(" asks the model anyway, without documents", ink.soft), width, " "))

    def _draw_answer(self, width: int, ink: Ink) -> None:
        turn = self.turn
        head = Content.styled("Answer", ink.title)
        if turn.sentences:
            good, counted = claims(turn.sentences)
            note = f" · {good} of {counted} sentences supported" + (" so far" if not turn.finished else "")
            head += Content.styled(note, ink.soft if good == counted else ink.trouble)
            done = revised(turn.revisions)
            head += Content.styled(f" · {done}" if done else "", ink.soft)
        elif self.without_documents:
            head += Content.styled(" · not checked: no documents were used", ink.soft)
        self._put(wrapped(head, width, " "))
        if self._folded:
            line = Content.styled("v", ink.accent)
            line += Content.styled(" shows what the model wrote: none of it is supported by the passages", ink.soft)
            self._put(wrapped(line, width, "   "), gap=False)
            return
        if not turn.sentences:
            self._put(wrapped(Content.styled(clean(turn.answer).strip(), ink.text), width, " "), gap=False)
            return
        ids = {hit.passage_id: hit.document_id for hit in turn.hits}
        for sentence in turn.sentences[:SHOWN_SENTENCES]:
            self._put_sentence(sentence, ids, width, ink)
        if len(turn.sentences) > SHOWN_SENTENCES:
            more = f"… and {len(turn.sentences) - SHOWN_SENTENCES:,} more: y copies all, `phitui read` prints them"
            self._put(wrapped(Content.styled(more, ink.soft), width, " "))
        last = turn.sentences[-1].text
        rest = clean(turn.answer[turn.answer.rfind(last) + len(last) :]).strip() if not turn.finished else ""
        if rest:
            self._put(wrapped(Content.styled(rest, ink.text), width, "   "), gap=False)

    def _put_sentence(self, sentence: CheckedSentence, ids: dict[int, int], width: int, ink: Ink) -> None:
        target = None
        if sentence.citations:
            first = sentence.citations[0]
            document = ids.get(first.passage_id) or (self.turn.reading.document_id if self.turn.reading else None)
            own = one_line(sentence.text) in one_line(first.quote)
            text = clean(sentence.text).strip()
            target = Target(document, first.path, first.title, first.span, first.number, text, first.page_label, own)
        line = checked(sentence, ink, with_pages=self.turn.reading is not None)
        self._put(wrapped(line, width, "   "), False, target, ink)

    def _draw_notes(self, width: int, ink: Ink) -> None:
        """What the parts said, as far as the answer does not say it."""
        heading, notes = left_to_show(self.turn)
        if self.turn.finished and not self.turn.answer:
            nothing = Content.styled("Nothing in this document speaks to the question.", ink.soft)
            self._put(wrapped(nothing, width, " "))
        elif notes:
            self._put(wrapped(Content.styled(heading, ink.soft), width, " "))
        for note in notes:
            self._put(wrapped(Content.styled(name_of(note), ink.soft), width, " "))
            for sentence in note.sentences:
                self._put_sentence(sentence, {}, width, ink)
