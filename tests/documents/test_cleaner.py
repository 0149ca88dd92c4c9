"""What stands between a reader's raw text and a page: titles that say something, headings placed."""

from pathlib import Path

import pytest

from phitui.documents.cleaner import author_name, choose_title, place_headings


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


def test_programs_and_defaults_are_no_authors():
    assert [author_name(name) for name in ("Microsoft Office User", "user1", "python-docx", " ; ", "C:\\x")] == [""] * 5
    assert author_name("Ada Finch;Bo Wren; ") == "Ada Finch; Bo Wren"
