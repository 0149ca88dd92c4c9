"""A desktop notification, by what terminals understand: OSC 9, or OSC 777 where the terminal is one that has that."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from phitui.text import one_line

if TYPE_CHECKING:
    from phitui.app.jobs.job import Job
    from phitui.settings import Settings


class Terminal(Protocol):
    """The app, as far as it knows whether its terminal has the focus, and writes to it."""

    settings: "Settings"
    app_focus: bool
    _driver: Any


LONG_SECONDS = 10.0
"""Work that took less is not worth one."""
BY_777 = ("foot", "rxvt", "contour")
"""Beginnings of TERM of terminals that know OSC 777 alone."""
LONGEST = 120
BELL = "\x07"


def notification(text: str, environment: Mapping[str, str]) -> str:
    """The bytes for the terminal; inside tmux they are passed through, where its allow-passthrough is on.

    The bell behind them marks the window in tmux and in terminals that know neither.
    """
    said = one_line(text, LONGEST).replace(";", ",")
    term = environment.get("TERM", "")
    ask = f"\x1b]777;notify;phitui;{said}{BELL}" if term.startswith(BY_777) else f"\x1b]9;phitui: {said}{BELL}"
    if environment.get("TMUX"):
        ask = f"\x1bPtmux;{ask.replace(chr(27), chr(27) * 2)}\x1b\\"
    return ask + BELL


def announce(app: Terminal, job: "Job") -> None:
    """Something that has a name has ended: where nobody looks and it took long, the terminal says so."""
    if app.settings.notify and not app.app_focus and (job.seconds or 0) >= LONG_SECONDS and app._driver is not None:
        ended = "failed" if job.problem else "stopped" if job.cancel.stopped else "done"
        app._driver.write(notification(f"{job.what}: {ended}", os.environ))
        app._driver.flush()
