"""The dense arm: FAISS indexes of the passages' vectors, a cache that can be deleted at any time."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from statistics import median
from threading import Lock
from time import perf_counter
from typing import TYPE_CHECKING, Any

from phitui.library.approximate import RECALL_AT, TRAINED_ON, TRIED_QUERIES, Lists, Measured, build
from phitui.library.covering import ROWS_AT_ONCE, Covered, among, batched, digest
from phitui.library.replacing import replace_file
from phitui.library.store import Store
from phitui.library.vectors import Vectors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LAYOUT = 2
"""Raised with every change of what is written: older files are then ignored."""
ONE_THREAD_ROWS = 100_000
"""Comparisons that one thread makes: below, waking others costs more, up to 20 ms on a busy machine."""
EXACT_SECONDS = 0.015
"""What a comparison with every vector may take before groups take its place."""
FEWEST_GROUPED = 50_000
"""Below, every vector is compared whatever it takes; as many new ones make the groups be made anew."""
TRIED_TIMES = 5
"""Comparisons that tell how long one takes."""


def measured(folder: Path, identity: str) -> Measured | None:
    """What the index of groups of that embedder was found to be; None while every vector is compared."""
    try:
        stamp = json.loads(_file(folder, identity).with_suffix(".json").read_text("utf-8"))
        return Measured(**stamp["measured"]) if stamp["layout"] == LAYOUT and stamp["measured"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _file(folder: Path, identity: str) -> Path:
    return folder / f"vectors-{hashlib.sha256(identity.encode()).hexdigest()[:16]}.faiss"


class DenseIndex:
    """Inner product of unit vectors (cosine), over half precision. May be used from any thread.

    All vectors are compared, until that takes longer than EXACT_SECONDS: `improve` then makes an index of groups
    (`approximate`), which stays on disk; what comes later is compared exactly beside it. `catch_up` follows the
    database, document by document. The files only spare the next start the reading; the stamp beside them says
    which state of which library they hold.
    """

    def __init__(self, folder: Path, vectors: Vectors):
        self._file = _file(folder, vectors.identity)
        self._stamp = self._file.with_suffix(".json")
        self._lists_file = self._file.with_suffix(".lists")
        self._ids_file = self._file.with_suffix(".ids")
        self._vectors = vectors
        self._lock = Lock()
        self._improving = Lock()
        self._flat: Any = None
        self._lists: Lists | None = None
        self._measured: Measured | None = None
        self._gone: NDArray[np.int64] | None = None
        """Ids in the lists that the library no longer holds, sorted."""
        self._lists_digests: list[str] | None = None
        self._covered: dict[int, Covered] = {}
        self._change = -1
        self._saved = -1

    def covers(self, store: Store) -> int:
        """The change number of the vectors that the index holds, in memory or else on disk; -1 for none."""
        if self._flat is not None:
            return self._change
        stamp = self._read_stamp(store)
        return int(stamp["change"]) if stamp else -1

    def _read_stamp(self, store: Store) -> dict[str, Any] | None:
        try:
            stamp = json.loads(self._stamp.read_text("utf-8"))
            mine = {"layout": LAYOUT, "library": store.library_id(), "embedder": self._vectors.identity}
            if all(stamp[key] == value for key, value in mine.items()) and self._file.exists():
                stamp["change"] = int(stamp["change"])
                return dict(stamp)
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return None

    # ── following the database ───────────────────────────────────────────────────────────────────────────────

    def catch_up(self, store: Store) -> None:
        """Brings the index to the state of the database. Raises LibraryError."""
        with self._lock:
            change = store.change("vectors")
            if self._flat is None:
                self._load(store)
            if self._change == change:
                return
            wanted = self._vectors.by_document()
            differing = [key for key, old in self._covered.items() if wanted.get(key) != old[:2]]
            differing += [key for key in wanted if key not in self._covered]
            self._follow(differing, wanted)
            self._change = change

    def _follow(self, documents: Sequence[int], wanted: dict[int, tuple[int, int]]) -> None:
        """Takes out what those documents no longer have, adds what they have now."""
        import numpy as np

        def outdated(key: int) -> bool:
            version, vectors = wanted.get(key, (-1, 0))
            return version != self._covered[key][0] or vectors < self._covered[key][1]

        stale = [self._covered.pop(key) for key in documents if key in self._covered and outdated(key)]
        self._remove_ranges([(first, last) for _, _, first, last in stale])
        present = np.sort(self._flat_ids())
        ids: list[int] = []
        rows: list[NDArray[np.float32]] = []
        for key in documents:
            if key not in wanted:
                continue
            version, _ = wanted[key]
            found, vectors = self._vectors.of_document(key, version)
            if not found:
                continue
            self._covered[key] = (version, len(found), min(found), max(found))
            new = ~(among(np.asarray(found, np.int64), present) | self._in_lists(np.asarray(found, np.int64)))
            ids += np.asarray(found, np.int64)[new].tolist()
            rows.append(vectors[new])
            if len(ids) > ROWS_AT_ONCE:
                self._add(ids, np.concatenate(rows))
                ids, rows = [], []
        if ids:
            self._add(ids, np.concatenate(rows))

    def _flat_ids(self) -> "NDArray[np.int64]":
        import faiss
        import numpy as np

        found: NDArray[np.int64] = np.asarray(faiss.vector_to_array(self._flat.id_map), np.int64)
        return found

    def _in_lists(self, ids: "NDArray[np.int64]") -> "NDArray[np.bool_]":
        import numpy as np

        if self._lists is None or self._gone is None:
            return np.zeros(len(ids), bool)
        return among(ids, self._lists.ids) & ~among(ids, self._gone)

    def _remove_ranges(self, ranges: Sequence[tuple[int, int]]) -> None:
        """Ranges of ids, both ends included, that do not overlap."""
        import numpy as np

        if not ranges:
            return
        firsts, lasts = np.asarray(sorted(ranges), np.int64).T

        def within(ids: "NDArray[np.int64]") -> "NDArray[np.int64]":
            places = np.searchsorted(firsts, ids, "right") - 1
            inside: NDArray[np.int64] = ids[(places >= 0) & (ids <= lasts[places])]
            return inside

        gone = within(self._flat_ids())
        if len(gone):
            self._flat.remove_ids(gone)
        if self._lists is not None and self._gone is not None:
            self._gone = np.union1d(self._gone, within(self._lists.ids))
            self._lists.leave_out(self._gone)

    def _add(self, ids: Sequence[int], vectors: "NDArray[np.float32]") -> None:
        import numpy as np

        self._flat.add_with_ids(np.ascontiguousarray(vectors, np.float32), np.asarray(ids, np.int64))

    # ── searching ────────────────────────────────────────────────────────────────────────────────────────────

    def search(
        self, queries: "NDArray[np.float32]", k: int, passages: Sequence[int] | None = None
    ) -> list[list[tuple[int, float]]]:
        """The k best (passage id, cosine) of each row of `queries` (n, dimension), best first, equal ones by id.

        `passages` restricts the search to those ids. Before the first `catch_up` nothing is found.
        """
        import numpy as np

        with self._lock:
            if self._flat is None or k < 1:
                return [[] for _ in queries]
            rows = np.ascontiguousarray(queries, np.float32)
            only = None if passages is None else np.asarray(passages, np.int64)
            scores, ids = self._search_flat(rows, k, only)
            if self._lists is not None and self._gone is not None:
                if only is not None:
                    only = only[~among(only, self._gone)]
                more_scores, more_ids = self._lists.search(rows, k, only)
                scores, ids = np.hstack([scores, more_scores]), np.hstack([ids, more_ids])
        found = []
        for row_ids, row_scores in zip(ids.tolist(), scores.tolist(), strict=True):
            row = [(key, score) for key, score in zip(row_ids, row_scores, strict=True) if key >= 0]
            found.append(sorted(row, key=lambda each: (-round(each[1], 5), each[0]))[:k])
        return found

    def _search_flat(
        self, rows: "NDArray[np.float32]", k: int, only: "NDArray[np.int64] | None"
    ) -> "tuple[NDArray[np.float32], NDArray[np.int64]]":
        import faiss
        import numpy as np

        if not self._flat.ntotal:
            return np.zeros((len(rows), 0), np.float32), np.zeros((len(rows), 0), np.int64)
        options = None
        if only is not None:
            chosen = faiss.IDSelectorBatch(only)
            options = faiss.SearchParameters(sel=chosen)  # type: ignore[call-arg]
        cores = os.cpu_count() or 1
        # One core is left to the screen. OpenMP keeps this number for the calling thread alone.
        faiss.omp_set_num_threads(1 if len(rows) * self._flat.ntotal < ONE_THREAD_ROWS else max(1, cores - 1))
        found: tuple[NDArray[np.float32], NDArray[np.int64]] = self._flat.search(
            rows, min(k, self._flat.ntotal), params=options
        )
        return found

    # ── growing out of exact search ──────────────────────────────────────────────────────────────────────────

    def improve(self, store: Store, stopped: Callable[[], bool]) -> Measured | None:
        """Makes groups where comparing every vector has become slow; says what they are. Blocks for minutes.

        Searching goes on meanwhile. One thread at a time; what cannot be written is left out. Raises LibraryError.
        """
        if self._vectors.counts()[0] < FEWEST_GROUPED or not self._improving.acquire(blocking=False):
            return None
        try:
            self.catch_up(store)
            return self._group(store, stopped) if self._slow() else None
        finally:
            self._improving.release()

    def _slow(self) -> bool:
        import numpy as np

        with self._lock:
            if self._flat is None:
                return False
            if self._flat.ntotal + (0 if self._gone is None else len(self._gone)) < FEWEST_GROUPED:
                return False
            if self._lists is not None:
                return True
            query = np.asarray(self._flat.index.reconstruct(0), np.float32)
        times = []
        for _ in range(TRIED_TIMES):
            began = perf_counter()
            self.search(query.reshape(1, -1), RECALL_AT)
            times.append(perf_counter() - began)
        return median(times) > EXACT_SECONDS

    def _group(self, store: Store, stopped: Callable[[], bool]) -> Measured | None:
        import faiss
        import numpy as np

        with self._lock:
            covered = dict(self._covered)
        count = sum(each[1] for each in covered.values())
        faiss.omp_set_num_threads(max(1, (os.cpu_count() or 1) - 1))
        rng = np.random.default_rng(1)
        documents = sorted(covered)

        def chunks() -> "Iterator[tuple[list[int], NDArray[np.float32]]]":
            for some in batched(documents, covered):
                found = [self._vectors.of_document(key, covered[key][0]) for key in some]
                ids = [key for ids, _ in found for key in ids]
                if ids:
                    yield ids, np.concatenate([vectors for _, vectors in found])

        few = rng.permutation(documents).tolist()
        sample = self._sample(few, covered, round(TRAINED_ON * 4 * count**0.5))
        queries = self._sample(few[::-1], covered, 20 * TRIED_QUERIES)
        queries = queries[rng.permutation(len(queries))[:TRIED_QUERIES]]
        beside = self._lists_file.with_name(f"{self._lists_file.name}.{os.getpid()}.new")
        try:
            made = build(beside, count, chunks, sample, queries, stopped)
            if made is None:
                return None
            ids, measured = made
            with self._lock:
                # In this order: a kill leaves files that the stamp does not know, and they are made anew.
                self._stamp.unlink(missing_ok=True)
                os.replace(beside, self._lists_file)
                replace_file(self._ids_file, ids.tobytes())
                self._lists = Lists(self._lists_file, ids, measured.probes)
                self._measured, self._gone = measured, np.zeros(0, np.int64)
                self._lists_digests = self._digests()
                self._flat = self._empty()
                self._covered, self._change, self._saved = covered, -1, -1
        except (OSError, RuntimeError):  # no room for the cache: exact search goes on
            return None
        finally:
            beside.unlink(missing_ok=True)
        self.catch_up(store)
        self.save(store)
        return measured

    def _sample(self, documents: Sequence[int], covered: dict[int, Covered], most: int) -> "NDArray[np.float32]":
        """At most so many vectors of documents in that order."""
        import numpy as np

        rows: list[NDArray[np.float32]] = []
        count = 0
        for key in documents:
            if count >= most:
                break
            rows.append(self._vectors.of_document(key, covered[key][0])[1])
            count += len(rows[-1])
        return np.concatenate(rows)[:most]

    # ── files ────────────────────────────────────────────────────────────────────────────────────────────────

    def _empty(self) -> Any:
        import faiss

        flat = faiss.IndexScalarQuantizer(
            self._vectors.dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        flat.is_trained = True
        return faiss.IndexIDMap2(flat)

    def _load(self, store: Store) -> None:
        """The indexes on disk, or an empty one where they are missing, garbage or of another library."""
        self._change = self._saved = -1
        self._lists = self._measured = self._gone = None
        stamp = self._read_stamp(store)
        # FAISS raises RuntimeError for garbage; digests, counts and dimension catch what still loads.
        with suppress(Exception):
            if stamp is not None:
                self._load_files(stamp)
                return
        self._flat, self._covered = self._empty(), {}
        self._lists = self._measured = self._gone = None

    def _load_files(self, stamp: dict[str, Any]) -> None:
        import faiss
        import numpy as np

        content = self._file.read_bytes()
        if hashlib.blake2b(content).hexdigest() != stamp["digest"]:
            raise ValueError("another file")
        flat = faiss.deserialize_index(np.frombuffer(content, np.uint8))
        if stamp["measured"]:
            ids = np.fromfile(self._ids_file, np.int64)
            self._lists_digests = self._digests()
            if self._lists_digests != stamp["lists"]:
                raise ValueError("other files")
            self._measured = Measured(**stamp["measured"])
            self._lists = Lists(self._lists_file, ids, self._measured.probes)
            self._gone = np.asarray(stamp["gone"], np.int64)
            self._lists.leave_out(self._gone)
        if {flat.d, self._lists.dimension if self._lists else flat.d} != {self._vectors.dimension}:
            raise ValueError("another dimension")
        self._covered = {int(key): (each[0], each[1], each[2], each[3]) for key, each in stamp["documents"].items()}
        self._flat, self._change, self._saved = flat, stamp["change"], stamp["change"]

    def save(self, store: Store) -> None:
        """Writes the index where it differs from the file. A cache: what cannot be written is left out."""
        with self._lock:
            if self._flat is None or self._change < 0 or self._change == self._saved:
                return
            import faiss

            content = faiss.serialize_index(self._flat).tobytes()
            with suppress(OSError):
                if self._lists and self._digests() != self._lists_digests:
                    return  # another process has made groups anew: its files know more
                stamp = {
                    "layout": LAYOUT,
                    "library": store.library_id(),
                    "embedder": self._vectors.identity,
                    "change": self._change,
                    "digest": hashlib.blake2b(content).hexdigest(),
                    "measured": asdict(self._measured) if self._measured else None,
                    "lists": self._lists_digests if self._lists else None,
                    "gone": self._gone.tolist() if self._gone is not None else [],
                    "documents": self._covered,
                }
                replace_file(self._file, content)
                replace_file(self._stamp, json.dumps(stamp).encode())
                self._saved = self._change

    def _digests(self) -> list[str]:
        return [digest(self._lists_file), digest(self._ids_file)]

    def delete(self) -> None:
        """Gives the memory back and takes the files away."""
        self.close()
        for file in (self._stamp, self._file, self._lists_file, self._ids_file):
            with suppress(OSError):
                file.unlink(missing_ok=True)

    def close(self) -> None:
        """Gives the memory back."""
        with self._lock:
            self._flat = self._lists = self._measured = self._gone = None
            self._change = -1
