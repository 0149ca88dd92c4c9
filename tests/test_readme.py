"""The README holds: every command in it is run, or known to need what a test must not use, and then checked as far."""

import re
import shlex
import shutil
import tomllib
from pathlib import Path

import pytest

from phitui.cli.main import main
from phitui.cli.options import command_parser
from phitui.cli.registry import commands as known_commands
from phitui.cli.registry import families
from phitui.handbook import HANDBOOK
from phitui.models.host import ModelHost
from tests.library.made import HashingEmbedder

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def commands():
    """Each command of the fenced blocks, those of one line apart."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return [part.strip() for block in blocks for line in block.splitlines() for part in line.split("&&")]


def words_of(command):
    return shlex.split(command)[1:]


def opens_the_workbench(words):
    return not set(known_commands()) & set(words)


INSTALLERS = ("pip install ", "pip wheel ", "uv tool install ", "pipx install ", "pytest")
"""Tried by hand and by `.ci/run`: each needs an environment of its own."""
OURS = [command for command in commands() if command.startswith("phitui")]
ON_SCREEN = [command for command in OURS if opens_the_workbench(words_of(command))]
FETCHING = [command for command in OURS if "pull" in words_of(command)]
WITH_MODEL = [command for command in OURS if "--model" in words_of(command) and command not in ON_SCREEN]
MEASURING = [command for command in OURS if words_of(command)[0] == "bench"]
PLAIN = [command for command in OURS if command not in (*ON_SCREEN, *FETCHING, *WITH_MODEL, *MEASURING)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A reader's folder: `papers/` with a PDF in it."""
    folder = tmp_path_factory.mktemp("reader")
    (folder / "papers").mkdir()
    shutil.copy(HANDBOOK, folder / "papers" / "handbook.pdf")
    return folder


@pytest.fixture
def inside(folder, monkeypatch, capsys):
    """The reader's shell, in that folder, the papers added."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PHITUI_DATA_DIR", str(folder / "home"))
    monkeypatch.setenv("HF_HOME", str(folder / "hub"))
    monkeypatch.setenv("TERM", "xterm-256color")
    assert main(["add", "papers/", "--words-only"]) == 0
    capsys.readouterr()


def test_there_are_commands_of_every_kind():
    assert ON_SCREEN and FETCHING and WITH_MODEL and len(PLAIN) >= 10


def test_every_line_of_a_block_is_checked_by_one_of_these_tests():
    others = [command for command in commands() if command not in OURS]

    assert [each for each in others if not each.startswith(INSTALLERS)] == []


@pytest.mark.parametrize("command", MEASURING)
def test_what_is_measured_is_known(command):
    """It takes long, and is done by the tests of tests/bench."""
    assert command_parser(families()).parse_args(words_of(command))


@pytest.mark.parametrize("command", PLAIN)
def test_the_commands_do_what_they_are_there_for(command, inside, capsys, monkeypatch):
    if "--demo" not in command:
        monkeypatch.setattr(ModelHost, "embedder", lambda self, name: HashingEmbedder())
    code = main(words_of(command))
    out, err = capsys.readouterr()

    assert code == 0, err
    assert (out + err).strip()
    assert "Traceback" not in err


def test_the_demo_answers_its_question(inside, capsys):
    main(["--demo", "ask", "How do I pin a passage?"])

    assert "press p" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("command", ON_SCREEN)
def test_the_workbench_is_opened_by_what_is_written_and_only_misses_a_terminal(command, inside, capsys):
    assert main(words_of(command)) == 2
    assert "needs a terminal" in capsys.readouterr().err


@pytest.mark.parametrize("command", [*FETCHING, *WITH_MODEL])
def test_what_needs_a_model_says_in_a_sentence_that_there_is_none(command, inside, capsys):
    assert main(words_of(command)) == 1
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1
    assert "Traceback" not in said[0]


def test_what_is_installed_exists():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for command in commands():
        if command.startswith(INSTALLERS) and command != "pytest":
            extras = re.findall(r"\[(\w+)\]", command)
            assert set(extras) <= set(project["optional-dependencies"])
            assert words_of(command)[-1].startswith(".") or "--no-index" in command
    assert project["scripts"]["phitui"] == "phitui.cli.main:main"


def test_every_file_that_is_linked_is_there():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_picture_is_in_the_first_screen_and_shows_the_demo():
    assert "screenshot.svg" in "\n".join(README.splitlines()[:8])
    picture = (ROOT / "phitui/handbook/screenshot.svg").read_text("utf-8").replace("&#160;", " ")
    assert "How do I pin a passage?" in picture
    assert "press p." in picture
