"""Several files are read at once, some ahead of their turn; what comes of it is as if one had followed the other."""

import os
import threading
from typing import Any

import pytest

from phitui.errors import DocumentError
from phitui.events import DocumentAdded
from phitui.library.intake import indexer, read_ahead
from tests.library.made import PlainReaders, added, open_library, statuses


@pytest.fixture(autouse=True)
def three_readers(monkeypatch):
    monkeypatch.setattr(indexer, "reader_count", lambda: 3)


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    made = [folder / f"{number:02}.txt" for number in range(12)]
    for path in made:
        path.write_text(f"File {path.stem} has a sentence. It has another one.")
    return made


class Watched(PlainReaders):
    """Counts how many it reads at once and how many it has begun."""

    def __init__(self):
        super().__init__()
        self.lock, self.now, self.most, self.begun = threading.Lock(), 0, 0, 0
        self.together = threading.Barrier(3, timeout=20)

    def read(self, path, **options):
        with self.lock:
            self.begun += 1
            self.now += 1
            self.most = max(self.most, self.now)
            wait = self.begun <= 3
        if wait:
            self.together.wait()
        try:
            return super().read(path, **options)
        finally:
            with self.lock:
                self.now -= 1


def reading_threads():
    return [thread for thread in threading.enumerate() if thread.name == "phitui-reading"]


def test_files_are_read_at_once_and_stored_in_their_order(tmp_path, files):
    readers = Watched()
    library = open_library(tmp_path / "library", readers=readers)
    found = added(library, tmp_path / "files")
    assert readers.most == 3
    assert list(found) == [path.name for path in files]
    assert [event.document_id for event in found.values()] == sorted(event.document_id for event in found.values())
    assert not reading_threads()
    library.close()


def test_no_more_is_read_ahead_than_there_is_room_for(tmp_path, files):
    readers = Watched()
    library = open_library(tmp_path / "library", readers=readers)
    done = 0
    for event in library.add([tmp_path / "files"], words_only=True):
        done += isinstance(event, DocumentAdded)
        assert readers.begun <= done + 3 + read_ahead.AHEAD + 1
    library.close()


def test_equal_files_that_are_looked_at_together_are_read_once(tmp_path, files):
    for path in files[1:]:
        path.write_text(files[0].read_text())
    readers = PlainReaders()
    library = open_library(tmp_path / "library", readers=readers)
    found = statuses(library, tmp_path / "files")
    assert list(found.values()) == ["indexed"] + ["duplicate"] * 11
    assert len(readers.read_paths) == 1
    library.close()


def test_where_the_first_of_equal_files_fails_the_next_one_is_read(tmp_path, files):
    class FirstFails(PlainReaders):
        def read(self, path, **options):
            if path == files[0]:
                raise DocumentError("It cannot be read here.")
            return super().read(path, **options)

    for path in files[1:]:
        path.write_text(files[0].read_text())
    library = open_library(tmp_path / "library", readers=FirstFails())
    found = statuses(library, tmp_path / "files")
    assert list(found.values()) == ["failed", "indexed"] + ["duplicate"] * 10
    library.close()


def test_who_leaves_early_leaves_no_reader_behind(tmp_path, files):
    library = open_library(tmp_path / "library")
    events: Any = library.add([tmp_path / "files"])
    while not isinstance(next(events), DocumentAdded):
        pass
    events.close()
    assert not reading_threads()
    assert set(statuses(library, tmp_path / "files").values()) == {"unchanged", "indexed"}
    library.close()


def test_a_fault_in_the_library_ends_the_add_and_the_readers(tmp_path, files, monkeypatch):
    library = open_library(tmp_path / "library")

    def fails(*_, **__):
        raise ValueError("a fault")

    monkeypatch.setattr(library._store, "known_by_hash", fails)
    with pytest.raises(ValueError, match="a fault"):
        list(library.add([tmp_path / "files"]))
    assert not reading_threads()
    library.close()


@pytest.mark.parametrize(
    ("cores", "gigabytes", "readers"), [(2, 64, 1), (4, 64, 3), (64, 64, 8), (8, 4, 2), (8, 1, 1), (None, 8, 1)]
)
def test_readers_leave_a_core_and_cannot_take_all_of_the_memory(monkeypatch, cores, gigabytes, readers):
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    monkeypatch.setattr(read_ahead, "_memory", lambda: gigabytes * 2**30)
    assert read_ahead.reader_count() == readers
