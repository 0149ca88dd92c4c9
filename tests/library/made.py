"""Made things for the library's tests: an embedder of hashed words, documents in plain text, their readers."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np

from phitui.documents.document import Document, Page, Passage, Span, SplitDocument
from phitui.errors import DocumentError, PasswordNeeded
from phitui.library.intake.read_ahead import Sources
from phitui.library.library import Library
from phitui.text import sentences

DIMENSION = 32


class HashingEmbedder:
    """Texts that share words are near: each word is a fixed random direction."""

    identity = "hashed words, 32"
    dimension = DIMENSION
    ready = True

    def __init__(self, identity: str = identity):
        self.identity = self.name = identity
        self.texts: list[str] = []

    def embed(self, texts, *, urgent=False, asked=False):
        self.texts += texts
        return np.stack([_unit(text) for text in texts])


@cache
def _unit(text: str) -> np.ndarray:
    total = np.full(DIMENSION, 1e-3, np.float32)
    for word in re.findall(r"\w+", text.lower()):
        total += _direction(word)
    return total / np.linalg.norm(total)


@cache
def _direction(word: str) -> np.ndarray:
    seed = int.from_bytes(hashlib.md5(word.encode()).digest()[:4], "big")
    return np.random.default_rng(seed).standard_normal(DIMENSION).astype(np.float32)


class PlainReaders:
    """Text files, form feeds between pages. "BROKEN" cannot be read, "LOCKED" wants the password "sesame"."""

    def __init__(self):
        self.read_paths: list[Path] = []

    def __call__(self):
        return self

    def read(self, path, *, password=None, reader="pdfium", on_page=None, cancel=None):
        self.read_paths.append(path)
        text = path.read_text("utf-8")
        if text.startswith("BROKEN"):
            raise DocumentError("It is broken.")
        if text.startswith("LOCKED") and password != "sesame":
            raise PasswordNeeded("It is locked.")
        pages = tuple(Page(number, each, label=f"p{number}") for number, each in enumerate(text.split("\f"), 1))
        for page in pages:
            if on_page is not None:
                on_page(page.number, len(pages))
        return Document(path, path.stem.replace("-", " "), pages, reader="plain")

    def close(self):
        pass


def split_plainly(document: Document) -> SplitDocument:
    """Every two neighbouring sentences of a page are a passage."""
    spans, passages = [], []
    for page in document.pages:
        here = [Span(page.number, start, page.number, end) for start, end in sentences(page.text)]
        for place in range(max(1, len(here) - 1) if here else 0):
            pair = here[place : place + 2]
            span = Span(page.number, pair[0].start, page.number, pair[-1].end)
            first = len(spans) + place
            text = page.text[span.start : span.end]
            passages.append(Passage(text, span, page.label, "", first, first + len(pair) - 1))
        spans += here
    return SplitDocument(tuple(spans), tuple(passages))


def find_plainly(paths, **_):
    return [file for path in paths for file in (sorted(path.rglob("*.txt")) if path.is_dir() else [path])]


def hash_plainly(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def plain_sources(readers: PlainReaders | None = None) -> Sources:
    return Sources(find_plainly, hash_plainly, readers or PlainReaders(), split_plainly)


def open_library(
    base: Path, embedder=None, readers: PlainReaders | None = None, real: bool = False, others=None
) -> Library:
    """The library in the folder `base`, on made documents or with `real` readers; `others`: embedders by name."""
    for name in ("data", "cache"):
        (base / name).mkdir(parents=True, exist_ok=True)
    library = Library(base / "data", base / "cache", embedder or HashingEmbedder(), others)
    if not real:
        library._indexer._sources = lambda: plain_sources(readers)
    return library


@contextmanager
def library_of(folder: Path, texts: Mapping[str, str], embedder=None) -> Iterator[Library]:
    """A library in the folder, of text files made in it: name → text. Closed at the end."""
    documents = folder / "documents"
    documents.mkdir()
    for name, text in texts.items():
        (documents / f"{name}.txt").write_text(text, "utf-8")
    library = open_library(folder / "library", embedder)
    list(library.add([documents]))
    try:
        yield library
    finally:
        library.close()


def added(library: Library, *paths: Path, **options):
    """Adds everything; returns file name → the event that ended it."""
    from phitui.events import DocumentAdded

    events = list(library.add(list(paths), **options))
    return {Path(event.path).name: event for event in events if isinstance(event, DocumentAdded)}


def statuses(library: Library, *paths: Path, **options) -> dict[str, str]:
    return {name: event.status for name, event in added(library, *paths, **options).items()}


def vectors_missing(library: Library) -> int:
    """Passages and sentences without a vector of the embedder that is wanted."""
    return library._embedders.wanted.missing


def texts(library: Library, question: str, k: int = 10, **options) -> list[str]:
    return [hit.text for hit in library.search(library.query(question), k, **options)]
