"""A model with its adapters as one whole model on disk, which any program loads."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from phitui.errors import UsageError
from phitui.models.adapters import with_adapters
from phitui.models.hub.adapter import adapter_folder, base_of
from phitui.models.hub.checkpoint import model_folder, model_name, one_sentence
from phitui.models.thread import ModelThread, Priority
from phitui.text import one_line


def free_folder(folder: Path) -> Path:
    """The folder. Raises UsageError where it holds anything."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{one_line(str(folder), 120)} is there already: name a new folder with --output.")
    return folder


def merge(model: str, adapters: Sequence[str], output: Path, thread: ModelThread, models_folder: Path) -> None:
    """Writes the merged model into a new folder, its numbers as the model's own are; `model` none is the adapter's.

    Raises UsageError where the folder holds anything, ModelError, OSError.
    """
    free_folder(output)
    folders = [adapter_folder(each, models_folder) for each in adapters]
    base = model_folder(base_of(adapters[0], models_folder) if model == "none" else model, models_folder)
    thread.run(lambda: _merge(base, folders, output), Priority.INDEXING)


def _merge(base: Path, folders: Sequence[Path], output: Path) -> None:
    import torch
    import transformers

    from phitui.models.weights import read_weights

    shown = model_name(str(base))
    silence: Any = transformers.logging
    silence.set_verbosity_error()
    silence.disable_progress_bar()
    options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    with one_sentence(f"The model {shown}"):
        config: Any = transformers.AutoConfig.from_pretrained(base, **options)
        kind = getattr(config, "dtype", None) or torch.float32
        made = with_adapters(read_weights(base, "cpu", kind, shared=False), folders, True, shown)
        tokenizer = transformers.AutoTokenizer.from_pretrained(base, **options)
    output.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=".phitui-", suffix=".partial", dir=output.parent))
    try:
        made.save_pretrained(partial)
        tokenizer.save_pretrained(partial)
        os.replace(partial, output)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
