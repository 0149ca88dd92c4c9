"""all-MiniLM-L6-v2 in torch and tokenizers alone: its first vector comes three times sooner than with transformers.

Sentence-BERT (Reimers and Gurevych 2019, arXiv:1908.10084): BERT encoder, masked mean over tokens, unit length.
On a CPU its matrix products go through oneDNN with weights laid out for it beforehand: 39 passages a second and core
where torch's own way makes 20, the same numbers; in bfloat16, where the processor has it, 61 (cosine .9999). Many texts
are read in eight-bit numbers (`eight_bit`, cosine .999), where a trial shows that this is quicker.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from phitui.library.embedder import WordVectors
from phitui.models.batches import CARD_TOKENS
from phitui.models.embed.eight_bit.trial import Way, quicker

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

TRIED_AFTER = 128
"""Texts; fewer are read by the plain way, sooner than another one is opened and tried."""

T = TypeVar("T")
Made = TypeVar("Made")

Linear = Callable[[Any], Any]
"""(rows, in) → (rows, out)."""


WORDS = "embeddings.word_embeddings.weight"


class Bert:
    """An encoder of BERT's form whose mean states are the vectors of texts. Used on the model thread alone."""

    def __init__(
        self, tokenizer: Any, weights: Mapping[str, Any], heads: int, epsilon: float, device: str, kind: Any = None
    ):
        """`weights` are tensors by BERT's names, `device` is torch's name; the tokenizer cuts texts to their length.

        `kind`: the torch type of its numbers; None: the quickest that is good enough.
        """
        self._tokenizer, self._heads, self._epsilon = tokenizer, heads, epsilon
        kind = self._kind = kind or number_kind(device)
        whole = {name: tensor for name, tensor in weights.items() if tensor.is_floating_point()}
        # Of the table of words only rows are read: halved numbers stay so.
        half = {WORDS: whole.pop(WORDS).to(device)} if whole[WORDS].itemsize == 2 else {}
        weights = {name: tensor.to(device, kind) for name, tensor in whole.items()} | half
        linear = cpu_linear if device == "cpu" else plain_linear
        self._embeddings = {name: weights[name] for name in weights if name.startswith("embeddings.")}
        self._size = self._embeddings[WORDS].shape[1]
        count = len({name.split(".")[2] for name in weights if name.startswith("encoder.layer.")})
        self.layers = [_Layer(weights, number, linear) for number in range(count)]
        self._device = device
        self._lanes: ThreadPoolExecutor | None = None

    def encode(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """(len(texts), size), rows of length 1."""
        import numpy as np
        import torch

        found = self._tokenizer.encode_batch(list(texts))
        order = sorted(range(len(found)), key=lambda place: len(found[place].ids))
        pieces = self._pieces([found[place] for place in order])
        rows = np.empty((len(texts), self._size), np.float32)
        way = self._way_of(pieces) if len(texts) > 1 else self._encode
        # Brought to the host once: on a card a piece is computed while the next is made ready.
        rows[order] = torch.cat(self._in_lanes(way, pieces)).cpu().numpy()
        return rows

    def _way_of(self, pieces: "Sequence[Sequence[Encoding]]") -> Way:
        """How several texts are read."""
        return self._encode

    def _pieces(self, found: "Sequence[Encoding]") -> "list[Sequence[Encoding]]":
        """Sorted texts, cut into pieces by tokens with their padding: for the lanes, or what a card takes at once."""
        import torch

        share = sum(len(each.ids) for each in found) // torch.get_num_threads()
        most = min(LANE_TOKENS, max(FEWEST_TOKENS, share)) if self._device == "cpu" else CARD_TOKENS
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

    def tokens(self, text: str) -> list[int]:
        """Their numbers, with those that stand around a text."""
        found: list[int] = self._tokenizer.encode(text).ids
        return found

    def states(self, texts: Sequence[str]) -> "list[tuple[NDArray[np.float32], list[int]]]":
        """Of each text its tokens' last hidden states, (tokens, size), and their numbers."""
        found = self._tokenizer.encode_batch(list(texts))
        order = sorted(range(len(found)), key=lambda place: len(found[place].ids))
        rows: list[Any] = [None] * len(texts)
        pieces = self._pieces([found[place] for place in order])
        made = [state for hidden, _ in self._in_lanes(self._states, pieces) for state in hidden.cpu().numpy()]
        for place, state in zip(order, made, strict=True):
            rows[place] = (state[: len(found[place].ids)], found[place].ids)
        return rows

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

    def _encode(self, found: "Sequence[Encoding]", encoder: Any = None) -> Any:
        """(texts, size), where it was computed."""
        import torch
        from torch.nn import functional

        hidden, mask = self._states(found, encoder)
        with torch.inference_mode():
            return functional.normalize(mean_state(hidden, mask), dim=1)

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

    def _states(self, found: "Sequence[Encoding]", encoder: Any = None) -> tuple[Any, Any]:
        """(last hidden states (texts, tokens, size) in fp32, mask (texts, tokens) bool); `encoder`: not its own."""
        import torch

        lengths = [len(each.ids) for each in found]
        width = max(lengths)

        def padded(rows: list[list[int]]) -> Any:
            return self._sent([row + [0] * (width - len(row)) for row in rows])

        ids, types = padded([each.ids for each in found]), padded([each.type_ids for each in found])
        mask = torch.arange(width, device=ids.device) < self._sent(lengths)[:, None]
        # Whether a mask is needed at all is asked of the host: a card would have to finish first.
        seen = None if min(lengths) == width else mask[:, None, None, :]
        with torch.inference_mode():
            return (encoder or self._encoder)(ids, types, seen).float(), mask

    def _sent(self, numbers: Any) -> Any:
        """As a tensor where the model is; nobody waits for a card to take it."""
        import torch

        made = torch.tensor(numbers)
        return made if self._device == "cpu" else made.pin_memory().to(self._device, non_blocking=True)

    def _encoder(self, ids: Any, types: Any, seen: Any) -> Any:
        """(batch, tokens) → (batch, tokens, hidden); `seen` (batch, 1, 1, tokens) is None where all are."""
        from torch.nn import functional

        table = self._embeddings
        places = table["embeddings.position_embeddings.weight"][: ids.shape[1]]
        hidden = table[WORDS][ids].to(places.dtype) + places
        hidden = hidden + table["embeddings.token_type_embeddings.weight"][types]
        hidden = self._norm(hidden, table["embeddings.LayerNorm.weight"], table["embeddings.LayerNorm.bias"])
        batch, tokens, size = hidden.shape
        hidden = hidden.view(batch * tokens, size)
        for layer in self.layers:
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

    def __init__(
        self,
        folder: Path,
        device: str,
        adapter: Mapping[str, Any] = MappingProxyType({}),
        kind: Any = None,
        exact: bool = False,
    ):
        """Reads `folder` (config.json, tokenizer.json, model.safetensors). `device` is torch's name.

        `adapter` holds what is added to some of the weights: a tensor of the weight's name, or two thin ones, NAME.a
        (rank, in) and NAME.b (out, rank), whose product is added (as in LoRA, Hu et al. 2021, arXiv:2106.09685).
        `kind`: the torch type of its numbers; None: the quickest that is good enough. `exact`: never in eight bits.
        """
        from safetensors.torch import load_file
        from tokenizers import Tokenizer

        config = json.loads((folder / "config.json").read_text("utf-8"))
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(LONGEST)
        weights = load_file(folder / "model.safetensors")
        with _one_thread():
            for name, change in adapter.items():
                if name in weights:
                    weights[name] += change.float()
                elif name.endswith(".a"):
                    weights[name[:-2]] += adapter[f"{name[:-2]}.b"].float() @ change.float()
            super().__init__(tokenizer, weights, config["num_attention_heads"], config["layer_norm_eps"], device, kind)
        self._folder, self._read = folder, 0
        self._way: Way | None = None if device == "cpu" and not (adapter or exact) else self._encode

    def _way_of(self, pieces: "Sequence[Sequence[Encoding]]") -> Way:
        """In eight-bit numbers where a trial has shown that this is worth it."""
        if self._way is None:
            self._read += sum(map(len, pieces))
            if self._read < TRIED_AFTER:
                return self._encode
            (self._way,) = self._in_lanes(partial(quicker, self._encode, self._open_eight_bit), pieces[-1:])
        return self._way

    def _open_eight_bit(self) -> Way:
        """Reads a piece in eight-bit numbers, and anew by the plain way where that leaves their range."""
        import torch

        from phitui.models.embed.eight_bit.encoder import EightBitEncoder

        encoder = EightBitEncoder(self._folder, self._kind, cpu_linear)

        def read(found: "Sequence[Encoding]") -> Any:
            rows = self._encode(found, encoder)
            return rows if torch.isfinite(rows).all() else self._encode(found)

        return read


@contextmanager
def _one_thread() -> Iterator[None]:
    """For loading: a tenth of a second of small steps, at each of which several threads wait for the slowest.

    Where other programs keep two cores busy that made .1 s of processor time 1.5 s.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


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
