"""`phitui read`: a question over one whole document, with the notes of each part as they are made."""

import argparse
from typing import TYPE_CHECKING, Any

from phitui.cli import options as shared
from phitui.cli import printing, rows
from phitui.cli.progress import ProgressLine
from phitui.cli.registry import Command, Family
from phitui.events import AnswerVerified, Failed, PartRead, TurnSaved
from phitui.signals import stopping
from phitui.text import one_line
from phitui.wording import cited_pages

if TYPE_CHECKING:
    from phitui.answers.turn import Turn
    from phitui.workbench import Workbench


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("document", metavar="DOCUMENT", help="an id, a path or a part of a title")
    parser.add_argument("question", nargs="?", metavar="QUESTION", help="default: a summary; - reads stdin")
    shared.sampling(parser)


def _read(workbench: "Workbench", options: argparse.Namespace) -> int:
    """Prints the answer; with --json also a line a part, before it. Ctrl-C ends it with what was noted so far."""
    from phitui.answers.deep_reading.notes import SUMMARISE
    from phitui.answers.request import Request, checked_question
    from phitui.answers.turn import Turn
    from phitui.models.engine import Sampling

    question = checked_question(SUMMARISE if options.question is None else shared.typed(options.question))
    document = workbench.library.find(options.document)
    turn = Turn(question)
    failed = False
    request = Request(question, whole=document.document_id, sampling=Sampling.of(workbench.settings))
    with stopping() as cancel, ProgressLine() as progress:
        for event in workbench.ask(request, cancel):
            turn.take(event)
            progress.show(event)
            if isinstance(event, PartRead | AnswerVerified | Failed | TurnSaved):
                progress.clear()
            if isinstance(event, PartRead) and options.json:
                printing.line(_part_row(turn, event))
            elif isinstance(event, PartRead) and workbench.models.engine.writes:
                _narrate(event)  # a model takes its time
            elif isinstance(event, TurnSaved) and event.problem:
                printing.say(f"The answer is not kept. {event.problem}")
            elif isinstance(event, Failed):
                printing.say(event.message)
                failed = True
        progress.clear()
        if not failed:
            _print_answer(turn, options)
    return 1 if failed else 0


def _print_answer(turn: "Turn", options: argparse.Namespace) -> None:
    if options.json:
        printing.line(_row(turn, None, 1, turn.reading.pages if turn.reading else 1, turn.sentences))
    elif turn.sentences:
        lines = [f"{printing.checked(each)}\n    {_pages(each)}" for each in turn.sentences]
        printing.line("\n".join([*lines, *map(printing.quoted, turn.quotes)]))
    else:
        printing.say("Nothing in this document speaks to the question.")


def _pages(sentence: Any) -> str:
    return ", ".join(cited_pages(sentence)) or "no passage supports it"


def _narrate(event: PartRead) -> None:
    """The notes of a part, each on a line with its page; nothing where there are none."""
    for each in event.sentences:
        printing.say(f"{event.part:>4} of {event.parts}  {_pages(each):>6}  {one_line(each.text, 100)}")


def _part_row(turn: "Turn", event: PartRead) -> dict[str, Any]:
    row = _row(turn, event.part, event.page, event.page_end, event.sentences)
    return row | {"section": event.section, "answer": "\n".join(each.text for each in event.sentences) or None}


def _row(turn: "Turn", part: int | None, page: int, page_end: int, sentences: Any) -> dict[str, Any]:
    """A line of `phitui read --json`; `part` is null in the last one, which holds the answer."""
    began, done = turn.reading, turn.finished
    return {
        "document_id": began.document_id if began else None,
        "path": began.path if began else None,
        "question": turn.question,
        "part": part,
        "parts": began.parts if began else None,
        "section": None,
        "page": page,
        "page_end": page_end,
        "answer": turn.answer or None,
        "quotes": [rows.quote_row(each) for each in turn.quotes] if part is None else [],
        "sentences": [rows.sentence_row(each) for each in sentences],
        "model": done.model if done else None,
        "stopped": done.reason if done else None,
    }


FAMILY = Family(
    "questions",
    (
        Command(
            "read",
            "answer a question from one whole document, part by part",
            _read,
            _options,
            ("phitui read thesis.pdf", 'phitui read 3 "list all dates" --json'),
            of_documents=True,
        ),
    ),
    place=2,
)
