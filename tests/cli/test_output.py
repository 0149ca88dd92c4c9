"""A full disk, a closed pipe, a closed descriptor, a folder that is gone: one sentence at most, and no trace."""

import errno
import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from phitui.cli import environment
from phitui.cli.main import main

NOTES = "# Ropes\n\nThe bowline makes a loop that does not slip. It was known to sailors in 1627 already.\n"


class Refusing(io.RawIOBase):
    """Takes nothing: every write fails with the same error."""

    def __init__(self, error):
        self.error = error

    def writable(self):
        return True

    def write(self, data):
        raise OSError(self.error, os.strerror(self.error))


def refusing(error):
    return io.TextIOWrapper(io.BufferedWriter(Refusing(error)), "utf-8")


@pytest.fixture
def notes(tmp_path, capsys):
    file = tmp_path / "ropes.md"
    file.write_text(NOTES)
    assert main(["add", str(file), "--words-only"]) == 0
    assert main(["ask", "Which knot makes a loop?"]) == 0
    capsys.readouterr()
    return file


def ended(capsys, monkeypatch, line, error):
    """(exit code, complaints) of a command whose stdout fails with that error."""
    monkeypatch.setattr(sys, "stdout", refusing(error))
    code = main([*line.split(), "--model", "none"])
    with pytest.raises(OSError, match=os.strerror(error)):
        sys.stdout.flush()
    err = capsys.readouterr().err
    assert "Traceback" not in err
    return code, [each for each in err.splitlines() if each.startswith("phitui: ")]


def test_every_command_ends_with_a_sentence_where_the_disk_is_full(notes, tmp_path, capsys, monkeypatch):
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"id": 1, "query": "bowline", "question": "What makes a loop?", "answer": "bowline"}\n')
    for line in (
        f"add {notes} --words-only",
        "list --json",
        "page ropes 1",
        "edit ropes --tag knots",
        "search bowline --arm lexical",
        f"search --queries {questions} --json --arm lexical",
        "ask bowline?",
        "read ropes --json",
        "cite --list",
        "library backup",
        "library backups --json",
        f"export {tmp_path / 'library.phitui'}",
        "embedders",
        "doctor",
        f"eval {questions}",
        "remove ropes",
        "library bin",
        "--help",
        "search --help",
        "--version",
    ):
        code, said = ended(capsys, monkeypatch, line, errno.ENOSPC)
        assert (code, len(said)) == (1, 1), line
        assert "cannot be written (no space left on device)" in said[0]


def test_a_reader_that_has_gone_is_no_complaint_and_a_broken_disk_is_one(notes, capsys, monkeypatch):
    assert ended(capsys, monkeypatch, "list", errno.EPIPE) == (1, [])
    code, said = ended(capsys, monkeypatch, "list", errno.EIO)
    assert (code, len(said)) == (1, 1)


def shell(line, folder, **more):
    """Runs a line of sh in which $PHITUI stands for phitui."""
    variables = {**os.environ, "PHITUI": f"{sys.executable} -m phitui", **more}
    return subprocess.run(["sh", "-c", line], cwd=folder, capture_output=True, text=True, env=variables, check=False)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_behind_stdout_or_stderr(tmp_path):
    for command in ("--help", "--version"):
        done = shell(f"$PHITUI {command} > /dev/full", tmp_path)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert done.stderr.startswith("phitui: What phitui prints cannot be written (no space left")
    done = shell("$PHITUI list 2> /dev/full", tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert shell("$PHITUI frobnicate > /dev/full 2>&1", tmp_path).returncode == 2


def test_closed_streams_are_no_other_file_s(tmp_path, notes):
    done = shell("$PHITUI list >&-", tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "cannot be written (bad file descriptor)" in done.stderr
    done = shell("$PHITUI list <&- 2>&-", tmp_path)
    assert (done.returncode, done.stderr) == (0, "") and "Ropes" in done.stdout
    assert shell("$PHITUI remove 77 >&- 2>&- <&-", tmp_path).returncode == 2


def test_who_reads_only_the_beginning_hears_no_complaint(tmp_path):
    done = shell("$PHITUI --help | head -1", tmp_path)
    assert done.stdout.startswith("usage: phitui") and done.stderr == ""


def test_in_a_folder_that_is_gone_everything_works_that_names_no_file_in_it(tmp_path, notes):
    there = "mkdir gone && cd gone && rmdir ../gone && "
    done = shell(there + "$PHITUI search loop --arm lexical --json", tmp_path, PYTHONPATH=os.getcwd())
    assert done.returncode == 0 and "bowline" in done.stdout and done.stderr == ""
    for command in ("add notes.md", "export library.phitui", "list --data-dir here", "notes.md"):
        done = shell(there + f"$PHITUI {command}", tmp_path, PYTHONPATH=os.getcwd())
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), command
        assert "is gone" in done.stderr


def test_what_nobody_has_foreseen_is_one_sentence_and_its_trace_is_kept(notes, capsys, monkeypatch):
    said = "as nobody\x1b[31m thought of"

    def fails(self):
        raise ZeroDivisionError(said)

    monkeypatch.setattr("phitui.library.library.Library.documents", fails)
    assert main(["list"]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "ZeroDivisionError: as nobody thought of" in err.replace("[31m", "")
    assert "\x1b" not in err
    file = err.split("; ")[-1].removesuffix(" says where.\n")
    kept = Path(file).read_text()
    assert "ZeroDivisionError" in kept and "in fails" in kept and "nobody" not in kept
    assert os.stat(file).st_mode & 0o077 == 0


def test_narration_that_cannot_be_written_is_lost_without_a_failure(tmp_path):
    read, write = os.pipe()
    os.close(read)
    stream = environment._Narration(write, "w")
    assert stream.write(b"nobody hears it") == 15
    stream.close()


def test_a_command_leaves_signals_and_permissions_as_it_found_them(capsys):
    umask = os.umask(0o022)
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)]
    try:
        assert main(["--version"]) == 0
        assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)] == before
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(umask)
