"""The decode bench runs every way of generating on one model, and they say the same."""

import pytest

from phitui.bench import decode
from phitui.errors import UsageError


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr(decode, "PROMPTS", (32,))
    monkeypatch.setattr(decode, "ANSWER", 16)
    monkeypatch.setattr(decode, "RUNS", 1)
    monkeypatch.setitem(decode.COPIED_BYTES, "cpu", 1 << 20)


def test_every_way_is_compared_with_generate_and_says_the_same():
    rows = {row["case"]: row for row in decode.decode("cpu", "auto", shape="tiny")}
    base = rows["prompt of 32: generate, dynamic cache"]
    assert (base["unit"], base["ratio"]) == ("tokens/s", None)
    for drafts in ("without", "with"):
        ours = rows[f"ours, prompt of 32, {drafts} drafts"]
        assert ours["ratio"] == ours["value"] / base["value"]
    assert rows["prompt of 32: ways that say the same as generate (up to ties)"]["value"] == 5
    assert rows["prompt of 32: share of the memory's speed, without drafts"]["value"] > 0
    copying = [row["value"] for case, row in rows.items() if case.startswith("copying")]
    assert rows["copying: ours, with drafts"]["ratio"] == copying[1] / copying[0]
    assert "static cache" in next(iter(rows))


def test_a_folder_is_measured_too(tiny_llama):
    cases = [row["case"] for row in decode.decode("cpu", "float32", model=str(tiny_llama))]
    assert "llama" in cases[0] and any(case.startswith("ours") for case in cases)


@pytest.mark.parametrize(
    ("given", "said"), [({"shape": "huge"}, "phi-2"), ({"model": "nowhere"}, "not a model folder")]
)
def test_what_cannot_be_measured_is_said(given, said):
    with pytest.raises(UsageError, match=said):
        list(decode.decode("cpu", "auto", **given))


def test_what_takes_too_long_to_compile_is_left_out_and_said(monkeypatch):
    from phitui.bench import limits

    def generate(model, prompt, device, **more):
        if more:
            for _ in range(10**9):
                pass
        return whole(model, prompt, device, **more)

    whole = decode._generate
    monkeypatch.setattr(decode, "_generate", generate)
    monkeypatch.setattr(decode, "COMPILED", 1)
    rows = {row["case"]: row["value"] for row in decode.decode("cpu", "auto", shape="tiny")}
    assert rows["prompt of 32: generate, static cache, compiled: not ready within 1 s"] is None
    assert rows["prompt of 32: ways that say the same as generate (up to ties)"] == 4
    with limits.at_most(60):
        pass


def test_what_is_measured_on_a_card_alone_is_measured_to_the_end(monkeypatch):
    """On one that is the CPU by another name: what it says of speed means nothing."""
    from phitui.models.kernels import trial
    from tests.models.pretended import pretended

    small = {"hidden_size": 32, "num_attention_heads": 2, "num_hidden_layers": 1, "intermediate_size": 48}
    monkeypatch.setitem(decode.SHAPES, "tiny", {**decode.TINY, **small, "vocab_size": 90})
    monkeypatch.setitem(decode.COPIED_BYTES, "cuda", 1 << 20)
    monkeypatch.setattr(decode, "ANSWER", 8)
    monkeypatch.setattr(decode, "CACHE_BYTES", 1 << 14)
    monkeypatch.setattr(trial, "PROMPTS", (5,))
    with pretended(monkeypatch):
        rows = {row["case"]: row["value"] for row in decode.decode("cuda", "auto", shape="tiny")}
    assert "Triton kernels, launched early" in next(iter(rows))
    assert {"8-bit weights, prompt of 32", "ours, prompt of 32, without kernels", "peak memory"} <= set(rows)
    assert any(case.startswith("kernels a token") for case in rows)
    assert rows["prompt of 32: ways that say the same as generate (up to ties)"] >= 5
