"""kill -9 at random moments of an add, again and again: consistent and searchable each time, complete in the end."""

import contextlib
import random
import subprocess
import sys
from time import monotonic

import pytest

from tests.library.made import added, open_library, texts, vectors_missing
from tests.library.test_killing import contents


def run(base, folder, point, seconds=None):
    """Whether an add was killed after that time; otherwise it came to its end."""
    command = [sys.executable, "-m", "tests.library.adding", str(base), str(folder), point]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        with contextlib.suppress(subprocess.TimeoutExpired):
            _, said = process.communicate(timeout=seconds)
            assert process.returncode == 0, said
            return False
        process.kill()
    return True


def kill_again_and_again(tmp_path, folder, question, kills, point, seed):
    """Kills until that many have hit, in fresh libraries where an add came to its end."""
    chosen = random.Random(seed)
    started = monotonic()
    run(tmp_path / "undisturbed", folder, point)
    whole = monotonic() - started
    library = open_library(tmp_path / "undisturbed")
    expected = contents(library, question)
    library.close()
    base, fresh, hits = tmp_path / "killed 0", 0, 0
    while hits < kills:
        if run(base, folder, point, chosen.random() ** 2 * whole):
            hits += 1
        else:
            fresh += 1
            base = tmp_path / f"killed {fresh}"
            continue
        library = open_library(base)
        assert library._store.database.rows("PRAGMA integrity_check") == [("ok",)]
        assert library._store.database.rows("PRAGMA foreign_key_check") == []
        assert not library.documents() or texts(library, question)
        library.close()
    library = open_library(base, real=point == "real")
    assert {event.status for event in added(library, folder).values()} <= {"indexed", "unchanged"}
    assert vectors_missing(library) == 0
    assert contents(library, question) == expected
    library.close()


def test_a_few_kills_lose_nothing(tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    for number in range(16):
        lines = (f"Sentence {line} of document {number} speaks of whale {line * number}." for line in range(20))
        (folder / f"document-{number:02}.txt").write_text(" ".join(lines))
    kill_again_and_again(tmp_path, folder, "which document speaks of whale 9?", 2, "plain", 1)


@pytest.mark.long
def test_sixty_kills_lose_nothing(tmp_path, shared_data):
    folder = shared_data / "squad" / "documents"
    kill_again_and_again(tmp_path, folder, "Who wrote about the oil crisis of 1973?", 60, "real", 2)
