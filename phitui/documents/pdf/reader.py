"""What every reader of PDFs gives, whatever library it stands on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from phitui.documents.formats.blocks import Block, Flow
from phitui.errors import Cause, PasswordNeeded

SCAN_CHARACTERS = 25
"""A page with fewer visible characters is a scan if pictures cover much of it."""
OUTLINE_ENTRIES = 5000
OUTLINE_DEPTH = 8


class Refused(Exception):
    """The reader cannot open the file; another one may. `missing`: it is not installed, and the message says how."""

    def __init__(self, message: str, *, missing: bool = False):
        super().__init__(message)
        self.missing = missing


@dataclass(frozen=True, slots=True)
class RawPage:
    """One page as it is read."""

    text: str
    label: str | None = None
    """As printed."""
    scan: bool = False


class PdfReader(Protocol):
    """An open PDF. Pages count from 0 here. Every method may raise anything, hang or crash."""

    count: int

    def title(self) -> str: ...
    def author(self) -> str: ...
    def notes(self) -> list[str]:
        """One sentence each about what the file holds beside its pages."""
        ...

    def attached(self, flow: Flow, depth: int = 0) -> Iterator[Block]:
        """What is in the files that it carries; `flow` takes notes. `depth`: how many files it stands within."""
        ...

    def page(self, index: int) -> RawPage: ...
    def outline(self) -> Iterator[tuple[str, int, int]]:
        """(title, level from 1, page from 1)."""
        ...


def has_little_text(text: str) -> bool:
    """Whether it may be a scan."""
    return len("".join(text[:1000].split())) < SCAN_CHARACTERS


def needs_password(given: str | None) -> PasswordNeeded:
    """What to say of an encrypted file."""
    if given:
        return PasswordNeeded("The password given is wrong.", Cause.WRONG_PASSWORD)
    return PasswordNeeded("It is encrypted.")
