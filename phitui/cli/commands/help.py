"""`phitui help` and `phitui man`: what there is, from the one registry."""

import argparse
from difflib import get_close_matches
from typing import TYPE_CHECKING

from phitui.cli import printing
from phitui.cli.registry import Command, Family
from phitui.errors import UsageError
from phitui.text import one_line

if TYPE_CHECKING:
    from phitui.workbench import Workbench


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("about", nargs="?", metavar="COMMAND", help="the command that is explained; without: all")


def _help(workbench: "Workbench", options: argparse.Namespace) -> int:
    from phitui.cli.options import command_parser, parsers_of
    from phitui.cli.registry import families

    parser = command_parser(families())
    if options.about is None:
        parser.print_help()
        return 0
    known = parsers_of(parser)
    if options.about not in known:
        near = get_close_matches(options.about, known, n=1)
        meant = f"Did you mean `phitui help {near[0]}`? " if near else ""
        raise UsageError(f"There is no command {one_line(options.about, 60)}. {meant}`phitui help` lists the commands.")
    known[options.about].print_help()
    return 0


def _man(workbench: "Workbench", options: argparse.Namespace) -> int:
    from phitui.cli.manual import page
    from phitui.cli.registry import families

    printing.piece(page(families()))
    return 0


FAMILY = Family(
    "this machine",
    (
        Command(
            "help",
            "explain a command, or list all",
            _help,
            _options,
            ("phitui help ask", "phitui help"),
            json=False,
            anywhere=True,
        ),
        Command(
            "man",
            "print the man page",
            _man,
            examples=("phitui man", "phitui man > phitui.1"),
            json=False,
            anywhere=True,
        ),
    ),
    place=7,
)
