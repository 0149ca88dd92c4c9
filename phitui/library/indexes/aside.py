"""Work of minutes in a thread of its own, which gives way to whoever searches."""

import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, get_native_id
from typing import TypeVar

Result = TypeVar("Result")

NICENESS = 10
"""A tenth of a core where others want it; 19 would never be done beside a busy program."""


def aside(work: Callable[[Callable[[], bool]], Result], stopped: Callable[[], bool]) -> Result:
    """What `work` returns or raises; it is told whether it should stop: `stopped`, or a Ctrl-C here."""
    ended = Event()
    with ThreadPoolExecutor(1, "phitui-aside", _give_way) as thread:
        try:
            return thread.submit(work, lambda: ended.is_set() or stopped()).result()
        finally:
            ended.set()


def _give_way() -> None:
    """Also of the threads that this one starts, as those of OpenMP. On Linux, where a thread has its own priority."""
    if sys.platform == "linux":
        thread = get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, max(NICENESS, os.getpriority(os.PRIO_PROCESS, thread)))
