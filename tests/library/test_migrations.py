import os
import sqlite3
import stat

import pytest

from phitui.errors import LibraryError
from phitui.library.store import migrations
from phitui.library.store.documents import DATABASE_FILE, Store


def version(path):
    with sqlite3.connect(path) as connection:
        return connection.execute("PRAGMA user_version").fetchone()[0]


def test_a_new_library_has_the_current_format(tmp_path):
    Store(tmp_path).close()
    assert version(tmp_path / DATABASE_FILE) == migrations.CURRENT


def test_files_belong_to_their_owner_alone(tmp_path):
    store = Store(tmp_path)
    store.remove([1])
    modes = {path.name: stat.S_IMODE(os.stat(path).st_mode) for path in tmp_path.iterdir()}
    assert modes
    assert set(modes.values()) == {0o600}


def test_a_library_of_a_newer_phitui_is_left_untouched(tmp_path):
    Store(tmp_path).close()
    path = tmp_path / DATABASE_FILE
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(LibraryError, match="newer phitui"):
        Store(tmp_path)
    assert path.read_bytes() == before


def test_a_migration_runs_once_and_keeps_the_data(tmp_path, monkeypatch):
    Store(tmp_path).close()
    one_more = (*migrations.MIGRATIONS, ("ALTER TABLE documents ADD COLUMN colour TEXT DEFAULT 'blue'",))
    monkeypatch.setattr(migrations, "MIGRATIONS", one_more)
    monkeypatch.setattr(migrations, "CURRENT", len(one_more))
    before = Store(tmp_path).library_id()
    store = Store(tmp_path)
    assert store.library_id() == before
    assert store.database.rows("SELECT colour FROM documents") == []
    assert version(tmp_path / DATABASE_FILE) == len(one_more)


def test_a_migration_that_fails_changes_nothing(tmp_path, monkeypatch):
    Store(tmp_path).close()
    broken = (*migrations.MIGRATIONS, ("CREATE TABLE half (a)", "CREATE TABLE half (a)"))
    monkeypatch.setattr(migrations, "MIGRATIONS", broken)
    monkeypatch.setattr(migrations, "CURRENT", len(broken))
    with pytest.raises(LibraryError):
        Store(tmp_path)
    monkeypatch.undo()
    assert Store(tmp_path).database.rows("SELECT name FROM sqlite_master WHERE name = 'half'") == []


@pytest.mark.parametrize(
    "content", [b"this is no database" * 200, b"SQLite format 3\0" + os.urandom(5000)], ids=["text", "bytes"]
)
def test_a_file_that_is_no_library_is_one_sentence(tmp_path, content):
    path = tmp_path / DATABASE_FILE
    path.write_bytes(content)
    with pytest.raises(LibraryError, match="damaged or no library"):
        Store(tmp_path)
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LibraryError, match="cannot be opened"):
        Store(tmp_path / "file")


def test_the_schema_has_foreign_keys_that_hold(tmp_path):
    store = Store(tmp_path)
    assert store.database.rows("PRAGMA foreign_key_check") == []
    with pytest.raises(LibraryError, match="FOREIGN KEY"), store.database.transaction() as connection:
        connection.execute("INSERT INTO pages VALUES (1, 1, NULL, '', 0, NULL, NULL)")
