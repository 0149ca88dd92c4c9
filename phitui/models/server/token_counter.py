"""How many tokens a text has for a model that runs elsewhere: counted here, by its server, or estimated."""

import asyncio
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from math import ceil
from pathlib import Path
from typing import Any, Literal

from phitui.errors import PhituiError
from phitui.models.hub.checkpoint import model_folder
from phitui.models.server.client import ServerClient
from phitui.models.server.faults import ServerFault
from phitui.models.server.offer import ServedModel

How = Literal["counted here", "counted by the server", "estimated"]
LATIN_CHARACTERS = 3.5
"""Of ASCII text a token, in vocabularies of 32,000 to 150,000: a little few, so that no estimate falls short."""
AT_ONCE = 8
"""Requests for counts that a server gets together."""
REMEMBERED = 4096
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")


def estimated(text: str) -> int:
    """A token for LATIN_CHARACTERS of ASCII, and for each other character."""
    ascii_count = len(text.encode("ascii", "ignore"))
    return ceil(ascii_count / LATIN_CHARACTERS) + len(text) - ascii_count


def own_counter(model: ServedModel, models_folder: Path) -> Callable[[str], int] | None:
    """By the model's tokenizer, where it is on disk under the model's name; downloads nothing."""
    for name in (model.id, model.root):
        if not _HUB_ID.fullmatch(name):
            continue
        try:
            from tokenizers import Tokenizer

            tokenizer: Any = Tokenizer.from_file(str(model_folder(name, models_folder) / "tokenizer.json"))
        except Exception:  # not there, or not readable: the next best way counts
            continue
        tokenizer.no_truncation()
        return _counter(tokenizer)
    return None


def _counter(tokenizer: Any) -> Callable[[str], int]:
    return lru_cache(REMEMBERED)(lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids))


class ServerCounter:
    """By the server's own path for it, which vLLM, SGLang and llama.cpp have."""

    def __init__(self, client: ServerClient, model: ServedModel):
        self._client, self._model = client, model
        self._known: dict[str, int] = {}

    async def counts(self, texts: Sequence[str]) -> list[int]:
        """One for each text. Raises ServerFault, also where the server does not count."""
        if len(self._known) > REMEMBERED:
            self._known.clear()
        gate = asyncio.Semaphore(AT_ONCE)

        async def count(text: str) -> None:
            async with gate:
                self._known[text] = await self._count(text)

        known = dict(self._known)
        await asyncio.gather(*(count(text) for text in set(texts) - known.keys()))
        known |= self._known
        return [known[text] for text in texts]

    async def _count(self, text: str) -> int:
        if not text:
            return 0
        own: dict[str, Any] = {"content": text, "add_special": False}  # llama.cpp's words for it
        body = {"model": self._model.id, "prompt": text, "add_special_tokens": False}
        said = await self._client.post(
            f"{self._client.address.root}/tokenize", own if self._model.program == "llama.cpp" else body
        )
        if isinstance(said, dict):
            if type(said.get("count")) is int and said["count"] >= 0:
                return int(said["count"])
            if isinstance(said.get("tokens"), list):
                return len(said["tokens"])
        raise ServerFault("no count")


async def server_counter(client: ServerClient, model: ServedModel) -> ServerCounter | None:
    """None where the server does not count."""
    if model.program not in ("vLLM", "SGLang", "llama.cpp"):
        return None
    counter = ServerCounter(client, model)
    try:
        await counter.counts(["a text to count"])
    except PhituiError:
        return None
    return counter
