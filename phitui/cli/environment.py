"""What the process stands on, made safe before anything else: its three streams and its working folder."""

import io
import os
import sys
from contextlib import suppress
from typing import Any

_folder_gone = False


def prepare() -> None:
    """Opens the streams that are closed, lets nobody fail over a lost remark, and leaves a folder that is gone.

    Leaves streams alone that somebody has put in the place of the process's own.
    """
    _open_closed()
    if sys.stdin is None:
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    if sys.stderr is None or sys.stderr is sys.__stderr__:
        encoding = sys.stderr.encoding if sys.stderr else "utf-8"
        raw = io.BufferedWriter(_Narration(2, "w", closefd=False))
        sys.stderr = io.TextIOWrapper(raw, encoding, "backslashreplace", line_buffering=True, write_through=True)
    if not os.get_blocking(1):  # a program that shared the terminal has left it so; half of a long text would be lost
        os.set_blocking(1, True)
    _leave_lost_folder()
    os.environ.setdefault("TQDM_DISABLE", "1")  # libraries' progress bars: transformers draws one over the screen


class _Narration(io.FileIO):
    """stderr. What cannot be written there, to a full disk or a closed pipe, is lost, and that is no failure."""

    def write(self, data: Any) -> int:
        with suppress(OSError):
            super().write(data)
        return len(data)


def _open_closed() -> None:
    """A closed descriptor would be given to the next file that is opened, and prints would end up in a database."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number is taken. Writing to stdout then fails, as it does where it is closed.
            os.set_inheritable(os.open(os.devnull, os.O_WRONLY if number == 2 else os.O_RDONLY), True)


def _leave_lost_folder() -> None:
    """Python's libraries ask for the working folder here and there, and fail where it has been deleted."""
    global _folder_gone
    try:
        os.getcwd()
    except OSError:
        os.chdir("/")
        _folder_gone = True


def folder_is_gone() -> bool:
    """Whether the folder in which phitui was started does not exist: relative paths then mean nothing."""
    return _folder_gone


def drop_output() -> None:
    """Sends what is left in stdout's buffer nowhere, so that the end of the process does not fail over it."""
    with suppress(OSError):  # something that is no file stands in its place
        number = os.open(os.devnull, os.O_WRONLY)
        os.dup2(number, sys.stdout.fileno())
        os.close(number)
