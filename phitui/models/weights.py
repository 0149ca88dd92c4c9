"""Finding a causal language model on disk, and saying in one sentence why it cannot be loaded."""

import json
from pathlib import Path
from typing import Any

from phitui.errors import ModelError
from phitui.text import one_line


def model_folder(model: str, models_folder: Path) -> Path:
    """The folder that `--model` means: a folder, a download of phitui's, or one in the hub's cache.

    Raises ModelError where there is none, or where it holds nothing that may be loaded.
    """
    shown = one_line(model, 120)
    candidate = Path(model).expanduser()
    if candidate.is_dir():
        return _checked(candidate, shown)
    if candidate.exists() or model.startswith((".", "/", "~")):
        raise ModelError(f"{shown} is not a model folder: name the folder that holds config.json and the weights.")
    downloaded = models_folder / model.replace("/", "--")
    if downloaded.is_dir():
        return _checked(downloaded, shown)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return _checked(Path(snapshot_download(model, local_files_only=True)), shown)
    except HFValidationError:
        raise ModelError(f"{shown} is neither a folder nor a model's id such as microsoft/phi-2.") from None
    except LocalEntryNotFoundError:
        raise ModelError(f"The model {shown} is not on disk: `phitui models pull {shown}` downloads it.") from None


def _checked(folder: Path, shown: str) -> Path:
    config = read_config(folder, shown)
    names = {entry.name for entry in folder.iterdir()}
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
    except (OSError, ValueError):
        raise ModelError(f"The config.json of {shown} cannot be read: download the model again.") from None
    if not isinstance(config, dict):
        raise ModelError(f"The config.json of {shown} is damaged: download the model again.")
    return config


def _native(model_type: str) -> bool:
    from transformers import CONFIG_MAPPING

    return model_type in CONFIG_MAPPING
