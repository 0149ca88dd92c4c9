"""Conversations, their turns, scratchpad buffers and judgments in the database."""

import builtins
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from phitui.errors import UsageError
from phitui.library.store.database import Database
from phitui.library.store.documents import now
from phitui.text import clean, one_line

TITLE_CHARACTERS = 80
"""A conversation is named after its first question, cut to this."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A tree of turns."""

    conversation_id: int
    title: str
    created: str
    """ISO 8601, UTC."""
    updated: str
    turns: int
    archived: bool = False
    """Put away: it is listed apart."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """A conversation that was deleted, with its turns: the rows as they stood in the database."""

    conversation: tuple[Any, ...]
    turns: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """One question and its answer as they were saved. `data` is the whole turn as JSON, empty until answered."""

    turn_id: int
    conversation_id: int
    parent_id: int | None
    created: str
    question: str
    answer: str
    state: str
    """asking (also after a crash), done or stopped."""
    data: str


@dataclass(frozen=True, slots=True)
class Outline:
    """What a conversation's tree is made of: a turn without its answer."""

    turn_id: int
    parent_id: int | None
    question: str
    begins: bool
    """It says so of itself (see `Turn`)."""


@dataclass(frozen=True, slots=True)
class Buffer:
    """One text in the scratchpad."""

    buffer_id: int
    name: str
    language: str
    text: str
    updated: str


@dataclass(frozen=True, slots=True)
class Judgment:
    """A passage that was marked as the right one for a question; it survives its document."""

    question: str
    content_hash: str
    path: str
    page: int
    start: int
    page_end: int
    end: int
    text: str
    created: str


_CONVERSATION = """SELECT c.id, c.title, c.created, c.updated,
    (SELECT count(*) FROM turns t WHERE t.conversation_id = c.id), c.archived FROM conversations c"""


_TURN = "SELECT id, conversation_id, parent_id, created, question, answer, state, data FROM turns"


_NEWEST_FIRST = """ORDER BY coalesce((SELECT max(t.id) FROM turns t WHERE t.conversation_id = c.id), 0) DESC,
    c.id DESC"""
"""By numbers, not by dates: a clock may jump."""


class Conversations:
    """May be used from any thread. Every method may raise LibraryError; writes are committed on return."""

    def __init__(self, database: Database):
        self._database = database

    def list(self, archived: bool | None = None) -> "builtins.list[Conversation]":
        """All, or only those that are put away, or those that are not; newest first."""
        return self._read("1", (), archived)

    def search(self, text: str, archived: bool | None = None) -> "builtins.list[Conversation]":
        """As `list`, those whose title, questions or answers hold the text; case does not matter."""
        wanted = "%" + text.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        return self._read(
            """c.title LIKE ?1 ESCAPE '\\' OR EXISTS (
                SELECT 1 FROM turns t WHERE t.conversation_id = c.id
                AND (t.question LIKE ?1 ESCAPE '\\' OR t.answer LIKE ?1 ESCAPE '\\'))""",
            (wanted,),
            archived,
        )

    def _read(self, where: str, values: tuple[str, ...], archived: bool | None) -> "builtins.list[Conversation]":
        rows = self._database.rows(f"{_CONVERSATION} WHERE {where} {_NEWEST_FIRST}", values, "itttii")
        found = [
            Conversation(key, title, created, updated, turns, bool(away))
            for key, title, created, updated, turns, away in rows
        ]
        return [each for each in found if archived in (None, each.archived)]

    def archive(self, conversation_id: int, archived: bool = True) -> None:
        """Puts a conversation away, or takes it out again. Raises UsageError where it is gone."""
        with self._database.transaction() as connection:
            values = (int(archived), conversation_id)
            if not connection.execute("UPDATE conversations SET archived = ? WHERE id = ?", values).rowcount:
                raise UsageError(f"There is no conversation {conversation_id}.")

    def create(self, title: str) -> int:
        """A new conversation, named after `title`; returns its id."""
        with self._database.transaction() as connection:
            moment = now()
            values = (one_line(title, TITLE_CHARACTERS), moment, moment)
            cursor = connection.execute("INSERT INTO conversations (title, created, updated) VALUES (?, ?, ?)", values)
            return int(cursor.lastrowid or 0)

    def rename(self, conversation_id: int, title: str) -> None:
        """Gives it another title. Raises UsageError where it is gone, or the title is empty."""
        name = one_line(title, TITLE_CHARACTERS).strip()
        if not name:
            raise UsageError("A conversation needs a title: type one.")
        with self._database.transaction() as connection:
            if not connection.execute(
                "UPDATE conversations SET title = ? WHERE id = ?", (name, conversation_id)
            ).rowcount:
                raise UsageError(f"There is no conversation {conversation_id}.")

    def delete(self, conversation_id: int) -> Deleted:
        """Takes a conversation and its turns out, and returns them for `bring_back`. Raises UsageError."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT * FROM conversations WHERE id = ?", (conversation_id,)).fetchone()
            if row is None:
                raise UsageError(f"There is no conversation {conversation_id}.")
            turns = connection.execute(
                "SELECT * FROM turns WHERE conversation_id = ? ORDER BY id", (conversation_id,)
            ).fetchall()
            # The youngest first: each is the parent of younger ones.
            connection.executemany("DELETE FROM turns WHERE id = ?", [(turn[0],) for turn in reversed(turns)])
            connection.execute("DELETE FROM conversations WHERE id = ?", (conversation_id,))
        return Deleted(tuple(row), tuple(tuple(turn) for turn in turns))

    def bring_back(self, deleted: Deleted) -> None:
        """Puts back what `delete` took out, as it was."""
        with self._database.transaction() as connection:
            for table, rows in (("conversations", [deleted.conversation]), ("turns", deleted.turns)):
                places = ", ".join("?" * len(rows[0])) if rows else ""
                connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)

    def begin_turn(self, conversation_id: int, question: str, parent_id: int | None = None) -> int:
        """Commits a question before anything is done about it; returns the turn's id. Raises UsageError."""
        with self._database.transaction() as connection:
            moment = now()
            cursor = connection.execute("UPDATE conversations SET updated = ? WHERE id = ?", (moment, conversation_id))
            if not cursor.rowcount:
                raise UsageError(f"There is no conversation {conversation_id}.")
            cursor = connection.execute(
                "INSERT INTO turns (conversation_id, parent_id, created, question) VALUES (?, ?, ?, ?)",
                (conversation_id, parent_id, moment, clean(question)),
            )
            return int(cursor.lastrowid or 0)

    def update_turn(self, turn_id: int, answer: str, data: str, state: str) -> None:
        """Saves what there is of the answer by now."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE turns SET answer = ?, data = ?, state = ? WHERE id = ?",
                # Lone surrogates are no text to SQLite; nothing but a faulty model could have left one.
                (clean(answer), data.encode("utf-8", "replace").decode(), state, turn_id),
            )
            connection.execute(
                "UPDATE conversations SET updated = ? WHERE id = (SELECT conversation_id FROM turns WHERE id = ?)",
                (now(), turn_id),
            )

    def asked(self, most: int) -> "builtins.list[str]":
        """The last questions of all conversations, each once, oldest first."""
        rows = self._database.rows(
            "SELECT max(id), question FROM turns GROUP BY question ORDER BY max(id) DESC LIMIT ?", (most,), "it"
        )
        return [question for _, question in reversed(rows)]

    def turns(self, conversation_id: int, since: int = 0) -> "builtins.list[StoredTurn]":
        """The turns of a conversation, oldest first; `since`: only from this one on."""
        rows = self._database.rows(
            f"{_TURN} WHERE conversation_id = ? AND id >= ? ORDER BY id", (conversation_id, since), "iiIttttt"
        )
        return [StoredTurn(*row) for row in rows]

    def turn(self, turn_id: int) -> StoredTurn | None:
        """One turn; None where it is gone."""
        rows = self._database.rows(f"{_TURN} WHERE id = ?", (turn_id,), "iiIttttt")
        return StoredTurn(*rows[0]) if rows else None

    def outlines(self, conversation_id: int) -> "builtins.list[Outline]":
        """All turns of a conversation, oldest first, without reading through what they hold."""
        rows = self._database.rows(
            # What begins a conversation anew follows nothing: the others' data, all of it, need not be read.
            """SELECT id, parent_id, question,
                parent_id IS NULL AND instr(substr(data, 1, 4000 + 8 * length(question)), '"begins": true') > 0
            FROM turns WHERE conversation_id = ? ORDER BY id""",
            (conversation_id,),
            "iIti",
        )
        return [Outline(number, parent, question, bool(begins)) for number, parent, question, begins in rows]

    def save_buffer(self, text: str, language: str, name: str) -> int:
        """Keeps a scratchpad text; one of the same name is replaced. Returns its id."""
        with self._database.transaction() as connection:
            connection.execute(
                """INSERT INTO buffers (name, language, text, updated) VALUES (?, ?, ?, ?)
                ON CONFLICT (name) DO UPDATE SET language = excluded.language, text = excluded.text,
                updated = excluded.updated""",
                (one_line(name), one_line(language), clean(text), now()),
            )
            row = connection.execute("SELECT id FROM buffers WHERE name = ?", (one_line(name),)).fetchone()
            return int(row[0])

    def delete_buffers(self, names: Sequence[str]) -> None:
        """Takes the scratchpad texts of these names out."""
        with self._database.transaction() as connection:
            connection.executemany("DELETE FROM buffers WHERE name = ?", ((one_line(name),) for name in names))

    def buffers(self) -> "builtins.list[Buffer]":
        """All scratchpad texts, newest first."""
        rows = self._database.rows(
            "SELECT id, name, language, text, updated FROM buffers ORDER BY updated DESC, id DESC",
            kinds="itttt",
        )
        return [Buffer(*row) for row in rows]

    def judge(self, question: str, passage_id: int) -> None:
        """Marks a passage as the right one for a question. Raises UsageError where it is gone."""
        with self._database.transaction() as connection:
            cursor = connection.execute(
                """INSERT OR REPLACE INTO judgments
                    (question, content_hash, path, page, start, page_end, end, text, created)
                SELECT ?, d.content_hash, d.path, p.page, p.start, p.page_end, p.end, p.text, ?
                FROM passages p JOIN documents d ON d.id = p.document_id WHERE p.id = ?""",
                (clean(question), now(), passage_id),
            )
            if not cursor.rowcount:
                raise UsageError("That passage is no longer in the library: ask again, then mark it.")

    def take_back(self, question: str, passage_id: int) -> None:
        """The passage is no longer marked as the right one for that question."""
        with self._database.transaction() as connection:
            connection.execute(
                """DELETE FROM judgments WHERE question = ? AND (content_hash, page, start) IN (
                    SELECT d.content_hash, p.page, p.start FROM passages p JOIN documents d ON d.id = p.document_id
                    WHERE p.id = ?)""",
                (clean(question), passage_id),
            )

    def judged(self, question: str) -> frozenset[int]:
        """Ids of the passages that are marked as right for that question, as far as the library has them."""
        rows = self._database.rows(
            """SELECT p.id FROM judgments j JOIN documents d ON d.content_hash = j.content_hash
            JOIN passages p ON p.document_id = d.id AND p.page = j.page AND p.start = j.start WHERE j.question = ?""",
            (clean(question),),
            "i",
        )
        return frozenset(key for (key,) in rows)

    def judgments(self) -> "builtins.list[Judgment]":
        """All judgments, oldest first."""
        rows = self._database.rows(
            """SELECT question, content_hash, path, page, start, page_end, end, text, created
            FROM judgments ORDER BY id""",
            kinds="tttiiiitt",
        )
        return [Judgment(*row) for row in rows]
