"""What people said of answers that stood side by side: kept, and summed."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from phitui.evaluation.benchmarks.kept import Lines

FOLDER, FILE = "evals", "votes.jsonl"
"""In the data folder."""


class Votes:
    """Of all comparisons, in the data folder."""

    def __init__(self, folder: Path):
        self._lines = Lines(folder / FILE)

    def add(self, question: str, names: Sequence[str], best: str | None, blind: bool) -> None:
        """`best` None: they are alike. Raises OSError."""
        when = datetime.now(UTC).isoformat(timespec="seconds")
        self._lines.add({"question": question, "models": list(names), "best": best, "blind": blind, "when": when})

    def of(self, names: Sequence[str]) -> Counter[str | None]:
        """How often each of these was the best where all of them stood beside each other; under None: alike."""
        wanted = sorted(names)
        rows = [row for row in self._lines if isinstance(row.get("models"), list)]
        return Counter(row.get("best") for row in rows if sorted(map(str, row["models"])) == wanted)
