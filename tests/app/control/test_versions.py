"""Versions of the scratchpad's text."""

from hypothesis import given
from hypothesis import strategies as st

from phitui.app.control.scratchpad.versions import MOST, Version, Versions


def test_steps_go_back_and_forth_and_end_at_both_ends():
    versions = Versions()
    for text in ("one", "two", "three"):
        assert versions.keep(text, "python").text == text
    assert [versions.step(-1).text, versions.step(-1).text, versions.step(-1)] == ["two", "one", None]
    assert [versions.step(1).text, versions.place, versions.step(1).text, versions.step(1)] == [
        "two",
        "2 of 3",
        "three",
        None,
    ]


def test_the_version_shown_and_an_empty_text_are_not_kept_again():
    versions = Versions()
    versions.keep("one", "python")
    assert versions.keep("one", "python") is None
    assert versions.keep(" \n", "python") is None


@given(st.lists(st.text(alphabet="abc", min_size=1, max_size=2), max_size=3 * MOST))
def test_the_last_texts_are_kept_each_in_a_buffer_of_its_own(texts):
    versions = Versions()
    for text in texts:
        versions.keep(text, "c")
    assert len(versions.kept) <= MOST
    assert len({each.name for each in versions.kept}) == len(versions.kept)
    assert [each.text for each in versions.kept[-1:]] == texts[-1:]


def test_versions_of_an_earlier_session_come_before_those_of_this_one():
    versions = Versions()
    versions.restore([Version("old", "c", 4), Version("newer", "c", 5)])
    assert versions.keep("now", "c").number == 6
    assert [each.text for each in versions.kept] == ["old", "newer", "now"]
