"""all-MiniLM-L6-v2 in torch and tokenizers alone: its first vector comes three times sooner than with transformers.

Sentence-BERT (Reimers and Gurevych 2019, arXiv:1908.10084): BERT encoder, masked mean over tokens, unit length.
On a CPU its matrix products go through oneDNN with weights laid out for it beforehand: 39 passages a second and core
where torch's own way makes 20, the same numbers; in bfloat16, where the processor has it, 61 (cosine .9999).
Dynamic int8 makes 60 at a cosine of .936 (a scale a matrix) or .995 (a scale a row): not worth vectors of its own.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from phitui.library.embedder import WordVectors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Encoding

LONGEST = 256
"""Tokens of a text that are read, as in the model's own settings."""
LANE_TOKENS = 1024
"""Of a piece on a CPU; bigger ones fall out of its caches."""
FEWEST_TOKENS = 128
"""Of a piece; smaller ones are not worth the other cores."""
ROWS_PACKED_FOR = 1024
"""Tokens of the batch that oneDNN lays the weights out for; others are only a little slower."""

T = TypeVar("T")
Made = TypeVar("Made")

Linear = Callable[[Any], Any]
"""(rows, in) → (rows, out)."""


WORDS = "embeddings.word_embeddings.weight"


class Bert:
    """An encoder of BERT's form whose mean states are the vectors of texts. Used on the model thread alone."""

    def __init__(self, tokenizer: Any, weights: Mapping[str, Any], heads: int, epsilon: float, device: str):
        """`weights` are tensors by BERT's names, `device` is torch's name; the tokenizer cuts texts to their length."""
        self._tokenizer, self._heads, self._epsilon = tokenizer, heads, epsilon
        kind = number_kind(device)
        whole = {name: tensor for name, tensor in weights.items() if tensor.is_floating_point()}
        # Of the table of words only rows are read: halved numbers stay so.
        half = {WORDS: whole.pop(WORDS).to(device)} if whole[WORDS].itemsize == 2 else {}
        weights = {name: tensor.to(device, kind) for name, tensor in whole.items()} | half
        linear = cpu_linear if device == "cpu" else plain_linear
        self._embeddings = {name: weights[name] for name in weights if name.startswith("embeddings.")}
        self._size = self._embeddings[WORDS].shape[1]
        count = len({name.split(".")[2] for name in weights if name.startswith("encoder.layer.")})
        self._layers = [_Layer(weights, number, linear) for number in range(count)]
        self._device = device
        self._lanes: ThreadPoolExecutor | None = None

    def encode(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """(len(texts), size), rows of length 1."""
        import numpy as np

        found = self._tokenizer.encode_batch(list(texts))
        order = sorted(range(len(found)), key=lambda place: len(found[place].ids))
        pieces = self._pieces([found[place] for place in order])
        rows = np.empty((len(texts), self._size), np.float32)
        rows[order] = np.concatenate(self._in_lanes(self._encode, pieces))
        return rows

    def _pieces(self, found: "Sequence[Encoding]") -> "list[Sequence[Encoding]]":
        """Sorted texts, cut into pieces for the lanes, by tokens with their padding; in one piece on other devices."""
        if self._device != "cpu":
            return [found]
        import torch

        share = sum(len(each.ids) for each in found) // torch.get_num_threads()
        most = min(LANE_TOKENS, max(FEWEST_TOKENS, share))
        pieces: list[Sequence[Encoding]] = []
        start = 0
        for place, each in enumerate(found):
            if place > start and (place + 1 - start) * len(each.ids) > most:
                pieces.append(found[start:place])
                start = place
        return [*pieces, found[start:]]

    def _in_lanes(self, work: "Callable[[Sequence[T]], Made]", pieces: "Sequence[Sequence[T]]") -> "list[Made]":
        """What the work makes of each piece; on a CPU a core works on one alone.

        Threads that share one product wait for the slowest at every step, and where other programs keep cores busy
        that costs up to ten times more: of one piece, too.
        """
        if self._device != "cpu":
            return [work(each) for each in pieces]
        if self._lanes is None:
            import torch

            cores = torch.get_num_threads()
            self._lanes = ThreadPoolExecutor(cores, "phitui-lane", lambda: torch.set_num_threads(1))
        return list(self._lanes.map(work, pieces))

    def words(self, texts: Sequence[str]) -> list[WordVectors]:
        """The words of each text with the mean of their tokens' last hidden states."""
        import numpy as np

        found = self._tokenizer.encode_batch(list(texts))
        ((hidden, _),) = self._in_lanes(self._states, [found])
        states = hidden.cpu().numpy()
        rows = []
        for text, each, state in zip(texts, found, states, strict=True):
            tokens: dict[int, list[int]] = {}
            for place, word in enumerate(each.word_ids):
                if word is not None:
                    tokens.setdefault(word, []).append(place)
            vectors = np.stack([state[places].mean(axis=0) for places in tokens.values()] or [state[0]])
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            words = [text[each.offsets[places[0]][0] : each.offsets[places[-1]][1]] for places in tokens.values()]
            rows.append(WordVectors(tuple(words), vectors[: len(words)]))
        return rows

    def _encode(self, found: "Sequence[Encoding]") -> "NDArray[np.float32]":
        import torch
        from torch.nn import functional

        hidden, mask = self._states(found)
        with torch.inference_mode():
            rows: NDArray[np.float32] = functional.normalize(mean_state(hidden, mask), dim=1).cpu().numpy()
        return rows

    def _read_pairs(self, pairs: Sequence[tuple[str, str]], head: Callable[[Any], Any]) -> Any:
        """What `head` makes of first and mean state, (pairs, 2 · size), of two texts that are read together."""
        import torch

        def read(found: "Sequence[Encoding]") -> Any:
            hidden, mask = self._states(found)
            with torch.inference_mode():
                return head(torch.cat([hidden[:, 0], mean_state(hidden, mask)], 1))

        found = self._tokenizer.encode_batch(list(pairs))
        order = sorted(range(len(found)), key=lambda place: len(found[place].ids))
        rows = torch.cat(self._in_lanes(read, self._pieces([found[place] for place in order])))
        back = torch.empty_like(rows)
        back[order] = rows
        return back

    def _states(self, found: "Sequence[Encoding]") -> tuple[Any, Any]:
        """(last hidden states (texts, tokens, size) in fp32, mask (texts, tokens))."""
        import torch

        width = max(len(each.ids) for each in found)

        def padded(rows: list[list[int]]) -> Any:
            return torch.tensor([row + [0] * (width - len(row)) for row in rows], device=self._device)

        ids, mask = padded([each.ids for each in found]), padded([[1] * len(each.ids) for each in found])
        with torch.inference_mode():
            return self._encoder(ids, padded([each.type_ids for each in found]), mask).float(), mask

    def _encoder(self, ids: Any, types: Any, mask: Any) -> Any:
        """(batch, tokens) → (batch, tokens, hidden)."""
        from torch.nn import functional

        table = self._embeddings
        places = table["embeddings.position_embeddings.weight"][: ids.shape[1]]
        hidden = table[WORDS][ids].to(places.dtype) + places
        hidden = hidden + table["embeddings.token_type_embeddings.weight"][types]
        hidden = self._norm(hidden, table["embeddings.LayerNorm.weight"], table["embeddings.LayerNorm.bias"])
        batch, tokens, size = hidden.shape
        hidden = hidden.view(batch * tokens, size)
        seen = None if bool(mask.all()) else mask.bool()[:, None, None, :]
        for layer in self._layers:
            query, key, value = layer.attention(hidden).view(batch, tokens, 3, self._heads, -1).permute(2, 0, 3, 1, 4)
            mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
            mixed = layer.mix(mixed.transpose(1, 2).reshape(batch * tokens, size))
            hidden = self._norm(hidden + mixed, *layer.mixed_norm)
            hidden = self._norm(hidden + layer.outer(layer.inner(hidden)), *layer.norm)
        return hidden.view(batch, tokens, size)

    def _norm(self, hidden: Any, weight: Any, bias: Any) -> Any:
        from torch.nn import functional

        return functional.layer_norm(hidden, weight.shape, weight, bias, self._epsilon)


class MiniLM(Bert):
    """The bundled model. Loaded by the constructor."""

    def __init__(self, folder: Path, device: str, adapter: Mapping[str, Any] = MappingProxyType({})):
        """Reads `folder` (config.json, tokenizer.json, model.safetensors). `device` is torch's name.

        `adapter` holds what is added to some of the weights: a tensor of the weight's name, or two thin ones, NAME.a
        (rank, in) and NAME.b (out, rank), whose product is added (as in LoRA, Hu et al. 2021, arXiv:2106.09685).
        """
        from safetensors.torch import load_file
        from tokenizers import Tokenizer

        config = json.loads((folder / "config.json").read_text("utf-8"))
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(LONGEST)
        weights = load_file(folder / "model.safetensors")
        for name, change in adapter.items():
            if name in weights:
                weights[name] += change.float()
            elif name.endswith(".a"):
                weights[name[:-2]] += adapter[f"{name[:-2]}.b"].float() @ change.float()
        super().__init__(tokenizer, weights, config["num_attention_heads"], config["layer_norm_eps"], device)


class _Layer:
    """One layer's weights, as functions (rows, in) → (rows, out); query, key and value are one product."""

    def __init__(self, weights: dict[str, Any], number: int, linear: Callable[..., Linear]):
        import torch

        def named(part: str) -> tuple[Any, Any]:
            name = f"encoder.layer.{number}.{part}"
            return weights[f"{name}.weight"], weights[f"{name}.bias"]

        parts = [named(f"attention.self.{part}") for part in ("query", "key", "value")]
        self.attention = linear(torch.cat([weight for weight, _ in parts]), torch.cat([bias for _, bias in parts]))
        self.mix = linear(*named("attention.output.dense"))
        self.mixed_norm = named("attention.output.LayerNorm")
        self.inner = linear(*named("intermediate.dense"), gelu=True)
        self.outer = linear(*named("output.dense"))
        self.norm = named("output.LayerNorm")


def mean_state(hidden: Any, mask: Any) -> Any:
    """(texts, tokens, size) and (texts, tokens) → (texts, size): the mean over the tokens that are none of padding."""
    weight = mask.unsqueeze(-1).float()
    return (hidden * weight).sum(1) / weight.sum(1)


def plain_linear(weight: Any, bias: Any, gelu: bool = False) -> Linear:
    """torch's own."""
    from torch.nn import functional

    if gelu:
        return lambda rows: functional.gelu(functional.linear(rows, weight, bias))
    return lambda rows: functional.linear(rows, weight, bias)


def cpu_linear(weight: Any, bias: Any, gelu: bool = False) -> Linear:
    """oneDNN's, its weights packed once, GELU in the same step; torch's own where this build of torch lacks them."""
    import torch

    then: tuple[str, list[float], str] = ("gelu", [], "none") if gelu else ("none", [], "")
    try:
        packed = torch.ops.mkldnn._reorder_linear_weight(weight.contiguous(), ROWS_PACKED_FOR)
        product = torch.ops.mkldnn._linear_pointwise
        product(torch.zeros(2, weight.shape[1], dtype=weight.dtype), packed, bias, *then)
    except (AttributeError, RuntimeError):
        return plain_linear(weight, bias, gelu)
    return lambda rows: product(rows, packed, bias, *then)


def number_kind(device: str) -> Any:
    """The quickest torch type whose vectors are as good as float32's on that device.

    On a CUDA card float16 (vectors differ by 1e-6 in cosine, bfloat16's by 1e-4); on a CPU that multiplies in
    bfloat16 bfloat16 (elsewhere it is five times slower); else float32.
    """
    import torch

    if device.startswith("cuda"):
        return torch.float16
    quick = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    if device == "cpu" and any(getattr(torch.cpu, name, bool)() for name in quick):
        return torch.bfloat16
    return torch.float32
