"""Guesses are what followed before; bad ones are made less often."""

from hypothesis import given
from hypothesis import strategies as st

from phitui.models.decode.drafts import LONGEST_DRAFT, LONGEST_PAUSE, REMEMBERED, Lookup

TOKENS = st.lists(st.integers(0, 5), max_size=80)


def lookup(*texts):
    made = Lookup()
    for text in texts:
        made.begin(text)
    return made


@given(TOKENS)
def test_a_guess_is_what_followed_the_last_time_the_longest_run_stood_there(text):
    guess = lookup(text).guess(LONGEST_DRAFT)
    wanted = []
    for length in (3, 2, 1):
        run = text[len(text) - length :]
        ends = [end for end in range(length, len(text)) if text[end - length : end] == run]
        if len(text) >= length and ends:
            wanted = text[ends[-1] : ends[-1] + LONGEST_DRAFT]
            break
    assert guess == wanted


@given(TOKENS, TOKENS)
def test_tokens_that_come_one_by_one_are_as_good_as_a_prompt(prompt, said):
    whole, parts = lookup(prompt + said), lookup(prompt)
    for token in said:
        parts.add([token])
    assert parts.guess(LONGEST_DRAFT) == whole.guess(LONGEST_DRAFT)


def test_earlier_texts_are_remembered_and_the_latest_counts():
    assert lookup([1, 2, 3, 4], [9, 1, 2]).guess(2) == [3, 4]
    assert lookup([1, 2, 3], [1, 2, 5, 9, 1, 2]).guess(1) == [5]


def test_what_is_remembered_does_not_grow_without_end():
    made = Lookup()
    for start in range(0, 10 * REMEMBERED, 1000):
        made.begin(range(start, start + 1000))
    assert len(made._tokens) <= 2 * REMEMBERED + 1000


def test_good_guesses_grow_and_bad_ones_shrink_and_pause():
    made = lookup([*range(40), 1, 2])
    assert made.guess(99) == list(range(3, 3 + LONGEST_DRAFT))
    made.learn(LONGEST_DRAFT, 1)
    assert len(made.guess(99)) == 2
    made.learn(2, 2)
    assert len(made.guess(99)) == 4
    for _ in range(20):
        made.learn(4, 0)
    assert made.paused and made.guess(99) == []
    made.add([1] * LONGEST_PAUSE)
    assert not made.paused
