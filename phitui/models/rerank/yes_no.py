"""A language model that was trained to say "yes" where a passage answers a question: Qwen3-Reranker and its kin."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from phitui.errors import ModelError
from phitui.models.hub.checkpoint import model_name
from phitui.models.inspection.model_files import read_json
from phitui.models.inspection.modules import inspect_modules, modules_of
from phitui.models.rerank.pair_format import PairFormat
from phitui.models.transformer.likelihood import LONGEST, LONGEST_QUESTION
from phitui.models.weights import causal_model

NAMED = re.compile(r"qwen3-(vl-)?rerank", re.IGNORECASE)
"""Those that were published before their folders said how they are to be asked."""


def says_yes_or_no(folder: Path, name: str) -> bool:
    """Whether a folder's modules end in a score of two tokens, or the model's name tells it.

    Raises ModelError where its modules are damaged or not known.
    """
    return _score_module(folder, model_name(name)) is not None or bool(NAMED.search(name[-200:]))


def _score_module(folder: Path, shown: str) -> Path | None:
    for module in modules_of(folder, shown):
        if module["type"].endswith(".LogitScore"):
            return folder / str(module["path"])
    return None


class YesNo:
    """The log-odds of "yes" behind each pair. Used on the model thread alone."""

    def __init__(self, folder: Path, device: str):
        """Raises ModelError."""
        from transformers import AutoTokenizer

        shown = model_name(str(folder))
        inspect_modules(folder, shown)
        tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        self._yes, self._no = _answers(folder, tokenizer, shown)
        self._format = PairFormat(tokenizer)
        self._model = causal_model(folder, device)
        if self._yes >= (most := self._model.get_output_embeddings().weight.shape[0]) or (self._no or 0) >= most:
            raise ModelError(f"{shown} names tokens for its answers that it does not have: download it again.")

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """Logit of "yes" less that of "no", which some models do not ask for."""
        import torch

        if not texts:
            return []
        rows = [self._format.ids(question, text, LONGEST_QUESTION, LONGEST) for text in texts]
        width, device = max(len(row) for row in rows), self._model.device
        ids = torch.tensor([row + [0] * (width - len(row)) for row in rows], device=device)
        seen = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows], device=device)
        last = torch.tensor([len(row) - 1 for row in rows], device=device)
        with torch.inference_mode():
            states = self._model.base_model(input_ids=ids, attention_mask=seen, use_cache=False).last_hidden_state
            # Of the vocabulary two rows are wanted, but a head may do more than multiply.
            logits = self._model.get_output_embeddings()(states[torch.arange(len(rows)), last]).float()
            found = logits[:, self._yes] - (logits[:, self._no] if self._no is not None else 0)
        return [float(each) for each in found.cpu()]


def _answers(folder: Path, tokenizer: Any, shown: str) -> tuple[int, int | None]:
    """The tokens of "yes" and "no": those that its settings name, or those of the two words. Raises ModelError."""
    module = _score_module(folder, shown)
    if module is not None:
        try:
            settings = read_json(module / "config.json")
            yes, no = settings["true_token_id"], settings.get("false_token_id")
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            yes, no = None, None
        if not isinstance(yes, int) or not isinstance(no, int | None) or yes < 0 or (no or 0) < 0:
            raise ModelError(f"{shown} does not say which tokens are its answers: download it again.")
        return yes, no
    rows = [tokenizer(word, add_special_tokens=False)["input_ids"] for word in ("yes", "no")]
    if not all(rows) or rows[0][0] == rows[1][0]:
        raise ModelError(f"{shown} has no tokens for yes and no, so it cannot rerank.")
    return rows[0][0], rows[1][0]
