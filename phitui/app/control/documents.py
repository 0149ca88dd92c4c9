"""Adding, removing and retrying documents, with progress in the library pane."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event as ThreadEvent
from time import monotonic
from typing import TYPE_CHECKING

from phitui.app.jobs.job import Job
from phitui.app.panes.library import Reading
from phitui.app.widgets.texts import file_name, plural
from phitui.events import (
    DocumentAdded,
    EmbedderChanged,
    Event,
    Failed,
    FilesFound,
    IndexingFinished,
    PageRead,
    PageRecognised,
    PassagesEmbedded,
    VectorsGrouped,
)
from phitui.records import StoredDocument
from phitui.text import duration, one_line

if TYPE_CHECKING:
    from phitui.app.app import PhituiApp
    from phitui.workbench import Workbench

LIST_SECONDS = 1.0
"""While indexing, the list of documents is read anew at most so often."""


@dataclass(frozen=True, slots=True)
class Request:
    """Files to index."""

    paths: tuple[Path, ...]
    password: str | None
    retry: bool
    ocr: str | None


class Indexing:
    """One job at a time; what is asked for meanwhile waits."""

    def __init__(self, app: "PhituiApp"):
        self._app = app
        self.job: Job | None = None
        self._said = self.work = ""
        """What is under way, for the title and the tabs."""
        self._waiting: list[Request] = []
        self._recognising: Request | None = None
        """The request under way, where it is for OCR."""
        self._put_off = False
        self._files = self._done_files = self._pages = 0
        self._embedded: tuple[bool, int, float] | None = None
        """Whether sentences are being embedded, how many were done at first, and when that was."""
        self._started = self._listed = 0.0
        self._paused = self._held = 0.0
        """When a pause began, and how long all of them took: no part of the time that is left."""
        self._quiet = False
        self._problem = ""
        """Said last of a page that could not be recognised: the next page often has the same."""
        self._listing = self._list_again = self._list_due = False

    @property
    def busy(self) -> bool:
        return self.job is not None

    # ── the list ─────────────────────────────────────────────────────────────────────────────────────────────

    def list(self) -> None:
        """Reads the documents anew; one reading at a time."""
        if self._listing:
            self._list_again = True
            return
        self._listing = True
        self._listed = monotonic()
        self._app.jobs.run(
            lambda bench, cancel: [bench.library.documents()], self._app.show_documents, self._listing_done
        )

    def _list_soon(self) -> None:
        """Reads them anew, LIST_SECONDS after the last time."""
        if not self._list_due:
            self._list_due = True
            self._app.set_timer(max(0.01, self._listed + LIST_SECONDS - monotonic()), self._list_now)

    def _list_now(self) -> None:
        self._list_due = False
        self.list()

    def _listing_done(self, problem: str | None) -> None:
        self._listing = False
        if problem:
            self._app.library.fail(problem)
        if self._list_again:
            self._list_again = False
            self.list()

    # ── adding ───────────────────────────────────────────────────────────────────────────────────────────────

    def add(
        self,
        paths: Sequence[Path],
        password: str | None = None,
        retry: bool = False,
        quiet: bool = False,
        ocr: str | None = None,
    ) -> None:
        """Indexes files and folders, after what is under way. `quiet`: not a word where nothing is new.

        `ocr` is the language in which scans are recognised: that may take hours, so all else is done before.
        """
        self._quiet = quiet
        self._waiting.append(Request(tuple(paths), password, retry, ocr))
        self._waiting.sort(key=lambda request: request.ocr is not None)
        if self.job is not None and self._recognising is not None and ocr is None and not self._put_off:
            # It goes on later at the page that it has come to.
            self._put_off = True
            self._waiting.append(self._recognising)
            self.job.cancel.set()
        self._next()

    def resume(self) -> None:
        """Makes the vectors that an earlier run left out, where nothing else is to be done."""
        if not self.busy and not self._waiting:
            self._start(lambda bench, cancel: bench.library.embed_missing(cancel))

    def _next(self) -> None:
        if self.busy:
            return
        if not self._waiting:
            return
        now = self._waiting.pop(0)

        def source(bench: "Workbench", cancel: ThreadEvent) -> Iterable[Event]:
            return bench.add(now.paths, password=now.password, retry_failed=now.retry, ocr=now.ocr, cancel=cancel)

        self._recognising = now if now.ocr is not None else None
        self._say("looking for files")
        self._start(source)

    def _start(self, source) -> None:  # type: ignore[no-untyped-def]
        self._files = self._done_files = self._pages = 0
        self._embedded = None
        self._held = 0.0
        self._problem = ""
        self._started = monotonic()
        self.job = self._app.jobs.run(source, self._take, self._done)

    def _take(self, event: Event) -> None:
        library = self._app.library
        match event:
            case FilesFound(files=files):
                self._files = files
                self._progress()
            case PageRead(path=path, page=page, pages=pages):
                self._pages += 1
                library.read(Reading(path, page, pages))
                self._progress()
            case PageRecognised(path=path, done=done, total=total, problem=problem):
                library.read(Reading(path, done, total))
                self._recognised(done, total, problem)
            case DocumentAdded():
                self._done_files += 1
                library.read(None)
                self._list_soon()
                self._progress()
            case PassagesEmbedded():
                self._embedding(event)
                self._list_soon()
            case EmbedderChanged(name=name, old=old):
                kept = f" The vectors of {one_line(old, 40)} are kept: e in the library deletes them." if old else ""
                self._app.say(f"Search by meaning uses {one_line(name, 40)} now.{kept}")
            case VectorsGrouped(note=note):
                self._app.say(note)
            case Failed(message=message):
                self._app.say(message, trouble=True)
            case IndexingFinished(indexed=indexed, failed=failed, cancelled=cancelled):
                if self._files:
                    parts = [f"{plural(indexed, 'document')} added"] if indexed else []
                    parts += [f"{failed} not: see the library"] if failed else []
                    parts += ["stopped; what was done is kept"] if cancelled and not self._put_off else []
                    if (parts or not self._quiet) and not self._put_off:
                        self._app.say(" · ".join(parts) or "Nothing new: every file is in the library already.")

    def _recognised(self, done: int, total: int, problem: str | None) -> None:
        if done == 1:
            self._started = monotonic()
        self._say(f"OCR {done:,}/{total:,}{self._left(done, total, self._started)}")
        if problem and problem != self._problem:
            self._problem = problem
            self._app.say(problem, trouble=True)

    def _embedding(self, event: PassagesEmbedded) -> None:
        """Passages first, then their sentences: each a count of its own."""
        sentences = event.done >= event.total
        done, total = (event.sentences_done, event.sentences_total) if sentences else (event.done, event.total)
        if self._embedded is None or self._embedded[0] != sentences:
            self._embedded = (sentences, done, monotonic() - self._held)
        _, before, started = self._embedded
        if done < total:
            left = self._left(done - before, total - before, started)
            self._say(f"{'sentences' if sentences else 'by meaning'} {done:,}/{total:,}{left}")

    def _progress(self) -> None:
        seconds = self._since(self._started)
        parts = [f"adding {min(self._done_files + 1, max(1, self._files))} of {self._files}"]
        if self._pages and seconds > 0.5:
            parts.append(f"{self._pages / seconds:.0f} p/s")
        self._say(" · ".join(parts) + self._left(self._done_files, self._files, self._started))

    def _since(self, started: float) -> float:
        """Seconds at work."""
        return monotonic() - started - self._held

    def _left(self, done: int, total: int, started: float) -> str:
        seconds = self._since(started)
        if done < 3 or seconds < 3 or total <= done:
            return ""
        return f" · {duration(seconds / done * (total - done))} left"

    def _say(self, work: str) -> None:
        self._said = work
        paused = self.job is not None and self.job.cancel.paused
        self.work = " · ".join(part for part in ("paused" if paused else "", work) if part)
        self._app.library.say_work(self.work)
        self._app.refresh_state()

    def _done(self, problem: str | None) -> None:
        self.job = None
        self._recognising, self._put_off = None, False
        self._app.library.read(None)
        if problem:
            self._app.say(problem, trouble=True)
        self._say("")
        self.list()
        self._next()

    def pause(self) -> bool:
        """Pauses what is under way, or lets it go on; whether there is something."""
        if self.job is None:
            return False
        if self.job.cancel.paused:
            self._held += monotonic() - self._paused
            self.job.cancel.go_on()
        else:
            self._paused = monotonic()
            self.job.cancel.pause()
        self._say(self._said)
        return True

    def stop(self) -> bool:
        """Stops adding; whether there was something to stop."""
        if self.job is None:
            return False
        self._waiting.clear()
        self.job.cancel.set()
        self._say("stopping")
        return True

    # ── one document ─────────────────────────────────────────────────────────────────────────────────────────

    def remove(self, document: StoredDocument) -> None:
        """Asks, then takes it out of the library."""
        from phitui.app.widgets.dialog import Confirm

        def then(answer: str | None) -> None:
            if answer:
                self._app.jobs.do(lambda bench: bench.library.remove([document.document_id]), self._removed)

        text = f"{file_name(document.path, 60)}: the file itself is not touched."
        self._app.push_screen(Confirm(f"Remove “{document.title}” from the library?", text), then)

    def _removed(self, problem: str | None) -> None:
        if problem:
            self._app.say(problem, trouble=True)
        self.list()

    def retry(self, document: StoredDocument) -> None:
        """Reads it again; a locked one asks for its password first."""
        path = Path(document.path)
        if not (document.cause and document.cause.locked):
            self.add([path], retry=True)
            return
        from phitui.app.widgets.dialog import Prompt

        def then(password: str | None) -> None:
            if password:
                self.add([path], password=password, retry=True)

        title = f"Password of {file_name(document.path, 50)}"
        self._app.push_screen(Prompt(title, hint="It is used once and not stored.", secret=True), then)
