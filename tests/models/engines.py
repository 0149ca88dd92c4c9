"""Models of several architectures with random weights, as transformers objects: what the decode loop is tried on."""

from typing import Any

WINDOW = 700
FAMILIES = ("phi", "llama", "gpt_neox", "qwen2")


def random_model(family, window=WINDOW, seed=0, **more):
    """`family`: one of FAMILIES, or qwen3, phi3, gemma2, gemma3_text or mistral (the last three slide).

    Has no end-of-text token.
    """
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    families: dict[str, dict[str, Any]] = {
        "phi": {"partial_rotary_factor": 0.5},
        "llama": {"num_key_value_heads": 2},
        "gpt_neox": {},
        "qwen2": {"num_key_value_heads": 2},
        "qwen3": {"num_key_value_heads": 2, "head_dim": 16},
        "gemma2": {"num_key_value_heads": 2, "head_dim": 16, "sliding_window": 32},
        "gemma3_text": {"num_key_value_heads": 2, "head_dim": 16, "sliding_window": 32, "sliding_window_pattern": 2},
        "phi3": {"num_key_value_heads": 2},
        "mistral": {"num_key_value_heads": 2, "sliding_window": 32},
    }
    sizes: dict[str, Any] = {
        "vocab_size": 500,
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "max_position_embeddings": window,
        "bos_token_id": 0,
        "eos_token_id": 0,
        "pad_token_id": 0,
    }
    config = AutoConfig.for_model(family, **sizes | families[family] | more)
    torch.manual_seed(seed)
    torch.set_grad_enabled(False)
    model = AutoModelForCausalLM.from_config(config).eval()
    for parameter in model.parameters():
        if parameter.dim() > 1:
            parameter.normal_(0, 0.08)
    model.generation_config.eos_token_id = None
    return model


def random_prompt(length, seed, repeated=False):
    """Token ids; `repeated` ones go round and round, as quotations do."""
    import torch

    made = torch.randint(1, 500, (length,), generator=torch.Generator().manual_seed(seed)).tolist()
    return (made[:7] * length)[:length] if repeated else made


def greedy(model, prompt, count):
    """What transformers' own loop says; each prompt is asked once."""
    import torch

    known = model.__dict__.setdefault("greedily_said", {})
    key = (tuple(prompt), count)
    if key not in known:
        given = torch.tensor([prompt])
        options = {"do_sample": False, "max_new_tokens": count, "pad_token_id": 0}
        said = model.generate(given, attention_mask=torch.ones_like(given), **options)  # 0 in a prompt is no padding
        known[key] = said[0, len(prompt) :].tolist()
    return known[key]
