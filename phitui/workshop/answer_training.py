"""Trains the adapter of `phitui.models.embed.answer_reader` on pairs of a question and a sentence.

All weights of the bundled embedder's layers learn; then what they have learned is cut to a few directions for each
product, which keeps nearly all of it in a fifteenth of the room. (Adapters that have only these directions from the
start, as in LoRA, Hu et al. 2021, arXiv:2106.09685, learned less from as many pairs.)
"""

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from phitui.models.embed.minilm import mean_state

RANK = 16
"""Directions that are kept of the change of each product."""
EPOCHS = 2
BATCH = 32
RATE = 1e-4
ROW_RATE = 1e-3
WARM_UP = 0.1
"""Share of the steps in which the rate grows; it falls in the others."""
LONGEST = 128
"""Tokens of a pair; the sentence is cut."""
LENGTHS_MIXED = 20
"""Characters by which pairs of about the same length differ at random, so that batches do."""

Pair = tuple[str, str, bool]
"""(question, sentence, whether the sentence answers the question)."""


def train(pairs: Sequence[Pair], folder: Path, seed: int, tell: Callable[[str], object]) -> dict[str, Any]:
    """The adapter's tensors, half precision, by name. `folder` is that of the bundled embedder."""
    import torch
    from torch import nn
    from transformers import AutoTokenizer, BertModel

    torch.manual_seed(seed)
    chance = random.Random(seed)
    tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    loaded: Any = BertModel.from_pretrained(folder, add_pooling_layer=False, local_files_only=True)
    encoder = loaded.float()
    for weight in encoder.embeddings.parameters():
        weight.requires_grad_(False)
    learned = {name: weight for name, weight in encoder.named_parameters() if weight.requires_grad}
    before = {name: weight.detach().clone() for name, weight in learned.items()}
    row = nn.Linear(2 * encoder.config.hidden_size, 1)
    dropped = nn.Dropout(0.1)

    def log_odds(batch: Sequence[Pair]) -> Any:
        made = tokenizer(
            [question for question, _, _ in batch],
            [sentence for _, sentence, _ in batch],
            truncation="only_second",
            max_length=LONGEST,
            padding=True,
            return_tensors="pt",
        )
        with torch.autocast("cpu", torch.bfloat16):
            hidden = encoder(**made).last_hidden_state.float()
        return row(dropped(torch.cat([hidden[:, 0], mean_state(hidden, made["attention_mask"])], 1)))[:, 0]

    def length(pair: Pair) -> float:
        return len(pair[0]) + len(pair[1]) + chance.random() * LENGTHS_MIXED

    ordered = sorted(pairs, key=length)
    batches = [ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH)]
    groups: list[dict[str, Any]] = [{"params": list(learned.values())}, {"params": list(row.parameters())}]
    optimiser = torch.optim.AdamW(groups, lr=ROW_RATE, weight_decay=0.01)
    steps, step = EPOCHS * len(batches), 0
    encoder.train()
    for epoch in range(EPOCHS):
        chance.shuffle(batches)
        total = 0.0
        for batch in batches:
            step += 1
            optimiser.param_groups[0]["lr"] = RATE * min(1, step / (WARM_UP * steps)) * max(0.02, 1 - step / steps)
            right = torch.tensor([float(each[2]) for each in batch])
            with torch.enable_grad():
                loss: Any = nn.functional.binary_cross_entropy_with_logits(log_odds(batch), right)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(list(learned.values()), 1.0)
            optimiser.step()
            total += float(loss.detach())
        tell(f"epoch {epoch + 1} of {EPOCHS}: loss {total / len(batches):.3f}")
    found = {"row": row.weight[0], "bias": row.bias[0]}
    for name, weight in learned.items():
        change = weight.detach() - before[name]
        found |= _cut(name, change) if change.dim() == 2 else {name: change}
    return {name: tensor.detach().half().contiguous() for name, tensor in found.items()}


def _cut(name: str, change: Any) -> dict[str, Any]:
    """The RANK strongest directions of a change: NAME.a (RANK, in) and NAME.b (out, RANK)."""
    import torch

    out, strength, inward = torch.linalg.svd(change, full_matrices=False)
    root = strength[:RANK].sqrt()
    return {f"{name}.a": root[:, None] * inward[:RANK], f"{name}.b": out[:, :RANK] * root}
