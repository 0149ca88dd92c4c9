"""A conversation as a file: Markdown whose footnotes are its citations, or JSON with everything that was cited."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from phitui.answers.citations import Cited, cited, plain
from phitui.answers.past.branches import way
from phitui.answers.turn import Turn
from phitui.errors import LibraryError, UsageError
from phitui.library.atomic import create_file
from phitui.records import CheckedSentence, StoredDocument
from phitui.text import clean, one_line

FORMATS = ("markdown", "json")


def export(title: str, created: str, turns: Sequence[Turn], documents: Iterable[StoredDocument], form: str) -> str:
    """In one of FORMATS. Markdown holds the branch that was asked last, JSON all of them."""
    known = {each.document_id: each for each in documents}
    if form == "json":
        rows = [_row(turn, known) for turn in turns]
        return json.dumps({"title": title, "created": created, "turns": rows}, ensure_ascii=False, indent=2) + "\n"
    notes: list[str] = []
    lines = [f"# {plain(one_line(title))}", "", created[:10], ""]
    for level in way(turns):
        for turn in level.turns:
            lines += _markdown(turn, known, notes)
    return "\n".join([*lines, *notes]).rstrip() + "\n"


def _markdown(turn: Turn, known: Mapping[int, StoredDocument], notes: list[str]) -> list[str]:
    """One question and its answer; what it cites is added to `notes`."""
    numbers: dict[Cited, int] = {}

    def mark(sources: Iterable[Cited]) -> str:
        marks = []
        for source in sources:
            if source not in numbers:
                numbers[source] = len(notes) + 1
                work = ", ".join(
                    part for part in (source.author, f"*{plain(source.name)}*", str(source.year or "")) if part
                )
                notes.append(f"[^{numbers[source]}]: {work}, p. {plain(source.page)}: “{plain(source.quote)}”")
            marks.append(f"[^{numbers[source]}]")
        return "".join(marks)

    lines = [f"## {plain(one_line(turn.question))}", ""]
    if turn.problem:
        lines += [f"*{plain(one_line(turn.problem))}*", ""]
    if not turn.in_documents:
        return [*lines, "Not in the documents.", ""]
    if turn.sentences:
        said = [
            f"{plain(one_line(each.text))}{mark(_sources(turn, each, known))}{_doubt(each)}" for each in turn.sentences
        ]
        return [*lines, "  \n".join(said) if turn.by_quotation else " ".join(said), ""]
    if turn.answer:
        return [*lines, *(plain(clean(line)) for line in turn.answer.strip().splitlines()), ""]
    return [*lines, *(f"> {plain(each.quote)}{mark([each])}\n" for each in cited(turn, known))]


def _sources(turn: Turn, sentence: CheckedSentence, known: Mapping[int, StoredDocument]) -> list[Cited]:
    """What one sentence rests on."""
    alone = Turn(turn.question, hits=turn.hits, sentences=(sentence,))
    return cited(alone, known) if sentence.citations else []


def _doubt(sentence: CheckedSentence) -> str:
    return "" if sentence.supported or not sentence.claims else " *(no passage supports this)*"


def _row(turn: Turn, known: Mapping[int, StoredDocument]) -> dict[str, Any]:
    sources = [
        {"document": each.document, "title": each.title, "page": each.page, "quote": each.quote}
        for each in cited(turn, known)
    ]
    return {
        "turn": turn.turn_id,
        "follows": turn.parent_id,
        "question": turn.question,
        "searched_for": turn.query,
        "in_documents": turn.in_documents,
        "answer": turn.answer,
        "problem": turn.problem or None,
        "model": turn.finished.model if turn.finished else None,
        "sentences": [{"text": each.text, "verdict": each.verdict} for each in turn.sentences],
        "sources": sources,
    }


def export_to(file: Path, text: str) -> None:
    """Writes an export into a new file, whole or not at all.

    Raises UsageError where something has that name, LibraryError where it cannot be written.
    """
    try:
        create_file(file, text.encode("utf-8", "replace"))
    except FileExistsError:
        raise UsageError(f"{one_line(str(file))} is there already: name another file, or remove it first.") from None
    except OSError as error:
        raise LibraryError(f"{one_line(str(file))} cannot be written ({error.strerror or error}).") from None


def form_of(file: Path | None) -> str:
    """What a file's name says it is to be: json, else markdown."""
    return "json" if file is not None and file.suffix == ".json" else "markdown"
