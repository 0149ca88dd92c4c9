"""Which models there are: on disk, and worth a download."""

from dataclasses import dataclass
from pathlib import Path

from phitui.models.hub.packaged import SMOLLM2, is_installed
from phitui.models.inspection.model_files import read_json
from phitui.text import one_line


@dataclass(frozen=True, slots=True)
class ModelOnDisk:
    """A model that can be loaded without a download."""

    id: str
    path: Path
    bytes: int
    """Size of its weights."""
    architecture: str
    context_window: int | None
    """Tokens."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A model worth offering."""

    id: str
    bytes: int
    """Download size; about the device memory it takes in bfloat16."""
    why: str


CHOICES = (
    Choice("microsoft/phi-2", 5_560_000_000, "the default: 2.7 B parameters, base model, 2,048 tokens"),
    Choice("Qwen/Qwen2.5-1.5B-Instruct", 3_090_000_000, "smaller, follows instructions, long window"),
    Choice("HuggingFaceTB/SmolLM2-360M-Instruct", 724_000_000, "runs on a CPU"),
    *(
        [Choice(SMOLLM2, 269_000_000, "there already, in a Python package; small, to try things")]
        if is_installed()
        else []
    ),
)


WINDOW_KEYS = ("max_position_embeddings", "n_positions", "n_ctx")


def models_on_disk(models_folder: Path) -> list[ModelOnDisk]:
    """Downloads of phitui's and causal language models in the hub's cache, by id. Reads config.json files only."""
    from huggingface_hub.constants import HF_HUB_CACHE

    found = {}
    for folder in _matching(Path(HF_HUB_CACHE), "models--*"):
        name = folder.name.removeprefix("models--").replace("--", "/")
        for snapshot in _snapshots(folder):
            if model := _read(name, snapshot):
                found[name] = model
                break
    for folder in _matching(models_folder, "*"):
        name = folder.name.replace("--", "/")
        if not folder.name.startswith(".") and (model := _read(name, folder)):
            found[name] = model
    return [found[name] for name in sorted(found)]


def _matching(folder: Path, pattern: str) -> list[Path]:
    """Sorted; empty where the folder cannot be looked into: another user's cache, say."""
    try:
        return sorted(folder.glob(pattern))
    except OSError:
        return []


def _snapshots(folder: Path) -> list[Path]:
    """A cached model's snapshots, the one that `main` points at first."""
    try:
        main = (folder / "refs" / "main").read_text("utf-8").strip()
    except (OSError, ValueError):
        main = ""
    return sorted(_matching(folder, "snapshots/*"), key=lambda snapshot: (snapshot.name != main, snapshot.name))


def _read(name: str, folder: Path) -> ModelOnDisk | None:
    """None for what is no causal language model with safetensors weights. The file is hostile until read."""
    try:
        config = read_json(folder / "config.json")
        architecture = str((config.get("architectures") or [""])[0])
        weights = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
        inner = config.get("text_config") or {}
        window = next((at[key] for at in (config, inner) for key in WINDOW_KEYS if at.get(key)), None)
    except (OSError, ValueError, AttributeError, LookupError, TypeError, RecursionError):
        return None
    if not weights or not architecture.endswith(("ForCausalLM", "LMHeadModel", "ForConditionalGeneration")):
        return None
    return ModelOnDisk(
        one_line(name), folder, weights, one_line(architecture, 60), window if isinstance(window, int) else None
    )
