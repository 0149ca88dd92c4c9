"""An embedder whose work runs on the model thread, whatever model it has."""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from phitui.models.batches import CARD_CHARACTERS
from phitui.models.device import best_device, on_device
from phitui.models.hub.checkpoint import one_sentence
from phitui.models.thread import ModelThread, Priority, is_out_of_memory, quiet_collector, release_memory

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CPU_CHARACTERS = 6400
"""Of a batch, a core: eight passages, or many sentences; a question waits for no more."""
CPU_BATCH = 64
"""Texts a batch and core."""
CARD_TEXTS = 8192
"""Texts a job on a card: so many that only short ones come up to it."""
CARD_BATCHES = 8
"""Batches of a model on a card that one job brings: the next is made ready while one is computed."""
REMEMBERED_QUERIES = 256


Encode = Callable[[Sequence[str], bool], "NDArray[np.float32]"]
"""(texts, whether they are questions) → (len(texts), dimension), rows of length 1."""


class ThreadEmbedder:
    """An `Embedder` whose work is cut into batches, each a job of its own, so that a question gets in between."""

    def __init__(
        self,
        name: str,
        identity: str,
        dimension: int,
        thread: ModelThread,
        device: str,
        load: Callable[[str], Encode],
        languages: frozenset[str] | None = None,
    ):
        self.name = name
        self.languages = languages
        self.identity = identity
        self.dimension = dimension
        self._thread, self._device, self._load = thread, device, load
        self._encode: Encode | None = None
        self._batch, self._characters, self._on_card = CPU_BATCH, CPU_CHARACTERS, False
        self._remembered = lru_cache(REMEMBERED_QUERIES)(self._one)

    @property
    def ready(self) -> bool:
        return self._encode is not None

    def embed(self, texts: Sequence[str], *, urgent: bool = False, asked: bool = False) -> "NDArray[np.float32]":
        """(len(texts), dimension), rows of length 1. Raises ModelError."""
        import numpy as np

        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        if urgent and len(texts) == 1:
            row: NDArray[np.float32] = self._remembered(texts[0], asked)
            return row.reshape(1, -1).copy()
        priority = Priority.QUERY if urgent else Priority.INDEXING
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        rows = np.empty((len(texts), self.dimension), np.float32)
        start = 0
        while start < len(order):
            end = start + self._fitting([len(texts[i]) for i in order[start : start + self._batch]])
            batch = order[start:end]
            start = end
            rows[batch] = self._thread.run(partial(self._batched, [texts[i] for i in batch], asked), priority)
        return rows

    def _fitting(self, lengths: Sequence[int]) -> int:
        """How many of these ascending lengths one job takes, one at least: by their sum, on a card with the padding."""
        whole = 0
        for count, length in enumerate(lengths):
            whole = (count + 1) * length if self._on_card else whole + length
            if count and whole > self._characters:
                return count
        return len(lengths)

    def _one(self, text: str, asked: bool) -> Any:
        return self._thread.run(lambda: self._batched([text], asked), Priority.QUERY)[0]

    def _batched(self, texts: Sequence[str], asked: bool) -> "NDArray[np.float32]":
        with on_device(best_device(self._device)):
            return self.encode(texts, asked)

    def encode(self, texts: Sequence[str], asked: bool = False) -> "NDArray[np.float32]":
        """One batch, (len(texts), dimension), on the model thread; in halves where memory does not suffice."""
        if self._encode is None:
            self._open()
        assert self._encode is not None
        try:
            return self._encode(texts, asked)
        except Exception as error:
            if len(texts) == 1 or not is_out_of_memory(error):
                raise
            release_memory(error)
        import numpy as np

        half = len(texts) // 2
        self._batch = max(1, min(self._batch, half))
        return np.concatenate([self.encode(texts[:half], asked), self.encode(texts[half:], asked)])

    def _open(self) -> None:
        device = best_device(self._device)
        with one_sentence(f"The embedder {self.identity}"), quiet_collector():
            self._encode = self._load(device)
        self._on_card = device != "cpu"
        if self._on_card:
            self._batch, self._characters = CARD_TEXTS, CARD_BATCHES * CARD_CHARACTERS
        else:
            self._batch, self._characters = CPU_BATCH * _cores(), CPU_CHARACTERS * _cores()


def _cores() -> int:
    """Those that torch may use."""
    import torch

    return torch.get_num_threads()
