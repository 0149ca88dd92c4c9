"""How a model is tuned: what may be chosen, and the two sets of choices that have names."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

Method = Literal["lora", "full"]


@dataclass(frozen=True, slots=True)
class Plan:
    """Choices for one run."""

    method: Method = "lora"
    epochs: float = 3.0
    batch: int = 8
    """Records that are read together."""
    accumulate: int = 1
    """Batches that make one step."""
    learning_rate: float = 2e-4
    weight_decay: float = 0.0
    warmup: float = 0.05
    """Share of the steps in which the learning rate rises."""
    schedule: Literal["cosine", "linear"] = "cosine"
    rank: int = 16
    """Of an adapter: numbers for each row and column of a matrix."""
    alpha: int = 32
    """What an adapter's effect is multiplied by, times its rank."""
    dropout: float = 0.05
    longest: int = 1024
    """Tokens of a record that are read; the rest is cut off."""
    validation: float = 0.1
    """Share of the records that is kept to measure on."""
    patience: int = 3
    """Measurements without a lower loss, after which it ends; 0 is never."""
    seed: int = 0
    sparing: bool = False
    """Works parts out twice instead of keeping them (gradient checkpointing): a third slower, far less memory."""
    four_bit: bool = False
    """Reads the weights under an adapter in four bits (QLoRA, Dettmers et al. 2023, arXiv:2305.14314): a quarter of
    their memory in half precision, slower, and what is learnt fits rounded weights."""


FULL_LEARNING_RATE = 2e-5
"""All weights bear a tenth of what an adapter's few numbers do (Biderman et al. 2024, arXiv:2405.09673)."""
TUTORIAL = Plan(
    batch=1, learning_rate=5e-5, weight_decay=0.01, warmup=0.0, schedule="linear", alpha=16, dropout=0.0, patience=0
)
"""What the tutorials for phi-2 write into TrainingArguments."""
PRESETS = {"default": Plan(), "tutorial": TUTORIAL}
"""The default differs from the tutorials: eight records a step and a learning rate of 2e-4, because an adapter's few
numbers bear ten times what all weights do; a short warm-up, because the first steps of Adam are blind; an end where the
validation loss no longer falls."""


def default_for(method: Method, preset: str) -> Plan:
    """The named choices for that method."""
    plan = PRESETS[preset]
    if method == "lora" or preset != "default":
        return plan if method == "lora" else replace(plan, method=method)
    return replace(plan, method=method, learning_rate=FULL_LEARNING_RATE)


def changed(plan: Plan, given: Mapping[str, Any]) -> Plan:
    """The plan with the fields that somebody gave."""
    fields = dict(given)
    if "rank" in fields:  # an adapter's effect is alpha / rank: of any size it is then as strong
        fields["alpha"] = plan.alpha * fields["rank"] // plan.rank or 1
    return replace(plan, **fields)
