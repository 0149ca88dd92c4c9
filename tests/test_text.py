"""Text as it enters the program."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phitui.text import clean, one_line, sentences

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@given(st.text(st.characters(codec=None)))
def test_cleaned_text_holds_nothing_that_a_terminal_obeys(text):
    assert not CONTROL.search(clean(text))


@given(st.text())
def test_cleaning_twice_changes_nothing(text):
    assert clean(clean(text)) == clean(text)
    assert unicodedata.is_normalized("NFC", clean(text)) or len(text) > 4


def test_a_word_broken_at_a_line_end_is_joined():
    assert clean("electro\ufffe\r\nmagnet") == "electromagnet"


def test_escape_sequences_lose_their_escape():
    assert clean("a\x1b[31mred\x9b0m\x07") == "a[31mred0m"


@given(st.text(), st.integers(10, 80))
def test_one_line_is_one_line_within_its_limit(text, limit):
    line = one_line(text, limit)
    assert "\n" not in line and len(line) <= limit


@given(st.text(st.sampled_from("aB. \n!?\"'1•"), max_size=200))
def test_sentences_are_ordered_apart_and_lose_only_white_space(text):
    spans = sentences(text)
    end = 0
    kept = ""
    for start, stop in spans:
        assert end <= start < stop
        assert text[start:stop] == text[start:stop].strip()
        kept += text[start:stop]
        end = stop
    assert "".join(kept.split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr. Smith met J. R. Jones. He left.", ["Dr. Smith met J. R. Jones.", "He left."]),
        ("The U.S. Senate sat. See Fig. 3 for it.", ["The U.S. Senate sat.", "See Fig. 3 for it."]),
        ('He said "No." Then he\nwent.', ['He said "No."', "Then he\nwent."]),
        ("Costs rose 3.5 percent. Why? Nobody knows!", ["Costs rose 3.5 percent.", "Why?", "Nobody knows!"]),
        ("Press p to let it\ngo. A star stays.", ["Press p to let it\ngo.", "A star stays."]),
        ("Rules:\na) One thing\niv) Another", ["Rules:", "a) One thing", "iv) Another"]),
        ("One para\n\nAnother para", ["One para", "Another para"]),
        ("これは文です。次の文です。", ["これは文です。", "次の文です。"]),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text, expected):
    assert [text[a:b] for a, b in sentences(text)] == expected
