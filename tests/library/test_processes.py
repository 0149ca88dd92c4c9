"""Two processes on one library: one indexes, both search."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from phitui.errors import LibraryError
from phitui.library.care import sweep
from phitui.library.lock import FileLock
from phitui.reading import open_regular
from tests.library.made import open_library, statuses, texts

HOLD = "import sys; from phitui.library.lock import FileLock; from pathlib import Path; \
lock = FileLock(Path(sys.argv[1])); assert lock.acquire(); print('held', flush=True); sys.stdin.read()"


@pytest.fixture
def holder():
    """Starts a process that holds a lock until the test ends."""
    started = []

    def start(path):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        assert process.stdout.readline() == "held\n"
        return process

    yield start
    for process in started:
        process.communicate()


def test_a_second_indexing_process_is_told_who_is_first(filled, folder, tmp_path, holder):
    process = holder(tmp_path / "library" / "data" / "indexing.lock")
    with pytest.raises(LibraryError, match=rf"Another phitui \(process {process.pid}\) is indexing"):
        list(filled.add([folder]))
    with pytest.raises(LibraryError, match="is indexing"):
        list(filled.embed_missing())


def test_searching_works_while_another_process_indexes(filled, tmp_path, holder):
    holder(tmp_path / "library" / "data" / "indexing.lock")
    assert "Krill" in texts(filled, "krill")[0]


def test_searching_does_not_wait_for_a_process_that_writes_the_index(filled, folder, tmp_path, holder):
    assert texts(filled, "krill")
    holder(tmp_path / "library" / "cache" / "words.lock")
    other = open_library(tmp_path / "library")
    other._store.remove([filled.find("metals").document_id])
    assert "Krill" in texts(other, "krill")[0]
    assert not any("Tungsten" in text for text in texts(other, "tungsten", 50))
    other.close()


def test_a_lock_of_a_killed_process_is_free(tmp_path, holder):
    process = holder(tmp_path / "lock")
    assert not FileLock(tmp_path / "lock").acquire()
    process.kill()
    process.wait()
    assert FileLock(tmp_path / "lock").acquire()


def test_threads_of_one_process_share_its_lock(tmp_path):
    lock, other = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert lock.acquire()
    assert lock.acquire()
    lock.release()
    assert not other.acquire()
    lock.release()
    assert other.acquire()


def test_what_one_process_adds_the_other_finds(tmp_path, folder, library):
    assert texts(library, "krill") == []
    command = [sys.executable, "-m", "tests.library.adding", str(tmp_path / "library"), str(folder)]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout.count("DocumentAdded") == 3
    assert "Krill" in texts(library, "krill")[0]
    assert set(statuses(library, folder).values()) == {"unchanged"}


def test_what_one_process_removes_the_other_no_longer_finds(tmp_path, filled):
    assert texts(filled, "krill")
    other = open_library(tmp_path / "library")
    other.remove([other.find("whales").document_id])
    other.close()
    assert not any("Krill" in text for text in texts(filled, "krill", 50))


def test_whoever_searches_follows_an_index_of_words_that_another_process_made_anew(tmp_path, filled, folder):
    assert texts(filled, "krill")
    shutil.rmtree(tmp_path / "library" / "cache" / "words")
    (tmp_path / "library" / "cache" / "words.json").unlink()
    other = open_library(tmp_path / "library")
    (folder / "squid.txt").write_text("Squids of the deep sea squirt ink at whales.", "utf-8")
    statuses(other, folder)
    other.close()
    assert "ink" in texts(filled, "squids squirt", arm="lexical")[0]
    assert any("Krill" in text for text in texts(filled, "krill", arm="lexical"))


def test_looking_for_copies_opens_no_file_that_sqlite_has_open(filled, monkeypatch):
    """Closing it would drop SQLite's locks: another process that ends would take the log of changes away."""
    database = filled._store.database
    database.row("VACUUM INTO ?", (str(database.path.with_name("kept.db")),))
    opened = []
    monkeypatch.setattr(sweep, "open_regular", lambda path: opened.append(path.name) or open_regular(path))
    assert "kept.db" in [path.name for path in filled._copies()]
    assert "kept.db" in opened
    assert not {name for name in opened if name.startswith(database.path.name)}


READ_ONLY = """
import os, sys
from pathlib import Path
import faiss, numpy.ma, tantivy
from phitui.errors import LibraryError
from tests.library.made import open_library, texts
from tests.library.made import HashingEmbedder
import phitui.library.care.backups, phitui.documents.files, concurrent.futures, uuid
HashingEmbedder().embed(["everything imported"])
if os.geteuid() == 0:  # root may write everything: become nobody, after all imports
    os.setgid(65534)
    os.setuid(65534)
try:
    library = open_library(Path(sys.argv[1]))
    for arm in ("lexical", "dense"):
        print(len(library.documents()), "documents;", texts(library, "krill", arm=arm)[0])
    library.remove([1])
except LibraryError as error:
    print(error)
"""


@pytest.fixture
def untouchable(folder):
    """Makes a filled library in a place that everyone can reach, and nobody write."""
    base = Path(tempfile.mkdtemp(prefix="phitui-test-"))
    library = open_library(base)
    statuses(library, folder)
    library.close()

    def look():
        for path in sorted(base.rglob("*"), reverse=True):
            path.chmod(0o555 if path.is_dir() else 0o444)
        base.chmod(0o555)
        command = [sys.executable, "-c", READ_ONLY, str(base)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    yield base, look
    for path in [base, *base.rglob("*")]:
        path.chmod(0o700)
    shutil.rmtree(base)


def test_a_library_in_a_read_only_folder_can_be_searched_and_not_changed(untouchable):
    _, look = untouchable
    result = look()
    assert not result.stderr
    by_words, by_meaning, refused = result.stdout.splitlines()
    assert by_words == by_meaning and "3 documents" in by_words and "Krill" in by_words
    assert "cannot be written (read-only" in refused and "--data-dir" in refused


def test_a_damaged_index_in_a_read_only_folder_is_one_sentence(untouchable):
    base, look = untouchable
    for path in (base / "cache" / "words").iterdir():
        path.write_bytes(b"\xff" * 100)
    result = look()
    assert not result.stderr
    assert "cannot be written" in result.stdout and result.stdout.count("\n") == 1


def test_a_read_only_folder_without_a_library_is_one_sentence(untouchable):
    base, look = untouchable
    shutil.rmtree(base / "data")
    (base / "data").mkdir()
    result = look()
    assert result.stdout.count("\n") == 1, result.stderr
    assert "--data-dir" in result.stdout
