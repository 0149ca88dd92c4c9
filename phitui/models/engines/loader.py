"""A model's files to a runner: which device, which numbers, and what to do where the card is too small."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phitui.errors import ModelError
from phitui.models.adapters import with_adapters
from phitui.models.decode.runner import Runner, StaticRunner, runner_of
from phitui.models.device import free_memory
from phitui.models.hub.checkpoint import model_name, read_config, refuse_other_kinds
from phitui.models.hub.gguf import for_transformers
from phitui.models.inspection.inspector import inspect
from phitui.models.kernels.trial import Trial
from phitui.models.kernels.verdicts import Verdicts
from phitui.models.transformer.forward import Forward, forward_of
from phitui.models.weights import read_weights

CACHE_SHARE = 0.4
"""Of the memory that is free after loading, for the current conversation's keys and values."""
PARKED_SHARE = 0.1
"""The same, for other conversations."""


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
    parameters: int
    """Weights."""
    parked: int
    """Bytes for the caches of other conversations."""
    model: Any
    """transformers' own, for what is not generating; None where its weights were changed (8 bits)."""
    trial: Trial


def load(
    folder: Path,
    device: str,
    dtype: str,
    report: Callable[[str], None],
    adapters: Sequence[Path] = (),
    merged: bool = True,
    verdicts: Verdicts | None = None,
) -> Loaded:
    """Reads tokenizer and weights. `device` is torch's name; `dtype` auto, float32, bfloat16 or int8.

    `folder` may be a GGUF file; `adapters` are folders (see `with_adapters`). With `verdicts`, Triton's
    kernels are used on a card where they are found right.
    Raises ModelError for packages that are missing; transformers and torch raise what they like for a broken folder.
    """
    import torch
    import transformers

    silence: Any = transformers.logging
    silence.set_verbosity_error()
    silence.disable_progress_bar()
    kinds = {"auto": torch.bfloat16, "int8": torch.bfloat16} if device.startswith("cuda") else {}
    kind = kinds.get(dtype) or getattr(torch, dtype if dtype.startswith(("float", "bfloat")) else "float32")
    options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    shown = model_name(str(folder))
    refuse_other_kinds(read_config(folder, shown), shown)  # before a tokenizer of that kind fails in its own words
    report("looking it over")
    if folder.is_dir():
        inspect(folder, shown)
    report("reading the tokenizer")
    with for_transformers(folder) as (place, file):
        tokenizer = transformers.AutoTokenizer.from_pretrained(place, **file, **options)
    report("reading the weights")
    halved = dtype == "int8"
    # Weights that are to be halved are read beside the card: they need not fit it before.
    model = read_weights(folder, "cpu" if halved else device, kind, shared=not halved and not adapters)
    if adapters:
        report("adding the adapter")
        model = with_adapters(model, adapters, merged, shown)
    parameters = sum(each.numel() for each in model.parameters())
    report("getting ready")
    forward = forward_of(model)
    if halved:
        _halve(forward, device)
    free = free_memory(device)
    runner = runner_of(forward, model, int(free * CACHE_SHARE))
    if isinstance(runner, StaticRunner):
        if runner.window < runner.forward.window:
            runner.notes.append(f"the window cut to {runner.window:,} tokens for want of memory")
        runner.notes += ["8-bit weights"] * halved
    trial = Trial(runner, " ".join([shown, *(each.name for each in adapters)]), verdicts)
    if device.startswith("cuda"):
        report("trying the kernels")
        trial.decide()
    given = model.generation_config.eos_token_id
    ends = {*(given if isinstance(given, list) else [given]), tokenizer.eos_token_id} - {None}
    family = str(model.config.get_text_config().model_type)
    parked = int(free * PARKED_SHARE)
    kept = None if halved else model
    return Loaded(tokenizer, runner, family, device, frozenset(ends), parameters, parked, kept, trial)


def _halve(forward: Forward | str, device: str) -> None:
    if isinstance(forward, str):
        raise ModelError(f"8-bit weights are for models that run in phitui's own loop; of this one, {forward}.")
    import torch

    from phitui.models.transformer.eight_bits import in_8_bits

    in_8_bits(forward, torch.device(device))
