"""Two adds at once and a third process that searches all the while."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from phitui.library.library import Library
from phitui.places import Places


def add_twice_and_search(folder, question):
    """Runs two `phitui add` at once, searching meanwhile; (exit code, stdout, stderr) of each, and hits over time."""
    places = Places.of(Path(os.environ["PHITUI_DATA_DIR"]))
    library = Library(places.library_folder("default"), places.index_folder("default"), None)
    command = [sys.executable, "-m", "phitui", "add", "--words-only", "--json", str(folder)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    found = []
    while any(process.poll() is None for process in processes):
        found.append(len(library.search(library.query(question), 1000)))
        paths = [document.path for document in library.documents()]
        assert len(set(paths)) == len(paths)
    ended = [(process.returncode, *process.communicate()) for process in processes]
    return library, ended, found


def check(library, ended, files):
    winners = [each for each in ended if each[0] == 0]
    for code, _, said in ended:
        assert code == 0 or (code == 1 and "is indexing this library" in said and said.count("\n") == 1), said
    assert winners
    rows = [json.loads(line) for line in winners[0][1].splitlines()]
    assert len(rows) == files
    documents = library.documents()
    assert len(documents) == len({document.content_hash for document in documents}) == files
    database = library._store.database
    assert database.rows("SELECT document_id, ordinal FROM passages GROUP BY 1, 2 HAVING count(*) > 1") == []
    assert database.rows("PRAGMA integrity_check") == [("ok",)]


def test_nothing_is_added_twice_and_the_searcher_meets_no_error(tmp_path):
    for number in range(40):
        lines = (f"Sentence {line} of note {number} speaks of whale {line * number}." for line in range(20))
        (tmp_path / f"note-{number:02}.txt").write_text(" ".join(lines))
    library, ended, found = add_twice_and_search(tmp_path, "which note speaks of a whale?")
    check(library, ended, 40)
    assert len(found) > 3
    assert len({hit.document_id for hit in library.search(library.query("whale"), 1000)}) > 5
    library.close()


@pytest.mark.long
def test_the_same_on_real_documents(shared_data):
    folder = shared_data / "squad" / "documents"
    library, ended, _ = add_twice_and_search(folder, "Who wrote about the oil crisis of 1973?")
    check(library, ended, 48)
    library.close()
