"""Says what has ended to someone who looks elsewhere."""

import os
from typing import TYPE_CHECKING, Any, Protocol

from phitui.app.jobs.job import Job
from phitui.app.terminal.notification import LONG_SECONDS, notification

if TYPE_CHECKING:
    from phitui.settings import Settings


class Terminal(Protocol):
    """The app, as far as it knows whether its terminal has the focus, and writes to it."""

    settings: "Settings"
    app_focus: bool
    _driver: Any


def announce(app: Terminal, job: Job) -> None:
    """Something that has a name has ended: where nobody looks and it took long, the terminal says so."""
    if app.settings.notify and not app.app_focus and (job.seconds or 0) >= LONG_SECONDS and app._driver is not None:
        ended = "failed" if job.problem else "stopped" if job.cancel.stopped else "done"
        app._driver.write(notification(f"{job.what}: {ended}", os.environ))
        app._driver.flush()
