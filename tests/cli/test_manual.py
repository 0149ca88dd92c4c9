"""The man page and `phitui help`: every command, from the one registry."""

import shutil
import subprocess
from pathlib import Path

import pytest

from phitui.cli.main import main
from phitui.cli.manual import page
from phitui.cli.registry import commands, families

INSTALLED = Path(__file__).resolve().parents[2] / "phitui/cli/phitui.1"


def test_every_command_with_its_options_and_examples_is_in_the_man_page():
    made = page(families())
    assert made == INSTALLED.read_text("utf-8"), "`phitui man > phitui/cli/phitui.1` makes it anew"
    for name, command in commands().items():
        escaped = name.replace("-", r"\-")
        assert f".SS phitui {escaped}\n" in made
        assert all(each.replace("\\", r"\e").replace("-", r"\-") in made for each in command.examples)
    assert r"\fB\-\-data\-dir\fR \fIDIR\fR" in made


@pytest.mark.skipif(not shutil.which("groff"), reason="no groff here")
def test_it_is_roff():
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-z"], input=page(families()), capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_help_explains_a_command_and_what_was_meant(capfd):
    assert main(["help", "ask"]) == 0
    assert capfd.readouterr().out.startswith("usage: phitui ask")
    assert main(["help"]) == 0
    assert "export-conversation" in capfd.readouterr().out
    assert main(["help", "serach"]) == 2
    assert "Did you mean `phitui help search`?" in capfd.readouterr().err
    assert main(["search", "x", "--jsno"]) == 2
    assert "Did you mean --json?" in capfd.readouterr().err
    assert main(["search", "two", "words"]) == 2
    assert "inside quotation marks" in capfd.readouterr().err
