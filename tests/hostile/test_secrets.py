"""Passwords, questions and drafts need not stand in the list of processes, and links do not lead out of a folder."""

import io
import json
import os
import re
import sys
from pathlib import Path

import pytest

from phitui.cli.main import main
from phitui.cli.rows import ADVICE
from phitui.models.host import ModelHost
from phitui.workbench import Workbench
from tests.library.made import HashingEmbedder

PACKAGE = Path(__file__).resolve().parents[2] / "phitui"


@pytest.fixture(scope="module")
def locked(tmp_path_factory):
    """An encrypted PDF; its password is "Hérons"."""
    return encrypted(tmp_path_factory.mktemp("locked") / "locked.pdf", "Hérons")


def encrypted(path, password):
    pikepdf = pytest.importorskip("pikepdf")
    from fpdf import FPDF

    made = FPDF()
    made.add_page()
    made.set_font("helvetica", size=12)
    made.multi_cell(0, text="Herons stand in shallow water and wait for fish to come by.")
    made.output(str(path.with_suffix(".plain")))
    with pikepdf.open(path.with_suffix(".plain")) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="x", user=password))
    path.with_suffix(".plain").unlink()
    return path


def run(capsys, *arguments):
    """(exit code, stdout, stderr)."""
    code = main([str(each) for each in arguments])
    return (code, *capsys.readouterr())


def added(out):
    return json.loads(out.splitlines()[-1])


def test_a_password_is_read_from_the_first_line_of_a_file(locked, tmp_path, capsys):
    (tmp_path / "secret").write_text("Hérons\r\nnot this\n", "utf-8")
    code, out, err = run(capsys, "add", "--words-only", "--json", "--password-file", tmp_path / "secret", locked)
    assert (code, added(out)["status"], err) == (0, "indexed", "")


def test_a_password_is_read_from_stdin(locked, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("Hérons\n"))
    code, out, err = run(capsys, "add", "--words-only", "--json", "--password-file", "-", locked)
    assert (code, added(out)["status"], err) == (0, "indexed", "")


def test_a_password_is_read_from_a_pipe(locked, tmp_path, capsys):
    reading, writing = os.pipe()
    os.write(writing, "Hérons\n".encode())
    os.close(writing)
    code, out, _ = run(capsys, "add", "--words-only", "--json", "--password-file", f"/dev/fd/{reading}", locked)
    os.close(reading)
    assert (code, added(out)["status"]) == (0, "indexed")


def test_a_password_is_taken_from_the_environment(locked, capsys, monkeypatch):
    monkeypatch.setenv("PHITUI_PASSWORD", "Hérons")
    code, out, err = run(capsys, "add", "--words-only", "--json", locked)
    assert (code, added(out)["status"], err) == (0, "indexed", "")


def test_a_password_among_the_arguments_works_and_warns(locked, capsys):
    code, out, err = run(capsys, "add", "--words-only", "--json", "--password", "Hérons", locked)
    assert (code, added(out)["status"]) == (0, "indexed")
    assert "Other accounts" in err and "--password-file" in err and "Hérons" not in err


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "is empty"), (b"\nx", "is empty"), (b"\xff\xfe\n", "not UTF-8"), (b"x" * 5000, "too long")],
)
def test_a_file_that_holds_no_password_is_said_in_a_sentence(tmp_path, capsys, content, said):
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "secret").write_bytes(content)
    code, out, err = run(capsys, "add", "--password-file", tmp_path / "secret", tmp_path / "a.txt")
    assert code == 2 and out == "" and said in err and err.count("\n") == 1


@pytest.mark.parametrize("name", ["nowhere", ".", "/dev/zero"])
def test_what_is_no_password_file_is_said_in_a_sentence(tmp_path, capsys, name):
    (tmp_path / "a.txt").write_text("x")
    code, _, err = run(capsys, "add", "--password-file", tmp_path / name, tmp_path / "a.txt")
    assert code == 2 and err.count("\n") == 1 and ("cannot be read" in err or "too long" in err)


def test_two_passwords_are_one_too_many(tmp_path, capsys):
    (tmp_path / "a.txt").write_text("x")
    code, _, err = run(capsys, "add", "--password", "a", "--password-file", "-", tmp_path / "a.txt")
    assert code == 2 and "not both" in err


def test_no_text_of_phituis_advises_a_password_among_the_arguments():
    assert not any(re.search(r"--password\b(?!-)", each) for each in ADVICE.values())
    for file in PACKAGE.rglob("*.py"):
        if file.name not in ("migrations.py", "documents.py"):  # old sentences to be replaced; the option itself
            assert not re.search(r"--password\b(?!-)", file.read_text("utf-8")), file


def test_what_is_asked_can_come_from_stdin(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(ModelHost, "embedder", lambda self, name: HashingEmbedder())
    monkeypatch.setattr(ModelHost, "checker", lambda self: None)
    (tmp_path / "a.md").write_text("# Herons\n\nHerons stand in shallow water and wait for fish to come by.\n")
    assert run(capsys, "add", tmp_path / "a.md")[0] == 0
    for command in (["ask", "-"], ["search", "-"], ["read", "a", "-"]):
        monkeypatch.setattr(sys, "stdin", io.StringIO("Where do herons stand in shallow water?\n"))
        code, out, err = run(capsys, *command)
        assert code == 0 and "eron" in out, err
    checked = []
    monkeypatch.setattr(Workbench, "check", lambda self, asked, _: checked.extend(asked) or iter(()))
    monkeypatch.setattr(sys, "stdin", io.StringIO("Herons stand in shallow water.\n"))
    run(capsys, "check", "-")
    assert [each.text for each in checked] == ["Herons stand in shallow water."]


@pytest.mark.parametrize("command", ["generate", "complete"])
def test_what_a_model_is_asked_can_come_from_stdin(capsys, monkeypatch, command):
    asked = []
    monkeypatch.setattr(Workbench, command, lambda self, prompt, *_: asked.append(prompt) or iter(()))
    monkeypatch.setattr(sys, "stdin", io.StringIO("read a file"))
    run(capsys, command, "-")
    assert asked == ["read a file"]


def test_a_question_and_its_context_cannot_both_be_stdin(capsys):
    code, _, err = run(capsys, "ask", "-", "--context", "-")
    assert code == 2 and "both come from stdin" in err


# ── links ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def given(tmp_path):
    """A folder that a stranger has filled, beside a private one."""
    private, folder = tmp_path / "private", tmp_path / "given"
    private.mkdir()
    folder.mkdir()
    (private / "salary.txt").write_text("The salary is secret.")
    (private / "list.txt").write_text("A second secret.")
    (folder / "plain.txt").write_text("A plain text.")
    (folder / "salary.txt").symlink_to(private / "salary.txt")
    (folder / "up").symlink_to("..")
    (folder / "sub").mkdir()
    (folder / "sub" / "more").symlink_to(private)
    (folder / "chain.txt").symlink_to(folder / "salary.txt")
    (folder / "inside.txt").symlink_to(folder / "sub" / "own.txt")
    (folder / "sub" / "own.txt").write_text("Another text.")
    (folder / "gone.txt").symlink_to("/nowhere/at/all.txt")
    return folder


@pytest.mark.hostile
def test_links_that_lead_out_of_a_folder_are_not_followed_and_listed(given, capsys):
    code, out, err = run(capsys, "add", "--words-only", "--json", given)
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0 and {Path(row["path"]).name for row in rows} == {"plain.txt", "inside.txt", "own.txt"}
    for name in ("salary.txt", "up", "sub/more", "chain.txt", "gone.txt"):
        assert f"{given / name} is left out" in err
    assert "--follow-links" in err
    assert "secret" not in run(capsys, "search", "--arm", "lexical", "secret salary")[1]


def test_they_are_followed_where_that_is_asked_for(given, capsys):
    code, out, _ = run(capsys, "add", "--words-only", "--json", "--follow-links", given)
    names = {Path(json.loads(line)["path"]).name for line in out.splitlines()}
    assert {"salary.txt", "list.txt", "plain.txt"} <= names and code == 1  # one leads nowhere


def test_a_link_that_is_named_itself_is_followed_and_so_is_a_folder_that_is_one(given, tmp_path, capsys):
    (tmp_path / "short").symlink_to(given)
    code, out, _ = run(capsys, "add", "--words-only", "--json", given / "salary.txt", tmp_path / "short")
    names = [Path(json.loads(line)["path"]).name for line in out.splitlines()]
    assert code == 0 and "salary.txt" in names and "plain.txt" in names


def test_a_watched_folder_leaves_them_out_and_says_so_once(given, library):
    from threading import Event

    watch = library.watch([given], Event())
    watch.close()
    from phitui.documents.files import find_files
    from phitui.library.intake.watcher import Watch

    watching = Watch(library, [given], find_files)
    first = [event.message for event in watching.look(Event(), settled=False) if hasattr(event, "message")]
    again = [event.message for event in watching.look(Event()) if hasattr(event, "message")]
    assert len([each for each in first if "left out" in each]) == 5 and again == []
