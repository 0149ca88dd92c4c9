"""An embedder on a server: texts leave for it in batches, vectors come back."""

import asyncio
import json
import logging
import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from phitui.errors import ModelError, PhituiError
from phitui.library.atomic import replace_file
from phitui.models.batches import batches
from phitui.models.embed.prompts import prompts_named
from phitui.models.server.client import ServerClient
from phitui.models.server.faults import ServerFault, rubbish
from phitui.models.server.search.asked import ATTEMPTS, ATTEMPTS_WAITED_FOR, SearchServers
from phitui.places import private_folder
from phitui.reading import read_regular
from phitui.text import one_line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BATCH = 32
"""Texts of a request: servers refuse larger ones (text-embeddings-inference more than 32)."""
BATCH_CHARACTERS = 60_000
"""Of a request, its texts counted as its longest."""
AT_ONCE = 4
"""Requests that a server gets together."""
TOO_LARGE = (400, 413, 422)
"""How servers refuse a request that is too large, or a text that is too long."""
SHORTEST = 200
"""Characters: a text that is refused is halved, but not below."""
MOST_DIMENSIONS = 65_536
REMEMBERED_QUERIES = 256
PROBE = "The keeper of the lighthouse writes down the weather every evening."
"""A text whose vector tells a model from another one of the same name."""
SAME = 0.98
"""Cosine of its vectors by one model: half precision and batches make little difference."""
KEPT = "served.json"
"""In the data folder: what is known of the embedders of servers, so that a library opens without asking them."""

log = logging.getLogger(__name__)


class Kept:
    """What embedders were found to be, by the names that settings give them."""

    def __init__(self, data: Path):
        self._file = data / KEPT

    def of(self, name: str) -> dict[str, Any] | None:
        """Its model, dimension, probe and how often it was exchanged; None where it was never asked."""
        row = self._all().get(name)
        right = isinstance(row, dict) and isinstance(row.get("probe"), list) and type(row.get("dimension")) is int
        return row if isinstance(row, dict) and right and len(row["probe"]) == row["dimension"] > 0 else None

    def put(self, name: str, row: dict[str, Any]) -> None:
        """Where it cannot be written it is asked anew."""
        try:
            private_folder(self._file.parent)
            replace_file(self._file, json.dumps({**self._all(), name: row}).encode())
        except (OSError, PhituiError, UnicodeError) as error:
            log.warning("what is known of an embedder is not kept: %s", error)

    def _all(self) -> dict[str, Any]:
        try:
            rows = json.loads(read_regular(self._file))
        except (OSError, ValueError, RecursionError):
            return {}
        return rows if isinstance(rows, dict) else {}


def identity_of(row: dict[str, Any]) -> str:
    """By which vectors are told apart."""
    model = str(row["model"])
    return f"server {one_line(model, 200)} {row['dimension']} {row.get('exchanged', 0)}{prompts_named(model).identity}"


class ServedEmbedder:
    """An `Embedder`. The server is asked what it is when it is named for the first time, later only for vectors."""

    ready = True

    def __init__(self, name: str, servers: Sequence[str], timeout: float, data: Path):
        """Raises UsageError, ModelError."""
        self.name, self._kept = name, Kept(data)
        self._servers = SearchServers(name, servers, timeout)
        self._lock = Lock()
        found = self._kept.of(name)
        self._checked = found is None
        """Whether it was seen in this process that the model is the one that it was."""
        if found is None:
            probe = [round(float(each), 5) for each in self._asked([PROBE])[0]]
            found = {"model": self._servers.model, "dimension": len(probe), "probe": probe}
            self._kept.put(name, found)
        self._found = found
        self.dimension = int(found["dimension"])
        self.identity = identity_of(found)
        self._prompts = prompts_named(str(found["model"]))
        self._remembered = lru_cache(REMEMBERED_QUERIES)(self._one)

    def embed(self, texts: Sequence[str], *, urgent: bool = False, asked: bool = False) -> "NDArray[np.float32]":
        """(len(texts), dimension), rows of length 1. Raises ModelError.

        Servers get what is to be read: the prompts of the model's family are put before each text here.
        """
        import numpy as np

        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        self._check()
        prompt = self._prompts.of(asked)
        texts = [prompt + text for text in texts] if prompt else texts
        if urgent and len(texts) == 1:
            row: NDArray[np.float32] = self._remembered(texts[0])
            return row.reshape(1, -1).copy()
        return self._sized(self._asked(texts, urgent))

    def _one(self, text: str) -> "NDArray[np.float32]":
        row: NDArray[np.float32] = self._sized(self._asked([text], urgent=True))[0]
        return row

    def _check(self) -> None:
        """Once: vectors of two models must never be mixed."""
        import numpy as np

        with self._lock:
            if self._checked:
                return
            row = self._asked([PROBE])[0]
            before = np.array(self._found["probe"], np.float32)
            if len(row) != len(before) or float(row @ before) < SAME * float(np.linalg.norm(before)):
                probe, times = [round(float(each), 5) for each in row], int(self._found.get("exchanged", 0)) + 1
                changed = {**self._found, "dimension": len(probe), "probe": probe, "exchanged": times}
                self._kept.put(self.name, changed)
                raise ModelError(
                    f"The server at {self._servers.host} has another model under the name "
                    f"{one_line(str(self._found['model']), 80)} than before: start phitui anew, and the vectors of the "
                    "library are made anew with it."
                )
            self._checked = True

    def _sized(self, rows: "NDArray[np.float32]") -> "NDArray[np.float32]":
        if rows.shape[1] != self.dimension:
            raise ModelError(
                f"The server at {self._servers.host} made vectors of {rows.shape[1]} numbers where it made "
                f"{self.dimension} before: start phitui anew."
            )
        return rows

    def _asked(self, texts: Sequence[str], urgent: bool = False) -> "NDArray[np.float32]":
        """(len(texts), its dimension), rows of length 1."""
        import numpy as np

        parts = [*batches([len(text) for text in texts], BATCH_CHARACTERS, BATCH)]
        gate = asyncio.Semaphore(AT_ONCE)
        attempts = ATTEMPTS_WAITED_FOR if urgent else ATTEMPTS

        async def one(batch: Sequence[int]) -> "list[list[float]]":
            async with gate:
                return await self._batch([texts[place] for place in batch], attempts)

        async def every() -> "list[list[list[float]]]":
            return await asyncio.gather(*(one(batch) for batch in parts))

        made = self._servers.gathered(every)
        if len({len(row) for rows in made for row in rows}) != 1:
            raise ModelError(f"The server at {self._servers.host} made vectors of different lengths.")
        found = np.empty((len(texts), len(made[0][0])), np.float32)
        for batch, rows in zip(parts, made, strict=True):
            found[batch] = rows
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        rows_of_one: NDArray[np.float32] = found / np.maximum(lengths, np.finfo(np.float32).tiny)
        return rows_of_one

    async def _batch(self, texts: Sequence[str], attempts: int) -> list[list[float]]:
        """In halves where the server refuses it as too large; of a text that is too long its beginning."""

        async def ask(client: ServerClient, model: str) -> list[list[float]]:
            body = {"input": list(texts), "encoding_format": "float", **({"model": model} if model else {})}
            return _vectors(await client.post("/embeddings", body), len(texts), client)

        try:
            return await self._servers.tried(ask, attempts)
        except ServerFault as fault:
            if fault.status not in TOO_LARGE:
                raise
            if len(texts) > 1:
                half = len(texts) // 2
                return [*await self._batch(texts[:half], attempts), *await self._batch(texts[half:], attempts)]
            if len(texts[0]) < 2 * SHORTEST:
                raise
        return await self._batch([texts[0][: len(texts[0]) // 2]], attempts)


def _vectors(said: Any, count: int, client: ServerClient) -> list[list[float]]:
    """In the order of the texts. Raises ServerFault."""
    rows = said.get("data") if isinstance(said, dict) else None
    if not isinstance(rows, list) or len(rows) != count or not all(isinstance(row, dict) for row in rows):
        raise rubbish(client.address, f"not the vectors of {count} texts")
    found: dict[int, list[float]] = {}
    for at, row in enumerate(rows):
        vector, place = row.get("embedding"), row.get("index", at)
        numbers = isinstance(vector, list) and all(type(each) in (int, float) for each in vector)
        if not numbers or not 0 < len(vector) <= MOST_DIMENSIONS or not all(map(math.isfinite, vector)):
            raise rubbish(client.address, "vectors that are not lists of numbers")
        if type(place) is int and 0 <= place < count:
            found[place] = [float(each) for each in vector]
    if len(found) != count:
        raise rubbish(client.address, f"not the vectors of {count} texts")
    return [found[at] for at in range(count)]
