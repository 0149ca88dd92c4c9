"""The step at real models' sizes in bfloat16 on a fake card: what a graph may not hold is seen, and kernels counted."""

from typing import Any

import pytest

from phitui.models.engine import Sampling

LLAMA3 = {
    "vocab_size": 128256,
    "hidden_size": 4096,
    "intermediate_size": 14336,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "max_position_embeddings": 8192,
}
PHI2 = {
    "vocab_size": 51200,
    "hidden_size": 2560,
    "intermediate_size": 10240,
    "num_attention_heads": 32,
    "partial_rotary_factor": 0.4,
    "max_position_embeddings": 2048,
}
SHAPES: dict[str, dict[str, Any]] = {
    "phi": PHI2,
    "llama": LLAMA3,
    "qwen3": {**LLAMA3, "head_dim": 128},
    "gemma2": {**LLAMA3, "head_dim": 128},
}


def runner(kind, layers):
    """Without `forward_of`'s comparison, which reads values; the graphs are not recorded here."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    from phitui.models.decode.runner import StaticRunner
    from phitui.models.transformer import forward as forwards
    from phitui.models.transformer.forward import Forward, forward_of

    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)
    try:
        with torch.device("cuda:0"):
            config = AutoConfig.for_model(kind, num_hidden_layers=layers, **SHAPES[kind])
            model = AutoModelForCausalLM.from_config(config)
    finally:
        torch.set_default_dtype(before)
    made, forwards._difference = forwards._difference, lambda model, forward: 0.0
    try:
        found = forward_of(model)
    finally:
        forwards._difference = made
    assert isinstance(found, Forward), found
    return StaticRunner(found)


@pytest.fixture
def no_streams(monkeypatch):
    monkeypatch.setattr("torch.cuda.Stream", type("Stream", (), {"__init__": lambda self, where: None}))
    monkeypatch.setattr("phitui.models.transformer.forward.empty_cache", lambda: None)


@pytest.mark.parametrize("kind", SHAPES)
def test_what_is_recorded_stays_on_the_card_and_asks_the_host_nothing(kind, no_streams):
    import torch

    from phitui.models.decode.runner import ROWS
    from tests.models.fake_cuda import Captured, fake_cuda

    with fake_cuda() as card:
        made = runner(kind, 2)
        assert made.path.startswith("static cache, CUDA graphs (0 of ")
        assert made._cache.dtype == torch.bfloat16
        for sampling in (Sampling(), Sampling(temperature=0.8, top_p=0.9, repetition_penalty=1.2)):
            made.sampler.set(sampling, 5, torch.zeros(7, dtype=torch.int64, device=card))
            for rows in ROWS:
                tokens = torch.zeros(rows, dtype=torch.int64, device=card)
                with Captured():
                    out = made._run(tokens, made._line[:rows], 512, torch.ones((), dtype=torch.int64, device=card))
                assert (out.device, out.dtype) == (card, torch.int64)


def test_kernels_a_token_of_phi_2(no_streams, monkeypatch):
    """Counted, not measured: eleven a layer, attention taken for one. Fewer need kernels of our own."""
    import torch

    from tests.models.fake_cuda import Captured, fake_cuda

    # A build for CPUs knows attention's mathematical form alone, of ten kernels.
    monkeypatch.setattr(torch.nn.functional, "scaled_dot_product_attention", lambda q, k, v, mask, scale: q.relu())
    with fake_cuda() as card:
        counts = []
        inputs = torch.zeros(1, dtype=torch.int64, device=card), torch.ones((), device=card)
        for layers in (1, 2):
            made = runner("phi", layers)
            with Captured() as seen:
                made._run(inputs[0], made._line[:1], 512, inputs[1])
            counts.append(len(seen.kernels))
    a_layer = counts[1] - counts[0]
    assert a_layer == 11, seen.kernels
    assert counts[0] + 31 * a_layer <= 365


@pytest.mark.parametrize(("kind", "a_layer", "in_all"), [("phi", 6, 200), ("llama", 9, 300), ("qwen3", 9, 300)])
def test_kernels_a_token_with_those_of_our_own(kind, a_layer, in_all, no_streams, monkeypatch):
    """Counted as above, of 32 layers; what they are given lies on the card, and nothing asks the host."""
    import torch

    from phitui.models.kernels import step
    from tests.models.fake_cuda import Captured, fake_cuda

    def launch(name, grid, *given, warps=4, stages=3, **constants):
        assert {each.device for each in given if isinstance(each, torch.Tensor)} == {card}
        seen.kernels.append(name)

    monkeypatch.setattr(step, "launch", launch)
    with fake_cuda() as card:
        counts = []
        inputs = torch.zeros(1, dtype=torch.int64, device=card), torch.ones((), device=card)
        for layers in (1, 2):
            made = runner(kind, layers)
            assert step.why_not(made.forward) is None
            made.use(step.Kernels(made.forward))
            with Captured() as seen:
                made._run(inputs[0], made._line[:1], 2048, inputs[1])
            counts.append(len(seen.kernels))
        made.sampler.greedy = False
        with Captured() as seen:
            made._run(inputs[0], made._line[:1], 2048, inputs[1])
        assert len(seen.kernels) == counts[1] + 3  # four that draw, instead of one
        many = torch.zeros(128, dtype=torch.int64, device=card)
        with Captured() as seen:
            made._run(many, made._line[:128], 2048, inputs[1].long())
    assert counts[1] - counts[0] == a_layer
    assert counts[0] + 31 * a_layer <= in_all
    assert seen.kernels.count("attend_many") == 2 and "masked_fill_" not in seen.kernels  # a prompt, without a mask


@pytest.mark.parametrize(
    "bad",
    [
        lambda torch, out: out.sum().item(),
        lambda torch, out: out[out > 0],
        lambda torch, out: out + torch.zeros(1, dtype=torch.int64),
        lambda torch, out: torch.as_tensor(5, device="cuda:0"),
    ],
    ids=["a value read", "a shape of values", "a CPU tensor", "a number copied in"],
)
def test_what_may_not_be_recorded_is_seen(bad):
    import torch

    from tests.models.fake_cuda import Captured, fake_cuda

    with fake_cuda() as card, Captured(), pytest.raises(Exception):  # noqa: B017, PT011
        bad(torch, torch.zeros(1, 1, dtype=torch.int64, device=card))
