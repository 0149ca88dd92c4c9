"""What is put right in the pages of a PDF, one after the other and all together."""

from collections.abc import Sequence
from dataclasses import dataclass

from phitui.documents.cleaner import tidy_page
from phitui.documents.repair.hyphens import without_breaks
from phitui.documents.repair.letters import checked
from phitui.documents.repair.running_lines import without_running_lines


@dataclass(frozen=True, slots=True)
class Repaired:
    """Pages that can be read."""

    texts: list[str]
    """Cleaned; empty where the letters of a page cannot be told."""
    nameless: frozenset[int] = frozenset()
    """Such pages, from 0."""
    restored: tuple[int, ...] = ()
    """Pages, from 0, whose letters were worked out."""
    note: str = ""
    """Which running lines were taken out."""


def repaired(texts: Sequence[str], labels: Sequence[str | None] = ()) -> Repaired:
    """The pages with their letters told and words whole, without running lines. `labels` are the printed ones."""
    letters = [checked(text) for text in texts]
    whole = [tidy_page(text) for text in without_breaks([each.text for each in letters])]
    tidied = without_running_lines(whole, labels)
    return Repaired(
        tidied.texts,
        frozenset(at for at, text in enumerate(texts) if text.strip() and not letters[at].text),
        tuple(at for at, each in enumerate(letters) if each.restored),
        tidied.note,
    )
