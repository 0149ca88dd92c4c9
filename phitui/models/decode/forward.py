"""A decoder's arithmetic in plain tensor operations, for the architectures that phitui knows.

transformers' modules spend most of a one-token step in Python. Here a layer is a dozen operations: projections that
read the same input are one matrix, and keys and values go where the caller says. Weights are shared with the
transformers model that they come from, which goes on working.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

LLAMA_LIKE = ("llama", "mistral", "qwen2")
STATIC_ROPE = ("default", "linear", "llama3", "yarn")
"""Kinds of rotary embedding whose frequencies do not depend on the length of the text."""
TABLED = 32_768
"""Positions whose rotation is worked out beforehand: for a window of a million the table would take a gigabyte."""
EXACT, COARSE = 1e-3, 0.05
"""Largest relative difference from the model's own logits that rounding explains: float32, and narrower numbers."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step's rows stand, shared by all layers."""

    positions: "Tensor"
    """(rows,) int64: where keys and values are written."""
    cos: "Tensor"
    sin: "Tensor"
    """(rows, 1, rotary width); the first half of `sin` is negated."""
    length: int
    """Cache positions that are looked at."""
    mask: "Tensor | None"
    """(rows, length), True where a row may look; None: each may look at all."""


class Forward:
    """A causal language model as a function of (tokens, positions, cache). Build it with `forward_of`."""

    def __init__(self, model: Any, layers: "Sequence[PhiLayer | LlamaLayer]", norm: "Norm"):
        import torch

        config = model.config
        self.layers, self.norm = layers, norm
        self.vocabulary = int(config.vocab_size)
        self.window = int(config.max_position_embeddings)
        self.device, self.dtype = model.device, model.dtype
        self._embed, self._head = model.model.embed_tokens, model.lm_head
        self._rotary = model.model.rotary_emb
        self._tabled = min(self.window + 1, TABLED)
        self._cos, self._sin = self._turns(torch.arange(self._tabled, device=self.device))

    def _turns(self, positions: "Tensor") -> "tuple[Tensor, Tensor]":
        """Cosine and sine of the rotation at each place, (rows, 1, rotary width); the sine's first half is negated."""
        import torch

        cos, sin = self._rotary(torch.empty(0, device=self.device, dtype=self.dtype), positions[None])
        half = cos.shape[-1] // 2
        sin = torch.cat((-sin[..., :half], sin[..., half:]), -1)
        return cos[0, :, None].contiguous(), sin[0, :, None].contiguous()

    def new_cache(self, length: int) -> "Tensor":
        """(layers, key and value heads, length, head width), zeros."""
        import numpy as np
        import torch

        first = self.layers[0]
        shape = (len(self.layers), 2 * first.kv_heads, length, first.width)
        if self.device.type == "cpu":
            # torch.zeros writes its zeros at once; these pages take memory when they are used, not before.
            pages = np.zeros(prod(shape) * self.dtype.itemsize, np.uint8)
            return torch.from_numpy(pages).view(self.dtype).view(shape)
        return torch.zeros(shape, device=self.device, dtype=self.dtype)

    def projections(self) -> list[Any]:
        """The linear layers that every token reads, apart from the vocabulary's."""
        import torch

        return [part for layer in self.layers for part in vars(layer).values() if isinstance(part, torch.nn.Linear)]

    def hidden(
        self, tokens: "Tensor", positions: "Tensor", cache: "Tensor", length: int, mask: "Tensor | None"
    ) -> "Tensor":
        """The last hidden states (rows, width) of `tokens` (rows,) int64; writes their keys and values to `cache`."""
        if self._tabled > self.window:
            cos, sin = self._cos[positions], self._sin[positions]
        elif length <= self._tabled:
            # Rows that only fill a step up stand at the window's end: how they are turned does not matter.
            known = positions.clamp_max(self._tabled - 1)
            cos, sin = self._cos[known], self._sin[known]
        else:
            cos, sin = self._turns(positions)
        place = Place(positions, cos, sin, length, mask)
        states = self._embed(tokens)
        for layer, kept in zip(self.layers, cache, strict=True):
            states = layer(states, kept, place)
        return self.norm(states)

    def logits(self, hidden: "Tensor") -> "Tensor":
        """(rows, vocabulary) float32."""
        scores: Tensor = self._head(hidden).float()
        return scores


class Norm:
    """Layer norm, or root-mean-square norm where there is no bias; `module` is transformers'."""

    def __init__(self, module: Any):
        self.weight, self.bias = module.weight, getattr(module, "bias", None)
        self.epsilon = module.variance_epsilon if self.bias is None else module.eps

    def __call__(self, states: "Tensor") -> "Tensor":
        from torch.nn import functional

        if self.bias is None:
            return functional.rms_norm(states, self.weight.shape, self.weight, self.epsilon)
        return functional.layer_norm(states, self.weight.shape, self.weight, self.bias, self.epsilon)


class Layer:
    """Attention. Its kinds say how it is joined with the feed-forward part: (rows, model width) → the same."""

    def __init__(self, attention: Any, heads: int, kv_heads: int):
        self.heads, self.kv_heads = heads, kv_heads
        self.width = int(attention.head_dim)
        self.scale = float(attention.scaling)
        self.attended = (heads + 2 * kv_heads) * self.width
        """Columns of the fused projection that are queries, keys and values."""

    def attend(self, projected: "Tensor", kept: "Tensor", place: Place) -> "Tensor":
        """(rows, attended) → (rows, heads × width); `kept`, the layer's cache, is (heads, positions, width)."""
        import torch

        rows = projected.shape[0]
        parts = projected[:, : self.attended].view(rows, self.heads + 2 * self.kv_heads, self.width)
        turned = parts[:, : self.heads + self.kv_heads, : place.cos.shape[-1]]
        half = turned.shape[-1] // 2
        swapped = torch.cat((turned[..., half:], turned[..., :half]), -1)
        turned.mul_(place.cos).addcmul_(swapped, place.sin)
        kept.index_copy_(1, place.positions, parts[:, self.heads :].transpose(0, 1))
        seen = kept[None, :, : place.length]
        found = torch.nn.functional.scaled_dot_product_attention(
            parts[:, : self.heads].transpose(0, 1)[None],
            seen[:, : self.kv_heads],
            seen[:, self.kv_heads :],
            attn_mask=place.mask,
            scale=self.scale,
            enable_gqa=self.heads != self.kv_heads,
        )
        return found[0].transpose(0, 1).reshape(rows, -1)


class PhiLayer(Layer):
    """Attention and feed-forward side by side, from one norm and one projection."""

    def __init__(self, module: Any, config: Any):
        attention, mlp = module.self_attn, module.mlp
        super().__init__(attention, config.num_attention_heads, config.num_key_value_heads)
        self.norm = Norm(module.input_layernorm)
        self.wide = fused(attention.q_proj, attention.k_proj, attention.v_proj, mlp.fc1)
        self.activation = activation(config.hidden_act)
        self.out, self.down = attention.dense, mlp.fc2

    def __call__(self, states: "Tensor", kept: "Tensor", place: Place) -> "Tensor":
        projected = self.wide(self.norm(states))
        attended: Tensor = self.out(self.attend(projected, kept, place))
        return attended.add_(self.down(self.activation(projected[:, self.attended :]))).add_(states)


class LlamaLayer(Layer):
    """Attention, then a gated feed-forward part, each from its own norm."""

    def __init__(self, module: Any, config: Any):
        attention, mlp = module.self_attn, module.mlp
        super().__init__(attention, config.num_attention_heads, config.num_key_value_heads)
        self.before, self.after = Norm(module.input_layernorm), Norm(module.post_attention_layernorm)
        self.wide = fused(attention.q_proj, attention.k_proj, attention.v_proj)
        self.gated = fused(mlp.gate_proj, mlp.up_proj)
        self.activation = activation(config.hidden_act)
        self.out, self.down = attention.o_proj, mlp.down_proj

    def __call__(self, states: "Tensor", kept: "Tensor", place: Place) -> "Tensor":
        states = self.out(self.attend(self.wide(self.before(states)), kept, place)).add_(states)
        gate, up = self.gated(self.after(states)).chunk(2, -1)
        fed: Tensor = self.down(self.activation(gate).mul_(up))
        return fed.add_(states)


def fused(*projections: Any) -> Any:
    """One linear layer for several of the same input; theirs become views of its weight, so nothing is held twice.

    Raises AttributeError for what is no plain linear layer.
    """
    import torch

    if any(not isinstance(each, torch.nn.Linear) for each in projections):
        raise AttributeError("not plain matrices, as those of an adapter that is not merged")
    names = ["weight"] if projections[0].bias is None else ["weight", "bias"]
    sizes = [each.out_features for each in projections]
    made = torch.nn.Linear(projections[0].in_features, sum(sizes), bias=len(names) == 2, device="meta")
    for name in names:
        whole = torch.cat([getattr(each, name).data for each in projections])
        setattr(made, name, torch.nn.Parameter(whole, requires_grad=False))
        for each, part in zip(projections, torch.split(whole, sizes), strict=True):
            getattr(each, name).data = part
    return made


def activation(name: str) -> Any:
    """transformers' activation of that name; its tanh form of GELU in one kernel. Raises KeyError."""
    import torch
    from transformers.activations import ACT2FN

    return torch.nn.GELU("tanh") if name == "gelu_new" else ACT2FN[name]


def why_not(config: Any) -> str | None:
    """What keeps an architecture from the fast path; None where it has one. `config` is transformers' or like it."""
    kind = str(getattr(config, "model_type", ""))
    if kind != "phi" and kind not in LLAMA_LIKE:
        return f"the architecture {kind} has no fast path"
    if getattr(config, "quantization_config", None) is not None:
        return "the weights are quantized"
    kinds = set(getattr(config, "layer_types", None) or ())
    sliding = getattr(config, "sliding_window", None) or config.max_position_embeddings
    if kinds - {"full_attention"} or (kind == "mistral" and sliding < config.max_position_embeddings):
        return "some layers look at a sliding window"
    rope = getattr(config, "rope_parameters", None) or getattr(config, "rope_scaling", None) or {}
    if rope.get("rope_type", rope.get("type", "default")) not in STATIC_ROPE or getattr(config, "qk_layernorm", False):
        return "its positions or keys are encoded another way"
    return None


def forward_of(model: Any) -> Forward | str:
    """The model's `Forward`, or why it has none. It is compared with the model's own logits before it is trusted."""
    import torch

    config = model.config
    if len(set((getattr(model, "hf_device_map", None) or {}).values())) > 1:
        return "the model is spread over several devices"
    reason = why_not(config)
    if reason is not None:
        return reason
    phi = config.model_type == "phi"
    try:
        made = PhiLayer if phi else LlamaLayer
        layers: Sequence[PhiLayer | LlamaLayer] = [made(module, config) for module in model.model.layers]
    except (AttributeError, KeyError, RuntimeError) as error:
        return f"its layers are built another way ({error})"
    forward = Forward(model, layers, Norm(model.model.final_layernorm if phi else model.model.norm))
    tokens = torch.arange(4, device=model.device) % forward.vocabulary
    wanted = model(input_ids=tokens[None], use_cache=False).logits[0].float()
    mask = torch.ones(4, 4, dtype=torch.bool, device=model.device).tril()
    ours = forward.logits(forward.hidden(tokens, tokens, forward.new_cache(4), 4, mask))
    off = float((ours - wanted).norm() / wanted.norm().clamp_min(1e-9))
    if not off <= (EXACT if model.dtype == torch.float32 else COARSE):
        return f"the fast path differs from the model by {off:.2g}"
    return forward
