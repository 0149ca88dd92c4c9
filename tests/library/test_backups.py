"""Rolling backups, damage that is noticed, and a restore that says what it cost."""

import os
import sqlite3
import time

import pytest

from phitui.documents.document import Span
from phitui.errors import DamagedLibrary, LibraryError
from phitui.library.care import backups
from phitui.library.care.backups import Backups
from phitui.library.care.restore import restore
from phitui.library.store import sqlite_file
from phitui.library.store.documents import DATABASE_FILE
from tests.library.made import open_library, statuses, texts


@pytest.fixture
def kept(tmp_path, folder):
    """A closed library with a backup of its three documents; its folder."""
    library = open_library(tmp_path / "library")
    statuses(library, folder)
    library.close()
    return tmp_path / "library" / "data"


def halve(file):
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def garbage(file):
    file.write_bytes(os.urandom(5000))


def empty(file):
    file.write_bytes(b"")


def delete(file):
    file.unlink()


def garbage_behind_the_header(file):
    content = file.read_bytes()
    file.write_bytes(content[:4096] + os.urandom(len(content) - 4096))


def zeros(file):
    file.write_bytes(bytes(file.stat().st_size))


HARM = [halve, garbage, empty, delete, garbage_behind_the_header, zeros]


def test_adding_makes_a_backup_and_adding_nothing_new_makes_none(kept, folder):
    assert [each.number for each in Backups(kept).all()] == [1]
    library = open_library(kept.parent)
    statuses(library, folder)
    library.close()
    assert [each.number for each in Backups(kept).all()] == [1]


def test_a_backup_is_a_sound_database_of_its_owner_alone(kept):
    newest = Backups(kept).newest()
    assert sqlite_file.checked(newest.path) == "ok"
    assert newest.path.stat().st_mode & 0o777 == 0o600
    assert newest.path.parent.stat().st_mode & 0o777 == 0o700


def test_a_library_that_grew_much_is_backed_up_at_once_and_one_that_grew_little_is_not(kept, folder):
    library = open_library(kept.parent)
    (folder / "small.txt").write_text("A small one.")
    statuses(library, folder)
    assert [each.number for each in Backups(kept).all()] == [1]
    assert [each.title for each in Backups(kept).since()] == ["small"]
    (folder / "large.txt").write_text(" ".join(f"Sentence number {n} is here." for n in range(3000)))
    statuses(library, folder)
    library.close()
    assert [each.number for each in Backups(kept).all()] == [2, 1]
    assert Backups(kept).since() == []


@pytest.mark.parametrize("shift", [-2 * backups.OLD_SECONDS, 2 * backups.OLD_SECONDS])
def test_an_old_backup_and_one_from_the_future_are_followed_by_a_new_one(kept, folder, shift):
    newest = Backups(kept).newest().path
    os.utime(newest, (time.time() + shift, time.time() + shift))
    library = open_library(kept.parent)
    statuses(library, folder)
    assert [each.number for each in Backups(kept).all()] == [1], "nothing has changed"
    library.conversations.begin_turn(library.conversations.create("q"), "a question")
    statuses(library, folder)
    library.close()
    assert [each.number for each in Backups(kept).all()] == [2, 1]


def test_only_the_newest_are_kept(kept):
    library = open_library(kept.parent)
    for _ in range(4):
        library.make_backup()
    library.close()
    assert [each.number for each in Backups(kept).all()] == [5, 4]


def test_without_room_no_backup_is_made_and_nothing_else_fails(tmp_path, folder, monkeypatch):
    monkeypatch.setattr(backups, "SPARE_BYTES", 10**18)
    library = open_library(tmp_path / "library")
    assert set(statuses(library, folder).values()) == {"indexed"}
    library.close()
    assert Backups(tmp_path / "library" / "data").all() == []


@pytest.mark.parametrize("harm", HARM)
def test_damage_is_said_with_the_backup_that_mends_it(kept, harm):
    harm(kept / DATABASE_FILE)
    with pytest.raises(DamagedLibrary, match=r"`phitui library restore --library 'data'` puts the backup of 20"):
        texts(open_library(kept.parent), "krill")


@pytest.mark.parametrize("harm", HARM)
def test_a_restore_brings_back_everything_but_what_came_after_and_names_that(kept, folder, harm):
    library = open_library(kept.parent)
    (folder / "bees.txt").write_text("Bees dance. They show the way.")
    statuses(library, folder)
    library.close()
    harm(kept / DATABASE_FILE)
    harmed = (kept / DATABASE_FILE).read_bytes() if harm is not delete else None
    done = restore(kept)
    assert (done.documents, done.lost) == (3, (str(folder / "bees.txt"),))
    if harmed is not None:
        assert done.kept_aside.read_bytes() == harmed
    library = open_library(kept.parent)
    assert "Krill" in texts(library, "krill")[0]
    assert not any("Bees" in text for text in texts(library, "bees dance", 50))
    assert statuses(library, folder)["bees.txt"] == "indexed"
    assert "Bees" in texts(library, "bees dance")[0]
    library.close()


def as_of_format_5(file):
    """Takes out of a backup what came with formats 6 and 7."""
    with sqlite3.connect(file) as connection:
        for index in ("embedded_by_change", "documents_by_version", "documents_by_title"):
            connection.execute(f"DROP INDEX {index}")
        connection.execute("ALTER TABLE embedded DROP COLUMN change")
        connection.execute("DROP TABLE marks")
        connection.execute("ALTER TABLE conversations DROP COLUMN archived")
        connection.execute("PRAGMA user_version = 5")


@pytest.mark.parametrize("older", [False, True])
def test_questions_and_marks_that_can_still_be_read_are_rescued(kept, older):
    if older:
        as_of_format_5(Backups(kept).newest().path)
    library = open_library(kept.parent)
    library.marks.add(library.find("whales").document_id, Span(1, 0, 1, 6), "how?")
    conversation = library.conversations.create("after the backup")
    turn = library.conversations.begin_turn(conversation, "what is krill?")
    library.conversations.update_turn(turn, "Tiny.", "", "done")
    library.close()
    with sqlite3.connect(kept / DATABASE_FILE) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'passages'").fetchone()
    with (kept / DATABASE_FILE).open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(os.urandom(4096))
    done = restore(kept)
    assert (done.documents, done.lost, done.rescued) == (3, (), 3)
    library = open_library(kept.parent)
    assert [(each.text, each.note) for each in library.marks.list()] == [("Whales", "how?")]
    assert [each.answer for each in library.conversations.turns(conversation)] == ["Tiny."]
    library.close()


def test_a_damaged_backup_is_passed_over_for_the_one_before_it(kept):
    library = open_library(kept.parent)
    library.make_backup()
    library.close()
    garbage(Backups(kept).newest().path)
    halve(kept / DATABASE_FILE)
    assert restore(kept).backup.number == 1


def test_a_sound_library_is_only_replaced_when_that_is_meant(kept, folder):
    with pytest.raises(LibraryError, match="sound"):
        restore(kept)
    assert restore(kept, although_sound=True).documents == 3


def test_without_a_backup_the_user_is_told_what_to_do(tmp_path):
    (tmp_path / DATABASE_FILE).write_bytes(b"no database" * 100)
    with pytest.raises(LibraryError, match="no sound backup"):
        restore(tmp_path)


def test_the_indexes_of_the_damaged_library_are_not_used_for_the_restored_one(kept, folder):
    """Both count their changes from the same number: only a new identity tells them apart."""
    library = open_library(kept.parent)
    (folder / "bees.txt").write_text("Bees dance. They show the way.")
    statuses(library, folder)
    assert texts(library, "bees")
    library.close()
    halve(kept / DATABASE_FILE)
    restore(kept)
    library = open_library(kept.parent)
    (folder / "bees.txt").write_text("Ants march. They carry leaves.")
    statuses(library, folder)
    found = texts(library, "bees ants dance march", 50)
    assert any("Ants" in text for text in found) and not any("Bees" in text for text in found)
    library.close()


def test_a_backup_can_be_stopped(kept):
    from threading import Event

    from phitui.errors import Cancelled

    library = open_library(kept.parent)
    with library._store.database.transaction() as connection:
        connection.execute("CREATE TABLE filler (a)")
        connection.executemany("INSERT INTO filler VALUES (?)", ((number,) for number in range(50_000)))
    stop = Event()
    stop.set()
    with pytest.raises(Cancelled):
        backups.copy_database(library._store.database, kept / "copy.db", stop)
    library.close()
    assert not list(kept.glob("copy*"))
