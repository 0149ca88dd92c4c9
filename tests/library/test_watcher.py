"""A watched folder is kept in step: new, changed, moved and vanished files, and mounts that go away."""

import os
from pathlib import Path
from threading import Event

import pytest

from phitui.errors import UsageError
from phitui.events import DocumentAdded, Failed
from phitui.library.intake import watcher
from phitui.library.intake.watcher import Watch
from phitui.library.lock import FileLock
from tests.library.made import find_plainly, open_library, texts


class Looks:
    """A watch whose looks are made by hand."""

    def __init__(self, library, folder):
        self.watch = Watch(library, [folder], find_plainly)
        self.first = self(settled=False)

    def __call__(self, settled=True):
        """Statuses by file name of one look."""
        events = list(self.watch.look(Event(), settled))
        return {Path(each.path).name: each.status for each in events if isinstance(each, DocumentAdded)}


@pytest.fixture
def look(library, folder):
    return Looks(library, folder)


def test_what_is_there_is_added_at_once_and_then_nothing_happens(look):
    assert look.first == {"whales.txt": "indexed", "metals.txt": "indexed", "old-trees.txt": "indexed"}
    assert look() == {} and look() == {}


def test_a_new_file_is_read_once_it_has_stopped_changing(look, folder, library):
    bees = folder / "bees.txt"
    bees.write_text("Bees")
    assert look() == {}
    bees.write_text("Bees dance. They show")
    assert look() == {}
    assert look() == {"bees.txt": "indexed"}
    assert look() == {}
    assert "Bees" in texts(library, "bees")[0]


def test_a_changed_file_is_read_again(look, folder, library):
    (folder / "whales.txt").write_text("Dolphins jump. They play.")
    assert (look(), look()) == ({}, {"whales.txt": "indexed"})
    assert not any("Krill" in text for text in texts(library, "krill", 50))


def test_a_touched_file_is_not_read_again(look, folder):
    os.utime(folder / "whales.txt", ns=(1, 1))
    assert (look(), look(), look()) == ({}, {"whales.txt": "unchanged"}, {})


def test_a_vanished_file_goes_to_the_bin_and_comes_back_with_it(look, folder, library):
    whales = library.find("whales").document_id
    text = (folder / "whales.txt").read_text()
    (folder / "whales.txt").unlink()
    assert (look(), look()) == ({}, {"whales.txt": "removed"})
    assert [each.document_id for each in library.bin.all()] == [whales]
    (folder / "whales.txt").write_text(text)
    assert (look(), look()) == ({}, {"whales.txt": "indexed"})
    assert library.find("whales").document_id == whales and library.bin.all() == []


def test_a_moved_file_keeps_its_document(look, folder, library):
    whales = library.find("whales").document_id
    (folder / "sea").mkdir()
    (folder / "whales.txt").rename(folder / "sea" / "songs.txt")
    assert (look(), look(), look()) == ({}, {"songs.txt": "unchanged"}, {})
    assert library.find(str(folder / "sea" / "songs.txt")).document_id == whales
    assert library.bin.all() == []


def test_where_the_read_one_of_two_equal_files_goes_the_other_takes_its_place(library, folder):
    (folder / "a-copy.txt").write_text((folder / "whales.txt").read_text())
    look = Looks(library, folder)
    assert look.first["whales.txt"] == "duplicate"
    (folder / "a-copy.txt").unlink()
    look(), look(), look()
    assert len(library.documents()) == 3 and library.bin.all() == []
    assert library.find(str(folder / "whales.txt")).status == "indexed"


@pytest.mark.parametrize("how", ["empty", "gone"])
def test_a_mount_that_goes_away_takes_nothing_out(look, folder, library, how):
    aside = folder.with_name("aside")
    folder.rename(aside)
    if how == "empty":
        folder.mkdir()
    assert (look(), look(), look()) == ({}, {}, {})
    assert len(library.documents()) == 3
    if how == "empty":
        folder.rmdir()
    aside.rename(folder)
    assert (look(), look()) == ({}, {})


def test_a_file_that_is_replaced_by_renaming_is_never_taken_out(look, folder, library):
    (folder / "whales.txt").rename(folder / "whales.bak")
    assert look() == {}
    (folder / "whales.bak").rename(folder / "whales.txt")
    assert (look(), look()) == ({}, {"whales.txt": "unchanged"})
    assert library.bin.all() == []


def test_documents_outside_the_watched_folder_are_left_alone(library, folder, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text("Ants march. They carry leaves.")
    list(library.add([other]))
    look = Looks(library, folder)
    other.unlink()
    assert (look(), look()) == ({}, {})
    assert len(library.documents()) == 4


def test_while_another_process_adds_it_waits_and_says_so_once(look, folder, library, tmp_path):
    (folder / "bees.txt").write_text("Bees dance.")
    look()
    lock = FileLock(tmp_path / "library" / "data" / "indexing.lock")
    assert lock.acquire()
    said = [list(look.watch.look(Event())) for _ in range(3)]
    assert [len(each) for each in said] == [1, 0, 0] and isinstance(said[0][0], Failed)
    lock.release()
    assert look() == {"bees.txt": "indexed"}


def test_it_runs_until_it_is_stopped_and_pauses_longer_where_looking_takes_long(library, folder, monkeypatch):
    clock = iter(range(0, 1000, 2))
    monkeypatch.setattr(watcher, "monotonic", lambda: next(clock))
    stop, pauses = Event(), []

    def wait(seconds):
        pauses.append(seconds)
        if len(pauses) == 3:
            stop.set()

    list(Watch(library, [folder], find_plainly).run(stop, wait))
    assert pauses == [20, 20, 20]


def test_only_folders_are_watched(library, folder):
    with pytest.raises(UsageError, match="no folder"):
        Watch(library, [folder / "whales.txt"], find_plainly)


def test_a_restart_goes_on_where_the_last_watch_ended(look, folder, tmp_path, library):
    (folder / "metals.txt").unlink()
    again = open_library(tmp_path / "library")
    later = Looks(again, folder)
    assert later.first == {"whales.txt": "unchanged", "old-trees.txt": "unchanged"}
    assert later() == {"metals.txt": "removed"}
    again.close()
