"""Finding a causal language model on disk, and saying in one sentence why it cannot be loaded."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from phitui.errors import ModelError, PhituiError
from phitui.models.hub.gguf import checked_gguf, gguf_config, is_gguf
from phitui.models.hub.on_disk import WRITERS, models_on_disk, path_of
from phitui.models.hub.packaged import SMOLLM2, unpacked
from phitui.models.inspection.model_files import read_json, refuse_odd_files, refuse_other_weights
from phitui.models.thread import is_out_of_memory
from phitui.reading import open_regular
from phitui.text import one_line

FOREIGN = {
    ".msgpack": "Flax",
    ".h5": "TensorFlow",
    ".onnx": "ONNX",
    ".mlmodel": "Core ML",
    ".npz": "MLX",
    ".tflite": "TensorFlow Lite",
}
"""Endings of weights of other programs."""
PROGRAMS = ("ollama", "lmstudio", "llama.cpp")
"""Begin the ids of models that other programs downloaded."""
POINTER = b"version https://git-lfs.github.com/spec/"
INDEX = "model.safetensors.index.json"
OTHER_KINDS = {
    "ForSequenceClassification": "gives a text marks or a score, as classifiers and reward models do,",
    "RewardModel": "is a reward model",
    "ForTokenClassification": "sorts the words of a text",
    "ForQuestionAnswering": "marks an answer inside a text",
    "ForMultipleChoice": "chooses among answers",
    "ForImageClassification": "sorts pictures",
    "ForCTC": "writes down speech",
}
"""Endings of architectures, and what such a model does."""


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
    """What `--model` means: a folder, a download of phitui's, one in the hub's cache, or a GGUF file.

    The path is that of a folder, or of a GGUF file. Ids as `phitui models` lists them are known too. Raises ModelError
    where there is none, or where it holds nothing that may be loaded.
    """
    if model == SMOLLM2:
        return unpacked(models_folder)
    shown = one_line(model, 120)
    candidate = Path(os.path.expanduser(model))  # os.path, unlike Path, raises for no name, however odd
    if os.path.isdir(candidate):
        return _checked(candidate, shown)
    if os.path.isfile(candidate) and (candidate.suffix.lower() == ".gguf" or is_gguf(candidate)):
        return checked_gguf(candidate, shown)
    if os.path.exists(candidate):
        raise ModelError(f"{shown} is not a model folder: name the folder that holds config.json and the weights.")
    if model.startswith((".", "/", "~")):
        raise ModelError(
            f"There is nothing at {shown}: name a folder with config.json and the weights, or a GGUF file."
        )
    downloaded = models_folder / model.replace("/", "--")
    if os.path.isdir(downloaded):
        return _checked(downloaded, shown)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return _checked(Path(snapshot_download(model, local_files_only=True)), shown)
    except HFValidationError:
        why = f"{shown} is neither a folder nor a model's id such as microsoft/phi-2."
    except LocalEntryNotFoundError:
        why = f"The model {shown} is not on disk: `phitui models pull {shown}` downloads it."
    listed = path_of(model, models_folder)
    if listed is None:
        raise ModelError(_not_listed(model, models_folder) or why)
    return _checked(listed, shown) if listed.is_dir() else checked_gguf(listed, shown)


def _not_listed(model: str, models_folder: Path) -> str | None:
    """What to say of an id that no model on disk has, where it is not one of the hub's that could be downloaded."""
    elsewhere = model.partition(":")[0] in PROGRAMS or model.casefold().endswith(".gguf")
    if "/" in model and not elsewhere:
        return None
    ids = [*(each.id for each in models_on_disk(models_folder)), SMOLLM2]
    wanted = model.casefold()
    alike = [each for each in ids if wanted in each.casefold()] or get_close_matches(model, ids, 1, 0.8)
    if alike:
        return f"There is no model {one_line(model, 120)} on disk: perhaps {one_line(alike[0], 120)} is meant."
    if elsewhere:
        return f"There is no model {one_line(model, 120)} on disk: `phitui models` lists those that there are."
    return None


def model_name(model: str) -> str:
    """What the user sees for `--model`: an id as it is, a folder's own name, or the id that a download's folder has."""
    if os.path.isfile(os.path.expanduser(model)):
        return one_line(os.path.basename(model).removesuffix(".gguf"), 80)
    if not os.path.isdir(os.path.expanduser(model)):
        return one_line(model, 80)
    folder = Path(os.path.abspath(os.path.expanduser(model)))
    if folder.parent.name == "snapshots":  # of the hub's cache: models--OWNER--NAME/snapshots/REVISION
        folder = folder.parent.parent
    return one_line(folder.name.removeprefix("models--").replace("--", "/"), 80)


def _checked(folder: Path, shown: str) -> Path:
    try:
        names = {entry.name for entry in folder.iterdir()}
    except OSError as error:
        raise ModelError(f"The folder of {shown} cannot be read: {one_line(error.strerror or '', 80)}.") from None
    refuse_odd_files(folder, shown)
    weights = {name for name in names if name.endswith(".safetensors")}
    if "adapter_config.json" in names and all(name.startswith("adapter") for name in weights):
        raise ModelError(
            f"{shown} is an adapter (LoRA) for {_base(folder)}, not a whole model: give that model with --model,"
            " and the adapter with --adapter."
        )
    if "adapter_config.json" in names:
        raise ModelError(
            f"{shown} holds an adapter (LoRA) beside its weights, which names further files to be loaded: move"
            " adapter_config.json away, or merge the adapter into the model."
        )
    files = sorted(name for name in names if name.endswith(".gguf") and not name.startswith("mmproj"))
    if not weights and len(files) > 1 and "-of-" not in files[0]:
        raise ModelError(f"{shown} holds {len(files)} GGUF files: name one of them, such as {one_line(files[0], 80)}.")
    if not weights and files:
        return checked_gguf(folder / files[0], f"{one_line(files[0], 80)} of {shown}")
    config = read_config(folder, shown)
    if config.get("auto_map") and not _native(str(config.get("model_type"))):
        raise ModelError(f"The model {shown} brings its own code, which phitui does not run: choose another model.")
    if not weights:
        raise ModelError(_without_weights(names, shown))
    refuse_pointers(folder, names, shown)
    refuse_other_weights(folder, shown)
    _refuse_missing_parts(folder, names, shown)
    return folder


def _base(folder: Path) -> str:
    """The model that an adapter was made for, as far as it says."""
    try:
        base = read_json(folder / "adapter_config.json").get("base_model_name_or_path")
    except (OSError, ValueError, AttributeError, RecursionError):
        base = None
    return one_line(base, 80) if isinstance(base, str) and base else "another model"


def _without_weights(names: set[str], shown: str) -> str:
    """What a folder holds in the place of safetensors weights, and what to do."""
    if any(name.endswith((".bin", ".pt", ".pth", ".ckpt")) for name in names):
        return f"The model {shown} has its weights as pickle files, which can run code: convert them to safetensors."
    for ending, what in FOREIGN.items():
        if any(name.endswith(ending) for name in names):
            return f"The model {shown} has its weights as {what} files: give its folder with safetensors weights."
    return f"The folder of {shown} holds no weights (*.safetensors): download the model again."


def refuse_pointers(folder: Path, names: set[str], shown: str) -> None:
    """Raises ModelError for what `git clone` leaves behind where Git LFS is not installed."""
    for name in sorted(names):
        if not name.endswith((".safetensors", ".json", ".model")):
            continue
        try:
            with open_regular(folder / name) as file:
                begins = file.read(len(POINTER))
        except OSError:  # a folder, or a link whose target is gone: loading says it
            continue
        if begins == POINTER:
            raise ModelError(
                f"{one_line(name, 80)} of {shown} is a Git LFS pointer, not the file itself: run `git lfs pull` in its"
                " folder, or download the model again."
            )


def _refuse_missing_parts(folder: Path, names: set[str], shown: str) -> None:
    """Raises ModelError that names files which the index of a model in several parts lists and the folder lacks."""
    try:
        parts = set(read_json(folder / INDEX)["weight_map"].values())
    except FileNotFoundError:
        return
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise ModelError(f"The {INDEX} of {shown} is damaged: download the model again.") from None
    missing = sorted(str(part) for part in parts - names)
    if missing:
        many = f"{len(missing)} of {len(parts)} files of weights are"
        raise ModelError(
            f"The download of {shown} is not complete: {many} missing, such as {one_line(missing[0], 80)}."
            " Download the model again."
        )


def refuse_other_kinds(config: dict[str, Any], shown: str) -> None:
    """Raises ModelError for a model that does not write on from a text, by what it is; `config` is its config.json."""
    from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING_NAMES

    kinds = [one_line(each, 60) for each in config.get("architectures") or [] if isinstance(each, str)]
    writes = any(kind.endswith(WRITERS) for kind in kinds)
    family = one_line(str(config.get("model_type")), 60)
    named = kinds[0] if kinds else family
    if config.get("is_encoder_decoder") is True:
        raise ModelError(
            f"{shown} turns one text into another with an encoder and a decoder ({named}): phitui needs a model that"
            " writes on from a text, such as microsoft/phi-2."
        )
    for ending, what in OTHER_KINDS.items():
        if not writes and any(kind.endswith(ending) for kind in kinds):
            raise ModelError(f"{shown} {what} ({named}) and cannot write: choose a language model for that.")
    if family in MODEL_FOR_MASKED_LM_MAPPING_NAMES and config.get("is_decoder") is not True:
        raise ModelError(
            f"{shown} is an encoder ({named}) and cannot write: choose a language model for that; an encoder that was"
            " trained to compare texts can be the search model (--embedder)."
        )


def read_config(folder: Path, shown: str) -> dict[str, Any]:
    """The model's config.json, or the like of a GGUF file. Raises ModelError."""
    if folder.is_file():
        return gguf_config(folder)
    try:
        config = read_json(folder / "config.json")
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
