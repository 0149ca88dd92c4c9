"""The models of several servers."""

from collections.abc import Iterator, Sequence

from phitui.errors import ModelError
from phitui.models.server.address import server_address
from phitui.models.server.client import ServerClient
from phitui.models.server.loop import LoopThread
from phitui.models.server.offer import ServedModel, served_models


def listed(addresses: Sequence[str], timeout: float) -> Iterator[ServedModel | ModelError]:
    """Each server's, or in their place what is the matter with it. Raises UsageError for an address that is none."""
    if not addresses:
        return
    clients = [ServerClient(server_address(each), timeout) for each in addresses]
    loop = LoopThread()
    try:
        for client in clients:
            try:
                yield from loop.run(served_models(client))
            except ModelError as error:
                yield error
            loop.run(client.close())
    finally:
        loop.close()
