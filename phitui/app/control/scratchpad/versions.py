"""Versions of a text of the scratchpad: one is kept before each generation and after it, and can be gone back to."""

from collections.abc import Iterable

from phitui.app.terminal.drafts import PAD
from phitui.values import dataclass

MOST = 20
"""Older ones go; each is a buffer in the library."""
NAME = " version "
"""Stands in the name of such a buffer, between the text's own name and the version's number."""


@dataclass(frozen=True, slots=True)
class Version:
    """One text, with the number of the buffer that keeps it: 0 to MOST - 1."""

    text: str
    language: str
    number: int
    of: str = PAD
    """The buffer that the text itself is kept in."""

    @property
    def name(self) -> str:
        """The buffer's name."""
        return f"{self.of}{NAME}{self.number}"


class Versions:
    """Oldest first. What stands in the editor is one of them, or a text that none of them holds yet."""

    def __init__(self, of: str = PAD) -> None:
        self.kept: list[Version] = []
        self._shown = -1
        self._of = of

    def restore(self, versions: Iterable[Version]) -> None:
        """Those of an earlier session, oldest first."""
        self.kept = [*versions, *self.kept][-MOST:]
        self._shown = len(self.kept) - 1

    def keep(self, text: str, language: str) -> Version | None:
        """Keeps a text as the newest, where it is not empty and not the version shown; returns it if it is new.

        A text that is the newest already is shown from now on, and not kept again.
        """
        if not text.strip() or self._holds(text):
            return None
        if self.kept and self.kept[-1].text == text:
            self._shown = len(self.kept) - 1
            return None
        number = (self.kept[-1].number + 1) % MOST if self.kept else 0
        made = Version(text, language, number, self._of)
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
