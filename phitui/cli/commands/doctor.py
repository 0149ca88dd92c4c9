"""`phitui doctor`: what is wrong with the installation, and what to do about it; completion for the shell."""

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from phitui.cli import printing
from phitui.cli.registry import Command, Family

if TYPE_CHECKING:
    from phitui.workbench import Workbench


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--gpu", action="store_true", help="compare what the card says by every way of decoding; takes under a minute"
    )


def _doctor(workbench: "Workbench", options: argparse.Namespace) -> int:
    from phitui.doctor import cards, checks

    bad = False
    found = cards(workbench.settings) if options.gpu else checks(workbench.settings, workbench.places)
    for check in found:
        bad |= check.state == "bad"
        text = f"{check.state:4}  {check.name}: {check.message}"
        printing.line(asdict(check) if options.json else f"{text} {check.advice}".rstrip())
    return 1 if bad else 0


def _completion_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=["bash", "zsh", "fish"], help="which shell")


def _completion(workbench: "Workbench", options: argparse.Namespace) -> int:
    from phitui.cli.completion import script
    from phitui.cli.options import command_parser
    from phitui.cli.registry import families

    printing.piece(script(command_parser(families()), options.shell))
    return 0


FAMILY = Family(
    "this machine",
    (
        Command(
            "doctor",
            "check terminal, device, folders, models and index",
            _doctor,
            _options,
            examples=("phitui doctor", "phitui doctor --gpu", "phitui doctor --json"),
            anywhere=True,
        ),
        Command(
            "completion",
            "print what a shell needs to complete commands and options",
            _completion,
            _completion_options,
            (
                "phitui completion bash",
                "phitui completion fish > ~/.config/fish/completions/phitui.fish",
            ),
            json=False,
        ),
    ),
    place=6,
)
