"""Citations of answers, with quote and page: Markdown for reading, BibTeX and CSL-JSON for reference managers."""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from phitui.answers.turn import Turn
from phitui.records import Citation, Quote, StoredDocument
from phitui.text import one_line

FORMATS = ("markdown", "bibtex", "csl-json")


@dataclass(frozen=True, slots=True)
class Cited:
    """One quote and where it stands. Title, author and year are the document's of today, where it is still there."""

    document: str
    """What tells documents apart: the path."""
    title: str
    name: str
    """The title, and what tells the document from another one of that title."""
    author: str
    year: int | None
    page: str
    """The label that is printed on the page, or its number."""
    quote: str
    note: str = ""
    """What a person wrote beside it."""


def cited(turn: Turn, documents: Mapping[int, StoredDocument]) -> list[Cited]:
    """What the answer rests on, in order, each once: the spans behind its sentences, or else its quotes."""
    hits = {hit.passage_id: hit for hit in turn.hits}
    found: list[Cited] = []
    spans = [citation for sentence in turn.sentences for citation in sentence.citations]
    sources: Sequence[Citation | Quote] = spans or (turn.quotes if turn.in_documents else ())
    for each in sources:
        hit = hits.get(each.passage_id)
        now = documents.get(hit.document_id) if hit else None
        label = each.page_label or (hit.label_of(each.span.page) if hit else None)
        # Text of a picture may hold wrong letters: whoever cites it should look.
        ocr = " (OCR)" if hit and each.span.page in hit.ocr_pages else ""
        row = Cited(
            document=each.path,
            title=one_line(now.title if now else hit.title if hit else each.title),
            name=one_line(now.name if now else each.title),
            author=one_line(now.author) if now else "",
            year=now.year if now else None,
            page=one_line(label or str(each.span.page)) + ocr,
            quote=one_line(each.text if isinstance(each, Quote) else each.quote),
        )
        if row not in found:
            found.append(row)
    return found


def write(turns: Sequence[Turn], documents: Iterable[StoredDocument], form: str) -> str:
    """The citations of these turns in one of FORMATS; empty where nothing was cited."""
    known = {each.document_id: each for each in documents}
    rows = [(turn, cited(turn, known)) for turn in turns]
    if form == "markdown":
        return "\n".join(_markdown(turn, quotes) for turn, quotes in rows if turn.answer or quotes)
    return entries([each for _, quotes in rows for each in quotes], form)


def entries(quotes: Sequence[Cited], form: str) -> str:
    """An entry for each document that is quoted, for a reference manager: bibtex or csl-json."""
    works = _works(quotes)
    if form == "bibtex":
        return "\n".join(_bibtex(key, quotes) for key, quotes in works.items())
    return json.dumps([_csl(key, quotes) for key, quotes in works.items()], ensure_ascii=False, indent=2)


def _works(quotes: Sequence[Cited]) -> dict[str, list[Cited]]:
    """Citation key → the quotes of that document. Keys are author, year and first long word of the title."""
    by_document: dict[str, list[Cited]] = {}
    for each in quotes:
        by_document.setdefault(each.document, []).append(each)
    works: dict[str, list[Cited]] = {}
    for group in by_document.values():
        first = group[0]
        name = _ascii(re.split(r"[,;]| and ", first.author)[0].split(" ")[-1]) if first.author else ""
        word = next((_ascii(word) for word in first.title.split() if len(_ascii(word)) > 3), "document")
        key = base = f"{name}{first.year or ''}{word}".lower()
        number = 2
        while key in works:
            key, number = f"{base}-{number}", number + 1
        works[key] = group
    return works


def _ascii(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", unicodedata.normalize("NFKD", text))


# ── formats ──────────────────────────────────────────────────────────────────────────────────────────────────


def _markdown(turn: Turn, quotes: Sequence[Cited]) -> str:
    answer = turn.answer.strip() if turn.in_documents else "Not in the documents."
    lines = [f"## {plain(one_line(turn.question))}", "", *(plain(line) for line in answer.splitlines()), ""]
    for each in quotes:
        lines += quotation(each)
    return "\n".join(lines)


def quotation(cited: Cited) -> list[str]:
    """Lines of Markdown: the quote, and what it is cited as."""
    work = ", ".join(part for part in (cited.author, f"*{plain(cited.name)}*", str(cited.year or "")) if part)
    return [f"> {plain(cited.quote)}", ">", f"> — {work}, p. {cited.page}", ""]


def plain(text: str) -> str:
    """Markdown text in which nothing is taken for markup: documents may hold anything."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", text)


_TEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: "\\" + sign for sign in "&%$#_{}"},
}


def _tex(text: str) -> str:
    return "".join(_TEX.get(char, char) for char in text)


def _bibtex(key: str, quotes: Sequence[Cited]) -> str:
    first = quotes[0]
    fields = {
        "title": _tex(first.title),
        "author": _tex(first.author),
        "year": str(first.year or ""),
        "file": _tex(PurePath(first.document).name),
        "annote": _tex(_annote(quotes)),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{key},", *lines, "}", ""])


def _csl(key: str, quotes: Sequence[Cited]) -> dict[str, Any]:
    first = quotes[0]
    item: dict[str, Any] = {"id": key, "type": "document", "title": first.title}
    if first.author:
        item["author"] = [{"literal": name.strip()} for name in re.split(r";| and ", first.author) if name.strip()]
    if first.year:
        item["issued"] = {"date-parts": [[first.year]]}
    item["annote"] = _annote(quotes)
    return item


def _annote(quotes: Sequence[Cited]) -> str:
    return "; ".join(f"p. {each.page}: “{each.quote}”{f' ({each.note})' if each.note else ''}" for each in quotes)
