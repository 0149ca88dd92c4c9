"""Documents that are added, with progress in the library pane: one job at a time."""

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Event as ThreadEvent
from time import monotonic
from typing import TYPE_CHECKING

from phitui.app.control.document_list import DocumentList
from phitui.app.desk import Desk
from phitui.app.jobs.job import Job, Source
from phitui.app.panes.library import LibraryPane, ReadProgress
from phitui.app.requests import Answers, RetryDocument
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
    PathLeftOut,
    VectorsGrouped,
)
from phitui.records import StoredDocument
from phitui.text import duration, one_line
from phitui.values import dataclass

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    from phitui.workbench import Workbench


@dataclass(frozen=True, slots=True)
class Batch:
    """Files to index."""

    paths: tuple[Path, ...]
    password: str | None
    retry: bool
    ocr: str | None


class IntakeControl:
    """What is asked for while a job is under way waits."""

    def __init__(self, desk: Desk, pane: LibraryPane, documents: DocumentList):
        self._desk, self._pane, self._documents = desk, pane, documents
        self.job: Job | None = None
        self._said = self.work = ""
        """What is under way, for the title and the tabs."""
        self._waiting: list[Batch] = []
        self._recognising: Batch | None = None
        """The batch under way, where it is for OCR."""
        self._put_off = False
        self._files = self._done_files = self._pages = self._left_out = 0
        self._embedded: tuple[int, int, float] | None = None
        """How many texts are counted, how many of them were done at first, and when that was."""
        self._started = 0.0
        self._paused = self._held = 0.0
        """When a pause began, and how long all of them took: no part of the time that is left."""
        self._quiet = False
        self._problem = ""
        """Said last of a page that could not be recognised: the next page often has the same."""

    def answers(self) -> Answers:
        return {RetryDocument: lambda request: self.retry(request.document)}

    @property
    def busy(self) -> bool:
        return self.job is not None

    def begin(self, paths: Sequence[Path]) -> None:
        """Once the documents are listed: makes ready for the first question, and adds what was named at the start."""
        if self._documents.known:
            # Not before what stands there is painted: importing torch holds the interpreter for half a second.
            self._desk.call_after_refresh(self._desk.jobs.do, lambda workbench: workbench.library.warm(), self._warmed)
        if paths:
            self.add(paths, quiet=True)

    def _warmed(self, problem: str | None) -> None:
        if problem:
            self._desk.say(problem, trouble=True)
        else:
            self.resume()

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
        self._waiting.append(Batch(tuple(paths), password, retry, ocr))
        self._waiting.sort(key=lambda batch: batch.ocr is not None)
        if self.job is not None and self._recognising is not None and ocr is None and not self._put_off:
            # It goes on later at the page that it has come to.
            self._put_off = True
            self._waiting.append(self._recognising)
            self.job.cancel.set()
        self._next()

    def resume(self) -> None:
        """Makes the vectors that an earlier run left out, where nothing else is to be done."""
        if not self.busy and not self._waiting:
            self._start(lambda workbench, cancel: workbench.library.embed_missing(cancel))

    def _next(self) -> None:
        if self.busy:
            return
        if not self._waiting:
            return
        now = self._waiting.pop(0)

        def source(workbench: "Workbench", cancel: ThreadEvent) -> Iterable[Event]:
            return workbench.add(now.paths, password=now.password, retry_failed=now.retry, ocr=now.ocr, cancel=cancel)

        self._recognising = now if now.ocr is not None else None
        self._say("looking for files")
        self._start(source)

    def _start(self, source: Source) -> None:
        self._files = self._done_files = self._pages = self._left_out = 0
        self._embedded = None
        self._held = 0.0
        self._problem = ""
        self._started = monotonic()
        self.job = self._desk.jobs.run(source, self._take, self._done, "Documents")

    def _take(self, event: Event) -> None:
        match event:
            case FilesFound(files=files):
                self._files = files
                self._progress()
            case PathLeftOut(path=path, reason=reason):
                self._left_out += 1
                log.warning("%s is left out: %s", path, reason)
            case PageRead(path=path, page=page, pages=pages):
                self._pages += 1
                self._pane.read(ReadProgress(path, page, pages))
                self._progress()
            case PageRecognised(path=path, done=done, total=total, problem=problem):
                self._pane.read(ReadProgress(path, done, total))
                self._recognised(done, total, problem)
            case DocumentAdded(path=path, lost_marks=lost):
                self._done_files += 1
                if lost:
                    told = f"{plural(lost, 'mark')} of {file_name(path, 40)} lost the words: alt+m lists all marks."
                    self._desk.say(told, trouble=True)
                self._pane.read(None)
                self._documents.read_soon()
                self._progress()
            case PassagesEmbedded():
                self._embedding(event)
                self._documents.read_soon()
            case EmbedderChanged(name=name, old=old):
                kept = f" The vectors of {one_line(old, 40)} are kept: e in the library deletes them." if old else ""
                self._desk.say(f"Search by meaning uses {one_line(name, 40)} now.{kept}")
            case VectorsGrouped(note=note):
                self._desk.say(note)
            case Failed(message=message):
                self._desk.say(message, trouble=True)
            case IndexingFinished(indexed=indexed, failed=failed, cancelled=cancelled):
                if self._files or self._left_out:
                    parts = [f"{plural(indexed, 'document')} added"] if indexed else []
                    parts += [f"{failed} not: see the library"] if failed else []
                    parts += [f"{self._left_out} left out: see the log"] if self._left_out else []
                    parts += ["stopped; what was done is kept"] if cancelled and not self._put_off else []
                    if (parts or not self._quiet) and not self._put_off:
                        self._desk.say(" · ".join(parts) or "Nothing new: every file is in the library already.")

    def _recognised(self, done: int, total: int, problem: str | None) -> None:
        if done == 1:
            self._started = monotonic()
        self._say(f"OCR: {done:,} of {total:,}{self._left(done, total, self._started)}")
        if problem and problem != self._problem:
            self._problem = problem
            self._desk.say(problem, trouble=True)

    def _embedding(self, event: PassagesEmbedded) -> None:
        """Passages and sentences, each a count of its own: what is further on is what is being read."""
        searchable = event.done >= event.total
        passages, sentences = (event.done, event.total), (event.sentences_done, event.sentences_total)
        ahead = sentences[0] * passages[1] > passages[0] * sentences[1]
        done, total = sentences if searchable or ahead else passages
        if self._embedded is None or self._embedded[0] != total:
            self._embedded = (total, done, monotonic() - self._held)
        _, before, started = self._embedded
        if done < total:
            left = self._left(done - before, total - before, started)
            what = "sentences by meaning" if searchable else "search by meaning"
            self._say(f"{what}: {done:,} of {total:,}{left}")

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
        if self.job is not None:
            self.job.told = work
        self._pane.say_work(self.work)
        self._desk.refresh_state()

    def _done(self, problem: str | None) -> None:
        self.job = None
        self._recognising, self._put_off = None, False
        self._pane.read(None)
        if problem:
            self._desk.say(problem, trouble=True)
        self._say("")
        self._documents.read()
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
        self._desk.put_over(Prompt(title, hint="It is used once and not stored.", secret=True), then)
