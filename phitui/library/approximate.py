"""An inverted-file index (Jégou et al. 2011): for libraries in which comparing every vector takes too long.

Vectors are grouped around centres that k-means finds among them; a question is compared with the vectors of the
nearest groups only. How many groups that takes is measured on the library's own vectors.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WANTED_RECALL = 0.995
"""Share of the exact search's RECALL_AT best that must be found on the library's own vectors: .99 and some air."""
RECALL_AT = 50
TRIED_QUERIES = 200
TRAINED_ON = 40
"""Vectors that k-means sees for each group: more make the groups hardly better, and take minutes."""
SEED = 7


@dataclass(frozen=True, slots=True)
class Measured:
    """What the index was found to be when it was made."""

    vectors: int
    groups: int
    probes: int
    """Groups that a question is compared with."""
    recall: float
    """Share of the exact search's RECALL_AT best that it finds."""

    @property
    def said(self) -> str:
        """One sentence for people, without its full stop."""
        return (
            f"search by meaning looks into {self.probes:,} of {self.groups:,} groups of vectors and finds "
            f"{self.recall:.1%} of the {RECALL_AT} nearest passages"
        )


class Lists:
    """A finished index on disk, mapped into memory: opening it reads its centres and nothing else. Never changes."""

    def __init__(self, file: Path, ids: "NDArray[np.int64]", probes: int):
        """Raises what FAISS raises where the file is missing or garbage. `ids` are sorted."""
        import faiss

        index: Any = faiss.read_index(str(file), faiss.IO_FLAG_MMAP)
        self._index = index
        lists: Any = faiss.downcast_InvertedLists(index.invlists)
        lists.prefetch_nthread = 0  # else each question starts 32 threads that read ahead
        self.dimension = int(self._index.d)
        self.ids = ids
        self._probes = probes
        self._without: tuple[Any, Any] | None = None
        if self._index.ntotal != len(ids):
            raise ValueError("the index and its ids differ")

    def leave_out(self, gone: "NDArray[np.int64]") -> None:
        """Ids that are not found from now on."""
        import faiss

        chosen = faiss.IDSelectorBatch(gone)
        self._without = (faiss.IDSelectorNot(chosen), chosen) if len(gone) else None

    def search(
        self, queries: "NDArray[np.float32]", k: int, only: "NDArray[np.int64] | None"
    ) -> "tuple[NDArray[np.float32], NDArray[np.int64]]":
        """(scores, ids), each (n, k), best first, -1 where there are fewer; `only` is searched in every group.

        What was left out is left out of `only` by the caller.
        """
        import faiss

        options = faiss.SearchParametersIVF()
        options.nprobe = self._probes if only is None else self._index.nlist
        chosen = faiss.IDSelectorBatch(only) if only is not None else None
        options.sel = chosen or (self._without[0] if self._without else None)
        found: tuple[NDArray[np.float32], NDArray[np.int64]] = self._index.search(queries, k, params=options)
        return found


def build(
    file: Path,
    count: int,
    chunks: Callable[[], "Iterator[tuple[Sequence[int], NDArray[np.float32]]]"],
    sample: "NDArray[np.float32]",
    queries: "NDArray[np.float32]",
    stopped: Callable[[], bool],
) -> "tuple[NDArray[np.int64], Measured] | None":
    """Makes the index of all vectors that `chunks` yields (`count`, about) and writes it; (its ids, what it is).

    `sample` (n, dimension) trains it, its recall is measured with `queries`. None where it was stopped. Raises OSError
    and what FAISS raises.
    """
    import faiss
    import numpy as np

    groups = max(1, min(round(4 * sqrt(count)), len(sample) // TRAINED_ON or 1))
    dimension = sample.shape[1]
    centres = faiss.IndexFlatIP(dimension)
    index = faiss.IndexIVFScalarQuantizer(
        centres, dimension, groups, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT, False
    )
    index.cp.seed = SEED
    index.train(sample)
    ids: list[int] = []
    best = Best(queries, RECALL_AT)
    for some, vectors in chunks():
        if stopped():
            return None
        index.add_with_ids(vectors, np.asarray(some, np.int64))
        best.see(some, vectors)
        ids += some
    probes, recall = _tune(index, queries, best.ids)
    faiss.write_index(index, str(file))
    os.chmod(file, 0o600)
    return np.sort(np.asarray(ids, np.int64)), Measured(len(ids), groups, probes, recall)


class Best:
    """The k best of each query among all vectors seen, compared with all of them."""

    def __init__(self, queries: "NDArray[np.float32]", k: int):
        import numpy as np

        self._queries, self._k = queries, k
        self._scores = np.full((len(queries), 0), -2, np.float32)
        self.ids: NDArray[np.int64] = np.full((len(queries), 0), -1, np.int64)

    def see(self, ids: Sequence[int], vectors: "NDArray[np.float32]") -> None:
        """Vectors (n, dimension) and their ids."""
        import numpy as np

        # Rounded to half precision, as the index holds them: ties must not count as misses.
        scores = np.hstack([self._scores, self._queries @ vectors.T])
        every = np.hstack([self.ids, np.broadcast_to(np.asarray(ids, np.int64), (len(self._queries), len(ids)))])
        if scores.shape[1] > self._k:
            places = np.argpartition(-scores, self._k - 1, axis=1)[:, : self._k]
            scores, every = np.take_along_axis(scores, places, 1), np.take_along_axis(every, places, 1)
        self._scores, self.ids = scores, every


def _tune(index: Any, queries: "NDArray[np.float32]", wanted: "NDArray[np.int64]") -> tuple[int, float]:
    """(groups to look at, recall): the fewest, doubled from 4 on, that find WANTED_RECALL; if need be all of them."""
    probes = min(4, index.nlist)
    while True:
        index.nprobe = probes
        recall = overlap(index.search(queries, wanted.shape[1])[1], wanted)
        if recall >= WANTED_RECALL or probes == index.nlist:
            return probes, recall
        probes = min(probes * 2, index.nlist)


def overlap(found: "NDArray[np.int64]", wanted: "NDArray[np.int64]") -> float:
    """Share, 0 to 1, of the wanted ids of each row that are found in it."""
    hits = sum(len(set(row) & set(other)) for row, other in zip(found.tolist(), wanted.tolist(), strict=True))
    return hits / wanted.size if wanted.size else 1.0
