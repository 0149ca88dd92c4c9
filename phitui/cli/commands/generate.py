"""The model alone: `phitui generate`, `complete`."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from phitui.cli import options as shared
from phitui.cli import printing, rows
from phitui.cli.registry import Command, Family
from phitui.errors import UsageError
from phitui.events import (
    AnswerFinished,
    CodeGenerated,
    Failed,
    OutputArrived,
    PromptPacked,
    RunFinished,
    RunStarted,
    TokensArrived,
)
from phitui.text import one_line
from phitui.wording import PROTECTIONS, run_ended

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phitui.scratchpad.context import Source
    from phitui.workbench import Workbench


def _generate_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("prompt", metavar="PROMPT", help="what the code is to do; - reads stdin")
    parser.add_argument("--language", metavar="L", help="of the code (default: the one that PROMPT names, else python)")
    parser.add_argument("--from", dest="source", metavar="DOCUMENT", help="write it from what this document describes")
    parser.add_argument("--section", metavar="S", default="", help="a section of that document, or a part of its name")
    parser.add_argument("--run", action="store_true", help="run it, shut in: no network, no view of the home folder")
    parser.add_argument(
        "--fix", type=shared.count, default=0, metavar="N", help="with --run: let the model correct it, at most N times"
    )
    shared.sampling(parser)


def _generate(workbench: "Workbench", options: argparse.Namespace) -> int:
    from phitui.scratchpad.fixing import fix_instruction
    from phitui.scratchpad.languages import guessed, language_named

    if options.fix and not options.run:
        raise UsageError("--fix corrects code that failed when it was run: give --run as well.")
    if options.section and not options.source:
        raise UsageError("--section is a part of a document: name that with --from.")
    prompt = shared.typed(options.prompt)
    language = language_named(options.language) if options.language else guessed(prompt) or language_named("python")
    sources = [_source(workbench, options)] if options.source else []
    if options.run:
        from phitui.scratchpad.run.commands import command_for

        command_for(language.name)
    code, failed = "", False
    for times in range(options.fix + 1):
        made = _written(workbench, prompt, language.name, code, sources)
        if made is None:
            return 1
        code = made.code
        row: dict[str, Any] = {
            "code": code,
            "language": made.language,
            "text": made.text,
            "tokens_per_second": made.tokens_per_second,
        }
        if not options.run:
            break
        output, ended = _ran(workbench, code, language.name, row)
        failed = ended.code != 0
        if not failed or times == options.fix:
            break
        printing.say("corrected by the model, and run again:")
        prompt, sources = fix_instruction(output, ended), []
    printing.line(row if options.json else code)
    return int(failed)


def _source(workbench: "Workbench", options: argparse.Namespace) -> "Source":
    """Raises UsageError where the document, or its section, is not there or is none of its own."""
    from phitui.scratchpad.context import Source, sections

    document = workbench.library.find(options.source)
    if not options.section:
        return Source(document.document_id)
    known = sections(workbench.library.whole(document.document_id))
    found = [each for each in known if options.section.lower() in each.lower()]
    if not found:
        told = "; ".join(one_line(each, 60) for each in known[:8]) or "none that is known"
        raise UsageError(f"No section of that document is called {one_line(options.section, 60)!r}: it has {told}.")
    return Source(document.document_id, min(found, key=len))


def _written(
    workbench: "Workbench", prompt: str, language: str, code: str, sources: "Sequence[Source]"
) -> CodeGenerated | None:
    made = None
    for event in workbench.generate(prompt, language, None, code, sources):
        if isinstance(event, CodeGenerated):
            made = event
        elif isinstance(event, PromptPacked):
            used = sum(each.state != "out" for each in event.passages)
            printing.say(f"{used} of {len(event.passages)} passages in the prompt")
        elif isinstance(event, Failed):
            printing.say(event.message)
    return made


def _ran(workbench: "Workbench", code: str, language: str, row: dict[str, Any]) -> tuple[str, RunFinished]:
    """Runs it; what it writes goes to stderr, and with all that is known of the run into the row."""
    output, protection, command = [], "", ""
    for event in workbench.run(code, language, walled=True):
        if isinstance(event, RunStarted):
            protection, command = event.protection, event.command
            printing.say(f"$ {command}   ({PROTECTIONS[protection]})")
        elif isinstance(event, OutputArrived):
            output.append(event.text)
            printing.said(event.text)
        elif isinstance(event, RunFinished):
            ended = event
    printing.say(run_ended(ended))
    row["run"] = {
        "command": command,
        "protection": protection,
        "output": "".join(output),
        "exit_code": ended.code,
        "limit": ended.limit,
        "seconds": ended.seconds,
    }
    return "".join(output), ended


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
            (
                'phitui generate "read a CSV file" --model microsoft/phi-2 > read.py',
                'phitui generate "print 20 primes, in C" --model microsoft/phi-2 --run --fix 2',
                'phitui generate "implement it" --from thesis --section "Byte pairs" --model microsoft/phi-2',
            ),
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
