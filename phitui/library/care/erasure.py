"""Forgetting for good: a document's text is erased from database, free pages, log, bin, turns, notes and judgments."""

import json
import shutil
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from phitui.errors import LibraryError
from phitui.library.care.subjects import Subject, parsed, rows_of, texts_in, told_of
from phitui.library.care.traces import GONE, Traces
from phitui.library.store.bin import EMPTIED
from phitui.library.store.database import Database
from phitui.library.store.documents import changed
from phitui.library.store.sqlite_file import open_read_only
from phitui.records import QUOTATION
from phitui.text import one_line

UNFINISHED = "forgetting"
"""Key in `meta` while rows are deleted and their bytes may still be in the file."""
NOTE = "(This answer rested on a document that was forgotten.)"
"""What stands in place of an answer that may quote it."""
ROOM_FACTOR = 2.2
"""Writing a database anew takes so many times its size: the copy, its log, and a reserve."""


class Erasure:
    """What belongs to documents that are to be forgotten, in one database. Raises LibraryError.

    A document is known by its ids (that of today, and those that it had before it was added again), by the paths and
    the contents that it had, and by what it says. Ids, paths and contents that another document of the library has
    now are that one's.
    """

    def __init__(self, database: Database, subjects: Sequence[Subject], copies: Iterable[Path] = ()):
        """`copies` are databases that may still hold a text that this one holds no more: backups."""
        self._database = database
        self._chosen = {each.document_id for each in subjects if each.document_id}
        self._ids, self._titles = set(self._chosen), {each.title for each in subjects}
        self.paths = {each.path for each in subjects if each.path}
        """Those that they had, but for one that another document has now."""
        self.hashes = {each.content_hash for each in subjects if each.content_hash}
        self._turns = database.rows("SELECT id, conversation_id, question, answer, data FROM turns")
        self._known = self._others()
        self._widen()
        self.traces = self._found(copies)
        """What tells that another text carries something of them."""

    def _others(self) -> set[int]:
        """Ids that documents of the library and its bin have, but for those that are to be forgotten."""
        known = set()
        rows = self._database.rows(
            """SELECT id, title, path, content_hash FROM documents
            UNION ALL SELECT document_id, title, path, content_hash FROM bin"""
        )
        live = {row[0] for row in self._database.rows("SELECT id FROM documents")}
        for key, title, path, content in rows:
            if key in self._chosen:
                self._titles.add(title)
                self.paths.add(path)
                self.hashes.add(content)
        for key, title, path, content in rows:
            if key in self._chosen:
                continue
            if key not in live and (path in self.paths or (content and content in self.hashes)):
                self._chosen.add(key)
                self._ids.add(key)
                self._titles.add(title)
                self.hashes.add(content)
                continue
            known.add(key)
            self.paths.discard(path)
            self.hashes.discard(content)
        self.hashes.discard("")
        return known

    def _widen(self) -> None:
        """Adds the ids, paths and contents under which turns knew the documents."""
        turns = [parsed(data) for *_, data in self._turns]
        grown = True
        taken = {row[0] for row in self._database.rows("SELECT path FROM documents")} - self.paths
        while grown:
            before = len(self._ids), len(self.paths), len(self.hashes)
            for turn in turns:
                hashes = turn.get("hashes")
                contents = hashes if isinstance(hashes, dict) else {}
                for row in told_of(turn):
                    key, path = _id(row), row.get("path")
                    if key in self._known or not (self._is(row) or contents.get(str(key)) in self.hashes):
                        continue
                    if key is not None:
                        self._ids.add(key)
                        if isinstance(contents.get(str(key)), str):
                            self.hashes.add(contents[str(key)])
                    if isinstance(path, str) and path and path not in taken:
                        self.paths.add(path)
                    if isinstance(row.get("title"), str):
                        self._titles.add(row["title"])
            grown = before != (len(self._ids), len(self.paths), len(self.hashes))

    def _is(self, row: dict[str, Any]) -> bool:
        """Whether a part of a turn says that it comes from one of the documents."""
        key, path = _id(row), row.get("path")
        return key in self._ids or (isinstance(path, str) and path in self.paths and key not in self._known)

    def _found(self, copies: Iterable[Path]) -> Traces:
        texts: list[str] = []
        with self._database.reading() as connection:
            texts += texts_in(connection, self._ids - self._known, set(), self.hashes)
        for copy in copies:
            with suppress(Exception), closing(open_read_only(copy)) as connection:  # a damaged one says what it can
                texts += texts_in(connection, self._ids - self._known, self.paths, self.hashes)
        for *_, data in self._turns:
            texts += [str(row.get("text") or row.get("quote") or "") for row in told_of(parsed(data)) if self._is(row)]
        for path, content, text in self._database.rows("SELECT path, content_hash, text FROM judgments"):
            if path in self.paths or content in self.hashes:
                texts.append(str(text))
        traces = Traces(texts, map(str, self._titles), map(str, self.paths))
        with self._database.reading() as connection:
            others = connection.execute("SELECT id, title, path FROM documents").fetchall()
            for key, title, path in others:
                if key not in self._chosen:
                    traces.spare(f"{title} {path}")
            for key, text in connection.execute("SELECT document_id, text FROM pages"):
                if key not in self._chosen and not traces.spare(str(text)):
                    break
        return traces

    # ── erasing ──────────────────────────────────────────────────────────────────────────────────────────────

    def run(self) -> None:
        """Deletes all of it in one transaction. Its bytes may stay in the file until `wipe`."""
        with self._database.transaction() as connection:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, '1')", (UNFINISHED,))
            self._clear_turns(connection)
            self._clear_judgments(connection)
            for table, columns in (("conversations", ("title",)), ("buffers", ("name", "text"))):
                self._redact(connection, table, columns)
            self._clear_marks(connection)
            for key in self._chosen:
                connection.execute("DELETE FROM bin WHERE document_id = ?", (key,))
                connection.execute("DELETE FROM documents WHERE id = ?", (key,))
            for content in self.hashes:
                connection.execute("DELETE FROM recognised WHERE content_hash = ?", (content,))
            changed(connection)

    def _clear_turns(self, connection: sqlite3.Connection) -> None:
        touched = {conversation for _, conversation, _, _, data in self._turns if self._holds(data)}
        for turn, conversation, question, answer, data in self._turns:
            new = self._cleared(str(question), str(answer), data, conversation in touched)
            if new != (question, answer, data):
                connection.execute("UPDATE turns SET question = ?, answer = ?, data = ? WHERE id = ?", (*new, turn))

    def _holds(self, data: str) -> bool:
        """Whether something of the documents was among what was weighed."""
        return any(map(self._is_from, told_of(parsed(data))))

    def _is_from(self, row: dict[str, Any]) -> bool:
        """As `_is`, or that it quotes them and is of no document that is known."""
        text = row.get("text") or row.get("quote")
        unknown = _id(row) not in self._known and isinstance(text, str)
        return self._is(row) or (unknown and self.traces.quoted(str(text)))

    def _cleared(self, question: str, answer: str, data: str, touched: bool) -> tuple[str, str, str]:
        """Question, answer and JSON of a turn without anything of the documents.

        A prompt goes where the conversation is `touched`, since it may hold earlier answers.
        """
        turn = parsed(data)
        if not turn:
            return self.traces.redacted(question), self._answer(answer, False, ()), self.traces.redacted(str(data))
        rests = self._rests_on(turn)
        gone = _passages(row for row in rows_of(turn, "hits", "quotes") if self._is_from(row))
        kept: dict[str, Any] = {
            "hits": [row for row in rows_of(turn, "hits") if not self._is_from(row)],
            "quotes": [row for row in rows_of(turn, "quotes") if not self._is_from(row)],
            "packed": [row for row in rows_of(turn, "packed") if row.get("passage_id") not in gone],
        }
        among = [str(row.get("text", "")) for row in kept["hits"]]
        rests = rests or self.traces.quoted(answer, among)
        hashes = turn.get("hashes")
        contents = hashes if isinstance(hashes, dict) else {}
        kept["hashes"] = {
            key: value
            for key, value in contents.items()
            if value not in self.hashes and not (key.isdigit() and int(key) in self._ids - self._known)
        }
        rest = {key: value for key, value in turn.items() if key not in kept}
        if touched:
            rest["prompt"] = ""
        if rests:
            rest |= {"sentences": [], "revisions": [], "notes": []}
            rest["answer"] = NOTE if rest.get("answer") else ""
            if isinstance(rest.get("finished"), dict):
                rest["finished"] |= {"text": NOTE, "tokens": []}
        if isinstance(rest.get("reading"), dict) and self._is_from(rest["reading"]):
            rest |= {"reading": None, "notes": []}
        if rest.get("library_note"):
            rest["library_note"] = self.traces.without_names(str(rest["library_note"]))
            rest["answer"] = self.traces.without_names(str(rest.get("answer", "")))
            answer = self.traces.without_names(answer)
        clean = self.traces.inside(rest, among)
        if clean != rest and isinstance(clean.get("finished"), dict):
            clean["finished"]["tokens"] = []
        new = {key: kept.get(key, clean.get(key)) for key in turn}
        return (
            self.traces.redacted(question, among),
            self._answer(answer, rests, among),
            data if new == turn else json.dumps(new, ensure_ascii=False),
        )

    def _answer(self, answer: str, rests: bool, among: Sequence[str]) -> str:
        return (NOTE if answer else "") if rests else self.traces.redacted(answer, among)

    def _rests_on(self, turn: dict[str, Any]) -> bool:
        """Whether the answer quotes the documents, or a model had read of them."""
        gone = _passages(row for row in rows_of(turn, "hits") if self._is_from(row))
        read = _passages(row for row in rows_of(turn, "packed") if row.get("state") != "out")
        quoted = any(map(self._is_from, rows_of(turn, "quotes")))
        whole = isinstance(turn.get("reading"), dict) and self._is_from(turn["reading"])
        parameters = turn.get("parameters")
        model = parameters.get("model", QUOTATION) if isinstance(parameters, dict) else QUOTATION
        return quoted or whole or (model != QUOTATION and bool(gone & read))

    def _clear_judgments(self, connection: sqlite3.Connection) -> None:
        rows = connection.execute("SELECT id, question, content_hash, path, text FROM judgments").fetchall()
        live = {row[0] for row in connection.execute("SELECT path FROM documents")} - self.paths
        for key, question, content, path, text in rows:
            theirs = content in self.hashes or path in self.paths
            if theirs or (path not in live and self.traces.quoted(str(text))):
                connection.execute("DELETE FROM judgments WHERE id = ?", (key,))
            elif (new := self.traces.redacted(str(question))) != question:
                connection.execute("UPDATE OR REPLACE judgments SET question = ? WHERE id = ?", (new, key))

    def _clear_marks(self, connection: sqlite3.Connection) -> None:
        """Of other documents' marks the notes; and the words where they are not, or no longer, that document's."""
        for key, text, note, placed in connection.execute("SELECT id, text, note, placed FROM marks").fetchall():
            new = str(text) if placed else self.traces.redacted(str(text)), self.traces.redacted(str(note))
            if new != (text, note):
                connection.execute("UPDATE marks SET text = ?, note = ? WHERE id = ?", (*new, key))

    def _redact(self, connection: sqlite3.Connection, table: str, columns: Sequence[str]) -> None:
        for key, *values in connection.execute(f"SELECT id, {', '.join(columns)} FROM {table}").fetchall():
            new = [self.traces.redacted(str(value)) for value in values]
            if new == values:
                continue
            if columns[0] == "name" and new[0] != values[0]:
                new[0] = f"{GONE} {key}"  # names of notes are unique
            setting = ", ".join(f"{name} = ?" for name in columns)
            connection.execute(f"UPDATE {table} SET {setting} WHERE id = ?", (*new, key))


def _id(row: dict[str, Any]) -> int | None:
    key = row.get("document_id")
    return key if isinstance(key, int) else None


def _passages(rows: Iterable[dict[str, Any]]) -> set[int]:
    return {key for row in rows if isinstance(key := row.get("passage_id"), int)}


def unfinished(database: Database) -> bool:
    """Whether bytes of deleted rows may still be in the file: a forgetting was interrupted."""
    return database.row("SELECT 1 FROM meta WHERE key = ?", (UNFINISHED,)) is not None


def check_room(database: Database) -> None:
    """Raises LibraryError where `wipe` would find no room."""
    row = database.row("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
    size = int(row[0] if row else 0)
    folder = database.path.parent
    for place, needed in ((folder, int(ROOM_FACTOR * size)), (Path(gettempdir()), size)):
        if shutil.disk_usage(place).free < needed:
            raise LibraryError(
                f"The disk of {one_line(str(place))} is too full to forget anything: writing the library anew without "
                f"it takes {needed / 1e6:,.1f} MB there; make room and repeat; nothing was changed."
            )


def wipe(database: Database) -> None:
    """Writes the database anew, without free pages, and empties its log. Needs as much room again meanwhile.

    Raises LibraryError, also where another process keeps reading the old state, so that the log cannot be emptied.
    """
    with database.reading() as connection:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("VACUUM")
        _empty_log(connection, database)
        connection.execute("DELETE FROM meta WHERE key IN (?, ?)", (UNFINISHED, EMPTIED))
        _empty_log(connection, database)


def _empty_log(connection: Any, database: Database) -> None:
    (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise LibraryError(
            f"What was forgotten is deleted, but its bytes are still in {one_line(str(database.path))}-wal, because "
            "another phitui is reading: close it, then `phitui library forget` without a document ends the work."
        )
