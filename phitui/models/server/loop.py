"""The thread of the event loop on which servers are asked: what waits there can be given up at once."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import Future
from threading import Lock, Thread
from typing import Any, TypeVar

Result = TypeVar("Result")


class LoopThread:
    """Begins with the first coroutine that is given to it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def started(self) -> bool:
        """Whether its thread runs."""
        return self._loop is not None

    def submit(self, work: Coroutine[Any, Any, Result]) -> "Future[Result]":
        """Cancelling the future cancels the work, which closes its connection."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                Thread(target=self._loop.run_forever, name="servers", daemon=True).start()
            return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Waits for it; its errors are raised here."""
        return self.submit(work).result()

    def close(self) -> None:
        """Ends the thread."""
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is not None:
            loop.call_soon_threadsafe(loop.stop)
