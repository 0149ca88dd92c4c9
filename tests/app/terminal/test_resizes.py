"""A window that is dragged: the next resize comes while the size of the last one is being read."""

import asyncio
import io
import signal
from types import SimpleNamespace
from typing import Any

import pytest

from phitui.app.terminal.changes import Painter
from phitui.app.terminal.driver import driver_for


@pytest.mark.skipif(not hasattr(signal, "SIGWINCH"), reason="no such signal here")
async def test_the_size_that_is_said_last_is_that_of_the_terminal(monkeypatch):
    from textual.drivers.linux_driver import LinuxDriver

    monkeypatch.setattr(LinuxDriver, "start_application_mode", lambda self: None)
    made: Any = driver_for(io.StringIO(), Painter())
    driver, said, sizes = made.__new__(made), [], [80, 120]

    def read():
        width = sizes.pop(0) if len(sizes) > 1 else sizes[0]
        if width == 80:
            signal.raise_signal(signal.SIGWINCH)  # it is 120 columns wide by now
        return width, 24

    driver._app, driver._in_band_window_resize = SimpleNamespace(post_message=said.append), False
    driver._get_terminal_size, driver._writer_thread = read, object()
    before = signal.getsignal(signal.SIGWINCH)
    try:
        driver.start_application_mode()
        signal.raise_signal(signal.SIGWINCH)
        while len(said) < 2:
            await asyncio.sleep(0)
    finally:
        signal.signal(signal.SIGWINCH, before)
    assert [event.size.width for event in said] == [80, 120]
