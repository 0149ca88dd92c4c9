"""`phitui doctor`: what is wrong with the installation, and what to do about it."""

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from phitui.cli import printing
from phitui.cli.registry import Command, Family

if TYPE_CHECKING:
    from phitui.workbench import Workbench


def _doctor(workbench: "Workbench", options: argparse.Namespace) -> int:
    from phitui.doctor import checks

    bad = False
    for check in checks(workbench.settings, workbench.places):
        bad |= check.state == "bad"
        text = f"{check.state:4}  {check.name}: {check.message}"
        printing.line(asdict(check) if options.json else f"{text} {check.advice}".rstrip())
    return 1 if bad else 0


FAMILY = Family(
    "this machine",
    (
        Command(
            "doctor",
            "check terminal, device, folders, models and index",
            _doctor,
            examples=("phitui doctor", "phitui doctor --json"),
            anywhere=True,
        ),
    ),
    place=6,
)
