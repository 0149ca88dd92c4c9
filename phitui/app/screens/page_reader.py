"""A page's text, with the passage that was cited highlighted."""

import re
from collections.abc import Callable, Iterator, Sequence
from threading import Event as ThreadEvent
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen

from phitui.app import keys
from phitui.app.desk import desk
from phitui.app.jobs.job import Job
from phitui.app.widgets.dialog import Prompt
from phitui.app.widgets.lines import Header, KeyBar
from phitui.app.widgets.picture import ZOOMS, PictureView
from phitui.app.widgets.rows import Lined
from phitui.app.widgets.texts import page_name, wrapped
from phitui.documents.tables import aligned
from phitui.records import StoredPage
from phitui.text import clean, fold, one_line
from phitui.wording import cited

if TYPE_CHECKING:
    from phitui.documents.document import Span
    from phitui.records import Hit
    from phitui.workbench import Workbench

MEASURE = 92
"""Widest line of text, cells: longer ones are hard to read."""


class PageText(Lined):
    """The page, wrapped; the span is bright, with a mark beside it."""

    DEFAULT_CSS = "PageText { height: auto; background: $background; }"

    def __init__(self) -> None:
        super().__init__()
        self.page: StoredPage | None = None
        self.span: tuple[int, int] | None = None
        self.message = "reading the page …"
        self.first_marked = 0
        self._drawn: list[Content] = []

    def show(self, page: StoredPage | None, span: tuple[int, int] | None, message: str = "") -> None:
        """Another page, with the span (start, end) in its text."""
        self.page, self.span, self.message = page, span, message
        self.redraw()

    def _lines(self, width: int) -> list[Content]:
        if width != self._width:
            self._width = width
            self._drawn = self._draw(width)
        return self._drawn

    def _draw(self, width: int) -> list[Content]:
        ink = desk(self).ink
        if self.page is None or not self.page.text.strip():
            message = self.message or "This page has no text: v shows it as a picture."
            return [Content(""), Content.styled(f"   {message}", ink.soft)]
        text = self.page.text
        start, end = self.span or (0, 0)
        measure = min(MEASURE, width - 4)
        lines: list[Content] = [Content("")]
        self.first_marked = 0
        at = 0
        for raw, shown in zip(text.split("\n"), aligned(text, measure), strict=True):
            inside = start < end and at < end and at + len(raw) > start
            content = Content.styled(clean(shown).expandtabs(4), ink.soft if start < end else ink.text)
            if inside and clean(raw) == raw:
                inner = (0, len(shown)) if "\t" in raw else (max(0, start - at), min(len(raw), end - at))
                content = content.stylize(ink.text, *inner)
            if inside and not self.first_marked:
                self.first_marked = len(lines)
            lead = Content.styled(" ▌ " if inside else "   ", ink.accent)
            lines += wrapped(content, measure, lead, rest=lead)
            at += len(raw) + 1
        return [*lines, Content("")]


class PageReader(Screen[None]):
    """Pages of one document, one at a time."""

    DEFAULT_CSS = """
    PageReader { background: $background; }
    PageReader VerticalScroll { height: 1fr; scrollbar-size: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("page")

    def __init__(self, document_id: int, number: int, span: "Span | None" = None, pages: int | None = None):
        super().__init__()
        self._document_id, self._number, self._span, self._pages = document_id, number, span, pages
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
        of = f" of {self._pages}" if self._pages else ""
        self.header.title = one_line(page.name, 80)
        ocr = f" · recognised in a picture (OCR, {one_line(page.ocr, 20)})" if page.ocr else ""
        self.header.set(f"{page_name(page.page, page.page_label)}{of}{ocr}")
        self.header.refresh()
        self.text.show(page, self._on_page(page))
        self.call_after_refresh(self._to_mark)
        if self.picture.display:
            self.draw()

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
            self.text.show(None, None, clean(problem))
        else:
            desk(self).say(problem)

    def _on_page(self, page: StoredPage) -> tuple[int, int] | None:
        span = self._span
        if span is None or not span.page <= page.page <= span.page_end:
            return None
        start = span.start if page.page == span.page else 0
        end = span.end if page.page == span.page_end else len(page.text)
        return start, end

    def _to_mark(self) -> None:
        view = self.query_one(VerticalScroll)
        view.scroll_to(y=max(0, self.text.first_marked - view.size.height // 3), animate=False)

    def action_turn(self, by: int) -> None:
        number = self._number + by
        if number < 1 or (self._pages and number > self._pages):
            desk(self).say("That was the first page." if by < 0 else "That was the last page.")
        else:
            self.fetch(number)

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
