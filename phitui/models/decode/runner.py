"""One step of a model: tokens in, chosen tokens out, keys and values kept.

The same step reads a prompt in chunks, decodes one token, and checks a draft. On CUDA its shapes are rounded up (rows
to a few sizes, attention to a few lengths), so that each pair is recorded once as a CUDA graph and then launched whole.
"""

import inspect
from collections.abc import Sequence
from copy import copy
from math import ceil, log2
from typing import TYPE_CHECKING, Any

from phitui.models.decode.forward import Forward, forward_of
from phitui.models.decode.sampler import Sampler
from phitui.models.thread import is_out_of_memory

if TYPE_CHECKING:
    from torch import Tensor

CHUNK = 512
"""Rows of a prompt that are read at once."""
ROWS = (1, 8, 64, CHUNK)
"""What steps are rounded up to on CUDA."""
CHECKED = 8
"""Steps of at most so many rows give a choice for every row, longer ones for the last row alone."""
SHORTEST = 256
"""Attention lengths are this times a power of two, up to the window."""
CACHE_ARGUMENTS = ("cache", "past_key_values")
"""What transformers' models call their cache: newer releases, and older ones and models."""
RECOMPUTES = "recomputes everything for each token"
UNKNOWN_WINDOW = 2048
"""Tokens, where config.json does not say."""
Shape = tuple[int, int, bool]
"""Rows, attention length, and whether the choice is the plain arg max."""


class StaticRunner:
    """Runs a `Forward` over a cache that is allocated once, with CUDA graphs on CUDA."""

    def __init__(self, forward: Forward, window: int | None = None, rounded: bool | None = None):
        """`window`: tokens, by default the model's; `rounded`: whether shapes are rounded up, by default on CUDA."""
        import torch

        self.held: list[int] = []
        self.window, self.vocabulary = window or forward.window, forward.vocabulary
        self.cuttable = self.window
        """A text of at most so many tokens can be cut back to any length."""
        self.sampler = Sampler(forward.vocabulary, forward.device)
        self.path = "static cache"
        self.forward = forward
        self._cuda = self.runs_ahead = forward.device.type == "cuda"
        self._rounded = self._cuda if rounded is None else rounded
        # One position more than the window: rows that only fill a step up write there.
        self._cache = forward.new_cache(self.window + 1)
        self._line = torch.arange(self.window + CHUNK + 1, device=forward.device).clamp_(max=self.window)
        self._graphs: dict[Shape, _Graph | None] = {}
        self._wanted: set[Shape] = set()
        self._pool: Any = None
        if self._cuda:
            self.path += ", CUDA graphs"

    def step(self, tokens: "Tensor", start: int) -> "Tensor":
        """What follows `tokens` (n,) int64 that stand at `start`, …: (n,) where n ≤ CHECKED, else (1,), the last's.

        The result is overwritten by the next step of as many rows: copy it to keep it.
        """
        from torch.nn import functional

        n = len(tokens)
        if not self._rounded:
            return self._run(tokens, self._line[start : start + n], start + n)
        rows = next(size for size in ROWS if size >= n)
        length = min(SHORTEST * 2 ** max(0, ceil(log2((start + n) / SHORTEST))), self.window)
        padded = functional.pad(tokens, (0, rows - n)) if rows > n else tokens
        positions = self._line[start : start + rows]
        graph = self._graph((rows, length, self.sampler.greedy))
        chosen = graph.launch(padded, positions, n) if graph else self._run(padded, positions, length, n)
        return chosen[:n] if n <= CHECKED else chosen

    def _graph(self, shape: "Shape") -> "_Graph | None":
        """The recorded step; None where it is not worth recording, not yet, or cannot be recorded.

        One token's step is recorded at once, others at their second use or in an idle moment: no answer waits for it.
        """
        if not self._cuda or shape[0] == CHUNK:
            return None
        if shape not in self._graphs:
            if shape[0] > 1 and shape not in self._wanted:
                self._wanted.add(shape)
                return None
            self._wanted.discard(shape)
            try:
                self._graphs[shape] = _Graph(self, *shape[:2])
            except RuntimeError:  # an operation that cannot be recorded: it is run as it is
                self._graphs[shape] = None
        return self._graphs[shape]

    def _run(self, tokens: "Tensor", positions: "Tensor", length: int, n: "int | Tensor | None" = None) -> "Tensor":
        """`n`: how many rows are meant, where some only fill up."""
        import torch

        rows = len(tokens)
        mask = self._line[:length] <= positions[:, None] if rows > 1 or self._rounded else None
        states = self.forward.hidden(tokens, positions, self._cache, length, mask)
        if rows > CHECKED:
            last = torch.as_tensor(rows if n is None else n, device=tokens.device).view(1) - 1
            states, tokens, positions = states[last], tokens[last], positions[last]
        return self.sampler.choose(self.forward.logits(states), tokens, positions)

    @property
    def size(self) -> int:
        return self._cache[:, :, : len(self.held)].numel() * self._cache.itemsize

    def save(self) -> "Tensor":
        return self._cache[:, :, : len(self.held)].clone()

    def restore(self, saved: "Tensor", held: list[int]) -> None:
        self._cache[:, :, : len(held)] = saved
        self.held = list(held)

    def prepare(self) -> None:
        """Records the steps that a first answer needs, and those that were wanted: for idle moments. Nothing off CUDA.

        Recording writes to the scratch position alone, so what was read stays valid.
        """
        before = self.sampler.greedy
        self._wanted |= {(rows, SHORTEST, before) for rows in ROWS[:-1]} if self._cuda else set()
        for shape in sorted(self._wanted - self._graphs.keys()):
            self.sampler.greedy = shape[2]
            self._graph(shape)
        self.sampler.greedy = before


class _Graph:
    """A recorded step of one shape."""

    def __init__(self, runner: StaticRunner, rows: int, length: int):
        import torch

        where = runner._line.device
        self._tokens = torch.zeros(rows, dtype=torch.int64, device=where)
        # Recording runs the step: it may write to the scratch position alone.
        self._positions = torch.full((rows,), runner.window, dtype=torch.int64, device=where)
        self._count = torch.ones((), dtype=torch.int64, device=where)
        side = torch.cuda.Stream(where)  # type: ignore[no-untyped-call]  # torch leaves it without types
        side.wait_stream(torch.cuda.current_stream(where))
        with torch.cuda.stream(side):
            for _ in range(2):
                runner._run(self._tokens, self._positions, length, self._count)
        torch.cuda.current_stream(where).wait_stream(side)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph, pool=runner._pool, capture_error_mode="thread_local"):
            self._out = runner._run(self._tokens, self._positions, length, self._count)
        runner._pool = runner._pool or self._graph.pool()

    def launch(self, tokens: "Tensor", positions: "Tensor", n: int) -> "Tensor":
        self._tokens.copy_(tokens)
        self._positions.copy_(positions)
        self._count.fill_(n)
        self._graph.replay()
        return self._out


class DynamicRunner:
    """Runs any transformers model through its own forward: slower, and right for every architecture."""

    def __init__(self, model: Any, why: str):
        """`why`: what keeps the model from the fast path."""
        config = model.config.get_text_config()
        self.held: list[int] = []
        self.window = window_of(config)
        self.vocabulary = int(config.vocab_size)
        self.sampler = Sampler(self.vocabulary, model.device)
        self.runs_ahead = model.device.type == "cuda"
        self._model = model
        self._cache: Any = None
        self._keeps = {"logits_to_keep": 1} if _keeps_last(model) else {}
        self._argument = next((name for name in CACHE_ARGUMENTS if self._caches_as(name)), None)
        self.cuttable = self._whole_up_to() if self._argument else 0
        self.path = f"{'dynamic cache' if self._argument else RECOMPUTES}: {why}"

    def _caches_as(self, name: str) -> bool:
        """Whether forward, given a cache as its argument `name`, goes on from what it holds.

        Tried, not read from the signature: some models take any argument and ignore it.
        """
        import torch

        tokens = torch.arange(3, device=self._model.device)[None] % self.vocabulary

        def scores(part: "Tensor", **options: Any) -> "Tensor":
            found: Tensor = self._model(input_ids=part, **options).logits[0, -1].float()
            return found

        try:
            self._new_cache()
            scores(tokens[:, :2], **{name: self._cache}, use_cache=True)
            continued = scores(tokens[:, 2:], **{name: self._cache}, use_cache=True)
        except Exception as error:  # an unknown argument, or a kind of cache that the model does not know
            if is_out_of_memory(error):
                raise
            return False
        finally:
            self._cache = None
        whole, alone = scores(tokens), scores(tokens[:, 2:])
        return bool((continued - whole).norm() <= (continued - alone).norm())

    def _new_cache(self) -> None:
        from transformers import DynamicCache

        self._cache = DynamicCache(config=self._model.config)

    def _whole_up_to(self) -> int:
        """Tokens up to which every layer holds the whole text; 0 where a layer sums it up."""
        from transformers.cache_utils import DynamicLayer, DynamicSlidingWindowLayer

        self._new_cache()
        if any(type(layer) not in (DynamicLayer, DynamicSlidingWindowLayer) for layer in self._cache.layers):
            return 0
        kept = [int(layer.sliding_window) - 1 for layer in self._cache.layers if layer.is_sliding]
        return min([self.window, *kept])

    def step(self, tokens: "Tensor", start: int) -> "Tensor":
        """As `StaticRunner.step`."""
        import torch

        n = len(tokens)
        keep = {} if 1 < n <= CHECKED else self._keeps
        if self._argument is not None:
            self._cut(start)
            out = self._model(input_ids=tokens[None], **{self._argument: self._cache}, use_cache=True, **keep)
        else:
            whole = torch.tensor(self.held[:start], device=tokens.device, dtype=torch.int64)
            out = self._model(input_ids=torch.cat((whole, tokens))[None], **keep)
        rows = n if n <= CHECKED else 1
        logits = out.logits[0, -rows:].float().to(self.sampler.where)
        positions = torch.arange(start + n - rows, start + n, device=logits.device)
        return self.sampler.choose(logits, tokens[-rows:].to(logits.device), positions)

    def _cut(self, length: int) -> None:
        """Cut here, not by `crop`, whose argument has changed its meaning between releases."""
        if length == 0:
            self._new_cache()
        elif self.cuttable and self._cache.get_seq_length() > length:
            for layer in self._cache.layers:
                layer.keys, layer.values = layer.keys[..., :length, :], layer.values[..., :length, :]
                if layer.is_sliding:
                    layer.cumulative_length = length

    @property
    def size(self) -> int:
        return sum(each.keys.nbytes + each.values.nbytes for each in self._cache.layers if each.is_initialized)

    def save(self) -> Any:
        # A layer's tensors are replaced when it grows, never written to: sharing them is a copy.
        saved = copy(self._cache)
        saved.layers = [copy(layer) for layer in self._cache.layers]
        return saved

    def restore(self, saved: Any, held: list[int]) -> None:
        self._cache, self.held = saved, list(held)

    def prepare(self) -> None:
        """Nothing to prepare."""


Runner = StaticRunner | DynamicRunner


def runner_for(model: Any, memory: int) -> Runner:
    """The quickest runner that is right for a transformers model, which goes on working beside it.

    `memory`: bytes that a cache may take; a window that needs more is cut to what fits.
    """
    forward = forward_of(model)
    if isinstance(forward, str):
        return DynamicRunner(model, forward)
    return StaticRunner(forward, max(1, min(forward.window, memory // forward.new_cache(1).nbytes - 1)))


def window_of(config: Any) -> int:
    """Tokens that the model was made for; `config` is transformers', of the text."""
    names = ("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "seq_length")
    given = (getattr(config, name, None) for name in names)
    return next((int(size) for size in given if isinstance(size, int) and size > 0), UNKNOWN_WINDOW)


def _keeps_last(model: Any) -> bool:
    """Whether forward can give the last position's logits alone; else it gives all of them, slower and as right."""
    return "logits_to_keep" in inspect.signature(model.forward).parameters


def to_device(tokens: Sequence[int], runner: Runner) -> "Tensor":
    """(n,) int64 where the runner wants it."""
    import torch

    return torch.tensor(list(tokens), dtype=torch.int64, device=runner.sampler.where)
