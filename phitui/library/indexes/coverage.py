"""What an index holds of which document, and whether its big files are those that were written."""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phitui.reading import open_regular, read_regular

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ROWS_AT_ONCE = 20_000
"""Vectors that are read from the database at a time: 60 MB at 384 dimensions."""
PROBED_BLOCKS = 64
BLOCK_BYTES = 4096
"""Blocks by which a big file is recognised as the one that was written: reading all of it would take seconds."""

CACHED = re.compile(r"words(?:\.json)?|vectors-[0-9a-f]+\..*|\.[0-9a-f]{24}\.new")
"""Names of files and folders of both indexes."""
SEAL = b', "seal": "'
"""Behind all else: of thousands of documents the bytes are quicker to look at than what they say."""
STAMP_BYTES = 1 << 28
"""A million documents take a tenth of it."""
WHOLE_BYTES = 1 << 26
"""A file up to this size is read whole, in less than a tenth of a second."""

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


def inside(ids: "NDArray[np.int64]", ranges: Sequence[tuple[int, int]]) -> "NDArray[np.bool_]":
    """Which ids lie in one of the ranges, which include both ends and do not overlap."""
    import numpy as np

    if not ranges:
        return np.zeros(len(ids), bool)
    firsts, lasts = np.asarray(sorted(ranges), np.int64).T
    places = np.searchsorted(firsts, ids, "right") - 1
    found: NDArray[np.bool_] = (places >= 0) & (ids <= lasts[places])
    return found


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


def whole_digest(file: Path) -> str:
    """Of every byte, where that takes a moment; else as `digest`. Raises OSError."""
    if file.stat().st_size > WHOLE_BYTES:
        return digest(file)
    return hashlib.blake2b(read_regular(file, WHOLE_BYTES)).hexdigest()


def sealed(stamp: dict[str, Any]) -> bytes:
    """A stamp as the content of a file, from which `unsealed` reads it."""
    body = json.dumps(stamp).encode()[:-1]
    return body + SEAL + hashlib.blake2b(body, digest_size=16).hexdigest().encode() + b'"}'


def read_stamp(file: Path) -> dict[str, Any]:
    """The stamp in a file. Raises OSError, and as `unsealed` does."""
    return unsealed(read_regular(file, STAMP_BYTES))


def unsealed(content: bytes) -> dict[str, Any]:
    """The stamp. Raises ValueError, KeyError, TypeError where the content is not what `sealed` made."""
    body, _, seal = content.rpartition(SEAL)
    if seal != hashlib.blake2b(body, digest_size=16).hexdigest().encode() + b'"}':
        return _unsealed_before(content)
    stamp: dict[str, Any] = json.loads(body + b"}")
    return stamp


def _unsealed_before(content: bytes) -> dict[str, Any]:
    """As `unsealed`, of what an older phitui wrote."""
    stamp: dict[str, Any] = json.loads(content)
    seal = stamp.pop("seal")
    if seal != hashlib.blake2b(json.dumps(stamp, sort_keys=True).encode(), digest_size=16).hexdigest():
        raise ValueError("not what was written")
    return stamp


def refuse_others(error: BaseException) -> None:
    """Raises again what does not come from tantivy: its panics are no Exception, and neither is a Ctrl-C."""
    if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
        raise error


def reloaded(index: Any) -> bool:
    """Whether an index of tantivy's shows the last commit now; not one in a folder that may only be read by now."""
    try:
        index.reload()
    except BaseException as error:
        refuse_others(error)
        return False
    return True


def clear_away(path: Path) -> None:
    """Deletes a file, or whatever else has taken its place. Raises OSError."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def digest(file: Path) -> str:
    """Of the size and of PROBED_BLOCKS blocks, evenly spread. Raises OSError."""
    made = hashlib.blake2b()
    with open_regular(file) as opened:
        size = os.fstat(opened.fileno()).st_size
        made.update(str(size).encode())
        for number in range(PROBED_BLOCKS):
            opened.seek(max(0, size - BLOCK_BYTES) * number // (PROBED_BLOCKS - 1))
            made.update(opened.read(BLOCK_BYTES))
    return made.hexdigest()
