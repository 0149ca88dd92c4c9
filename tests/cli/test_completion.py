"""Completion for shells."""

import shutil
import subprocess

import pytest

from phitui.cli.main import main


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_every_command_and_its_options(capfd, shell):
    assert main(["completion", shell]) == 0
    script = capfd.readouterr().out
    assert all(name in script for name in ("ask", "export-conversation", "completion", "words-only", "data-dir"))
    if shell != "fish" and shutil.which(shell):
        assert subprocess.run([shell, "-n"], input=script, text=True).returncode == 0


def test_bash_completes_commands_and_the_options_of_one(capfd):
    main(["completion", "bash"])
    script = capfd.readouterr().out
    probe = 'COMP_WORDS=(phitui exp); COMP_CWORD=1; _phitui; echo "${COMPREPLY[@]}"; '
    probe += 'COMP_WORDS=(phitui completion z); COMP_CWORD=2; _phitui; echo "${COMPREPLY[@]}"; '
    probe += 'COMP_WORDS=(phitui help emb); COMP_CWORD=2; _phitui; echo "${COMPREPLY[@]}"; '
    probe += 'COMP_WORDS=(phitui cite --fo); COMP_CWORD=2; _phitui; echo "${COMPREPLY[@]}"'
    done = subprocess.run(["bash", "-c", f"{script}\n{probe}"], capture_output=True, text=True)
    assert sorted(done.stdout.split()) == ["--format", "embedders", "export", "export-conversation", "zsh"]


def test_a_slip_of_the_hand_is_answered_with_what_was_meant(capfd):
    assert main(["serach"]) == 2
    assert "Did you mean `phitui search`?" in capfd.readouterr().err
