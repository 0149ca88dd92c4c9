"""Citations carry quote and page, and survive whatever a document's text is made of."""

import json
from dataclasses import replace

import pytest

from phitui.answers.citations import FORMATS, cited, write
from phitui.answers.turn import Turn
from phitui.documents.document import Span
from phitui.records import CheckedSentence, Citation, Hit, Quote, StoredDocument

QUOTE = "Krill is tiny & 5 % of {all} *things*."
SPAN = Span(4, 0, 4, 38)
HIT = Hit(7, 2, "Old title", "/a/whales.pdf", "", "iv", SPAN, QUOTE, 0, 0)
DOCUMENT = StoredDocument(
    2, "Whales_and krill", "/a/whales.pdf", "indexed", None, 9, 0, 3, 3, "", "hash", "Ada Søren and Bo Lin", 1851
)


def turn(**changes):
    found = Quote(QUOTE, 7, 2, "Old title", "/a/whales.pdf", SPAN, "iv", 1.0)
    return Turn("What is krill?", hits=(HIT,), quotes=(found,), answer="Tiny [1].", **changes)


def test_a_quote_is_cited_with_the_printed_page_and_the_corrected_title():
    (row,) = cited(turn(), {2: DOCUMENT})
    assert (row.title, row.author, row.year, row.page, row.quote) == (
        "Whales_and krill",
        "Ada Søren and Bo Lin",
        1851,
        "iv",
        QUOTE,
    )


def test_sentences_with_citations_win_over_quotes_and_each_span_comes_once():
    citation = Citation(7, 1, "/a/whales.pdf", "Old title", Span(5, 0, 5, 9), "It is tiny.")
    sentences = (CheckedSentence("Tiny.", True, 1.0, (citation,)), CheckedSentence("So.", True, 1.0, (citation,)))
    (row,) = cited(turn(sentences=sentences), {2: DOCUMENT})
    assert (row.page, row.quote) == ("5", "It is tiny.")


def test_a_quote_from_a_picture_says_so():
    scanned = replace(turn(), hits=(replace(HIT, ocr="eng", ocr_pages=(4,)),))
    assert [row.page for row in cited(scanned, {2: DOCUMENT})] == ["iv (OCR)"]


def test_a_document_that_is_gone_is_cited_as_it_was_called():
    (row,) = cited(turn(), {})
    assert (row.title, row.author, row.year) == ("Old title", "", None)


def test_bibtex_is_escaped_and_keyed_by_author_year_and_title():
    text = write([turn()], [DOCUMENT], "bibtex")
    assert text.startswith("@misc{sren1851whalesand,")
    assert r"Krill is tiny \& 5 \% of \{all\}" in text and "p. iv" in text
    assert text.count("{") - text.count(r"\{") == text.count("}") - text.count(r"\}")


def test_csl_json_has_authors_year_and_quotes():
    (item,) = json.loads(write([turn()], [DOCUMENT], "csl-json"))
    assert item["author"] == [{"literal": "Ada Søren"}, {"literal": "Bo Lin"}]
    assert item["issued"] == {"date-parts": [[1851]]} and QUOTE in item["annote"]


def test_markdown_shows_question_answer_and_quote_without_taking_it_for_markup():
    text = write([turn()], [DOCUMENT], "markdown")
    assert text.startswith("## What is krill?\n\nTiny \\[1\\].")
    assert "> Krill is tiny & 5 % of {all} \\*things\\*." in text
    assert "— Ada Søren and Bo Lin, *Whales\\_and krill*, 1851, p. iv" in text


def test_two_documents_of_one_name_have_keys_of_their_own():
    other = Quote(QUOTE, 8, 3, "Whales_and krill", "/b/whales.pdf", SPAN, None, 1.0)
    both = turn()
    both.quotes = (*both.quotes, other)
    items = json.loads(write([both], [], "csl-json"))
    assert len({item["id"] for item in items}) == 2


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_not_in_the_documents_is_cited_by_nobody(form):
    nothing = turn(in_documents=False)
    assert QUOTE not in write([nothing], [DOCUMENT], form)
