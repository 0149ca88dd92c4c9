"""Whether a card says the same by every way: small models with random weights, for `phitui doctor --gpu`."""

from collections.abc import Iterator
from typing import Any

from phitui.models.device import best_device, on_device

FAMILIES: dict[str, dict[str, Any]] = {
    "phi": {"partial_rotary_factor": 0.5},
    "llama": {"num_key_value_heads": 2},
    "qwen3": {"num_key_value_heads": 2, "head_dim": 64},
    "gemma2": {"num_key_value_heads": 2, "head_dim": 64, "sliding_window": 64},
}
"""Those whose steps differ: one norm or two, heads that share keys, norms on keys, soft caps and sliding windows."""
SIZES = {"hidden_size": 512, "intermediate_size": 1024, "num_hidden_layers": 4, "num_attention_heads": 8}
PROMPT, SAID = 100, 32
"""Tokens."""
CACHE_BYTES = 1 << 30
WRONG = ("they fail", "they say", "they draw", "they differ", "recorded steps", "several rows")
"""How reasons against the kernels begin that are defects; others, as where they are slower, are not."""
TIE = 0.02
"""Two tokens count as equal to rounding within this share of the largest log-odds: bfloat16 has 8 bits."""


def compare(wanted: str) -> Iterator[tuple[bool, str]]:
    """Whether each finding is right, and a sentence. `wanted` is a device or auto. Raises ModelError.

    Recorded steps must say what the same steps say unrecorded, token for token, with drafts and without; both what
    transformers' model says, up to ties.
    """
    device = best_device(wanted)
    with on_device(device):
        for family in FAMILIES:
            yield _compared(family, device)
        if device.startswith("cuda"):
            for family in FAMILIES:
                yield _kernels(family, device)


def _compared(family: str, device: str) -> tuple[bool, str]:
    import torch

    from phitui.models.decode.runner import StaticRunner, runner_for

    torch.set_grad_enabled(False)
    model = _model(family, device)
    runner = runner_for(model, CACHE_BYTES)
    if not isinstance(runner, StaticRunner):
        return False, f"{family} runs by the slower way: {runner.path}."
    plain = _said(runner, False)
    while runner.prepare(8):
        pass
    gap = _gap(model, plain)
    if gap > TIE:
        return False, f"{family}: plain steps differ from transformers' by {gap:.2g} of the largest log-odds."
    for name, drafts in (("recorded steps", False), ("recorded steps with guesses", True)):
        made = _said(runner, drafts)
        if made != plain and (not drafts or _gap(model, made) > TIE):
            return False, f"{family}: {name} say something else than plain ones ({runner.path})."
    return True, f"{family}: plain, recorded and guessed steps say the same up to ties ({runner.path})."


def _kernels(family: str, device: str) -> tuple[bool, str]:
    """Whether phitui's own kernels say what plain torch says; where they do not, no model uses them."""
    from phitui.models.decode.runner import StaticRunner, runner_for
    from phitui.models.kernels.trial import AHEAD, equipped

    runner = runner_for(_model(family, device), CACHE_BYTES)
    if not isinstance(runner, StaticRunner):
        return False, f"{family} runs by the slower way: {runner.path}."
    why = equipped(runner)
    if not why:
        early = ", launched early" if AHEAD in runner.notes else ""
        return True, f"{family}: the kernels say what plain torch says up to ties, and are quicker{early}."
    return not why.startswith(WRONG), f"{family}: no kernels, {why}; plain torch is used."


def _model(family: str, device: str) -> Any:
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    config = AutoConfig.for_model(
        family, vocab_size=1000, max_position_embeddings=512, eos_token_id=None, **SIZES | FAMILIES[family]
    )
    torch.manual_seed(0)
    kind = torch.bfloat16 if device.startswith("cuda") else torch.float32
    kinds: Any = AutoModelForCausalLM
    model = kinds.from_config(config).to(device, kind).eval()
    for each in model.parameters():
        if each.dim() > 1:
            each.normal_(0, 0.06)
    return model


def _prompt() -> list[int]:
    return [3 + 7 * i % 50 for i in range(PROMPT)]


def _said(runner: Any, draft: bool) -> list[int]:
    from phitui.models.decode.generator import Generator
    from phitui.models.engine import Sampling

    runner.held = []
    sampling = Sampling(max_tokens=SAID, draft=draft)
    made = Generator(runner, 0).run(_prompt(), sampling, 0, frozenset(), lambda token: False, lambda: False)
    return made.tokens


def _gap(model: Any, said: list[int]) -> float:
    """How much likelier transformers' model finds another token than the one said, at worst; as a share."""
    import torch

    prompt = _prompt()
    whole = torch.tensor([prompt + said], device=model.device)
    logits = model(input_ids=whole, use_cache=False).logits[0, len(prompt) - 1 : -1].float()
    chosen = logits.gather(1, whole[0, len(prompt) :, None])[:, 0]
    return float(((logits.max(1).values - chosen) / logits.abs().max()).max())
