"""One step of a model: tokens in, chosen tokens out, keys and values kept.

The same step reads a prompt in chunks, decodes one token, and checks a draft. On CUDA its shapes are rounded up (rows
to a few sizes, attention to a few lengths), so that each pair is recorded once as a CUDA graph and then launched whole.
"""

from collections.abc import Sequence
from math import ceil, log2
from typing import TYPE_CHECKING, Any

from phitui.models.decode.dynamic import CHECKED, DynamicRunner
from phitui.models.decode.graphs import Graphs, Shape, Step
from phitui.models.decode.sampler import Sampler
from phitui.models.transformer.forward import Forward, Quick, forward_of

if TYPE_CHECKING:
    from torch import Tensor

CHUNK = 512
"""Rows of a prompt that are read at once."""
ROWS = (1, CHECKED, 128, 256, CHUNK)
"""What steps are rounded up to on CUDA."""
SHORTEST = 256
"""Attention lengths are this times a power of two, up to the window."""
FIRST_PLACES = 8192
"""Tokens that a cache on a card has room for at first; it grows with what is asked of it."""
WINDOW_STEP = 64
"""A window that memory cuts is a multiple of it: attention's kernels read keys in blocks."""


class StaticRunner:
    """Runs a `Forward` over a cache that stays where it is, with CUDA graphs on CUDA."""

    def __init__(self, forward: Forward, window: int | None = None, rounded: bool | None = None):
        """`window`: tokens, by default the model's; `rounded`: whether shapes are rounded up, by default on CUDA."""
        self.held: list[int] = []
        self.window, self.vocabulary = window or forward.window, forward.vocabulary
        self.cuttable = self.window
        """A text of at most so many tokens can be cut back to any length."""
        self.sampler = Sampler(forward.vocabulary, forward.device)
        self.notes: list[str] = []
        """What else there is to know of how it runs."""
        self.forward = forward
        self.runs_ahead = forward.device.type == "cuda"
        self._records = self.runs_ahead
        self._rounded = self.runs_ahead if rounded is None else rounded
        # Off CUDA a cache takes memory as it is used: it need not grow.
        self._allocate(min(self.window, FIRST_PLACES) if self.runs_ahead else self.window)

    def _allocate(self, places: int) -> None:
        import torch

        # One position more: rows that only fill a step up write there.
        self._cache = self.forward.new_cache(places + 1)
        self._places = places
        self._graphs: Graphs | None = None  # a recorded step reads and writes one cache
        self._line = torch.arange(places + CHUNK + 1, device=self.forward.device).clamp_(max=places)
        if self._records:
            self.record_steps()

    def use(self, kernels: "Quick | None") -> None:
        """Steps of few rows are done by these, or by plain torch; what was recorded before is dropped."""
        self.forward.kernels = self.sampler.quick = kernels
        if self._records:
            self.record_steps()

    def record_steps(self) -> None:
        """From now on steps are recorded, where `prepare` is called."""
        lengths = [SHORTEST << i for i in range(self._places.bit_length())]
        every = ((sampled, rows, length) for sampled in (False, True) for rows in ROWS for length in lengths)
        kinds = dict.fromkeys(Shape(sampled, rows, self._rounded_up(length)) for sampled, rows, length in every)
        shapes = [each for each in kinds if each.length >= min(each.rows, self._places)]
        self._records = self.runs_ahead = self._rounded = True
        self._graphs = Graphs(self.forward.device, self._recorded, shapes, self._places)

    @property
    def recorded(self) -> int:
        """Steps that are."""
        return self._graphs.count if self._graphs else 0

    @property
    def full(self) -> bool:
        """Whether memory was short when a step could not be recorded."""
        return self._graphs is not None and self._graphs.full

    @property
    def path(self) -> str:
        """How it runs, in words."""
        return ", ".join(["static cache", *([self._graphs.state] if self._graphs else []), *self.notes])

    def reserve(self, length: int) -> None:
        """Room for a text of that many tokens, at most the window; what was read is kept.

        Steps have to be recorded again where the cache has moved. Raises what torch raises where memory is short.
        """
        if length <= self._places:
            return
        old, kept = self._cache, len(self.held)
        self._allocate(min(self.window, 1 << ceil(log2(length))))
        self._cache[:, :, :kept] = old[:, :, :kept]

    def step(self, tokens: "Tensor", start: int) -> "Tensor":
        """What follows `tokens` (n,) int64 that stand at `start`, …: (n,) where n ≤ CHECKED, else (1,), the last's.

        The result is overwritten by the next step of as many rows: copy it to keep it.
        """
        from torch.nn import functional

        n = len(tokens)
        if not self._rounded:
            return self._run(tokens, self._line[start : start + n], start + n)
        rows = next(size for size in ROWS if size >= n)
        length = self._rounded_up(start + n)
        padded = functional.pad(tokens, (0, rows - n)) if rows > n else tokens
        positions = self._line[start : start + rows]
        graph = self._graphs.find(Shape(not self.sampler.greedy, rows, length)) if self._graphs else None
        chosen = graph.launch(padded, positions, n) if graph else self._run(padded, positions, length, n)
        return chosen[:n] if n <= CHECKED else chosen

    def states(self, tokens: "Tensor", start: int) -> "Tensor":
        """The last hidden states (n, width) of `tokens` (n,) int64 that stand at `start`, …, and are read with it."""
        end = start + len(tokens)
        return self.forward.hidden(tokens, self._line[start:end], self._cache, end)

    def _rounded_up(self, length: int) -> int:
        if self.forward.kernels is not None and self.forward.kernels.attends(self._places + 1):
            return self._places  # the card itself knows how far each row looks: one recording does for all lengths
        return min(SHORTEST << max(0, ceil(log2(length / SHORTEST))), self._places)

    def _recorded(self, step: Step, shape: Shape) -> "Tensor":
        before, self.sampler.greedy = self.sampler.greedy, not shape.sampled
        try:
            return self._run(step.tokens, step.positions, shape.length, step.meant)
        finally:
            self.sampler.greedy = before

    def _run(self, tokens: "Tensor", positions: "Tensor", length: int, n: "int | Tensor | None" = None) -> "Tensor":
        """`n`: how many rows are meant, where some only fill up."""
        import torch

        rows = len(tokens)
        states = self.forward.hidden(tokens, positions, self._cache, length, rows > 1 or self._rounded)
        if rows > CHECKED:
            last = n.view(1) - 1 if isinstance(n, torch.Tensor) else slice((n or rows) - 1, n or rows)
            states, tokens, positions = states[last], tokens[last], positions[last]
        return self.sampler.choose(self.forward.logits(states), tokens, positions)

    @property
    def size(self) -> int:
        return self._cache[:, :, : len(self.held)].numel() * self._cache.itemsize

    def save(self) -> "Tensor":
        return self._cache[:, :, : len(self.held)].clone()

    def restore(self, saved: "Tensor", held: list[int]) -> None:
        self.reserve(len(held))
        self._cache[:, :, : len(held)] = saved
        self.held = list(held)

    def prepare(self, most: int = 1) -> bool:
        """Records up to `most` steps, for idle moments; whether there are more. Nothing off CUDA.

        Recording writes to the scratch position alone, so what was read stays valid.
        """
        return self._graphs.record(most) if self._graphs else False


Runner = StaticRunner | DynamicRunner


def runner_for(model: Any, memory: int) -> Runner:
    """The quickest runner that is right for a transformers model, which goes on working beside it.

    `memory`: bytes that a cache may take; a window that needs more is cut to what fits.
    """
    return runner_of(forward_of(model), model, memory)


def runner_of(forward: Forward | str, model: Any, memory: int) -> Runner:
    """As `runner_for`, of a model whose `forward_of` is known."""
    if isinstance(forward, str):
        return DynamicRunner(model, forward)
    fits = memory // forward.token_bytes - 1
    window = forward.window if fits >= forward.window else max(1, fits // WINDOW_STEP * WINDOW_STEP or fits)
    return StaticRunner(forward, window)


def to_device(tokens: Sequence[int], runner: Runner) -> "Tensor":
    """(n,) int64 where the runner wants it."""
    import torch

    return torch.tensor(list(tokens), dtype=torch.int64, device=runner.sampler.where)
