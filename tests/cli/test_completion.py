"""Completion for shells, in those that are installed."""

import shutil
import subprocess

import pytest

from phitui.cli.main import main
from tests.app.terminal.screen import Terminal

LINES = ("exp", "completion ", "help emb", "cite --for", "cite --format ", "--data-dir x ask --as", "add pape", "ask ")
FOUND = [
    {"export", "export-conversation"},
    {"bash", "fish", "zsh"},
    {"embedders"},
    {"--format"},
    {"bibtex", "csl-json", "markdown"},
    {"--ascii"},
    {"papers/"},
]
"""What completes each of the lines but the last: a question is nobody's to guess."""


def where(shell: str):
    return pytest.mark.skipif(not shutil.which(shell), reason=f"{shell} is not installed")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "papers").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(shell: str, folder, capfd):
    assert main(["completion", shell]) == 0
    file = folder / f"script.{shell}"
    file.write_text(capfd.readouterr().out, "utf-8")
    assert subprocess.run([shell, "-n", str(file)]).returncode == 0
    return file


@where("bash")
def test_bash_completes_commands_options_and_values(capfd, folder):
    file = written("bash", folder, capfd)
    typed = [f"{line}''" if line.endswith(" ") else line for line in LINES]
    replies = '"${COMPREPLY[@]}"'
    there = "COMP_CWORD=$((${#COMP_WORDS[@]}-1))"
    probes = [f"COMP_WORDS=(phitui {each}); {there}; _phitui; echo {replies}" for each in typed]
    done = subprocess.run(["bash", "-c", "\n".join([f". {file}", *probes])], capture_output=True, text=True)
    *found, options = [set(line.replace("papers", "papers/").split()) for line in done.stdout.splitlines()]
    assert found == FOUND and {"--context", "--model"} <= options and done.stderr == ""


@where("fish")
def test_fish_completes_commands_options_and_values(capfd, folder, monkeypatch):
    file = written("fish", folder, capfd)
    monkeypatch.setenv("HOME", str(folder))
    probes = [f"complete -C 'phitui {line}'; echo ===" for line in LINES]
    done = subprocess.run(
        ["fish", "--no-config", "-c", "\n".join([f". {file}", *probes])], capture_output=True, text=True
    )
    found = [{line.split("\t")[0] for line in each.splitlines()} - {""} for each in done.stdout.split("===\n")]
    assert found[:-1] == [*FOUND, set()] and "of the text" in done.stdout and done.stderr == ""


@where("zsh")
def test_zsh_completes_commands_options_and_values(capfd, folder):
    file = written("zsh", folder, capfd)
    terminal = Terminal(folder, run=["zsh", "-f", "-i"], size=(100, 30))
    try:
        terminal.press(f"autoload -Uz compinit && compinit -u -D; . {file}; PS1='ready '\r")
        terminal.wait("\nready ")
        for line, found in zip(LINES, FOUND, strict=False):
            shown = found if len(found) > 1 else {f"phitui {line.rpartition(' ')[0]} {each}" for each in found}
            terminal.press(f"\x15\x0cphitui {line}\t" + "\t" * (len(found) > 1))
            terminal.wait(*shown)
    finally:
        terminal.close()


def test_a_slip_of_the_hand_is_answered_with_what_was_meant(capfd):
    assert main(["serach"]) == 2
    assert "Did you mean `phitui search`?" in capfd.readouterr().err
