"""Search times on a library of made passages, beside the plain recipe: SQLite FTS5 and a product with all vectors.

Words follow Zipf's law, as in natural text; a passage's vector is the mean of its words' vectors plus noise.
"""

import random
import sqlite3
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from phitui.bench import Row
from phitui.documents.document import Document, Page
from phitui.library.search import Arm

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

VOCABULARY = 30_000
DIMENSION = 384
PASSAGES_A_DOCUMENT = 200
WORDS_A_SENTENCE = 18
QUESTIONS = 100
SEED = 7


class BagEmbedder:
    """Made vectors whose neighbours share words: (n, DIMENSION), rows of length 1."""

    name = "bench"
    identity = f"bench bag of words {DIMENSION}"
    dimension = DIMENSION
    ready = True

    def __init__(self) -> None:
        import numpy as np

        self._words: NDArray[np.float32] = np.random.default_rng(SEED).standard_normal(
            (VOCABULARY, DIMENSION), np.float32
        )

    def embed(self, texts: Sequence[str], *, urgent: bool = False) -> "NDArray[np.float32]":
        """The mean of the words' vectors, rare words first in weight."""
        import numpy as np

        rows = np.empty((len(texts), DIMENSION), np.float32)
        for place, text in enumerate(texts):
            ids = [int(word[1:]) for word in text.replace(".", "").split() if word[1:].isdigit()]
            weights = np.log1p(np.array(ids or [0], np.float32) + 1)
            rows[place] = weights @ self._words[ids or [0]]
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows


def search(passages: int) -> Iterator[Row]:
    """Median and 99th percentile, milliseconds, of each arm and of both; time to open and to ask first."""
    from phitui.library.library import Library

    with tempfile.TemporaryDirectory(prefix="phitui-bench-") as folder:
        data, cache = Path(folder, "data"), Path(folder, "cache")
        data.mkdir()
        cache.mkdir()
        embedder = BagEmbedder()
        library = Library(data, cache, embedder)
        _fill(library, passages)
        questions = _questions()
        library.search(library.query(questions[0]))
        library.close()
        started = perf_counter()
        library = Library(data, cache, embedder)
        library.search(library.query(questions[0]))
        opened = perf_counter() - started
        words, vectors, texts = _plain(library)
        base = {
            "lexical": _times(lambda question: _fts(words, question), questions),
            "dense": _times(lambda question: _product(vectors, embedder, question), questions),
        }
        base["fused"] = [one + other for one, other in zip(base["lexical"], base["dense"], strict=True)]
        yield {"bench": "search", "case": "passages", "value": texts, "unit": "", "ratio": None}
        yield {"bench": "search", "case": "open and first question", "value": opened, "unit": "s", "ratio": None}
        arms: tuple[Arm, ...] = ("lexical", "dense", "fused")
        for arm in arms:
            ours = _times(lambda question, arm=arm: library.search(library.query(question), 10, arm), questions)  # type: ignore[misc]
            for name, cut in (("p50", 0.5), ("p99", 0.99)):
                plain = _cut(base[arm], cut)
                value = _cut(ours, cut)
                yield {"bench": "search", "case": f"plain {arm} {name}", "value": plain, "unit": "ms", "ratio": None}
                yield {"bench": "search", "case": f"{arm} {name}", "value": value, "unit": "ms", "ratio": value / plain}
        library.close()


def _word(rng: random.Random) -> str:
    """A word drawn by Zipf's law: rank r with probability about 1/r."""
    return f"w{min(VOCABULARY - 1, int(VOCABULARY ** rng.random()) - 1)}"


def _text(rng: random.Random, sentences: int) -> str:
    return " ".join(" ".join(_word(rng) for _ in range(WORDS_A_SENTENCE)).capitalize() + "." for _ in range(sentences))


def _questions() -> list[str]:
    rng = random.Random(SEED + 1)
    return [" ".join(_word(rng) for _ in range(rng.randint(4, 12))) for _ in range(QUESTIONS)]


def _fill(library: object, passages: int) -> None:
    """Puts made documents in by the library's own ways."""
    from phitui.documents.splitting import split
    from phitui.library.library import Library
    from phitui.library.store import FileState

    assert isinstance(library, Library)
    rng = random.Random(SEED)
    store = library._store
    count = number = 0
    while count < passages:
        number += 1
        pages = tuple(Page(n, _text(rng, 25)) for n in range(1, PASSAGES_A_DOCUMENT // 4 + 1))
        document = Document(Path(f"/made/{number}.pdf"), f"Made {number}", pages)
        cut = split(document)
        store.put_document(FileState(document.path, f"{number:064x}", 0, 0), document, cut)
        count += len(cut.passages)
    vectors = library._vectors
    assert vectors is not None
    embedder = BagEmbedder()
    after = 0
    while rows := vectors.passages_without(5000, after):
        vectors.put_passages(rows, embedder.embed([row.text for row in rows]))
        after = rows[-1].passage_id


def _plain(library: object) -> "tuple[sqlite3.Connection, NDArray[np.float32], int]":
    """An FTS5 table and a matrix of the same passages."""
    from phitui.library.library import Library

    assert isinstance(library, Library)
    assert library._vectors is not None
    table = sqlite3.connect(":memory:")
    table.execute("CREATE VIRTUAL TABLE passages USING fts5(text, tokenize='porter')")
    ids = [int(row[0]) for row in library._store.database.rows("SELECT id FROM passages ORDER BY id")]
    rows = library._store.passages(ids)
    table.executemany("INSERT INTO passages (rowid, text) VALUES (?, ?)", ((key, rows[key].text) for key in ids))
    return table, library._vectors.of_passages(ids)[1], len(ids)


def _fts(table: sqlite3.Connection, question: str) -> None:
    query = " OR ".join(question.split())
    table.execute(
        "SELECT rowid, bm25(passages) FROM passages WHERE passages MATCH ? ORDER BY bm25(passages) LIMIT 50", (query,)
    ).fetchall()


def _product(vectors: "NDArray[np.float32]", embedder: BagEmbedder, question: str) -> None:
    import numpy as np

    np.argpartition(vectors @ embedder.embed([question])[0], -50)[-50:]


def _times(work: Callable[[str], object], questions: Sequence[str]) -> list[float]:
    """Milliseconds of each question."""
    times = []
    for question in questions:
        started = perf_counter()
        work(question)
        times.append(1000 * (perf_counter() - started))
    return times


def _cut(times: Sequence[float], share: float) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[round(share * 100) - 1]
