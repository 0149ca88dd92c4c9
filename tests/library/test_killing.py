"""kill -9 at any moment leaves a library that is consistent, can be searched, and completes."""

import os
import signal
import subprocess
import sys

import pytest

from tests.library.made import open_library, statuses, texts, vectors_missing

POINTS = [
    "event 1",
    "event 3",
    "event 5",
    "event 9",
    "event 12",
    "transaction 1",
    "transaction 2",
    "transaction 4",
    "transaction 5",
    "transaction 6",
    "index",
    "saved",
]


def contents(library, question="which trees grow slowly?"):
    """All that an undisturbed run would leave too: ids aside, they depend on what was begun."""
    database = library._store.database
    return {
        "documents": database.rows(
            "SELECT path, content_hash, title, status, pages, passages, sentences FROM documents ORDER BY path"
        ),
        "pages": database.rows(
            """SELECT d.path, p.page, p.text FROM pages p JOIN documents d ON d.id = p.document_id
            ORDER BY d.path, p.page"""
        ),
        "passages": database.rows(
            """SELECT d.path, p.ordinal, p.page, p.start, p.end, p.text, v.vector FROM passages p
            JOIN documents d ON d.id = p.document_id LEFT JOIN passage_vectors v ON v.passage_id = p.id
            ORDER BY d.path, p.ordinal"""
        ),
        "sentences": database.rows(
            """SELECT d.path, s.ordinal, s.start, s.end, v.vector FROM sentences s
            JOIN documents d ON d.id = s.document_id
            LEFT JOIN sentence_vectors v ON v.document_id = s.document_id AND v.ordinal = s.ordinal
            ORDER BY d.path, s.ordinal"""
        ),
        "found": texts(library, question),
    }


def run(base, folder, point):
    command = [sys.executable, "-m", "tests.library.adding", str(base), str(folder), *point.split()]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


@pytest.fixture
def undisturbed(tmp_path, folder):
    library = open_library(tmp_path / "undisturbed")
    statuses(library, folder)
    yield contents(library)
    library.close()


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_is_survived(tmp_path, folder, undisturbed, point):
    killed = run(tmp_path / "killed", folder, point)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    library = open_library(tmp_path / "killed")
    database = library._store.database
    assert database.rows("PRAGMA integrity_check") == [("ok",)]
    assert database.rows("PRAGMA foreign_key_check") == []
    whole = {each.path: each.passages for each in library.documents()}
    assert all(whole.values()), "a document is stored whole or not at all"
    if whole:
        assert texts(library, "whales trees gold")
    assert set(statuses(library, folder).values()) <= {"indexed", "unchanged"}
    assert vectors_missing(library) == 0
    assert contents(library) == undisturbed
    library.close()


def test_a_killed_run_leaves_nothing_behind_in_the_cache(tmp_path, folder):
    run(tmp_path / "killed", folder, "saved")
    library = open_library(tmp_path / "killed")
    assert texts(library, "krill")
    library.close()
    library = open_library(tmp_path / "killed")
    assert texts(library, "krill")
    library.close()
    assert not list((tmp_path / "killed" / "cache").glob("*.new"))


def test_a_run_that_is_replacing_a_document_keeps_the_old_one_until_the_new_one_is_whole(tmp_path, folder):
    library = open_library(tmp_path / "killed")
    statuses(library, folder)
    library.close()
    whales = folder / "whales.txt"
    whales.write_text("Dolphins jump. They play.", "utf-8")
    os.utime(whales, ns=(1, 1))
    killed = run(tmp_path / "killed", folder, "transaction 1")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    library = open_library(tmp_path / "killed")
    assert "Krill" in texts(library, "krill")[0]
    assert statuses(library, folder)["whales.txt"] == "indexed"
    assert not any("Krill" in text for text in texts(library, "krill", 50))
    library.close()
