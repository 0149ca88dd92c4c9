"""The caches of drawn lines keep and forget what Textual's own do."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.cache import FIFOCache
from textual.strip import Strip

from phitui.app.frame.strips import Few


@given(st.integers(1, 5), st.lists(st.tuples(st.integers(0, 8), st.integers(0, 99))))
def test_the_latest_entries_are_kept_as_in_textuals_own(most, entries):
    ours: Any = Few(most)
    theirs: Any = FIFOCache(most)
    for key, value in entries:
        ours[key] = theirs[key] = value
        assert [ours.get(each) for each in range(9)] == [theirs.get(each) for each in range(9)]
    with pytest.raises(KeyError):
        ours["never put in"]


def test_lines_that_the_app_draws_have_them(app):
    assert isinstance(Strip([])._divide_cache, Few)
