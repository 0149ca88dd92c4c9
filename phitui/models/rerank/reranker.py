"""Rerankers: which model reorders a search's best candidates, in small jobs of the model thread.

A cross-encoder's score, the "yes" of a language model that was trained to judge, or how likely any other language model
finds the question after the passage.
"""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from phitui.errors import ModelError
from phitui.models.batches import CARD_CHARACTERS, batches
from phitui.models.device import best_device, on_device
from phitui.models.engine import Engine
from phitui.models.engines.local import LocalEngine
from phitui.models.hub.checkpoint import model_folder, model_name, one_sentence, read_config
from phitui.models.inspection.inspector import inspect
from phitui.models.rerank.cross_encoder import CrossEncoder, ModularCrossEncoder, is_modular
from phitui.models.rerank.yes_no import YesNo, says_yes_or_no
from phitui.models.thread import ModelThread, Priority, is_out_of_memory, quiet_collector, release_memory
from phitui.models.transformer.likelihood import QuestionLikelihood
from phitui.models.weights import causal_model

BATCH = 4
"""Passages a job on a CPU: a token of an answer that is being generated waits no longer."""

Score = Callable[[str, Sequence[str]], list[float]]


class ThreadReranker:
    """Scores passages in small batches, each a job of the model thread; loads at its first use."""

    def __init__(self, name: str, thread: ModelThread, load: Callable[[], Score], device: str = "cpu"):
        """`device`: where what is loaded computes; or auto."""
        self.name = name
        self._thread, self._load, self._device = thread, load, device
        self._score: Score | None = None

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """Higher is better; only scores of one question can be compared. Raises ModelError."""
        found = [0.0] * len(texts)
        lengths = [len(question) + len(text) for text in texts]
        device = self._thread.run(lambda: best_device(self._device), Priority.QUERY) if texts else ""
        on_card = device.startswith("cuda")
        for some in batches(lengths, CARD_CHARACTERS if on_card else sys.maxsize, None if on_card else BATCH):
            made = self._thread.run(partial(self._batch, question, [texts[i] for i in some]), Priority.QUERY)
            for place, score in zip(some, made, strict=True):
                found[place] = score
        return found

    def _batch(self, question: str, texts: Sequence[str]) -> list[float]:
        with on_device(best_device(self._device)):
            return self._run(question, texts)

    def _run(self, question: str, texts: Sequence[str]) -> list[float]:
        if self._score is None:
            with one_sentence(f"The reranker {self.name}"), quiet_collector():
                self._score = self._load()
        try:
            return self._score(question, texts)
        except Exception as error:
            if len(texts) == 1 or not is_out_of_memory(error):
                raise
            release_memory(error)
        return [score for text in texts for score in self._run(question, [text])]


class Rerankers:
    """Which reranker the setting means now: that depends on whether a language model is loaded, and where."""

    def __init__(self, setting: str, thread: ModelThread, device: str, models_folder: Path):
        """`setting`: auto, on, off, or a model's id or folder."""
        self._setting, self._thread, self._device, self._models_folder = setting, thread, device, models_folder
        self._named: dict[str, ThreadReranker] = {}

    def now(self, engine: Engine, model: str) -> ThreadReranker | None:
        """`model` is what `engine` was made from. Raises ModelError for a model that was named and is not there."""
        if self._setting == "off":
            return None
        if self._setting not in ("auto", "on"):
            return self._of(self._setting)
        if not isinstance(engine, LocalEngine):
            return None
        if engine.loaded and (self._setting == "on" or not engine.device.startswith("cpu")):
            return ThreadReranker(engine.name, self._thread, lambda: engine.likelihood().scores, engine.device)
        return self._of(model) if self._setting == "on" else None

    def _of(self, model: str) -> ThreadReranker:
        if model not in self._named:
            self._named[model] = reranker_for(model, self._thread, self._device, self._models_folder)
        return self._named[model]


def reranker_for(model: str, thread: ModelThread, device: str, models_folder: Path) -> ThreadReranker:
    """A cross-encoder or a causal language model, by id or folder. Loads nothing yet. Raises ModelError."""
    folder = model_folder(model, models_folder)
    made = _kind(folder, model)
    return ThreadReranker(model_name(model), thread, lambda: made(folder, best_device(device)).scores, device)


def _kind(folder: Path, model: str) -> Callable[[Path, str], "_Reads"]:
    """What reads pairs with the model in that folder. Raises ModelError where nothing does."""
    kinds = [str(each) for each in read_config(folder, model).get("architectures") or [] if isinstance(each, str)]
    if any(kind.endswith(("ForCausalLM", "LMHeadModel")) for kind in kinds):
        return YesNo if says_yes_or_no(folder, model) else _Likelihood
    if is_modular(folder):
        return ModularCrossEncoder
    if any(kind.endswith("ForSequenceClassification") for kind in kinds):
        return CrossEncoder
    raise ModelError(f"{model_name(model)} is neither a language model nor a cross-encoder, so it cannot rerank.")


class _Reads(Protocol):
    """A loaded model that scores passages for a question."""

    def scores(self, question: str, texts: Sequence[str]) -> list[float]: ...


class _Likelihood:
    """Any other causal language model: how likely it finds the question after the passage."""

    def __init__(self, folder: Path, device: str):
        from transformers import AutoTokenizer

        inspect(folder, model_name(str(folder)))
        tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        self.scores = QuestionLikelihood(tokenizer, causal_model(folder, device)).scores
