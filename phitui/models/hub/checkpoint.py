"""Finding a causal language model on disk, and saying in one sentence why it cannot be loaded."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from phitui.errors import ModelError, PhituiError
from phitui.models.hub.packaged import SMOLLM2, unpacked
from phitui.models.thread import is_out_of_memory
from phitui.text import one_line


@contextmanager
def one_sentence(what: str) -> Iterator[None]:
    """While `what` is loaded: a broken folder makes the libraries raise whatever they like, here it is a ModelError.

    Errors of phitui's own, and of memory, go through as they are.
    """
    try:
        yield
    except PhituiError:
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise
        why = one_line(str(error).split("\n")[0], 160)
        raise ModelError(f"{what} cannot be loaded: {why}") from error


def model_folder(model: str, models_folder: Path) -> Path:
    """The folder that `--model` means: a folder, a download of phitui's, or one in the hub's cache.

    Raises ModelError where there is none, or where it holds nothing that may be loaded.
    """
    if model == SMOLLM2:
        return unpacked(models_folder)
    shown = one_line(model, 120)
    candidate = Path(os.path.expanduser(model))  # os.path, unlike Path, raises for no name, however odd
    if os.path.isdir(candidate):
        return _checked(candidate, shown)
    if os.path.exists(candidate) or model.startswith((".", "/", "~")):
        raise ModelError(f"{shown} is not a model folder: name the folder that holds config.json and the weights.")
    downloaded = models_folder / model.replace("/", "--")
    if os.path.isdir(downloaded):
        return _checked(downloaded, shown)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return _checked(Path(snapshot_download(model, local_files_only=True)), shown)
    except HFValidationError:
        raise ModelError(f"{shown} is neither a folder nor a model's id such as microsoft/phi-2.") from None
    except LocalEntryNotFoundError:
        raise ModelError(f"The model {shown} is not on disk: `phitui models pull {shown}` downloads it.") from None


def model_name(model: str) -> str:
    """What the user sees for `--model`: an id as it is, a folder's own name, or the id that a download's folder has."""
    if not os.path.isdir(os.path.expanduser(model)):
        return one_line(model, 80)
    folder = Path(os.path.abspath(os.path.expanduser(model)))
    if folder.parent.name == "snapshots":  # of the hub's cache: models--OWNER--NAME/snapshots/REVISION
        folder = folder.parent.parent
    return one_line(folder.name.removeprefix("models--").replace("--", "/"), 80)


def _checked(folder: Path, shown: str) -> Path:
    config = read_config(folder, shown)
    try:
        names = {entry.name for entry in folder.iterdir()}
    except OSError as error:
        raise ModelError(f"The folder of {shown} cannot be read: {one_line(error.strerror or '', 80)}.") from None
    if config.get("auto_map") and not _native(str(config.get("model_type"))):
        raise ModelError(f"The model {shown} brings its own code, which phitui does not run: choose another model.")
    if not any(name.endswith(".safetensors") for name in names):
        if any(name.endswith((".bin", ".pt", ".pth", ".ckpt")) for name in names):
            raise ModelError(
                f"The model {shown} has its weights as pickle files, which can run code: convert them to safetensors."
            )
        raise ModelError(f"The folder of {shown} holds no weights (*.safetensors): download the model again.")
    return folder


def read_config(folder: Path, shown: str) -> dict[str, Any]:
    """The model's config.json. Raises ModelError."""
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
    except FileNotFoundError:
        raise ModelError(f"{shown} is not a model folder: config.json is missing in it.") from None
    except (OSError, ValueError, RecursionError):
        raise ModelError(f"The config.json of {shown} cannot be read: download the model again.") from None
    if not isinstance(config, dict):
        raise ModelError(f"The config.json of {shown} is damaged: download the model again.")
    return config


def _native(model_type: str) -> bool:
    from transformers import CONFIG_MAPPING

    return model_type in CONFIG_MAPPING
