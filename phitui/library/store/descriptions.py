"""What a user knows better than the file: title, author, year, and tags."""

import json
from collections.abc import Sequence

from phitui.errors import UsageError
from phitui.library.store.documents import Store, changed
from phitui.text import one_line

TITLE_CHARACTERS = 300
TAG_CHARACTERS = 40
YEARS = (-3000, 3000)
SCOPE = "scope"
"""Key in `meta`: the tags that the workbench searches in."""


def describe(
    store: Store, document_id: int, title: str | None = None, author: str | None = None, year: int | None = None
) -> None:
    """Corrects what is given; an empty author and a year of 0 take theirs away. Raises UsageError, LibraryError.

    Passages are embedded and indexed under their document's title, so a new one drops their vectors: they are made
    anew like any that are missing. It stays when the file is read again.
    """
    new = one_line(title, TITLE_CHARACTERS) if title is not None else None
    if new == "":
        raise UsageError("A document needs a title.")
    if year and not YEARS[0] <= year <= YEARS[1]:
        raise UsageError(f"{year} is no year.")
    with store.database.transaction() as connection:
        row = connection.execute("SELECT title FROM documents WHERE id = ?", (document_id,)).fetchone()
        if row is None:
            raise UsageError(f"There is no document {document_id}: `phitui list` shows what there is.")
        if author is not None:
            values = (one_line(author, TITLE_CHARACTERS), document_id)
            connection.execute("UPDATE documents SET author = ? WHERE id = ?", values)
        if year is not None:
            connection.execute("UPDATE documents SET year = ? WHERE id = ?", (year or None, document_id))
        if new is not None and new != row[0]:
            version = changed(connection)
            connection.execute(
                "UPDATE documents SET title = ?, titled = 1, version = ? WHERE id = ?", (new, version, document_id)
            )
            connection.execute(
                "DELETE FROM passage_vectors WHERE passage_id IN (SELECT id FROM passages WHERE document_id = ?)",
                (document_id,),
            )
            connection.execute("UPDATE embedded SET passages = 0 WHERE document_id = ?", (document_id,))


def tag(store: Store, document_ids: Sequence[int], add: Sequence[str], remove: Sequence[str] = ()) -> None:
    """Gives documents tags, and takes tags away. Raises UsageError for what is no tag."""
    names = [tag_name(each) for each in add]
    with store.database.transaction() as connection:
        for document_id in document_ids:
            connection.executemany(
                "INSERT OR IGNORE INTO tags SELECT id, ? FROM documents WHERE id = ?",
                ((name, document_id) for name in names),
            )
            connection.executemany(
                "DELETE FROM tags WHERE document_id = ? AND tag = ?",
                ((document_id, tag_name(each)) for each in remove),
            )


def tag_name(given: str) -> str:
    """The tag as it is kept: one line, lower case, no commas. Raises UsageError where nothing is left."""
    name = one_line(given.replace(",", " "), TAG_CHARACTERS).lower().removeprefix("#").strip()
    if not name:
        raise UsageError("A tag needs at least one letter.")
    return name


def tags(store: Store) -> dict[str, int]:
    """Tag → documents that have it, by name."""
    return dict(store.database.rows("SELECT tag, count(*) FROM tags GROUP BY tag ORDER BY tag"))


def in_scope(store: Store, names: Sequence[str]) -> list[int] | None:
    """Ids of the documents that have any of these tags; None for no tags: all documents. Raises UsageError."""
    if not names:
        return None
    wanted = [tag_name(each) for each in names]
    there = tags(store)
    for name in wanted:
        if name not in there:
            known = (
                f"the tags are {', '.join(there)}" if there else "there are none yet (`phitui edit DOCUMENT --tag T`)"
            )
            raise UsageError(f"No document has the tag {name!r}; {known}.")
    marks = ", ".join("?" * len(wanted))
    rows = store.database.rows(f"SELECT DISTINCT document_id FROM tags WHERE tag IN ({marks})", wanted)
    return [row[0] for row in rows]


def saved_scope(store: Store) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The tags that were set last: those that some document still has, and those that none has any more."""
    row = store.database.row("SELECT value FROM meta WHERE key = ?", (SCOPE,))
    try:
        names = [str(each) for each in json.loads(row[0])] if row else []
    except (ValueError, TypeError):
        names = []
    there = tags(store) if names else {}
    return tuple(each for each in names if each in there), tuple(each for each in names if each not in there)


def save_scope(store: Store, names: Sequence[str]) -> None:
    """Keeps the scope for the next start of the workbench."""
    with store.database.transaction() as connection:
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (SCOPE, json.dumps(list(names))))
