"""What stands between a reader's raw text and a page: headers out, titles that say something, headings placed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phitui.documents.cleaner import choose_title, place_headings, tidy_page
from phitui.documents.running_lines import without_running_lines


def test_running_headers_and_page_numbers_are_removed():
    pages = [
        f"Annual report\nPage {n} of 9\nText of page {chr(64 + n)}.\nMore {chr(64 + n)}.\n{n}" for n in range(1, 10)
    ]
    assert without_running_lines(pages).texts[4] == "Text of page E.\nMore E."


def test_headers_that_differ_on_left_and_right_pages_are_removed():
    pages = [f"{'The Author' if n % 2 else 'The Book'}\nWords {chr(65 + n)} here." for n in range(12)]
    texts = without_running_lines(pages).texts
    assert texts[:2] == ["The Book\nWords A here.", "The Author\nWords B here."]
    assert texts[2:] == [f"Words {chr(65 + n)} here." for n in range(2, 12)]


def test_three_pages_are_too_few_to_tell_a_header():
    pages = ["Same\na", "Same\nb", "Same\nc"]
    assert without_running_lines(pages).texts == pages


def test_a_title_that_stands_under_the_header_stays():
    pages = ["Rivers\n1\nRivers\nThey flow."] + [f"Rivers\n{n}\nText {chr(60 + n)}." for n in range(2, 8)]
    assert without_running_lines(pages).texts[0] == "Rivers\nThey flow."


def test_pages_that_say_the_same_are_not_emptied():
    assert without_running_lines(["Same."] * 6).texts == ["Same."] * 6


@given(st.lists(st.text(st.sampled_from("ab1\n ."), max_size=60).map(tidy_page), max_size=8))
def test_removing_headers_only_takes_from_the_ends(texts):
    for before, after in zip(texts, without_running_lines(texts).texts, strict=True):
        assert after in before


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ("The Rhine", "The Rhine"),
        ("", "my report"),
        ("untitled", "my report"),
        ("Untitled-2", "my report"),
        ("Document1", "my report"),
        ("Microsoft Word - report.doc", "my report"),
        ("report_final.docx", "my report"),
        ("C:\\reports\\x", "my report"),
        ("12", "my report"),
        ("Red\x1b[31m \u202eTitle", "Red[31m Title"),
    ],
)
def test_the_title_is_the_metadatas_where_that_says_something(metadata, expected):
    assert choose_title(metadata, "", Path("/x/my_report.pdf")) == expected


def test_a_heading_is_found_in_its_pages_text_across_line_ends():
    headings = place_headings(
        [("Ancient  Times", 1, 1, -1), ("Page 3", 1, 1, -1)], ["Intro ancient times.\n1. ANCIENT\nTimes"]
    )
    assert [(heading.title, heading.offset) for heading in headings] == [("Ancient Times", 21)]


def test_headings_of_pages_that_do_not_exist_are_left_out():
    assert place_headings([("A", 1, 9, -1), ("B", 1, 0, -1)], ["text"]) == ()
