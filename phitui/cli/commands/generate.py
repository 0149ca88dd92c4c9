"""The model alone: `phitui generate`, `complete`."""

import argparse
import sys
from typing import TYPE_CHECKING

from phitui.cli import options as shared
from phitui.cli import printing, rows
from phitui.cli.registry import Command, Family
from phitui.events import AnswerFinished, CodeGenerated, Failed, TokensArrived

if TYPE_CHECKING:
    from phitui.workbench import Workbench


def _generate_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("prompt", metavar="PROMPT", help="what the code is to do; - reads stdin")
    parser.add_argument("--language", default="python", metavar="L", help="of the code (default: python)")
    shared.sampling(parser)


def _generate(workbench: "Workbench", options: argparse.Namespace) -> int:
    for event in workbench.generate(shared.typed(options.prompt), options.language):
        if isinstance(event, CodeGenerated):
            row = {
                "code": event.code,
                "language": event.language,
                "text": event.text,
                "tokens_per_second": event.tokens_per_second,
            }
            printing.line(row if options.json else event.code)
        elif isinstance(event, Failed):
            printing.say(event.message)
            return 1
    return 0


def _complete_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("prompt", metavar="PROMPT", help="- reads stdin")
    shared.sampling(parser)


def _complete(workbench: "Workbench", options: argparse.Namespace) -> int:
    for event in workbench.complete(shared.typed(options.prompt)):
        if isinstance(event, TokensArrived) and not options.json:
            printing.piece(event.text)
        elif isinstance(event, AnswerFinished) and options.json:
            printing.line(rows.completion_row(event))
    if not options.json and sys.stdout.isatty():
        printing.line("")
    return 0


FAMILY = Family(
    "the model alone",
    (
        Command(
            "generate",
            "generate code; only the code goes to stdout",
            _generate,
            _generate_options,
            ('phitui generate "read a CSV file" --model microsoft/phi-2 > read.py',),
        ),
        Command(
            "complete",
            "continue a text, with no format around it",
            _complete,
            _complete_options,
            ('phitui complete "The lighthouse of" --model microsoft/phi-2 --max-tokens 40',),
        ),
    ),
    place=5,
)
