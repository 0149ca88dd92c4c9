"""The lexical arm: a tantivy index of headers and passages, a cache that can be deleted at any time."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

from phitui.errors import LibraryError
from phitui.library.atomic import replace_file
from phitui.library.indexes.coverage import clear_away, read_stamp, refuse_others, reloaded, sealed, whole_digest
from phitui.library.indexes.lexical_search import best, rarity
from phitui.library.indexes.lexical_terms import add, counts, languages
from phitui.library.lock import FileLock
from phitui.library.store.documents import Store
from phitui.text import one_line

LAYOUT = 5
"""Raised with every change of the schema or of what is indexed: older indexes are then rebuilt."""
WRITER_BYTES = 32_000_000
"""Memory of the index writer: tantivy needs at least 15 MB."""
DELETED_AT_ONCE = 10_000
"""Documents that one query deletes."""
META = "meta.json"
"""The file that says which others belong to the index: a commit replaces it."""
NO_ROOM = ("StorageFull", "os error 28")
"""What tantivy says of a full disk: no reason to throw away the index that is there."""
WAIT_SECONDS = 30.0
"""How long indexing waits for another process that is writing the index."""


class LexicalIndex:
    """BM25 over stems. May be used from any thread; several processes may search while one of them writes.

    `covers.json` beside the index says which version of which document is in it. It is written after the index's
    own commit, so it never claims too much; where it claims too little, documents are deleted and added again.
    """

    def __init__(self, folder: Path):
        """`folder` is this index's own; nothing is read yet."""
        self._folder = folder
        self._stamp = folder.with_suffix(".json")
        self._file_lock = FileLock(folder.with_suffix(".lock"))
        self._writing = Lock()
        self._lock = Lock()
        """Held only while the fields below are read or changed: searching goes on while another thread writes."""
        self._index: Any = None
        self._searcher: Any = None
        self._seen = -1
        self.damaged = False
        """Whether unusable files were found; whoever reports it resets it."""
        self._spoilt = 0
        """When the stamp of an index that cannot be opened was written. Not believed, even if it cannot be deleted."""
        self._borrowed: TemporaryDirectory[str] | None = None
        """The folder of links through which an index is opened whose own folder cannot be written."""
        self._digests: dict[tuple[str, int, int], str] = {}
        """(name, size, ns of change) of a file of the index → what its bytes are recognised by."""
        self._level: tuple[str, int, int] | None = None
        """Library, change number and stamp at which the index was found to lack nothing."""
        self._lacking: tuple[str, int, int] | None = None
        """The same, where it was found to lack something."""
        self._read: tuple[int, dict[str, Any]] | None = None
        """The stamp, and when it was written: of thousands of documents it takes 20 ms to read."""
        self._keepers = 0

    # ── what it covers ───────────────────────────────────────────────────────────────────────────────────────

    def _read_stamp(self, library: str) -> dict[int, int]:
        return {int(key): int(value) for key, value in self._stamp_of(library).get("documents", {}).items()}

    def _stamp_of(self, library: str) -> dict[str, Any]:
        """The stamp where it is that library's and can be believed, else nothing."""
        try:
            if self._stamp_time() == self._spoilt:
                return {}
            stamp = self._stamp_now()
            if stamp["layout"] == LAYOUT and stamp["library"] == library and (self._folder / META).exists():
                return stamp
        except OSError:
            pass
        except (ValueError, KeyError, TypeError, AttributeError):
            self.damaged = True
        return {}

    def _stamp_now(self) -> dict[str, Any]:
        """Raises as `read_stamp` does."""
        time, known = self._stamp_time(), self._read
        if known is None or known[0] != time:
            known = self._read = time, read_stamp(self._stamp)
        return known[1]

    @contextmanager
    def kept_up(self) -> Iterator[None]:
        """Inside, whoever adds documents calls `catch_up` every few seconds, and no search has to write the index."""
        with self._lock:
            self._keepers += 1
        held = False
        try:
            with suppress(LibraryError):  # `catch_up` will say it
                held = self._file_lock.acquire(WAIT_SECONDS)
            yield
        finally:
            if held:
                self._file_lock.release()
            with self._lock:
                self._keepers -= 1

    def catch_up(self, store: Store, *, wait: bool = True) -> bool:
        """Brings the index to the state of the store; returns whether that was possible now.

        `wait` is False where a person waits for a search: whoever is writing the index, or keeps it up, will bring it
        up to date. Raises LibraryError where the index cannot be written.
        """
        # Every search comes here: listing all documents, whatever their number, is for when something has changed.
        library, change = store.library_id(), store.change()
        level = (library, change, self._stamp_time())
        if level == self._level:
            return True
        stamp = self._stamp_of(library)
        if stamp.get("change") == change:
            self._level = level
            return True
        if self._keepers and not wait:
            return False
        if level != self._lacking:
            # What changed may have no passages.
            if stamp and not store.versions(stamp["change"]) and len(stamp["documents"]) == store.with_passages():
                self._level = level
                return True
            self._lacking = level
        if not self._writing.acquire(blocking=wait):
            return False
        try:
            if not self._file_lock.acquire(WAIT_SECONDS if wait else 0.0):
                return False
            try:
                # Whoever held the lock until now may have done it.
                if self._stamp_of(library).get("change") != store.change():
                    self._write(store)
            finally:
                self._file_lock.release()
        except LibraryError:
            raise
        except BaseException as error:  # tantivy raises ValueError, OSError and RuntimeError for all that can go wrong
            refuse_others(error)
            why = "its disk is full" if any(sign in str(error) for sign in NO_ROOM) else one_line(str(error), 120)
            raise LibraryError(
                f"The index folder {one_line(str(self._folder.parent))} cannot be written ({why}): make room there or "
                "check its permissions, and repeat; the documents are safe, they only cannot all be found by words."
            ) from error
        finally:
            self._writing.release()
        return True

    def _write(self, store: Store) -> None:
        library = store.library_id()
        covered = self._read_stamp(library)
        for attempt in range(2):
            change, wanted = store.change(), store.versions()
            try:
                index = self._open(fresh=not covered)
                stale = [key for key, version in covered.items() if wanted.get(key, (None, 0))[0] != version]
                missing = [key for key, (version, _) in wanted.items() if covered.get(key) != version]
                versions = self._apply(index, store, stale, missing, wanted)
                versions |= {key: version for key, version in covered.items() if key not in {*stale, *missing}}
                index.reload()
                files = self._read_digests()
                expected = sum(wanted[key][1] for key in versions if key in wanted)
                if index.searcher().num_docs == expected:
                    break
                # Left over from a run that was killed between its commit and its stamp: build it anew.
                covered = {}
            except LibraryError:
                raise
            except BaseException as error:
                refuse_others(error)
                if attempt or not covered or any(sign in str(error) for sign in NO_ROOM):
                    raise
                covered = {}  # A damaged index shows itself only when it is written.
                self.damaged = True
        stamp = {"layout": LAYOUT, "library": library, "change": change, "documents": versions, "files": files}
        for file in self._folder.iterdir():
            with suppress(OSError):  # a merge may take it away meanwhile
                file.chmod(0o600)
        replace_file(self._stamp, sealed(stamp))
        with self._lock:
            self._index, self._searcher, self._seen = index, index.searcher(), self._stamp_time()

    def _apply(
        self,
        index: Any,
        store: Store,
        stale: Sequence[int],
        missing: Sequence[int],
        wanted: dict[int, tuple[int, int]],
    ) -> dict[int, int]:
        """Deletes and adds documents in one commit; returns the versions of those added."""
        import tantivy

        writer = index.writer(WRITER_BYTES, 1)
        try:
            # By query: of an unsigned field `delete_documents_by_term` deletes nothing (tantivy 0.27).
            for start in range(0, len(old := [*stale, *missing]), DELETED_AT_ONCE):
                chosen = old[start : start + DELETED_AT_ONCE]
                writer.delete_documents_by_query(tantivy.Query.term_set_query(index.schema, "document_id", chosen))
            added = {}
            for key in missing:
                with store.database.snapshot():
                    now = store.versions_of(key)
                    language, rows = store.headed_passages(key) if now == wanted[key] else ("", [])
                if rows:
                    add(writer, key, rows, language)
                    added[key] = wanted[key][0]
            writer.commit()
            return added
        finally:
            # Frees tantivy's lock; without it the next writer is refused until the garbage collector runs.
            writer.wait_merging_threads()

    def _open(self, *, fresh: bool) -> Any:
        import tantivy

        if fresh:
            clear_away(self._stamp)
            shutil.rmtree(self._folder, ignore_errors=True)
            if os.path.lexists(self._folder) and not self._folder.is_dir():
                self._folder.unlink()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not fresh:
            index = tantivy.Index.open(str(self._opened_folder()))
        else:
            builder = tantivy.SchemaBuilder()
            builder.add_unsigned_field("passage_id", stored=False, indexed=False, fast=True)
            builder.add_unsigned_field("document_id", stored=False, indexed=True, fast=False)
            builder.add_text_field("text", tokenizer_name="en_stem", index_option="freq")
            builder.add_text_field("grams", tokenizer_name="whitespace", index_option="freq")
            builder.add_text_field("own", tokenizer_name="whitespace", index_option="freq")
            index = tantivy.Index(builder.build(), str(self._folder))
        index.config_reader("manual")
        return index

    def _opened_folder(self) -> Path:
        """The index's own folder, or one of links to its files where tantivy cannot put its lock into the folder."""
        if os.access(self._folder, os.W_OK):
            return self._folder
        self._borrowed = TemporaryDirectory(prefix="phitui-index-", ignore_cleanup_errors=True)
        for file in self._folder.iterdir():
            if file.suffix != ".lock":
                os.symlink(file.absolute(), os.path.join(self._borrowed.name, file.name))
        return Path(self._borrowed.name)

    # ── searching ────────────────────────────────────────────────────────────────────────────────────────────

    def _stamp_time(self) -> int:
        try:
            return os.stat(self._stamp).st_mtime_ns
        except OSError:
            return -1

    def _current(self) -> tuple[Any, Any] | None:
        """(index, searcher) of the last commit, None where there is no index."""
        with self._lock:
            time = self._stamp_time()
            if time != self._seen or self._index is None:
                try:
                    older = False
                    stamp = self._stamp_now()
                    older = stamp["layout"] != LAYOUT
                    if older:
                        raise ValueError("an older layout")
                    # Also of a folder that was made anew. New files are checked when they are opened next time.
                    if self._index is None or self._borrowed is not None or not reloaded(self._index):
                        if not self._as_written(stamp["files"]):
                            raise ValueError("not what was written")
                        self._index = self._open(fresh=False)
                    self._searcher, self._seen = self._index.searcher(), time
                except BaseException as error:  # missing or damaged: the next catch_up rebuilds it
                    refuse_others(error)
                    self._index = self._searcher = None
                    # Unless another process is making it anew just now.
                    if time >= 0 and not self._written_now() and time == self._stamp_time():
                        self._spoil(time, older)
                    return None
            return self._index, self._searcher

    def _written_now(self) -> bool:
        """Whether another process is at work on the index: files come and go under whoever opens it then."""
        try:
            if not self._file_lock.acquire():
                return True
        except LibraryError:
            return False
        self._file_lock.release()
        return False

    def _spoil(self, time: int, older: bool = False) -> None:
        """The index whose stamp was written then cannot be used: it is made anew."""
        self._spoilt, self._level = time, None
        with suppress(OSError):
            clear_away(self._stamp)
            self.damaged |= not older

    def _read_digests(self) -> dict[str, str]:
        """Of every file of the index. Raises OSError."""
        found = {}
        known, self._digests = self._digests, {}
        for file in self._folder.iterdir():
            if file.suffix != ".lock" and not file.name.startswith("."):
                state = file.stat()
                key = (file.name, state.st_size, state.st_mtime_ns)
                self._digests[key] = found[file.name] = known.get(key) or whole_digest(file)
        return found

    def _as_written(self, files: Mapping[str, str]) -> bool:
        """Whether the files are those that the stamp is about; also while somebody writes others. Raises OSError."""

        def differ() -> bool:
            found = self._read_digests()
            if any(found.get(name, value) != value for name, value in files.items() if name != META):
                return True  # what is written once never changes
            if found.get(META) == files.get(META):
                return not files.keys() <= found.keys()
            return files.keys() == found.keys()  # or a commit that was cut off before its stamp

        if not differ():
            return True
        if not self._writing.acquire(blocking=False):
            return True
        try:
            try:
                if not self._file_lock.acquire():
                    return True
            except LibraryError:  # a cache that can only be read is taken as it is
                return True
            try:
                return not differ() or self._stamp_now()["files"] != files
            finally:
                self._file_lock.release()
        finally:
            self._writing.release()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """What goes wrong inside comes from damaged files: nothing is found, and the index is made anew."""
        time = self._seen
        try:
            yield
        except BaseException as error:
            refuse_others(error)
            with self._lock:
                self._index = self._searcher = None
                if time == self._stamp_time():
                    self._spoil(time)

    def usable(self) -> bool:
        """Whether the index can be searched; one that is damaged loses its stamp, so that it is rebuilt."""
        return self._current() is not None

    def search(self, query: str, k: int, documents: Sequence[int] | None = None) -> list[tuple[int, float]]:
        """The k best (passage id, BM25), best first, equal ones by id. The query is plain words, never syntax."""
        current = self._current()
        if current is None or k < 1:
            return []
        rows: list[tuple[int, float]] = []
        with self._reading():
            rows = best(*current, query, k, documents)
        return sorted(rows, key=lambda row: (-round(row[1], 4), row[0]))

    def languages(self) -> list[str]:
        """Those of the passages that have stems of their own, beside English."""
        current = self._current()
        with self._reading():
            return languages(current[1]) if current else []
        return []

    def frequencies(self, words: Sequence[str], language: str = "") -> dict[str, int]:
        """Stem → passages that hold it; empty where there is no index."""
        current = self._current()
        with self._reading():
            return counts(current[1], words, language) if current else {}
        return {}

    def rarity(self, words: Sequence[str], language: str = "") -> dict[str, float]:
        """Stem → inverse document frequency, natural logarithm; 1 for each where there is no index."""
        current = self._current()
        if current is None:
            return dict.fromkeys(words, 1.0)
        with self._reading():
            return rarity(current[1], words, language)
        return dict.fromkeys(words, 1.0)

    def close(self) -> None:
        """Lets go of the files."""
        with self._lock:
            self._index = self._searcher = self._borrowed = None
