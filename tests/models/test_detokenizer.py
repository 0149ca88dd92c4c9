"""Characters that are split over tokens."""

from hypothesis import given, settings
from hypothesis import strategies as st

from phitui.models.decode.detokenizer import TokenDecoder


def by_bytes(tokens):
    return bytes(tokens).decode("utf-8", errors="replace")


def by_words(tokens):
    """As SentencePiece does: the first word loses its leading space."""
    return "".join(f" w{token}" for token in tokens)[1:]


@given(st.text(max_size=40))
def test_a_token_a_byte_gives_the_text_in_whole_characters(text):
    decoder = TokenDecoder(by_bytes)
    pieces = [decoder.feed(byte) for byte in text.encode()]
    ends = len(text) - len(text.rstrip("\ufffd"))
    assert "".join(pieces) == text[: len(text) - ends]
    if "\ufffd" not in text:
        assert not any("\ufffd" in piece for piece in pieces)


@given(st.binary(max_size=40))
def test_broken_bytes_lose_no_character_after_them(data):
    decoder = TokenDecoder(by_bytes)
    shown = "".join(decoder.feed(byte) for byte in data + b"end")
    assert shown == by_bytes(data + b"end")


@given(st.lists(st.integers(0, 9), max_size=30))
def test_spaces_that_depend_on_the_token_before_are_kept(tokens):
    decoder = TokenDecoder(by_words)
    assert "".join(decoder.feed(token) for token in tokens) == by_words(tokens)


@settings(max_examples=30, deadline=None)
@given(text=st.text(max_size=60))
def test_a_real_tokenizers_tokens_give_its_text(text, tiny_tokenizer):
    ids = tiny_tokenizer(text, add_special_tokens=False).input_ids
    decoder = TokenDecoder(lambda some: tiny_tokenizer.decode(some, skip_special_tokens=True))
    shown = "".join(decoder.feed(token) for token in ids)
    assert shown == tiny_tokenizer.decode(ids, skip_special_tokens=True).rstrip("\ufffd")
