"""The commands, found in the modules of `phitui.cli.commands` and its folders: a new command is one new file there.

Such a module defines a `FAMILY`: its commands, their options, what they do, and the rows that they print. It may import
this module, `options`, `printing`, `rows`, `progress`, errors, events and records. Whatever takes longer to import is
imported by the function that needs it, because `phitui --help` imports all of these modules.
"""

import pkgutil
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from phitui.cli import commands as package
from phitui.values import dataclass

if TYPE_CHECKING:
    from phitui.workbench import Workbench


def _no_options(parser: ArgumentParser) -> None:
    """For a command that takes none of its own."""


@dataclass(frozen=True, slots=True)
class Command:
    """One word after `phitui`."""

    name: str
    summary: str
    """What it does, in the words of `phitui --help`: lower case, no full stop."""
    run: "Callable[[Workbench, Namespace], int]"
    """Does it, and returns the exit code. May raise PhituiError."""
    options: Callable[[ArgumentParser], None] = _no_options
    """Adds its arguments and options. Those made with `options.setting` change the settings for this run."""
    examples: tuple[str, ...] = ()
    """Whole command lines that `phitui NAME --help` shows."""
    json: bool = True
    """Whether it takes --json."""
    anywhere: bool = False
    """Whether it also runs where phitui's folders are not the user's alone: it says so, and changes nothing."""
    of_documents: bool = False
    """Whether it looks into the documents: after `--demo`, the handbook is then indexed first."""


@dataclass(frozen=True, slots=True)
class Family:
    """Commands that belong together."""

    title: str
    """Their heading in `phitui --help`; families of one title stand under one heading."""
    commands: tuple[Command, ...]
    place: int = 100
    """Families are listed in this order, then by title."""


def families() -> list[Family]:
    """Those of all modules in `phitui.cli.commands`, in the order of `phitui --help`."""
    modules = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    found = [import_module(each.name).FAMILY for each in modules if not each.ispkg]
    return sorted(found, key=lambda family: (family.place, family.title))


def commands() -> dict[str, Command]:
    """Every command by its name."""
    return {command.name: command for family in families() for command in family.commands}
