"""LoRA adapters as files: where one lies, what it was made for, and in one sentence why it cannot be used."""

import importlib.util
import os
from pathlib import Path
from typing import Any

from phitui.errors import ModelError
from phitui.models.hub.checkpoint import model_name, refuse_pointers
from phitui.models.inspection.model_files import read_json, refuse_odd_files
from phitui.text import one_line

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
PIP = "pip install 'phitui[lora]'"


def adapter_folder(adapter: str, models_folder: Path) -> Path:
    """The folder that `--adapter` means: a folder, a download of phitui's, or one in the hub's cache.

    Raises ModelError where there is none, or where it holds no LoRA adapter that may be loaded.
    """
    shown = one_line(adapter, 120)
    folder = _found(adapter, shown, models_folder)
    try:
        names = {entry.name for entry in folder.iterdir()}
    except OSError as error:
        raise ModelError(f"The folder of {shown} cannot be read: {one_line(error.strerror or '', 80)}.") from None
    if CONFIG not in names:
        what = "a whole model: name it with --model" if "config.json" in names else "no adapter: it has no " + CONFIG
        raise ModelError(f"{shown} is {what}.")
    kind = str(adapter_config(folder, shown).get("peft_type"))
    if kind != "LORA":
        raise ModelError(f"{shown} is an adapter of the kind {one_line(kind, 40)}: phitui loads those of LoRA.")
    if WEIGHTS not in names and any(name.endswith((".bin", ".pt")) for name in names):
        raise ModelError(
            f"The adapter {shown} has its weights as a pickle, which can run code: save it as safetensors."
        )
    if WEIGHTS not in names:
        raise ModelError(f"The adapter {shown} has no {WEIGHTS}: copy or download it again.")
    refuse_odd_files(folder, shown)
    refuse_pointers(folder, names, shown)
    if importlib.util.find_spec("peft") is None:
        raise ModelError(f"Adapters take a package more: `{PIP}`, or leave --adapter out.")
    return folder


def adapter_config(folder: Path, shown: str) -> dict[str, Any]:
    """Its adapter_config.json. Raises ModelError."""
    try:
        config = read_json(folder / CONFIG)
    except (OSError, ValueError, RecursionError):
        config = None
    if not isinstance(config, dict):
        raise ModelError(f"The {CONFIG} of {shown} is damaged: copy or download the adapter again.")
    return config


def base_of(adapter: str, models_folder: Path) -> str:
    """The model that an adapter was made for, as `--model` takes it. Raises ModelError."""
    folder = adapter_folder(adapter, models_folder)
    base = adapter_config(folder, adapter).get("base_model_name_or_path")
    if not isinstance(base, str) or not base:
        raise ModelError(f"{one_line(adapter, 120)} does not say what model it was made for: name that with --model.")
    return base


def named_with(model: str, adapters: tuple[str, ...]) -> str:
    """What the user sees: the model's name, then those of its adapters."""
    names = [] if model == "none" and adapters else [model_name(model)]
    return one_line(" + ".join([*names, *map(model_name, adapters)]), 80)


def _found(adapter: str, shown: str, models_folder: Path) -> Path:
    for each in (Path(os.path.expanduser(adapter)), models_folder / adapter.replace("/", "--")):
        if os.path.isdir(each):
            return each
    if os.path.exists(os.path.expanduser(adapter)) or adapter.startswith((".", "/", "~")):
        raise ModelError(f"{shown} is no adapter's folder: name the folder that holds {CONFIG}.")
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(adapter, local_files_only=True))
    except Exception:  # the hub's library has a dozen ways to say it
        raise ModelError(f"The adapter {shown} is not on disk: name its folder.") from None
