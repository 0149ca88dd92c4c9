"""The dense arm: a FAISS index of the passages' vectors, a cache that can be deleted at any time."""

import hashlib
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from phitui.library.replacing import replace_file
from phitui.library.store import Store
from phitui.library.vectors import Vectors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LAYOUT = 1
"""Raised with every change of what is written: older files are then ignored."""
ONE_THREAD_ROWS = 100_000
"""Comparisons that one thread makes: below, waking others costs more, up to 20 ms on a busy machine."""
ROWS_AT_ONCE = 20_000
"""Vectors that are read from the database at a time: 60 MB at 384 dimensions."""


class DenseIndex:
    """Inner product of unit vectors (cosine), exact over half precision. May be used from any thread.

    It lives in memory and follows the database: `catch_up` adds and removes what differs. The file only spares
    the next start the reading; the stamp inside says which state of which library it holds.
    """

    def __init__(self, folder: Path, vectors: Vectors):
        name = hashlib.sha256(vectors.identity.encode()).hexdigest()[:16]
        self._file = folder / f"vectors-{name}.faiss"
        self._stamp = self._file.with_suffix(".json")
        self._vectors = vectors
        self._lock = Lock()
        self._index: Any = None
        self._change = -1
        self._saved = -1

    def covers(self, store: Store) -> int:
        """The change number of the vectors that the index holds, in memory or else on disk; -1 for none."""
        return self._change if self._index is not None else self._read_stamp(store)

    def _read_stamp(self, store: Store) -> int:
        try:
            stamp = json.loads(self._stamp.read_text("utf-8"))
            mine = {"layout": LAYOUT, "library": store.library_id(), "embedder": self._vectors.identity}
            if all(stamp[key] == value for key, value in mine.items()) and self._file.exists():
                return int(stamp["change"])
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return -1

    def catch_up(self, store: Store) -> None:
        """Brings the index to the state of the database. Raises LibraryError."""
        import numpy as np

        with self._lock:
            change = store.change("vectors")
            if self._index is None:
                self._load(store)
            if self._change == change:
                return
            wanted = self._vectors.passage_ids()
            present = self._ids()
            self._remove(np.setdiff1d(present, wanted))
            missing = np.setdiff1d(wanted, present)
            for start in range(0, len(missing), ROWS_AT_ONCE):
                ids, vectors = self._vectors.of_passages(missing[start : start + ROWS_AT_ONCE].tolist())
                self._add(ids, vectors)
            self._change = change

    def _load(self, store: Store) -> None:
        """The index on disk, or an empty one where that is missing, garbage or of another library."""
        import faiss

        self._index, self._change = None, -1
        change = self._read_stamp(store)
        if change >= 0:
            # FAISS raises RuntimeError for garbage; the stamp's count and dimension catch what still loads.
            with suppress(Exception):
                stamp = json.loads(self._stamp.read_text("utf-8"))
                content = self._file.read_bytes()
                if hashlib.blake2b(content).hexdigest() == stamp["digest"]:
                    import numpy as np

                    self._index = faiss.deserialize_index(np.frombuffer(content, np.uint8))
                    self._change = self._saved = change
        if self._index is None or self._index.d != self._vectors.dimension:
            flat = faiss.IndexScalarQuantizer(
                self._vectors.dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
            )
            flat.is_trained = True
            self._index, self._change = faiss.IndexIDMap2(flat), -1

    def _ids(self) -> "NDArray[np.int64]":
        import faiss
        import numpy as np

        found: NDArray[np.int64] = np.asarray(faiss.vector_to_array(self._index.id_map), np.int64)
        return found

    def add(self, ids: Sequence[int], vectors: "NDArray[np.float32]") -> None:
        """Adds vectors (n, dimension) under the passages' ids; an id that is there already is replaced."""
        import numpy as np

        with self._lock:
            self._remove(np.intersect1d(self._ids(), np.asarray(ids, np.int64)))
            self._add(ids, vectors)

    def _add(self, ids: Sequence[int], vectors: "NDArray[np.float32]") -> None:
        import numpy as np

        if len(ids):
            self._index.add_with_ids(np.ascontiguousarray(vectors, np.float32), np.asarray(ids, np.int64))

    def remove(self, ids: Sequence[int]) -> None:
        """Takes those passages' vectors out; ids that are not there do not matter."""
        import numpy as np

        with self._lock:
            self._remove(np.asarray(ids, np.int64))

    def _remove(self, ids: "NDArray[np.int64]") -> None:
        if len(ids):
            self._index.remove_ids(ids)

    def search(
        self, queries: "NDArray[np.float32]", k: int, passages: Sequence[int] | None = None
    ) -> list[list[tuple[int, float]]]:
        """The k best (passage id, cosine) of each row of `queries` (n, dimension), best first, equal ones by id.

        `passages` restricts the search to those ids. Before the first `catch_up` nothing is found.
        """
        import faiss
        import numpy as np

        with self._lock:
            if self._index is None or not self._index.ntotal or k < 1:
                return [[] for _ in queries]
            options = None
            if passages is not None:
                chosen = faiss.IDSelectorBatch(np.asarray(passages, np.int64))
                options = faiss.SearchParameters(sel=chosen)  # type: ignore[call-arg]
            rows = np.ascontiguousarray(queries, np.float32)
            cores = os.cpu_count() or 1
            # One core is left to the screen. OpenMP keeps this number for the calling thread alone.
            faiss.omp_set_num_threads(1 if len(rows) * self._index.ntotal < ONE_THREAD_ROWS else max(1, cores - 1))
            scores, ids = self._index.search(rows, min(k, self._index.ntotal), params=options)
        found = []
        for row_ids, row_scores in zip(ids.tolist(), scores.tolist(), strict=True):
            row = [(key, score) for key, score in zip(row_ids, row_scores, strict=True) if key >= 0]
            found.append(sorted(row, key=lambda each: (-round(each[1], 5), each[0])))
        return found

    def save(self, store: Store) -> None:
        """Writes the index where it differs from the file. A cache: what cannot be written is left out."""
        with self._lock:
            if self._index is None or self._change < 0 or self._change == self._saved:
                return
            import faiss

            content = faiss.serialize_index(self._index).tobytes()
            stamp = {
                "layout": LAYOUT,
                "library": store.library_id(),
                "embedder": self._vectors.identity,
                "change": self._change,
                "digest": hashlib.blake2b(content).hexdigest(),
            }
            with suppress(OSError):
                replace_file(self._file, content)
                replace_file(self._stamp, json.dumps(stamp).encode())
                self._saved = self._change

    def delete(self) -> None:
        """Gives the memory back and takes the files away."""
        self.close()
        for file in (self._stamp, self._file):
            with suppress(OSError):
                file.unlink(missing_ok=True)

    def close(self) -> None:
        """Gives the memory back."""
        with self._lock:
            self._index, self._change = None, -1
