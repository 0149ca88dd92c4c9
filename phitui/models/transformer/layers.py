"""A decoder's layers in plain tensor operations, with their weights shared with the transformers model they come from.

transformers' modules spend most of a one-token step in Python. Here a layer is a dozen operations: projections that
read the same input are one matrix, and keys and values go where the caller says.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

FULL, SLIDING = "full_attention", "sliding_attention"
"""Kinds of layers, as transformers' `layer_types` call them."""
ALL_SLIDING = ("mistral", "phi3")
"""Architectures that have no `layer_types`: where a window is given, every layer has it."""
ONE_ADDED = ("gemma2", "gemma3_text")
"""Architectures whose norms multiply by one more than their weight."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step's rows stand, shared by all layers; what differs by the kind of layer is found under it."""

    positions: "Tensor"
    """(rows,) int64: where keys and values are written."""
    length: int
    """Cache positions that are looked at."""
    turns: "Mapping[str, tuple[Tensor, Tensor]]"
    """Cosine and sine, (rows, 1, rotary width); the first half of the sine is negated."""
    masks: "Mapping[str, Tensor | None]"
    """(query heads of a key head × rows, length), added to the scores; None: each may look at all."""
    attend: "Callable[[Layer, Tensor, Tensor, Tensor], Tensor] | None" = None
    """What does attention without a mask: a row looks at what stands up to its position. See `Quick.attend`."""


class Norm:
    """Layer norm, or root-mean-square norm where there is no bias; `module` is transformers'."""

    def __init__(self, module: Any, more: int = 0):
        """`more` is added to the weight."""
        self.weight, self.bias = module.weight + more if more else module.weight, getattr(module, "bias", None)
        self.epsilon = module.variance_epsilon if hasattr(module, "variance_epsilon") else module.eps

    def move(self, device: Any) -> None:
        """To a device, by torch's name."""
        self.weight = self.weight.to(device)
        self.bias = None if self.bias is None else self.bias.to(device)

    def __call__(self, states: "Tensor") -> "Tensor":
        from torch.nn import functional

        if self.bias is None:
            return functional.rms_norm(states, self.weight.shape, self.weight, self.epsilon)
        return functional.layer_norm(states, self.weight.shape, self.weight, self.bias, self.epsilon)


class Layer:
    """Attention. Its kinds say how it is joined with the feed-forward part: (rows, model width) → the same."""

    def __init__(self, attention: Any, config: Any, number: int):
        self.heads, self.kv_heads = int(config.num_attention_heads), int(config.num_key_value_heads)
        self.group = self.heads // self.kv_heads
        """Query heads of one key head."""
        self.width = int(attention.head_dim)
        self.scale = float(attention.scaling)
        self.cap = getattr(config, "attn_logit_softcapping", None)
        self.acts = str(getattr(config, "hidden_activation", None) or config.hidden_act)
        """The feed-forward part's activation, by transformers' name."""
        more = int(config.model_type in ONE_ADDED)
        self.norms = [Norm(getattr(attention, name), more) for name in ("q_norm", "k_norm") if hasattr(attention, name)]
        kinds = getattr(config, "layer_types", None)
        given = SLIDING if config.model_type in ALL_SLIDING and getattr(config, "sliding_window", None) else FULL
        self.kind = str(kinds[number]) if kinds else given
        self.attended = (self.heads + 2 * self.kv_heads) * self.width
        """Columns of the fused projection that are queries, keys and values."""

    def attend(self, projected: "Tensor", kept: "Tensor", place: Place) -> "Tensor":
        """(rows, attended) → (rows, heads × width); `kept`, the layer's cache, is (heads, positions, width)."""
        import torch

        rows, (cos, sin), mask = projected.shape[0], place.turns[self.kind], place.masks.get(self.kind)
        parts = projected[:, : self.attended].view(rows, self.heads + 2 * self.kv_heads, self.width)
        ends = (0, self.heads, self.heads + self.kv_heads)
        for norm, begin, end in zip(self.norms, ends, ends[1:], strict=False):
            parts[:, begin:end] = norm(parts[:, begin:end])
        turned = parts[:, : self.heads + self.kv_heads, : cos.shape[-1]]
        half = turned.shape[-1] // 2
        swapped = torch.cat((turned[..., half:], turned[..., :half]), -1)
        turned.mul_(cos).addcmul_(swapped, sin)
        kept.index_copy_(1, place.positions, parts[:, self.heads :].transpose(0, 1))
        if place.attend is not None:
            return place.attend(self, parts[:, : self.heads], kept, place.positions)
        keys, values = kept[None, :, : place.length].chunk(2, 1)
        # Heads that share keys are further rows: no backend has to know of groups, and the keys are read once.
        queries = parts[:, : self.heads].reshape(rows, self.kv_heads, self.group, self.width).permute(1, 2, 0, 3)
        queries = queries.reshape(1, self.kv_heads, self.group * rows, self.width)
        if self.cap is None:
            found = torch.nn.functional.scaled_dot_product_attention(queries, keys, values, mask, scale=self.scale)
        else:
            scores = torch.tanh(queries @ keys.transpose(2, 3) * (self.scale / self.cap)).mul_(self.cap)
            scores = scores if mask is None else scores.add_(mask)
            found = scores.softmax(-1, dtype=torch.float32).to(values.dtype) @ values
        heads: Tensor = found.reshape(self.kv_heads, self.group, rows, self.width).permute(2, 0, 1, 3)
        return heads.reshape(rows, -1)


class PhiLayer(Layer):
    """Attention and feed-forward side by side, from one norm and one projection, and through one back."""

    def __init__(self, module: Any, config: Any, number: int):
        attention, mlp = module.self_attn, module.mlp
        super().__init__(attention, config, number)
        self.norm = Norm(module.input_layernorm)
        self.wide = fused(attention.q_proj, attention.k_proj, attention.v_proj, mlp.fc1)
        self.activation = activation(self.acts)
        self.both = joined(attention.dense, mlp.fc2)

    def __call__(self, states: "Tensor", kept: "Tensor", place: Place) -> "Tensor":
        import torch

        projected = self.wide(self.norm(states))
        fed = self.activation(projected[:, self.attended :])
        made: Tensor = self.both(torch.cat((self.attend(projected, kept, place), fed), -1))
        return made.add_(states)


class LlamaLayer(Layer):
    """Attention, then a gated feed-forward part, each from its own norm; Gemma's go through another on the way back."""

    def __init__(self, module: Any, config: Any, number: int):
        attention, mlp = module.self_attn, module.mlp
        super().__init__(attention, config, number)
        more = int(config.model_type in ONE_ADDED)
        four = hasattr(module, "pre_feedforward_layernorm")
        self.before = Norm(module.input_layernorm, more)
        self.after = Norm(module.pre_feedforward_layernorm if four else module.post_attention_layernorm, more)
        self.back = Norm(module.post_attention_layernorm, more) if four else None
        self.fed_back = Norm(module.post_feedforward_layernorm, more) if four else None
        if hasattr(attention, "qkv_proj"):
            self.wide, self.gated = attention.qkv_proj, mlp.gate_up_proj
        else:
            self.wide = fused(attention.q_proj, attention.k_proj, attention.v_proj)
            self.gated = fused(mlp.gate_proj, mlp.up_proj)
        self.activation = activation(self.acts)
        self.out, self.down = attention.o_proj, mlp.down_proj

    def __call__(self, states: "Tensor", kept: "Tensor", place: Place) -> "Tensor":
        found = self.out(self.attend(self.wide(self.before(states)), kept, place))
        states = (found if self.back is None else self.back(found)).add_(states)
        gate, up = self.gated(self.after(states)).chunk(2, -1)
        fed: Tensor = self.down(self.activation(gate).mul_(up))
        return (fed if self.fed_back is None else self.fed_back(fed)).add_(states)


def fused(*projections: Any) -> Any:
    """One linear layer for several of the same input; theirs become views of its weight, so nothing is held twice.

    Raises AttributeError for what is no plain linear layer.
    """
    import torch

    _refuse_others(*projections)
    names = ["weight"] if projections[0].bias is None else ["weight", "bias"]
    sizes = [each.out_features for each in projections]
    made = torch.nn.Linear(projections[0].in_features, sum(sizes), bias=len(names) == 2, device="meta")
    for name in names:
        whole = torch.cat([getattr(each, name).data for each in projections])
        setattr(made, name, torch.nn.Parameter(whole, requires_grad=False))
        for each, part in zip(projections, torch.split(whole, sizes), strict=True):
            getattr(each, name).data = part
    return made


def _refuse_others(*projections: Any) -> None:
    import torch

    if any(not isinstance(each, torch.nn.Linear) for each in projections):
        raise AttributeError("not plain matrices, as those of an adapter that is not merged")


def joined(one: Any, other: Any) -> Any:
    """One linear layer for the sum of two of different inputs, side by side; theirs become views of its weight.

    Raises AttributeError for what is no plain linear layer.
    """
    import torch

    _refuse_others(one, other)
    made = torch.nn.Linear(one.in_features + other.in_features, one.out_features, device="meta")
    whole = torch.cat((one.weight.data, other.weight.data), 1)
    made.weight = torch.nn.Parameter(whole, requires_grad=False)
    made.bias = torch.nn.Parameter(one.bias.data + other.bias.data, requires_grad=False)
    one.weight.data, other.weight.data = torch.split(whole, [one.in_features, other.in_features], 1)
    return made


def activation(name: str) -> Any:
    """transformers' activation of that name; the tanh form of GELU in one kernel. Raises KeyError."""
    import torch
    from transformers.activations import ACT2FN

    return torch.nn.GELU("tanh") if name in ("gelu_new", "gelu_pytorch_tanh") else ACT2FN[name]
