"""CUDA without a card: graphs that are recorded and replayed on the CPU, and several cards of which one is current.

A graph records real operations with the very tensors that they touched, and a replay runs those operations on those
tensors; no line of the step's Python runs again. What only lived inside is spoilt after every replay, as a memory pool
that is shared would, and what a capture forbids raises.
"""

from contextlib import contextmanager
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten

from phitui.models import device as real

WAITING = ("_local_scalar_dense", "nonzero", "is_nonzero", "equal", "masked_select", "_unique2", "bincount", "allclose")
"""Operations that wait for a value on the host, or whose shapes depend on values."""


class Cards:
    """What the fake driver knows; a test sets what is to go wrong."""

    def __init__(self) -> None:
        self.current = 0
        self.used: list[int] = []
        """Cards that were made current, in order."""
        self.replays = self.captures = 0
        self.full = 0
        """So many captures from now on find no memory."""
        self.refused = 0
        """So many captures from now on meet an operation that cannot be recorded."""
        self.dead = ""
        """What every call says once the context is lost."""
        self.sync_mode = 0
        self.recording = False
        self.streams: list[Stream] = []
        """Those that were made."""
        self.own: dict[str, Stream] = {}
        """Each card's, which is there without being made."""
        self.at: list[Stream] = []


class Stream:
    def __init__(self, device: Any = None) -> None:
        self.device = device
        Graph.cards.streams.append(self)

    def wait_stream(self, other: "Stream") -> None:
        assert self.device == other.device, "streams of two cards"


def tensors(found: Any) -> list[torch.Tensor]:
    return [each for each in tree_flatten(found)[0] if isinstance(each, torch.Tensor)]


def place(tensor: torch.Tensor) -> int:
    return tensor.untyped_storage().data_ptr()


class Graph:
    cards: Cards

    def __init__(self) -> None:
        self.steps: list[tuple[Any, Any, Any, list[torch.Tensor] | None]] = []
        self.spoilt: list[torch.Tensor] = []

    def pool(self) -> tuple[int, int]:
        return (1, 0)

    def replay(self) -> None:
        self.cards.replays += 1
        for operation, args, options, outs in self.steps:
            made = operation(*args, **options)
            for old, new in zip(outs or [], tensors(made) if outs else [], strict=True):
                if old.data_ptr() != new.data_ptr():
                    old.copy_(new)
        for each in self.spoilt:
            each.fill_(float("nan") if each.is_floating_point() else True if each.dtype == torch.bool else 1 << 20)


class Capture(TorchDispatchMode):
    """Records into a graph on the stream it is given."""

    cards: Cards

    def __init__(self, graph: Graph, pool: Any = None, stream: Any = None, capture_error_mode: str = "global") -> None:
        super().__init__()
        assert isinstance(stream, Stream), "a capture on whatever stream the current card has"
        self.graph, self.outs, self.known, self.last = graph, list[torch.Tensor](), set[int](), 0
        self.cards.captures += 1
        if self.cards.full:
            self.cards.full -= 1
            raise torch.OutOfMemoryError("CUDA out of memory")

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = func._schema.name.split("::")[1]
        if name in WAITING or self.cards.refused:
            self.cards.refused = max(0, self.cards.refused - 1)
            raise RuntimeError(f"CUDA error: operation not permitted when stream is capturing: {name}")
        out = func(*args, **kwargs)
        made = {place(each) for each in self.outs}
        self.known |= {place(each) for each in tensors((args, kwargs))} - made
        if func._schema.is_mutable:
            self.graph.steps.append((func, args, kwargs, None))
            self.last = place(args[0])
        elif not func.is_view:
            self.graph.steps.append((func, args, kwargs, tensors(out)))
            self.outs += tensors(out)
            self.last = place(self.outs[-1])
        return out

    def __enter__(self) -> "Capture":
        self.cards.recording = True
        super().__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self.cards.recording = False
        super().__exit__(*error)
        if error[0] is None:
            kept = self.known | {self.last}
            self.graph.spoilt = [each for each in self.outs if place(each) not in kept]


@contextmanager
def fake_cards(monkeypatch: Any) -> Any:
    """torch.cuda stands on a `Cards`, which is given."""
    cards = Graph.cards = Capture.cards = Cards()

    @contextmanager
    def on(stream: Stream) -> Any:
        cards.at.append(stream)
        yield
        cards.at.pop()

    def current(where: Any) -> Stream:
        made = cards.own.get(str(where)) or Stream(where)
        if str(where) not in cards.own:
            cards.own[str(where)] = cards.streams.pop()
        return made

    @contextmanager
    def device(name: Any) -> Any:
        before, cards.current = cards.current, int(str(name).partition(":")[2] or 0)
        cards.used.append(cards.current)
        try:
            yield
        finally:
            cards.current = before

    def synchronize(name: Any = None) -> None:
        if cards.dead:
            raise RuntimeError(cards.dead)

    def set_sync(mode: Any) -> None:
        cards.sync_mode = mode

    fakes = {
        "Stream": Stream,
        "stream": on,
        "current_stream": current,
        "CUDAGraph": Graph,
        "graph": Capture,
        "device": device,
        "synchronize": synchronize,
        "get_sync_debug_mode": lambda: cards.sync_mode,
        "set_sync_debug_mode": set_sync,
        "is_available": lambda: True,
        "device_count": lambda: 2,
        "get_arch_list": list,
        "reset_peak_memory_stats": lambda where: None,
        "max_memory_allocated": lambda where: 0,
        "mem_get_info": lambda where: (1 << 30, 1 << 30),
    }
    known = (real._count, real._unbuilt, real._freest)
    with monkeypatch.context() as patch:
        for name, fake in fakes.items():
            patch.setattr(torch.cuda, name, fake)
        for each in known:
            each.cache_clear()
        yield cards
    for each in known:
        each.cache_clear()
