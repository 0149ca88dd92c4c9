"""Votes in the terminal: answers to one question, blind or named, and one key for the best."""

import contextlib
import os
import random
import shutil
import sys
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from phitui.cli import printing
from phitui.errors import UsageError
from phitui.text import clean, one_line

if TYPE_CHECKING:
    from phitui.evaluation.comparison.side_by_side import Answered, Judge
    from phitui.workbench import Workbench

BESIDE = 100
"""Columns of a terminal from which two answers stand beside each other."""
LETTERS = "ABCDEFGH"
ALIKE, ENDS = "0", "q"


def refuse_without_terminal(models: int) -> None:
    """Raises UsageError where nobody can be asked, or where there are more answers than keys."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("Votes are given in a terminal, one key for each question: run it there, or leave --vote out.")
    if models > len(LETTERS):
        raise UsageError(f"Vote on {len(LETTERS)} models at most.")


def votes(workbench: "Workbench", found: "Sequence[Answered]", named: bool) -> "Judge":
    """Asks for the best of each question's answers and keeps it; what was voted, as a judge. q ends it.

    Raises OSError.
    """
    from phitui.evaluation.comparison.votes import FOLDER, Votes

    kept = Votes(workbench.places.data / FOLDER)
    best: dict[str, str | None] = {}
    numbers = sorted({each.number for each in found})
    for number in numbers:
        own = [each for each in found if each.number == number]
        random.shuffle(own)
        question = own[0].question.question
        printing.said(f"\n{number + 1} of {numbers[-1] + 1}: {one_line(question, 300)}\n\n")
        if len({shown(each) for each in own}) == 1:
            printing.said(f"All say the same: {one_line(shown(own[0]), 300)}\n")
            continue
        names = [each.variant.name for each in own]
        heads = [f"{LETTERS[at]}  {one_line(name, 60) if named else ''}" for at, name in enumerate(names)]
        for line in beside(heads, [shown(each) for each in own], shutil.get_terminal_size().columns):
            printing.said(f"{line}\n")
        keys = LETTERS[: len(own)]
        printing.said(f"\nbetter: {' '.join(keys)}   {ALIKE} alike   {ENDS} ends the votes > ")
        key = pressed(keys + ALIKE + ENDS)
        printing.said(f"{key}\n")
        if key == ENDS:
            break
        chosen = None if key == ALIKE else own[keys.index(key)]
        kept.add(question, names, chosen.variant.name if chosen else None, not named)
        best[question] = chosen.turn.answer if chosen else None
        if chosen is not None:
            workbench.pairs.keep_answer(chosen.turn)
        if not named:
            whose = ", ".join(f"{letter} {one_line(name, 40)}" for letter, name in zip(keys, names, strict=True))
            printing.said(f"{whose}\n")

    def judge(question: str, one: str, other: str) -> float | None:
        if question not in best:
            return None
        return 1.0 if one == best[question] else 0.0 if other == best[question] else 0.5

    return judge


def shown(each: "Answered") -> str:
    """An answer, or that there is none."""
    return each.turn.answer if each.turn.in_documents else "not in your documents"


def beside(heads: Sequence[str], texts: Sequence[str], columns: int) -> list[str]:
    """Lines: two texts beside each other where there is room, else one above the other."""
    if len(texts) != 2 or columns < BESIDE:
        width = max(20, min(columns, BESIDE) - 1)
        pairs = zip(heads, texts, strict=True)
        return [line for head, text in pairs for line in (head, *_wrapped(text, width), "")][:-1]
    half = columns // 2 - 2
    sides = [[head[:half], "", *_wrapped(text, half)] for head, text in zip(heads, texts, strict=True)]
    lines = []
    for at in range(max(map(len, sides))):
        left, right = (side[at] if at < len(side) else "" for side in sides)
        lines.append(f"{left:{half}} │ {right}".rstrip())
    return lines


def _wrapped(text: str, width: int) -> list[str]:
    return [line for part in clean(text).split("\n") for line in textwrap.wrap(part, width) or [""]]


def pressed(keys: str) -> str:
    """The next key of these, without enter where the terminal allows that; at its end the last of them."""
    while True:
        given = _key()
        if not given:
            return keys[-1]
        if given.upper() in keys or given in keys:
            return given if given in keys else given.upper()


def _key() -> str:
    try:
        import termios
        import tty
    except ImportError:  # Windows: enter sends what was typed
        return sys.stdin.readline().strip()[:1] or ENDS
    handle = sys.stdin.fileno()
    before = termios.tcgetattr(handle)
    try:
        tty.setcbreak(handle)
        return os.read(handle, 1).decode("ascii", "replace")
    finally:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(handle, termios.TCSADRAIN, before)
