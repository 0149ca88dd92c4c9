"""Weights and thresholds that were fitted for other readers of claims than the bundled one, by the reader's name."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from phitui.errors import LibraryError
from phitui.library.atomic import replace_file
from phitui.reading import read_regular
from phitui.text import system_reason

FITS = "checkers.json"


class CheckerFits:
    """One small file; it holds names and numbers alone."""

    def __init__(self, folder: Path):
        self._file = folder / FITS

    def of(self, name: str) -> Mapping[str, Any] | None:
        """What was fitted for that reader; None where nothing was, or where the file is damaged."""
        found = self._all().get(name)
        whole = isinstance(found, dict) and {"supported", "contradicted", "threshold", "opposed"} <= found.keys()
        return found if whole else None

    def keep(self, name: str, fitted: Mapping[str, Any]) -> None:
        """From now on. Raises LibraryError."""
        content = json.dumps(self._all() | {name: dict(fitted)}, indent=1, ensure_ascii=False)
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self._file, content.encode())
        except OSError as error:
            raise LibraryError(f"What was fitted cannot be kept ({system_reason(error)}).") from None

    def _all(self) -> dict[str, Any]:
        try:
            found = json.loads(read_regular(self._file))
        except (OSError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}
