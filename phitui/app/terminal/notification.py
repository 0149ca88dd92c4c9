"""A desktop notification, by what terminals understand: OSC 9, or OSC 777 where the terminal is one that has that."""

from collections.abc import Mapping

from phitui.text import one_line

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
