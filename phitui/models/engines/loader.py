"""A model folder to a runner: which device, which numbers, and what to do where the card is too small."""

import importlib.util
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from phitui.errors import ModelError
from phitui.models.decode.runner import Runner, StaticRunner, runner_for
from phitui.models.embed.embedder import best_device

CACHE_SHARE = 0.4
"""Of the memory that is free after loading, for the current conversation's keys and values."""
PARKED_SHARE = 0.1
"""The same, for other conversations."""
UNKNOWN_MEMORY = 4 << 30
"""Bytes that are taken to be free where the system does not say."""
WEIGHTS_SHARE = 0.9
"""Of a card's free memory that weights may fill."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model that is ready to generate."""

    tokenizer: Any
    runner: Runner
    family: str
    """transformers' model type, such as phi."""
    device: str
    ends: frozenset[int]
    """Tokens that end a text."""
    parked: int
    """Bytes for the caches of other conversations."""
    model: Any
    """transformers' own, for what is not generating; None where its weights were changed (8 bits)."""


_MODELS: WeakValueDictionary[tuple[str, str, str], Any] = WeakValueDictionary()
"""(folder, device, number format) → model: an engine, an embedder and a reranker hold the same weights once."""


def load(folder: Path, wanted: str, dtype: str, report: Callable[[str], None]) -> Loaded:
    """Reads tokenizer and weights. `wanted` is a device or auto; `dtype` auto, float32, bfloat16 or int8.

    Raises ModelError for a device that is not there or packages that are missing; transformers and torch raise what
    they like for a broken folder.
    """
    import torch
    import transformers

    silence: Any = transformers.logging
    silence.set_verbosity_error()
    silence.disable_progress_bar()
    device = best_device(wanted)
    if dtype == "int8" and importlib.util.find_spec("torchao") is None:
        raise ModelError("8-bit weights need torchao: `pip install torchao`, or leave --dtype at auto.")
    kinds = {"auto": torch.bfloat16, "int8": torch.bfloat16} if device.startswith("cuda") else {}
    kind = kinds.get(dtype) or getattr(torch, dtype if dtype.startswith(("float", "bfloat")) else "float32")
    options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    report("reading the tokenizer")
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **options)
    report("reading the weights")
    model = _model(folder, device, kind, shared=dtype != "int8")
    free = free_memory(device)
    report("getting ready")
    runner = runner_for(model, int(free * CACHE_SHARE))
    if isinstance(runner, StaticRunner) and runner.window < runner.forward.window:
        runner.path += f", the window cut to {runner.window:,} tokens for want of memory"
    if dtype == "int8":
        runner = _in_8_bits(runner)
    given = model.generation_config.eos_token_id
    ends = {*(given if isinstance(given, list) else [given]), tokenizer.eos_token_id} - {None}
    family = str(model.config.get_text_config().model_type)
    parked = int(free * PARKED_SHARE)
    return Loaded(tokenizer, runner, family, device, frozenset(ends), parked, None if dtype == "int8" else model)


def causal_model(folder: Path, device: str) -> Any:
    """transformers' model, bfloat16 on CUDA; the one that an engine has loaded already where there is one."""
    import torch

    return _model(folder, device, torch.bfloat16 if device.startswith("cuda") else torch.float32, shared=True)


def _model(folder: Path, device: str, kind: Any, shared: bool) -> Any:
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


def _in_8_bits(runner: Runner) -> Runner:
    """Halves the weights (int8, a scale a row). The transformers model behind the runner is of no use after it."""
    if not isinstance(runner, StaticRunner):
        raise ModelError(f"8-bit weights are for models with a static cache; this one has a {runner.path}.")
    import torch
    from torchao.quantization import Int8WeightOnlyConfig, quantize_

    quantize_(torch.nn.ModuleList(runner.forward.projections()), Int8WeightOnlyConfig())
    runner.path += ", 8-bit weights"
    return runner


def free_memory(device: str) -> int:
    """Bytes that are free on the device; off CUDA, of the machine."""
    import torch

    if device.startswith("cuda"):
        return int(torch.cuda.mem_get_info(device)[0])
    try:
        # Not what sysconf calls available: that leaves out the page cache, most of an old machine's memory.
        text = Path("/proc/meminfo").read_text("ascii")
        return int(text.partition("MemAvailable:")[2].split()[0]) * 1024
    except (OSError, ValueError, IndexError):
        return UNKNOWN_MEMORY


def reset_peak(device: str) -> None:
    """`peak_memory` counts from now on."""
    import torch

    if device.startswith("cuda"):
        torch.cuda.reset_peak_memory_stats(device)


def peak_memory(device: str) -> int | None:
    """Most bytes in use since `reset_peak`; None off CUDA."""
    import torch

    return int(torch.cuda.max_memory_allocated(device)) if device.startswith("cuda") else None
