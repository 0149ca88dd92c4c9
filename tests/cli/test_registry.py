"""Every command is found, has options that change settings, and is explained by examples that hold."""

import json
import shlex

import pytest

from phitui.cli import commands as package
from phitui.cli import options
from phitui.cli.main import main
from phitui.cli.registry import commands, families

GREET = '''
"""`phitui greet`."""

from phitui.cli import options as shared
from phitui.cli import printing
from phitui.cli.registry import Command, Family


def _options(parser):
    parser.add_argument("name", metavar="NAME")
    shared.setting(parser, "--seed", "seed", type=int)


def _greet(workbench, options):
    row = {"name": options.name, "seed": workbench.settings.seed}
    printing.line(row if options.json else f"Good morning, {options.name}")
    return 0


FAMILY = Family("manners", (Command("greet", "say good morning", _greet, _options, ("phitui greet Ada",)),))
'''


@pytest.fixture
def greeting(tmp_path, monkeypatch):
    """A module with a command, in a folder that the package of commands reaches over."""
    (tmp_path / "greet_for_a_test.py").write_text(GREET)
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])


@pytest.mark.usefixtures("greeting")
def test_options_of_a_command_that_name_a_setting_change_it_for_this_run(capsys):
    assert main(["--library", "other", "greet", "Ada", "--json", "--seed", "3"]) == 0
    assert json.loads(capsys.readouterr().out) == {"name": "Ada", "seed": 3}
    assert main(["greet", "Ada", "--seed", "-1"]) == 2
    assert "--seed: seed must lie between" in capsys.readouterr().err
    assert main(["greet", "--help"]) == 0
    assert "--seed" in capsys.readouterr().out


def test_no_two_commands_have_one_name():
    names = [command.name for family in families() for command in family.commands]

    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_has_examples_that_are_valid_and_its_options_are_explained(name, capsys):
    examples = commands()[name].examples

    assert 1 <= len(examples) <= 3
    parser = options.command_parser(families())
    for example in examples:
        words = shlex.split(example.partition(">")[0])
        _, rest = options.global_parser().parse_known_args(words[1:])
        assert (words[0], parser.parse_args(rest).command) == ("phitui", name)
    assert main([name, "--help"]) == 0
    text = capsys.readouterr().out
    assert all(example in text for example in examples)
