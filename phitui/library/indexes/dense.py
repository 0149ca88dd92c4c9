"""The dense arm: FAISS indexes of the passages' vectors, a cache that can be deleted at any time."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from statistics import median
from threading import Lock
from time import perf_counter
from typing import TYPE_CHECKING

from phitui.library.atomic import fresh, put, replace_file, sync_file
from phitui.library.indexes.aside import aside
from phitui.library.indexes.coverage import (
    ROWS_AT_ONCE,
    Covered,
    among,
    batched,
    clear_away,
    digest,
    inside,
    read_stamp,
    sealed,
)
from phitui.library.indexes.exact import Exact
from phitui.library.indexes.groups import (
    GROUPS,
    RECALL_AT,
    TRAINED_ON,
    TRIED_QUERIES,
    Files,
    Groups,
    IndexFigures,
    build,
)
from phitui.library.store.documents import Store
from phitui.library.store.vectors import Vectors
from phitui.reading import open_regular

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LAYOUT = 5
"""Raised with every change of what is written: older files are then ignored."""
EXACT_SECONDS = 0.015
"""What a comparison with every vector may take before groups take its place."""
FEWEST_GROUPED = 50_000
"""With fewer vectors each is compared, however long it takes; after as many new ones the groups are made anew."""
LARGE = 20_000
"""Vectors that take longer to compare than it takes to wake another thread, ten times over."""
TRIED_TIMES = 5
"""Comparisons that are timed, to know how long one takes."""


def measured(folder: Path, identity: str) -> IndexFigures | None:
    """What the index of groups of that embedder was found to be; None while every vector is compared."""
    try:
        stamp = read_stamp(_file(folder, identity).with_suffix(".json"))
        return IndexFigures(**stamp["measured"]) if stamp["layout"] == LAYOUT and stamp["measured"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _file(folder: Path, identity: str) -> Path:
    return folder / f"vectors-{hashlib.sha256(identity.encode()).hexdigest()[:16]}.faiss"


class DenseIndex:
    """Inner product, the cosine of vectors of length 1, over half precision. May be used from any thread.

    All vectors are compared (`exact`) until that takes longer than EXACT_SECONDS: `improve` then makes an index of
    groups (`groups`) of them, and what is added later is compared exactly beside it. `catch_up` follows the database,
    document by document. The files only spare the next start the reading; the stamp beside them says which state of
    which library they hold.
    """

    def __init__(self, folder: Path, vectors: Vectors):
        self._file = _file(folder, vectors.identity)
        self._stamp = self._file.with_suffix(".json")
        self._files = Files(*(self._file.with_suffix(suffix) for suffix in (".groups", ".rows", ".ids")))
        self._vectors = vectors
        self._lock = Lock()
        self._improving = Lock()
        self._exact: Exact | None = None
        self._groups: Groups | None = None
        self._measured: IndexFigures | None = None
        self._digests: list[str] | None = None
        """Of the files of the groups."""
        self._covered: dict[int, Covered] = {}
        self._change = -1
        self._saved = -1
        self.damaged = False
        """Whether unusable files were found; whoever reports it resets it."""

    # ── following the database ───────────────────────────────────────────────────────────────────────────────

    def catch_up(self, store: Store) -> None:
        """Brings the index to the state of the database. Raises LibraryError."""
        with self._lock:
            change = store.change("vectors")
            exact = self._load(store) if self._exact is None else self._exact
            if self._change == change:
                return
            self._follow(store, exact, self._groups, self._covered, self._change)
            self._change = change

    def _follow(
        self, store: Store, exact: Exact, groups: Groups | None, covered: dict[int, Covered], since: int
    ) -> None:
        """Brings both to the state of the database; `covered` says what they hold, and is brought there too.

        They hold all that the database had at the change number `since`.
        """
        import numpy as np

        with store.database.snapshot():
            wanted = self._vectors.by_document(since)
            whole = len(covered) + sum(key not in covered for key in wanted) != self._vectors.documents()
            if whole:  # some are gone
                wanted = self._vectors.by_document()
        documents = [key for key in wanted if key not in covered or wanted[key] != covered[key][:2]]
        if whole:
            documents += [key for key in covered if key not in wanted]
        if not documents:
            return

        def outdated(key: int) -> bool:
            version, vectors = wanted.get(key, (-1, 0))
            return version != covered[key][0] or vectors < covered[key][1]

        stale = [covered.pop(key)[2:] for key in documents if key in covered and outdated(key)]
        if stale:
            there = exact.ids()
            exact.remove(there[inside(there, stale)])
            if groups is not None:
                groups.leave_out(groups.ids[inside(groups.ids, stale)])
        present = np.sort(exact.ids())
        some: list[NDArray[np.int64]] = []
        rows: list[NDArray[np.float32]] = []

        def add() -> None:
            if some:
                exact.add(np.concatenate(some), np.concatenate(rows))
            some.clear()
            rows.clear()

        for key in documents:
            if key not in wanted:
                continue
            version, _ = wanted[key]
            found, vectors = self._vectors.of_document(key, version)
            if not found:
                continue
            covered[key] = (version, len(found), found[0], found[-1])
            ids = np.asarray(found, np.int64)
            new = ~among(ids, present)
            if groups is not None:
                new &= ~groups.holds(ids)
            some.append(ids[new])
            rows.append(vectors[new])
            if sum(map(len, some)) > ROWS_AT_ONCE:
                add()
        add()

    # ── searching ────────────────────────────────────────────────────────────────────────────────────────────

    def search(
        self, queries: "NDArray[np.float32]", k: int, documents: Sequence[int] | None = None
    ) -> list[list[tuple[int, float]]]:
        """The k best (passage id, cosine) of each row of `queries` (n, dimension), best first, equal ones by id.

        `documents` restricts the search to their passages. Before the first `catch_up` nothing is found.
        """
        import numpy as np

        with self._lock:
            if self._exact is None or k < 1:
                return [[] for _ in queries]
            rows = np.ascontiguousarray(queries, np.float32)
            ranges = None
            if documents is not None:
                ranges = [self._covered[key][2:] for key in documents if key in self._covered]
            found = self._exact.search(rows, k, ranges)
            if self._groups is not None:
                more = self._groups.search(rows, k, ranges)
                found = [one + other for one, other in zip(found, more, strict=True)]
        return [sorted(row, key=lambda each: (-round(each[1], 5), each[0]))[:k] for row in found]

    @property
    def large(self) -> bool:
        """Whether a search takes milliseconds, in which something else may be done."""
        return self._groups is not None or (self._exact is not None and len(self._exact) >= LARGE)

    # ── growing out of exact search ──────────────────────────────────────────────────────────────────────────

    def improve(self, store: Store, stopped: Callable[[], bool]) -> IndexFigures | None:
        """Makes groups where comparing every vector has become slow; says what they are. Blocks for minutes.

        Searching goes on meanwhile. One thread at a time; on a full disk nothing is made. Raises LibraryError.
        """
        if self._vectors.counts()[0] < FEWEST_GROUPED or not self._improving.acquire(blocking=False):
            return None
        try:
            self.catch_up(store)
            return aside(partial(self._group, store), stopped) if self._slow() else None
        finally:
            self._improving.release()

    def _slow(self) -> bool:
        with self._lock:
            if self._exact is None:
                return False
            beside = len(self._exact) + (len(self._groups.left_out()) if self._groups else 0)
            if beside < FEWEST_GROUPED or self._groups is not None:
                return beside >= FEWEST_GROUPED
            query = self._exact.first()
        times = []
        for _ in range(TRIED_TIMES):
            began = perf_counter()
            self.search(query, RECALL_AT)
            times.append(perf_counter() - began)
        return median(times) > EXACT_SECONDS

    def _group(self, store: Store, stopped: Callable[[], bool]) -> IndexFigures | None:
        import faiss
        import numpy as np

        with self._lock:
            covered, since = dict(self._covered), self._change
        count = sum(each[1] for each in covered.values())
        rng = np.random.default_rng(1)
        sample = self._sample(covered, round(TRAINED_ON * GROUPS * count**0.5), rng)
        queries = self._sample(covered, TRIED_QUERIES, rng)
        beside: list[Path] = []
        faiss.omp_set_num_threads(max(1, (os.cpu_count() or 1) - 1))
        try:
            beside += [fresh(file) for file in self._files.all()]
            made = build(Files(*beside), count, self._chunks(covered), sample, queries, stopped)
            if made is None:
                return None
            for file in beside:
                sync_file(file)
            groups, exact = Groups.open(Files(*beside), self._vectors.dimension), Exact(self._vectors.dimension)
            groups.look_into(made.probes, made.reconsidered)
            digests = [digest(file) for file in beside]
            # Whoever searches waits for no more than a change of places: what came meanwhile is added before.
            change = store.change("vectors")
            self._follow(store, exact, groups, covered, since)
            with self._lock:
                # The stamp first: a kill leaves files that no stamp knows, and they are made anew.
                self._stamp.unlink(missing_ok=True)
                for new, old in zip(beside, self._files.all(), strict=True):
                    put(new, old)
                self._groups, self._exact, self._covered = groups, exact, covered
                self._measured, self._digests, self._change, self._saved = made, digests, change, -1
        except (OSError, RuntimeError):  # no room for the cache: what was there goes on
            return None
        finally:
            for file in beside:
                file.unlink(missing_ok=True)
        self.save(store)
        return made

    def _chunks(self, covered: dict[int, Covered]) -> "Iterator[tuple[list[int], NDArray[np.float32]]]":
        """Ids, ascending, and vectors of those documents."""
        import numpy as np

        for some in batched(sorted(covered, key=lambda key: covered[key][2]), covered):
            found = [self._vectors.of_document(key, covered[key][0]) for key in some]
            ids = [key for ids, _ in found for key in ids]
            if ids:
                yield ids, np.concatenate([vectors for _, vectors in found])

    def _sample(self, covered: dict[int, Covered], most: int, rng: "np.random.Generator") -> "NDArray[np.float32]":
        """About so many vectors, from all documents alike: centres of a few documents would serve the others badly."""
        import numpy as np

        _, counts, firsts, lasts = np.asarray(list(covered.values()), np.int64).T
        places = rng.choice(len(counts), most, p=counts / counts.sum())
        ids = rng.integers(firsts[places], lasts[places] + 1)
        return self._vectors.of_passages(np.unique(ids).tolist())[1]

    # ── files ────────────────────────────────────────────────────────────────────────────────────────────────

    def _load(self, store: Store) -> Exact:
        """The indexes on disk, or an empty one where they are missing, garbage or of another library."""
        self._forget()
        try:
            self._load_files(store)
        except FileNotFoundError:
            self.damaged = self._stamp.exists()
        except Exception:  # FAISS raises RuntimeError for garbage; digests, counts and dimension catch what still loads
            self.damaged = True
        if self.damaged:
            with suppress(OSError):  # a folder in their place would keep what is made anew from being saved
                for file in (self._stamp, self._file):
                    clear_away(file)
        if self._exact is None:
            self._forget()
            self._exact = Exact(self._vectors.dimension)
        return self._exact

    def _load_files(self, store: Store) -> None:
        import numpy as np

        stamp = read_stamp(self._stamp)
        mine = {"layout": LAYOUT, "library": store.library_id(), "embedder": self._vectors.identity}
        with open_regular(self._file) as file:
            content = file.read()
        if any(stamp[key] != value for key, value in mine.items()):
            return
        if _hash(content) != stamp["digest"]:
            raise ValueError("not what the stamp is about")
        if stamp["measured"]:
            self._digests = [digest(file) for file in self._files.all()]
            if self._digests != stamp["groups"]:
                raise ValueError("not what the stamp is about")
            self._measured = IndexFigures(**stamp["measured"])
            self._groups = Groups.open(self._files, self._vectors.dimension)
            self._groups.look_into(self._measured.probes, self._measured.reconsidered)
            self._groups.leave_out(np.asarray(stamp["gone"], np.int64))
        self._covered = {int(key): (each[0], each[1], each[2], each[3]) for key, each in stamp["documents"].items()}
        self._change = self._saved = int(stamp["change"])
        self._exact = Exact(self._vectors.dimension, content)

    def save(self, store: Store) -> None:
        """Writes the index where it differs from the file. It is only a cache: failures to write it are ignored."""
        with self._lock:
            if self._exact is None or self._change < 0 or self._change == self._saved:
                return
            content = self._exact.content()
            with suppress(OSError):
                if self._groups and [digest(file) for file in self._files.all()] != self._digests:
                    return  # another process has made groups anew: its files know more
                stamp = {
                    "layout": LAYOUT,
                    "library": store.library_id(),
                    "embedder": self._vectors.identity,
                    "change": self._change,
                    "digest": _hash(content),
                    "measured": asdict(self._measured) if self._measured else None,
                    "groups": self._digests if self._groups else None,
                    "gone": self._groups.left_out().tolist() if self._groups else [],
                    "documents": {str(key): list(each) for key, each in self._covered.items()},
                }
                replace_file(self._file, content)
                replace_file(self._stamp, sealed(stamp))
                self._saved = self._change

    def delete(self) -> None:
        """Frees the memory and deletes the files."""
        self.close()
        for file in (self._stamp, self._file, *self._files.all()):
            with suppress(OSError):
                file.unlink(missing_ok=True)

    def close(self) -> None:
        """Frees the memory."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        self._exact = self._groups = self._measured = self._digests = None
        self._covered, self._change, self._saved = {}, -1, -1


def _hash(content: bytes) -> str:
    return hashlib.blake2b(content).hexdigest()
