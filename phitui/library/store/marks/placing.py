"""Where the words of a mark stand in a document that was read anew."""

import re
import sqlite3
from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate, islice

from phitui.documents.document import Span, slice_text

_SIGN = re.compile(r"[^\W_]")
_GAP = re.compile(r"[\W_]+")
"""Breaks of lines, hyphens at their ends and quotation marks differ between two readings of one text."""
MOST_PLACES = 100
"""Places that are looked at for a text that stands in many."""


def found(text: str, pages: Mapping[int, str], near: Span) -> Span | None:
    """Where `text` stands in the pages' texts: where it stood (`near`), else in the nearest place, else nowhere."""
    if text and slice_text(pages, near) == text:
        return near
    wanted = _GAP.sub("", text)
    if not wanted:
        return None
    numbers = sorted(pages)
    letters = [_GAP.sub("", pages[number]) for number in numbers]
    starts = [0, *accumulate(len(each) for each in letters[:-1])]
    whole, places = "".join(letters), []
    at = whole.find(wanted)
    while at >= 0:
        places.append(at)
        at = whole.find(wanted, at + 1)
    # A page without letters begins where the next one does: of those that begin there, the last holds the letter.
    spots = [(numbers[bisect_right(starts, each) - 1], each) for each in places]
    for _, at in sorted(spots, key=lambda spot: abs(spot[0] - near.page))[:MOST_PLACES]:
        last = at + len(wanted) - 1
        first_page, last_page = (bisect_right(starts, each) - 1 for each in (at, last))
        span = Span(
            numbers[first_page],
            _nth(pages[numbers[first_page]], at - starts[first_page]),
            numbers[last_page],
            _nth(pages[numbers[last_page]], last - starts[last_page]) + 1,
        )
        if not _inside_a_word(pages, span):
            return _with_edges(text, pages, span)
    return None


def _inside_a_word(pages: Mapping[int, str], span: Span) -> bool:
    before, behind = pages[span.page][: span.start][-1:], pages[span.page_end][span.end : span.end + 1]
    return bool(_SIGN.match(before) or _SIGN.match(behind))


def _nth(text: str, number: int) -> int:
    """Offset of the letter of that number, from 0."""
    return next(islice(_SIGN.finditer(text), number, None)).start()


def _with_edges(text: str, pages: Mapping[int, str], span: Span) -> Span:
    """The same with the signs before its first letter and behind its last, where they stand there too."""
    letters = list(_SIGN.finditer(text))
    before, behind = text[: letters[0].start()], text[letters[-1].end() :]
    start, end = span.start, span.end
    if before and pages[span.page][:start].endswith(before):
        start -= len(before)
    if behind and pages[span.page_end].startswith(behind, end):
        end += len(behind)
    return Span(span.page, start, span.page_end, end)


def place(connection: sqlite3.Connection, document_id: int) -> None:
    """Moves a document's marks to where their words stand now; those whose words are gone are kept, and say so."""
    rows = connection.execute(
        "SELECT id, text, page, start, page_end, end FROM marks WHERE document_id = ?", (document_id,)
    ).fetchall()
    if not rows:
        return
    pages = dict(connection.execute("SELECT page, text FROM pages WHERE document_id = ?", (document_id,)))
    for key, text, *span in rows:
        now = found(text, pages, Span(*span))
        if now is None:
            connection.execute("UPDATE marks SET placed = 0 WHERE id = ?", (key,))
        else:
            values = (now.page, now.start, now.page_end, now.end, slice_text(pages, now), key)
            connection.execute(
                "UPDATE marks SET page = ?, start = ?, page_end = ?, end = ?, text = ?, placed = 1 WHERE id = ?", values
            )


def hand_over(connection: sqlite3.Connection, document_id: int, other: int) -> None:
    """Gives a document's marks to another one, which has the same content now."""
    connection.execute("UPDATE marks SET document_id = ? WHERE document_id = ?", (other, document_id))
    place(connection, other)
