"""What stands on a command line or in a folder may be odd in any way: one sentence, and nothing of it is run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from phitui.cli.main import main
from phitui.errors import ModelError
from phitui.library.lock import FileLock
from phitui.models.hub.gguf import read_header
from tests.models.test_gguf import text

pytestmark = pytest.mark.hostile
LONG = "x" * 300
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "given",
    [
        [LONG],
        [f"-{LONG}"],
        ["add", LONG],
        ["import", LONG, "--library", "other"],
        ["export", LONG],
        ["eval", LONG],
        ["check", LONG],
        ["search", "--queries", LONG],
        ["ask", "--model", f"/tmp/{LONG}", "herons"],
        ["ask", "--checker", f"/tmp/{LONG}", "herons"],
        ["search", "--embedder", f"/tmp/{LONG}", "herons"],
        ["models", "delete", LONG],
        ["edit", LONG, "--title", "x"],
        ["list", "--library", "\x1b]0;x\x07"],
        ["page", "\udcff\x1b[31m", "1"],
        ["--data-dir", "\x1b[31m/\udcff", "list"],
    ],
    ids=lambda given: given[0][:8],
)
def test_names_that_no_disk_could_hold_are_one_sentence(given, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code = main(given)
    out, err = capsys.readouterr()
    assert code in (0, 1, 2) and "This failed" not in err and err.count("\n") <= 2
    assert not {"\x1b", "\x07", "\x9b"} & set(out + err)


def test_a_folder_in_which_phitui_is_started_brings_no_code_in(tmp_path):
    for name in ("numpy", "tantivy", "faiss", "torch", "json", "selectolax", "textual"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    (tmp_path / "a.txt").write_text("Herons wait for fish.")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PHITUI_DATA_DIR": str(tmp_path / "home")}
    for command in (["add", "--words-only", "a.txt"], ["search", "--arm", "lexical", "herons"]):
        done = subprocess.run([sys.executable, "-m", "phitui", *command], cwd=tmp_path, env=environment, check=False)
        assert done.returncode == 0
    assert not (tmp_path / "ran").exists()


def test_a_header_that_speaks_of_a_thousand_million_texts_is_given_up_at_once(tmp_path):
    import struct

    file = tmp_path / "endless.gguf"
    key = text("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, 10**12)
    file.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 1, 1) + key)
    with file.open("r+b") as opened:
        opened.truncate(1 << 40)  # zeros, each eight of them an empty text
    with pytest.raises(ModelError, match="not a whole GGUF file"):
        read_header(file)


def test_a_note_of_who_holds_a_lock_may_name_no_process(tmp_path, monkeypatch):
    import socket

    monkeypatch.setattr("fcntl.flock", lambda *_: (_ for _ in ()).throw(OSError(38, "Function not implemented")))
    lock = FileLock(tmp_path / "a.lock")
    (tmp_path / "a.lock.held").write_text(f"{socket.gethostname()} {10**30}")
    assert lock.acquire()
    lock.release()
