"""What phitui runs on: terminal and device."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from phitui.doctor.check import Check, amount, counted
from phitui.settings import Settings
from phitui.text import one_line

SMALLEST = (30, 8)
"""Columns and rows below which the workbench only says that the terminal is too small."""
COMFORTABLE = (80, 24)
PHI2_BYTES = 6 * 10**9
"""Memory that phi-2 takes in bfloat16, with what it computes."""
DRIVERS = {11: 450, 12: 525, 13: 580}
"""Versions of CUDA that torch is built for, and the oldest driver that each runs on (NVIDIA, CUDA compatibility)."""
TMUX_SECONDS = 2
"""A tmux server that does not answer by then will not."""


# ── terminal ─────────────────────────────────────────────────────────────────────────────────────────────────


def terminal() -> Iterator[Check]:
    """Size, type, colours, characters, tmux."""
    kind = one_line(os.environ.get("TERM", ""), 40)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        yield Check("terminal", "ok", "No terminal here: the commands work without one, the workbench needs one.")
    else:
        columns, rows = shutil.get_terminal_size()
        size = f"The terminal has {columns} columns and {rows} rows"
        if columns < SMALLEST[0] or rows < SMALLEST[1]:
            yield Check("terminal", "bad", f"{size}: too few.", "Make it larger than 30 by 8, better 80 by 24.")
        elif columns < COMFORTABLE[0] or rows < COMFORTABLE[1]:
            yield Check("terminal", "warn", f"{size}: one pane fits, barely.", "80 by 24 or more is comfortable.")
        else:
            yield Check("terminal", "ok", f"{size}; its type is {kind or 'not said'}.")
        if kind in ("", "dumb", "unknown"):
            advice = "Set TERM to what your terminal is, such as xterm-256color."
            yield Check("terminal type", "bad", f"TERM is {kind or 'not set'}: the cursor cannot be placed.", advice)
        yield _colours(kind)
    yield _characters()
    if os.environ.get("TMUX"):
        yield _tmux(kind)


def _colours(kind: str) -> Check:
    if os.environ.get("NO_COLOR"):
        return Check("colours", "ok", "NO_COLOR is set: the workbench is drawn without colours.")
    if os.environ.get("COLORTERM") in ("truecolor", "24bit"):
        return Check("colours", "ok", "The terminal says that it has all colours.")
    if "256" in kind:
        return Check("colours", "ok", "The terminal has 256 colours.")
    advice = 'Set theme = "phitui-16" in the settings file, or TERM to a type with 256 colours.'
    return Check("colours", "warn", "The terminal promises 16 colours at most.", advice)


def _characters() -> Check:
    names = ("LC_ALL", "LC_CTYPE", "LANG")
    locale = next((os.environ[name] for name in names if os.environ.get(name)), "")
    if re.search(r"utf-?8", locale, re.IGNORECASE) or sys.platform == "darwin":
        return Check("characters", "ok", f"The locale {one_line(locale, 40) or 'of this system'} uses UTF-8.")
    message = f"The locale is {one_line(locale, 40) or 'not set'}, which does not promise UTF-8."
    return Check("characters", "warn", message, "Set LANG to a UTF-8 locale, such as C.UTF-8, if lines look wrong.")


def _tmux(kind: str) -> Check:
    if not kind.startswith(("tmux", "screen")):
        advice = 'Put `set -g default-terminal "tmux-256color"` into ~/.tmux.conf and open a new window.'
        return Check("tmux", "warn", f"Inside tmux TERM is {kind or 'not set'}, which tmux does not speak.", advice)
    try:
        done = subprocess.run(["tmux", "-V"], capture_output=True, text=True, timeout=TMUX_SECONDS)
        version = one_line(done.stdout, 40)
    except (OSError, subprocess.TimeoutExpired):
        advice = "Put tmux on the PATH, or take copied text from the file that the message names."
        return Check("tmux", "warn", "The tmux command does not answer, so copying will not arrive.", advice)
    return Check("tmux", "ok", f"Running inside {version or 'tmux'}; text is copied through it.")


# ── device ───────────────────────────────────────────────────────────────────────────────────────────────────


def device(settings: Settings) -> Iterator[Check]:
    """What computes. torch is not loaded for this: the driver is asked, and torch's own version file read."""
    from phitui.models.hub.cards import cards as cards_there

    cards = cards_there()
    for number, card in enumerate(cards):
        message = f"GPU {number}, {card.name}: {amount(card.free)} of {amount(card.total)} are free."
        if card.free < PHI2_BYTES:
            advice = "phi-2 needs about 6 GB: close other programs there, or use another device."
            yield Check("device", "warn", message, advice)
        else:
            yield Check("device", "ok", message)
    wanted = settings.device
    if wanted.startswith("cuda") and int(wanted.partition(":")[2] or 0) >= len(cards):
        message = f"The device is set to {wanted}, but {counted(len(cards), 'NVIDIA GPU')} answered."
        yield Check("device", "bad", message, 'Use --device cpu, or set device = "auto".')
    elif cards and not _torch_knows_cuda():
        advice = "Install a build of torch for CUDA (https://pytorch.org/get-started)."
        yield Check("device", "warn", "There is a GPU, but the installed torch is made for CPUs only.", advice)
    elif cards and (needed := _driver_needed()) > _number(cards[0].driver):
        message = f"The driver {cards[0].driver} is older than the installed torch needs: the CPU is used."
        advice = f"Update it to {needed} or newer, or install an older CUDA's torch (https://pytorch.org/get-started)."
        yield Check("device", "warn", message, advice)
    elif not cards:
        cores = counted(os.cpu_count() or 1, "core")
        message = f"No NVIDIA GPU was found; the CPU with {cores} is used. Answers by quotation need no GPU."
        if sys.platform == "darwin":
            message = f"Apple's GPU (mps) is used where torch offers it, else the CPU with {cores}."
        yield Check("device", "ok", message)


def _torch_knows_cuda() -> bool:
    """Whether the installed torch was built for CUDA."""
    text = _torch_version()
    return text is None or bool(text and not re.search(r"^cuda\b[^=]*=\s*None", text, re.MULTILINE))


def _torch_version() -> str | None:
    """torch's version.py, for importing torch takes seconds; empty where torch is not, None where it cannot be read."""
    found = importlib.util.find_spec("torch")
    if found is None or found.origin is None:
        return ""
    try:
        return Path(found.origin).with_name("version.py").read_text("utf-8")
    except OSError:
        return None


def _driver_needed() -> int:
    """The oldest driver that the CUDA of the installed torch runs on; 0 where that is not known."""
    found = re.search(r"^cuda\b[^=]*=\s*['\"](\d+)", _torch_version() or "", re.MULTILINE)
    return DRIVERS.get(int(found[1]), 0) if found else 0


def _number(version: str) -> int:
    """Its first part; a large number where there is none."""
    first = version.partition(".")[0]
    return int(first) if first.isdecimal() else 1 << 20
