"""Text in pictures of pages: kept by the file's content, and used whenever that file is read again."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from threading import Event as ThreadEvent

from phitui.documents.document import Document
from phitui.errors import Cancelled, DocumentError, UsageError
from phitui.events import PageRecognised
from phitui.library.store.database import Database
from phitui.library.store.files import Known
from phitui.text import one_line

MOST_AT_ONCE = 8
"""Pages that are recognised at the same time; each takes 200 MB."""
LONGEST_PROBLEM = 200
"""Characters kept of why a page was not recognised."""

RecognisePage = Callable[[Path, int, str, Callable[[], bool]], str]
"""(file, page, language, whether to stop) → the text in the page's picture. Raises DocumentError, Cancelled."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """What OCR made of one page. `language` is tesseract's, such as eng or eng+deu."""

    language: str
    text: str


class Recognitions:
    """The database's table of recognised pages. A row survives when its file is read again, not its last document."""

    def __init__(self, database: Database):
        self._database = database

    def of(self, content_hash: str) -> dict[int, Recognised]:
        """Page number → what was recognised there."""
        rows = self._database.rows(
            "SELECT page, language, text FROM recognised WHERE content_hash = ?", (content_hash,)
        )
        return {page: Recognised(language, text) for page, language, text in rows}

    def put(self, content_hash: str, page: int, found: Recognised) -> None:
        """Keeps one page, so that an interruption costs no more than that."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO recognised VALUES (?, ?, ?, ?)",
                (content_hash, page, found.language, found.text),
            )

    def missing(self, document_id: int, language: str) -> list[int]:
        """Pages of a document that are pictures or empty and were not recognised in that language yet."""
        rows = self._database.rows(
            f"""SELECT g.page FROM {_PAGES} WHERE g.document_id = ? AND {_PICTURE}
            AND coalesce(r.language, '') <> ? ORDER BY g.page""",
            (document_id, language),
        )
        return [int(row[0]) for row in rows]

    def unused(self, document_id: int) -> bool:
        """Whether pages were recognised whose text is not in the document yet."""
        row = self._database.row(
            f"""SELECT 1 FROM {_PAGES} WHERE g.document_id = ? AND r.text <> '' AND coalesce(g.ocr, '') <> r.language
            LIMIT 1""",
            (document_id,),
        )
        return row is not None

    def files(self) -> list[Path]:
        """The files that have pages without text, or with text of their pictures."""
        rows = self._database.rows(f"SELECT DISTINCT d.file FROM {_PAGES} WHERE {_PICTURE} ORDER BY d.id")
        return [Path(os.fsdecode(row[0])) for row in rows]


_PAGES = """pages g JOIN documents d ON d.id = g.document_id
    LEFT JOIN recognised r ON r.content_hash = d.content_hash AND r.page = g.page"""
_PICTURE = "g.lost IS NULL AND (g.scan OR g.ocr IS NOT NULL OR trim(g.text) = '')"


class Recogniser:
    """OCR of the pages of a library's documents, in one language."""

    def __init__(self, recognitions: Recognitions, language: str, page_text: RecognisePage, at_once: int = 1):
        """`page_text` is called in `at_once` threads."""
        self._recognitions, self._language, self._page_text = recognitions, language, page_text
        self._at_once = at_once

    def wanted(self, document_id: int | None) -> bool:
        """Whether the document has pages to recognise, or an earlier run was stopped before it got their text."""
        if document_id is None:
            return False
        return bool(self._recognitions.missing(document_id, self._language)) or self.unused(document_id)

    def unused(self, document_id: int) -> bool:
        """As Recognitions.unused."""
        return self._recognitions.unused(document_id)

    def pages(self, known: Known, cancel: ThreadEvent) -> Iterator[PageRecognised]:
        """Recognises the document's pages; each is kept as soon as it is done. Raises LibraryError."""
        path = Path(os.fsdecode(known.file))
        pages = self._recognitions.missing(known.document_id, self._language)
        left = ThreadEvent()

        def stopped() -> bool:
            return cancel.is_set() or left.is_set()

        pool = ThreadPoolExecutor(self._at_once, "phitui-ocr")
        try:
            asked = {pool.submit(self._page_text, path, page, self._language, stopped): page for page in pages}
            for done, future in enumerate(as_completed(asked), 1):
                page, problem = asked[future], None
                try:
                    text = future.result()
                    self._recognitions.put(known.content_hash, page, Recognised(self._language, text))
                except Cancelled:
                    return
                except DocumentError as error:
                    problem = one_line(error.message, LONGEST_PROBLEM)
                yield PageRecognised(known.path, page, done, len(pages), problem)
        finally:
            left.set()
            pool.shutdown(cancel_futures=True)


@contextmanager
def recogniser(database: Database, language: str | None, password: str | None) -> Iterator[Recogniser | None]:
    """OCR; None without a language. Raises DocumentError where nothing is there for it, UsageError for a language."""
    if language is None:
        yield None
        return
    from phitui.documents.ocr.recogniser import languages
    from phitui.documents.workers.pages import PageWorker

    check_language(language, languages())
    workers = [PageWorker() for _ in range(pages_at_once())]
    idle: SimpleQueue[PageWorker] = SimpleQueue()
    for worker in workers:
        idle.put(worker)

    def page_text(path: Path, page: int, language: str, stopped: Callable[[], bool]) -> str:
        worker = idle.get()
        try:
            return worker.recognise(path, page, language, password, stopped)
        finally:
            idle.put(worker)

    try:
        yield Recogniser(Recognitions(database), language, page_text, len(workers))
    finally:
        for worker in workers:
            worker.close()


def pages_at_once() -> int:
    """One for each core but one: cores are better used on a page each than together on one page."""
    return max(1, min(MOST_AT_ONCE, (os.cpu_count() or 1) - 1))


def check_language(language: str, known: Sequence[str]) -> None:
    """Raises UsageError where one of the languages, which + joins, is not known."""
    missing = [one_line(each, 20) for each in language.split("+") if each not in known]
    if missing:
        package = missing[0].replace("_", "-") or "eng"
        raise UsageError(
            f"No recogniser here knows the language {missing[0]!r}, only {', '.join(known) or 'none'}: install it for "
            f"tesseract (apt install tesseract-ocr-{package}, brew install tesseract-lang), or name another one."
        )


def with_recognised(document: Document, found: dict[int, Recognised]) -> Document:
    """The document with the text of its pictures, each such page marked."""
    pages = []
    for page in document.pages:
        mine = found.get(page.number)
        if mine is not None and mine.text and (page.scan or not page.text.strip()):
            page = replace(page, text=mine.text, ocr=mine.language)
        pages.append(page)
    count = sum(page.ocr is not None for page in pages)
    if not count:
        return document
    languages = ", ".join(sorted({page.ocr for page in pages if page.ocr}))
    note = f"Recognised in pictures (OCR, {languages}): {count} {'page' if count == 1 else 'pages'}."
    return replace(document, pages=tuple(pages), notes=(*document.notes, note))
