"""Reads the files of one `add`, several at once and some ahead of their turn; they are taken in their order."""

import os
import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as ThreadEvent
from time import monotonic
from typing import Protocol

from phitui.documents.document import Document, SplitDocument
from phitui.errors import Cancelled, PhituiError
from phitui.events import PageRead
from phitui.library.intake.ocr import Recogniser
from phitui.library.store.files import Known, shown_path

MOST_READERS = 8
"""With more of them, what is done with the pages afterwards becomes the slower part."""
MEMORY_BYTES = 2 * 2**30
"""Of the machine's memory for each reader, killed at half of it: hostile files together must not exhaust it."""
AHEAD = 2
"""Documents, beyond one for each reader, that may wait in memory for their turn."""
LEAVE_SECONDS = 0.6
"""Readers end within this; a thread that only hashes a huge file is left behind, and ends with the process."""
POLL_SECONDS = 0.1
"""How often a wait for a reader checks for a cancel."""


class DocumentReader(Protocol):
    """What reads documents: `phitui.documents.workers.reader.Readers`."""

    def read(
        self,
        path: Path,
        *,
        password: str | None = None,
        reader: str = "pdfium",
        on_page: Callable[[int, int | None], None] | None = None,
        cancel: Callable[[], bool] | None = None,
    ) -> Document: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Sources:
    """The functions of `phitui.documents` that indexing uses; tests put their own in their place."""

    find_files: Callable[..., Iterable[Path]]
    """See `phitui.documents.files.find_files`."""
    content_hash: Callable[[Path], str]
    open_readers: Callable[[], DocumentReader]
    split: Callable[[Document], SplitDocument]


@dataclass(frozen=True, slots=True)
class Options:
    """How the files of one `add` are read."""

    password: str | None = None
    reader: str = "pdfium"
    retry_failed: bool = False
    rebuild: bool = False
    """Documents that an older splitter cut are read anew."""
    follow_links: bool = False
    """Out of the folders that are named."""
    anew: bool = False
    """Read even what is known and unchanged: text was recognised in its pictures."""
    ocr: Recogniser | None = None
    """Finds the text in scans, after everything else is done."""


@dataclass(frozen=True, slots=True)
class Look:
    """A file at a glance. `content_hash` is empty where `known` and size and time say that nothing has changed."""

    started: float
    """When it was looked at, `time.monotonic`."""
    known: Known | None
    size: int = 0
    mtime_ns: int = 0
    content_hash: str = ""
    problem: OSError | PhituiError | None = None
    """Why it cannot be looked at."""
    worth_reading: bool = False


@dataclass(slots=True)
class Task:
    """One file on its way."""

    path: Path
    always: bool = False
    """Whether it is read even if the look finds that unnecessary."""
    look: "Future[Look]" = field(default_factory=Future)
    news: "queue.SimpleQueue[PageRead | Document | BaseException | None]" = field(default_factory=queue.SimpleQueue)
    """Pages, then the document or what went wrong; None where it was not read."""
    unwanted: ThreadEvent = field(default_factory=ThreadEvent)

    @property
    def worth_reading(self) -> bool:
        """Whether its look, which is finished, says so."""
        return self.look.exception() is None and self.look.result().worth_reading

    def look_at(self, look: Callable[[Path], Look]) -> None:
        """Looks at the file; an error is raised where the look's result is asked for."""
        try:
            self.look.set_result(look(self.path))
        except BaseException as error:
            self.look.set_exception(error)


class ReadAhead:
    """Threads with a reader each. Used in a `with` statement, by one thread, which takes the files in their order."""

    def __init__(
        self, paths: Sequence[Path], sources: Sources, options: Options, look: Callable[[Path], Look], readers: int
    ):
        """`look` is called in other threads, and says whether a file is worth reading ahead of its turn."""
        self._sources, self._options, self._look = sources, options, look
        self._waiting = deque(Task(path) for path in paths)
        self._tasks = deque(self._waiting)
        self._stop = ThreadEvent()
        self._room = threading.Semaphore(readers + AHEAD)
        self._changed = threading.Condition()
        self._looking = threading.Lock()
        count = min(readers, len(paths))
        self._threads = [threading.Thread(target=self._work, name="phitui-reading", daemon=True) for _ in range(count)]

    def __enter__(self) -> "ReadAhead":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        # Left early (a cancel, Ctrl-C, an error): no reader must go on behind our back.
        self._stop.set()
        with self._changed:
            self._changed.notify_all()
        for _each in self._threads:
            self._room.release()
        deadline = monotonic() + LEAVE_SECONDS
        for each in self._threads:
            each.join(max(0.0, deadline - monotonic()))

    # ── for who takes them ───────────────────────────────────────────────────────────────────────────────────

    def next(self, cancel: ThreadEvent) -> tuple[Task, Look]:
        """The next file, looked at. Raises Cancelled, LibraryError."""
        task = self._tasks.popleft()
        while True:
            try:
                return task, task.look.result(timeout=POLL_SECONDS)
            except TimeoutError:
                if cancel.is_set():
                    raise Cancelled("Stopped.") from None

    def document(self, task: Task, cancel: ThreadEvent) -> Generator[PageRead, None, Document]:
        """Yields the pages of what `next` gave, returns the document. Raises DocumentError, Cancelled, OSError."""
        while True:
            try:
                item = task.news.get(timeout=POLL_SECONDS)
            except queue.Empty:
                if cancel.is_set():
                    raise Cancelled("Stopped.") from None
                continue
            if isinstance(item, PageRead):
                yield item
            elif isinstance(item, Document):
                return item
            elif item is None:
                # Not worth reading then, as it seemed: the first of two equal files failed, say.
                again = Task(task.path, always=True)
                with self._changed:
                    self._waiting.appendleft(again)
                    self._changed.notify()
                self._room.release()
                task.news = again.news
            else:
                raise item

    def done(self, task: Task) -> None:
        """The file is dealt with, whether it was read or not."""
        task.unwanted.set()
        self._room.release()

    # ── in the threads ───────────────────────────────────────────────────────────────────────────────────────

    def _work(self) -> None:
        readers: DocumentReader | None = None
        try:
            while True:
                self._room.acquire()
                # Looked at in their order: of equal files the first is read.
                with self._looking:
                    task = self._take()
                    if task is None:
                        return
                    if not task.always:
                        task.look_at(self._look)
                if not task.always and not task.worth_reading:
                    task.news.put(None)
                    continue
                try:
                    readers = readers or self._sources.open_readers()
                    task.news.put(self._read(task, readers))
                except BaseException as error:
                    task.news.put(error)
        finally:
            if readers is not None:
                readers.close()

    def _take(self) -> Task | None:
        """The next file to look at; waits where there is none, since one may be wanted after all. None at the end."""
        with self._changed:
            while not self._stop.is_set():
                if self._waiting:
                    return self._waiting.popleft()
                self._changed.wait()
        return None

    def _read(self, task: Task, readers: DocumentReader) -> Document:
        shown = shown_path(task.path)
        return readers.read(
            task.path,
            password=self._options.password,
            reader=self._options.reader,
            on_page=lambda page, pages: task.news.put(PageRead(shown, page, pages)),
            cancel=lambda: self._stop.is_set() or task.unwanted.is_set(),
        )


def reader_count() -> int:
    """All cores but one, which is left to what is done with the pages and to the screen; fewer with little memory."""
    return max(1, min(MOST_READERS, (os.cpu_count() or 1) - 1, _memory() // MEMORY_BYTES))


def _memory() -> int:
    """Bytes of the machine; more than enough where the system does not tell."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return MOST_READERS * MEMORY_BYTES
