"""The modules that a sentence-transformers folder is built of: known ones alone, with weights as safetensors."""

import re
from pathlib import Path
from typing import Any

from phitui.errors import ModelError
from phitui.models.inspection.inspector import inspect
from phitui.models.inspection.model_files import read_json, refuse_odd_files, refuse_other_weights
from phitui.text import one_line

PLAIN = frozenset({"Pooling", "Normalize", "Dropout", "LogitScore"})
"""Modules without weights; `LogitScore` ends a reranker."""
WEIGHTED = frozenset({"Transformer", "Dense", "LayerNorm", "WeightedLayerPooling", "StaticEmbedding"})
KIND = re.compile(r"sentence_transformers(\.[a-z_]+)*\.([A-Za-z]+)")
"""A module's class, wherever a release of the package keeps it."""
FOLDER = re.compile(r"|[\w][\w-]*(\.[\w-]+)*")
"""Of a module: the model's own, or one inside it."""
ACTIVATION = re.compile(r"torch\.nn\.modules\.(activation|linear)\.[A-Za-z]+")
OWN_CODE = frozenset({"trust_remote_code", "auto_map"})
ARGUMENTS = re.compile(r"(model|tokenizer|processor|config)_(args|kwargs)|backend")
"""What a module's settings hand on to transformers."""
BACKENDS = frozenset({"torch", "tokenizers", "sentencepiece"})
"""Of a model, and of a tokenizer, as transformers 5 writes it: other ones bring further code."""


def modules_of(folder: Path, shown: str) -> list[dict[str, Any]]:
    """Its modules.json, empty where it has none. Raises ModelError where that names anything but known modules."""
    try:
        modules = read_json(folder / "modules.json")
        found = [{"type": str(each["type"]), "path": str(each["path"])} for each in modules]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        raise ModelError(f"The modules.json of {shown} is damaged: download the model again.") from None
    for each in found:
        kind = KIND.fullmatch(each["type"])
        if kind is None or kind[2] not in PLAIN | WEIGHTED:
            raise ModelError(
                f"{shown} is built of {one_line(each['type'], 80)}, which phitui does not know, and it runs no code of"
                " a model's: choose another search model."
            )
        if not FOLDER.fullmatch(each["path"]):
            raise ModelError(f"{shown} names a module's folder outside its own: choose another search model.")
    return found


def inspect_modules(folder: Path, shown: str) -> None:
    """Looks over an embedder's folder and its modules' before they are built. Raises ModelError."""
    modules = modules_of(folder, shown)
    for each in modules or [{"type": ".Transformer", "path": ""}]:
        place, kind = folder / each["path"], each["type"].rpartition(".")[2]
        refuse_odd_files(place, shown)
        refuse_other_weights(place, shown)
        if (place / "adapter_config.json").exists():
            raise ModelError(
                f"{shown} holds an adapter (LoRA), which names further files: choose another search model."
            )
        if kind in WEIGHTED and not any(place.glob("*.safetensors")):
            raise ModelError(
                f"The {kind} of {shown} has no weights as safetensors, and others can run code: choose another search"
                " model."
            )
    for place in {folder, *(folder / each["path"] for each in modules)}:
        for file in sorted(place.glob("*.json")):
            _refuse_own_code(file, shown)
    inspect(folder, shown)
    for each in modules:
        if each["path"] and (folder / each["path"] / "config.json").exists():
            inspect(folder / each["path"], shown)


def _refuse_own_code(file: Path, shown: str) -> None:
    """Raises ModelError where settings ask for code, or for arguments that phitui does not give."""
    if file.name in ("tokenizer.json", "vocab.json", "modules.json") or file.name.endswith(".index.json"):
        return
    try:
        settings = read_json(file)
    except (OSError, ValueError, RecursionError):
        raise ModelError(f"{one_line(file.name, 80)} of {shown} cannot be read: download the model again.") from None
    if not isinstance(settings, dict):
        return
    activation = settings.get("activation_function")
    if isinstance(activation, str) and not ACTIVATION.fullmatch(activation):
        raise ModelError(f"{shown} names {one_line(activation, 80)} as a function, which phitui does not run.")
    for key, value in settings.items():
        known = key == "backend" and str(value) in BACKENDS
        if value and not known and (key in OWN_CODE or ARGUMENTS.fullmatch(key)):
            raise ModelError(
                f"{one_line(file.name, 80)} of {shown} sets {key}, which could run code of its own: choose another"
                " search model."
            )
