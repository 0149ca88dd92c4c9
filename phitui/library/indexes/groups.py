"""An inverted-file index: for libraries in which comparing every vector takes too long.

Vectors are grouped around centres (Jégou et al. 2011, Product quantization for nearest neighbor search) and held in
memory as codes of four bits for two dimensions or more, which a processor compares 32 at a time (André et al. 2017,
Quicker ADC). A question is compared with the codes of the nearest groups, and the best RECONSIDERED of them with the
vectors themselves, which stay on disk, mapped. How many groups that takes is measured on the library's own vectors.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phitui.library.atomic import open_private
from phitui.library.halves import singles

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WANTED_RECALL = 0.996
"""Share of the exact search's RECALL_AT best that must be found for the library's own vectors: questions lie farther
from them, and find up to .005 less, at the end of the list (of the ten best .002 less). Of a million made vectors, .998
takes half as many groups again, for .003 of the 50 nearest and .0005 of the ten."""
RECALL_AT = 50
RECONSIDERED = 500
"""With 200, codes alone lose 1.5 % of the best at a million vectors; with 500 nothing, for .3 ms."""
TRIED_QUERIES = 200
GROUPS = 2
"""So many times the square root of the vectors: with as many as the root, one and a half times as many codes of a
million vectors are looked into for the same recall; more take minutes to make."""
TRAINED_ON = 40
"""Vectors that k-means sees for each group: more hardly improve the groups, and take minutes."""
ROUNDS = 12
"""Of k-means."""
CODE_BITS = 4
MOST_CODES = 512
"""Of a vector; each stands for two dimensions where that is enough. FAISS adds them up in 16 bits."""
FEWEST_PROBES, PROBES_STEP = 4, 1.4
PROBES_SHARE = 0.05
"""Of all groups: so exactly is it told how many are enough."""
ONE_QUERY = 10
"""FAISS's way to search for one query after the other: without its preparations for many, an eighth less work."""
ROWS_AT_ONCE = 20_000
"""Vectors that are made float32 at a time."""
SEED = 7


@dataclass(frozen=True, slots=True)
class IndexFigures:
    """What the index was found to be when it was made."""

    vectors: int
    groups: int
    probes: int
    """Groups that a question is compared with."""
    recall: float
    """Share of the exact search's RECALL_AT best that it finds."""
    reconsidered: int = RECONSIDERED
    """Vectors whose codes are nearest that are compared themselves."""

    @property
    def said(self) -> str:
        """One sentence for people, without its full stop."""
        return (
            f"search by meaning looks into {self.probes:,} of {self.groups:,} groups of vectors and finds "
            f"{self.recall:.1%} of the {RECALL_AT} nearest passages"
        )


@dataclass(frozen=True, slots=True)
class Files:
    """Where an index lies: the groups with their codes, the vectors (float16), and their ids (int64, sorted)."""

    groups: Path
    rows: Path
    ids: Path

    def all(self) -> tuple[Path, Path, Path]:
        """Every one of them."""
        return self.groups, self.rows, self.ids


class Groups:
    """A finished index. It never changes, but for ids that are left out. Not thread-safe."""

    def __init__(self, index: Any, rows: "NDArray[np.float16]", ids: "NDArray[np.int64]"):
        """`rows` (n, dimension) belong to the `ids`, which are sorted; `index` knows them by their places."""
        import numpy as np

        self._index, self._rows, self.ids = index, rows, ids
        index.implem = ONE_QUERY
        self._reconsidered = RECONSIDERED
        self._gone = np.zeros(len(ids), bool)
        matching = 0 < len(ids) == len(rows) == index.ntotal and rows.shape[1] == index.d
        if not matching or not bool((ids[1:] > ids[:-1]).all()):
            raise ValueError("the files of the index differ")

    @classmethod
    def open(cls, files: Files, dimension: int) -> "Groups":
        """Opens files, of which the vectors stay on disk. Raises what FAISS and numpy raise for anything else."""
        import faiss
        import numpy as np

        rows = np.memmap(files.rows, np.float16, "r").reshape(-1, dimension)
        return cls(faiss.read_index(str(files.groups)), rows, np.fromfile(files.ids, np.int64))

    def look_into(self, probes: int, reconsidered: int) -> None:
        """Sets how many of the nearest groups are searched, how many of the nearest vectors compared themselves."""
        self._index.nprobe, self._reconsidered = probes, reconsidered

    def leave_out(self, gone: "NDArray[np.int64]") -> None:
        """Ids that are not found from now on."""
        inside, places = self._places(gone)
        self._gone[places[inside]] = True

    def left_out(self) -> "NDArray[np.int64]":
        """Ids that are in the files and are not found."""
        return self.ids[self._gone]

    def holds(self, ids: "NDArray[np.int64]") -> "NDArray[np.bool_]":
        """Which of the ids it finds."""
        inside, places = self._places(ids)
        return inside & ~self._gone[places]

    def _places(self, ids: "NDArray[np.int64]") -> "tuple[NDArray[np.bool_], NDArray[np.int64]]":
        """(which of the ids are in the files, where those are). Of millions none is touched beside the path there."""
        import numpy as np

        places = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return self.ids[places] == ids, places

    def search(
        self, queries: "NDArray[np.float32]", k: int, ranges: Sequence[tuple[int, int]] | None = None
    ) -> list[list[tuple[int, float]]]:
        """The k best (id, inner product) of each query, in no order; of ids in the ranges (see `inside`) if given."""
        import faiss
        import numpy as np

        faiss.omp_set_num_threads(1)
        left_out, codes = self._gone, max(self._reconsidered, 2 * k)
        chosen = None
        if ranges is not None:
            chosen = self._chosen(ranges)
            # The same share of codes as where all are searched; comparing a few directly is quicker.
            codes = codes * len(self.ids) // max(1, len(chosen))
            if len(chosen) <= ROWS_AT_ONCE:
                return [self._best(query, chosen, k) for query in queries]
            left_out = np.ones(len(self.ids), bool)
            left_out[chosen] = False
        found = []
        for query in queries:
            near = self._index.search(query.reshape(1, -1), min(codes, len(self.ids)))[1][0]
            near = np.sort(near[near >= 0])
            near = near[~left_out[near]]
            if chosen is not None and len(near) < k:  # they lie elsewhere
                near = chosen
            found.append(self._best(query, near, k))
        return found

    def _chosen(self, ranges: Sequence[tuple[int, int]]) -> "NDArray[np.int64]":
        """Places, ascending, of the ids in the ranges that are found. No others are looked at."""
        import numpy as np

        inside = [np.arange(*np.searchsorted(self.ids, (first, last + 1))) for first, last in sorted(ranges)]
        places = np.concatenate([*inside, np.zeros(0, np.int64)])
        found: NDArray[np.int64] = places[~self._gone[places]]
        return found

    def _best(self, query: "NDArray[np.float32]", places: "NDArray[np.int64]", k: int) -> list[tuple[int, float]]:
        import numpy as np

        if not len(places):
            return []
        chunks = [places[start : start + ROWS_AT_ONCE] for start in range(0, len(places), ROWS_AT_ONCE)]
        scores = np.concatenate([singles(self._rows[chunk]) @ query for chunk in chunks])
        if len(scores) > k:
            best = np.argpartition(-scores, k - 1)[:k]
            places, scores = places[best], scores[best]
        return list(zip(self.ids[places].tolist(), scores.tolist(), strict=True))


def build(
    files: Files,
    count: int,
    chunks: "Iterable[tuple[Sequence[int], NDArray[np.float32]]]",
    sample: "NDArray[np.float32]",
    queries: "NDArray[np.float32]",
    stopped: Callable[[], bool],
) -> IndexFigures | None:
    """Makes the index of all vectors that `chunks` yields (`count`, about), ids ascending, and writes it.

    `sample` (n, dimension) trains it, its recall is measured with `queries`. None where it was stopped. Raises OSError
    and what FAISS raises.
    """
    import faiss
    import numpy as np

    dimension = sample.shape[1]
    groups = max(1, min(round(GROUPS * sqrt(count)), len(sample) // TRAINED_ON))
    codes = next(count for count in range(min(dimension // 2, MOST_CODES), 0, -1) if dimension % count == 0)
    index = faiss.IndexIVFPQFastScan(
        faiss.IndexFlatIP(dimension), dimension, groups, codes, CODE_BITS, faiss.METRIC_INNER_PRODUCT
    )
    index.by_residual = True
    index.cp.seed, index.cp.niter = SEED, ROUNDS
    index.train(sample)
    ids: list[int] = []
    best = Best(queries, RECALL_AT)
    with open_private(files.rows) as rows:
        for some, vectors in chunks:
            if stopped():
                return None
            index.add(vectors)
            rows.write(vectors.astype(np.float16).tobytes())
            best.see(some, vectors)
            ids += some
    with open_private(files.ids) as file:
        file.write(np.asarray(ids, np.int64).tobytes())
    faiss.write_index(index, str(files.groups))
    os.chmod(files.groups, 0o600)
    return _tuned(Groups.open(files, dimension), groups, queries, best.ids)


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

        scores = np.hstack([self._scores, self._queries @ vectors.T])
        every = np.hstack([self.ids, np.broadcast_to(np.asarray(ids, np.int64), (len(self._queries), len(ids)))])
        if scores.shape[1] > self._k:
            places = np.argpartition(-scores, self._k - 1, axis=1)[:, : self._k]
            scores, every = np.take_along_axis(scores, places, 1), np.take_along_axis(every, places, 1)
        self._scores, self.ids = scores, every


def _tuned(groups: Groups, count: int, queries: "NDArray[np.float32]", wanted: "NDArray[np.int64]") -> IndexFigures:
    """Looks into the fewest groups that find enough, about; where all do not, reconsiders more."""

    def recall(probes: int, reconsidered: int) -> float:
        groups.look_into(probes, reconsidered)
        found = groups.search(queries, wanted.shape[1])
        return overlap([[key for key, _ in row] for row in found], wanted.tolist())

    few, probes, reconsidered = 0, min(FEWEST_PROBES, count), RECONSIDERED
    while (found := recall(probes, reconsidered)) < WANTED_RECALL:
        if probes < count:
            few, probes = probes, min(round(probes * PROBES_STEP), count)
        elif reconsidered < len(groups.ids):
            reconsidered *= 2
        else:
            break
    # Grown by steps; between the last two lies what is enough.
    while found >= WANTED_RECALL and probes - few > max(1, count * PROBES_SHARE):
        middle = (few + probes) // 2
        tried = recall(middle, reconsidered)
        few, probes, found = (few, middle, tried) if tried >= WANTED_RECALL else (middle, probes, found)
    groups.look_into(probes, reconsidered)
    return IndexFigures(len(groups.ids), count, probes, found, reconsidered)


def overlap(found: Sequence[Sequence[int]], wanted: Sequence[Sequence[int]]) -> float:
    """Share, 0 to 1, of the wanted ids of each row that are found in it."""
    whole = sum(len(row) for row in wanted)
    hits = sum(len(set(row) & set(other)) for row, other in zip(found, wanted, strict=True))
    return hits / whole if whole else 1.0
