"""The runner for every architecture that phitui has no arithmetic of its own for."""

import inspect
from copy import copy
from typing import TYPE_CHECKING, Any

from phitui.models.decode.sampler import Sampler
from phitui.models.thread import is_out_of_memory

if TYPE_CHECKING:
    from torch import Tensor

CHECKED = 8
"""Steps of at most so many rows give a choice for every row, longer ones for the last row alone."""
CACHE_ARGUMENTS = ("cache", "past_key_values")
"""What transformers' models call their cache: newer releases, and older ones and models."""
RECOMPUTES = "recomputes everything for each token"
UNKNOWN_WINDOW = 2048
"""Tokens, where config.json does not say."""


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

    def reserve(self, length: int) -> None:
        """Nothing to reserve: the cache grows by itself."""

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

    def prepare(self, most: int = 1) -> bool:
        """Nothing to prepare."""
        return False


def window_of(config: Any) -> int:
    """Tokens that the model was made for; `config` is transformers', of the text."""
    names = ("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "seq_length")
    given = (getattr(config, name, None) for name in names)
    return next((int(size) for size in given if isinstance(size, int) and size > 0), UNKNOWN_WINDOW)


def _keeps_last(model: Any) -> bool:
    """Whether forward can give the last position's logits alone; else it gives all of them, slower and as right."""
    return "logits_to_keep" in inspect.signature(model.forward).parameters
