"""Forgetting for good: a document's text is erased from database, free pages, log, bin and turns."""

import json
from collections.abc import Sequence
from typing import Any

from phitui.errors import LibraryError
from phitui.library.store.database import Database
from phitui.library.store.documents import Store, changed
from phitui.records import QUOTATION
from phitui.text import one_line

UNFINISHED = "forgetting"
"""Key in `meta` while rows are deleted and their bytes may still be in the file."""
NOTE = "(This answer rested on a document that was forgotten.)"
"""What stands in place of an answer that may quote it."""
TELLING_CHARACTERS = 30
"""Characters. A sentence of the document that is at least this long gives it away in another answer."""


def delete_document(store: Store, document_id: int, content_hash: str) -> None:
    """Deletes a document, in the library or in the bin, and what turns and judgments hold of it, in one transaction.

    Its bytes may stay in the file until `wipe`. Raises LibraryError.
    """
    sentences = _telling(store, document_id)
    with store.database.transaction() as connection:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, '1')", (UNFINISHED,))
        turns = connection.execute("SELECT id, conversation_id, answer, data FROM turns").fetchall()
        touched = {conversation for _, conversation, _, data in turns if _holds(data, document_id)}
        for turn, conversation, answer, data in turns:
            if conversation not in touched:
                continue
            rests = _rests_on(data, document_id) or any(sentence in answer for sentence in sentences)
            values = (NOTE if rests and answer else answer, _cleared(data, document_id, rests), turn)
            connection.execute("UPDATE turns SET answer = ?, data = ? WHERE id = ?", values)
        connection.execute("DELETE FROM judgments WHERE content_hash = ? AND content_hash <> ''", (content_hash,))
        connection.execute("DELETE FROM bin WHERE document_id = ? OR content_hash = ?", (document_id, content_hash))
        connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))
        changed(connection)


def unfinished(database: Database) -> bool:
    """Whether bytes of deleted rows may still be in the file: a forgetting was interrupted."""
    return database.row("SELECT 1 FROM meta WHERE key = ?", (UNFINISHED,)) is not None


def wipe(database: Database) -> None:
    """Writes the database anew, without free pages, and empties its log. Needs as much room again meanwhile.

    Raises LibraryError, also where another process keeps reading the old state, so that the log cannot be emptied.
    """
    with database.reading() as connection:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("VACUUM")
        _empty_log(connection, database)
        connection.execute("DELETE FROM meta WHERE key = ?", (UNFINISHED,))
        _empty_log(connection, database)


def _empty_log(connection: Any, database: Database) -> None:
    (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise LibraryError(
            f"What was forgotten is deleted, but its bytes are still in {one_line(str(database.path))}-wal, because "
            "another phitui is reading: close it, then `phitui library forget` without a document ends the work."
        )


def _telling(store: Store, document_id: int) -> Sequence[str]:
    texts = (text for _, text, _ in store.sentence_texts(document_id, range(1 << 62)))
    return [text for text in texts if len(text) >= TELLING_CHARACTERS]


def _holds(data: str, document_id: int) -> bool:
    """Whether a passage of the document was among those that were weighed."""
    turn = _parsed(data)
    return any(each["document_id"] == document_id for each in [*turn.get("hits", ()), *turn.get("quotes", ())])


def _rests_on(data: str, document_id: int) -> bool:
    """Whether the answer quotes the document, or a model had read of it."""
    turn = _parsed(data)
    gone = _passages_of(turn, document_id)
    read = {each["passage_id"] for each in turn.get("packed", ()) if each["state"] != "out"}
    quoted = any(each["document_id"] == document_id for each in turn.get("quotes", ()))
    model = turn.get("parameters", {}).get("model", QUOTATION)
    return quoted or (model != QUOTATION and bool(gone & read))


def _cleared(data: str, document_id: int, rests: bool) -> str:
    """The turn as JSON, without anything of the document; its prompt goes too, since it may hold an answer."""
    turn = _parsed(data)
    if not turn:
        return data
    gone = _passages_of(turn, document_id)
    turn["prompt"] = ""
    turn["hits"] = [each for each in turn["hits"] if each["document_id"] != document_id]
    turn["quotes"] = [each for each in turn["quotes"] if each["document_id"] != document_id]
    turn["packed"] = [each for each in turn["packed"] if each["passage_id"] not in gone]
    turn["hashes"] = {key: value for key, value in turn["hashes"].items() if key != str(document_id)}
    if rests:
        turn["sentences"] = []
        turn["answer"] = NOTE if turn["answer"] else ""
        if turn["finished"]:
            turn["finished"] |= {"text": NOTE, "tokens": []}
    return json.dumps(turn, ensure_ascii=False)


def _passages_of(turn: dict[str, Any], document_id: int) -> set[int]:
    return {each["passage_id"] for each in turn.get("hits", ()) if each["document_id"] == document_id}


def _parsed(data: str) -> dict[str, Any]:
    try:
        turn = json.loads(data or "{}")
    except ValueError:
        return {}
    return turn if isinstance(turn, dict) else {}
