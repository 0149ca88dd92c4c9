"""A page's text, with the passage that was cited highlighted."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from threading import Event as ThreadEvent
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen

from phitui.app import keys
from phitui.app.desk import desk
from phitui.app.jobs.job import Job
from phitui.app.screens.page_marks import PageMarks
from phitui.app.screens.page_text import PageText, on_page
from phitui.app.widgets.dialog import Prompt
from phitui.app.widgets.lines import Header, KeyBar
from phitui.app.widgets.picture import ZOOMS, PictureView
from phitui.app.widgets.texts import plural
from phitui.records import StoredPage
from phitui.text import clean, fold, one_line, sentences
from phitui.wording import cited, page_name

if TYPE_CHECKING:
    from phitui.documents.document import Span
    from phitui.library.store.marks.marks import Mark
    from phitui.records import Hit
    from phitui.workbench import Workbench


@dataclass(frozen=True, slots=True)
class Stop:
    """One of the places that the reader was opened among."""

    document_id: int
    page: int
    span: "Span | None"
    pages: int | None
    """Of the document, where that is known."""


class PageReader(Screen[None]):
    """Pages of one document, one at a time."""

    DEFAULT_CSS = """
    PageReader { background: $background; }
    PageReader VerticalScroll { height: 1fr; scrollbar-size: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("page")

    def __init__(
        self,
        document_id: int,
        number: int,
        span: "Span | None" = None,
        pages: int | None = None,
        trail: Sequence[Stop] = (),
    ):
        """`trail` are the places, this one among them, that are gone through from here."""
        super().__init__()
        self._document_id, self._number, self._span, self._pages = document_id, number, span, pages
        self._trail = list(trail)
        self._stop = next(
            (n for n, each in enumerate(trail) if (each.document_id, each.span) == (document_id, span)), 0
        )
        self._marks = PageMarks(lambda: desk(self), self._show_marks)
        self._asked = 0
        self._found_last = ""
        self.header = Header("Page")
        self.header.live = True
        self.text = PageText()
        self.picture = PictureView()
        self._drawing: Job | None = None
        self.keys = KeyBar()

    def compose(self) -> ComposeResult:
        yield self.header
        with VerticalScroll(can_focus=False):
            yield self.text
        yield self.picture
        yield self.keys

    def on_mount(self) -> None:
        app = desk(self)
        always = [keys.BY_ID[name] for name in keys.ESSENTIAL if name != "palette"]
        self.keys.show([*(key for key in keys.of("page") if key.footer), *always], app.settings.keys)
        self.fetch(self._number)

    def fetch(self, number: int) -> None:
        """Asks for a page; it is shown when it is there."""
        self._asked += 1
        ticket = self._asked
        desk(self).jobs.run(
            lambda workbench, cancel: [workbench.library.page(self._document_id, number)],
            lambda page: self._show(page) if ticket == self._asked else None,
            lambda problem: self._failed(problem) if problem and ticket == self._asked else None,
        )

    def _show(self, page: StoredPage) -> None:
        self._number = page.page
        self._marks.of(page.document_id)
        self.text.show(page, on_page(self._span, page), self._marks.all)
        self._say_where()
        self.call_after_refresh(self._to_mark)
        if self.picture.display:
            self.draw()

    def _say_where(self) -> None:
        page = self.text.page
        if page is None:
            return
        of = f" of {self._pages}" if self._pages else ""
        told = [f"{page_name(page.page, page.page_label)}{of}"]
        if len(self._trail) > 1:
            told.append(f"place {self._stop + 1} of {len(self._trail)}")
        if marks := sum(each.span.page <= page.page <= each.span.page_end for each in self._marks.placed):
            told.append(f"{plural(marks, 'mark')} here")
        if lost := len(self._marks.all) - len(self._marks.placed):
            told.append(f"{plural(lost, 'mark')} without its words: alt+m")
        if page.ocr:
            told.append(f"recognised in a picture (OCR, {one_line(page.ocr, 20)})")
        self.header.title = one_line(page.name, 80)
        self.header.set(" · ".join(told))
        self.header.refresh()

    # ── the picture ──────────────────────────────────────────────────────────────────────────────────────────

    def draw(self, *, keep_place: bool = False) -> None:
        """Asks for the page as a picture; it is shown when it is there."""
        page = self.text.page
        if page is None:
            return
        if self._drawing is not None:
            self._drawing.cancel.set()
            self._drawing.detached = True
        start, end = self.text.span or (0, 0)
        document_id, number, text, width = (
            self._document_id,
            page.page,
            page.text[start:end],
            self.picture.wanted_width(),
        )
        self._drawing = desk(self).jobs.run(
            lambda workbench, cancel: [workbench.library.picture(document_id, number, width, text, cancel.is_set)],
            lambda picture: self.picture.show(picture, keep_place=keep_place),
            self._not_drawn,
        )

    def _not_drawn(self, problem: str | None) -> None:
        if problem:
            self._show_picture(False)
            desk(self).say(problem, trouble=True)

    def _show_picture(self, shown: bool) -> None:
        self.picture.display = shown
        self.query_one(VerticalScroll).display = not shown

    def action_picture(self) -> None:
        self._show_picture(not self.picture.display)
        if self.picture.display:
            self.call_after_refresh(self.draw)

    def action_zoom(self, by: int) -> None:
        zoom = min(max(0, self.picture.zoom + by), len(ZOOMS) - 1)
        if self.picture.display and zoom != self.picture.zoom:
            self.picture.zoom = zoom
            self.draw(keep_place=True)

    def action_pan(self, by: int) -> None:
        self.picture.scroll_relative(x=by * self.picture.size.width // 4, animate=False)

    def on_resize(self) -> None:
        if self.picture.display:
            self.call_after_refresh(lambda: self.draw(keep_place=True))

    def _failed(self, problem: str) -> None:
        if self.text.page is None:
            self.text.show(None, None, message=clean(problem))
        else:
            self._document_id = self.text.page.document_id  # the one that is still shown
            desk(self).say(problem)

    def _to_mark(self) -> None:
        view = self.query_one(VerticalScroll)
        view.scroll_to(y=max(0, self.text.first_marked - view.size.height // 3), animate=False)

    def action_turn(self, by: int) -> None:
        number = self._number + by
        if number < 1 or (self._pages and number > self._pages):
            desk(self).say("That was the first page." if by < 0 else "That was the last page.")
        else:
            self.fetch(number)

    # ── what is chosen, and what is marked ───────────────────────────────────────────────────────────────────

    def _choose(self, start: int, end: int) -> None:
        from phitui.documents.document import Span

        self._span = Span(self._number, start, self._number, end)
        self._show_marks()
        self.call_after_refresh(self._to_mark)

    def _show_marks(self) -> None:
        page = self.text.page
        if page is not None:
            self.text.show(page, on_page(self._span, page), self._marks.all)
            self._say_where()

    def action_sentence(self, by: int) -> None:
        """Chooses the next sentence of the page, or the one before."""
        page, chosen = self.text.page, self.text.span
        found = sentences(page.text) if page else []
        if chosen is not None:
            found = [each for each in found if (each[0] >= chosen[1] if by > 0 else each[1] <= chosen[0])]
        if found:
            self._choose(*(found[0] if by > 0 else found[-1]))
        else:
            desk(self).say("That was the last sentence here." if by > 0 else "That was the first sentence here.")

    def action_extend(self, by: int) -> None:
        """Chooses one sentence more, or one less."""
        page, chosen = self.text.page, self.text.span
        if page is None or chosen is None:
            self.action_sentence(1)
            return
        start, end = chosen
        ends = [last for first, last in sentences(page.text) if last > start]
        found = [each for each in ends if (each > end if by > 0 else each < end)]
        if found:
            self._choose(start, found[0] if by > 0 else found[-1])

    @property
    def _chosen(self) -> "Span | None":
        """What is chosen, where something of it stands on this page."""
        return self._span if self.text.span is not None else None

    def action_mark(self) -> None:
        """Marks what is chosen; where it is marked already, its note can be changed."""
        span = self._chosen
        mark = self._marks.at(span)
        if span is None:
            desk(self).say("Choose what to mark: ) takes the next sentence, } one more; / finds words.")
        elif mark is not None and mark.span == span:
            self._marks.edit(mark)
        else:
            self._marks.add(span)

    def _with_mark(self, do: "Callable[[Mark], object]") -> None:
        mark = self._marks.at(self._chosen)
        if mark is None:
            desk(self).say("No mark is chosen: . goes to the next one.")
        else:
            do(mark)

    def action_edit_mark(self) -> None:
        self._with_mark(self._marks.edit)

    def action_delete_mark(self) -> None:
        self._with_mark(self._marks.delete)

    def action_bring_back_mark(self) -> None:
        self._marks.bring_back()

    def action_go_to_mark(self, by: int) -> None:
        """The next mark of the document, or the one before."""
        chosen = self.text.span
        here = (self._number, chosen[0]) if chosen else (self._number, -1 if by > 0 else 1 << 60)
        mark = self._marks.beyond(here, by)
        if mark is None:
            last = "That was the last mark." if by > 0 else "That was the first mark."
            desk(self).say(last if self._marks.placed else "Nothing is marked in this document.")
            return
        self._span = mark.span
        self.fetch(mark.span.page)

    def action_citation(self, by: int) -> None:
        """The next of the places that the reader was opened among, in whatever document; or the one before."""
        if not 0 <= self._stop + by < len(self._trail):
            only = "This page was opened alone." if len(self._trail) < 2 else "That was the last place."
            desk(self).say("That was the first place." if by < 0 and len(self._trail) > 1 else only)
            return
        self._stop += by
        stop = self._trail[self._stop]
        self._document_id, self._span, self._pages = stop.document_id, stop.span, stop.pages
        self.fetch(stop.page)

    def action_scroll(self, by: int) -> None:
        shown = self.picture if self.picture.display else self.query_one(VerticalScroll)
        shown.scroll_relative(y=by, animate=False)

    def action_copy(self) -> None:
        page = self.text.page
        if page is not None:
            start, end = self.text.span or (0, len(page.text))
            desk(self).copy(cited(page.text[start:end], page.title, page.page_label or str(page.page)))

    # ── other pages ──────────────────────────────────────────────────────────────────────────────────────────

    def action_go_to(self) -> None:
        """Asks for a page by its number or its printed label."""

        def then(typed: str | None) -> None:
            wanted = (typed or "").strip()
            if wanted:
                number = int(wanted) if wanted.isdecimal() else 0
                self._look(lambda page: wanted.lower() == (page.page_label or "").lower(), 1, f"page {wanted}", number)

        hint = f"1 to {self._pages}, or the label that is printed there" if self._pages else "its number or its label"
        desk(self).put_over(Prompt("Go to page", "", hint), then)

    def action_outline(self) -> None:
        """Lets one of the document's sections be chosen, and goes to its beginning."""
        document = self._document_id
        desk(self).jobs.run(
            lambda workbench, cancel: [workbench.library.whole(document)],
            self._choose_section,
            lambda problem: self._failed(problem) if problem else None,
        )

    def _choose_section(self, passages: "Sequence[Hit]") -> None:
        from phitui.app.widgets.chooser import Chooser, Entry, matching
        from phitui.scratchpad.context import first_in, sections

        begins = {name: first_in(passages, name) for name in sections(passages)}
        if not begins:
            desk(self).say("No headings are known of this document: g goes to a page by its number.")
            return
        entries = [
            Entry(name, one_line(name), page_name(hit.span.page, hit.page_label)) for name, hit in begins.items()
        ]

        def then(name: str | None) -> None:
            if name is not None:
                self._span = begins[name].span
                self.fetch(self._span.page)

        desk(self).put_over(Chooser("Outline", lambda text: matching(entries, text)), then)

    def action_find(self) -> None:
        """Asks for words, which are looked for on this page, then on those after it, then from the first page."""

        def then(typed: str | None) -> None:
            words = " ".join(fold(typed or "").split())
            if words:
                self._found_last = words
                self._look(lambda page: words in " ".join(fold(page.text).split()), self._number, f"“{words}”")

        desk(self).put_over(Prompt("Find in this document", self._found_last, "n and b still turn the pages."), then)

    def _look(self, fits: "Callable[[StoredPage], bool]", first: int, what: str, number: int = 0) -> None:
        """Shows the first page that fits, from `first` on and then from the beginning; else the one of `number`."""
        last, document = self._pages or first, self._document_id
        order = [*range(first, last + 1), *range(1, first)]

        def source(workbench: "Workbench", cancel: ThreadEvent) -> "Iterator[StoredPage | None]":
            for each in order:
                if cancel.is_set():
                    return
                page = workbench.library.page(document, each)
                if fits(page):
                    yield page
                    return
            yield workbench.library.page(document, number) if 1 <= number <= last else None

        def show(page: StoredPage | None) -> None:
            if page is None:
                desk(self).say(f"There is no {one_line(what, 60)} in this document.")
                return
            self._asked += 1
            self._span = self._words_on(page) or self._span
            self._show(page)

        desk(self).jobs.run(source, show, lambda problem: self._failed(problem) if problem else None)

    def _words_on(self, page: StoredPage) -> "Span | None":
        """Where the words that were looked for stand on that page."""
        from phitui.documents.document import Span

        if not self._found_last:
            return None
        pattern = r"\s+".join(re.escape(each) for each in self._found_last.split())
        match = re.search(pattern, page.text, re.IGNORECASE)
        return Span(page.page, match.start(), page.page, match.end()) if match else None
