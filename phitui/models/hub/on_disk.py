"""Which models are on disk already: phitui's own, and those that other programs downloaded. Nothing is loaded."""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

from phitui.errors import ModelError, UsageError
from phitui.models.hub.gguf import is_gguf, read_header
from phitui.models.inspection.model_files import read_json
from phitui.reading import read_regular
from phitui.text import one_line

Kind = Literal["safetensors", "gguf", "adapter", "embedder", "reranker"]
WINDOW_KEYS = ("max_position_embeddings", "n_positions", "n_ctx")
WRITERS = ("ForCausalLM", "LMHeadModel", "ForConditionalGeneration")
OLLAMA_MODEL = "application/vnd.ollama.image.model"
OWN, HUB = "phitui", "hub cache"
MODULES = "modules.json"
"""Says of what a model of sentence-transformers is built."""
Read = TypeVar("Read")
LARGEST_MANIFEST = 1_000_000
"""Bytes: those of Ollama have a few hundred."""


@dataclass(frozen=True, slots=True)
class ModelOnDisk:
    """A model that can be loaded without a download, or an adapter for one."""

    id: str
    """What `--model` takes; an adapter's is for `--adapter`."""
    path: Path
    """A folder, or a GGUF file."""
    bytes: int
    """Size of its weights."""
    architecture: str
    context_window: int | None
    """Tokens."""
    source: str = OWN
    """Whose folder it lies in: phitui, hub cache, Ollama, LM Studio, llama.cpp."""
    kind: Kind = "safetensors"
    base: str = ""
    """Of an adapter: the model that it was made for, as it says."""


def models_on_disk(models_folder: Path) -> list[ModelOnDisk]:
    """All that can be found, by id: of two with one id the one in `models_folder`. Reads configs and headers only."""
    from huggingface_hub.constants import HF_HUB_CACHE

    found: dict[str, ModelOnDisk] = {}
    sources: tuple[Iterator[ModelOnDisk], ...] = (
        _of_llama_cpp(),
        _of_lm_studio(),
        _of_ollama(),
        _of_hub(Path(HF_HUB_CACHE)),
        _own(models_folder),
    )
    for source in sources:
        found |= {model.id: model for model in source}
    return [found[name] for name in sorted(found)]


def search_models_on_disk(models_folder: Path) -> list[ModelOnDisk]:
    """Embedders and rerankers that phitui or the hub's programs downloaded, by id."""
    from huggingface_hub.constants import HF_HUB_CACHE

    found: dict[str, ModelOnDisk] = {}
    for name, folder, source in (*_hub_folders(Path(HF_HUB_CACHE)), *_own_folders(models_folder)):
        if model := _hostile(_search_model, folder):
            found[name] = replace(model, id=one_line(name), path=folder, source=source)
    return [found[name] for name in sorted(found)]


def path_of(model: str, models_folder: Path) -> Path | None:
    """Where the model with that id, as it is listed, lies; None where none is."""
    return next((each.path for each in models_on_disk(models_folder) if each.id == model), None)


def delete(model: str, models_folder: Path) -> ModelOnDisk:
    """Deletes a download of phitui's, or of the hub's cache. Raises UsageError for what is not phitui's to delete."""
    found = deletable(model, models_folder)
    folder = found.path if found.source == OWN else _cached_folder(found.path)
    try:
        if folder.is_symlink():  # a link into somebody's folder: that stays
            folder.unlink()
        else:
            shutil.rmtree(folder)
    except OSError as error:
        raise ModelError(f"{found.id} cannot be deleted: {one_line(error.strerror or str(error), 80)}.") from None
    return found


def deletable(model: str, models_folder: Path) -> ModelOnDisk:
    """The model with that id, where it is phitui's to delete. Raises UsageError."""
    there = [*models_on_disk(models_folder), *search_models_on_disk(models_folder)]
    found = next((each for each in there if each.id == model), None)
    if found is None:
        raise UsageError(f"There is no model {one_line(model, 120)} on disk: `phitui models` lists what there is.")
    if found.source not in (OWN, HUB):
        raise UsageError(f"{found.id} belongs to {found.source}: delete it there.")
    if found.source == OWN and not found.path.is_dir():
        folder = found.path.parent
        return found if folder == models_folder else replace(found, path=folder)
    return found


def _cached_folder(path: Path) -> Path:
    """The folder models--OWNER--NAME of the hub's cache that a snapshot, or a file in it, lies in."""
    return next(each for each in (path, *path.parents) if each.name.startswith("models--"))


# ── places ───────────────────────────────────────────────────────────────────────────────────────────────────


def _own_folders(models_folder: Path) -> Iterator[tuple[str, Path, str]]:
    """(name, folder or file, OWN)."""
    for folder in _matching(models_folder, "*"):
        if not folder.name.startswith("."):
            yield folder.name.replace("--", "/"), folder, OWN


def _hub_folders(cache: Path) -> Iterator[tuple[str, Path, str]]:
    """(name, snapshot, HUB) of every snapshot, of each model the best one last."""
    for folder in _matching(cache, "models--*"):
        name = folder.name.removeprefix("models--").replace("--", "/")
        for snapshot in reversed(_snapshots(folder)):
            yield name, snapshot, HUB


def _own(models_folder: Path) -> Iterator[ModelOnDisk]:
    for name, folder, source in _own_folders(models_folder):
        yield from _read(name, folder, source)


def _of_hub(cache: Path) -> Iterator[ModelOnDisk]:
    found: dict[str, list[ModelOnDisk]] = {}
    for name, snapshot, source in _hub_folders(cache):
        if models := list(_read(name, snapshot, source)):
            found[name] = models
    for models in found.values():
        yield from models


def _of_ollama() -> Iterator[ModelOnDisk]:
    """By its manifests, one a tag, which name a blob by its hash."""
    homes = (Path(os.environ.get("OLLAMA_MODELS") or _home(".ollama/models")), Path("/usr/share/ollama/.ollama/models"))
    for home in homes:
        for manifest in _matching(home / "manifests", "*/*/*/*"):
            try:
                layers = json.loads(read_regular(manifest, LARGEST_MANIFEST))["layers"]
                digest = next(str(each["digest"]) for each in layers if each["mediaType"] == OLLAMA_MODEL)
            except (OSError, ValueError, LookupError, TypeError, StopIteration, RecursionError):
                continue
            blob = home / "blobs" / digest.replace(":", "-")
            host, owner, model, tag = manifest.parts[-4:]
            place = [host] * (host != "registry.ollama.ai") + [owner] * (owner != "library") + [model]
            if blob.parent == home / "blobs" and is_gguf(blob):
                yield from _gguf(f"ollama:{'/'.join(place)}:{tag}", blob, "Ollama")


def _of_lm_studio() -> Iterator[ModelOnDisk]:
    for home in (_home(".lmstudio/models"), _home(".cache/lm-studio/models")):
        for file in _matching(home, "*/*/*.gguf"):
            yield from _gguf(f"lmstudio:{'/'.join(file.parts[-3:])}", file, "LM Studio")


def _of_llama_cpp() -> Iterator[ModelOnDisk]:
    usual = _home("Library/Caches/llama.cpp" if sys.platform == "darwin" else ".cache/llama.cpp")
    for file in _matching(Path(os.environ.get("LLAMA_CACHE") or usual), "*.gguf"):
        yield from _gguf(f"llama.cpp:{file.name}", file, "llama.cpp")


def _home(below: str) -> Path:
    return Path(os.path.expanduser("~")) / below


def _matching(folder: Path, pattern: str) -> list[Path]:
    """Sorted; empty where the folder cannot be looked into: another user's cache, say."""
    try:
        return sorted(folder.glob(pattern))
    except OSError:
        return []


def _snapshots(folder: Path) -> list[Path]:
    """A cached model's snapshots, the one that `main` points at first."""
    try:
        main = read_regular(folder / "refs" / "main").decode("utf-8").strip()
    except (OSError, ValueError):
        main = ""
    return sorted(_matching(folder, "snapshots/*"), key=lambda snapshot: (snapshot.name != main, snapshot.name))


# ── models ───────────────────────────────────────────────────────────────────────────────────────────────────


def _read(name: str, folder: Path, source: str) -> Iterator[ModelOnDisk]:
    """What a folder, or a file in phitui's own, holds: a model, an adapter, or GGUF files."""
    if folder.suffix == ".gguf":
        yield from _gguf(name, folder, source)
        return
    for read in (_weights, _adapter):
        if model := _hostile(read, folder):
            yield replace(model, id=one_line(name), path=folder, source=source)
            return
    files = [file for file in _matching(folder, "*.gguf") if not file.name.startswith("mmproj")]
    for file in files:
        yield from _gguf(name if len(files) == 1 else f"{name}/{file.name}", file, source)


def _hostile(read: Callable[[Path], Read], folder: Path) -> Read | None:
    """What `read` makes of files that anyone may have written; None where they make no sense."""
    try:
        return read(folder)
    except (OSError, ValueError, AttributeError, LookupError, TypeError, RecursionError):
        return None


def _weights(folder: Path) -> ModelOnDisk | None:
    """None for what is no causal language model with safetensors weights, or one that was made into a search model."""
    if (folder / MODULES).exists():
        return None
    config = read_json(folder / "config.json")
    architecture = str((config.get("architectures") or [""])[0])
    size = _size(folder, "*.safetensors")
    if not size or not architecture.endswith(WRITERS):
        return None
    inner: Any = config.get("text_config") or {}
    window = next((at[key] for at in (config, inner) for key in WINDOW_KEYS if at.get(key)), None)
    return ModelOnDisk("", folder, size, one_line(architecture, 60), window if isinstance(window, int) else None)


def _search_model(folder: Path) -> ModelOnDisk | None:
    """None for what is neither a classifier of pairs nor built of sentence-transformers' modules."""
    architecture = str((read_json(folder / "config.json").get("architectures") or [""])[0])
    sorts = architecture.endswith("ForSequenceClassification")
    modules = [str(each["type"]) for each in read_json(folder / MODULES)] if (folder / MODULES).exists() else []
    size = _size(folder, "*.safetensors")
    if not size or not (sorts or modules):
        return None
    settings = _hostile(lambda place: read_json(place / "config_sentence_transformers.json"), folder) or {}
    pairs = sorts or "CrossEncoder" in str(settings.get("model_type")) or any("LogitScore" in kind for kind in modules)
    return ModelOnDisk("", folder, size, one_line(architecture, 60), None, kind="reranker" if pairs else "embedder")


def _adapter(folder: Path) -> ModelOnDisk | None:
    config = read_json(folder / "adapter_config.json")
    size, base = _size(folder, "adapter_model.safetensors"), config.get("base_model_name_or_path")
    shown = one_line(base, 120) if isinstance(base, str) else ""
    kind = one_line(str(config.get("peft_type")), 20)
    return ModelOnDisk("", folder, size, kind, None, kind="adapter", base=shown) if size else None


def _gguf(name: str, file: Path, source: str) -> Iterator[ModelOnDisk]:
    """Nothing for what is no model that writes: embedders, projectors for pictures."""
    try:
        header, size = read_header(file), file.stat().st_size
    except (ModelError, OSError):
        return
    kind = header.architecture
    if kind.endswith("bert") or kind in ("clip", "t5encoder"):
        return
    yield ModelOnDisk(one_line(name), file, size, one_line(kind, 60), header.context_window, source, "gguf")


def _size(folder: Path, pattern: str) -> int:
    return sum(file.stat().st_size for file in folder.glob(pattern))
