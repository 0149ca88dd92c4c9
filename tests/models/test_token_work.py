"""Tokens scored and continued: what transformers' own model says, by the fast loop and by the slow one."""

from pathlib import Path
from typing import Any

import pytest

from phitui.models.engines.local import LocalEngine
from phitui.models.thread import ModelThread
from tests.models.test_adapters import make_adapter

TEXTS = ["The lighthouse of Alda", " was built in 1884", " stands 41 metres tall", " was"]


@pytest.fixture(scope="module", params=["static", "dynamic"])
def both(request, tiny_phi, tmp_path_factory):
    """(phitui's, transformers' model with the same weights)."""
    from transformers import AutoModelForCausalLM

    thread = ModelThread(1)
    adapters = []
    model: Any = AutoModelForCausalLM.from_pretrained(tiny_phi)
    if request.param == "dynamic":
        from peft import PeftModel

        adapters = [str(make_adapter(tiny_phi, tmp_path_factory.mktemp("worn") / "adapter"))]
        model = PeftModel.from_pretrained(model, adapters[0])
    engine = LocalEngine(str(tiny_phi), thread, Path("/nowhere"), "cpu", adapters=adapters, merged=False)
    engine.load(lambda step: None)
    assert request.param in engine.path
    yield engine.token_work(), model.eval()
    thread.close()


def test_continuations_are_as_likely_as_the_model_finds_them(both):
    import torch

    work, model = both
    begin, *more = (work.tokenizer(text)["input_ids"] for text in TEXTS)
    for context, continuation in [(begin, each) for each in more] + [
        (begin + more[0], more[1]),
        (begin[:1], begin[1:]),
    ]:
        with torch.no_grad():
            likely = model(torch.tensor([context + continuation])).logits[0].log_softmax(-1)[len(context) - 1 : -1]
        wanted = sum(float(row[token]) for row, token in zip(likely, continuation, strict=True))
        total, greedy = work.likelihood(context, continuation)
        assert total == pytest.approx(wanted, abs=1e-3)
        assert greedy == (likely.argmax(1).tolist() == continuation)


def test_what_follows_is_what_the_model_generates_up_to_a_stop_string(both):
    import torch

    work, model = both
    tokens = work.tokenizer(TEXTS[0])["input_ids"]
    with torch.no_grad():
        made = model.generate(input_ids=torch.tensor([tokens]), max_new_tokens=20, do_sample=False)[0, len(tokens) :]
    said = work.tokenizer.decode(made, skip_special_tokens=True)
    assert work.follow(tokens, 20, []) == said
    stop = said[len(said) // 2 :][:3]
    assert work.follow(tokens, 20, [stop, "never"]) == said.split(stop)[0]


def test_of_what_is_longer_than_the_window_the_end_is_scored(both):
    work, _ = both
    long = work.tokenizer(TEXTS[0])["input_ids"] * 420
    assert len(long) > work.window
    total, _ = work.likelihood(long, long[:4])
    assert total == pytest.approx(work.likelihood(long[-(work.window + 1 - 4) :], long[:4])[0], abs=1e-3)
