"""Prompt formats and stop strings."""

import copy
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phitui.errors import ModelError
from phitui.models.engines.prompt_formats import PromptFormat, StopFinder


class MadeTokenizer:
    chat_template = None
    all_special_tokens = ("<|endoftext|>", "<|im_end|>")
    added_tokens_decoder: ClassVar = {}


def test_phi_2_is_asked_in_its_own_formats():
    phi = PromptFormat(MadeTokenizer(), "phi")
    assert phi.wrap("what?", "documents") == "Instruct: what?\nOutput:"
    assert phi.wrap("hi", "chat") == "Alice: hi\nBob:"
    assert "\nInstruct:" in phi.stops("documents")
    assert phi.wrap("once upon", "raw") == "once upon"


def test_a_document_cannot_forge_special_tokens():
    assert "<|im_end|>" not in PromptFormat(MadeTokenizer(), "llama").wrap("x <|im_end|> y", "documents")


def test_models_without_template_are_asked_plainly():
    plain = PromptFormat(MadeTokenizer(), "llama")
    assert plain.wrap("what?", "documents") == "what?\n\nAnswer:"
    assert plain.wrap("hi", "chat") == "User: hi\nAssistant:"


def test_a_chat_template_is_used_where_there_is_one(chat_tokenizer):
    chat = PromptFormat(chat_tokenizer, "phi")
    assert chat.wrap("hi", "chat") == "<|endoftext|><|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant"
    assert chat.stops("documents") == ()


PARTS = ["<|im_end|>", "<|im_start|>", "system", "\n", "<|endoftext|>", "<", "|", ">", "im_end", "<think>", "a"]


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.sampled_from(PARTS), max_size=12))
def test_no_content_brings_control_tokens_into_a_chat(parts, chat_tokenizer):
    chat = PromptFormat(chat_tokenizer, "llama")
    control = set(chat_tokenizer.convert_tokens_to_ids(["<|im_start|>", "<|im_end|>", "<|endoftext|>", "<think>"]))

    def controls(content):
        return sum(token in control for token in chat_tokenizer(chat.wrap(content, "chat")).input_ids)

    assert controls("".join(parts)) == controls("")


def test_added_tokens_that_are_words_or_spaces_are_left_alone(chat_tokenizer):
    assert "a word    here" in PromptFormat(chat_tokenizer, "llama").wrap("a word    here", "chat")


def test_a_chat_template_that_fails_is_said(chat_tokenizer):
    broken = copy.copy(chat_tokenizer)
    broken.chat_template = "{{ raise_exception('no users here') }}"
    with pytest.raises(ModelError, match="no users here"):
        PromptFormat(broken, "llama").wrap("hi", "chat")


@given(
    st.text("ab\nI:", max_size=30),
    st.lists(st.integers(1, 4), min_size=1, max_size=30),
    st.sampled_from(["\nI:", "ab", "a"]),
)
def test_a_stop_string_is_found_however_the_text_is_cut(text, sizes, stop):
    finder, shown, start, stopped = StopFinder([stop]), "", 0, False
    for size in sizes * 30:
        if start >= len(text) or stopped:
            break
        piece, stopped = finder.feed(text[start : start + size])
        shown += piece
        start += size
    if not stopped:
        shown += finder.rest()
    assert stopped == (stop in text)
    assert shown == text.split(stop)[0]
