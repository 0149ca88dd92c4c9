"""Batches of events."""

from phitui.app.jobs.job import merged
from phitui.events import FilesFound, TokensArrived


def test_neighbouring_tokens_are_joined_and_the_order_is_kept():
    events = [TokensArrived("a"), TokensArrived("b"), FilesFound(1), TokensArrived("c")]
    assert merged(events) == [TokensArrived("ab"), FilesFound(1), TokensArrived("c")]
