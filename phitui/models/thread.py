"""One daemon thread owns the device and every torch object; everyone else hands it jobs."""

import gc
import heapq
import itertools
import logging
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from enum import IntEnum
from queue import PriorityQueue
from threading import Lock, Thread, current_thread
from typing import Any, TypeVar

from phitui.errors import Cancelled, ModelError
from phitui.memory import LIBRARY_BYTES, need
from phitui.text import one_line

Result = TypeVar("Result")
log = logging.getLogger("phitui.models")

CLOSE_SECONDS = 5.0
"""Enough for a batch or a token; a model that is loading may take longer than anyone wants to wait."""
ENDED = "The thread that models run on has ended ({why}): restart phitui."
OUT_OF_MEMORY = "The device has too little free memory for this: close other programs on it, or choose a smaller model."
SIGNS_OF_NO_MEMORY = ("allocate memory", "not enough memory", "out of memory", "ALLOC_FAILED")
"""How torch's CPU allocator (Linux, others), MPS, cuBLAS and a failed mmap say it, without a class of its own."""

SIGNS_OF_FAILURE = ("CUDA error", "CUBLAS_STATUS", "CUDNN_STATUS", "device-side assert")


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
        self._closed = False
        self._ended = ""
        """Why the thread is gone, where nobody closed it."""
        self._prepared = False

    def submit(self, job: Callable[[], Result], priority: Priority) -> "Future[Result]":
        """Queues the job; its result or exception comes through the future. Starts the thread at its first job.

        After `close` the future holds Cancelled, ModelError where the thread died: nobody waits for one that has ended.
        """
        future: Future[Result] = Future()
        with self._lock:
            if self._closed:
                future.set_exception(Cancelled("Models are being closed."))
                return future
            if self._ended:
                future.set_exception(ModelError(self._ended))
                return future
            if self._thread is None:
                self._thread = Thread(target=self._run, name="phitui-model", daemon=True)
                self._thread.start()
            self._jobs.put((priority, next(self._numbers), future, job))
        return future

    def run(self, job: Callable[[], Result], priority: Priority) -> Result:
        """`submit`, and waits."""
        return self.submit(job, priority).result()

    def serve(self, priority: Priority) -> None:
        """Runs the jobs of that priority that wait: a long job calls it between its steps, on the model thread."""
        while True:
            with self._jobs.mutex:
                waiting = self._jobs.queue
                job = min((each for each in waiting if each[0] == priority), default=None)
                if job is None:
                    return
                waiting.remove(job)
                heapq.heapify(waiting)
            if job[2] is not None:
                self._do(job[2], job[3])

    def close(self) -> None:
        """Ends the thread after the jobs that wait, and waits for that, at most CLOSE_SECONDS.

        A thread that comes back from native code into an interpreter that is being torn down aborts the process.
        """
        with self._lock:
            if not self._closed:
                self._closed = True
                self._jobs.put((Priority.CLOSING, next(self._numbers), None, lambda: None))
            thread = self._thread
        if thread is not None and thread is not current_thread():
            thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        future: Future[Any] | None = None
        try:
            while True:
                _, _, future, job = self._jobs.get()
                if future is None:
                    return
                self._do(future, job)
                del future, job
                future = None
        except BaseException as error:  # nothing that is known: whoever waits is told, whatever it was
            self._give_up(error, future)

    def _give_up(self, error: BaseException, current: "Future[Any] | None") -> None:
        """The thread ends: answers everyone who waits, and whoever comes later."""
        with self._lock:
            self._ended = ENDED.format(why=one_line(str(error) or type(error).__name__, 160))
        waiting = [current]
        while not self._jobs.empty():
            waiting.append(self._jobs.get_nowait()[2])
        for future in waiting:
            if future is not None and not future.done():
                future.set_exception(ModelError(self._ended))

    def _do(self, future: "Future[Any]", job: Callable[[], Any]) -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            if not self._prepared:
                _import_torch(self._spare_cores)
                self._prepared = True
            result = job()
        except BaseException as error:  # the thread outlives every job
            # Answered first: what is cleaned up afterwards can keep nobody waiting.
            future.set_exception(_readable(error))
            if is_out_of_memory(error):
                release_memory(error)
        else:
            future.set_result(result)


@contextmanager
def quiet_collector() -> Iterator[None]:
    """For imports and loading: the garbage collector, busy with new modules, would stop every thread for 100 ms."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
        gc.freeze()


def _import_torch(spare_cores: int) -> None:
    try:
        if "torch" not in sys.modules:
            need(LIBRARY_BYTES)
        with quiet_collector():
            import torch
    except Exception as error:  # a broken installation raises ImportError, OSError, …
        raise ModelError(f"torch cannot be imported: {one_line(str(error), 160)}") from error
    torch.set_num_threads(max(1, (os.cpu_count() or 2) - spare_cores))
    torch.set_grad_enabled(False)


def _readable(error: BaseException) -> BaseException:
    """What the caller is handed: out of memory, and panics of native libraries, become a sentence."""
    if is_out_of_memory(error):
        return ModelError(OUT_OF_MEMORY)
    if not isinstance(error, Exception):
        return ModelError(f"A library for models failed: {one_line(str(error), 160)}")
    return error


def release_memory(error: BaseException) -> None:
    """Drops the tensors that the frames of a failed job still hold, then gives caches back to the device.

    Never raises: it runs after failures, where the device may refuse even this.
    """
    at: BaseException | None = error
    while at is not None:
        traceback.clear_frames(at.__traceback__)
        at = at.__cause__ or at.__context__
    gc.collect()
    empty_cache()


def empty_cache() -> None:
    """Gives memory that torch keeps for later back to the card that is current. Never raises; nothing off CUDA."""
    torch = sys.modules.get("torch")
    try:
        if torch is not None and torch.cuda.is_initialized():
            torch.cuda.empty_cache()
    except Exception:  # a capture that failed half-way, a card that is gone: there is nothing to be done about it
        log.warning("the device's memory could not be given back", exc_info=True)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether torch (on any device) or Python ran out of memory."""
    if isinstance(error, MemoryError):
        return True
    own = getattr(sys.modules.get("torch"), "OutOfMemoryError", None)
    if own is not None and isinstance(error, own):
        return True
    return isinstance(error, RuntimeError | OSError) and any(sign in str(error) for sign in SIGNS_OF_NO_MEMORY)


def is_device_failure(error: BaseException) -> bool:
    """Whether the device itself, or a library on it, refused or failed; a message alone does not tell which."""
    return isinstance(error, RuntimeError) and any(sign in str(error) for sign in SIGNS_OF_FAILURE)
