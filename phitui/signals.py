"""Stopping long work at a good moment: the first signal asks for it, the second one interrupts at once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event as ThreadEvent
from threading import current_thread, main_thread
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def stopping() -> Iterator[ThreadEvent]:
    """An event that the first Ctrl-C, SIGTERM or SIGHUP sets inside. Afterwards KeyboardInterrupt, naming it.

    Interrupting Python just anywhere can hit a lock half taken or a thread half started.
    """
    event = ThreadEvent()
    names: list[str] = []
    if current_thread() is not main_thread():  # signals come to the main thread alone
        yield event
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def stop(number: int, frame: Any) -> None:
        names.append(signal.Signals(number).name)
        event.set()
        restore()

    for number, handler in before.items():
        if handler != signal.SIG_IGN:
            signal.signal(number, stop)
    try:
        yield event
    finally:
        restore()
    if names:
        raise KeyboardInterrupt(*(name for name in names if name != "SIGINT"))
