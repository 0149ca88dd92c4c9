"""The memory that tuning takes, worked out before anything is loaded, and the plan that fits into what is free."""

import importlib.util
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from phitui.errors import ModelError
from phitui.models.tuning.plan import Plan

ACTIVATIONS = 34
"""Half-precision bytes that a layer keeps for each number of a token (Korthikanti et al. 2022, arXiv:2205.05198), with
attention that keeps no scores."""
LOGITS = 12
"""Bytes for each token and word of the vocabulary: the logits, their logarithms and their gradients."""
TRAINED = 12
"""Bytes for each number that is trained, beside itself: its gradient and Adam's two averages."""
FOUR_BIT = 0.52
"""Bytes of a weight in four bits: itself, and its share of its block's scale, which is rounded too."""
SHARE = 0.9
"""Of the free memory that may be planned with."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A model without its weights."""

    parameters: int
    layers: int
    width: int
    words: int
    targets: tuple[str, ...]
    """Names of the matrices that an adapter is put on."""
    sides: int
    """Rows and columns of all of them together: an adapter has so many numbers for each rank."""
    inside: int = 0
    """Numbers in those matrices: what four bits can hold."""

    def trained(self, plan: Plan) -> int:
        """Numbers that are trained."""
        return self.parameters if plan.method == "full" else self.sides * plan.rank

    def weights(self, plan: Plan, bytes_each: int) -> int:
        """Bytes of the model's own weights."""
        small = self.inside if plan.four_bit else 0
        return int(small * FOUR_BIT) + (self.parameters - small) * bytes_each


def shape_of(folder: Path) -> Shape:
    """Read from config.json; no weights are touched. Raises ModelError for a model without matrices to put LoRA on."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    models: Any = AutoModelForCausalLM
    config: Any = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    with torch.device("meta"):
        model: Any = models.from_config(config, trust_remote_code=False)
    text = config.get_text_config()
    targets, sides, inside = _targets(model)
    if not targets:
        raise ModelError(f"No matrices were found in {folder.name} that an adapter could be put on: use --method full.")
    count = sum(each.numel() for each in model.parameters())
    return Shape(count, text.num_hidden_layers, text.hidden_size, text.vocab_size, targets, sides, inside)


def _targets(model: Any) -> tuple[tuple[str, ...], int, int]:
    """Names of all matrices but the output's, as peft matches them, their sides and their numbers added up."""
    import torch
    from transformers.pytorch_utils import Conv1D

    head = model.get_output_embeddings()
    names: dict[str, None] = {}
    sides = inside = 0
    for name, module in model.named_modules():
        if isinstance(module, torch.nn.Linear | Conv1D) and module is not head:
            names[name.rpartition(".")[2]] = None
            sides += sum(module.weight.shape)
            inside += module.weight.numel()
    return tuple(names), sides, inside


def needed(shape: Shape, plan: Plan, longest: int, bytes_each: int) -> int:
    """Bytes. `longest` is the longest record's tokens, `bytes_each` a weight's size."""
    tokens = plan.batch * longest
    kept = ACTIVATIONS * shape.width * bytes_each // 2
    activations = tokens * (kept + (shape.layers - 1) * 2 * shape.width * 2) if plan.sparing else 0
    activations = activations or tokens * kept * shape.layers
    return (
        shape.weights(plan, bytes_each)
        + shape.trained(plan) * (TRAINED + 4)
        + activations
        + tokens * shape.words * LOGITS
    )


def fitted(shape: Shape, plan: Plan, longest: int, bytes_each: int, free: int) -> tuple[Plan, str]:
    """The plan that fits and what was changed for it, empty for nothing. The records of a step stay as many.

    Raises ModelError that says what would make it fit.
    """
    whole, first = plan.batch * plan.accumulate, plan
    while needed(shape, plan, longest, bytes_each) > free * SHARE:
        if plan.batch > 1:
            smaller = max(each for each in range(1, plan.batch) if whole % each == 0)
            plan = replace(plan, batch=smaller, accumulate=whole // smaller)
        elif not plan.sparing:
            plan = replace(first, sparing=True)
        else:
            raise ModelError(_too_large(shape, plan, longest, bytes_each, free))
    changed = []
    if plan.batch != first.batch:
        changed.append(f"{plan.batch} of the {whole} records of a step at once")
    if plan.sparing and not first.sparing:
        changed.append("with gradient checkpointing")
    return plan, ", ".join(changed)


def _too_large(shape: Shape, plan: Plan, longest: int, bytes_each: int, free: int) -> str:
    total = needed(shape, plan, longest, bytes_each)
    ways = []
    half = needed(shape, plan, max(1, longest // 2), bytes_each)
    if half <= free * SHARE:
        ways.append(f"--max-length {longest // 2}")
    lora = replace(plan, method="lora")
    if plan.method == "full" and needed(shape, lora, longest, bytes_each) <= free * SHARE:
        ways.append("--method lora")
    elif not plan.four_bit and needed(shape, replace(lora, four_bit=True), longest, bytes_each) <= free * SHARE:
        there = importlib.util.find_spec("bitsandbytes") is not None
        lora_too = "--method lora " if plan.method == "full" else ""
        ways.append(f"{lora_too}--four-bit" + ("" if there else " (after `pip install bitsandbytes`)"))
    ways.append("a smaller model")
    return (
        f"Tuning needs about {total / 1e9:.1f} GB even record by record, {free / 1e9:.1f} GB are free: use "
        + " or ".join(ways)
        + "."
    )
