"""One daemon thread owns the device and every torch object; everyone else hands it jobs."""

import gc
import itertools
import os
from collections.abc import Callable
from concurrent.futures import Future
from enum import IntEnum
from queue import PriorityQueue
from threading import Lock, Thread
from typing import Any, TypeVar

from phitui.errors import ModelError

Result = TypeVar("Result")


class Priority(IntEnum):
    """Smaller goes first."""

    ANSWER = 0
    QUERY = 1
    INDEXING = 2
    CLOSING = 3


class ModelThread:
    """Runs one job at a time, the most urgent first, jobs of one priority in order. A failing job harms no other."""

    def __init__(self, spare_cores: int = 1) -> None:
        """`spare_cores` are left to the interface."""
        self._spare_cores = spare_cores
        self._jobs: PriorityQueue[tuple[int, int, Future[Any] | None, Callable[[], Any]]] = PriorityQueue()
        self._numbers = itertools.count()
        self._lock = Lock()
        self._thread: Thread | None = None

    def submit(self, job: Callable[[], Result], priority: Priority) -> "Future[Result]":
        """Queues the job; its result or exception comes through the future. Starts the thread at its first job."""
        future: Future[Result] = Future()
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="phitui-model", daemon=True)
                self._thread.start()
        self._jobs.put((priority, next(self._numbers), future, job))
        return future

    def run(self, job: Callable[[], Result], priority: Priority) -> Result:
        """`submit`, and waits."""
        return self.submit(job, priority).result()

    def close(self) -> None:
        """Ends the thread after the jobs that wait."""
        with self._lock:
            if self._thread is None:
                return
            self._jobs.put((Priority.CLOSING, next(self._numbers), None, lambda: None))

    def _run(self) -> None:
        prepared = False
        while True:
            _, _, future, job = self._jobs.get()
            if future is None:
                return
            if not future.set_running_or_notify_cancel():
                continue
            try:
                if not prepared:
                    _import_torch(self._spare_cores)
                    prepared = True
                future.set_result(job())
            except BaseException as error:  # the thread outlives every job
                future.set_exception(_readable(error))
            finally:
                del future, job


def _import_torch(spare_cores: int) -> None:
    """Imports torch without freezing the interface: the garbage collector would stop every thread for 100 ms."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        import torch

        torch.set_num_threads(max(1, (os.cpu_count() or 2) - spare_cores))
        torch.set_grad_enabled(False)
    finally:
        if enabled:
            gc.enable()
        gc.freeze()


def _readable(error: BaseException) -> BaseException:
    """Out of memory as one sentence; caches are given back first."""
    import torch

    if not is_out_of_memory(error):
        return error
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return ModelError(
        "The device has too little free memory for this: close other programs on it, or use --device cpu."
    )


def is_out_of_memory(error: BaseException) -> bool:
    """Whether torch (on any device) or Python ran out of memory."""
    import torch

    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and "not enough memory" in str(error)
