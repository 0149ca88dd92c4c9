"""A reranker on a server: question and passages leave for it, scores come back."""

import math
from collections.abc import Sequence
from typing import Any

from phitui.models.server.client import ServerClient
from phitui.models.server.faults import ServerFault, rubbish
from phitui.models.server.search.asked import SearchServers

UNKNOWN = (400, 404, 405, 422)
"""How a server says that it speaks the other way of the two."""


class ServedReranker:
    """A `Reranker`, by /v1/rerank as vLLM and llama-server have it, or by /rerank as text-embeddings-inference does."""

    def __init__(self, name: str, servers: Sequence[str], timeout: float):
        """Nothing is sent yet. Raises UsageError for an address that is none."""
        self.name = name
        self._servers = SearchServers(name, servers, timeout)
        self._plain: set[ServerClient] = set()
        """Those that speak as text-embeddings-inference does."""

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """One for each text, higher is better. Raises ModelError."""
        if not texts:
            return []

        async def ask(client: ServerClient, model: str) -> list[float]:
            if client not in self._plain:
                body = {"query": question, "documents": list(texts), **({"model": model} if model else {})}
                try:
                    return _scores(await client.post("/rerank", body), len(texts), client)
                except ServerFault as fault:
                    if fault.status not in UNKNOWN:
                        raise
                    first = fault
                try:
                    found = await self._plainly(client, question, texts)
                except ServerFault as fault:
                    raise first if fault.status in UNKNOWN else fault from None
                self._plain.add(client)
                return found
            return await self._plainly(client, question, texts)

        return self._servers.run(ask)

    async def _plainly(self, client: ServerClient, question: str, texts: Sequence[str]) -> list[float]:
        body = {"query": question, "texts": list(texts), "truncate": True}
        return _scores(await client.post(f"{client.address.root}/rerank", body), len(texts), client)


def _scores(said: Any, count: int, client: ServerClient) -> list[float]:
    """In the order of the texts. Raises ServerFault."""
    rows = next((said[key] for key in ("results", "data") if key in said), None) if isinstance(said, dict) else said
    found: dict[int, float] = {}
    for row in rows if isinstance(rows, list) else []:
        if not isinstance(row, dict):
            continue
        place, score = row.get("index"), row.get("relevance_score", row.get("score"))
        if type(place) is int and 0 <= place < count and isinstance(score, int | float) and math.isfinite(score):
            found[place] = float(score)
    if len(found) != count:
        raise rubbish(client.address, f"not the scores of {count} passages")
    return [found[at] for at in range(count)]
