"""A model of a server that a search needs: where it is, and how it is asked until it answers."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from phitui.errors import ModelError, UsageError
from phitui.models.server.address import ServerAddress, server_address
from phitui.models.server.client import ServerClient
from phitui.models.server.faults import ServerFault
from phitui.models.server.loop import LoopThread
from phitui.models.server.offer import served_models
from phitui.settings import SERVED, is_served
from phitui.text import one_line

ATTEMPTS = 4
"""Rounds over the servers while documents are indexed …"""
ATTEMPTS_WAITED_FOR = 2
"""… and while a person waits."""
BACKOFF_SECONDS = 0.5
"""Before the second round; each further wait is twice as long. A quarter of it is drawn, so that clients part."""
LONGEST_WAIT = 30.0
"""Seconds that are waited where a server asks for it."""

Result = TypeVar("Result")


def addresses_of(name: str, servers: Sequence[str]) -> tuple[list[ServerAddress], str]:
    """Where `server:MODEL` (one of the `servers`), `ADDRESS` or `ADDRESS#MODEL` is, and the model, empty for its only.

    Raises UsageError.
    """
    if name.startswith(SERVED):
        if not servers:
            raise UsageError("No server is named: give one with --server, or name its address in place of server:.")
        return [server_address(each) for each in servers], name.removeprefix(SERVED)
    address, _, model = name.partition("#")
    return [server_address(address)], model


def sent_to(names: Sequence[str], servers: Sequence[str]) -> str:
    """The hosts beyond this machine that those of the names lead to which are of servers; empty for none."""
    found = [each for name in names if is_served(name) for each in addresses_of(name, servers)[0]]
    return " and ".join(dict.fromkeys(each.host for each in found if not each.local))


class SearchServers:
    """One model, on one server or on several that have it. May be used from any thread; nothing is sent before."""

    def __init__(self, name: str, servers: Sequence[str], timeout: float):
        """Raises UsageError for an address that is none."""
        addresses, self.wanted = addresses_of(name, servers)
        self._clients = [ServerClient(each, timeout) for each in addresses]
        self._models: dict[ServerClient, str] = {}
        self._loop = LoopThread()
        self.host = addresses[0].host

    @property
    def model(self) -> str:
        """What the model is called, as far as that is known: else the server's host."""
        return self.wanted or next(filter(None, self._models.values()), self.host)

    def run(self, ask: Callable[[ServerClient, str], Awaitable[Result]]) -> Result:
        """What the first server answers that does; `ask` is given the model's name. Raises ModelError."""
        return self._loop.run(self.tried(ask, ATTEMPTS_WAITED_FOR))

    def gathered(self, works: Callable[[], Awaitable[Result]]) -> Result:
        """Work made of several `tried`."""

        async def all_of_them() -> Result:
            return await works()

        return self._loop.run(all_of_them())

    async def tried(self, ask: Callable[[ServerClient, str], Awaitable[Result]], attempts: int = ATTEMPTS) -> Result:
        """As `run`, in the loop."""
        for attempt in range(attempts):
            found: list[ModelError] = []
            for client in self._clients:
                try:
                    return await ask(client, await self._model_of(client))
                except ModelError as error:
                    found.append(error)
            waits = [each.wait or 0.0 for each in found if isinstance(each, ServerFault) and each.again]
            pause = max(BACKOFF_SECONDS * 2**attempt * random.uniform(0.75, 1), min(waits, default=0.0))
            if not waits or attempt == attempts - 1 or pause > LONGEST_WAIT:
                break
            await asyncio.sleep(pause)
        if len(found) == 1:
            raise found[0]
        raise ModelError(f"None of the {len(found)} servers answered. " + " ".join(each.message for each in found))

    async def _model_of(self, client: ServerClient) -> str:
        """The wanted one, or the only one of the server; empty where it lists none."""
        if self.wanted:
            return self.wanted
        if client not in self._models:
            try:
                models = [each.id for each in await served_models(client)]
            except ServerFault as fault:
                if fault.status not in (404, 405):
                    raise
                models = [""]  # a server of one model, which does not ask for its name
            if len(models) > 1:
                raise ModelError(
                    f"The server at {client.address.host} has several models: name the one behind the address, as in "
                    f"{client.address.base}#{one_line(models[0], 80)}."
                )
            self._models[client] = models[0] if models else ""
        return self._models[client]
