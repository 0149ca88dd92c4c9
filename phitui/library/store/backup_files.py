"""Which copies of a database lie beside it. They are made in `library.care`; a damaged database has to name them."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from phitui.text import one_line

FOLDER = "backups"
"""In the library's folder."""


@dataclass(frozen=True, slots=True)
class Backup:
    """One copy of the database."""

    path: Path
    number: int
    made: str
    """ISO 8601, UTC, by the clock of that time."""
    bytes: int


def kept_backups(library: Path) -> list[Backup]:
    """Those of the library in that folder, newest first."""
    found = []
    with suppress(OSError):
        for path in (library / FOLDER).iterdir():
            if path.suffix == ".db" and path.stem.isdigit():
                with suppress(OSError):
                    state = path.stat()
                    made = datetime.fromtimestamp(state.st_mtime, UTC).isoformat(timespec="seconds")
                    found.append(Backup(path, int(path.stem), made, state.st_size))
    return sorted(found, key=lambda each: -each.number)


def advice(path: Path) -> str:
    """What a user can do about a damaged database: a sentence that names the newest backup, empty without one."""
    newest = next(iter(kept_backups(path.parent)), None)
    if newest is None:
        return ""
    name = path.parent.name
    option = "" if name == "default" else f" --library '{one_line(name)}'"
    when = newest.made[:16].replace("T", " ")
    return f"`phitui library restore{option}` puts the backup of {when} UTC in its place and keeps the damaged file"
