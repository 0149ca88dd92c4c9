"""What was fitted on a library's own questions: ranking weights, and below which relevance a question is refused.

It stands in a file beside the database and holds numbers alone. It is used while the embedder is the one that it was
fitted with.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from phitui.errors import LibraryError
from phitui.library.atomic import replace_file
from phitui.library.search.ranking import WEIGHTS
from phitui.reading import read_regular
from phitui.text import one_line, system_reason

CALIBRATION = "calibration.json"
RELEVANCE_VERSION = 2
"""Raised with every change of the weights `RELEVANCE`: a threshold fitted with other weights means nothing."""
LARGEST_WEIGHT = 1000.0
"""Beyond this the file is damaged."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Fitted numbers and where they come from. What is None stays as phitui ships it."""

    embedder: str
    """Its identity."""
    fitted: str
    """ISO 8601, UTC."""
    questions: int
    """On which it was fitted."""
    weights: Mapping[str, float] | None
    """As `ranking.WEIGHTS`."""
    threshold: float | None
    """As `evidence.THRESHOLD`."""
    refused: float | None
    """Operating point: share of answerable questions that the threshold refused when it was fitted."""

    def sentence(self) -> str:
        """What is in use, for people."""
        parts = ["ranking weights"] if self.weights else []
        parts += [f"a refusal threshold of {self.threshold:.2f}"] if self.threshold is not None else []
        return f"{' and '.join(parts)}, fitted on {self.questions:,} questions on {one_line(self.fitted)[:10]}"


class CalibrationFile:
    """The calibration of one library, re-read when another process has changed it."""

    def __init__(self, folder: Path):
        self._file = folder / CALIBRATION
        self._seen: tuple[int, int] | None = None
        self._found: Calibration | None = None

    def read(self) -> Calibration | None:
        """None where there is none, or one that cannot be used: damaged, or of other signals."""
        try:
            state = self._file.stat()
            seen = (state.st_mtime_ns, state.st_size)
            if seen != self._seen:
                self._found = _calibration(json.loads(read_regular(self._file)))
                self._seen = seen
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self._seen = self._found = None
        return self._found

    def write(self, calibration: Calibration) -> None:
        """Replaces it as a whole. Raises LibraryError."""
        row = asdict(calibration) | {"relevance": RELEVANCE_VERSION}
        try:
            replace_file(self._file, json.dumps(row, indent=1).encode())
        except OSError as error:
            raise LibraryError(
                f"{one_line(str(self._file))} cannot be written ({system_reason(error)}): make room or give access, "
                "then fit again."
            ) from None

    def delete(self) -> bool:
        """Whether there was one. Raises LibraryError."""
        try:
            self._file.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise LibraryError(f"{one_line(str(self._file))} cannot be deleted ({system_reason(error)}).") from None
        return True


def _calibration(row: Mapping[str, Any]) -> Calibration:
    """Raises ValueError, KeyError, TypeError where it is not one of this version's."""
    weights = row["weights"]
    if weights is not None:
        weights = {str(name): float(value) for name, value in weights.items()}
        # Other signals are those of another version of phitui.
        if set(weights) != set(WEIGHTS) or not all(abs(value) <= LARGEST_WEIGHT for value in weights.values()):
            raise ValueError
    numbers = [None if row[key] is None else float(row[key]) for key in ("threshold", "refused")]
    if not all(value is None or 0 <= value <= 1 for value in numbers):
        raise ValueError
    if row.get("relevance") != RELEVANCE_VERSION:
        numbers = [None, None]
    if weights is None and numbers[0] is None:
        raise ValueError
    return Calibration(str(row["embedder"]), str(row["fitted"]), int(row["questions"]), weights, numbers[0], numbers[1])
