"""Which search models were named on this machine: a library that comes from elsewhere can name none."""

import json
import logging
from pathlib import Path

from phitui.errors import PhituiError
from phitui.library.atomic import replace_file
from phitui.places import private_folder
from phitui.reading import read_regular

NAMED_FILE = "embedders.json"
"""In the data folder: a list of names."""
BUNDLED = "minilm"
MOST = 100
"""Names kept, the newest: a library has vectors of a few."""

log = logging.getLogger(__name__)


class NamedEmbedders:
    """The names that settings or options have given, kept in a file of the user's own."""

    def __init__(self, file: Path):
        self._file = file

    def __contains__(self, name: str) -> bool:
        return name == BUNDLED or name in self._all()

    def add(self, *names: str) -> None:
        """Remembers them; where that cannot be written they are asked for anew."""
        kept = self._all()
        new = [name for name in dict.fromkeys(names) if name not in (BUNDLED, *kept)]
        if not new:
            return
        try:
            private_folder(self._file.parent)
            replace_file(self._file, json.dumps([*kept, *new][-MOST:], indent=1).encode())
        except (OSError, PhituiError, UnicodeError) as error:
            log.warning("the embedder's name is not kept: %s", error)

    def _all(self) -> list[str]:
        try:
            names = json.loads(read_regular(self._file))
        except (OSError, ValueError, RecursionError):
            return []
        return [each for each in names if isinstance(each, str)] if isinstance(names, list) else []
