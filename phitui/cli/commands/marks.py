"""`phitui marks`: what was marked in the documents, with the notes beside it."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phitui.cli import options as shared
from phitui.cli import printing
from phitui.cli.registry import Command, Family
from phitui.text import one_line
from phitui.wording import page_name

if TYPE_CHECKING:
    from phitui.library.store.marks.marks import Mark
    from phitui.workbench import Workbench


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="*", metavar="WORD", help="only marks that have all of them, in text or note")
    parser.add_argument("--document", metavar="DOCUMENT", help="only those of one: an id, a path or part of a title")
    parser.add_argument(
        "--format", choices=["markdown", "bibtex", "csl-json"], help="of an export (default: what FILE ends with)"
    )
    parser.add_argument("-o", "--output", type=shared.path, metavar="FILE", help="write them there, with citations")


def _marks(workbench: "Workbench", options: argparse.Namespace) -> int:
    from phitui.answers.past.export import export_to
    from phitui.answers.past.marked import form_of, write

    marks = workbench.library.marks.search(" ".join(options.words))
    if options.document is not None:
        wanted = workbench.library.find(options.document).document_id
        marks = [each for each in marks if each.document_id == wanted]
    if not marks:
        more = " with these words" if options.words else ""
        printing.say(f"Nothing is marked{more}: m marks what is chosen on a page of the workbench.")
        return 1 if options.output else 0
    file: Path | None = options.output
    if file is None and options.format is None:
        for each in marks:
            printing.line(_row(each) if options.json else _shown(each))
        return 0
    text = write(marks, workbench.library.documents(), options.format or form_of(file))
    if file is None:
        printing.piece(text)
    else:
        export_to(file, text)
        printing.say(f"{len(marks)} mark{'s' * (len(marks) != 1)} written to {file}.")
    return 0


def _row(mark: "Mark") -> dict[str, Any]:
    span = mark.span
    return {
        "mark": mark.mark_id,
        "document_id": mark.document_id,
        "title": mark.title,
        "path": mark.path,
        "page": span.page,
        "page_label": mark.page_label,
        "start": span.start,
        "page_end": span.page_end,
        "end": span.end,
        "text": mark.text,
        "note": mark.note,
        "placed": mark.placed,
        "created": mark.created,
    }


def _shown(mark: "Mark") -> str:
    page = page_name(mark.span.page, mark.page_label)
    lines = [f"{mark.mark_id:>5}  “{one_line(mark.text)}” ({one_line(mark.name, 80)}, {page})"]
    lines += [f"       {one_line(each)}" for each in mark.note.splitlines() if each.strip()]
    return "\n".join(lines if mark.placed else [*lines, "       ! no longer in the document, it was read anew"])


FAMILY = Family(
    "questions",
    (
        Command(
            "marks",
            "what you marked in documents, with notes: listed, searched, exported",
            _marks,
            _options,
            ("phitui marks", "phitui marks lighthouse --json", "phitui marks -o notes.md"),
        ),
    ),
    place=2,
)
