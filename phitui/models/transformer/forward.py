"""A decoder as a function, for the architectures that phitui knows: from tokens and a cache to logits."""

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any, Protocol

from phitui.models.thread import empty_cache, is_out_of_memory
from phitui.models.transformer.layers import ONE_ADDED, SLIDING, LlamaLayer, Norm, PhiLayer, Place
from phitui.text import one_line

if TYPE_CHECKING:
    from torch import Tensor, device

LLAMA_LIKE = ("llama", "mistral", "qwen2", "qwen3", "phi3", *ONE_ADDED)
STATIC_ROPE = ("default", "linear", "llama3", "yarn")
"""Kinds of rotary embedding whose frequencies do not depend on the length of the text."""
TABLED = 32_769
"""Positions whose rotation is worked out beforehand: for a window of a million the table would take a gigabyte.
Caches grow by powers of two, and have one place more."""
EXACT, COARSE = 1e-3, 0.05
"""Largest relative difference from the model's own logits that rounding explains: float32, and narrower numbers."""


class Quick(Protocol):
    """Another way to the same numbers: for steps of few rows, and for attention of many."""

    def takes(self, rows: int, places: int) -> bool:
        """Whether it does a step of so many rows, over a cache of so many places."""

    def attends(self, places: int) -> bool:
        """Whether it does attention of more rows, over a cache of so many places."""

    def attend(self, layer: Any, queries: "Tensor", kept: "Tensor", positions: "Tensor") -> "Tensor":
        """(rows, heads × width) of queries (rows, heads, width), whose keys and values are kept already."""

    def hidden(self, tokens: "Tensor", positions: "Tensor", cache: "Tensor") -> "Tensor":
        """As `Forward.hidden`."""

    def logits(self, hidden: "Tensor", head: Any) -> "Tensor":
        """(rows, vocabulary) float32."""

    def draw(self, sampler: Any, logits: "Tensor", tokens: "Tensor", positions: "Tensor") -> "Tensor":
        """As `Sampler.choose`, where that is no plain arg max."""


class Forward:
    """A causal language model as a function of (tokens, positions, cache). Build it with `forward_of`."""

    def __init__(self, model: Any, layers: Sequence[PhiLayer | LlamaLayer], norm: Norm):
        import torch

        config = model.config
        self.layers, self.norm = layers, norm
        self.vocabulary = int(config.vocab_size)
        self.window = int(config.max_position_embeddings)
        self.sliding = int(getattr(config, "sliding_window", None) or self.window)
        """Tokens that a sliding layer looks back at, the current one included."""
        self.device, self.dtype = model.device, model.dtype
        self.kernels: Quick | None = None
        """What does steps of few rows, where it is trusted."""
        self.embed, self.head = model.model.embed_tokens, model.lm_head
        self._cap = getattr(config, "final_logit_softcapping", None)
        self._rotary = model.model.rotary_emb
        self._kinds = sorted({layer.kind for layer in layers})
        self.tabled = min(self.window + 1, TABLED)
        every = torch.arange(self.tabled, device=self.device)
        self.turned = {kind: self._turns(every, kind) for kind in self._kinds}

    def move(self, device: "device", head: Any) -> None:
        """To another device, but for the layers; `head` takes the place of the vocabulary's matrix."""
        self.device, self.head = device, head
        self.embed, self._rotary = self.embed.to(device), self._rotary.to(device)
        self.norm.move(device)
        self.turned = {kind: (cos.to(device), sin.to(device)) for kind, (cos, sin) in self.turned.items()}

    def _turns(self, positions: "Tensor", kind: str) -> "tuple[Tensor, Tensor]":
        """Cosine and sine of the rotation at each place, (rows, 1, rotary width); the sine's first half is negated."""
        import torch

        # Gemma 3's sliding layers turn faster than its others; elsewhere all turn alike.
        of_kind = (kind,) if hasattr(self._rotary, f"{kind}_inv_freq") else ()
        cos, sin = self._rotary(torch.empty(0, device=self.device, dtype=self.dtype), positions[None], *of_kind)
        half = cos.shape[-1] // 2
        sin = torch.cat((-sin[..., :half], sin[..., half:]), -1)
        return cos[0, :, None].contiguous(), sin[0, :, None].contiguous()

    def _turns_at(self, positions: "Tensor", length: int) -> "dict[str, tuple[Tensor, Tensor]]":
        if self.tabled > self.window or length <= self.tabled:
            # Rows that only fill a step up stand at the window's end: how they are turned does not matter.
            known = positions if self.tabled > self.window else positions.clamp_max(self.tabled - 1)
            return {kind: (cos[known], sin[known]) for kind, (cos, sin) in self.turned.items()}
        return {kind: self._turns(positions, kind) for kind in self._kinds}

    def _mask(self, positions: "Tensor", length: int, masked: bool, kind: str) -> "Tensor | None":
        import torch

        slides = kind == SLIDING and length > self.sliding
        if not (masked or slides):
            return None
        keys, rows = torch.arange(length, device=positions.device), positions[:, None]
        hidden = keys > rows
        if slides:
            hidden |= keys <= rows - self.sliding
        mask = torch.zeros(hidden.shape, dtype=self.dtype, device=hidden.device).masked_fill_(hidden, -torch.inf)
        group = self.layers[0].group
        return mask.repeat(group, 1) if group > 1 else mask

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

    @property
    def token_bytes(self) -> int:
        """What a token's keys and values take."""
        first = self.layers[0]
        return len(self.layers) * 2 * first.kv_heads * first.width * int(self.dtype.itemsize)

    @property
    def numbers(self) -> str:
        """The number format of the weights, in a word."""
        return str(self.layers[0].wide.weight.dtype).removeprefix("torch.")

    def projections(self) -> list[Any]:
        """The linear layers that every token reads, apart from the vocabulary's."""
        import torch

        return [part for layer in self.layers for part in vars(layer).values() if isinstance(part, torch.nn.Linear)]

    def hidden(
        self, tokens: "Tensor", positions: "Tensor", cache: "Tensor", length: int, masked: bool = True
    ) -> "Tensor":
        """The last hidden states (rows, width) of `tokens` (rows,) int64; writes their keys and values to `cache`.

        `length` cache positions are looked at; without `masked`, all of them, however far a row is.
        """
        quick = self.kernels
        if quick is not None and quick.takes(len(tokens), cache.shape[2]):
            return quick.hidden(tokens, positions, cache)
        attend = quick.attend if quick is not None and quick.attends(cache.shape[2]) else None
        kinds = self._kinds if attend is None else []
        masks = {kind: self._mask(positions, length, masked, kind) for kind in kinds}
        place = Place(positions, length, self._turns_at(positions, length), masks, attend)
        states = self.embed(tokens)
        for layer, kept in zip(self.layers, cache, strict=True):
            states = layer(states, kept, place)
        return self.norm(states)

    def logits(self, hidden: "Tensor") -> "Tensor":
        """(rows, vocabulary) float32."""
        quick = self.kernels is not None and self.kernels.takes(len(hidden), 0)
        scores = self.kernels.logits(hidden, self.head) if self.kernels and quick else self.head(hidden).float()
        return scores if self._cap is None else scores.div_(self._cap).tanh_().mul_(self._cap)


def why_not(config: Any) -> str | None:
    """What keeps an architecture from the fast path; None where it has one. `config` is transformers' or like it."""
    kind = str(getattr(config, "model_type", ""))
    if kind != "phi" and kind not in LLAMA_LIKE:
        return f"the architecture {kind} has no fast path"
    if getattr(config, "quantization_config", None) is not None:
        return "the weights are quantized"
    if set(getattr(config, "layer_types", None) or ()) - {"full_attention", SLIDING}:
        return "some of its layers attend another way"
    rope = getattr(config, "rope_parameters", None) or getattr(config, "rope_scaling", None) or {}
    each = [part for part in rope.values() if isinstance(part, dict)] or [rope]
    kinds = {part.get("rope_type", part.get("type", "default")) for part in each}
    if kinds - set(STATIC_ROPE) or getattr(config, "qk_layernorm", False):
        return "its positions or keys are encoded another way"
    if getattr(config, "use_bidirectional_attention", None):
        return "it looks ahead"
    return None


def forward_of(model: Any) -> Forward | str:
    """The model's `Forward`, or why it has none. It is compared with the model's own logits before it is trusted."""
    config = model.config
    if len(set(getattr(model, "hf_device_map", {}).values())) > 1:
        return "the model is spread over several devices"
    reason = why_not(config)
    if reason is not None:
        return reason
    phi = config.model_type == "phi"
    try:
        made = PhiLayer if phi else LlamaLayer
        layers: Sequence[PhiLayer | LlamaLayer] = [made(each, config, i) for i, each in enumerate(model.model.layers)]
        last = model.model.final_layernorm if phi else model.model.norm
        forward = Forward(model, layers, Norm(last, int(config.model_type in ONE_ADDED)))
    except Exception as error:  # whatever it is, the model's own way goes on
        if is_out_of_memory(error):
            raise
        return f"its layers are built another way ({one_line(str(error), 100)})"
    empty_cache()  # of the matrices that were joined
    try:
        off = _difference(model, forward)
    except Exception as error:  # the same
        if is_out_of_memory(error):
            raise
        return f"the fast path fails here ({one_line(str(error), 100)})"
    if not off <= (EXACT if model.dtype.itemsize == 4 else COARSE):
        return f"the fast path differs from the model by {off:.2g}"
    return forward


def _difference(model: Any, forward: Forward) -> float:
    """Of both's logits for a few tokens, relative to the model's."""
    import torch

    tokens = torch.arange(4, device=model.device) % forward.vocabulary
    wanted = model(input_ids=tokens[None], use_cache=False).logits[0].float()
    ours = forward.logits(forward.hidden(tokens, tokens, forward.new_cache(4), 4))
    return float((ours - wanted).norm() / wanted.norm().clamp_min(1e-9))
