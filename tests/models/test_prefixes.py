"""Caches of conversations are parked and found again within their budget."""

from hypothesis import given
from hypothesis import strategies as st

from phitui.models.decode.prefixes import WORTH_KEEPING, Prefixes, shared

TOKENS = st.lists(st.integers(0, 2), min_size=1, max_size=120)


class TextCache:
    """Holds the tokens themselves instead of their keys and values; ten bytes each."""

    def __init__(self):
        self.held, self.text = [], []

    @property
    def size(self):
        return 10 * len(self.held)

    def save(self):
        return self.text[: len(self.held)]

    def restore(self, saved, held):
        self.text, self.held = list(saved), list(held)

    def read(self, prefixes, prompt):
        """As a generator does; returns how many tokens need not be read."""
        start = prefixes.begin(self, prompt)
        self.text = self.text[:start] + prompt[start:]
        self.held = list(prompt)
        return start


@given(TOKENS, TOKENS)
def test_shared_is_the_longest_common_beginning(one, two):
    length = shared(one, two)
    assert one[:length] == two[:length]
    assert length == min(len(one), len(two)) or one[length] != two[length]


@given(st.lists(TOKENS, max_size=12), st.integers(0, 3000))
def test_the_cache_always_holds_what_it_says(prompts, budget):
    prefixes, cache = Prefixes(budget), TextCache()
    for prompt in prompts:
        before = shared(cache.held, prompt)
        start = cache.read(prefixes, prompt)
        assert cache.text == cache.held == prompt
        assert min(before, len(prompt) - 1) <= start < len(prompt)
        assert sum(each.size for each in prefixes._parked) <= budget


def conversation(first):
    return [first] * (3 * WORTH_KEEPING)


def test_conversations_in_turn_are_not_read_again():
    prefixes, cache = Prefixes(100_000), TextCache()
    for name in (1, 2, 3):
        cache.read(prefixes, conversation(name))
    for name in (1, 3, 2, 1):
        assert cache.read(prefixes, [*conversation(name), 9]) >= 3 * WORTH_KEEPING - 1


def test_the_least_recently_used_goes_out():
    prefixes, cache = Prefixes(2 * 10 * 3 * WORTH_KEEPING), TextCache()
    for name in (1, 2, 3, 4):
        cache.read(prefixes, conversation(name))
    assert cache.read(prefixes, conversation(1)) == 0


def test_clear_gives_everything_back():
    prefixes, cache = Prefixes(100_000), TextCache()
    cache.read(prefixes, conversation(1))
    cache.read(prefixes, conversation(2))
    prefixes.clear()
    assert cache.read(prefixes, conversation(1)) == 0
