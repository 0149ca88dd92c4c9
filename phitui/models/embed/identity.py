"""What tells one embedder's folder from another's, read from its files without loading it."""

import hashlib
import os
import re
from pathlib import Path

from phitui.models.inspection.model_files import VOCABULARY_BYTES
from phitui.reading import open_regular, read_regular

HEAD_CHARACTERS = 4000
"""Of a model's card: its languages stand at its beginning."""
STAMPED_BYTES = 1 << 20
"""Of each weight file, for an embedder's identity: reading gigabytes at every start would cost seconds."""


def absolute(name: str) -> str:
    """A folder by its whole path, so that it is found again from elsewhere; an id as it is."""
    folder = os.path.expanduser(name)
    return os.path.abspath(folder) if os.path.isdir(folder) else name


def stamp_of(folder: Path) -> str:
    """A hash of every settings file, and of size and beginning of the weights; a copy of the folder has the same."""
    made = hashlib.sha256()
    for file in sorted(folder.rglob("*.json")):
        made.update(read_regular(file, VOCABULARY_BYTES))
    for file in sorted(folder.rglob("*.safetensors")):
        if not file.is_file():
            continue
        with open_regular(file) as opened:
            made.update(str(file.stat().st_size).encode() + opened.read(STAMPED_BYTES))
    return made.hexdigest()[:12]


def languages_of(folder: Path) -> frozenset[str] | None:
    """ISO 639-1 codes that the head of the model's README.md gives as its languages, None where it gives none."""
    try:
        head = read_regular(folder / "README.md").decode("utf-8", "replace")[:HEAD_CHARACTERS]
    except OSError:
        return None
    match = re.match(r"---\n(.*?)\n---", head, re.DOTALL)
    found = match and re.search(r"^language:[ \t]*(.*(?:\n[ \t]*-.*)*)", match[1], re.MULTILINE)
    codes = {each.lower() for each in re.findall(r"[A-Za-z]{2,}(?:-\w+)*", found[1])} if found else set()
    codes = {each.split("-")[0] for each in codes}
    known = {"no" if each in ("nb", "nn") else each for each in codes if len(each) == 2}
    return frozenset(known) or None
