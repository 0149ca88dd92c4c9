"""All that a card is to show, in one run of under eight minutes: `python -m phitui.workshop.card_run`.

Each part is a process of its own with a limit, so that one that hangs or takes the card along costs no other. What a
part says goes to the terminal as it comes, a line of JSON at a time; the parts that matter most are first. On a machine
without a card, `--device cpu --shape tiny` tries the run itself.

It needs torch, transformers, numpy, platformdirs and, for the last part, the bundled embedder; no more.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread
from time import perf_counter
from typing import IO, Any

BUDGET = 465
"""Seconds of the whole run."""
LEAST = 10
"""A part that has less is not begun."""


def parts(device: str, shape: str) -> list[tuple[str, int, list[str]]]:
    """Name, limit in seconds and arguments of Python."""
    phitui = ["-m", "phitui", "--device", device, "--model", "none"]
    here = ["-m", "phitui.workshop.card_run", "--device", device, "--shape", shape, "--part"]
    return [
        ("machine", 40, [*here, "machine"]),
        ("doctor", 100, [*phitui, "doctor", "--gpu", "--json"]),
        ("load", 90, [*here, "load"]),
        ("decode", 260, [*phitui, "bench", "decode", "--random", shape, "--json"]),
        ("embed", 60, [*phitui, "bench", "embed", "--json"]),
        ("lost", 40, [*here, "lost"]),
    ]


def run(todo: Sequence[tuple[str, int, list[str]]], budget: float, tell: Callable[[str], None]) -> None:
    """Each part after the other; `tell` has a line as soon as it is said."""
    began = perf_counter()
    with tempfile.TemporaryDirectory(prefix="phitui-card-") as folder:
        more = {"PHITUI_DATA_DIR": folder, "PYTHONUNBUFFERED": "1", "HF_HUB_OFFLINE": "1"}
        for name, limit, arguments in todo:
            left = min(float(limit), budget - (perf_counter() - began))
            if left < min(LEAST, limit):
                tell(json.dumps({"part": name, "begun": False}))
                continue
            tell(json.dumps({"part": name} | _part(arguments, left, os.environ | more, tell)))
    tell(json.dumps({"part": "end", "seconds": round(perf_counter() - began, 1)}))


def _part(
    arguments: list[str], limit: float, environment: dict[str, str], tell: Callable[[str], None]
) -> dict[str, Any]:
    """How it ended, after how many seconds, and the last words of what went wrong."""
    began = perf_counter()
    child = subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env=environment,
    )
    said: list[str] = []
    assert child.stdout is not None and child.stderr is not None

    def read(lines: IO[str], take: Callable[[str], None]) -> None:
        for line in lines:
            take(line.rstrip())

    readers = [Thread(target=read, args=(child.stdout, tell)), Thread(target=read, args=(child.stderr, said.append))]
    for each in readers:
        each.start()
    try:
        code = child.wait(limit)
    except subprocess.TimeoutExpired:
        child.kill()
        code = child.wait()
    for each in readers:
        each.join(5)
    words = " ".join(" ".join(said[-3:]).split())[-300:] if code else ""
    return {"code": code, "seconds": round(perf_counter() - began, 1), "said": words}


# ── parts of their own ───────────────────────────────────────────────────────────────────────────────────────


def machine(device: str, shape: str) -> None:
    """Card, driver, versions."""
    import torch

    from phitui.models.device import best_device, no_card
    from phitui.models.hub.cards import cards

    print(json.dumps({"torch": torch.__version__, "cuda": torch.version.cuda, "archs": torch.cuda.get_arch_list()}))
    print(json.dumps({"cards": [f"{each.name}, driver {each.driver}, {each.free >> 20} MB" for each in cards()]}))
    print(json.dumps({"device": best_device(device), "no card": no_card()}))


def load(device: str, shape: str) -> None:
    """The kernels' trial as a model's first load makes it, the second load, and a step's kinds of choice, timed."""
    import torch

    from phitui.bench.decode import CACHE_BYTES, SHAPES, random_model
    from phitui.models.decode.runner import StaticRunner, runner_for
    from phitui.models.device import best_device, on_device
    from phitui.models.kernels.trial import Trial, seconds_a_step
    from phitui.models.kernels.verdicts import Verdicts

    device, kept = best_device(device), Verdicts(Path(os.environ["PHITUI_DATA_DIR"]))
    torch.set_grad_enabled(False)
    with on_device(device):
        model = random_model(shape if shape in SHAPES else "tiny", device, torch.bfloat16)
        for time in ("first", "second"):
            began = perf_counter()
            runner = runner_for(model, CACHE_BYTES)
            Trial(runner, shape, kept).decide()
            runner.prepare(8)
            print(json.dumps({"load": time, "seconds": round(perf_counter() - began, 2), "path": runner.path}))
        while runner.prepare(8):
            pass
        if not isinstance(runner, StaticRunner) or not runner.recorded:
            return
        for greedy in (True, False):
            runner.sampler.greedy = greedy
            print(json.dumps({"greedy": greedy, "µs a step": round(seconds_a_step(runner) * 1e6, 1)}))


def lost(device: str, shape: str) -> None:
    """An error that ends the card's context: it must be said as one, and leave a process that answers."""
    import torch

    from phitui.errors import DeviceLost
    from phitui.models.device import best_device, on_device

    device = best_device(device)
    if not device.startswith("cuda"):
        return
    try:
        with on_device(device):
            torch.zeros(4, device=device)[torch.full((1,), 1 << 20, device=device)].cpu()
    except DeviceLost as error:
        print(json.dumps({"lost": str(error)}))
        return
    raise SystemExit("an index far outside was read, and nothing said so")


def main(given: Sequence[str]) -> None:
    """`--part NAME` does one of its own parts in this process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--shape", default="phi-2")
    parser.add_argument("--budget", type=float, default=BUDGET)
    parser.add_argument("--part", choices=("machine", "load", "lost"))
    chosen = parser.parse_args(given)
    if chosen.part:
        {"machine": machine, "load": load, "lost": lost}[chosen.part](chosen.device, chosen.shape)
    else:
        run(parts(chosen.device, chosen.shape), chosen.budget, lambda line: print(line, flush=True))


if __name__ == "__main__":
    main(sys.argv[1:])
