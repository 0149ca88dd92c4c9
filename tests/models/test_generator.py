"""The decode loop says what transformers' `generate` says, whichever way it takes there."""

from typing import Any

import pytest

from phitui.models.engine import Sampling
from tests.models.engines import FAMILIES, WINDOW, greedy, random_model, random_prompt

LENGTHS = (1, 8, 9, 60, 64, 65, 250, 256, 300, 500, 511, 512, 513, 600, 690, 699)
"""Tokens of a prompt: about every border of rows, chunks, attention lengths and the window."""


@pytest.fixture(scope="module", params=FAMILIES)
def model(request):
    return random_model(request.param)


def runners(model):
    """Every way in which this model can be run on a CPU."""
    from phitui.models.decode.dynamic import DynamicRunner
    from phitui.models.decode.runner import StaticRunner, runner_for

    best = runner_for(model, 1 << 30)
    yield best
    if isinstance(best, StaticRunner):
        yield StaticRunner(best.forward, rounded=True)
        yield DynamicRunner(model, "it is wanted")


SAID = 30
"""Tokens of an answer: enough to go over each border that `LENGTHS` begins before."""


def generate(generator, prompt, count=SAID, seed=0, stop_at=None, **sampling):
    made = generator.run(
        prompt, Sampling(max_tokens=count, **sampling), seed, frozenset(), lambda token: token == stop_at, lambda: False
    )
    assert generator.runner.held[: len(prompt)] == prompt
    return made


def test_known_architectures_take_the_static_cache(model):
    from phitui.models.decode.runner import runner_for

    path = runner_for(model, 1 << 30).path
    assert path.startswith("dynamic" if model.config.model_type == "gpt_neox" else "static")


def test_tokens_equal_those_of_generate_with_and_without_drafts_and_reused_prefixes(model):
    from phitui.models.decode.generator import Generator

    for runner in runners(model):
        generator = Generator(runner, budget=1 << 24)
        reused = guessed = 0
        for number, length in enumerate(LENGTHS):
            prompt = random_prompt(length, number, repeated=number % 3 == 0)
            wanted = greedy(model, prompt, min(SAID, WINDOW - length))
            for draft in (True, False):
                made = generate(generator, prompt, draft=draft)
                assert made.tokens == wanted, (runner.path, length, draft)
                assert made.reason == ("window" if length + SAID > WINDOW else "length")
                reused, guessed = reused + made.reused, guessed + made.guessed
            follow_up = (prompt + made.tokens)[: WINDOW // 2] + random_prompt(5, number + 100)
            assert generate(generator, follow_up, 9).tokens == greedy(model, follow_up, 9)
        assert reused and guessed


@pytest.mark.long
def test_twenty_prompts_of_two_hundred_tokens(model):
    from phitui.models.decode.generator import Generator

    for runner in runners(model):
        generator = Generator(runner, budget=1 << 24)
        for number in range(20):
            prompt = random_prompt(20 + 33 * number, number, repeated=number % 4 == 0)
            wanted = greedy(model, prompt, min(200, WINDOW - len(prompt)))
            for draft in (True, False):
                assert generate(generator, prompt, 200, draft=draft).tokens == wanted


@pytest.mark.parametrize("family", ["mistral", "phi3", "gemma2", "gemma3_text"])
def test_sliding_windows_are_right_on_every_path_and_on_the_fast_one_any_text_is_reused(family):
    from phitui.models.decode.generator import Generator

    model = random_model(family, sliding_window=100)
    best, rounded, slow = runners(model)
    assert best.path == "static cache"
    for runner in (best, rounded, slow):
        generator = Generator(runner, budget=1 << 24)
        for number, length in enumerate((10, 70, 98, 99, 100, 101, 600, 10)):
            prompt = random_prompt(length, number, repeated=True)
            for draft in (True, False):
                made = generate(generator, prompt, draft=draft)
                assert made.tokens == greedy(model, prompt, SAID)
                assert runner is not slow or made.guessed == 0 or length < 100
            # A cache that forgets holds only a short text whole.
            assert made.reused == (length - 1 if length + SAID <= 100 or runner is not slow else 0)


@pytest.mark.parametrize("family", ["qwen3", "phi3", "gemma2", "gemma3_text"])
def test_newer_architectures_take_the_fast_path_and_say_what_generate_says(family):
    from phitui.models.decode.generator import Generator

    model = random_model(family, window=300)
    for runner in runners(model):
        assert runner.path == "static cache" or "it is wanted" in runner.path
        generator = Generator(runner, budget=1 << 24)
        for number, length in enumerate((1, 9, 65, 250)):
            prompt = random_prompt(length, number, repeated=number % 2 == 0)
            wanted = greedy(model, prompt, min(SAID, 300 - length))
            assert generate(generator, prompt).tokens == wanted
            assert generate(generator, prompt, draft=False).tokens == wanted


@pytest.mark.parametrize("family", ["phi", "qwen3"])
def test_a_model_that_keeps_nothing_says_so_and_is_right_too(family):
    from phitui.models.decode.dynamic import DynamicRunner
    from phitui.models.decode.generator import Generator

    model = random_model(family)
    prompt = random_prompt(30, 1)
    wanted = greedy(model, prompt, 20)
    whole = model.forward
    model.forward = lambda input_ids, **ignored: whole(input_ids=input_ids)
    runner = DynamicRunner(model, "it is wanted")
    assert runner.path == "recomputes everything for each token: it is wanted"
    made = generate(Generator(runner, 0), prompt, 20)
    assert made.tokens == wanted
    assert made.reused == made.guessed == 0


def test_a_cache_takes_memory_when_it_is_used_and_not_before():
    from pathlib import Path

    from phitui.models.transformer.forward import forward_of

    statm = Path("/proc/self/statm")
    if not statm.exists():
        pytest.skip("only Linux tells a process's memory there")
    forward = forward_of(random_model("phi"))
    before = int(statm.read_text().split()[1])
    cache = forward.new_cache(1 << 20)
    taken = (int(statm.read_text().split()[1]) - before) * 4096
    assert cache.nbytes > 1 << 29 and taken < cache.nbytes / 10
    assert not cache[:, :, -8:].any()


def test_behind_the_table_of_rotations_they_are_worked_out_and_the_same(monkeypatch):
    from phitui.models.decode.generator import Generator
    from phitui.models.decode.runner import StaticRunner
    from phitui.models.transformer import forward

    monkeypatch.setattr(forward, "TABLED", 64)
    model = random_model("llama")
    made: Any = forward.forward_of(model)
    for runner in (StaticRunner(made), StaticRunner(made, rounded=True)):
        for length in (30, 63, 64, 65, 300):
            prompt = random_prompt(length, length)
            assert generate(Generator(runner, 0), prompt, 20).tokens == greedy(model, prompt, 20)


def test_a_window_that_the_memory_does_not_hold_is_cut(model):
    from phitui.models.decode.generator import Generator
    from phitui.models.decode.runner import runner_for
    from phitui.models.transformer.forward import forward_of

    forward = forward_of(model)
    if isinstance(forward, str):
        pytest.skip("a dynamic cache grows as it is needed")
    runner = runner_for(model, forward.new_cache(1).nbytes * 101)
    assert runner.window == 64
    prompt = random_prompt(54, 1)
    made = generate(Generator(runner, 0), prompt)
    assert made.tokens == greedy(model, prompt, 10)
    assert made.reason == "window"


# ── where it ends ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def phi():
    from phitui.models.decode.generator import Generator
    from phitui.models.decode.runner import runner_for

    return Generator(runner_for(random_model("phi"), 1 << 30), budget=1 << 24)


@pytest.mark.parametrize("repeated", [False, True])
@pytest.mark.parametrize("draft", [False, True])
def test_the_end_token_ends_the_text_and_is_not_part_of_it(phi, repeated, draft):
    prompt = random_prompt(40, 3, repeated)
    whole = generate(phi, prompt, draft=draft).tokens
    end = whole[10]
    taken = []
    made = phi.run(
        prompt,
        Sampling(max_tokens=60, draft=draft),
        0,
        frozenset([end]),
        lambda token: taken.append(token),
        lambda: False,
    )
    assert (made.tokens, made.reason) == (whole[: whole.index(end)], "end")
    assert taken == made.tokens


def test_a_taker_that_has_enough_ends_it(phi):
    prompt = random_prompt(40, 3)
    whole = generate(phi, prompt).tokens
    made = generate(phi, prompt, stop_at=whole[7])
    assert (made.tokens, made.reason) == (whole[: whole.index(whole[7]) + 1], "stop")


@pytest.mark.parametrize("asked", [0, 1, 2, 5])
def test_cancelling_takes_effect_within_one_step(phi, asked):
    """`asked`: how often it says no before it says yes; a prompt of two chunks is asked about twice."""
    prompt = random_prompt(600, 4)
    answers = iter([False] * asked + [True] * 100)
    steps = []
    whole = phi.runner.step
    phi.runner.step = lambda tokens, start: (steps.append(len(tokens)), whole(tokens, start))[1]
    try:
        made = phi.run(prompt, Sampling(draft=False), 0, frozenset(), lambda token: False, lambda: next(answers))
    finally:
        phi.runner.step = whole
        phi.runner.held = []
    assert made.reason == "cancelled"
    assert len(steps) <= asked + 1


def test_a_step_that_fails_leaves_nothing_behind_that_is_wrong(phi):
    prompt = random_prompt(40, 5)
    wanted = generate(phi, prompt).tokens

    def fail(token):
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        phi.run(prompt, Sampling(), 0, frozenset(), fail, lambda: False)
    assert generate(phi, prompt).tokens == wanted


# ── what is not read again ───────────────────────────────────────────────────────────────────────────────────


def test_a_conversation_that_goes_on_reads_only_what_is_new(phi):
    prompt = random_prompt(200, 6)
    first = generate(phi, prompt, 20)
    longer = prompt + first.tokens + random_prompt(10, 7)
    assert generate(phi, longer, 5).reused >= len(prompt) + 19
    assert generate(phi, longer, 5).reused == len(longer) - 1


def test_two_conversations_keep_their_caches():
    from phitui.models.decode.generator import Generator
    from phitui.models.decode.runner import runner_for

    for family in ("phi", "gpt_neox"):
        model = random_model(family)
        generator = Generator(runner_for(model, 1 << 30), budget=1 << 24)
        one, two = random_prompt(200, 8), random_prompt(200, 9)
        for prompt in (one, two):
            generate(generator, prompt, 5)
        for prompt in (one, two, one):
            made = generate(generator, prompt, 20)
            assert made.reused == len(prompt) - 1
            assert made.tokens == greedy(model, prompt, 20)


# ── sampling ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "sampling", [{}, {"top_p": 0.8}, {"top_k": 20, "min_p": 0.1}, {"repetition_penalty": 1.3}], ids=str
)
def test_a_seed_gives_the_same_text_with_and_without_drafts(model, sampling):
    from phitui.models.decode.generator import Generator

    prompt = random_prompt(60, 10, repeated=True)
    texts = {}
    for runner in runners(model):
        generator = Generator(runner, budget=0)
        for seed in (1, 2):
            for draft in (True, False, True):
                made = generate(generator, prompt, 20, seed, temperature=0.7, draft=draft, **sampling)
                texts.setdefault(seed, set()).add(tuple(made.tokens))
    assert [len(each) for each in texts.values()] == [1, 1]
    assert texts[1] != texts[2]


def test_greedy_with_a_repetition_penalty_is_that_of_generate(model):
    import torch

    from phitui.models.decode.generator import Generator

    prompt = random_prompt(60, 11, repeated=True)
    wanted = model.generate(
        torch.tensor([prompt]), do_sample=False, max_new_tokens=40, repetition_penalty=1.5, pad_token_id=0
    )
    for runner in runners(model):
        for draft in (True, False):
            made = generate(Generator(runner, 0), prompt, 40, repetition_penalty=1.5, draft=draft)
            assert made.tokens == wanted[0, 60:].tolist()
