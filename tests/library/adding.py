"""Run as `python -m tests.library.adding LIBRARY FOLDER [POINT]`: adds the folder's made documents, an event a line.

With the point "real" the documents are read as phitui reads them.

At POINT the process kills itself as kill -9 would: "event N", "transaction N" (inside the Nth one, before its
commit), "index" (after the lexical index was committed, before its stamp), "saved" (in the middle of writing the
dense index).
"""

import os
import signal
import sys
from pathlib import Path

from phitui.library.atomic import replace_file
from phitui.library.indexes import dense, lexical
from phitui.library.intake import indexer, missing_vectors
from phitui.library.store import database
from tests.library.made import open_library


def die(*_) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(base: str, folder: str, point: str = "never", number: str = "0") -> None:
    indexer.COMMIT_SECONDS = 0.0
    missing_vectors.FIRST_BATCH = 4
    left = int(number)
    if point == "index":
        vars(lexical)["replace_file"] = die
    if point == "saved":

        def half(path: Path, content: bytes) -> None:
            replace_file(path, content)
            die()

        vars(dense)["replace_file"] = half
    if point == "transaction":
        real = database.Database.transaction

        def counted(self):
            nonlocal left
            left -= 1
            return _Fatal(real(self)) if left == 0 else real(self)

        database.Database.transaction = counted
    library = open_library(Path(base), real=point == "real")
    for event in library.add([Path(folder)]):
        print(type(event).__name__, flush=True)
        left -= point == "event"
        if point == "event" and left == 0:
            die()
    library.search(library.query("whales"))
    library.close()


class _Fatal:
    """A transaction that dies before its commit."""

    def __init__(self, inner):
        self._inner = inner

    def __enter__(self):
        return self._inner.__enter__()

    def __exit__(self, *_):
        die()


if __name__ == "__main__":
    main(*sys.argv[1:])
