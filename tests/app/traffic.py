"""Bytes a token on the way to the terminal: `python -m tests.app.traffic [TOKENS] [TOKENS A SECOND] [FILE]`.

A made server streams an answer to a reader who follows its end, at 120x40, in tmux where it is installed; what tmux
sends on to its own terminal is counted, and kept in FILE. For people who look at traffic.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.app.terminal.screen import Terminal
from tests.models.server.made import MadeServer, piece, serving

F6, PAGE_DOWN = "\x1b[17~", "\x1b[6~"
WORDS = (
    "the crisis of a market in which oil and prices rose began when members proclaimed an embargo against countries "
    "that had supported one side and it ended months later after talks although its effects on economies lasted"
).split()


def streamed(count: int, speed: float, sent: list[int]):
    """Sentences of some 15 words and paragraphs of some 60, always the same."""
    drawn = random.Random(1)

    def answer(self, asked):
        self.begin()
        for number in range(count):
            word = drawn.choice(WORDS)
            end = ".\n\n" if number % 60 == 59 else ". " if number % 15 == 14 else ""
            self.event(piece(asked, f"{word.title() if number % 15 == 0 else word}{end or ' '}"))
            sent.append(number)
            time.sleep(1 / speed)
        self.event(piece(asked, "", "stop"))
        self.event(b"[DONE]")

    return answer


def main(count: int, speed: float, kept: str) -> None:
    os.environ["PHITUI_MAX_TOKENS"] = "900"
    sent: list[int] = []
    server = MadeServer(answers=[streamed(count, speed, sent)])
    name = f"traffic-{os.getpid()}"
    with tempfile.TemporaryDirectory() as folder, serving(server):
        run = [sys.executable, "-m", "phitui", "--data-dir", folder, "--server", server.address]
        if shutil.which("tmux") and "PLAIN" not in os.environ:
            settings = Path(folder) / "tmux.conf"
            settings.write_text("set -g status off\nset -g default-terminal tmux-256color\n", "utf-8")
            run = ["tmux", "-L", name, "-f", str(settings), "new-session", *run]
        terminal = Terminal(Path(folder), run=run, size=(120, 40))
        try:
            terminal.wait("ask…", "● ready")
            terminal.press("Tell me of the crisis")
            terminal.wait("of the crisis")
            terminal.press("\r")
            terminal.wait("Not in your documents")
            terminal.settle(1)
            terminal.press(F6)
            terminal.wait("writing")
            terminal.wait("more line")
            terminal.press(2 * PAGE_DOWN)
            while "more line" in terminal.text():
                terminal.read(0.1)
            before, came, began = len(terminal.raw), len(sent), time.monotonic()
            terminal.wait(f"{count} tokens")
            took = time.monotonic() - began
            terminal.settle(1)
            amount = len(terminal.raw) - before
            print(f"{count - came} tokens in {took:.1f} s, {amount:,} bytes, {amount / (count - came):.0f} a token")
            if kept:
                Path(kept).write_bytes(terminal.raw[before:])
        finally:
            terminal.close()
            subprocess.run(["tmux", "-L", name, "kill-server"], check=False, capture_output=True)


if __name__ == "__main__":
    given = sys.argv[1:]
    count, speed, kept = [*given, *("500", "25", "")[len(given) :]]
    main(int(count), float(speed), kept)
