"""Passages whose vectors can be made of those of their sentences, without being read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phitui.library.store.vectors import ComposedPassage, Vectors
from phitui.records import StoredSentence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

AT_ONCE = 256
"""Passages that are saved in one transaction; as many headers are read for them at most."""
TABLE = 0.3
"""Passages of which more sentences are rows are read: what a row means, a model tells from the rows beside it."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a passage's vector is made of, but for its header's."""

    row: ComposedPassage
    vectors: "NDArray[np.float32]"
    """(sentences, dimension)."""
    lengths: Sequence[int]
    """Characters of each sentence."""


def composable(vectors: Vectors, documents: Iterable[int]) -> Iterator[list[Parts]]:
    """The passages of these documents that have no vector while all their sentences have one, some at a time.

    Whoever takes them stores their vectors before the next ones are asked for. Raises LibraryError.
    """
    found: list[Parts] = []
    for document in documents:
        after = 0
        while rows := vectors.to_compose(document, AT_ONCE, after):
            after = rows[-1].passage_id
            found += _parts(vectors, rows)
            if len(found) >= AT_ONCE:
                yield found
                found = []
    if found:
        yield found


def is_table(sentences: Sequence[StoredSentence]) -> bool:
    """Whether a passage of these sentences is read all the same: see TABLE."""
    return sum("\t" in each.text for each in sentences) > TABLE * len(sentences)


def _parts(vectors: Vectors, rows: Sequence[ComposedPassage]) -> Iterator[Parts]:
    """Without those that have a sentence whose vector cannot be used, and without tables."""
    import numpy as np

    for row, sentences in zip(rows, vectors.sentences_of(rows), strict=True):
        if is_table(sentences):
            continue
        made = [each.vector for each in sentences if each.vector is not None]
        if len(made) == row.last_sentence - row.first_sentence + 1:
            yield Parts(row, np.stack(made), [max(1, len(each.text)) for each in sentences])
