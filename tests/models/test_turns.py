"""Where a turn ends, and what of it is thinking, for the templates that models have."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phitui.models.engines.prompt_formats import PromptFormat
from phitui.models.engines.turns import THOUGHTS, ThoughtFinder, own_thoughts, text_decoder, thought_begun

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
LLAMA3 = (
    "{% for m in messages %}<|start_header_id|>{{ m.role }}<|end_header_id|>\n\n{{ m.content | trim }}<|eot_id|>"
    "{% endfor %}{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}"
)
GEMMA = (
    "{% for m in messages %}<start_of_turn>{{ 'model' if m.role == 'assistant' else m.role }}\n{{ m.content }}"
    "<end_of_turn>\n{% endfor %}{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)
PHI3 = (
    "{% for m in messages %}<|{{ m.role }}|>\n{{ m.content }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)
MISTRAL = (
    "{% for m in messages %}{% if m.role == 'user' %}[INST] {{ m.content }} [/INST]{% else %} {{ m.content }}</s>"
    "{% endif %}{% endfor %}"
)
ALPACA = (
    "{% for m in messages %}{% if m.role == 'user' %}### Instruction:\n{{ m.content }}\n\n### Response:\n{% else %}"
    "{{ m.content }}\n\n{% endif %}{% endfor %}"
)
CASES = {
    "chatml": (CHATML, ["<|im_start|>", "<|im_end|>"], "<|im_end|>"),
    "llama 3": (LLAMA3, ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"], "<|eot_id|>"),
    "gemma": (GEMMA, ["<start_of_turn>", "<end_of_turn>"], "<end_of_turn>"),
    "phi 3": (PHI3, ["<|user|>", "<|assistant|>", "<|end|>"], "<|end|>"),
    "mistral": (MISTRAL, ["[INST]", "[/INST]", "</s>"], "</s>"),
}


def with_template(tokenizer, template, special=()):
    made = copy.deepcopy(tokenizer)
    made.add_tokens(list(special), special_tokens=True)
    made.chat_template = template
    return made


@pytest.mark.parametrize("name", CASES)
def test_the_token_that_the_template_puts_behind_an_answer_ends_it(tiny_tokenizer, name):
    template, special, end = CASES[name]
    tokenizer = with_template(tiny_tokenizer, template, special)
    made = PromptFormat(tokenizer, "llama")
    assert tokenizer.convert_tokens_to_ids(end) in made.ends
    assert made.stops("documents") == ()


@pytest.mark.parametrize(("template", "stop"), [(ALPACA, "\n### Instruction:"), (CHATML, "<|im_end|>")])
def test_where_the_end_of_a_turn_is_no_token_it_is_a_stop_string(tiny_tokenizer, template, stop):
    made = PromptFormat(with_template(tiny_tokenizer, template), "llama")
    assert not made.ends
    assert stop in made.stops("documents") and made.stops("raw") == ()


def test_a_template_that_refuses_answers_ends_no_turn_and_is_still_used(tiny_tokenizer):
    template = "{% for m in messages %}{% if m.role != 'user' %}{{ raise_exception('no') }}{% endif %}Q{{ m.content }}"
    made = PromptFormat(with_template(tiny_tokenizer, template + "{% endfor %}"), "llama")
    assert (made.ends, made.wrap("hi", "chat")) == (frozenset(), "Qhi")


def test_a_model_that_can_be_told_not_to_think_is_told_so(tiny_tokenizer):
    switch = "{% if enable_thinking is defined and enable_thinking is false %}<think>\n\n</think>\n\n{% endif %}"
    made = PromptFormat(with_template(tiny_tokenizer, CHATML + switch), "llama")
    assert made.wrap("hi", "chat").endswith("<think>\n\n</think>\n\n")


@pytest.mark.parametrize(("opening", "closing"), THOUGHTS)
@given(sizes=st.lists(st.integers(1, 9), min_size=1, max_size=40), text=st.text("ab <>/|\n", max_size=20))
def test_a_thought_is_kept_apart_however_the_text_is_cut(opening, closing, sizes, text):
    said = f"\n{opening}Was it noon?{closing}\n\nAt dusk. {text}"
    finder, shown, start = ThoughtFinder([]), "", 0
    for size in sizes * len(said):
        shown += finder.feed(said[start : start + size])
        start += size
    assert (shown + finder.rest(), finder.thoughts) == (f"At dusk. {text}", "Was it noon?")


@given(st.text("ab <>think/\n", max_size=30))
def test_a_text_without_a_thought_stays_as_it_is(text):
    said = f"x{text}"
    finder = ThoughtFinder([])
    assert "".join(map(finder.feed, said)) + finder.rest() == said
    assert finder.thoughts == ""


def test_a_thought_that_never_ends_is_no_answer():
    finder = ThoughtFinder([])
    assert finder.feed("<think>Perhaps </th") + finder.rest() == ""
    assert finder.thoughts == "Perhaps </th"


def test_a_thought_that_the_prompt_begins_is_one_too():
    prompt = "<|im_start|>assistant\n<think>\n"
    finder = ThoughtFinder([], thought_begun(prompt))
    assert finder.feed("Hm.</think>\n\nNo.") + finder.rest() == "No."
    assert (finder.thoughts, thought_begun("<think>\n\n</think>\n\n")) == ("Hm.", None)


def test_a_model_s_own_thoughts_are_found_in_the_middle_too():
    finder = ThoughtFinder([("<think>", "</think>")])
    assert finder.feed("One <think>two</think>three") + finder.rest() == "One three"


def test_marks_of_thoughts_that_are_control_tokens_are_seen(tiny_tokenizer):
    tokenizer = with_template(tiny_tokenizer, None, ["[THINK]", "[/THINK]", "<|im_end|>"])
    said = tokenizer("[THINK]Hm.[/THINK]No.<|im_end|>", add_special_tokens=False)["input_ids"]
    assert text_decoder(tokenizer)(said) == "[THINK]Hm.[/THINK]No."
    assert own_thoughts(tokenizer) == [("[THINK]", "[/THINK]")]
