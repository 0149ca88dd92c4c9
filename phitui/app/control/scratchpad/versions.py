"""Texts that stood in the scratchpad: one is kept before each generation and after it, and can be gone back to."""

from collections.abc import Iterable
from dataclasses import dataclass

MOST = 20
"""Older ones go; each is a buffer in the library."""
NAME = "scratchpad version "
"""Of such a buffer; its number follows."""


@dataclass(frozen=True, slots=True)
class Version:
    """One text, with the number of the buffer that keeps it: 0 to MOST - 1."""

    text: str
    language: str
    number: int

    @property
    def name(self) -> str:
        """The buffer's name."""
        return f"{NAME}{self.number}"


class Versions:
    """Oldest first. What stands in the editor is one of them, or a text that none of them holds yet."""

    def __init__(self) -> None:
        self.kept: list[Version] = []
        self._shown = -1

    def restore(self, versions: Iterable[Version]) -> None:
        """Those of an earlier session, oldest first."""
        self.kept = [*versions, *self.kept][-MOST:]
        self._shown = len(self.kept) - 1

    def keep(self, text: str, language: str) -> Version | None:
        """Keeps a text as the newest, where it is not empty and not the version shown; returns it if it is new."""
        if not text.strip() or self._holds(text):
            return None
        number = (self.kept[-1].number + 1) % MOST if self.kept else 0
        made = Version(text, language, number)
        self.kept = [*self.kept, made][-MOST:]
        self._shown = len(self.kept) - 1
        return made

    def step(self, by: int) -> Version | None:
        """The version before (-1) or after (1) the one shown, which is the one shown from now on; None at an end."""
        target = self._shown + by
        if not 0 <= target < len(self.kept):
            return None
        self._shown = target
        return self.kept[target]

    @property
    def place(self) -> str:
        """Which one is shown: `2 of 5`."""
        return f"{self._shown + 1} of {len(self.kept)}"

    def _holds(self, text: str) -> bool:
        return 0 <= self._shown < len(self.kept) and self.kept[self._shown].text == text
