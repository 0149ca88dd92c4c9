"""What was found of the kernels on a card, kept from one run to the next."""

import json
from contextlib import suppress
from pathlib import Path

from phitui.library.atomic import replace_file
from phitui.reading import read_regular

VERDICTS = "kernels.json"
RIGHT = "right"
EARLY = "right, also launched early"
TRYING = "a first trial"
BEGUN = "their last two trials here did not end"
"""What stands while a first trial runs, or another one after it: an error that takes the process along, or a kernel
that hangs, is judged so; a first trial that somebody did not wait for is not."""


class Verdicts:
    """One small file: a card with its libraries, and a model, lead to one of these words, or to what speaks against."""

    def __init__(self, folder: Path):
        """`folder` is made when the first verdict is kept."""
        self._file = folder / VERDICTS

    def of(self, key: str) -> str | None:
        """None where nothing is known, also where the file is damaged."""
        found = self._all().get(key)
        return found if isinstance(found, str) else None

    def keep(self, key: str, verdict: str) -> bool:
        """From now on; whether it could be kept."""
        content = json.dumps(self._all() | {key: verdict}, indent=1, ensure_ascii=False)
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(self._file, content.encode())
        except OSError:
            return False
        return True

    def forget(self, key: str) -> None:
        """Nothing is known of it again."""
        left = {name: verdict for name, verdict in self._all().items() if name != key}
        with suppress(OSError):
            replace_file(self._file, json.dumps(left, indent=1, ensure_ascii=False).encode())

    def _all(self) -> dict[str, object]:
        try:
            found = json.loads(read_regular(self._file))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}
