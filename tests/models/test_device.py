"""Which card, work on it, and the end of it."""

from threading import Event

import pytest

from phitui.errors import DeviceLost, ModelError
from phitui.models import device
from phitui.models.engine import Sampling
from phitui.models.engines import loader, local
from phitui.models.engines.local import LocalEngine
from phitui.models.hub.cards import Card
from phitui.models.thread import ModelThread, Priority
from phitui.models.weights import read_weights
from tests.models.fake_cards import fake_cards


@pytest.fixture
def cards(monkeypatch):
    import transformers  # noqa: F401  # it looks at torch.cuda while it is imported

    monkeypatch.setattr(device, "_lost", "")
    with fake_cards(monkeypatch) as made:
        yield made
        monkeypatch.undo()  # else what a test replaced comes back as the fake's after the fake is gone


@pytest.fixture
def thread():
    made = ModelThread()
    yield made
    made.close()


def test_of_two_cards_the_freer_one_is_taken_and_torch_is_not_asked_for_its_memory(cards, monkeypatch):
    import torch

    def asked(name):
        raise AssertionError("a context was opened")

    class Properties:
        def __init__(self, number):
            self.uuid = f"uuid-{number}"

    monkeypatch.setattr(torch.cuda, "mem_get_info", asked)
    monkeypatch.setattr(torch.cuda, "get_device_properties", Properties)
    listed = [Card("GPU-uuid-1", "B", 60 << 30, 80 << 30), Card("GPU-uuid-0", "A", 10 << 30, 80 << 30)]
    monkeypatch.setattr(device, "cards", lambda: listed)
    assert device.best_device("auto") == "cuda:1"
    assert not device.no_card()
    device._freest.cache_clear()
    monkeypatch.setattr(device, "cards", lambda: [Card(f"GPU-uuid-{i}", "B", 9 << 20, 80 << 30) for i in (0, 1)])
    assert device.best_device("auto") == "cpu" and "less than 1 GB free" in device.no_card()
    assert device.best_device("cuda:1") == "cuda:1"
    device._freest.cache_clear()
    monkeypatch.setattr(device, "cards", list)
    assert device.best_device("auto") == "cuda:0"


class Properties:
    """As torch gives them."""

    name = "A card"

    def __init__(self, major, minor):
        self.major, self.minor = major, minor


@pytest.mark.parametrize(
    ("built", "runs"),
    [
        (["sm_80", "sm_90"], True),
        (["sm_80"], True),
        (["sm_90"], False),
        (["sm_90", "compute_90"], False),
        (["sm_50", "compute_75"], True),
        (["sm_89a", "sm_100f"], True),
        ([], True),
    ],
)
def test_a_card_that_this_torch_has_no_code_for_is_passed_over_and_said(built, runs, cards, monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "get_arch_list", lambda: built)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda number: Properties(8, 9))
    monkeypatch.setattr(device, "cards", list)
    assert device.best_device("auto") == ("cuda:0" if runs else "cpu")
    assert bool(device.no_card()) is not runs
    if not runs:
        with pytest.raises(ModelError, match=r"no code for A card .compute capability 8.9.: .* Or use --device cpu"):
            device.best_device("cuda:1")


def test_a_driver_that_is_too_old_leaves_the_cpu_without_a_word_to_programmers(cards, monkeypatch, recwarn):
    import warnings

    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: bool(warnings.warn("too old", stacklevel=1)))
    monkeypatch.setattr(torch.cuda, "init", lambda: (_ for _ in ()).throw(RuntimeError("The driver is too old\nfor")))
    monkeypatch.setattr(device, "cards", lambda: [Card("GPU-0", "A", 1, 2)])
    assert device.best_device("auto") == "cpu" and not recwarn.list
    assert device.no_card() == "torch finds no card (The driver is too old)."
    monkeypatch.setattr(device, "cards", list)
    assert not device.no_card()


def test_work_on_a_card_makes_it_the_current_one_without_cudnns_attention(cards):
    import torch

    torch.backends.cuda.enable_cudnn_sdp(True)
    with device.on_device("cuda:1"):
        assert cards.current == 1
        assert not torch.backends.cuda.cudnn_sdp_enabled()
        with device.on_device("cuda:0"):
            assert cards.current == 0
        assert cards.current == 1
    assert cards.current == 0
    with device.on_device("cpu"):
        assert cards.used == [1, 0]


def on_the_second(engine_device, monkeypatch):
    """Weights that lie on the CPU are taken for the second card's."""
    import torch

    whole = read_weights
    monkeypatch.setattr(
        loader, "read_weights", lambda folder, where, kind, shared: whole(folder, "cpu", torch.float32, False)
    )
    monkeypatch.setattr(local, "best_device", lambda wanted: engine_device)


def finish(engine):
    *_, last = engine.stream("The lighthouse of", Sampling(max_tokens=4), Event())
    return last


def test_every_job_of_an_engine_runs_on_its_own_card(cards, thread, tiny_phi, monkeypatch):
    from phitui.models.decode.runner import StaticRunner

    on_the_second("cuda:1", monkeypatch)
    seen = {}
    for name in ("__init__", "step", "prepare"):
        whole = getattr(StaticRunner, name)

        def watched(*args, name=name, whole=whole, **more):
            seen.setdefault(name, set()).add(cards.current)
            return whole(*args, **more)

        monkeypatch.setattr(StaticRunner, name, watched)
    engine = LocalEngine(str(tiny_phi), thread, tiny_phi.parent)
    engine.load(lambda step: None)
    finish(engine)
    thread.run(lambda: None, Priority.INDEXING)
    assert seen == {"__init__": {1}, "step": {1}, "prepare": {1}}
    assert thread.run(lambda: cards.current, Priority.INDEXING) == 0


def test_after_an_error_that_ends_the_cards_context_a_restart_is_asked_for_and_nothing_else_tried(
    cards, thread, tiny_phi, monkeypatch
):
    on_the_second("cuda:1", monkeypatch)
    engine = LocalEngine(str(tiny_phi), thread, tiny_phi.parent)
    engine.load(lambda step: None)

    def step(tokens, start):
        cards.dead = "CUDA error: an illegal memory access was encountered\nand advice"
        raise RuntimeError(cards.dead)

    monkeypatch.setattr(engine._generator.runner, "step", step)
    with pytest.raises(
        DeviceLost, match="failed .CUDA error: an illegal memory access was encountered.*: restart phitui"
    ):
        finish(engine)
    assert not engine.loaded and device.lost_device().endswith("restart phitui.")
    with pytest.raises(DeviceLost, match="restart phitui"):
        engine.load(lambda step: None)
    assert thread.run(lambda: 7, Priority.ANSWER) == 7


def test_an_error_that_is_over_costs_one_answer(cards, thread, tiny_phi, monkeypatch):
    on_the_second("cuda:0", monkeypatch)
    engine = LocalEngine(str(tiny_phi), thread, tiny_phi.parent)
    engine.load(lambda step: None)
    runner = engine._generator.runner
    whole = runner.step

    def step(tokens, start):
        runner.step = whole
        raise RuntimeError("CUDA error: invalid argument")

    runner.step = step
    with pytest.raises(ModelError, match="failed while generating: CUDA error: invalid argument$"):
        finish(engine)
    assert finish(engine).answer_tokens == 4
    assert not device.lost_device()


@pytest.mark.parametrize("when", ["an error", "a model given back"])
def test_memory_that_cannot_be_given_back_keeps_nobody_waiting(cards, thread, tiny_phi, monkeypatch, when):
    import torch

    def refuse():
        raise RuntimeError("CUDA error: operation not permitted when stream is capturing")

    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.cuda, "empty_cache", refuse)
    if when == "an error":
        with pytest.raises(ModelError, match="too little free memory"):
            thread.submit(lambda: (_ for _ in ()).throw(MemoryError()).__next__(), Priority.ANSWER).result(20)
    else:
        engine = LocalEngine(str(tiny_phi), thread, tiny_phi.parent, "cpu")
        engine.load(lambda step: None)
        engine.close()
    assert thread.submit(lambda: 7, Priority.ANSWER).result(20) == 7


def test_a_thread_that_dies_is_told_to_everyone_who_waits_and_who_comes_later(thread, tiny_phi, monkeypatch):
    engine = LocalEngine(str(tiny_phi), thread, tiny_phi.parent, "cpu")
    engine.load(lambda step: None)
    begun, go = Event(), Event()
    whole = thread._do

    def die(future, job):
        begun.set()
        go.wait(20)
        raise SystemError("the interpreter's own")

    monkeypatch.setattr(thread, "_do", die)
    current = thread.submit(lambda: 1, Priority.ANSWER)
    begun.wait(20)
    waiting = thread.submit(lambda: 2, Priority.INDEXING)
    go.set()
    for future in (current, waiting):
        with pytest.raises(ModelError, match="has ended .the interpreter's own.: restart phitui"):
            future.result(20)
    monkeypatch.setattr(thread, "_do", whole)
    with pytest.raises(ModelError, match="restart phitui"):
        finish(engine)
