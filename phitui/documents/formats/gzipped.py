"""A file that was packed by gzip, read as what it is unpacked."""

import gzip
import zlib
from pathlib import Path

from phitui.documents.formats.blocks import Flow, Source
from phitui.errors import Cause, DocumentError

UNPACKED_BYTES = 200 * 2**20
RATIO = 200
"""A file over RATIO_FROM_BYTES that shrank by more is taken for a bomb."""
RATIO_FROM_BYTES = 2**20
DEEPEST = 3


def read(source: Source) -> Flow:
    """Raises DocumentError, and what the reader of the file inside raises."""
    from phitui.documents.kinds import recognised

    if source.depth >= DEEPEST:
        raise DocumentError("It was packed over and over, and was not unpacked.", Cause.TOO_LARGE)
    packed = source.read()
    try:
        with gzip.GzipFile(fileobj=Source(source.name, data=packed).open()) as file:
            data = file.read(min(UNPACKED_BYTES, max(RATIO_FROM_BYTES, RATIO * len(packed))) + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise DocumentError("The file is damaged: its gzip archive cannot be unpacked.", Cause.DAMAGED) from None
    if len(data) > UNPACKED_BYTES or len(data) > max(RATIO_FROM_BYTES, RATIO * len(packed)):
        raise DocumentError(
            "The archive unpacks to more than 200 MB, or over 200 times its size; it was not opened.", Cause.TOO_LARGE
        )
    name = Path(source.name)
    inner = Source(name.stem if name.suffix.lower() == ".gz" else source.name, data=data, depth=source.depth + 1)
    return recognised(inner).read(inner)
