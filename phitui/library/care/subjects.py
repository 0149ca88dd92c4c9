"""Documents that are to be forgotten, whether the library still holds them, its bin does, or only what was said."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phitui.errors import UsageError
from phitui.library.store.bin import unpacked
from phitui.library.store.database import Database
from phitui.library.store.sqlite_file import open_read_only
from phitui.text import one_line


@dataclass(frozen=True, slots=True)
class Subject:
    """A document by what is known of it: no two of these need be the same for it to be the same document."""

    document_id: int
    """0 where none is known."""
    title: str
    path: str
    content_hash: str = ""


def parsed(data: Any) -> dict[str, Any]:
    """A stored turn; empty for anything else."""
    try:
        turn = json.loads(data or "{}")
    except (ValueError, TypeError, RecursionError):
        return {}
    return turn if isinstance(turn, dict) else {}


def rows_of(turn: dict[str, Any], *names: str) -> list[dict[str, Any]]:
    """The rows of those lists of a turn, as far as they are rows."""
    found = []
    for name in names:
        rows = turn.get(name)
        found += [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return found


def told_of(turn: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Everything in a turn that says which document it comes from: hits, quotes, citations, what was read whole."""
    yield from rows_of(turn, "hits", "quotes")
    for row in [
        *rows_of(turn, "sentences"),
        *(s for note in rows_of(turn, "notes") for s in rows_of(note, "sentences")),
    ]:
        yield from rows_of(row, "citations")
    if isinstance(turn.get("reading"), dict):
        yield turn["reading"]


def remembered(database: Database, copies: Iterable[Path]) -> list[Subject]:
    """Documents that are neither in the library nor in its bin, and that turns, judgments and copies still know."""
    found: dict[tuple[int, str], Subject] = {}

    def add(subject: Subject) -> None:
        found.setdefault((subject.document_id, subject.path), subject)

    for (data,) in database.rows("SELECT data FROM turns"):
        turn = parsed(data)
        hashes = turn.get("hashes") if isinstance(turn.get("hashes"), dict) else {}
        for row in told_of(turn):
            key, path = row.get("document_id", 0), row.get("path", "")
            if isinstance(key, int) and isinstance(path, str):
                add(Subject(key, str(row.get("title", "")), path, str((hashes or {}).get(str(key), ""))))
    for path, content in database.rows("SELECT DISTINCT path, content_hash FROM judgments"):
        if all(known.path != path for known in found.values()):
            add(Subject(0, Path(str(path)).stem, str(path), str(content)))
    for copy in copies:
        with suppress(sqlite3.Error, UnicodeError, OSError), closing(open_read_only(copy)) as connection:
            for table, key in (("documents", "id"), ("bin", "document_id")):
                for row in connection.execute(f"SELECT {key}, title, path, content_hash FROM {table}"):
                    add(Subject(int(row[0]), str(row[1]), str(row[2]), str(row[3])))
    there = {row[0] for row in database.rows("SELECT id FROM documents UNION SELECT document_id FROM bin")}
    return [each for each in found.values() if each.document_id not in there]


def find_remembered(reference: str, known: Sequence[Subject]) -> list[Subject]:
    """Those with that id, path, file name or unique part of a title; one document may be known by several.

    Raises UsageError where it fits different ones.
    """
    wanted = one_line(reference).casefold()
    tests = (
        lambda each: wanted == str(each.document_id or ""),
        lambda each: each.path.casefold() in (wanted, one_line(str(Path(reference).absolute())).casefold()),
        lambda each: wanted == each.title.casefold(),
        lambda each: wanted == Path(each.path).name.casefold(),
        lambda each: wanted in each.title.casefold() or wanted in Path(each.path).name.casefold(),
    )
    for test in tests:
        found = [each for each in known if wanted and test(each)]
        if found:
            paths = {each.path for each in found}
            if len(paths) > 1:
                names = ", ".join(repr(one_line(path, 60)) for path in sorted(paths)[:3])
                raise UsageError(f"{one_line(reference, 60)!r} fits several documents ({names}): give a path.")
            return found
    return []


def texts_in(connection: sqlite3.Connection, ids: set[int], paths: set[str], hashes: set[str]) -> Iterator[str]:
    """What a database holds of documents' pages, in the library and in its bin. Raises sqlite3.Error."""
    for key, path, content in connection.execute("SELECT id, path, content_hash FROM documents").fetchall():
        if key in ids or path in paths or content in hashes:
            for (text,) in connection.execute("SELECT text FROM pages WHERE document_id = ?", (key,)):
                yield str(text)
    for key, path, content in connection.execute("SELECT document_id, path, content_hash FROM bin").fetchall():
        if key in ids or path in paths or content in hashes:
            (data,) = connection.execute("SELECT data FROM bin WHERE document_id = ?", (key,)).fetchone()
            with suppress(Exception):  # a damaged row has no text that could be read
                columns, rows = unpacked(data)["pages"]
                yield from (str(row[columns.index("text")]) for row in rows)
