"""Conversations: renamed, deleted, brought back."""

import pytest

from phitui.errors import UsageError
from phitui.library.library import Library


@pytest.fixture
def conversations(tmp_path):
    for name in ("data", "cache"):
        (tmp_path / name).mkdir()
    library = Library(tmp_path / "data", tmp_path / "cache", None)
    yield library.conversations
    library.close()


def test_what_was_deleted_comes_back_with_its_branches(conversations):
    number = conversations.create("Oil")
    first = conversations.begin_turn(number, "When?")
    conversations.begin_turn(number, "Who?", first)
    conversations.begin_turn(number, "Why?", first)
    before = conversations.list(), conversations.turns(number)
    deleted = conversations.delete(number)
    assert conversations.list() == [] and conversations.turns(number) == []
    conversations.bring_back(deleted)
    assert (conversations.list(), conversations.turns(number)) == before


def test_a_title_is_replaced_and_an_empty_one_refused(conversations):
    number = conversations.create("Oil")
    conversations.rename(number, " The crisis\nof 1973 ")
    assert conversations.list()[0].title == "The crisis of 1973"
    with pytest.raises(UsageError, match="needs a title"):
        conversations.rename(number, "  ")
    with pytest.raises(UsageError):
        conversations.delete(number + 1)
