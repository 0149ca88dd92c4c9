"""A causal language model as an embedder: the hidden states of a middle layer, or the mean of its logits.

Such a model was never trained to place like texts side by side. What every text has in common outweighs the rest, so it
is taken out: the mean of a sample of the library and its leading directions (Mu and Viswanath 2018, arXiv:1702.01417).
The first position is left out: it attracts attention whatever stands there (Xiao et al. 2023, arXiv:2309.17453).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phitui.errors import ModelError
from phitui.models.batches import CARD_TOKENS, batches
from phitui.models.embed.identity import languages_of, stamp_of
from phitui.models.embed.thread_embedder import Encode, ThreadEmbedder
from phitui.models.hub.checkpoint import model_folder, model_name, read_config
from phitui.models.inspection.inspector import inspect
from phitui.models.thread import ModelThread
from phitui.models.weights import causal_model

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONGEST = 512
"""Tokens of a text that are read: a passage has about 250."""
DEPTH = 0.62
"""Of the layers: between 0.55 and 0.7 a model knows most of a text's meaning; later it thinks of the next word."""
MOST_COMPONENTS = 3
PASSAGES_A_COMPONENT = 32
"""A sample must have so many passages for each direction that is taken out of it."""
TINY = 1e-9


def hidden_embedder(model: str, thread: ModelThread, device: str, models_folder: Path) -> "HiddenEmbedder":
    """`hidden:MODEL`. Loads nothing yet. Raises ModelError."""
    return HiddenEmbedder(model, thread, device, models_folder)


def logits_embedder(model: str, thread: ModelThread, device: str, models_folder: Path) -> ThreadEmbedder:
    """`logits:MODEL`, the mean of the logits of every position: vocabulary-sized, and poor. Raises ModelError."""
    folder, config = _found(model, models_folder)
    dimension = int(config["vocab_size"])
    identity = f"{model_name(model)} {stamp_of(folder)} mean of logits {dimension}"

    def opened(at: str) -> Encode:
        encode = _Logits(folder, at).encode
        return lambda texts, asked: encode(texts)

    return ThreadEmbedder(
        f"logits:{model}",
        identity,
        dimension,
        thread,
        device,
        opened,
        languages_of(folder),
    )


def _found(model: str, models_folder: Path) -> tuple[Path, dict[str, Any]]:
    folder = model_folder(model, models_folder)
    config = read_config(folder, model)
    inner = config.get("text_config")
    config = inner if isinstance(inner, dict) else config
    if not all(isinstance(config.get(key), int) for key in ("hidden_size", "num_hidden_layers", "vocab_size")):
        raise ModelError(f"{model_name(model)} cannot embed: its config.json does not say how large its layers are.")
    return folder, config


class HiddenEmbedder(ThreadEmbedder):
    """A `FittedEmbedder`: mean hidden state of a middle layer, less what the library's passages have in common."""

    def __init__(self, model: str, thread: ModelThread, device: str, models_folder: Path):
        folder, config = _found(model, models_folder)
        dimension, layers = int(config["hidden_size"]), int(config["num_hidden_layers"])
        layer = max(1, round(DEPTH * layers))
        identity = (
            f"{model_name(model)} {stamp_of(folder)} hidden {layer} of {layers}, mean without the first position, "
            f"less mean and up to {MOST_COMPONENTS} components {dimension}"
        )
        super().__init__(f"hidden:{model}", identity, dimension, thread, device, self._opened, languages_of(folder))
        self._folder, self._layer = folder, layer
        self._common: NDArray[np.float32] | None = None
        """(1 + components, dimension): the mean, then directions of length 1. None before `restore`."""

    def _opened(self, device: str) -> Encode:
        plain = _Hidden(self._folder, device, self._layer).encode
        return lambda texts, asked: self._without_common(plain(texts))

    def _without_common(self, rows: "NDArray[np.float32]") -> "NDArray[np.float32]":
        if self._common is not None:
            mean, directions = self._common[0], self._common[1:]
            rows = rows - mean
            rows -= (rows @ directions.T) @ directions
        return _unit(rows)

    def fit(self, texts: Sequence[str]) -> bytes:
        """The mean of the texts' vectors and their leading directions, float32."""
        import numpy as np

        self._common = None
        rows = self.embed(texts)
        mean = rows.mean(0, keepdims=True) if len(rows) > 1 else np.zeros((1, self.dimension), np.float32)
        count = min(MOST_COMPONENTS, len(rows) // PASSAGES_A_COMPONENT)
        directions = np.linalg.svd(rows - mean, full_matrices=False)[2][:count] if count else mean[:0]
        return np.concatenate([mean, directions]).astype("<f4").tobytes()

    def restore(self, state: bytes) -> None:
        """Takes what `fit` returned out of every vector from now on. Raises ModelError where it is damaged."""
        import numpy as np

        if not state or len(state) % (4 * self.dimension):
            raise ModelError(f"What {self.name} learnt of this library is damaged: choose another embedder.")
        self._common = np.frombuffer(state, "<f4").reshape(-1, self.dimension)
        self._remembered.cache_clear()


def _unit(rows: "NDArray[np.float32]") -> "NDArray[np.float32]":
    import numpy as np

    made: NDArray[np.float32] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), TINY)
    return made


class _Enough(Exception):
    """The layer that is wanted has been computed."""


class _Causal:
    """Tokenizer and model; (texts) → mean of states that `_states` yields."""

    def __init__(self, folder: Path, device: str):
        from transformers import AutoTokenizer

        inspect(folder, model_name(str(folder)))
        self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        self._model = causal_model(folder, device)
        self._device = device

    def _mean(self, texts: Sequence[str], first: int) -> Any:
        """(len(texts), width) float32: the mean over a text's positions from `first` on; a lone position is kept."""
        import torch

        rows = [ids or [0] for ids in self._tokenizer(list(texts), truncation=True, max_length=LONGEST)["input_ids"]]
        if self._device == "cpu":
            return self._mean_of(rows, first)
        parts = [*batches([len(ids) for ids in rows], CARD_TOKENS)]
        made = torch.cat([self._mean_of([rows[i] for i in part], first) for part in parts])
        back = torch.empty_like(made)
        back[torch.tensor([i for part in parts for i in part], device=made.device)] = made
        return back

    def _mean_of(self, rows: Sequence[Sequence[int]], first: int) -> Any:
        """The same of tokens, at once."""
        import torch

        width = max(len(ids) for ids in rows)
        ids = torch.tensor([[*row, *[0] * (width - len(row))] for row in rows], device=self._device)
        seen = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows], device=self._device)
        counted = seen.clone()
        counted[seen.sum(1) > first, :first] = 0
        with torch.inference_mode():
            states = self._states(ids, seen).float()
            weight = counted.unsqueeze(-1)
            return (states * weight).sum(1) / weight.sum(1)

    def _states(self, ids: Any, seen: Any) -> Any:
        """(batch, tokens, width)."""
        return self._model.base_model(input_ids=ids, attention_mask=seen, use_cache=False).last_hidden_state


class _Hidden(_Causal):
    """Stops at the layer that is wanted: the others cost as much again."""

    def __init__(self, folder: Path, device: str, layer: int):
        """`layer` counts from 1; its output is what is taken."""
        super().__init__(folder, device)
        import torch

        count = self._model.config.get_text_config().num_hidden_layers
        parts = self._model.modules()
        layers = next(part for part in parts if isinstance(part, torch.nn.ModuleList) and len(part) == count)
        self._at = layers[layer - 1]

    def _states(self, ids: Any, seen: Any) -> Any:
        kept = []

        def stop(module: Any, given: Any, output: Any) -> None:
            kept.append(output[0] if isinstance(output, tuple) else output)
            raise _Enough

        hook = self._at.register_forward_hook(stop)
        try:
            super()._states(ids, seen)
        except _Enough:
            pass
        finally:
            hook.remove()
        return kept[0]

    def encode(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """(len(texts), hidden size), rows of length 1."""
        return _unit(self._mean(texts, first=1).cpu().numpy())


class _Logits(_Causal):
    def encode(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """(len(texts), vocabulary), rows of length 1. The head is linear: logits of the mean are the mean of logits."""
        import torch

        head = self._model.get_output_embeddings()
        with torch.inference_mode():
            mean = self._mean(texts, first=0).to(head.weight.dtype)
            return _unit(head(mean).float().cpu().numpy())
