"""Passages a second, beside a loop of one at a time and beside sorted batches."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from phitui.bench.row import Row
from phitui.text import sentences

PASSAGES, ON_CARD = 96, 4096
ALONE = 256
"""Of the passages on a card, those that are embedded one at a time: it would take minutes otherwise."""
LENGTHS = (200, 600, 800, 1000)
"""Characters of the passages, in turn; the handbook's text."""
BATCH = 32
"""What embedding libraries take when nobody says otherwise."""
SMALL_BATCH = 8
"""What phitui took until its batches were cut by tokens."""
HEADER = "phitui's handbook"
"""Of all passages."""
RUNS = 3


def embed(embedder: str, device: str) -> Iterator[Row]:
    """The embedder that the settings name, by the way that `phitui add` takes. Raises ModelError."""
    import numpy as np

    from phitui.library.embedder import Composer
    from phitui.models.device import best_device
    from phitui.models.embed.embedder import MiniLMEmbedder, embedder_for
    from phitui.models.embed.minilm import TRIED_AFTER
    from phitui.models.thread import ModelThread, Priority

    thread = ModelThread(spare_cores=0)
    try:
        made = embedder_for(embedder, thread, device)
        on_card = thread.run(lambda: best_device(device), Priority.INDEXING).startswith("cuda")
        exact = MiniLMEmbedder(thread, device, exact=True) if embedder == "minilm" and not on_card else made
        texts = list(_passages(ON_CARD if on_card else PASSAGES))
        exact.embed(texts[:8])
        # As many as it reads before it tries eight-bit numbers.
        made.embed([] if on_card else texts * (1 + TRIED_AFTER // len(texts)))
        parts = [[text[start:end] for start, end in sentences(text)] for text in texts]
        said = [sentence for part in parts for sentence in part]

        def plain(given: Sequence[str], size: int) -> None:
            given = given[:ALONE] if size == 1 and on_card else given
            for batch in batches(sorted(given, key=len) if size > 1 else given, size):
                thread.run(partial(exact.encode, batch), Priority.INDEXING)

        def both(size: int) -> None:
            plain(texts, size)
            plain(said, size)

        def added() -> None:
            if not isinstance(made, Composer):
                made.embed(texts)
                made.embed(said)
                return
            header, *rows = made.embed([HEADER, *said])
            left = iter(rows)
            for part in parts:
                made.composed(header, np.stack([next(left) for _ in part]), [len(each) for each in part])

        ways: dict[str, Callable[[], Any]] = {
            "one at a time": lambda: plain(texts, 1),
            f"sorted batches of {BATCH}": lambda: plain(texts, BATCH),
            "phitui": lambda: made.embed(texts),
            "with their sentences, one at a time": lambda: both(1),
            f"with their sentences, sorted batches of {SMALL_BATCH}": lambda: both(SMALL_BATCH),
            "with their sentences, phitui": added,
        }
        if on_card:  # of sentences there are several times as many: passages tell enough
            ways = {name: way for name, way in ways.items() if "sentences" not in name}
        # In turn, so that a machine whose speed drifts treats all alike.
        times = [{name: _seconds(way) for name, way in ways.items()} for _ in range(RUNS)]
        read = {name: min(ALONE, len(texts)) if on_card and name == "one at a time" else len(texts) for name in ways}
        speeds = {name: read[name] / median(each[name] for each in times) for name in ways}
    finally:
        thread.close()
    base = 0.0
    for name, speed in speeds.items():
        alone = name.endswith("one at a time")
        base = speed if alone else base
        ratio = None if alone else speed / base
        yield {"bench": "embed", "case": name, "value": speed, "unit": "passages/s", "ratio": ratio}


def _seconds(way: Callable[[], Any]) -> float:
    began = perf_counter()
    way()
    return perf_counter() - began


def batches(texts: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """So many at a time, in order."""
    for start in range(0, len(texts), size):
        yield texts[start : start + size]


def _passages(count: int) -> Iterator[str]:
    import phitui.handbook

    files = sorted(Path(phitui.handbook.__file__).parent.glob("*.md"))
    text = " ".join(" ".join(file.read_text("utf-8").split()) for file in files)
    start = 0
    for number in range(count):
        length = LENGTHS[number % len(LENGTHS)]
        yield text[start : start + length]
        start = (start + length) % (len(text) - max(LENGTHS))
