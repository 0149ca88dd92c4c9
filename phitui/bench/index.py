"""From a folder to a library that can be searched, beside the plain recipe on the same files in the same run.

The plain recipe: PyPDF2's text, one passage after the other through the search model, and after every file a FAISS
index built anew from all vectors and saved. It has no search by words: what is searchable at all waits for vectors.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from phitui.bench.embed import SMALL_BATCH, batches
from phitui.bench.row import Row
from phitui.errors import UsageError
from phitui.events import DocumentAdded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from phitui.library.embedder import Embedder
    from phitui.library.library import Library
    from phitui.models.thread import ModelThread

T = TypeVar("T")

APART = 128
"""Passages that are read apart from their sentences, as phitui read all of them before."""


def index(paths: Sequence[Path], device: str, sample: int | None = None) -> Iterator[Row]:
    """Rows of `paths` (files and folders). `ratio` says how many times sooner than the plain recipe.

    `sample`: the plain recipe, which takes minutes, reads so many of the files, evenly chosen, and its time is
    scaled up by passages; the row says so. Raises UsageError where there is no text in the files, ModelError.
    """
    from phitui.documents.files import find_files
    from phitui.models.embed.embedder import embedder_for
    from phitui.models.thread import ModelThread

    files = list(find_files(paths))
    thread = ModelThread(spare_cores=0)
    with tempfile.TemporaryDirectory(prefix="phitui-bench-") as folder:
        try:
            embedder = embedder_for("minilm", thread, device)
            embedder.embed(["Loaded before the clock starts, as the plain recipe's model is."])
            library = _library(Path(folder), embedder)
            try:
                words, pages, passages = _by_words(library, files)
                meaning = _by_meaning(library)
                apart = _read_apart(library, thread, device)
            finally:
                library.close()
            sizes = _sizes(Path(folder))
            chosen = _evenly(files, sample)
            plain, done = _plain(chosen, Path(folder, "plain.faiss"), thread, device)
        finally:
            thread.close()
    case = "plain recipe, everything searchable"
    if len(chosen) < len(files):
        case += f" (measured on {len(chosen)} of {len(files)} files, {done} passages, scaled up by passages)"
        plain *= passages / max(1, done)

    def row(case: str, value: float, unit: str, ratio: float | None = None) -> Row:
        return {"bench": "index", "case": case, "value": value, "unit": unit, "ratio": ratio}

    yield row("files", len(files), "")
    yield row("pages", pages, "")
    yield row("passages", passages, "")
    yield row(case, plain, "s")
    yield row("everything searchable by words", words, "s", plain / words)
    yield row("everything searchable by meaning", words + meaning, "s", plain / (words + meaning))
    yield row("reading and indexing by words", pages / words, "pages/s")
    yield row("plain recipe embedding", passages / plain, "passages/s")
    yield row(f"passages and their sentences in batches of {SMALL_BATCH}", apart, "passages/s")
    yield row("embedding passages with their sentences", passages / meaning, "passages/s", passages / meaning / apart)
    for name, size in sizes.items():
        yield row(f"{name}, for each passage", size / passages, "bytes")


def _library(folder: Path, embedder: "Embedder") -> "Library":
    from phitui.library.library import Library

    for name in ("data", "cache"):
        (folder / name).mkdir()
    return Library(folder / "data", folder / "cache", embedder)


def _by_words(library: "Library", files: Sequence[Path]) -> tuple[float, int, int]:
    """(seconds until all is searchable by words, pages, passages). Raises UsageError where there is no text."""
    began = perf_counter()
    added = [event for event in library.add(files, words_only=True) if isinstance(event, DocumentAdded)]
    library.search(library.query("the first question", by_words=True))
    seconds = perf_counter() - began
    passages = sum(event.passages for event in added if event.status == "indexed")
    if not passages:
        raise UsageError("There is no text in these files: name a folder with documents.")
    return seconds, sum(event.pages for event in added if event.status == "indexed"), passages


def _by_meaning(library: "Library") -> float:
    """Seconds until every passage and every sentence has its vector."""
    began = perf_counter()
    list(library.embed_missing())
    return perf_counter() - began


def _read_apart(library: "Library", thread: "ModelThread", device: str) -> float:
    """Passages a second where they are read under their headers, and their sentences besides, in sorted batches.

    Of some passages and as large a share of the sentences, evenly chosen.
    """
    from phitui.models.embed.embedder import MiniLMEmbedder
    from phitui.models.thread import Priority

    exact = MiniLMEmbedder(thread, device, exact=True)
    passages = [hit for document in library.documents() for hit in library.whole(document.document_id)]
    found = {(hit.document_id, each.span): each.text for hit in passages for each in library.sentences(hit)}
    texts = [hit.headed for hit in passages]
    some = _evenly(texts, APART), _evenly(list(found.values()), APART * len(found) // len(texts))
    exact.embed(["Loaded."])
    began = perf_counter()
    for chosen in some:
        for batch in batches(sorted(chosen, key=len), SMALL_BATCH):
            thread.run(partial(exact.encode, batch), Priority.INDEXING)
    return len(some[0]) / (perf_counter() - began)


def _sizes(folder: Path) -> dict[str, int]:
    """What a closed library takes on disk, bytes."""
    files = {
        "database": [folder / "data" / "library.db"],
        "index of words": list((folder / "cache" / "words").rglob("*")),
        "index of vectors": list((folder / "cache").glob("vectors-*")),
    }
    return {name: sum(each.stat().st_size for each in found if each.is_file()) for name, found in files.items()}


def _evenly(given: Sequence[T], sample: int | None) -> list[T]:
    if sample is None or sample >= len(given):
        return list(given)
    return [given[number * len(given) // sample] for number in range(sample)]


def _plain(files: Sequence[Path], saved: Path, thread: "ModelThread", device: str) -> tuple[float, int]:
    """(seconds, passages) of the plain recipe; loading its model does not count."""
    import faiss
    import numpy as np

    from phitui.documents.document import Document, Page
    from phitui.documents.pdf.pypdf2 import PyPdf2
    from phitui.documents.splitter import split
    from phitui.models.embed.embedder import plain_encoder
    from phitui.models.thread import Priority

    encode = thread.run(lambda: plain_encoder(device), Priority.INDEXING)

    def embedded(text: str) -> "NDArray[np.float32]":
        return thread.run(lambda: encode(text), Priority.INDEXING)

    embedded("loaded")
    rows: list[NDArray[np.float32]] = []
    began = perf_counter()
    for file in files:
        # As a script would: what PyPDF2 cannot read is left out.
        with suppress(Exception):
            reader = PyPdf2(file, None)
            pages = tuple(Page(number + 1, reader.page(number).text) for number in range(reader.count))
            for passage in split(Document(file, file.stem, pages)).passages:
                rows.append(embedded(passage.text))
        if rows:
            whole = faiss.IndexFlatIP(len(rows[0]))
            whole.add(np.stack(rows))
            faiss.write_index(whole, str(saved))
    return perf_counter() - began, len(rows)
