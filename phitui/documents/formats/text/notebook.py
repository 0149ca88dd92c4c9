"""Jupyter notebooks: their text, their code and what it printed."""

import json
import re
from collections.abc import Iterator
from typing import Any

from phitui.documents.formats.blocks import Block, Flow, Source
from phitui.documents.formats.charset import decode
from phitui.documents.formats.pictures import without_pictures
from phitui.documents.formats.text.markdown import markdown_blocks
from phitui.documents.formats.web.html import html_blocks
from phitui.errors import Cause, DocumentError

OUTPUT_CHARACTERS = 4000
"""So much is kept of what one cell printed."""
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def read(source: Source) -> Flow:
    """Raises DocumentError for what is no notebook."""
    try:
        book = json.loads(decode(source.read()).text)
    except (ValueError, RecursionError):
        raise DocumentError("The notebook is damaged: it is not JSON.", Cause.DAMAGED) from None
    cells = _cells(book)
    if cells is None:
        raise DocumentError("It is JSON, but no Jupyter notebook.", Cause.UNKNOWN_KIND)
    metadata = book.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    title, named = metadata.get("title"), metadata.get("authors")
    people = [each.get("name") for each in named if isinstance(each, dict)] if isinstance(named, list) else []
    authors = ", ".join(name for name in people if isinstance(name, str))
    return Flow(_blocks(cells), title if isinstance(title, str) else "", author=authors)


def _cells(book: Any) -> list[Any] | None:
    """Of the newer form, or of the older one, which had sheets."""
    if not isinstance(book, dict):
        return None
    if isinstance(book.get("cells"), list):
        return list(book["cells"])
    sheets = book.get("worksheets")
    if isinstance(sheets, list):
        return [cell for sheet in sheets if isinstance(sheet, dict) for cell in sheet.get("cells") or []]
    return None


def _blocks(cells: list[Any]) -> Iterator[Block]:
    for cell in cells:
        if not isinstance(cell, dict):
            continue
        kind, text = cell.get("cell_type"), _joined(cell.get("source", cell.get("input")))
        if kind in ("markdown", "heading"):
            level = cell.get("level")
            yield from markdown_blocks(
                "#" * level + " " + text if kind == "heading" and isinstance(level, int) and 0 < level < 7 else text
            )
        elif text.strip():
            yield Block(text.rstrip())
        for output in cell.get("outputs") or []:
            if isinstance(output, dict):
                yield from _output(output)


def _output(output: dict[str, Any]) -> Iterator[Block]:
    """Tables as rows, other results as text; pictures are left out."""
    if output.get("output_type") in ("error", "pyerr"):
        yield Block(f"{output.get('ename', 'Error')}: {output.get('evalue', '')}"[:OUTPUT_CHARACTERS])
        return
    inner = output.get("data")
    data: dict[str, Any] = inner if isinstance(inner, dict) else output
    page = _joined(data.get("text/html", data.get("html")))
    if "<table" in page:
        yield from html_blocks(page[: 50 * OUTPUT_CHARACTERS])
        return
    marked = _joined(data.get("text/markdown"))
    if marked:
        yield from markdown_blocks(marked)
        return
    text = _joined(output.get("text") if "text" in output else data.get("text/plain"))
    text = without_pictures(_COLOURS.sub("", text))
    if text.strip() and not re.fullmatch(r"<[\w.]+ [^>]*>|<Figure size .*>", text.strip()):
        yield Block(text[:OUTPUT_CHARACTERS].strip("\n"))


def _joined(value: Any) -> str:
    if isinstance(value, list):
        return "".join(each for each in value if isinstance(each, str))
    return value if isinstance(value, str) else ""
