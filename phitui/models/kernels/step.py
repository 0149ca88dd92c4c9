"""A step of few rows, as a `Forward` does it, in Triton's kernels: six a layer for phi, nine for the others."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from phitui.models.transformer.forward import Forward
from phitui.models.transformer.layers import SLIDING, LlamaLayer, Norm, PhiLayer

if TYPE_CHECKING:
    from torch import Tensor

    from phitui.models.decode.sampler import Sampler

ROWS = 8
"""At most so many: a product's tile has room for sixteen, but attention's for the query heads of eight."""
KINDS = {"gelu_new": "tanh", "gelu_pytorch_tanh": "tanh", "gelu": "erf", "silu": "silu"}
"""transformers' activations → the kernels' names."""
ROOMS = {"product": "products", "add_norm": "products"}
ROOMS |= dict.fromkeys(("place", "attend", "attend_many", "combine"), "attention")
DRAWN, SEARCHED = 1024, 4096
"""Tokens of the vocabulary that a program draws from at once, or searches through."""
BLOCK_K = 128
"""Columns of a matrix that a program reads at once."""
PROGRAMS = 512
"""As many as keep every processor of a large card busy."""
LEAST_BLOCKS = 4
"""A program that reads less spends its time on beginning and ending."""
WIDEST = 256
"""Elements of a head's vector: what is wider does not fit a processor's own memory."""


def launch(
    name: str,
    grid: tuple[int, int],
    *given: Any,
    warps: int = 4,
    stages: int = 3,
    early: bool = False,
    **constants: Any,
) -> None:
    """Runs a kernel, `early` before the one before it has ended (see `products.begin`).

    What it needs is imported and compiled at its first launch.
    """
    kernel = getattr(import_module(f"phitui.models.kernels.{ROOMS.get(name, 'drawing')}"), name)
    options: dict[str, Any] = {"launch_pdl": True} if early else {}
    # Whether a product and a sum may be one is said: releases differ in what they take for granted, and warn of it.
    options |= {"num_warps": warps, "num_stages": stages, "enable_fp_fusion": True}
    kernel[grid](*given, **constants, EARLY=early, **options)


def why_not(forward: Forward) -> str | None:
    """What keeps a model from the kernels; None where nothing does."""
    first = forward.layers[0]
    if first.acts not in KINDS:
        return f"the activation {first.acts} has none"
    if first.width > WIDEST:
        return "its heads are too wide"
    if any(not each.weight.is_contiguous() for each in forward.projections()):
        return "its matrices lie another way"
    return None


class Kernels:
    """The layers of a `Forward` as launches. Its tensors are the forward's own."""

    def __init__(self, forward: Forward, early: bool = False):
        """See `why_not`; `early`: each kernel is launched before the last one has ended, where a card can do that."""
        first = forward.layers[0]
        self._early = early
        self._forward, self._kind = forward, KINDS[first.acts]
        self._heads, self._kv, self._width = first.heads, first.kv_heads, first.width
        self._inner = first.heads * first.width
        self._padded = max(16, _power(self._width))
        self._m = max(16, _power(first.group * ROWS))
        self._block = 32 if self._padded > 128 or self._m > 64 else 64
        self._m_many = 64 if self._padded <= 128 else 32
        self._splits = max(4, min(64, _power(PROGRAMS // self._kv)))

    def _launch(self, name: str, grid: tuple[int, int], *given: Any, **constants: Any) -> None:
        launch(name, grid, *given, early=self._early, **constants)

    def takes(self, rows: int, places: int) -> bool:
        """Whether a step of so many rows, over a cache of so many places, is one for the kernels."""
        return rows <= ROWS and places <= self._forward.tabled

    def attends(self, places: int) -> bool:
        """Whether it does attention of more rows, over a cache of so many places."""
        return places <= self._forward.tabled

    def attend(self, layer: Any, queries: "Tensor", kept: "Tensor", positions: "Tensor") -> "Tensor":
        """(rows, heads × width) of queries (rows, heads, width), whose keys and values are kept already."""
        import torch

        rows = len(queries)
        out = torch.empty(rows, self._inner, device=queries.device, dtype=queries.dtype)
        self._launch(
            "attend_many",
            (-(-rows * layer.group // self._m_many), self._kv),
            *(queries, kept, positions, out, rows, kept.shape[1], queries.stride(0)),
            *(layer.scale, float(layer.cap or 1), self._forward.sliding),
            HEADS=self._heads,
            KV=self._kv,
            D=self._width,
            CAPPED=layer.cap is not None,
            SLIDES=layer.kind == SLIDING,
            PADDED=self._padded,
            M=self._m_many,
            BLOCK=64 if self._padded <= 128 else 32,
            stages=2,
        )
        return out

    def hidden(self, tokens: "Tensor", positions: "Tensor", cache: "Tensor") -> "Tensor":
        """As `Forward.hidden`, however long the cache is: each row sees what stands up to its own position."""
        import torch

        forward = self._forward
        states = forward.embed(tokens)
        parts: Tensor | None = None
        back: Norm | None = None
        for layer, kept in zip(forward.layers, cache, strict=True):
            attend = self._attention(layer, kept, positions)
            if isinstance(layer, PhiLayer):
                normed = self._added(states, parts, back, layer.norm)
                fed = layer.both.in_features - self._inner
                joint = torch.empty(len(tokens), layer.both.in_features, device=states.device, dtype=states.dtype)
                raw = self._product(normed, layer.wide, layer.attended, joint[:, self._inner :], fed)
                attend(raw, joint)
                parts, back = self._product(joint, layer.both), None
            else:
                parts, back = self._llama(layer, states, parts, back, attend), layer.fed_back
        return self._added(states, parts, back, forward.norm)

    def logits(self, hidden: "Tensor", head: Any) -> "Tensor":
        """(rows, vocabulary) float32."""
        return self._product(hidden, head, splits=1)[0]

    def draw(self, sampler: "Sampler", logits: "Tensor", tokens: "Tensor", positions: "Tensor") -> "Tensor":
        """As `Sampler.choose`, by the sampler's numbers."""
        import torch

        rows, width = logits.shape
        blocks, numbers = -(-width // DRAWN), sampler.numbers

        def room(*size: int, kind: Any = torch.float32) -> "Tensor":
            return torch.empty(rows, *size, device=logits.device, dtype=kind)

        scores, tops, limits = room(width), room(blocks), room()
        best, who = room(blocks, kind=torch.float64), room(blocks, kind=torch.int64)
        chosen = room(kind=torch.int64)
        parts = {"N": width, "BLOCKS": blocks}
        seen = sampler.seen.view(torch.uint8)
        by = numbers["penalty"], numbers["temperature"]
        self._launch("shape", (blocks, rows), logits, tokens, seen, *by, scores, tops, **parts, BLOCK=DRAWN)
        by = sampler.top_k, numbers["top_p"]
        sizes = {**parts, "PADDED": _power(blocks), "BLOCK": SEARCHED}
        self._launch("limit", (rows, 1), scores, tops, *by, numbers["min_p"], limits, **sizes, warps=16)
        by = sampler.seed, sampler.top_k
        self._launch("race", (blocks, rows), scores, limits, positions, *by, best, who, **parts, BLOCK=DRAWN)
        self._launch("winner", (rows, 1), best, who, chosen, BLOCKS=blocks, PADDED=_power(blocks))
        return chosen

    def _llama(
        self,
        layer: LlamaLayer,
        states: "Tensor",
        parts: "Tensor | None",
        back: Norm | None,
        attend: "Callable[[Tensor, Tensor], None]",
    ) -> "Tensor":
        import torch

        rows = len(states)
        normed = self._added(states, parts, back, layer.before)
        found = torch.empty(rows, self._inner, device=states.device, dtype=states.dtype)
        attend(self._product(normed, layer.wide), found)
        normed = self._added(states, self._product(found, layer.out), layer.back, layer.after)
        fed = torch.empty(rows, layer.down.in_features, device=states.device, dtype=states.dtype)
        self._product(normed, layer.gated, 0, fed, layer.down.in_features, gated=True)
        return self._product(fed, layer.down)

    def _product(
        self,
        x: "Tensor",
        linear: Any,
        raw: int | None = None,
        fed: "Tensor | None" = None,
        fed_width: int = 0,
        gated: bool = False,
        splits: int | None = None,
    ) -> "Tensor":
        """(splits, rows, raw) float32; the first `raw` columns, by default all. The others go to `fed`, activated."""
        import torch

        weight, scale, bias = linear.weight, getattr(linear, "scale", None), linear.bias
        raw = weight.shape[0] if raw is None else raw
        columns, inner = raw + fed_width, x.shape[1]
        block = 16 if columns < 32 * PROGRAMS // 2 else 32
        if fed is not None:
            splits = 1
        elif splits is None:
            wanted = -(-PROGRAMS // -(-columns // block))
            splits = max(1, min(wanted, -(-inner // BLOCK_K) // LEAST_BLOCKS))
        made = torch.empty(splits, len(x), raw, device=x.device, dtype=torch.float32)
        self._launch(
            "product",
            (-(-columns // block), splits),
            x,
            weight,
            x if scale is None else scale,
            x if bias is None else bias,
            made,
            x if fed is None else fed,
            len(x),
            0 if fed is None else fed.stride(0),
            N=columns,
            K=inner,
            RAW=raw,
            KIND=self._kind,
            GATED=gated,
            SCALED=scale is not None,
            BIASED=bias is not None,
            SPLITS=splits,
            BN=block,
            BK=BLOCK_K,
            stages=3 if gated else 4,
        )
        return made

    def _added(self, states: "Tensor", parts: "Tensor | None", back: Norm | None, norm: Norm) -> "Tensor":
        """The norm of the states, after the parts are added to them in place."""
        import torch

        rows, width = states.shape
        normed = torch.empty_like(states)
        self._launch(
            "add_norm",
            (rows, 1),
            states,
            states if parts is None else parts,
            states if back is None else back.weight,
            norm.weight,
            norm.weight if norm.bias is None else norm.bias,
            normed,
            rows,
            norm.epsilon,
            0.0 if back is None else back.epsilon,
            WIDTH=width,
            SPLITS=0 if parts is None else len(parts),
            BACK=back is not None,
            CENTRED=norm.bias is not None,
            PADDED=_power(width),
            warps=8,
        )
        return normed

    def _attention(
        self, layer: PhiLayer | LlamaLayer, kept: "Tensor", positions: "Tensor"
    ) -> "Callable[[Tensor, Tensor], None]":
        """From a product's parts to (rows, heads × width), written to the first columns of what is given."""
        import torch

        cos, sin = self._forward.turned[layer.kind]
        shape = {"HEADS": self._heads, "D": self._width, "PADDED": self._padded}
        slides = layer.kind == SLIDING
        cap, line = layer.cap, kept.shape[1]
        weights = [each.weight for each in layer.norms]

        def attend(raw: "Tensor", out: "Tensor") -> None:
            rows, where, kind = raw.shape[1], raw.device, torch.float32
            queries = torch.empty(rows, self._inner, device=out.device, dtype=out.dtype)
            self._launch(
                "place",
                (rows, self._heads + 2 * self._kv),
                *(raw, queries, kept, positions, cos, sin, *(weights or (cos, cos))),
                *(rows, line, layer.norms[0].epsilon if weights else 0.0),
                **shape,
                KV=self._kv,
                TURNED=cos.shape[-1],
                NORMED=bool(weights),
                SPLITS=len(raw),
                warps=1,
            )
            parts = torch.empty(self._splits, rows, self._inner, device=where, dtype=kind)
            logs = torch.empty(self._splits, rows, self._heads, device=where, dtype=kind)
            self._launch(
                "attend",
                (self._kv, self._splits),
                *(queries, kept, positions, parts, logs, rows, line),
                *(layer.scale, float(cap or 1), self._forward.sliding),
                **shape,
                KV=self._kv,
                CAPPED=cap is not None,
                SLIDES=slides,
                M=self._m,
                BLOCK=self._block,
                SPLITS=self._splits,
                stages=2,
            )
            heads = (rows, self._heads)
            self._launch("combine", heads, parts, logs, out, rows, out.stride(0), **shape, SPLITS=self._splits)

        return attend


def _power(number: int) -> int:
    """The smallest power of two that is no smaller."""
    return 1 << max(0, number - 1).bit_length()
