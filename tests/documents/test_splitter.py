"""Sentences and passages are verbatim slices of the pages, of the right size, in order."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phitui.documents.cleaner import tidy_page
from phitui.documents.document import Heading, slice_text
from phitui.documents.repair.running_lines import without_running_lines
from phitui.documents.splitter import MOST_CHARACTERS, SENTENCE_CHARACTERS, split
from tests.documents.made import made_document

WORDS = st.sampled_from(
    ["word", "Another", "1998", "Dr.", "end.", "What?", "\n", "\n\n", "• ", "x" * 90, "é̂", "日本。", "\t"]
)
PAGES = st.lists(st.lists(WORDS, max_size=300).map(lambda words: tidy_page(" ".join(words))), min_size=1, max_size=6)


def check(document):
    parts = split(document)
    pages = {page.number: page.text for page in document.pages}
    kept = ""
    previous = (0, 0)
    for span in parts.sentences:
        text = slice_text(pages, span)
        assert 0 < len(text) <= SENTENCE_CHARACTERS
        assert text == text.strip()
        assert previous <= (span.page, span.start)
        previous = (span.page_end, span.end)
        kept += text
    assert "".join(kept.split()) == "".join("".join(page.text for page in document.pages).split())
    covered = set()
    for passage in parts.passages:
        assert passage.text == slice_text(pages, passage.span)
        assert len(passage.text) <= MOST_CHARACTERS
        first, last = parts.sentences[passage.first_sentence], parts.sentences[passage.last_sentence]
        assert (passage.span.page, passage.span.start) == (first.page, first.start)
        assert (passage.span.page_end, passage.span.end) == (last.page_end, last.end)
        covered.update(range(passage.first_sentence, passage.last_sentence + 1))
    assert covered == set(range(len(parts.sentences)))
    return parts


@settings(max_examples=60, deadline=None)
@given(PAGES)
def test_every_sentence_and_passage_is_a_verbatim_slice_and_nothing_is_lost(texts):
    check(made_document(*texts))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=1500).map(tidy_page), min_size=1, max_size=4))
def test_any_text_can_be_split(texts):
    check(made_document(*texts))


PROSE = " ".join(f"Sentence number {n} says something about the matter at hand and then ends." for n in range(200))


def test_passages_of_prose_are_600_to_1000_characters_and_overlap_by_about_a_quarter():
    passages = check(made_document(PROSE)).passages
    assert all(600 <= len(passage.text) <= 1000 for passage in passages)
    shared = [(each.span.end - after.span.start) / len(after.text) for each, after in pairwise(passages[:-1])]
    assert 0.15 < sum(shared) / len(shared) < 0.35


def test_a_sentence_that_runs_over_a_page_border_knows_both_pages():
    parts = check(made_document("It began on\nthis page and", "ended on the next. Then more came."))
    assert (parts.sentences[0].page, parts.sentences[0].page_end) == (1, 2)
    assert parts.passages[0].text == "It began on\nthis page and\nended on the next. Then more came."


def test_an_empty_page_between_is_stepped_over():
    parts = check(made_document("First page.", "", "Third page."))
    assert [span.page for span in parts.sentences] == [1, 3]


def test_a_document_without_text_has_no_passages():
    assert split(made_document("", "  ")).passages == ()


def test_a_long_table_is_cut_at_line_ends():
    table = "\n".join(f"row {n} | {n * 7} | {n * 13}" for n in range(100))
    for span in check(made_document(table)).sentences[:-1]:
        assert table[span.end] == "\n"


def test_a_passage_knows_the_headings_that_it_stands_under():
    first, second = "Methods\n" + PROSE[:1500], "Results\n" + PROSE[:1500]
    headings = (Heading("Methods", 1, 1, 0), Heading("Details", 2, 1, 800), Heading("Results", 1, 2, 0))
    passages = check(made_document(first, second, headings=headings)).passages
    assert passages[0].section == "Methods"
    assert "Methods › Details" in {passage.section for passage in passages}
    assert passages[-1].section == "Results"


def test_a_passage_that_is_long_enough_ends_before_a_heading():
    headings = (Heading("Methods", 1, 1, 0), Heading("Results", 1, 2, 0))
    passages = check(made_document("Methods\n" + PROSE[:800], "Results\n" + PROSE[:800], headings=headings)).passages
    assert [passage.text.split("\n")[0] for passage in passages] == ["Methods", "Results"]


def test_a_heading_is_a_sentence_of_its_own_even_behind_an_unfinished_one():
    headings = (Heading("2 Results", 1, 1, 11),)
    document = made_document("It broke of\n2 Results\nAnd then it went on.", headings=headings)
    assert [slice_text({1: document.pages[0].text}, span) for span in check(document).sentences] == [
        "It broke of",
        "2 Results",
        "And then it went on.",
    ]


def test_the_documents_title_is_not_repeated_as_a_section():
    headings = (Heading("Made", 1, 1, 0), Heading("Part", 2, 1, 0))
    assert split(made_document(PROSE[:700], headings=headings)).passages[0].section == "Part"


@pytest.mark.parametrize(
    "text",
    [
        "." * 300_000,
        ". " + " " * 300_000 + "x",
        "e" + "\u0301\u0323" * 150_000,
        "x" + " " * 300_000 + "y",
        "\n" * 300_000,
        "." + "[1]" * 100_000,
        "A\n" * 150_000,
        ' "' * 150_000,
        ".\u00a0\n \t" * 60_000,
        "x" * 300_000,
    ],
    ids=["dots", "spaces", "marks", "gap", "lines", "references", "short lines", "quotes", "mixed", "word"],
)
def test_text_made_to_be_slow_is_not(text):
    text = tidy_page(text)
    split(made_document(text, text))
    without_running_lines([text] * 5)


def test_a_record_ends_with_its_page():
    pages = ["Invoice 7\nTotal due: 88.00 EUR", "Invoice 8\nTotal due: 12.00 EUR", "The long way of"]
    spans = split(made_document(*pages, "The Rhine.")).sentences
    assert {(span.page, span.page_end) for span in spans} == {(1, 1), (2, 2), (3, 4)}
