"""Tokens are drawn as often as their probability says, and a seed draws the same ones again."""

from typing import Any

import pytest

from phitui.models.engine import Sampling
from tests.models.engines import random_model, random_prompt

DRAWS = 8_000
WORDS = 12
"""A small vocabulary, so that each token is drawn often enough to be counted."""


def sampler_for(sampling, vocabulary=WORDS, seed=0, prompt=(0,)):
    import torch

    from phitui.models.decode.sampler import Sampler

    made = Sampler(vocabulary, torch.device("cpu"))
    made.set(sampling, seed, torch.tensor(prompt))
    return made


def logits_of(rows=1, vocabulary=WORDS, seed=0):
    import torch

    return torch.randn(rows, vocabulary, generator=torch.Generator().manual_seed(seed)) * 2


def filtered_by_transformers(logits, tokens, sampling):
    """Probabilities after transformers' own processors."""
    import torch
    from transformers import (
        LogitsProcessorList,
        MinPLogitsWarper,
        RepetitionPenaltyLogitsProcessor,
        TemperatureLogitsWarper,
        TopKLogitsWarper,
        TopPLogitsWarper,
    )

    steps = LogitsProcessorList()
    if sampling.repetition_penalty != 1:
        steps.append(RepetitionPenaltyLogitsProcessor(sampling.repetition_penalty))
    steps.append(TemperatureLogitsWarper(sampling.temperature))
    if sampling.top_k:
        steps.append(TopKLogitsWarper(sampling.top_k))
    if sampling.top_p < 1:
        steps.append(TopPLogitsWarper(sampling.top_p))
    if sampling.min_p:
        steps.append(MinPLogitsWarper(sampling.min_p))
    ids: Any = torch.tensor([tokens])
    return steps(ids, logits.clone()).softmax(-1)[0]


FILTERS: list[dict[str, Any]] = [
    {},
    {"temperature": 0.6},
    {"top_k": 5},
    {"top_p": 0.7},
    {"min_p": 0.1},
    {"repetition_penalty": 1.4},
    {"temperature": 1.3, "top_k": 8, "top_p": 0.9, "min_p": 0.05, "repetition_penalty": 1.2},
]


@pytest.mark.parametrize("given", FILTERS, ids=str)
def test_filters_are_those_of_transformers(given):
    import torch

    sampling = Sampling(**{"temperature": 1.0, **given})
    for seed in range(20):
        logits = logits_of(vocabulary=50, seed=seed)
        kept, order = sampler_for(sampling, 50, prompt=[3, 4]).filtered(logits, torch.tensor([4]))
        ours = torch.zeros(1, 50).scatter(1, order, kept.softmax(-1))[0]
        assert torch.allclose(ours, filtered_by_transformers(logits, [3, 4], sampling), atol=1e-6)


def chi_square(counts, odds):
    """The statistic, and how large it may be once in 100,000 fair trials (Wilson and Hilferty's approximation)."""
    expected = odds * sum(counts)
    kept = expected > 0
    assert not counts[~kept].any()
    freedom = int(kept.sum()) - 1
    limit = freedom * (1 - 2 / (9 * freedom) + 4.265 * (2 / (9 * freedom)) ** 0.5) ** 3
    return float(((counts - expected)[kept] ** 2 / expected[kept]).sum()), limit


@pytest.mark.parametrize("given", FILTERS, ids=str)
@pytest.mark.parametrize("by", ["position", "seed"])
def test_draws_follow_the_filtered_distribution(given, by):
    import torch

    sampling = Sampling(**{"temperature": 1.0, **given})
    logits = logits_of()
    odds = filtered_by_transformers(logits, [0], sampling).double()
    if by == "position":
        sampler = sampler_for(sampling)
        rows = logits.expand(DRAWS, -1)
        # A row's own draft counts as said for the rows below it: one token, so that every row has said the same.
        parts = [range(at, at + 50) for at in range(0, DRAWS, 50)]
        drawn = torch.cat(
            [sampler.choose(rows[:50], torch.zeros(50, dtype=torch.int64), torch.tensor(part)) for part in parts]
        )
    else:
        at = torch.tensor([7])
        drawn = torch.cat(
            [
                sampler_for(sampling, seed=seed).choose(logits, torch.tensor([0]), at)
                for seed in range(0, DRAWS * 977, 977 * 4)
            ]
        )
    counts = torch.bincount(drawn, minlength=WORDS).double()
    statistic, limit = chi_square(counts, odds)
    assert statistic < limit


def test_draws_at_neighbouring_positions_are_independent():
    import torch

    sampler = sampler_for(Sampling(temperature=1.0), 4)
    drawn = sampler.choose(torch.zeros(DRAWS // 10, 4), torch.zeros(DRAWS // 10).long(), torch.arange(DRAWS // 10))
    pairs = torch.bincount(drawn[:-1] * 4 + drawn[1:], minlength=16).double()
    statistic, limit = chi_square(pairs, torch.full((16,), 1 / 16).double())
    assert statistic < limit


@pytest.mark.parametrize("draft", [False, True])
def test_a_whole_generation_draws_from_the_models_own_distribution(draft):
    """The second token after a prompt that repeats itself, where drafts are made, over many seeds."""
    import torch

    from phitui.models.decode.generator import Generator
    from phitui.models.decode.runner import runner_for

    model = random_model("phi", window=64)
    model.lm_head.bias[WORDS:] = -1e9
    prompt = [token % WORDS for token in random_prompt(30, 1, repeated=True)]
    sampling = Sampling(max_tokens=2, temperature=2.0, top_p=0.9, draft=draft)
    generator = Generator(runner_for(model, 1 << 28), budget=0)
    texts = [
        generator.run(prompt, sampling, seed, frozenset(), lambda token: False, lambda: False).tokens
        for seed in range(400)
    ]
    first = max(range(WORDS), key=[text[0] for text in texts].count)
    counts = torch.bincount(torch.tensor([text[1] for text in texts if text[0] == first]), minlength=WORDS).double()
    logits = model(torch.tensor([[*prompt, first]])).logits[:, -1].float()
    odds = filtered_by_transformers(logits, [0], sampling)[:WORDS].double()
    statistic, limit = chi_square(counts, odds)
    assert counts.sum() > 40
    assert statistic < limit


def test_a_draft_counts_as_said_for_the_rows_after_it():
    import torch

    sampling = Sampling(temperature=1.0, repetition_penalty=2.0)
    sampler = sampler_for(sampling, prompt=[1])
    rows, tokens = logits_of(3), torch.tensor([1, 5, 7])
    kept, order = sampler.filtered(rows, tokens)
    for row, said in enumerate(([1], [1, 5], [1, 5, 7])):
        ours = torch.zeros(1, WORDS).scatter(1, order[row : row + 1], kept[row : row + 1].softmax(-1))[0]
        assert torch.allclose(ours, filtered_by_transformers(rows[row : row + 1], said, sampling), atol=1e-6)


@pytest.fixture(scope="module")
def interpreted():
    """What draws by kernels, in Triton's interpreter; of a vocabulary that no block fits."""
    pytest.importorskip("triton", reason="kernels are tried where triton is installed")
    import torch

    from phitui.models.kernels import step

    made = object.__new__(step.Kernels)
    made._early = False
    try:
        where = torch.tensor([0])
        made.draw(sampler_for(Sampling(temperature=1.0, top_k=3)), logits_of(), where, where)
    except Exception as error:
        if "0-dimensional" not in str(error):
            raise
        pytest.skip("the interpreter of this Triton is older than this numpy")
    return made


@pytest.mark.parametrize("given", [*FILTERS, {"temperature": 0, "repetition_penalty": 1.3}], ids=str)
def test_kernels_draw_the_tokens_that_the_plain_way_draws(given, interpreted, monkeypatch):
    """Of five texts of three rows, the same but for one draw at most: sums are rounded another way at a limit."""
    import torch

    monkeypatch.setattr("phitui.models.kernels.step.DRAWN", 64)
    monkeypatch.setattr("phitui.models.kernels.step.SEARCHED", 128)
    plain = sampler_for(Sampling(**{"temperature": 1.0, **given}), 150, seed=11, prompt=[3, 4])
    quick = sampler_for(Sampling(**{"temperature": 1.0, **given}), 150, seed=11, prompt=[3, 4])
    quick.quick, alike = interpreted, 0
    for at in range(5):
        logits, tokens = logits_of(3, 150, at), torch.tensor([4, at, 9])
        where = torch.arange(at, at + 3)
        alike += int((plain.choose(logits, tokens, where) == quick.choose(logits, tokens, where)).sum())
    assert alike >= 14


def test_kernels_leave_out_what_the_plain_way_leaves_out(interpreted, monkeypatch):
    """Whatever the filters, the least score that may be drawn is the plain way's: ties aside."""
    import torch

    monkeypatch.setattr("phitui.models.kernels.step.DRAWN", 64)
    monkeypatch.setattr("phitui.models.kernels.step.SEARCHED", 128)
    limits, whole = [], interpreted._launch

    def launch(name, grid, *given, **more):
        whole(name, grid, *given, **more)
        if name == "limit":
            limits.append((given[0].clone(), given[-1].clone()))

    monkeypatch.setattr(interpreted, "_launch", launch, raising=False)
    more: list[dict[str, Any]] = [*FILTERS, {"top_k": 1}, {"top_p": 0.001}, {"min_p": 1.0}, {"top_k": 149}]
    for number, given in enumerate(more):
        sampler = sampler_for(Sampling(**{"temperature": 1.0, **given}), 150, prompt=[3, 4])
        logits, tokens = logits_of(2, 150, number) * 2, torch.tensor([4, 8])
        kept, _ = sampler.filtered(logits, tokens)
        interpreted.draw(sampler, logits, tokens, tokens)
        scores, least = limits.pop()
        assert torch.equal((scores >= least[:, None]).sum(1), (kept > -torch.inf).sum(1)), given
