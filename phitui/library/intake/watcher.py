"""Folders kept in step: what is new or changed is added, what vanished goes to the bin. By polling, for any mount."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event as ThreadEvent
from time import monotonic
from typing import Protocol

from phitui.errors import Cause, LibraryError, UsageError
from phitui.events import DocumentAdded, Event, Failed
from phitui.library.store.files import shown_path
from phitui.records import StoredDocument
from phitui.text import one_line

POLL_SECONDS = 5.0
"""How often a folder is scanned at most."""
POLL_SHARE = 10
"""A scan is followed by a rest of so many times its duration: a slow network mount is not kept busy."""

GONE = "The file is gone; the document is kept in the bin."

Stamp = tuple[int, int]
"""Size and time of last change of a file."""


class Watched(Protocol):
    """What watching needs of a library."""

    def add(
        self, paths: Sequence[Path], *, ocr: str | None = None, cancel: ThreadEvent | None = None
    ) -> Iterator[Event]: ...

    def remove(self, document_ids: Sequence[int]) -> None: ...

    def documents(self) -> list[StoredDocument]: ...

    def files(self) -> list[tuple[int, Path]]:
        """(document id, file) of every document."""
        ...


class Watch:
    """Some folders of one library. Not for use by several threads."""

    def __init__(
        self,
        library: Watched,
        folders: Sequence[Path],
        find_files: Callable[..., Iterable[Path]],
        ocr: str | None = None,
        follow_links: bool = False,
    ):
        """`ocr` is the language in which scans are recognised. Raises UsageError for what is not a folder."""
        for folder in folders:
            if not folder.is_dir():
                raise UsageError(f"{one_line(str(folder))} is no folder: only folders can be watched.")
        self._library, self._find_files, self._ocr = library, find_files, ocr
        self._follow_links = follow_links
        self._folders = [Path(os.path.abspath(folder)) for folder in folders]
        self._done: dict[Path, Stamp] = {}
        """Files that the library has dealt with, as they were then."""
        self._fresh: dict[Path, Stamp] = {}
        """Files that were new or changed at the last look: read once they have stayed the same, not half copied."""
        self._gone: set[int] = set()
        """Documents whose file was missing at the last look: taken out if it still is, for a save may rename."""
        self._copies: set[Path] = set()
        """Files that held the same as another one, which may go."""
        self._left: dict[Path, str] = {}
        """What was not read at the last look, and why."""
        self._said: set[str] = set()
        self._took = 0.0

    def run(self, cancel: ThreadEvent, wait: Callable[[float], object] | None = None) -> Iterator[Event]:
        """Keeps in step until `cancel` is set; `wait` takes the seconds until the next look."""
        settled = False  # what is there at the start is read at once
        while not cancel.is_set():
            yield from self.look(cancel, settled)
            settled = True
            (wait or cancel.wait)(max(POLL_SECONDS, POLL_SHARE * self._took))

    def look(self, cancel: ThreadEvent, settled: bool = True) -> Iterator[Event]:
        """One look through the folders. `settled`: only files that have not changed since the last look are read."""
        started = monotonic()
        self._left.clear()
        present, reached = self._present()
        for path, why in self._left.items():
            yield from self._say(f"{shown_path(path)} is left out: {why}.")
        self._took = monotonic() - started
        missing = {document for document, file in self._library.files() if self._vanished(file, reached)}
        waiting = {path: stamp for path, stamp in present.items() if self._done.get(path) != stamp}
        ready = {path: stamp for path, stamp in waiting.items() if not settled or self._fresh.get(path) == stamp}
        if missing & self._gone:
            # One of them may have been the copy that the library read: then another takes its place.
            ready |= {path: present[path] for path in self._copies if path in present}
        self._fresh = {path: stamp for path, stamp in waiting.items() if path not in ready}
        copies: list[str] = []
        if ready:
            try:
                for event in self._library.add(list(ready), ocr=self._ocr, cancel=cancel):
                    if isinstance(event, DocumentAdded):
                        copies += [event.path] if event.status == "duplicate" else []
                    yield event
            except LibraryError as error:
                self._fresh |= ready
                yield from self._say(error.message)
                return
            if cancel.is_set():
                return
            self._done |= ready
            self._copies |= {path for path in ready if shown_path(path) in copies}
            missing = {document for document, file in self._library.files() if self._vanished(file, reached)}
        yield from self._remove(missing & self._gone)
        self._gone = missing - self._gone
        self._done = {path: stamp for path, stamp in self._done.items() if path in present or not _under(path, reached)}
        self._copies &= set(self._done)

    def _present(self) -> tuple[dict[Path, Stamp], list[Path]]:
        """The files that are there, and the folders that could be read."""
        present: dict[Path, Stamp] = {}
        reached: list[Path] = []
        for folder in self._folders:
            try:
                anything = bool(os.listdir(folder))
            except OSError:
                continue
            with suppress(UsageError):  # no document in it
                found = self._find_files([folder], follow_links=self._follow_links, left_out=self._left.__setitem__)
                for path in found:
                    with suppress(OSError):  # gone by now, or a link to nowhere
                        state = path.stat()
                        present[Path(os.path.abspath(path))] = (state.st_size, state.st_mtime_ns)
            if anything:
                reached.append(folder)
        return present, reached

    def _vanished(self, file: Path, reached: Sequence[Path]) -> bool:
        """Whether a document's file is certainly not there any more. A mount that is away is no reason to think so."""
        if not _under(file, reached):
            return False
        try:
            os.lstat(file)
        except (FileNotFoundError, NotADirectoryError):
            return True
        except OSError:
            return False
        return False

    def _remove(self, document_ids: set[int]) -> Iterator[Event]:
        chosen = [each for each in self._library.documents() if each.document_id in document_ids]
        self._library.remove([each.document_id for each in chosen])
        for each in chosen:
            yield DocumentAdded(each.path, "removed", each.document_id, 0, 0, 0, GONE, 0.0, Cause.GONE)

    def _say(self, message: str) -> Iterator[Event]:
        """A trouble, once: the next look tries again."""
        if message not in self._said:
            self._said.add(message)
            yield Failed(message)


def _under(file: Path, folders: Sequence[Path]) -> bool:
    return any(file.is_relative_to(folder) for folder in folders)
