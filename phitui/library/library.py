"""One named library: its documents, how they come, change and go, its conversations and backups."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Event as ThreadEvent

from phitui.documents.kinds import sniff
from phitui.documents.workers.pages import PageWorker, Picture
from phitui.documents.workers.reader import never
from phitui.errors import LibraryError, UsageError
from phitui.events import Event
from phitui.library.atomic import empty_folder
from phitui.library.care.backups import Backups
from phitui.library.care.erasure import unfinished, wipe
from phitui.library.care.forgetting import forget
from phitui.library.care.subjects import Subject, find_remembered, remembered
from phitui.library.care.sweep import copies
from phitui.library.care.transfer import export_library
from phitui.library.embedder import Embedder
from phitui.library.indexes.coverage import CACHED
from phitui.library.intake import web_page
from phitui.library.intake.indexer import Indexer
from phitui.library.intake.ocr import Recognitions, recogniser
from phitui.library.intake.read_ahead import Options, Sources
from phitui.library.intake.watcher import Watch
from phitui.library.languages import with_better_embedders
from phitui.library.lock import LOCK_FILE, LOCKED, FileLock
from phitui.library.search.searchable import Searchable
from phitui.library.store.backup_files import FOLDER, Backup
from phitui.library.store.bin import Bin
from phitui.library.store.conversations import Conversations
from phitui.library.store.descriptions import describe, tag, tags
from phitui.library.store.marks.marks import Marks
from phitui.records import StoredDocument, StoredEmbedder, StoredPage


def document_sources() -> Sources:
    """Those of `phitui.documents`, imported when the first file is added."""
    from phitui.documents.content import content_hash
    from phitui.documents.files import find_files
    from phitui.documents.splitter import split
    from phitui.documents.workers.reader import Readers

    return Sources(find_files, content_hash, Readers, split)


class Library(Searchable):
    """What is searched, and all that changes it. May be used from any thread.

    Nothing heavy is imported before the first search or the first new document.
    """

    def __init__(
        self,
        folder: Path,
        cache: Path,
        embedder: Embedder | None,
        other_embedder: Callable[[str], Embedder] | None = None,
    ):
        """As in `Searchable`."""
        super().__init__(folder, cache, embedder, other_embedder)
        self._folder = folder
        self._indexer = Indexer(folder, self._store, self._lexical, self._embedders, document_sources)
        self._backups = Backups(folder)
        self.bin = Bin(self._store.database)
        self.conversations = Conversations(self._store.database)
        self.marks = Marks(self._store)
        self._pages = PageWorker()
        self.folders: Sequence[Path] = (folder, cache)
        """All that phitui writes to: what is forgotten is looked for there."""

    # ── documents ────────────────────────────────────────────────────────────────────────────────────────────

    def find(self, reference: str) -> StoredDocument:
        """The document with that id, path or unique part of a title. Raises UsageError."""
        return with_better_embedders([self._store.find(reference, self._identity)], self._embedder)[0]

    def page(self, document_id: int, number: int) -> StoredPage:
        """A page's cleaned text; pages count from 1. Raises UsageError."""
        return self._store.page(document_id, number)

    def raw_page(self, document_id: int, number: int) -> str:
        """A page's text as its file is read, with the lines that run through the pages.

        Raises UsageError for an unknown page, DocumentError, OSError.
        """
        page, file = self._store.page(document_id, number), self._store.file(document_id)
        return self._pages.raw(file, number) if sniff(file) == "pdf" else page.text

    def picture(
        self, document_id: int, number: int, width: int, text: str = "", cancel: Callable[[], bool] = never
    ) -> Picture:
        """A PDF's page as it looks, with the boxes of a text on it (see `PageWorker.picture`).

        Raises UsageError for an unknown page, DocumentError, Cancelled.
        """
        page = self._store.page(document_id, number)
        return self._pages.picture(self._store.file(document_id), number, width, text, page.ocr, cancel=cancel)

    def remove(self, document_ids: Sequence[int]) -> None:
        """Takes documents out and keeps them in the bin; conversations keep what they quote."""
        self.bin.put(document_ids)
        self._lexical.catch_up(self._store, wait=False)

    def describe(
        self, document_id: int, title: str | None = None, author: str | None = None, year: int | None = None
    ) -> None:
        """Corrects title, author and year (see `descriptions.describe`); a new title leaves vectors to be made."""
        describe(self._store, document_id, title, author, year)
        self._lexical.catch_up(self._store, wait=False)

    def tag(self, document_ids: Sequence[int], add: Sequence[str], remove: Sequence[str] = ()) -> None:
        """Gives documents tags and takes some away. Raises UsageError."""
        tag(self._store, document_ids, add, remove)

    def tags(self) -> dict[str, int]:
        """Tag → documents that have it."""
        return tags(self._store)

    def bring_back(self, document_ids: Sequence[int]) -> None:
        """Puts documents from the bin back as they were. Raises UsageError where one is there again."""
        self.bin.bring_back(document_ids)
        self._lexical.catch_up(self._store, wait=False)

    def find_forgettable(self, reference: str) -> list[Subject]:
        """What is to be forgotten under that id, path or name, in the library, its bin, or what was said of it.

        Empty where nothing has that name, but bytes of documents that were deleted may still be there. Raises
        UsageError where there are none.
        """
        try:
            found = self.find(reference)
            return [Subject(found.document_id, found.title, found.path, found.content_hash)]
        except UsageError as error:
            try:
                binned = self.bin.find(reference)
                return [Subject(binned.document_id, binned.title, binned.path, binned.content_hash)]
            except UsageError:
                known = find_remembered(reference, remembered(self._store.database, self._copies()))
                if not known and not self.bin.emptied:
                    raise error from None
                return known

    def _copies(self) -> list[Path]:
        """The databases beside the library's own: backups, exports, what was set aside after damage."""
        return [each.path for each in self._backups.all()] + copies([self._folder], [self._folder / FOLDER])

    def forget(self, document_ids: Sequence[int], others: Sequence[Subject] = ()) -> list[Path]:
        """Deletes documents for good, from wherever phitui keeps anything of them (see `care.forgetting`).

        `others` are some that neither the library nor its bin holds any more. Returns the files that may still hold
        something: damaged ones that were kept, other libraries. Without documents it finishes what was interrupted.
        Raises LibraryError; nothing is promised before it returns.
        """
        with FileLock(self._folder / LOCK_FILE).held(LOCKED):
            subjects = [*(Subject(key, "", "") for key in document_ids), *others]
            left = forget(self._store.database, subjects, self._backups, self.folders, self._cache)
            wipe(self._store.database)
            kept = [str(file) for _, file in self.files()] + [each.path for each in self.bin.all()]
            web_page.sweep(self._folder / web_page.FOLDER, kept)
            if self._dense is not None:
                self._dense[0].close()
            empty_folder(self._cache, CACHED)
            self._backups.replace_all(self._store.database)
            self._catch_up(with_vectors=True)
            if self._dense is not None:
                self._dense[0].save(self._store)
        return left

    def fetch(self, address: str, stopped: Callable[[], bool] = never) -> Path:
        """Fetches a web page or file into this library's folder, to be added (see `web_page.fetched`)."""
        return web_page.fetched(address, self._folder / web_page.FOLDER, stopped)

    def add(
        self,
        paths: Sequence[Path],
        *,
        password: str | None = None,
        reader: str = "pdfium",
        words_only: bool = False,
        retry_failed: bool = False,
        rebuild: bool = False,
        ocr: str | None = None,
        follow_links: bool = False,
        cancel: ThreadEvent | None = None,
    ) -> Iterator[Event]:
        """Indexes files and folders (see `Indexer.add`), then makes a backup where one is due.

        `ocr` is tesseract's language, such as eng or eng+deu, where the text in scans is to be recognised. Raises
        DocumentError without tesseract, UsageError for a language that it does not know.
        """
        options = Options(password, reader, retry_failed, rebuild, follow_links)
        with recogniser(self._store.database, ocr, password) as found:
            yield from self._indexer.add(paths, replace(options, ocr=found), words_only=words_only, cancel=cancel)
        self._tidy_up(cancel)

    def watch(
        self, folders: Sequence[Path], cancel: ThreadEvent, ocr: str | None = None, follow_links: bool = False
    ) -> Iterator[Event]:
        """Keeps folders in step until `cancel` is set (see `Watch`). Raises UsageError, LibraryError."""
        return Watch(self, folders, document_sources().find_files, ocr, follow_links).run(cancel)

    def files(self, status: str = "") -> list[tuple[int, Path]]:
        """(document id, file) of every document, or of those of that status."""
        return self._store.files(status)

    def rebuild(self, cancel: ThreadEvent) -> Iterator[Event]:
        """Splits again, where their files are still there, the documents that an older version of the splitter cut."""
        paths = [file for _, file in self._store.outdated() if os.path.lexists(file)]
        yield from self.add(paths, rebuild=True, cancel=cancel) if paths else ()

    def outdated(self) -> int:
        """Documents that an older version of the splitter cut."""
        return len(self._store.outdated())

    def scans(self) -> list[Path]:
        """The existing files of documents that have pages without text, or with recognised text."""
        return [file for file in Recognitions(self._store.database).files() if os.path.lexists(file)]

    def ocr_languages(self) -> list[str]:
        """Languages in which text in scans can be recognised. Raises DocumentError without tesseract."""
        from phitui.documents.ocr.recogniser import languages

        return languages()

    def embed_missing(self, cancel: ThreadEvent | None = None) -> Iterator[Event]:
        """Makes the vectors that an earlier run left out, then a backup where one is due."""
        yield from self._indexer.embed_missing(cancel or ThreadEvent())
        self._tidy_up(cancel)

    def _tidy_up(self, cancel: ThreadEvent | None) -> None:
        """Finishes a forgetting that was interrupted; makes a backup where one is due."""
        if unfinished(self._store.database):
            with suppress(LibraryError):  # the next time, then
                self.forget([])
        self._backups.keep_up(self._store.database, cancel)
        self._tell_damage()

    def make_backup(self) -> Backup:
        """Copies the database now. Raises LibraryError."""
        return self._backups.make(self._store.database)

    def export(self, file: Path, *, documents_only: bool = False) -> int:
        """Writes the library to one new file; returns the documents in it. Raises UsageError, LibraryError."""
        return export_library(self._store.database, file, documents_only=documents_only)

    def embedders(self) -> list[StoredEmbedder]:
        """Those that the library has vectors of and the one that the settings name, the most complete first."""
        if self._embedders is None:
            return []
        self._embedders.settle()
        return self._embedders.listed()

    def drop_embedder(self, reference: str) -> StoredEmbedder:
        """Deletes the vectors of an embedder that no longer searches. Raises UsageError."""
        if self._embedders is None:
            raise UsageError("This library has no embedder.")
        return self._embedders.drop(reference)

    def close(self) -> None:
        """Saves the dense index and closes everything."""
        self._tell_damage()
        try:
            if self._embedders is not None:
                self._embedders.close()
        except LibraryError:
            pass  # Only a cache: the next start makes it anew.
        self._pages.close()
        self._lexical.close()
        self._store.close()
