"""What an index holds of which document, and whether its big files are those that were written."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ROWS_AT_ONCE = 20_000
"""Vectors that are read from the database at a time: 60 MB at 384 dimensions."""
PROBED_BLOCKS = 64
BLOCK_BYTES = 4096
"""Blocks by which a big file is recognised as the one that was written: reading all of it would take seconds."""

Covered = tuple[int, int, int, int]
"""Of a document: its version, its vectors, the lowest and the highest id of their passages (no other's lie between)."""


def among(ids: "NDArray[np.int64]", known: "NDArray[np.int64]") -> "NDArray[np.bool_]":
    """Which ids are among the known ones, which are sorted."""
    import numpy as np

    if not len(known):
        return np.zeros(len(ids), bool)
    places = np.minimum(np.searchsorted(known, ids), len(known) - 1)
    found: NDArray[np.bool_] = known[places] == ids
    return found


def within(ids: "NDArray[np.int64]", ranges: Sequence[tuple[int, int]]) -> "NDArray[np.int64]":
    """The ids that lie in one of the ranges, which include both ends and do not overlap."""
    import numpy as np

    if not ranges:
        return ids[:0]
    firsts, lasts = np.asarray(sorted(ranges), np.int64).T
    places = np.searchsorted(firsts, ids, "right") - 1
    inside: NDArray[np.int64] = ids[(places >= 0) & (ids <= lasts[places])]
    return inside


def batched(documents: Sequence[int], covered: dict[int, Covered]) -> Iterator[list[int]]:
    """The documents in groups of about ROWS_AT_ONCE vectors."""
    some: list[int] = []
    rows = 0
    for key in documents:
        some.append(key)
        rows += covered[key][1]
        if rows >= ROWS_AT_ONCE:
            yield some
            some, rows = [], 0
    if some:
        yield some


def digest(file: Path) -> str:
    """Of the size and of PROBED_BLOCKS blocks, evenly spread. Raises OSError."""
    made = hashlib.blake2b()
    with file.open("rb") as opened:
        size = os.fstat(opened.fileno()).st_size
        made.update(str(size).encode())
        for number in range(PROBED_BLOCKS):
            opened.seek(max(0, size - BLOCK_BYTES) * number // (PROBED_BLOCKS - 1))
            made.update(opened.read(BLOCK_BYTES))
    return made.hexdigest()
