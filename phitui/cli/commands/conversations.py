"""`phitui export-conversation`: a conversation as a file."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from phitui.cli import options as shared
from phitui.cli import printing
from phitui.cli.registry import Command, Family
from phitui.errors import UsageError
from phitui.text import one_line

if TYPE_CHECKING:
    from phitui.workbench import Workbench


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "conversation",
        nargs="?",
        type=shared.count,
        metavar="ID",
        help="a conversation, as `phitui cite --list` numbers them (default: the newest)",
    )
    parser.add_argument(
        "--format", choices=["markdown", "json"], help="of the text (default: markdown, or what FILE ends with)"
    )
    parser.add_argument("-o", "--output", type=shared.path, metavar="FILE", help="write it there (default: print it)")


def _export(workbench: "Workbench", options: argparse.Namespace) -> int:
    from phitui.answers.past.export import export, export_to, form_of

    found = workbench.library.conversations.list()
    if not found:
        printing.say("There is no conversation in this library yet.")
        return 1
    number = options.conversation or found[0].conversation_id
    chosen = next((each for each in found if each.conversation_id == number), None)
    if chosen is None:
        raise UsageError("There is no such conversation: `phitui cite --list` shows what there is.")
    file: Path | None = options.output
    form = options.format or form_of(file)
    turns = workbench.turns.of(chosen.conversation_id)
    text = export(chosen.title, chosen.created, turns, workbench.library.documents(), form)
    if file is None:
        printing.piece(text)
        return 0
    export_to(file, text)
    printing.say(f"{one_line(chosen.title)}: written to {file}.")
    return 0


FAMILY = Family(
    "questions",
    (
        Command(
            "export-conversation",
            "write a conversation as Markdown with footnotes, or as JSON",
            _export,
            _options,
            ("phitui export-conversation", "phitui export-conversation 3 -o oil.md"),
            json=False,
        ),
    ),
    place=2,
)
