"""One finding, and how findings write what they name."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from phitui.text import one_line

State = Literal["ok", "warn", "bad"]


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. `advice` says what to do; it is empty where there is nothing to do."""

    name: str
    state: State
    message: str
    advice: str = ""


def counted(number: int, word: str) -> str:
    """1 page, 2 pages."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def shown(path: Path) -> str:
    """A path as one harmless line."""
    return one_line(str(path))


def amount(number: int) -> str:
    """Bytes as MB or GB."""
    return f"{number / 1e9:.1f} GB" if number >= 10**9 else f"{number / 1e6:.0f} MB"
