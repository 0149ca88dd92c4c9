"""`phitui add` ended by signals at random moments: it can be searched each time, and nothing is lost in the end."""

import contextlib
import json
import random
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic

import pytest

from phitui.cli.main import main
from tests.library.made import open_library
from tests.library.test_killing import contents

FATAL = [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP]


def add(data: Path, folder: Path, number: int = 0, seconds: float | None = None) -> bool:
    """Whether the signal came before the end."""
    command = [sys.executable, "-m", "phitui", "add", str(folder), "--words-only", "--json", "--data-dir", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        with contextlib.suppress(subprocess.TimeoutExpired):
            _, said = process.communicate(timeout=seconds)
            assert process.returncode == 0, said
            return False
        process.send_signal(number)
        _, said = process.communicate()
    if number == signal.SIGKILL:
        return process.returncode == -number
    # In its first moments Python has not yet been told what to do on a signal; and where one hit it while it made a
    # dataclass, it ends itself by SIGINT in the end, which is 130 to a shell.
    assert process.returncode in (0, 130, -signal.SIGINT, -number) and "Traceback" not in said, said
    told = process.returncode in (130, -signal.SIGINT)
    assert not told or (signal.Signals(number).name in said and "repeat to go on" in said)
    return True


def stored(data: Path, question: str):
    """All that is in the library, which is sound."""
    base = data / "again"
    base.mkdir(exist_ok=True)
    for name in ("data", "cache"):
        if not (base / name).exists():
            (base / name).symlink_to(data / name / "libraries" / "default")
    library = open_library(base)
    assert library._store.database.rows("PRAGMA integrity_check") == [("ok",)]
    assert library._store.database.rows("PRAGMA foreign_key_check") == []
    found = contents(library, question)
    library.close()
    return found


def end_again_and_again(capsys, tmp_path, folder, number, hits, question):
    chosen = random.Random(number)
    began = monotonic()
    add(tmp_path / "undisturbed", folder)
    whole = monotonic() - began
    data, fresh = tmp_path / "ended 0", 0
    while hits:
        if not add(data, folder, number, 0.1 + chosen.random() * whole):
            fresh += 1
            data = tmp_path / f"ended {fresh}"
            continue
        hits -= 1
        assert main(["search", question, "--arm", "lexical", "--json", "--data-dir", str(data)]) == 0
        rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        listed = (data / "data" / "libraries" / "default" / "library.db").exists() and stored(data, question)
        assert not listed or not listed["passages"] or rows
    add(data, folder)
    assert stored(data, question) == stored(tmp_path / "undisturbed", question)


@pytest.mark.parametrize("number", FATAL[:2])
def test_a_signal_loses_nothing(capsys, tmp_path, number):
    (tmp_path / "notes").mkdir()
    for note in range(30):
        lines = (f"Sentence {line} of note {note} speaks of whale {line * note}." for line in range(60))
        (tmp_path / "notes" / f"{note:02}.md").write_text(" ".join(lines))
    end_again_and_again(capsys, tmp_path, tmp_path / "notes", number, 1, "which note speaks of a whale?")


@pytest.mark.long
@pytest.mark.parametrize("number", FATAL)
def test_sixty_signals_lose_nothing(capsys, tmp_path, shared_data, number):
    folder = shared_data / "squad" / "documents"
    end_again_and_again(capsys, tmp_path, folder, number, 60, "Who wrote about the oil crisis of 1973?")
