"""Marks as a text for others: Markdown with citations and notes, or entries for a reference manager."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from phitui.answers.citations import Cited, entries, plain, quotation
from phitui.library.store.marks.marks import Mark
from phitui.records import StoredDocument
from phitui.text import one_line

SUFFIXES = {".bib": "bibtex", ".json": "csl-json"}
"""What a file's name says that it is to be; else Markdown."""


def write(marks: Sequence[Mark], documents: Iterable[StoredDocument], form: str) -> str:
    """Those marks, in one of `citations.FORMATS`; empty where there are none."""
    known = {each.document_id: each for each in documents}
    rows = [_cited(mark, known.get(mark.document_id)) for mark in marks]
    if form != "markdown":
        return entries(rows, form) if rows else ""
    lines: list[str] = []
    last = None
    for mark, row in zip(marks, rows, strict=True):
        if mark.document_id != last:
            lines += [f"## {plain(row.name)}", ""]
            last = mark.document_id
        lines += quotation(row)
        if not mark.placed:
            lines += ["*These words are no longer in the document.*", ""]
        if mark.note:
            lines += [*(plain(each) for each in mark.note.splitlines()), ""]
    return "\n".join(["# Marks", "", *lines]).rstrip() + "\n" if marks else ""


def _cited(mark: Mark, document: StoredDocument | None) -> Cited:
    return Cited(
        document=mark.path,
        title=one_line(mark.title),
        name=one_line(mark.name),
        author=one_line(document.author) if document else "",
        year=document.year if document else None,
        page=one_line(mark.page_label or str(mark.span.page)),
        quote=one_line(mark.text),
        note=one_line(mark.note),
    )


def form_of(file: Path | None) -> str:
    """What a file's name says that it is to be."""
    return SUFFIXES.get(file.suffix.lower(), "markdown") if file is not None else "markdown"
