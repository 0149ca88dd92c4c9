"""Recorded steps say what plain ones say, and what cannot be recorded is tried again and told."""

import pytest

from phitui.models.engine import Sampling
from tests.models.engines import random_model, random_prompt
from tests.models.fake_cards import Capture, Graph, fake_cards

LENGTHS = (1, 8, 60, 130, 250, 256, 300, 505, 690)
SAMPLINGS: list[dict[str, float]] = [
    {},
    {"temperature": 0.8, "top_p": 0.9},
    {"temperature": 0.8, "repetition_penalty": 1.2},
    {"repetition_penalty": 1.3},
]


@pytest.fixture
def cards(monkeypatch):
    with fake_cards(monkeypatch) as made:
        yield made


def runner(family="phi", recorded=True, **more):
    from phitui.models.decode.runner import StaticRunner
    from phitui.models.transformer.forward import forward_of

    forward = forward_of(random_model(family, **more))
    assert not isinstance(forward, str), forward
    made = StaticRunner(forward)
    if recorded:
        made.record_steps()
    return made


def said(made, prompt, count=24, draft=False, **sampling):
    from phitui.models.decode.generator import Generator

    generator = made if isinstance(made, Generator) else Generator(made, 0)
    return generator.run(
        prompt, Sampling(max_tokens=count, draft=draft, **sampling), 5, frozenset(), lambda token: False, lambda: False
    ).tokens


@pytest.mark.parametrize("family", ["phi", "llama", "qwen2", "qwen3", "phi3", "gemma2", "gemma3_text"])
def test_every_recorded_step_says_what_a_plain_one_says(family, cards):
    from phitui.models.decode.generator import Generator

    fast, plain = Generator(runner(family), 1 << 20), Generator(runner(family, recorded=False), 0)
    while fast.runner.prepare(8):
        pass
    recorded = cards.captures
    for sampling in SAMPLINGS[:1] if family not in ("phi", "llama") else SAMPLINGS:
        for number, length in enumerate(LENGTHS if not sampling else LENGTHS[::3]):
            prompt = random_prompt(length, number, repeated=number % 3 == 0)
            wanted = said(plain, prompt, 16, **sampling)
            for draft in (True, False):
                assert said(fast, prompt, 16, draft=draft, **sampling) == wanted, (sampling, length, draft)
    assert cards.replays > 200
    assert cards.captures == recorded  # nothing is recorded while an answer waits
    assert len(cards.streams) == 1
    assert "failed" not in fast.runner.path


def test_one_tokens_steps_come_first_and_one_is_recorded_at_a_time(cards):
    from phitui.models.decode.graphs import Shape

    made = runner()
    assert made.path == "static cache, CUDA graphs (0 of 28 steps recorded)"
    for length in (256, 512, 700):
        assert made.prepare()
        assert made._graphs.find(Shape(False, 1, length))
    assert made.path == "static cache, CUDA graphs (3 of 28 steps recorded)"
    assert not made.prepare(100)
    assert made.path == "static cache, CUDA graphs (28 of 28 steps recorded)"
    assert cards.sync_mode == 0


@pytest.mark.parametrize(("trouble", "why"), [("full", "not enough memory"), ("refused", "operation not permitted")])
def test_a_recording_that_fails_is_told_and_tried_again_in_another_idle_moment(cards, trouble, why):
    made = runner()
    prompt = random_prompt(30, 1)
    wanted = said(runner(recorded=False), prompt)
    setattr(cards, trouble, 1)
    assert made.prepare(5)
    assert cards.captures == 1
    assert "0 of 28 steps recorded, 1 failed: " in made.path and why in made.path
    assert said(made, prompt) == wanted and not cards.replays
    while made.prepare(100):
        pass
    assert made.path == "static cache, CUDA graphs (28 of 28 steps recorded)"
    assert said(made, prompt) == wanted and cards.replays


def test_a_step_that_a_compiler_refuses_keeps_no_other_from_being_recorded(cards, monkeypatch):
    monkeypatch.setattr("phitui.models.decode.graphs.release_memory", lambda error: None)
    made = runner(window=250)
    whole = made._run

    def refused(tokens, *more):
        if len(tokens) == 8:
            raise FileNotFoundError("a cache that is gone")
        return whole(tokens, *more)

    monkeypatch.setattr(made, "_run", refused)
    while made.prepare(100):
        pass
    assert "8 of 10 steps recorded, 2 failed: a cache that is gone" in made.path


def test_recording_says_nothing_to_programmers_and_what_failed_leaves_no_pool_behind(cards, recwarn, monkeypatch):
    import warnings

    import torch

    pools, whole = [], Graph.pool
    monkeypatch.setattr(Graph, "pool", lambda self: (whole(self)[0], len(pools)))
    init = Capture.__init__

    def begins(self, graph, pool=None, **more):
        pools.append(pool)
        init(self, graph, pool, **more)

    monkeypatch.setattr(Capture, "__init__", begins)
    told = {"error": lambda: warnings.warn("a prototype", UserWarning, stacklevel=1)}
    monkeypatch.setattr(torch.cuda, "set_sync_debug_mode", lambda mode: told.get(mode, bool)())
    made = runner()
    made.prepare(2)
    cards.refused = 1
    made.prepare()
    made.prepare(2)
    assert [each is None for each in pools] == [True, False, False, True, False]
    assert not recwarn.list


def test_what_never_can_be_recorded_is_left_alone_in_the_end_and_run_as_it_is(cards, monkeypatch):
    monkeypatch.setattr("phitui.models.decode.graphs.release_memory", lambda error: None)  # it takes a second here
    made = runner(window=250)
    cards.full = 1000
    while made.prepare(100):
        pass
    assert cards.captures == 3 * 10
    assert not made.prepare()
    assert said(made, random_prompt(30, 1)) == said(runner(recorded=False, window=250), random_prompt(30, 1))


def test_a_card_that_is_gone_is_not_taken_for_a_recording_that_failed(cards):
    made = runner()
    cards.refused, cards.dead = 1, "CUDA error: an illegal memory access was encountered"
    with pytest.raises(RuntimeError, match="illegal memory access"):
        made.prepare()


def test_a_cache_grows_with_what_is_asked_of_it_and_keeps_what_it_holds(cards, monkeypatch):
    from phitui.models.decode import runner as running
    from phitui.models.decode.generator import Generator

    monkeypatch.setattr(running, "FIRST_PLACES", 128)
    plain, made = runner("llama", recorded=False), runner("llama", recorded=False)
    made.runs_ahead = made._records = True
    made._allocate(128)
    first = made._cache.shape[2]
    generator = Generator(made, 1 << 24)
    for length, count in ((60, 30), (90, 60), (90, 60), (400, 30), (690, 10)):
        prompt = random_prompt(length, 1)
        made.prepare(3)
        assert said(generator, prompt, count) == said(plain, prompt, count)
    assert first == 129 < made._cache.shape[2] == 701


def test_memory_that_is_too_short_to_grow_leaves_the_cache_as_it_was(cards, monkeypatch):
    import torch

    made = runner()
    made._allocate(256)
    whole = made.forward.new_cache
    monkeypatch.setattr(made.forward, "new_cache", lambda length: (_ for _ in ()).throw(torch.OutOfMemoryError("no")))
    with pytest.raises(torch.OutOfMemoryError):
        said(made, random_prompt(400, 1))
    monkeypatch.setattr(made.forward, "new_cache", whole)
    assert said(made, random_prompt(60, 1)) == said(runner(recorded=False), random_prompt(60, 1))


def test_several_steps_ahead_say_the_same_and_stop_where_they_should(cards):
    from phitui.models.decode.generator import Generator

    made = Generator(runner(), 0)
    made.runner.prepare(100)
    prompt = random_prompt(40, 3)
    wanted = said(runner(recorded=False), prompt, 40)
    end = wanted[10]
    steps = []
    whole = made.runner.step
    made.runner.step = lambda tokens, start: (steps.append(start), whole(tokens, start))[1]
    found = made.run(
        prompt, Sampling(max_tokens=40, draft=False), 0, frozenset([end]), lambda token: False, lambda: False
    )
    assert found.tokens == wanted[: wanted.index(end)] and found.reason == "end"
    assert made.runner.held == prompt + found.tokens
    assert len(steps) <= wanted.index(end) + 6
    steps.clear()
    again = made.run(prompt, Sampling(max_tokens=12, draft=False), 0, frozenset(), lambda token: False, lambda: False)
    assert again.tokens == wanted[:12] and len(steps) == 12
    cancelled = made.run(
        prompt, Sampling(draft=False), 0, frozenset(), lambda token: len(steps) > 40, lambda: len(steps) > 30
    )
    assert cancelled.reason == "cancelled"
