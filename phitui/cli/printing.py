"""How the command line prints: rows as JSON or text on stdout, narration on stderr."""

import errno
import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from phitui.cli import environment, rows
from phitui.errors import PhituiError
from phitui.text import clean, one_line
from phitui.wording import page_name, remark

if TYPE_CHECKING:
    from phitui.events import DocumentAdded
    from phitui.records import CheckedSentence, Quote
    from phitui.workbench import Workbench


class OutputError(PhituiError):
    """stdout takes no more: the disk is full, it is closed, or its reader has gone."""

    def __init__(self, error: OSError):
        super().__init__(f"What phitui prints cannot be written ({one_line(error.strerror or str(error)).lower()}).")
        self.reader_is_gone = error.errno == errno.EPIPE
        """As `head` goes when it has seen enough: nothing to complain about."""


def line(row: Mapping[str, Any] | str) -> None:
    """One line of data: a JSON object, or text. Nothing in it can steer the terminal. Raises OutputError."""
    piece((row if isinstance(row, str) else json.dumps(_harmless(row), ensure_ascii=False)) + "\n")


def piece(text: str) -> None:
    """Part of a line, at once. Raises OutputError."""
    try:
        sys.stdout.buffer.write(clean(text).encode("utf-8", "replace"))
        sys.stdout.buffer.flush()
    except OSError as error:
        environment.drop_output()
        raise OutputError(error) from None


def say(text: str) -> None:
    """Narration."""
    print(one_line(text), file=sys.stderr, flush=True)


def said(text: str) -> None:
    """What a program writes that is run, as it comes: narration of several lines, or a part of one."""
    print(clean(text), end="", file=sys.stderr, flush=True)


def _harmless(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {key: _harmless(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_harmless(each) for each in value]
    return value


# ── what several commands print ───────────────────────────────────────────────────────────────────────────────────────


def added(event: "DocumentAdded", json: bool) -> None:
    """A line for a file that was added, or failed. Raises OutputError."""
    figures = f"{event.pages} pages, {event.passages} passages" if event.pages else ""
    lost = f"marks without their words: {event.lost_marks} (`phitui marks`)" if event.lost_marks else ""
    parts = (f"{event.status:9}", one_line(event.path), figures, rows.trouble(event) or "", lost)
    line(rows.added_row(event) if json else "  ".join(part for part in parts if part))


def is_empty(workbench: "Workbench") -> bool:
    """Whether the library holds nothing, which is then said."""
    if workbench.library.documents():
        return False
    say(f"The library {workbench.settings.library} is empty: `phitui add PATH` puts documents into it.")
    return True


def columns(row: Mapping[str, Any]) -> str:
    """`key value` pairs on one line."""
    cells = (f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}" for key, value in row.items())
    return one_line("  ".join(cells))


def left_out(words: Sequence[str]) -> str:
    """Says what was left out of a search, and how to have it."""
    shown = ", ".join(one_line(word, 40) for word in words)
    return f'without {shown}: put it in quotes with its hyphen, "-{one_line(words[0], 40)}", to search for it'


def quoted(quote: "Quote") -> str:
    """A quote, and where it stands."""
    page = page_name(quote.span.page, quote.page_label)
    where = f"{one_line(quote.title, 80)}, {page}{' (OCR)' if quote.ocr else ''}"
    heads = f"\n    columns: {one_line(quote.heads)}" if quote.heads else ""
    return f"“{one_line(quote.text)}”{heads}\n    {where}"


def checked(sentence: "CheckedSentence") -> str:
    """A sentence of an answer with its citations, and what is wrong with it."""
    marks = "".join(f" [{citation.number}]" for citation in sentence.citations)
    wrong = remark(sentence)
    marks += " (quoted)" if sentence.replaced else ""
    return sentence.text + marks + (f" ({one_line(wrong)})" if wrong else "")
