"""From files to a searchable library: what is new is read and stored, by words at once, by meaning after."""

import logging
import os
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event as ThreadEvent
from time import monotonic

from phitui.documents.document import Document
from phitui.documents.files import LINK
from phitui.documents.splitter import VERSION as SPLITTER
from phitui.errors import Cancelled, Cause, DocumentError, PhituiError, UsageError
from phitui.events import (
    DocumentAdded,
    EmbedderChanged,
    Event,
    FilesFound,
    IndexingFinished,
    PageRead,
    PathLeftOut,
    VectorsGrouped,
)
from phitui.library.indexes.dense import FEWEST_GROUPED
from phitui.library.indexes.embedders import Embedders, Meaning
from phitui.library.indexes.lexical import LexicalIndex
from phitui.library.intake.missing_vectors import embed_missing
from phitui.library.intake.ocr import Recognitions, with_recognised
from phitui.library.intake.read_ahead import POLL_SECONDS, Look, Options, ReadAhead, Sources, reader_count
from phitui.library.lock import LOCK_FILE, LOCKED, FileLock
from phitui.library.store.bin import Bin
from phitui.library.store.documents import Store
from phitui.library.store.files import FileState, Known, changed_ns, shown_path
from phitui.library.store.marks.marks import Marks
from phitui.text import one_line, system_reason

COMMIT_SECONDS = 2.0
"""How often new documents are committed to the lexical index, also while a long one is read: that costs tens of
milliseconds, whatever their size."""
LONGEST_REASON = 500
"""Characters of a reason that are kept."""

_log = logging.getLogger(__name__)


class Indexer:
    """Adds files and makes vectors. One process at a time; threads of that process may do both at once."""

    def __init__(
        self,
        folder: Path,
        store: Store,
        lexical: LexicalIndex,
        embedders: Embedders | None,
        sources: Callable[[], Sources],
    ):
        self._store, self._lexical, self._embedders = store, lexical, embedders
        self._sources = sources
        self._recognitions = Recognitions(store.database)
        self._lock = FileLock(folder / LOCK_FILE)
        self._embedding = threading.Lock()

    def add(
        self,
        paths: Sequence[Path],
        options: Options,
        *,
        words_only: bool = False,
        cancel: ThreadEvent | None = None,
    ) -> Iterator[Event]:
        """Indexes files and folders; the last event is IndexingFinished.

        Raises UsageError for paths that make no sense, LibraryError where the library cannot be written; a file's
        own failure is an event. Each document is stored whole or not at all. Scans whose text is to be recognised
        are reported last, when the text of all others can be found.
        """
        cancel = cancel or ThreadEvent()
        started = monotonic()
        counts = {"indexed": 0, "failed": 0}
        scans: list[DocumentAdded] = []
        with self._lock.held(LOCKED):
            sources = self._sources()
            left: list[PathLeftOut] = []
            files = list(
                sources.find_files(
                    paths,
                    follow_links=options.follow_links,
                    left_out=lambda path, why: left.append(PathLeftOut(shown_path(path), why, why != LINK)),
                )
            )
            yield FilesFound(len(files))
            yield from left
            claimed: set[str] = set()
            with (
                self._lexical.kept_up(),
                ReadAhead(
                    files, sources, options, lambda path: self._look(path, options, sources, claimed), reader_count()
                ) as ahead,
            ):
                committed = monotonic()
                for path in files:
                    if cancel.is_set():
                        break
                    for event in self._add_file(path, options, sources, ahead, cancel):
                        if monotonic() - committed > COMMIT_SECONDS:
                            self._lexical.catch_up(self._store)
                            committed = monotonic()
                        if isinstance(event, DocumentAdded):
                            if options.ocr and event.status != "failed" and options.ocr.wanted(event.document_id):
                                scans.append(event)
                                continue
                            counts[event.status] = counts.get(event.status, 0) + 1
                        yield event
            yield from self._make_findable(words_only, cancel)
            if scans:
                for event in self._add_scans(scans, options, sources, cancel):
                    if isinstance(event, DocumentAdded):
                        counts[event.status] = counts.get(event.status, 0) + 1
                    yield event
                yield from self._make_findable(words_only, cancel)
        yield IndexingFinished(counts["indexed"], counts["failed"], monotonic() - started, cancel.is_set())

    def embed_missing(self, cancel: ThreadEvent) -> Iterator[Event]:
        """Makes the vectors that are still missing; the last event is IndexingFinished. Raises LibraryError."""
        started = monotonic()
        with self._lock.held(LOCKED):
            yield from self._make_findable(False, cancel)
        yield IndexingFinished(0, 0, monotonic() - started, cancel.is_set())

    def _make_findable(self, words_only: bool, cancel: ThreadEvent) -> Iterator[Event]:
        """By words, then by meaning."""
        self._lexical.catch_up(self._store)
        if not words_only and not cancel.is_set():
            yield from self._embed(cancel)

    def _embed(self, cancel: ThreadEvent) -> Iterator[Event]:
        if self._embedders is None:
            return
        # A second thread waits, then finds what the first left out: texts that came meanwhile.
        while not self._embedding.acquire(timeout=POLL_SECONDS):
            if cancel.is_set():
                return
        try:
            before = self._embedders.current.embedder
            for meaning in self._embedders.to_build():
                yield from self._make_vectors(meaning, cancel)
            if self._embedders.current.embedder is not before:
                yield EmbedderChanged(self._embedders.current.embedder.name, before.name)
            yield from self._group(self._embedders.current, cancel)
        finally:
            self._embedding.release()

    def _make_vectors(self, meaning: Meaning, cancel: ThreadEvent) -> Iterator[Event]:
        looked_at = 0
        for event in embed_missing(meaning.vectors, meaning.embedder, cancel):
            yield event
            if event.done - looked_at >= FEWEST_GROUPED:
                looked_at = event.done
                yield from self._group(meaning, cancel)
        assert self._embedders is not None
        self._embedders.settle()
        if meaning is self._embedders.current:
            # Saved now, so that the next start does not have to read every vector from the database.
            meaning.index.catch_up(self._store)
            meaning.index.save(self._store)

    def _group(self, meaning: Meaning, cancel: ThreadEvent) -> Iterator[Event]:
        made = meaning.index.improve(self._store, cancel.is_set)
        if made is not None:
            yield VectorsGrouped(made.vectors, made.recall, f"From now on, {made.said}.")

    def _add_scans(
        self, scans: Sequence[DocumentAdded], options: Options, sources: Sources, cancel: ThreadEvent
    ) -> Iterator[Event]:
        """Recognises their pages, then reads the files again with that text. Pages that are done survive a cancel."""
        assert options.ocr is not None
        again = replace(options, anew=True)
        for event in scans:
            known = self._store.known_by_id(event.document_id or 0)
            if known is not None and not cancel.is_set():
                yield from options.ocr.pages(known, cancel)
            if known is None or cancel.is_set() or not options.ocr.unused(known.document_id):
                yield event
                continue
            path = Path(os.fsdecode(known.file))
            with ReadAhead([path], sources, again, lambda path: self._look(path, again, sources, set()), 1) as ahead:
                yield from self._add_file(path, again, sources, ahead, cancel)

    # ── one file ─────────────────────────────────────────────────────────────────────────────────────────────

    def _look(self, path: Path, options: Options, sources: Sources, claimed: set[str]) -> Look:
        """Whether a file has to be read, as far as can be told in advance. `claimed`: contents that are being read."""
        started = monotonic()
        known = self._store.known(path)
        again = known is not None and _wanted_again(known, options)
        try:
            state = os.stat(path)
            same = known is not None and (known.size, known.mtime_ns) == (state.st_size, changed_ns(state))
            if known and same and known.content_hash and not again:
                return Look(started, known, state.st_size, changed_ns(state))
            content_hash = sources.content_hash(path)
        except (OSError, PhituiError) as error:
            return Look(started, known, problem=error)
        twin = self._store.known_by_hash(content_hash, other_than=path)
        worth = again or not (
            (known and known.content_hash == content_hash)
            or (twin and twin.status != "failed")
            or Bin(self._store.database).has_content(content_hash)
            or content_hash in claimed
        )
        if worth:
            claimed.add(content_hash)
        return Look(started, known, state.st_size, changed_ns(state), content_hash, worth_reading=worth)

    def _add_file(
        self, path: Path, options: Options, sources: Sources, ahead: ReadAhead, cancel: ThreadEvent
    ) -> Iterator[Event]:
        try:
            task, look = ahead.next(cancel)
        except Cancelled:
            return
        try:
            yield from self._take_in(path, options, sources, look, ahead.document(task, cancel))
        finally:
            ahead.done(task)

    def _take_in(
        self,
        path: Path,
        options: Options,
        sources: Sources,
        look: Look,
        reading: Generator[PageRead, None, Document],
    ) -> Iterator[Event]:
        started = look.started
        # Looked up again: a file before this one may have had the same content.
        known = self._store.known(path)
        again = known is not None and _wanted_again(known, options)
        if look.problem is not None:
            # Nothing is known of the content: what the library holds of it stays.
            yield _failed(path, _document_error(look.problem), started, known)
            return
        same = known or look.known
        if same and not look.content_hash:
            yield _reported(same, path, started)
            return
        file = FileState(path, look.content_hash, look.size, look.mtime_ns)
        event = self._without_reading(file, known, again, started)
        if event is not None:
            yield event
            return
        try:
            document = yield from reading
            document = with_recognised(document, self._recognitions.of(look.content_hash))
            split = sources.split(document)
        except Cancelled:
            return
        except UsageError:  # an unknown reader: no fault of the file
            raise
        except PhituiError as error:
            yield self._read_failed(file, known, _document_error(error), started)
            return
        except OSError as error:
            yield _failed(path, _document_error(error), started, known)
            return
        except Exception as error:  # a fault of ours, brought out by this file: the others are still read
            yield self._read_failed(file, known, _unexpected(path, error), started)
            return
        notes = list(document.notes)
        cause = Cause.INCOMPLETE if document.incomplete else None
        if not split.passages:
            without_text, cause = _without_text(document)
            notes.insert(0, without_text)
        reason = one_line(" ".join(notes), LONGEST_REASON) or None
        try:
            document_id = self._store.put_document(file, document, split, reason, cause)
        except PhituiError:
            raise
        except Exception as error:  # likewise; what cannot be stored cannot be remembered either
            yield _failed(path, _unexpected(path, error), started, known)
            return
        yield DocumentAdded(
            path=shown_path(path),
            status="indexed" if split.passages else "no_text",
            document_id=document_id,
            pages=len(document.pages),
            empty_pages=document.empty_pages,
            passages=len(split.passages),
            reason=reason,
            seconds=monotonic() - started,
            cause=cause,
            lost_marks=Marks(self._store).lost(document_id),
        )

    def _without_reading(
        self, file: FileState, known: Known | None, again: bool, started: float
    ) -> DocumentAdded | None:
        """What becomes of a file whose content the library knows already; None where it has to be read."""
        if known and known.content_hash == file.content_hash and not again:
            self._store.touch(known.document_id, file)
            return _reported(known, file.path, started)
        twin = self._store.known_by_hash(file.content_hash, other_than=file.path)
        if twin is None or twin.status == "failed":
            back = None if known else Bin(self._store.database).bring_back_content(file.content_hash, self._store)
            if back is None or back.splitter != SPLITTER:
                return None
            self._store.touch(back.document_id, file)
            return _reported(back, file.path, started, "brought back from the bin", "indexed")
        if known:
            self._store.remove([known.document_id], heir=twin.document_id)
        if not os.path.lexists(os.fsdecode(twin.file)):
            self._store.touch(twin.document_id, file)
            return _reported(twin, file.path, started, f"moved from {twin.path}")
        return _reported(twin, file.path, started, f"the same content as {twin.path}", "duplicate")

    def _read_failed(self, file: FileState, known: Known | None, error: DocumentError, started: float) -> DocumentAdded:
        """Remembers the failure, unless the file went or changed under the reader: then it says nothing lasting."""
        try:
            state = os.stat(file.path)
            lasting = (state.st_size, changed_ns(state)) == (file.size, file.mtime_ns)
        except OSError:
            lasting = False
        if not lasting:
            return _failed(file.path, error, started, known)
        document_id = self._store.record_failure(file, error.message, error.cause)
        return _failed(file.path, error, started, self._store.known_by_id(document_id))


def _unexpected(path: Path, error: Exception) -> DocumentError:
    _log.error("reading %s", shown_path(path), exc_info=error)
    why = one_line(f"{type(error).__name__}: {error}", 120)
    return DocumentError(f"Reading it failed unexpectedly ({why}): please report it.", Cause.UNEXPECTED)


def _wanted_again(known: Known, options: Options) -> bool:
    """Whether a file is read although it has not changed."""
    if known.status == "failed":
        return options.retry_failed or options.password is not None
    return options.anew or (options.rebuild and known.splitter != SPLITTER)


def _reported(
    known: Known, path: Path, started: float, reason: str | None = None, status: str | None = None
) -> DocumentAdded:
    unchanged = "unchanged" if known.status == "indexed" else known.status
    return DocumentAdded(
        path=shown_path(path),
        status=status or unchanged,
        document_id=known.document_id,
        pages=known.pages,
        empty_pages=known.empty_pages,
        passages=known.passages,
        reason=reason or known.reason,
        seconds=monotonic() - started,
        cause=known.cause,
    )


def _failed(path: Path, error: DocumentError, started: float, known: Known | None) -> DocumentAdded:
    return DocumentAdded(
        path=shown_path(path),
        status="failed",
        document_id=known.document_id if known else None,
        pages=0,
        empty_pages=0,
        passages=0,
        reason=error.message,
        seconds=monotonic() - started,
        cause=error.cause,
    )


def _document_error(error: PhituiError | OSError) -> DocumentError:
    """Any failure as a document's, its message in one line."""
    if isinstance(error, PhituiError):
        cause = error.cause if isinstance(error, DocumentError) else Cause.UNREADABLE
        return DocumentError(one_line(error.message), cause)
    if isinstance(error, FileNotFoundError):
        return DocumentError("The file is gone: it vanished while it was being read.", Cause.GONE)
    why = system_reason(error)
    return DocumentError(f"The file cannot be read ({why}).", Cause.UNREADABLE)


def _without_text(document: Document) -> tuple[str, Cause]:
    pages = len(document.pages)
    scans = sum(page.scan for page in document.pages)
    if scans:
        found = f"{scans} of {pages} pages are scans, pictures of pages" if pages > 1 else "a scan"
        return f"No text: {found}.", Cause.SCAN
    return ("No text on any page.", Cause.NO_TEXT) if pages else ("The document has no pages.", Cause.EMPTY)
