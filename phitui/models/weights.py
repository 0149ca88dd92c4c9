"""A model's weights as transformers' model: all of them, or an error that names what is wrong."""

import importlib.util
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from phitui.errors import ModelError
from phitui.models.device import free_memory
from phitui.models.hub.checkpoint import model_name, read_config, refuse_other_kinds
from phitui.models.hub.gguf import for_transformers, read_header
from phitui.models.inspection.inspector import inspect, state_of
from phitui.text import one_line

HARMLESS = re.compile(
    r"(\.inv_freq|\.(cos|sin)_cached|\.masked_bias|\.attn\.bias|\.attention\.bias|position_ids|\.num_batches_tracked)$"
    r"|(^|\.)mtp(\.|_)"
)
"""Stored tables that models now work out by themselves, and heads for guessing tokens, which phitui does not use."""
WEIGHTS_SHARE = 0.9
"""Of a card's free memory that weights may fill."""

_MODELS: WeakValueDictionary[tuple[Any, ...], Any] = WeakValueDictionary()
"""(folder, its files' state, device, number format) → model: engine, embedder and reranker hold the same weights."""


def causal_model(folder: Path, device: str) -> Any:
    """transformers' model, bfloat16 on CUDA; the one that an engine has loaded already where there is one."""
    import torch

    return read_weights(folder, device, torch.bfloat16 if device.startswith("cuda") else torch.float32, shared=True)


def read_weights(folder: Path, device: str, kind: Any, shared: bool) -> Any:
    """The whole model of a folder or GGUF file, whose numbers become `kind`.

    `shared`: the weights are left as they are, so that several may use them.

    Raises ModelError where config.json speaks of another kind of model, or where weights are missing, of another shape,
    or left over: transformers would make them up.
    """
    import transformers

    shown = model_name(str(folder))
    refuse_other_kinds(read_config(folder, shown), shown)
    if folder.is_dir():
        inspect(folder, shown)
    key = (str(folder.resolve()), state_of(folder), device, str(kind))
    model: Any = _MODELS.get(key) if shared else None
    if model is None:
        spread = _spread(folder, device, kind)
        options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False, "use_safetensors": True}
        options |= {"output_loading_info": True, "ignore_mismatched_sizes": True}
        kinds: Any = transformers.AutoModelForCausalLM
        if folder.is_file():
            options |= {"quantization_config": transformers.GgufConfig(dequantize=True)}
            del options["use_safetensors"]
        with for_transformers(folder) as (place, file):
            model, found = kinds.from_pretrained(place, dtype=kind, **file, **spread, **options)
        _refuse_others(found, shown)
        model = (model if spread else model.to(device)).eval()
        if shared:
            _MODELS[key] = model
    return model


def _refuse_others(found: Mapping[str, Any], shown: str) -> None:
    """`found` is transformers' report of a load. Raises ModelError that names the weights which are not the model's."""
    shapes = [
        f"{name} ({' × '.join(map(str, there))} instead of {' × '.join(map(str, wanted))})"
        for name, there, wanted in sorted(found["mismatched_keys"])
    ]
    troubles = {
        "missing": sorted(found["missing_keys"]),
        "of another shape": shapes,
        "left over": [name for name in sorted(found["unexpected_keys"]) if not HARMLESS.search(name)],
    }
    wrong = [f"{len(names)} {what}, such as {one_line(names[0], 80)}" for what, names in troubles.items() if names]
    if wrong:
        raise ModelError(
            f"The weights of {shown} do not fit its config.json: {'; '.join(wrong)}. Download the model again, or give"
            " the folder that it was saved to as a whole."
        )


def _spread(folder: Path, device: str, kind: Any) -> dict[str, Any]:
    """accelerate's options where the weights are larger than the card, else none. Raises ModelError without it."""
    if not device.startswith("cuda"):
        return {}
    if folder.is_file():
        needed = float(read_header(folder).parameters * kind.itemsize)
    else:
        size = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
        config = read_config(folder, model_name(str(folder)))
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
