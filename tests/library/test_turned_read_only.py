"""A library whose folder can no longer be written, all of a sudden: said in a sentence, nothing lost, searchable."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

TURNED = """
import os, sys
from pathlib import Path
import faiss, tantivy, numpy
from phitui.errors import LibraryError
from phitui.events import DocumentAdded
from phitui.library.intake import indexer
from tests.library.made import HashingEmbedder, added, open_library, texts
import encodings.cp437, phitui.library.care.backups, concurrent.futures, uuid
HashingEmbedder().embed(["everything imported"])
if os.geteuid() == 0:  # root may write everything: become nobody, after all imports
    os.setgid(65534)
    os.setuid(65534)
base, folder, turn_at = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])

def allow(files, folders):
    for path in [base, *base.rglob("*")]:
        path.chmod(folders if path.is_dir() else files)

indexer.COMMIT_SECONDS = 0.0
library = open_library(base)
left = turn_at
try:
    for event in library.add([folder]):
        left -= isinstance(event, DocumentAdded)
        if left == 0:
            allow(0o400, 0o500)
            left = -1
    print("everything was added")
except LibraryError as error:
    print(error)
library.close()
library = open_library(base)
paths = [each.path for each in library.documents()]
print(len(paths), len(set(paths)))
print(texts(library, "whale", arm="lexical")[:1])
library.close()
allow(0o600, 0o700)
library = open_library(base)
print({event.status for event in added(library, folder).values()} <= {"indexed", "unchanged"}, len(library.documents()))
print(library._store.database.rows("PRAGMA integrity_check"), library._embedders.wanted.missing)
library.close()
"""


@pytest.fixture
def base():
    """A folder that everyone can reach and write."""
    with tempfile.TemporaryDirectory(prefix="phitui-test-") as made:
        Path(made).chmod(0o755)
        for name in ("library", "documents"):
            (Path(made) / name).mkdir()
            if os.geteuid() == 0:
                os.chown(Path(made) / name, 65534, 65534)
        yield Path(made)


def test_a_folder_that_is_turned_read_only_during_an_add_is_said_and_the_next_add_goes_on(base):
    for number in range(12):
        path = base / "documents" / f"{number}.txt"
        path.write_text(f"Whale {number} sings. It is heard far away.", "utf-8")
        path.chmod(0o644)
    command = [sys.executable, "-c", TURNED, str(base / "library"), str(base / "documents"), "6"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.stderr, done.stdout
    said, documents, found, completed, state = done.stdout.splitlines()
    assert "cannot be written" in said and "permission" in said
    stored, different = map(int, documents.split())
    assert 6 <= stored == different < 12
    assert "Whale" in found
    assert (completed, state) == ("True 12", "[('ok',)] 0")
