"""Programs that models write for benchmarks, run in the scratchpad's sandbox and nowhere else."""

import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import comb
from threading import Event as ThreadEvent
from typing import Any

from phitui.events import OutputArrived, RunFinished
from phitui.scratchpad.run.runner import WALLED, Limits, run

METRIC = "code_eval"
"""What the harness's code tasks load from the package evaluate; the real one runs programs in this very process."""
LIMITS = Limits(seconds=10)
SANDBOXED = re.compile(r"(humaneval|mbpp)", re.IGNORECASE)
"""Tasks that are known to run programs by that metric alone."""


def passes(program: str, test: str) -> bool:
    """Whether the program stands the test to its end. Raises RunError where nothing can be shut in here."""
    sign = secrets.token_hex(8)  # a program that ends itself before its test has not stood it
    said, code = "", None
    for event in run(f"{program}\n{test}\nprint({sign!r})\n", "python", LIMITS, ThreadEvent(), WALLED):
        if isinstance(event, OutputArrived):
            said += event.text
        elif isinstance(event, RunFinished):
            code = event.code
    return code == 0 and said.rstrip().endswith(sign)


class SandboxedMetric:
    """In the place of the metric: pass@k as its paper estimates it (Chen et al. 2021, arXiv:2107.03374)."""

    def compute(
        self, *, references: Sequence[str], predictions: Sequence[Sequence[str]], k: Sequence[int] = (1,), **more: Any
    ) -> tuple[dict[str, float], dict[str, Any]]:
        """({"pass@1": share, …}, nothing). Raises RunError."""
        counts = [
            (len(tried), sum(passes(program, test) for program in tried))
            for test, tried in zip(references, predictions, strict=True)
        ]
        return {
            f"pass@{n}": sum(1 - comb(all_ - right, n) / comb(all_, n) for all_, right in counts) / len(counts)
            for n in k
            if counts and all(all_ >= n for all_, _ in counts)
        }, {}


@contextmanager
def sandboxed() -> Iterator[None]:
    """While tasks are loaded: those that ask for the metric get the one here."""
    import evaluate

    real = evaluate.load
    evaluate.load = lambda name, *more, **named: SandboxedMetric() if name == METRIC else real(name, *more, **named)
    try:
        yield
    finally:
        evaluate.load = real
