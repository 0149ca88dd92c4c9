"""Tiny models with random weights, made on the spot: they load and run like the real ones."""

from pathlib import Path
from typing import Any

TEXT = """The lighthouse of Alda was built in 1884 by Maria Vance. It stands 41 metres tall on the northern cape.
Its lamp burned whale oil until 1907, when electric light replaced it. Instruct: what? Output: yes. Question, answer.
def add(a, b):\n    return a + b\n"""


def make_model(folder: Path, family: str = "phi", window: int = 2048) -> Path:
    """A folder made by `save_pretrained`: `family` is phi or llama, `window` in tokens."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PhiConfig, PhiForCausalLM, PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=["<|endoftext|>"], initial_alphabet=alphabet)
    tokenizer.train_from_iterator([TEXT], trainer)
    end = "<|endoftext|>"
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=end, bos_token=end, pad_token=end)
    torch.manual_seed(3)
    common: Any = {
        "vocab_size": len(fast),
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "max_position_embeddings": window,
        "bos_token_id": 0,
        "eos_token_id": 0,
    }
    partial: Any = {"partial_rotary_factor": 0.5}
    if family == "phi":
        model: Any = PhiForCausalLM(PhiConfig(**common, **partial))
    else:
        model = LlamaForCausalLM(LlamaConfig(**common))
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.normal_(0, 0.08)
    model.save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder
