"""Search times on a library of made passages, at two sizes, beside the plain recipe at the smaller one.

The plain recipe: SQLite's FTS5, and a product with all vectors. Times are taken in a process of their own, which has
opened the library and nothing else.
"""

import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

from phitui.bench.changes import one_added_and_deleted, while_adding
from phitui.bench.made import PASSAGES_A_DOCUMENT, Maker, fill
from phitui.bench.row import Row
from phitui.errors import PhituiError, UsageError
from phitui.library.search.fusion import CANDIDATES, Arm
from phitui.text import sentences

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from phitui.library.library import Library

QUESTIONS = 200
WARMING = 50
"""Questions that are asked before the clock starts."""
PLAIN_QUESTIONS = 50
PLAIN_MOST = 100_000
"""Beyond, the plain recipe takes minutes and gigabytes of memory."""
BYTES_A_PASSAGE = 9_000
"""On disk, with all vectors and indexes, and the room that building them takes."""
SHORTEST = 60
"""Characters of a sentence of the handbook whose vector is used."""
ARMS: tuple[Arm, ...] = ("lexical", "dense", "fused")
QUESTIONS_FILE = "questions.npz"


class KnownEmbedder:
    """Looks vectors up that were made with their texts."""

    name = identity = "bench, made vectors"
    ready = True

    def __init__(self, texts: Sequence[str], vectors: "NDArray[np.float32]"):
        """`vectors` (len(texts), dimension)."""
        self._vectors = dict(zip(texts, vectors, strict=True))
        self._other = vectors[0]
        self.dimension = int(vectors.shape[1])

    def embed(self, texts: Sequence[str], *, urgent: bool = False, asked: bool = False) -> "NDArray[np.float32]":
        """Other texts, as the rest of a question that names a document, have the first one's vector."""
        import numpy as np

        return np.stack([self._vectors.get(text, self._other) for text in texts])


def search(passages: int, device: str) -> Iterator[Row]:
    """Rows of a library of about so many passages and of a tenth of that. Raises UsageError, ModelError."""
    few = max(1, passages // 10 // PASSAGES_A_DOCUMENT)
    many = max(few + 1, passages // PASSAGES_A_DOCUMENT)
    with tempfile.TemporaryDirectory(prefix="phitui-bench-") as name:
        folder = Path(name)
        if shutil.disk_usage(folder).free < passages * BYTES_A_PASSAGE:
            raise UsageError(
                f"{passages} passages take {passages * BYTES_A_PASSAGE / 1e9:.1f} GB in {folder.parent}: "
                "make room, or name another folder in TMPDIR."
            )
        maker = Maker(_real_vectors(device))
        yield from _plain_and_growth(folder, maker, few, many)


def _plain_and_growth(folder: Path, maker: Maker, few: int, many: int) -> Iterator[Row]:
    def row(case: str, value: float, unit: str, ratio: float | None = None) -> Row:
        return {"bench": "search", "case": case, "value": value, "unit": unit, "ratio": ratio}

    size = few * PASSAGES_A_DOCUMENT
    small, _, plain = _measured(folder, maker, 0, few, plain=size <= PLAIN_MOST)
    yield row("passages", many * PASSAGES_A_DOCUMENT, "")
    large, building, _ = _measured(folder, maker, few, many, plain=False)
    for case, seconds in building.items():
        yield row(case, seconds, "s")
    cold = _asked(folder, "cold")
    yield row("open and first question, nothing in the disk's cache", cold["opened"], "s")
    yield row("open and first question", large["opened"], "s")
    yield row("memory", large["memory"], "MB")
    yield row("memory and files mapped into it", large["mapped"], "MB")
    yield row(f"recall@{CANDIDATES} of the dense arm", large["recall"], "")
    for arm in ARMS:
        for name, cut in (("p50", 0.5), ("p99", 0.99)):
            ratio = None
            if plain:
                base = _cut(plain[arm], cut)
                yield row(f"plain {arm} {name} at {size} passages", base, "ms")
                ratio = _cut(small[arm], cut) / base
            before, now = _cut(small[arm], cut), _cut(large[arm], cut)
            yield row(f"{arm} {name} at {size} passages", before, "ms", ratio)
            yield row(f"{arm} {name}", now, "ms", now / before)
            yield row(f"{arm} {name}, processor time", _cut(large[f"{arm} processor"], cut), "ms")
    library = _open(folder)
    try:
        for case, seconds in one_added_and_deleted(library, maker, many):
            yield row(case, seconds, "s")
        # The cold run has emptied the disk's cache, which the quiet figures found full.
        for text in _questions(folder)[0]:
            library.search(library.query(text))
        told = while_adding(library, maker, many + 1, lambda: _asker(folder, "adding"))
    finally:
        library.close()
    busy = json.loads(told)
    for name, cut in (("p50", 0.5), ("p99", 0.99)):
        for arm, clock in (("fused", ""), ("fused processor", ", processor time")):
            value = _cut(busy[arm], cut)
            yield row(f"fused {name} while documents are added{clock}", value, "ms", value / _cut(large[arm], cut))


def _measured(
    folder: Path, maker: Maker, first: int, last: int, plain: bool
) -> "tuple[dict[str, Any], dict[str, float], dict[str, list[float]]]":
    """(what a process of its own measured, seconds of building, milliseconds of the plain recipe)."""
    import numpy as np

    for name in ("data", "cache"):
        (folder / name).mkdir(exist_ok=True)
    asked = [maker.question(number, last) for number in range(WARMING + QUESTIONS)]
    texts, vectors = [text for text, _ in asked], np.stack([vector for _, vector in asked])
    np.savez(folder / QUESTIONS_FILE, texts=np.array(texts), vectors=vectors, warming=WARMING)
    library = _open(folder)
    try:
        began = perf_counter()
        fill(library, maker, first, last)
        filled = perf_counter()
        library._lexical.catch_up(library._store)
        words = perf_counter()
        # Not `Library.embed_missing`, which would make a backup of it all.
        list(library._indexer.embed_missing(Event()))
        meaning = perf_counter()
        building = {
            "putting the passages in": filled - began,
            "index of words": words - filled,
            "index of vectors": meaning - words,
        }
        best = _truly_best(library, vectors)
        times = _plain(library, texts[:PLAIN_QUESTIONS], vectors) if plain else {}
    finally:
        library.close()
    found = _asked(folder)
    found["recall"] = statistics.mean(
        len(set(row) & set(other)) / len(other) for row, other in zip(found["found"], best.tolist(), strict=True)
    )
    return found, building, times


def _open(folder: Path) -> "Library":
    from phitui.library.library import Library

    texts, vectors, _ = _questions(folder)
    return Library(folder / "data", folder / "cache", KnownEmbedder(texts, vectors))


def _questions(folder: Path) -> "tuple[list[str], NDArray[np.float32], int]":
    """(texts, their vectors, how many of them are asked before anything is measured)."""
    import numpy as np

    with np.load(folder / QUESTIONS_FILE) as saved:
        return saved["texts"].tolist(), saved["vectors"], int(saved["warming"])


def _real_vectors(device: str) -> "NDArray[np.float32]":
    """The search model's vectors of the handbook's sentences (n, dimension)."""
    from phitui.documents.workers.reader import Readers
    from phitui.handbook import HANDBOOK
    from phitui.models.embed.embedder import embedder_for
    from phitui.models.thread import ModelThread

    readers = Readers()
    try:
        pages = [page.text for page in readers.read(HANDBOOK).pages]
    finally:
        readers.close()
    texts = [text[start:end] for text in pages for start, end in sentences(text) if end - start >= SHORTEST]
    thread = ModelThread(spare_cores=0)
    try:
        return embedder_for("minilm", thread, device).embed(texts)
    finally:
        thread.close()


def _truly_best(library: "Library", vectors: "NDArray[np.float32]") -> "NDArray[np.int64]":
    """Ids of the CANDIDATES passages nearest to each vector (n, CANDIDATES), compared with all."""
    from phitui.library.indexes.groups import Best

    stored = library._vectors
    assert stored is not None
    best = Best(vectors, CANDIDATES)
    for key, (version, _) in stored.by_document().items():
        best.see(*stored.of_document(key, version))
    return best.ids


# ── in a process of its own ──────────────────────────────────────────────────────────────────────────────────


def _asked(folder: Path, how: str = "warm") -> dict[str, Any]:
    """What `measure` says of the library, in a new process. "cold": its files have to be read from the disk."""
    if how == "cold" and hasattr(os, "posix_fadvise"):
        for path in folder.rglob("*"):
            if path.is_file():
                handle = os.open(path, os.O_RDONLY)
                os.fsync(handle)
                os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
                os.close(handle)
    asker = _asker(folder, how)
    told, error = asker.communicate()
    if asker.returncode:
        raise PhituiError(f"The process that measures ended before it was done: {error.strip()[-300:]}")
    found: dict[str, Any] = json.loads(told)
    return found


def _asker(folder: Path, how: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "phitui.bench.search", str(folder), how]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def measure(folder: Path, how: str) -> dict[str, Any]:
    """Seconds to open the library and answer a first question; if "warm", everything else, if "adding", fused times."""
    texts, vectors, warming = _questions(folder)
    began = perf_counter()
    library = _open(folder)
    library.search(library.query(texts[0]))
    found: dict[str, Any] = {"opened": perf_counter() - began}
    if how == "cold":
        library.close()
        return found
    for text in texts[:warming]:
        library.search(library.query(text))
    for arm in ARMS if how == "warm" else ARMS[-1:]:

        def asked(text: str, arm: Arm = arm) -> None:
            library.search(library.query(text), 10, arm)

        found[arm] = _times(asked, texts[warming:])
        # On a busy machine this says what a quiet one would need.
        found[f"{arm} processor"] = _times(asked, texts[warming:], process_time)
    if how == "warm":
        dense = library._dense
        assert dense is not None
        found["found"] = [[key for key, _ in row] for row in dense[0].search(vectors, CANDIDATES)]
        found |= _memory()
    library.close()
    return found


def _memory() -> dict[str, float]:
    """Megabytes that are this process's own, and those with the files that are mapped into it."""
    values = {"RssAnon": 0.0, "VmRSS": 0.0}
    try:
        for line in Path("/proc/self/status").read_text("ascii").splitlines():
            name, _, value = line.partition(":")
            if name in values:
                values[name] = int(value.split()[0]) / 1024
    except OSError:  # not Linux
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        values = dict.fromkeys(values, peak / 2**20)
    return {"memory": values["RssAnon"], "mapped": values["VmRSS"]}


# ── the plain recipe ─────────────────────────────────────────────────────────────────────────────────────────


def _plain(library: "Library", texts: Sequence[str], vectors: "NDArray[np.float32]") -> "dict[str, list[float]]":
    """Milliseconds of each question: an FTS5 table, a matrix of the same passages, one after the other."""
    import numpy as np

    stored = library._vectors
    assert stored is not None
    table = sqlite3.connect(":memory:")
    table.execute("CREATE VIRTUAL TABLE passages USING fts5(text, tokenize='porter')")
    rows = library._store.database.rows("SELECT id, text FROM passages ORDER BY id")
    table.executemany("INSERT INTO passages (rowid, text) VALUES (?, ?)", rows)
    matrix = np.concatenate([stored.of_document(key, version)[1] for key, (version, _) in stored.by_document().items()])
    queries = dict(zip(texts, vectors, strict=False))

    def words(text: str) -> None:
        query = " OR ".join(f'"{word}"' for word in text.removesuffix("?").split())
        table.execute(
            "SELECT rowid, bm25(passages) FROM passages WHERE passages MATCH ? ORDER BY bm25(passages) LIMIT 50",
            (query,),
        ).fetchall()

    def meaning(text: str) -> None:
        np.argpartition(matrix @ queries[text], -min(len(matrix), CANDIDATES))[-CANDIDATES:]

    times = {"lexical": _times(words, texts), "dense": _times(meaning, texts)}
    table.close()
    return times | {"fused": [sum(pair) for pair in zip(times["lexical"], times["dense"], strict=True)]}


def _times(
    work: Callable[[str], object], questions: Sequence[str], clock: Callable[[], float] = perf_counter
) -> list[float]:
    """Milliseconds of each question."""
    times = []
    for question in questions:
        began = clock()
        work(question)
        times.append(1000 * (clock() - began))
    return times


def _cut(times: Sequence[float], share: float) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[round(share * 100) - 1]


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]), sys.argv[2])))
