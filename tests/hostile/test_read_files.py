"""Files are read with care: whatever a name leads to by now, nothing is waited for and nothing read without an end."""

import ast
import io
import os
import re
import sys
from pathlib import Path

import pytest

from phitui import reading
from phitui.cli.main import main
from phitui.models.hub.on_disk import models_on_disk
from tests.library.made import open_library, statuses, texts

pytestmark = pytest.mark.hostile
PACKAGE = Path(__file__).resolve().parents[2] / "phitui"
OWN = {
    "answers/check/judge.py": "a shipped file",
    "app/terminal/external_editor.py": "the file that was made for the editor",
    "doctor/installation.py": "a file of an installed package",
    "doctor/requirements.py": "a shipped file",
    "documents/formats/blocks.py": "opened by `documents.content.open_regular`",
    "documents/pdf/pdfium.py": "in a worker, which looked at it before",
    "documents/repair/words.py": "a shipped file",
    "library/search/profile.py": "a shipped file",
    "library/terms/related.py": "a shipped file",
    "memory.py": "the system's own file about the process",
    "models/embed/eight_bit/encoder.py": "a shipped file",
    "models/embed/minilm.py": "a shipped file",
    "models/hub/architectures.py": "a file of an installed package",
    "models/hub/nano_e5.py": "a file of an installed package",
    "models/hub/cards.py": "the system's own file about memory",
    "scratchpad/run/jail.py": "a pipe of its own, and the system's own files about processes",
}
"""Modules that open files by other means than `phitui.reading`, and why that is safe."""


NAMED = re.compile(r"\b(open|read_text|read_bytes)\b")


def read_elsewhere(file):
    """Calls that read a file by its name."""
    source = file.read_text("utf-8")
    if not NAMED.search(source):  # what takes time is parsing
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            modes = [each.value for each in node.args if isinstance(each, ast.Constant)]
            if name in ("read_text", "read_bytes") or (name == "open" and {"r", "rb", "rt"} & set(modes)):
                yield node.lineno


def test_files_are_read_in_one_place():
    found = {
        name
        for file in PACKAGE.rglob("*.py")
        if (name := file.relative_to(PACKAGE).as_posix()).partition("/")[0] not in ("reading.py", "workshop", "bench")
        and any(read_elsewhere(file))
    }
    assert found == set(OWN)


def spoilt(place, kind):
    """Something in the file's place that never ends, or never begins."""
    place.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "endless":
        place.symlink_to("/dev/zero")
    else:
        with place.open("wb") as file:
            file.truncate(50 << 30)
    return place


KINDS = ["pipe", "endless", "huge"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_command_is_given_may_be_anything(tmp_path, capsys, kind):
    file = str(spoilt(tmp_path / "given", kind))
    made = tmp_path / "a.txt"
    made.write_text("Herons wait for fish.")
    assert main(["add", "--words-only", str(made)]) == 0
    capsys.readouterr()
    for command in (
        ["ask", "--context", file, "Where are the herons?"],
        ["search", "--arm", "lexical", "--queries", file],
        ["check", file],
        ["check", "--claims", file],
        ["eval", file],
        ["eval", "--claims", file],
        ["import", file, "--library", "other"],
        ["add", "--password-file", file, str(made)],
        ["ask", "--model", file, "Where are the herons?"],
        ["search", "--embedder", file, "herons"],
    ):
        code = main(command)
        out, err = capsys.readouterr()
        assert code in (1, 2) and out == "" and err.count("\n") == 1 and "This failed" not in err, (command, err)


def test_what_comes_from_stdin_ends(capsys, monkeypatch):
    monkeypatch.setattr("phitui.cli.options.GIVEN_BYTES", 1000)
    monkeypatch.setattr(sys, "stdin", io.StringIO("x" * 2000))
    assert main(["ask", "-"]) == 2 and "is longer than" in capsys.readouterr().err


@pytest.mark.parametrize("kind", KINDS)
def test_what_stands_in_a_library_may_be_anything(tmp_path, folder, kind):
    library = open_library(tmp_path / "library")
    statuses(library, folder)
    library.close()
    data = tmp_path / "library" / "data"
    for name in ("draft.txt", "session.json", "calibration.json", "indexing.lock.held", "backups/since.jsonl"):
        if (data / name).parent.exists():
            spoilt(data / name, kind)
    for file in [each for each in (tmp_path / "library" / "cache").rglob("*") if each.is_file()]:
        if not file.name.endswith(".lock"):
            spoilt(file, kind)
    library = open_library(tmp_path / "library")
    assert "Krill" in texts(library, "krill")[0]
    library.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_database_may_be_anything(tmp_path, capsys, kind):
    place = tmp_path / "home" / "data" / "libraries" / "default"
    place.mkdir(parents=True)
    spoilt(place / "library.db", kind)
    for command in ("list", "search whales", "doctor", "library restore"):
        code = main([*command.split(), "--data-dir", str(tmp_path / "home")])
        out, err = capsys.readouterr()
        assert code == 1 and "Traceback" not in out + err and "This failed" not in err, (command, out, err)


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_of_models_ends(tmp_path, kind, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LLAMA_CACHE", str(tmp_path / "llama"))
    monkeypatch.setenv("OLLAMA_MODELS", str(tmp_path / "ollama"))
    for name in ("llama/a.gguf", ".lmstudio/models/a/b/c.gguf", "models/a.gguf", "ollama/manifests/h/o/m/t"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        spoilt(tmp_path / name, kind)
    assert models_on_disk(tmp_path / "models") == []


def test_a_pipe_of_a_shell_is_read_and_one_with_a_name_is_not(tmp_path):
    reading_end, writing_end = os.pipe()
    os.write(writing_end, b"text")
    os.close(writing_end)
    assert reading.read_given(Path(f"/dev/fd/{reading_end}")) == b"text"
    os.close(reading_end)
    os.mkfifo(tmp_path / "pipe")
    for read in (reading.read_given, reading.read_regular, reading.open_regular):
        with pytest.raises(OSError, match="no regular file"):
            read(tmp_path / "pipe")
