"""Documents of one title, told apart by where their files lie."""

from collections import Counter
from collections.abc import Mapping

from phitui.library.store.database import Database


def apart(database: Database) -> dict[int, str]:
    """Document id → the end of its path that no other document of its title has; only where there are others.

    Raises LibraryError.
    """
    rows = database.rows(
        """SELECT id, title, path FROM documents WHERE title COLLATE NOCASE IN
        (SELECT title FROM documents GROUP BY title COLLATE NOCASE HAVING count(*) > 1)""",
        kinds="itt",
    )
    paths: dict[str, dict[int, str]] = {}
    for document_id, title, path in rows:
        paths.setdefault(title.casefold(), {})[document_id] = path
    return {key: end for group in paths.values() for key, end in ends(group).items()}


def ends(paths: Mapping[int, str]) -> dict[int, str]:
    """The shortest end of each path, in whole parts, that no other one has."""
    parts = {key: path.split("/") for key, path in paths.items()}
    found: dict[int, str] = {}
    length = 0
    while len(found) < len(parts):
        length += 1
        # Counted, not compared in pairs: a thousand filings have one title.
        counts = Counter(tuple(own[-length:]) for own in parts.values())
        for key, own in parts.items():
            if key not in found and (counts[tuple(own[-length:])] == 1 or length >= len(own)):
                found[key] = "/".join(own[-length:])
    return found
