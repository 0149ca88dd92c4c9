"""MiniLM's encoder with products of eight-bit numbers: 1.6 times bfloat16's speed where a processor has VNNI.

Weights have a scale for each row. What a product reads has one scale for all texts, so that a text's vector does not
depend on those read beside it; the scales come from ranges measured once (`phitui.workshop.embedder.ranges`). Channels
that run far ahead of the others would take the steps from them:
- before attention and the inner product each channel is divided by what its range asks for, and the weights are
  multiplied by it (SmoothQuant, Xiao et al. 2023, arXiv:2211.10438), which the norm before them does by itself;
- after GELU, where that cannot be, values stop at `PEAK`, and what the few channels that go higher have above it is
  added in float32.
Attention leaves out the greatest score that softmax subtracts: the keys' bias, which changes no weight, is left out too
and scores stay small. Where they do not, a row is not finite, and the caller reads that text by another way.
"""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

RANGES = Path(__file__).with_name("ranges.safetensors")
"""Of each layer "N.attention" and "N.inner", (2, 384): the least and the greatest value of each channel; "N.outer",
(1536): the greatest."""

STEPS = 255
SMOOTH = 0.75
"""How much of a channel's range goes into the weights, as an exponent; the rest stays."""
ROOM = 1.02
"""Ranges are so much wider than those measured."""
PEAK = 4.0
LEAST_GELU = -0.17
ROWS = 64
"""Rows are filled up to a multiple: oneDNN makes a program of each number of rows that it has not met."""
PACKED_FOR = 1024
NONE: tuple[str, list[float], str] = ("none", [], "")
GELU: tuple[str, list[float], str] = ("gelu", [], "none")


class EightBitEncoder:
    """Called as MiniLM's own encoder is, on texts that are no pairs. Raises what torch raises where it lacks this."""

    def __init__(self, folder: Path, kind: Any, linear: Callable[[Any, Any], Callable[[Any], Any]]):
        """`folder` is that of the bundled embedder; attention is computed in `kind`, a torch type, and what it makes
        goes through `linear` of weight and bias.
        """
        from safetensors.torch import load_file

        config = json.loads((folder / "config.json").read_text("utf-8"))
        self._heads, self._epsilon = config["num_attention_heads"], config["layer_norm_eps"]
        self._kind = kind
        weights = load_file(folder / "model.safetensors")
        ranges = load_file(RANGES)
        self._words = weights["embeddings.word_embeddings.weight"].float()
        types = weights["embeddings.token_type_embeddings.weight"][0].float()
        self._places = weights["embeddings.position_embeddings.weight"].float() + types
        layers = config["num_hidden_layers"]
        names = ["embeddings"]
        names += [f"encoder.layer.{n}.{part}" for n in range(layers) for part in ("attention.output", "output")]
        norms = [
            (weights[f"{name}.LayerNorm.weight"].float(), weights[f"{name}.LayerNorm.bias"].float()) for name in names
        ]
        self._layers = [
            _Layer(weights, ranges, number, norms[2 * number : 2 * number + 2], self._heads, kind, linear)
            for number in range(layers)
        ]
        self._last_norm = norms[-1]

    def __call__(self, ids: Any, types: Any, seen: Any) -> Any:
        """(batch, tokens) → (batch, tokens, hidden) in float32; `seen` (batch, 1, 1, tokens) is None where all are."""
        import torch
        from torch.nn import functional

        batch, tokens = ids.shape
        size = self._words.shape[1]
        count = batch * tokens
        rows = -(-count // ROWS) * ROWS
        hidden = torch.zeros(rows, size)
        torch.add(self._words[ids], self._places[:tokens], out=hidden[:count].view(batch, tokens, size))
        real = None if seen is None else seen.to(self._kind).view(count, 1)
        mixed = torch.zeros(rows, size, dtype=self._kind)
        per_head = mixed[:count].view(batch, tokens, self._heads, -1).transpose(1, 2)

        def norm(values: Any, weight: Any, bias: Any) -> Any:
            return functional.layer_norm(values, weight.shape, weight, bias, self._epsilon)

        for layer in self._layers:
            hidden = norm(hidden, *layer.attention_norm)
            read = layer.attention(_whole(hidden), self._kind)[:count]
            if real is not None:
                read.mul_(real)
            query, key = (
                read[:, start : start + size].view(batch, tokens, self._heads, -1).transpose(1, 2).flatten(0, 1)
                for start in (0, size)
            )
            value = read[:, 2 * size :].view(batch, tokens, self._heads, -1).transpose(1, 2).flatten(0, 1)
            found = torch.bmm(torch.bmm(query, key.transpose(1, 2)).exp_(), value).view(batch, self._heads, tokens, -1)
            torch.div(found[..., :-1], found[..., -1:], out=per_head)
            hidden = torch.addcmul(layer.attention_shift, hidden, layer.attention_unit).add_(layer.mix(mixed))
            hidden = norm(hidden, *layer.inner_norm)
            whole = _whole(hidden)
            inner = layer.inner(whole, torch.uint8)
            outer = layer.outer(inner, torch.float32)
            above = layer.above(whole, torch.float32).sub_(layer.top).clamp_(min=0)
            outer.addmm_(above, layer.above_weight)
            hidden = torch.addcmul(layer.inner_shift, hidden, layer.inner_unit).add_(outer)
        return norm(hidden[:count], *self._last_norm).view(batch, tokens, size)


class _Layer:
    """One layer's products. The norms before them give multiples of a unit, moved so far that cutting off rounds."""

    def __init__(
        self,
        weights: Any,
        ranges: Any,
        number: int,
        norms: list[Any],
        heads: int,
        kind: Any,
        linear: Callable[..., Any],
    ):
        import torch

        def named(part: str) -> tuple[Any, Any]:
            name = f"encoder.layer.{number}.{part}"
            return weights[f"{name}.weight"].float(), weights[f"{name}.bias"].float()

        (query, query_bias), (key, key_bias), (value, value_bias) = (
            named(f"attention.self.{part}") for part in ("query", "key", "value")
        )
        size = query.shape[0]
        scale = (size // heads) ** -0.5
        # A column of ones beside each head's values sums the weights of its softmax.
        value = torch.cat([value.view(heads, -1, size), torch.zeros(heads, 1, size)], 1).view(-1, size)
        value_bias = torch.cat([value_bias.view(heads, -1), torch.ones(heads, 1)], 1).view(-1)
        together = torch.cat([query * scale, key, value])
        bias = torch.cat([query_bias * scale, torch.zeros_like(key_bias), value_bias])
        unit, zero = _unit(ranges[f"{number}.attention"], together)
        self.attention = _Product(together * unit, bias, zero)
        self.attention_norm, self.attention_unit, self.attention_shift = _in_units(norms[0], unit, zero)
        weight, bias = named("attention.output.dense")
        self.mix = linear(weight.to(kind), bias.to(kind))

        weight, bias = named("intermediate.dense")
        outer, outer_bias = named("output.dense")
        unit, zero = _unit(ranges[f"{number}.inner"], weight)
        self.inner_norm, self.inner_unit, self.inner_shift = _in_units(norms[1], unit, zero)
        step = (PEAK - LEAST_GELU) / STEPS
        lowest = round(-LEAST_GELU / step)
        self.top = (STEPS - lowest) * step
        high = (ranges[f"{number}.outer"] > self.top).nonzero()[:, 0]
        high = high if len(high) else torch.tensor([0])
        self.inner = _Product(weight * unit, bias, zero, GELU, step, lowest)
        self.above = _Product((weight * unit)[high], bias[high], zero, GELU)
        self.above_weight = outer[:, high].t().contiguous()
        self.outer = _Product(outer, outer_bias, lowest, unit=step)


class _Product:
    """oneDNN's linear layer of eight-bit rows (rows, in) with weights (out, in), packed once."""

    def __init__(
        self,
        weight: Any,
        bias: Any,
        zero: int,
        then: tuple[str, list[float], str] = NONE,
        out_step: float = 1.0,
        out_zero: int = 0,
        unit: float = 1.0,
    ):
        """Numbers that are read stand for `unit` × (number − `zero`), bytes that are made for `out_step` × …"""
        import torch

        steps = weight.abs().amax(1).clamp(min=1e-8) / 127
        rounded = (weight / steps[:, None]).round().to(torch.int8)
        packed = torch.ops.onednn.qlinear_prepack(rounded, [PACKED_FOR, weight.shape[1]])
        self._read = (unit, zero, packed, steps, torch.zeros(len(steps), dtype=torch.long), bias)
        self._then, self._step, self._zero = then, out_step, out_zero

    def __call__(self, rows: Any, kind: Any) -> Any:
        """Of torch type `kind`; bytes alone are in steps."""
        import torch

        out = (self._step, self._zero) if kind == torch.uint8 else (1.0, 0)
        return torch.ops.onednn.qlinear_pointwise(rows, *self._read, *out, kind, *self._then)


def _unit(ranges: Any, weight: Any) -> tuple[Any, int]:
    """(what a step of each channel stands for, the number that stands for 0)."""
    import torch

    least, greatest = ranges
    widest = torch.maximum(greatest, -least).clamp(min=1e-4)
    smooth = widest**SMOOTH / weight.abs().amax(0).clamp(min=1e-4) ** (1 - SMOOTH)
    low, high = float((least / smooth).min()) * ROOM, float((greatest / smooth).max()) * ROOM
    step = (high - low) / STEPS
    return smooth * step, math.floor(-low / step + 0.5)


def _in_units(norm: tuple[Any, Any], unit: Any, zero: int) -> tuple[tuple[Any, Any], Any, Any]:
    """(the norm's weight and bias, so that it counts in units; unit and shift that make its own values of them)."""
    weight, bias = norm
    return (weight / unit, bias / unit + zero + 0.5), unit, -(zero + 0.5) * unit


def _whole(rows: Any) -> Any:
    import torch

    return rows.clamp(0, STEPS).to(torch.uint8)
