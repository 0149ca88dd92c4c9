"""Readers of a text and a claim on the model thread: the bundled one, a classifier, or a language model.

A classifier's config has to name its outputs: those of natural language inference (entailment, neutral, contradiction,
as DeBERTa and ModernBERT models have them), or two that tell supported from not (as MiniCheck's, Tang et al. 2024,
arXiv:2404.10774). A language model tells it by the likelihood of its two answers, yes and no.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phitui.errors import ModelError
from phitui.models.device import best_device, on_device
from phitui.models.embed.checker_fits import CheckerFits
from phitui.models.embed.embedder import bundled_folder
from phitui.models.hub.checkpoint import model_folder, model_name, one_sentence, read_config
from phitui.models.inspection.inspector import inspect
from phitui.models.thread import ModelThread, Priority, is_out_of_memory, quiet_collector, release_memory
from phitui.models.transformer.likelihood import ClaimLikelihood
from phitui.models.weights import causal_model

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BUNDLED, LOADED = "bundled", "model"
"""Settings that name no id or folder: what phitui ships, and the language model that answers."""
BATCH = 48
"""Pairs a job of the model thread: a question waits no longer than for these."""
LONGEST = 512
"""Tokens of a pair."""

Pairs = Sequence[tuple[str, str]]
Read = Callable[[Pairs], "NDArray[np.float32]"]


class ThreadChecker:
    """Reads pairs in batches, each a job of the model thread; loads at its first use."""

    def __init__(
        self,
        name: str,
        thread: ModelThread,
        load: Callable[[], Read],
        fitted: Mapping[str, Any] | None = None,
        device: str = "cpu",
    ):
        """`device`: where what is loaded computes; or auto."""
        self.name, self.fitted = name, fitted
        self._thread, self._load = thread, load
        self._device = device
        self._read: Read | None = None

    def read(self, pairs: Pairs) -> "NDArray[np.float32]":
        """(pairs, 3): how likely the claim follows, is another matter, is contradicted. Raises ModelError."""
        import numpy as np

        order = sorted(range(len(pairs)), key=lambda place: len(pairs[place][0]) + len(pairs[place][1]))
        rows = np.zeros((len(pairs), 3), np.float32)
        for start in range(0, len(order), BATCH):
            some = order[start : start + BATCH]
            rows[some] = self._thread.run(lambda some=some: self._batch([pairs[i] for i in some]), Priority.QUERY)  # type: ignore[misc]
        return rows

    def _batch(self, pairs: Pairs) -> "NDArray[np.float32]":
        with on_device(best_device(self._device)):
            return self._run(pairs)

    def _run(self, pairs: Pairs) -> "NDArray[np.float32]":
        if self._read is None:
            with one_sentence(f"The checker {self.name}"), quiet_collector():
                self._read = self._load()
        try:
            return self._read(pairs)
        except Exception as error:
            if len(pairs) == 1 or not is_out_of_memory(error):
                raise
            release_memory(error)
        import numpy as np

        half = len(pairs) // 2
        return np.concatenate([self._run(pairs[:half]), self._run(pairs[half:])])


def checker_for(
    name: str, thread: ModelThread, device: str, models_folder: Path, fits: CheckerFits | None = None
) -> ThreadChecker:
    """`bundled`, or a classifier or language model by id or folder. Loads nothing yet. Raises ModelError.

    `fits` holds what was fitted for it.
    """
    shown = BUNDLED if name == BUNDLED else model_name(name)
    fitted = fits.of(shown) if fits else None
    if name == BUNDLED:
        return ThreadChecker(BUNDLED, thread, lambda: _bundled(device), fitted, device)
    folder = model_folder(name, models_folder)
    config = read_config(folder, name)
    kinds = [str(each) for each in config.get("architectures") or []]
    if any(kind.endswith(("ForCausalLM", "LMHeadModel")) for kind in kinds):
        return ThreadChecker(shown, thread, lambda: _language_model(folder, best_device(device)), fitted, device)
    labels = outputs(config, shown)
    return ThreadChecker(shown, thread, lambda: Classifier(folder, best_device(device), labels).read, fitted, device)


def _language_model(folder: Path, device: str) -> Read:
    from transformers import AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    return ClaimLikelihood(tokenizer, causal_model(folder, device)).read


def _bundled(device: str) -> Read:
    from phitui.models.embed.claim_reader import ClaimReader

    return ClaimReader(bundled_folder(), best_device(device)).read


def outputs(config: dict[str, Any], name: str) -> tuple[int, int | None, int | None]:
    """Which output means that it follows, is another matter, is contradicted. Raises ModelError where none is named.

    Of two outputs the one that does not support is another matter.
    """
    given = config.get("id2label", {"0": "LABEL_0", "1": "LABEL_1"})  # left out of the file where there are two
    kinds = [str(each) for each in config.get("architectures") or [] if isinstance(each, str)]
    if not any(kind.endswith("ForSequenceClassification") for kind in kinds) or not isinstance(given, dict):
        raise ModelError(f"{name} is neither a classifier of texts nor a language model, so it cannot check claims.")
    labels = {int(key): str(value).lower().replace("-", "_") for key, value in given.items() if str(key).isdigit()}

    def named(words: str) -> int | None:
        return next((key for key, label in labels.items() if re.fullmatch(words, label)), None)

    follows = named("entail(ment|s|ed)?|support(s|ed)?|consistent")
    other = named(
        "neutral|not_?enough_?info|not_entail(ment|ed)?|(un|not_)support(ed|s)?|inconsistent|refutes?_?or_?nei"
    )
    against = named("contradict(ion|s|ed)?|refute(s|d)?")
    if follows is None and len(labels) == 2:
        follows, other = 1, 0  # as MiniCheck's, whose config gives numbers alone
    if follows is None:
        shown = ", ".join(sorted(labels.values()))[:100]
        raise ModelError(f"{name} names no output that means entailment ({shown}), so it cannot check claims.")
    return follows, other, against


class Classifier:
    """transformers' sequence classifier. Used on the model thread alone."""

    def __init__(self, folder: Path, device: str, labels: tuple[int, int | None, int | None]):
        import torch
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        inspect(folder, model_name(str(folder)))
        options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        self._labels = labels
        self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, **options)
        kind = torch.float16 if device.startswith("cuda") else torch.float32
        model: Any = AutoModelForSequenceClassification.from_pretrained(
            folder, dtype=kind, use_safetensors=True, **options
        )
        self._model = model.to(device).eval()
        self._longest = min(int(self._tokenizer.model_max_length), LONGEST)

    def read(self, pairs: Pairs) -> "NDArray[np.float32]":
        """(pairs, 3), as `ThreadChecker.read`."""
        import numpy as np
        import torch

        made = self._tokenizer(
            [text for text, _ in pairs],
            [claim for _, claim in pairs],
            padding=True,
            truncation="longest_first",
            max_length=self._longest,
            return_tensors="pt",
        ).to(self._model.device)
        with torch.inference_mode():
            likely = self._model(**made).logits.float().softmax(1).cpu().numpy()
        rows = np.zeros((len(pairs), 3), np.float32)
        for place, label in enumerate(self._labels):
            if label is not None:
                rows[:, place] = likely[:, label]
        if self._labels[1] is None:
            rows[:, 1] = 1 - rows[:, 0] - rows[:, 2]
        return rows
