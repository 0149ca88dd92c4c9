"""Reads files into documents, through worker processes that can be killed and are when they must be."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from phitui.documents.cleaner import author_name, choose_title, place_headings, tidy_page
from phitui.documents.document import Document, Page
from phitui.documents.repair.pages import repaired
from phitui.documents.workers.process import WorkerLost, WorkerProcess, failure
from phitui.errors import Cancelled, Cause, DocumentError, UsageError
from phitui.text import one_line

PAGE_SECONDS = 10.0
"""Deadline for opening a document and for each of its pages."""
FILE_SECONDS = 60.0
SECONDS_PER_MEGABYTE = 15.0
"""Deadline for all of a file: a small one that makes endless work must not hold the queue."""
RECYCLE_DOCUMENTS = 50
RECYCLE_BYTES = 300 * 2**20
LOST_WORKERS = 3
"""So many workers are spent on one document."""
LOST_IN_A_ROW = 50
"""After so many damaged pages one after the other the rest is given up."""
MOST_PAGES = 100_000
"""A document that claims more pages is not believed."""
MOST_CHARACTERS = 100_000_000
"""Text kept of one document."""

NAMELESS = "it counts as a scan, and OCR finds it"

CHAINS = {
    "pdfium": ("pdfium", "pypdf2", "pikepdf+pdfium"),
    "pypdf2": ("pypdf2", "pikepdf+pypdf2"),
}
"""The readers tried one after the other where one refuses a PDF. Other formats have one reader each."""


def never() -> bool:
    """Nobody cancels."""
    return False


class Readers:
    """Reads one document at a time; threads wait for each other. Close it to end its worker."""

    def __init__(
        self,
        *,
        page_seconds: float = PAGE_SECONDS,
        file_seconds: float = FILE_SECONDS,
        recycle_documents: int = RECYCLE_DOCUMENTS,
    ) -> None:
        self._page_seconds, self._file_seconds = page_seconds, file_seconds
        self._recycle_documents = recycle_documents
        self._reading = threading.Lock()
        self._worker: WorkerProcess | None = None
        self._closed = False

    def read(
        self,
        path: Path,
        *,
        password: str | None = None,
        reader: str = "pdfium",
        on_page: Callable[[int, int | None], None] | None = None,
        cancel: Callable[[], bool] | None = None,
    ) -> Document:
        """The document at `path`. `on_page` hears of each page (its number, how many there are if known).

        Raises DocumentError with the reason, PasswordNeeded, Cancelled, UsageError for an unknown reader.
        """
        if reader not in CHAINS:
            raise UsageError(f"There is no reader {one_line(reader, 40)!r}; there are {', '.join(CHAINS)}.")
        asked_to_stop = cancel or never

        def stopped() -> bool:
            return self._closed or asked_to_stop()

        with self._reading:
            if stopped():
                raise Cancelled("Stopped.")
            refusals = []
            for name in CHAINS[reader]:
                draft = _Draft(path, password, name, on_page or (lambda page, pages: None))
                refusal = self._fill(draft, stopped)
                if refusal is None:
                    return draft.document()
                refusals.append(refusal)
        raise _refused(refusals)

    def close(self) -> None:
        """Ends the worker; a read in another thread ends with Cancelled."""
        self._closed = True
        with self._reading:
            self._drop()

    @property
    def pid(self) -> int | None:
        """The worker's process id, while there is one."""
        worker = self._worker
        return worker.pid if worker else None

    def _fill(self, draft: "_Draft", stopped: Callable[[], bool]) -> "_Refusal | None":
        """Reads into the draft, with as many workers as that may take. Returns the reason of a refusal."""
        allowed = self._seconds_for(draft.path)
        deadline = monotonic() + allowed
        while not draft.finished:
            try:
                worker = self._fresh_worker()
                worker.ask(draft.request(), stopped)
                while not draft.finished:
                    if monotonic() > deadline:
                        draft.end(f"it took over {allowed:.0f} s", Cause.TIMED_OUT)
                        break
                    refusal = draft.take(worker.reply(self._page_seconds, stopped))
                    if refusal is not None:
                        return refusal
                if draft.gave_up:
                    self._drop()
            except WorkerLost as lost:
                self._drop()
                # what an earlier document did to the worker must not be blamed on this one
                if draft.opened or worker.documents <= 1:
                    draft.lose(str(lost), lost.cause)
            except BaseException:
                self._drop()
                raise
        return None

    def _seconds_for(self, path: Path) -> float:
        """What reading all of a file of that size may take."""
        try:
            size = path.stat().st_size
        except OSError:
            size = 0
        return self._file_seconds + SECONDS_PER_MEGABYTE * size / 1e6

    def _fresh_worker(self) -> WorkerProcess:
        worker = self._worker
        if worker is not None and (
            not worker.alive or worker.documents >= self._recycle_documents or worker.resident_bytes() > RECYCLE_BYTES
        ):
            self._drop()
            worker = None
        if worker is None:
            worker = self._worker = WorkerProcess()
        return worker

    def _drop(self) -> None:
        if self._worker is not None:
            self._worker.kill()
            self._worker = None


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why a reader does not open a file. `missing`: it is not installed, and `reason` says how to change that."""

    reason: str
    missing: bool


def _refused(refusals: list[_Refusal]) -> DocumentError:
    hint = f"; {refusals[-1].reason}" if refusals[-1].missing else ""
    return DocumentError(f"The PDF is damaged: no reader can open it ({refusals[0].reason}{hint}).", Cause.DAMAGED)


@dataclass(slots=True)
class _Draft:
    """A document on its way: what has arrived, what was lost."""

    path: Path
    password: str | None
    reader: str
    on_page: Callable[[int, int | None], None]
    opened: bool = False
    finished: bool = False
    gave_up: bool = False
    count: int | None = None
    title: str = ""
    author: str = ""
    outlined: bool = False
    """All pages and headings of it are there; what follows are the files that it carries."""
    pages: list[Page] = field(default_factory=list)
    headings: list[tuple[str, int, int, int]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """By its reader, about what the file holds beside its pages."""
    notes: list[str] = field(default_factory=list)
    trouble: Cause = Cause.DAMAGED
    """Why the last page that was lost was lost."""
    why: str = ""
    """It was given up before its end."""
    workers_lost: int = 0
    lost_in_a_row: int = 0
    characters: int = 0

    def request(self) -> dict[str, Any]:
        return {
            "path": str(self.path),
            "password": self.password,
            "reader": self.reader,
            "first": len(self.pages) + 1,
        }

    def take(self, reply: dict[str, Any]) -> _Refusal | None:
        """One reply of the worker. Returns the reason of a refusal; raises DocumentError, PasswordNeeded."""
        kind = reply["kind"]
        if kind == "opened":
            self._open(reply)
        elif kind == "page":
            self._add(reply)
        elif kind == "outline":
            self.headings += [(str(t), int(level), int(page), int(at)) for t, level, page, at in reply["headings"]]
            self.outlined = True
            self.title = self.title or str(reply.get("title", ""))
            self.author = self.author or str(reply.get("author", ""))
            self.said += [one_line(str(note), 400) for note in reply.get("notes", ())]
        elif kind == "done":
            self.finished = True
        elif kind == "refused":
            if self.pages:
                self._give_up("the rest could not be read")
                return None
            return _Refusal(one_line(str(reply["message"]), 200).rstrip("."), bool(reply.get("missing")))
        elif kind == "failed":
            if self.pages:
                self._give_up("the rest could not be read")
                return None
            raise failure(reply)
        return None

    def _open(self, reply: dict[str, Any]) -> None:
        self.opened = True
        self.reader = str(reply["reader"])
        self.title, self.author = str(reply["title"]), str(reply.get("author", ""))
        self.count = reply["pages"] if isinstance(reply["pages"], int) else None
        self.said = [one_line(str(note), 400) for note in reply.get("notes", ())]
        if self.count is not None and self.count > MOST_PAGES:
            raise DocumentError(
                f"It claims to have {self.count:,} pages, more than phitui reads ({MOST_PAGES:,}).", Cause.TOO_LARGE
            )

    def _add(self, reply: dict[str, Any]) -> None:
        number = len(self.pages) + 1
        lost = one_line(str(reply["lost"]), 200) if reply.get("lost") else None
        self.trouble = Cause.of(reply.get("cause")) or self.trouble
        label = one_line(str(reply["label"]), 40) if reply["label"] else ""
        own = self.count is not None and number <= self.count
        text = str(reply["text"]) if own else tidy_page(str(reply["text"]))
        self.pages.append(Page(number, text, label or None, bool(reply["scan"]), lost))
        self.characters += len(self.pages[-1].text)
        self.lost_in_a_row = self.lost_in_a_row + 1 if lost else 0
        self.on_page(number, self.count)
        if self.lost_in_a_row >= LOST_IN_A_ROW:
            self._give_up("too many pages in a row are damaged")
        elif self.characters > MOST_CHARACTERS:
            self._give_up("it holds more text than phitui keeps of one document")

    def lose(self, reason: str, cause: Cause) -> None:
        """The worker is gone. The page that it was at is lost; raises DocumentError where nothing was read."""
        self.workers_lost += 1
        self.trouble = cause
        if not self.opened:
            raise DocumentError(f"It could not be opened: {reason}.", cause)
        if self.count is None:
            self._give_up(reason)
        elif len(self.pages) < self.count:
            self.pages.append(Page(len(self.pages) + 1, "", lost=reason))
            if self.workers_lost >= LOST_WORKERS and len(self.pages) < self.count:
                self._give_up(reason)
        else:
            self.finished = True  # all pages are there, only the outline or the files that it carries are lost
            self._note_carried(reason)

    def end(self, reason: str, cause: Cause) -> None:
        """Keeps what was read, and nothing after it."""
        self.trouble = cause
        self._give_up(reason)

    def _give_up(self, reason: str) -> None:
        """Ends here; pages that are known to follow are lost."""
        self.why = reason
        self.finished = self.gave_up = True
        first = len(self.pages) + 1
        for number in range(first, (self.count or 0) + 1):
            self.pages.append(Page(number, "", lost=reason))
        if self.count is None:
            self.notes.append(f"Reading stopped after page {first - 1}: {reason}.")
        self._note_carried(reason)

    def _note_carried(self, reason: str) -> None:
        if self.outlined and self.count is not None:
            self.notes.append(f"Reading the files that it carries stopped: {reason}.")

    def document(self) -> Document:
        """What was read. Raises DocumentError where every page was lost."""
        lost = [page for page in self.pages if page.lost]
        if self.pages and len(lost) == len(self.pages):
            raise DocumentError(f"No page could be read: {lost[0].lost}.", self.trouble)
        if not self.pages and self.gave_up:
            raise DocumentError(f"It could not be read: {self.why}.", self.trouble)
        if not self.pages:
            nothing = ("The PDF has no pages.", Cause.EMPTY)
            raise DocumentError(*(nothing if self.count == 0 else ("There is no text in it.", Cause.NO_TEXT)))
        own_pages = self.pages[: self.count or 0]
        behind = [page.text for page in self.pages[len(own_pages) :]]
        found = repaired([page.text for page in own_pages], [page.label for page in own_pages])
        texts = [*found.texts, *behind]
        nameless = [at + 1 for at in sorted(found.nameless) if not own_pages[at].lost]
        restored = [at + 1 for at in found.restored]
        pages = tuple(
            Page(page.number, text, page.label, page.scan or page.number in nameless, page.lost)
            for page, text in zip(self.pages, texts, strict=True)
        )
        headings = place_headings(self.headings, texts)
        own = headings[0].title if headings and self.count is None and headings[0].level == 1 else ""
        notes = [*self.notes, *self.said]
        if lost:
            numbers = _ranges([page.number for page in lost])
            notes.append(f"Lost {'page' if len(lost) == 1 else 'pages'} {numbers}: {lost[0].lost}.")
        if nameless:
            notes.append(f"{_named_pages(nameless)} without letters that can be told: {NAMELESS}.")
        if restored:
            notes.append(f"{_named_pages(restored)} whose font does not name its letters: they were worked out.")
        if self.reader.startswith("pikepdf+"):
            notes.append("The file is damaged and was read from a repaired copy.")
        if found.note:
            notes.append(found.note)
        title = choose_title(self.title, own, self.path)
        author, partial = author_name(self.author), bool(lost) or self.gave_up
        return Document(self.path, title, pages, headings, self.reader, tuple(notes), partial, author)


def _named_pages(numbers: list[int]) -> str:
    return f"{'Page' if len(numbers) == 1 else 'Pages'} {_ranges(numbers)}: text"


def _ranges(numbers: list[int]) -> str:
    """`2, 5-9` of 2, 5, 6, 7, 8, 9."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    shown = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in parts[:8])
    return shown + (", …" if len(parts) > 8 else "")
