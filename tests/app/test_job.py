"""Batches of events."""

from phitui.app.jobs.job import merged
from phitui.app.widgets.texts import bar, plural, score
from phitui.events import FilesFound, TokensArrived
from phitui.text import duration


def test_neighbouring_tokens_are_joined_and_the_order_is_kept():
    events = [TokensArrived("a"), TokensArrived("b"), FilesFound(1), TokensArrived("c")]
    assert merged(events) == [TokensArrived("ab"), FilesFound(1), TokensArrived("c")]


def test_numbers_are_written_in_one_precision():
    assert [score(0.944), score(-0.2), score(14.21), score(None)] == [".94", "-.20", "14.2", "  –"]
    assert [duration(0.041), duration(1.23), duration(200)] == ["41 ms", "1.2 s", "3 min"]
    assert [plural(1, "page"), plural(2693, "passage")] == ["1 page", "2,693 passages"]


def test_a_bar_always_shows_something():
    assert bar(0.0, 4) == "▇▁▁▁"
    assert bar(1.0, 4) == "▇▇▇▇"
