"""Tokenizers of the tiny models."""

import os

import pytest

# Read when triton is first imported: its kernels then run in its interpreter, without a card.
os.environ["TRITON_INTERPRET"] = "1"

CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}<|im_start|>assistant\n"
)


@pytest.fixture(scope="session")
def tiny_tokenizer(tiny_phi):
    """The tiny Phi's, without a chat template as phi-2's."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_phi)


@pytest.fixture(scope="session")
def chat_tokenizer(tiny_llama):
    """The tiny Llama's with a chat template, and roles that are tokens of their own."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_llama)
    tokenizer.add_tokens(["<|im_start|>", "<|im_end|>"], special_tokens=True)
    tokenizer.add_tokens(["<think>", "    ", "word"])
    tokenizer.chat_template = CHAT_TEMPLATE
    return tokenizer
