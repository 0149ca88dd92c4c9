"""CUDA graphs: a step of each shape is recorded once and then launched whole."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from phitui.models.thread import is_out_of_memory, release_memory
from phitui.text import one_line

if TYPE_CHECKING:
    from torch import Tensor, device

TRIES = 3
"""Recordings of a shape, each in an idle moment of its own, before it is left alone."""


class Shape(NamedTuple):
    """What distinguishes steps, those wanted first in front."""

    sampled: bool
    """Whether the choice is more than the plain arg max."""
    rows: int
    length: int
    """Cache positions that attention looks at."""


class Step(NamedTuple):
    """A step's input, in tensors that stay where they are."""

    tokens: "Tensor"
    positions: "Tensor"
    meant: "Tensor"
    """() int64: how many rows are meant; the others only fill up."""


class Graphs:
    """The recorded steps of one runner. Nothing is recorded while an answer waits: `find` looks, `record` records."""

    def __init__(self, where: "device", run: "Callable[[Step, Shape], Tensor]", shapes: Sequence[Shape], scratch: int):
        """`run` does a step of any of the `shapes`; `scratch` is the position that it may write to at any time."""
        import torch

        self._where, self._run, self._shapes, self._scratch = where, run, shapes, scratch
        self._made: dict[Shape, _Graph] = {}
        self._failed: dict[Shape, int] = {}
        self._why, self.full = "", False
        """Whether memory was short when a recording last failed."""
        # One for all: memory that a capture took is used again by the next only on the same stream.
        self._side: Any = torch.cuda.Stream(where)  # type: ignore[no-untyped-call]  # torch leaves it without types
        self._pool: Any = None

    @property
    def state(self) -> str:
        """In words: how many there are, and why others are not."""
        text = f"CUDA graphs ({len(self._made)} of {len(self._shapes)} steps recorded"
        return text + (f", {len(self._failed)} failed: {self._why})" if self._failed else ")")

    @property
    def count(self) -> int:
        """Recorded steps."""
        return len(self._made)

    def find(self, shape: Shape) -> "_Graph | None":
        """The recorded step, where there is one."""
        return self._made.get(shape)

    def record(self, most: int) -> bool:
        """Records up to `most` steps that are missing; whether more are. What fails is tried again another time.

        Raises what the device itself raised where it cannot go on.
        """
        missing = [each for each in self._shapes if each not in self._made and self._failed.get(each, 0) < TRIES]
        missing.sort(key=lambda each: self._failed.get(each, 0))
        for shape in missing[:most]:
            try:
                self._made[shape] = graph = _Graph(self._where, self._run, shape, self._scratch, self._side, self._pool)
            except Exception as error:  # of torch, or of what compiles kernels
                self.full = is_out_of_memory(error)
                release_memory(error)
                self._why = "not enough memory" if self.full else one_line(str(error).split("\n")[0], 80)
                self._failed[shape] = self._failed.get(shape, 0) + 1
                self._pool = None  # torch may take the failed recording for one that goes on there, and refuse others
                self._synchronize()
                return len(missing) > 1  # what did not fit now may later: no other is tried at once
            self._pool = graph.pool
            self._failed.pop(shape, None)
        return len(missing) > most

    def _synchronize(self) -> None:
        """Tells a failed recording from a failed card: after that every call raises."""
        import torch

        torch.cuda.synchronize(self._where)


class _Graph:
    """A recorded step of one shape."""

    def __init__(
        self, where: "device", run: "Callable[[Step, Shape], Tensor]", shape: Shape, scratch: int, side: Any, pool: Any
    ):
        import torch

        rows = shape.rows
        self._step = Step(
            torch.zeros(rows, dtype=torch.int64, device=where),
            # Recording runs the step: it may write to the scratch position alone.
            torch.full((rows,), scratch, dtype=torch.int64, device=where),
            torch.ones((), dtype=torch.int64, device=where),
        )
        side.wait_stream(torch.cuda.current_stream(where))
        with torch.cuda.stream(side):
            run(self._step, shape)
            with _no_waiting():
                run(self._step, shape)
        torch.cuda.current_stream(where).wait_stream(side)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph, pool=pool, stream=side, capture_error_mode="thread_local"):
            self._out = run(self._step, shape)
        self.pool = pool or self._graph.pool()

    def launch(self, tokens: "Tensor", positions: "Tensor", n: int) -> "Tensor":
        """What the step gives, in a tensor that the next launch writes over."""
        self._step.tokens.copy_(tokens)
        self._step.positions.copy_(positions)
        self._step.meant.fill_(n)
        self._graph.replay()
        return self._out


@contextmanager
def _no_waiting() -> Iterator[None]:
    """Whatever would make the host wait for the card raises: a graph cannot hold it."""
    import torch

    before = torch.cuda.get_sync_debug_mode()
    with warnings.catch_warnings(action="ignore"):  # words to programmers, that this mode is a prototype
        torch.cuda.set_sync_debug_mode("error")
    try:
        yield
    finally:
        torch.cuda.set_sync_debug_mode(before)
