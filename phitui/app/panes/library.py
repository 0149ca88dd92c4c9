"""The library pane: documents, what became of each, what is being added, with reasons where they belong."""

from collections.abc import Collection, Sequence
from typing import ClassVar

from rich.cells import set_cell_size
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Input

from phitui.app import keys
from phitui.app.desk import desk
from phitui.app.panes.language_note import Languages
from phitui.app.requests import (
    AskDocument,
    OnlyDocument,
    OpenPage,
    Place,
    RecogniseDocument,
    RemoveDocument,
    RetryDocument,
    TickDocument,
)
from phitui.app.theme import Ink
from phitui.app.widgets.pane import Pane
from phitui.app.widgets.rows import Lined, Rows
from phitui.app.widgets.texts import file_name, plural, wrapped
from phitui.errors import Cause
from phitui.records import StoredDocument
from phitui.text import fold, one_line, tag_list
from phitui.values import dataclass
from phitui.wording import with_advice

ADVICE = {
    Cause.LOCKED: "r asks for its password.",
    Cause.WRONG_PASSWORD: "r asks for another.",
    Cause.SCAN: "OCR finds it: O.",
}
"""What can be done about a document here."""
REASON_LINES = 3
"""Lines of a reason beside a document; all of it in the detail of its row."""


@dataclass(frozen=True, slots=True)
class ReadProgress:
    """A file that is being read."""

    path: str
    page: int
    pages: int | None


Row = StoredDocument | ReadProgress


class DocumentRows(Rows[Row]):
    """One line a document; failed ones say why below it."""

    def __init__(self) -> None:
        super().__init__(id="documents")
        self.tags: tuple[str, ...] = ()
        """Those that questions are narrowed to, none for all documents."""
        self.ticked: frozenset[int] = frozenset()
        """The documents that alone are asked; none: all."""

    def name_of(self, item: Row) -> object:
        return item.path

    def reason(self, item: Row, width: int) -> list[Content]:
        if isinstance(item, ReadProgress) or item.status == "indexed" or not item.reason:
            return []
        said = with_advice(item.reason, ADVICE.get(item.cause) if item.cause else None)
        return wrapped(Content(one_line(said)), max(12, width - 1), "   ")[:REASON_LINES]

    def tall(self, item: Row) -> int:
        return 1 + len(self.reason(item, self.size.width))

    def draw(self, item: Row, width: int, ink: Ink) -> list[Content]:
        if isinstance(item, ReadProgress):
            sign, style, right = "◐", ink.accent, f"p. {item.page}" + (f"/{item.pages}" if item.pages else "")
            name = file_name(item.path, 60)
        else:
            sign, style, right = state(item, ink)
            name = one_line(item.name) or file_name(item.path)
        asked = isinstance(item, ReadProgress) or searched(item, self.tags, self.ticked)
        if isinstance(item, StoredDocument) and item.document_id in self.ticked:
            sign = "✓"
        sign = sign if asked else sign.replace("●", "○")
        room = max(4, width - len(right) - 5)
        line = Content.styled(f" {sign} ", style)
        bright = asked and sign != "✗"
        line += Content.styled(set_cell_size(one_line(name, room), room), ink.text if bright else ink.soft)
        line += Content.styled(f" {right}", ink.soft if sign not in "!✗" else style)
        why = [each.stylize(ink.soft) for each in self.reason(item, width)]
        return [line, *why]


def searched(document: StoredDocument, tags: Collection[str], ticked: Collection[int] = ()) -> bool:
    """Whether questions that are narrowed to these tags, and to ticked documents (none: not narrowed), read it."""
    return (not tags or not set(tags).isdisjoint(document.tags)) and (not ticked or document.document_id in ticked)


def state(document: StoredDocument, ink: Ink) -> tuple[str, Style, str]:
    """Sign, its style, and the words beside it."""
    if document.status == "failed":
        locked = document.cause is not None and document.cause.locked
        return "✗", ink.trouble, "locked" if locked else "failed"
    if document.status == "no_text":
        return "!", ink.trouble, "no text"
    if document.embedded < document.passages:
        return "◐", ink.accent, f"{document.embedded}/{document.passages}"
    # Those that search by meaning hardly finds carry their language; `Languages` below them explains it.
    foreign = f"{document.language} · " if document.better_embedder else ""
    return "●", ink.soft, f"{foreign}{document.pages} p"


class Work(Lined):
    """What is under way."""

    DEFAULT_CSS = "Work { height: auto; background: $background; }"
    _text = ""

    def put(self, text: str) -> None:
        """Says something else."""
        if text != self._text:
            self._text = text
            self.refresh(layout=True)

    def _lines(self, width: int) -> list[Content]:
        return wrapped(Content.styled(self._text, desk(self).ink.accent), width, " ")


class LibraryPane(Pane):
    """Header, filter, documents, and one line of what is under way."""

    has_list = True
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("library")

    DEFAULT_CSS = """
    LibraryPane { height: 1fr; background: $background; }
    LibraryPane #filter { display: none; height: 1; border: none; padding: 0 1; background: $chosen; }
    LibraryPane #filter.on { display: block; }
    LibraryPane Work { display: none; }
    LibraryPane Work.on { display: block; }
    """

    def __init__(self) -> None:
        super().__init__("library", "Library")
        self.rows = DocumentRows()
        self.rows.empty = ("opening…",)
        self.filter = Input(placeholder="/ filter by name", id="filter", compact=True)
        self.filter.cursor_blink = False
        self.languages = Languages()
        self.work = Work()
        self.documents: list[StoredDocument] = []
        self.reading: ReadProgress | None = None
        self.problem = ""

    def compose(self) -> ComposeResult:
        yield self.header
        yield self.filter
        yield self.rows
        yield self.languages
        yield self.work

    @property
    def stops(self) -> list[Widget]:
        return [self.rows]

    # ── what there is ────────────────────────────────────────────────────────────────────────────────────────

    def show(self, documents: Sequence[StoredDocument]) -> None:
        """Replaces the documents: troubles first, then by title."""
        order = {"failed": 0, "no_text": 0}
        self.documents = sorted(documents, key=lambda each: (order.get(each.status, 1), each.title.lower()))
        self.problem = ""
        self.languages.show(documents)
        self._list()

    def read(self, reading: ReadProgress | None) -> None:
        """What is being read now."""
        self.reading = reading
        self._list()

    def fail(self, message: str) -> None:
        """The library could not be opened."""
        self.problem = one_line(message)
        self._list()

    def say_work(self, text: str) -> None:
        """What is under way, below the documents; empty when nothing is."""
        self.work.set_class(bool(text), "on")
        self.work.put(text)

    def narrow(self, tags: tuple[str, ...]) -> None:
        """Questions are narrowed to documents with these tags; none: to all of them."""
        self.rows.tags = tags
        self._list()

    def tick(self, documents: frozenset[int]) -> None:
        """Questions are narrowed to these documents; none: to all of them."""
        self.rows.ticked = documents
        self._list()

    def redraw(self) -> None:
        """The same documents, in other colours."""
        self._list()

    def _list(self) -> None:
        wanted = fold(self.filter.value.strip())
        found = [each for each in self.documents if not wanted or wanted in fold(f"{each.title} {each.path}")]
        rows: list[Row] = [*([self.reading] if self.reading else []), *found]
        if self.problem:
            self.rows.empty = (self.problem,)
        elif wanted:
            self.rows.empty = ("no such name", "esc clears the filter")
        else:
            self.rows.empty = ("The documents that answers come from.", "", "^o adds files or whole folders.")
        self.rows.show(rows)
        troubles = sum(each.status != "indexed" for each in self.documents)
        note = f"{len(self.documents):,}" if self.documents else ""
        if wanted:
            note = f"{len(found):,} of {note}"
        note += f" · {troubles} unread" if troubles else ""
        if self.rows.ticked:
            note = f"asking {len(self.rows.ticked):,} of {len(self.documents):,}"
        tags = tag_list(self.rows.tags)
        self.header.set(f"{note} · {tags}" if tags else note)

    @property
    def document(self) -> StoredDocument | None:
        """The chosen one; None on a file that is being read."""
        return self.rows.item if isinstance(self.rows.item, StoredDocument) else None

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────

    def on_input_changed(self) -> None:
        self._list()

    def on_input_submitted(self) -> None:
        self.rows.focus()

    def close_filter(self) -> bool:
        """Clears and hides the filter; whether there was one."""
        if not self.filter.has_class("on"):
            return False
        self.filter.value = ""
        self.filter.remove_class("on")
        self.rows.focus()
        return True

    def action_filter(self) -> None:
        self.filter.add_class("on")
        self.filter.focus()

    def action_remove(self) -> None:
        if self.document is not None:
            self.post_message(RemoveDocument(self.document))

    def action_retry(self) -> None:
        document = self.document
        if document is None:
            return
        if document.status == "indexed":
            desk(self).say(f"{plural(document.passages, 'passage')}: nothing to retry.")
        else:
            self.post_message(RetryDocument(document))

    def action_ocr(self) -> None:
        if self.document is not None:
            self.post_message(RecogniseDocument(self.document))

    def action_tick(self) -> None:
        if self.document is not None:
            self.post_message(TickDocument(self.document.document_id))

    def action_only(self) -> None:
        if self.document is not None:
            self.post_message(OnlyDocument(self.document.document_id))

    def action_read(self) -> None:
        if self.document is not None:
            self.post_message(AskDocument(self.document))

    def on_rows_opened(self, event: Rows.Opened) -> None:
        event.stop()
        if isinstance(event.item, StoredDocument):
            pages = event.item.pages
            self.post_message(OpenPage(Place(event.item.document_id, 1)) if pages else RetryDocument(event.item))
