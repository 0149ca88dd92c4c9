"""A folder's weights as transformers' model: all of them, or an error that names what is wrong."""

import importlib.util
import json
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from phitui.errors import ModelError
from phitui.models.device import free_memory

WEIGHTS_SHARE = 0.9
"""Of a card's free memory that weights may fill."""

_MODELS: WeakValueDictionary[tuple[str, str, str], Any] = WeakValueDictionary()
"""(folder, device, number format) → model: an engine, an embedder and a reranker hold the same weights once."""


def causal_model(folder: Path, device: str) -> Any:
    """transformers' model, bfloat16 on CUDA; the one that an engine has loaded already where there is one."""
    import torch

    return read_weights(folder, device, torch.bfloat16 if device.startswith("cuda") else torch.float32, shared=True)


def read_weights(folder: Path, device: str, kind: Any, shared: bool) -> Any:
    """`shared`: the weights are left as they are, so that several may use them."""
    import transformers

    key = (str(folder.resolve()), device, str(kind))
    model: Any = _MODELS.get(key) if shared else None
    if model is None:
        spread = _spread(folder, device, kind)
        options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False, "use_safetensors": True}
        model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=kind, **spread, **options)
        model = (model if spread else model.to(device)).eval()
        if shared:
            _MODELS[key] = model
    return model


def _spread(folder: Path, device: str, kind: Any) -> dict[str, Any]:
    """accelerate's options where the weights are larger than the card, else none. Raises ModelError without it."""
    if not device.startswith("cuda"):
        return {}
    size = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    config = json.loads((folder / "config.json").read_text("utf-8"))
    stored = str(config.get("dtype") or config.get("torch_dtype") or "float16")
    needed = size * kind.itemsize / (4 if stored == "float32" else 2)
    free = free_memory(device)
    if needed <= free * WEIGHTS_SHARE:
        return {}
    if importlib.util.find_spec("accelerate") is None:
        raise ModelError(
            f"The model needs {needed / 1e9:.1f} GB, {device} has {free / 1e9:.1f} GB free: `pip install accelerate`"
            " lets it be spread over all cards, or choose a smaller model."
        )
    return {"device_map": "auto"}
