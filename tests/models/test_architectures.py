"""Each family that people run keeps what it has read, and the doctor says beforehand how a model will run."""

import pytest

from phitui.models.hub.architectures import how_it_runs, offers_cache

FAMILIES = (
    "qwen3 gemma2 gemma3_text gpt2 gpt_neox opt bloom phi3 olmo2 granite starcoder2 stablelm cohere2 smollm3"
).split()
SIZES = {
    "vocab_size": 64,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
    "pad_token_id": 0,
    "bos_token_id": 0,
    "eos_token_id": 0,
}
OWN = {
    "gpt2": {"n_embd": 32, "n_layer": 2, "n_head": 2},
    "bloom": {"n_layer": 2, "n_head": 2},
    "opt": {"ffn_dim": 64, "word_embed_proj_dim": 32},
    "openai-gpt": {"n_embd": 32, "n_layer": 2, "n_head": 2},
}


def tiny(family):
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    torch.manual_seed(0)
    torch.set_grad_enabled(False)
    config = AutoConfig.for_model(family)
    known = {name: size for name, size in SIZES.items() if hasattr(config, name)}
    own = {"head_dim": 16} if hasattr(config, "head_dim") else {}
    config = AutoConfig.for_model(family, **{**known, **own, **OWN.get(family, {})})
    return AutoModelForCausalLM.from_config(config).eval()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_that_people_run_keeps_what_it_has_read(family):
    from phitui.models.decode.dynamic import DynamicRunner

    model = tiny(family)
    assert DynamicRunner(model, "it is wanted").path == "dynamic cache: it is wanted"
    assert offers_cache(type(model).__name__)


def test_a_state_space_model_keeps_its_state_or_is_said_to_recompute():
    """Before transformers 5.24 its state goes by a name of its own, which phitui does not hand over."""
    from phitui.models.decode.dynamic import DynamicRunner

    model = tiny("mamba")
    kept = bool(offers_cache(type(model).__name__))
    said = "dynamic cache" if kept else "recomputes everything for each token"
    assert DynamicRunner(model, "it is wanted").path == f"{said}: it is wanted"


def test_a_family_without_a_cache_is_said_to_recompute_before_and_after_loading():
    from phitui.models.decode.dynamic import DynamicRunner

    model = tiny("openai-gpt")
    said = "recomputes everything for each token"
    assert DynamicRunner(model, "it is wanted").path == f"{said}: it is wanted"
    config = {"model_type": "openai-gpt", "architectures": [type(model).__name__]}
    assert said in how_it_runs(config)


def test_what_cannot_be_told_beforehand_is_not_guessed():
    assert offers_cache("NobodyForCausalLM") is None
    assert offers_cache("../odd") is None
    assert how_it_runs({"model_type": "phi"}) == "with a static cache"
    assert how_it_runs({"model_type": "qwen3"}) == "with a static cache"
    assert how_it_runs({"model_type": "olmo2"}) == "with a dynamic cache: the architecture olmo2 has no fast path"


@pytest.mark.parametrize(
    "error", [RuntimeError("cuDNN says no\nand more"), ValueError("no plan"), NotImplementedError("x")]
)
def test_a_fast_path_that_fails_leaves_the_models_own_way_and_says_why(error, monkeypatch):
    import torch

    from phitui.models.decode.dynamic import DynamicRunner
    from phitui.models.decode.runner import runner_for
    from phitui.models.transformer.forward import Forward

    model = tiny("llama")

    def fails(*given):
        raise error

    monkeypatch.setattr(Forward, "hidden", fails)
    runner = runner_for(model, 1 << 24)
    assert isinstance(runner, DynamicRunner)
    assert runner.path.startswith(f"dynamic cache: the fast path fails here ({str(error).split(chr(10))[0]}")
    assert runner.step(torch.arange(5), 0).shape == (5,)
    error = torch.OutOfMemoryError("CUDA out of memory")
    with pytest.raises(torch.OutOfMemoryError):
        runner_for(model, 1 << 24)
