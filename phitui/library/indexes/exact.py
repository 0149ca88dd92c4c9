"""Every vector compared: half precision, in memory."""

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from phitui.library.indexes.coverage import inside
from phitui.memory import LIBRARY_BYTES, need

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ONE_THREAD_ROWS = 100_000
"""Comparisons up to which one thread makes them all: waking others costs more, up to 20 ms on a busy machine."""
FEW = 5_000
"""Up to so many vectors it is quicker to pick them out than to skip the others."""


class Exact:
    """Inner products with all vectors. Not thread-safe."""

    def __init__(self, dimension: int, content: bytes | None = None):
        """Empty, or made from `content`. Raises RuntimeError for garbage, ValueError for another dimension."""
        if "faiss" not in sys.modules:
            need(LIBRARY_BYTES)
        import faiss
        import numpy as np

        if content is not None:
            self._index: Any = faiss.deserialize_index(np.frombuffer(content, np.uint8))
            if self._index.d != dimension:
                raise ValueError("an index of another dimension")
            return
        flat = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        flat.is_trained = True
        self._index = faiss.IndexIDMap2(flat)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def content(self) -> bytes:
        """The index as bytes, from which it can be made again."""
        import faiss

        made: bytes = faiss.serialize_index(self._index).tobytes()
        return made

    def ids(self) -> "NDArray[np.int64]":
        """Of all vectors, in the order in which they came."""
        import faiss
        import numpy as np

        found: NDArray[np.int64] = np.asarray(faiss.vector_to_array(self._index.id_map), np.int64)
        return found

    def first(self) -> "NDArray[np.float32]":
        """Some vector (1, dimension) of at least one."""
        import numpy as np

        return np.asarray(self._index.index.reconstruct(0), np.float32).reshape(1, -1)

    def add(self, ids: "NDArray[np.int64]", vectors: "NDArray[np.float32]") -> None:
        """Vectors (n, dimension) of ids that are not there yet."""
        import numpy as np

        if len(ids):
            self._index.add_with_ids(np.ascontiguousarray(vectors, np.float32), ids)

    def remove(self, ids: "NDArray[np.int64]") -> None:
        """Takes those vectors out."""
        if len(ids):
            self._index.remove_ids(ids)

    def search(
        self, queries: "NDArray[np.float32]", k: int, ranges: Sequence[tuple[int, int]] | None = None
    ) -> list[list[tuple[int, float]]]:
        """The k best (id, inner product) of each query; of ids in the ranges (see `inside`) if given."""
        import faiss
        import numpy as np

        if not len(self):
            return [[] for _ in queries]
        options = None
        if ranges is not None:
            ids = self.ids()
            places = np.flatnonzero(inside(ids, ranges))
            if len(places) <= FEW:
                return [self._best(query, ids[places], places, k) for query in queries]
            chosen = faiss.IDSelectorBatch(ids[places])
            # FAISS sets the fields of a class by keyword; its stub knows none.
            options = faiss.SearchParameters(sel=chosen)  # type: ignore[call-arg]
        cores = os.cpu_count() or 1
        # One core is left to the screen. OpenMP keeps this number for the calling thread alone.
        faiss.omp_set_num_threads(1 if len(queries) * len(self) < ONE_THREAD_ROWS else max(1, cores - 1))
        scores, ids = self._index.search(queries, min(k, len(self)), params=options)
        return [_row(*each) for each in zip(ids.tolist(), scores.tolist(), strict=True)]

    def _best(
        self, query: "NDArray[np.float32]", ids: "NDArray[np.int64]", places: "NDArray[np.int64]", k: int
    ) -> list[tuple[int, float]]:
        """The k best of a few vectors, without comparing the others."""
        import numpy as np

        if not len(places):
            return []
        scores = self._index.index.reconstruct_batch(places) @ query
        best = np.argsort(-scores, kind="stable")[:k]
        return list(zip(ids[best].tolist(), scores[best].tolist(), strict=True))


def _row(ids: Sequence[int], scores: Sequence[float]) -> list[tuple[int, float]]:
    """(id, score) pairs, without FAISS's filler for places that stay empty."""
    return [(key, score) for key, score in zip(ids, scores, strict=True) if key >= 0]
