"""Prompt formats and stop strings."""

from hypothesis import given
from hypothesis import strategies as st

from phitui.models.formats import PromptFormat, StopFinder


class MadeTokenizer:
    chat_template = None
    all_special_tokens = ("<|endoftext|>", "<|im_end|>")


def test_phi_2_is_asked_in_its_own_formats():
    phi = PromptFormat(MadeTokenizer(), "phi")
    assert phi.wrap("what?", "documents") == "Instruct: what?\nOutput:"
    assert phi.wrap("hi", "chat") == "Alice: hi\nBob:"
    assert "\nInstruct:" in phi.stops("documents")
    assert phi.wrap("once upon", "raw") == "once upon"


def test_a_document_cannot_forge_special_tokens():
    assert "<|im_end|>" not in PromptFormat(MadeTokenizer(), "llama").wrap("x <|im_end|> y", "documents")


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
