"""Cross-encoders: encoders that read question and passage together and end in one score."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from phitui.errors import ModelError
from phitui.models.hub.checkpoint import model_name
from phitui.models.inspection.inspector import inspect
from phitui.models.inspection.modules import inspect_modules, modules_of
from phitui.models.rerank.pair_format import PairFormat, has_pair_template
from phitui.models.transformer.likelihood import LONGEST, LONGEST_QUESTION
from phitui.text import one_line


def is_modular(folder: Path) -> bool:
    """Whether it is built of more modules than a classifier is, as the ettin rerankers are.

    Raises ModelError where they are damaged or not known.
    """
    kinds = [module["type"].rpartition(".")[2] for module in modules_of(folder, model_name(str(folder)))]
    return len(kinds) > 1 and "Dense" in kinds


class CrossEncoder:
    """A sequence classifier with one label. Used on the model thread alone."""

    def __init__(self, folder: Path, device: str):
        import torch
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        inspect(folder, model_name(str(folder)))
        options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, **options)
        kind = torch.float16 if device.startswith("cuda") else torch.float32
        model: Any = AutoModelForSequenceClassification.from_pretrained(
            folder, dtype=kind, use_safetensors=True, **options
        )
        if model.config.num_labels != 1:
            raise ModelError(
                f"{one_line(folder.name, 80)} sorts into {model.config.num_labels} kinds: it cannot rerank."
            )
        self._model = model.to(device).eval()
        self._longest = min(int(self._tokenizer.model_max_length), LONGEST + LONGEST_QUESTION)
        window = getattr(model.config, "max_position_embeddings", None)
        if isinstance(window, int) and window > 0:
            self._longest = min(self._longest, window)
        self._format = PairFormat(self._tokenizer) if has_pair_template(self._tokenizer) else None

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """The label's logit of each pair."""
        import torch

        pairs = (self._paired(question, texts) if self._format is None else self._written(question, texts)).to(
            self._model.device
        )
        with torch.inference_mode():
            return [float(value) for value in self._model(**pairs).logits[:, 0].float().cpu()]

    def _paired(self, question: str, texts: Sequence[str]) -> Any:
        return self._tokenizer(
            [question] * len(texts),
            list(texts),
            padding=True,
            truncation="only_second",
            max_length=self._longest,
            return_tensors="pt",
        )

    def _written(self, question: str, texts: Sequence[str]) -> Any:
        """By its own template."""
        assert self._format is not None
        rows = [self._format.ids(question, text, LONGEST_QUESTION, LONGEST) for text in texts]
        return self._tokenizer.pad({"input_ids": rows}, return_tensors="pt")


class ModularCrossEncoder:
    """One of sentence-transformers' modules, as the ettin rerankers are. Used on the model thread alone."""

    def __init__(self, folder: Path, device: str):
        """Raises ModelError."""
        shown = model_name(str(folder))
        inspect_modules(folder, shown)
        import sentence_transformers
        import torch

        kind = torch.float16 if device.startswith("cuda") else torch.float32
        self._model: Any = sentence_transformers.CrossEncoder(
            str(folder),
            device=device,
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True, "dtype": kind},
            activation_fn=torch.nn.Identity(),  # else one that its settings name is imported
        )
        if self._model.num_labels != 1:
            raise ModelError(f"{shown} sorts into {self._model.num_labels} kinds: it cannot rerank.")
        longest = self._model.max_length or LONGEST + LONGEST_QUESTION
        self._model.max_length = min(int(longest), LONGEST + LONGEST_QUESTION)

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """What the last module makes of each pair."""
        made = self._model.predict(
            [(question, text) for text in texts], batch_size=max(1, len(texts)), show_progress_bar=False
        )
        return [float(each) for each in made]
