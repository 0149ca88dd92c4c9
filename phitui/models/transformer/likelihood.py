"""How likely a language model finds a question after a passage, or a "yes" after a passage and a claim.

log P(question | passage) as a score of relevance: Sachan et al. 2022, arXiv:2204.07496. A base model does it as well as
one that follows instructions, and needs no training for it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONGEST = 700
"""Tokens of a passage that are read; the rest of the window is for the question."""
LONGEST_QUESTION = 200
BEFORE = "Passage: "
CLAIMED = "\nClaim: "
SAYS = "\nQuestion: Does the passage say what the claim says? Answer yes or no.\nAnswer:"
AFTER = "\nPlease write a question based on this passage.\nQuestion:"


class QuestionLikelihood:
    """Mean log-probability of the question's tokens behind the passage. Used on the model thread alone."""

    def __init__(self, tokenizer: Any, model: Any):
        """`model` is transformers' causal language model."""
        self._tokenizer, self._model = tokenizer, model
        self._before: list[int] = tokenizer(BEFORE)["input_ids"]
        self._after = self._plain(AFTER)

    def _plain(self, text: str) -> list[int]:
        return list(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """Natural logarithm a token, 0 for a question without any."""
        import torch

        wanted = self._plain(" " + question)[:LONGEST_QUESTION]
        if not wanted or not texts:
            return [0.0] * len(texts)
        rows = [[*self._before, *self._plain(text)[:LONGEST], *self._after, *wanted] for text in texts]
        width = max(len(row) for row in rows)
        device = self._model.device
        ids = torch.tensor([row + [0] * (width - len(row)) for row in rows], device=device)
        seen = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows], device=device)
        # The position before a token is what predicts it; only these rows go through the vocabulary.
        places = torch.tensor([range(len(row) - len(wanted) - 1, len(row) - 1) for row in rows], device=device)
        with torch.inference_mode():
            states = self._model.base_model(input_ids=ids, attention_mask=seen, use_cache=False).last_hidden_state
            states = states.gather(1, places.unsqueeze(-1).expand(-1, -1, states.shape[-1]))
            likely = self._model.get_output_embeddings()(states).float().log_softmax(-1)
            found = likely.gather(2, torch.tensor(wanted, device=device).expand(len(rows), -1).unsqueeze(-1))
        return [float(value) for value in found.squeeze(-1).mean(1).cpu()]


class ClaimLikelihood:
    """Whether a passage says a claim, by the likelihood of two answers. Used on the model thread alone."""

    def __init__(self, tokenizer: Any, model: Any):
        """`model` is transformers' causal language model."""
        self._tokenizer, self._model = tokenizer, model
        yes, no = ([self._first(word) for word in words] for words in ((" yes", " Yes"), (" no", " No")))
        self._answers = (yes, no)

    def _first(self, text: str) -> int:
        return int(self._tokenizer(text, add_special_tokens=False)["input_ids"][0])

    def read(self, pairs: Sequence[tuple[str, str]]) -> "NDArray[np.float32]":
        """(pairs, 3): P(yes) against P(no), its complement, and 0: "no" tells no contradiction from silence."""
        import numpy as np
        import torch

        def cut(text: str, most: int) -> list[int]:
            return list(self._tokenizer(text, add_special_tokens=False)["input_ids"][:most])

        before: list[int] = self._tokenizer(BEFORE)["input_ids"]
        rows = [
            [*before, *cut(text, LONGEST), *cut(CLAIMED, 99), *cut(claim, LONGEST_QUESTION), *cut(SAYS, 99)]
            for text, claim in pairs
        ]
        width, device = max(len(row) for row in rows), self._model.device
        ids = torch.tensor([row + [0] * (width - len(row)) for row in rows], device=device)
        seen = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows], device=device)
        last = torch.tensor([len(row) - 1 for row in rows], device=device)
        with torch.inference_mode():
            states = self._model.base_model(input_ids=ids, attention_mask=seen, use_cache=False).last_hidden_state
            states = states[torch.arange(len(rows), device=device), last]
            logits = self._model.get_output_embeddings()(states).float()
            yes, no = (logits[:, answers].logsumexp(1) for answers in self._answers)
            likely = torch.sigmoid(yes - no).cpu().numpy()
        found = np.zeros((len(pairs), 3), np.float32)
        found[:, 0], found[:, 1] = likely, 1 - likely
        return found
