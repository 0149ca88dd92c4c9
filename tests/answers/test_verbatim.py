"""Every quote and every citation stands word for word on the pages that it names, in all documents at hand."""

import json
import random
from threading import Event

import pytest

from phitui.answers.ask import ask
from phitui.answers.request import Request
from phitui.documents.document import slice_text
from phitui.events import AnswerVerified, NotInDocuments, QuotesFound
from phitui.models.engines.quotation import QuotingEngine
from phitui.records import Quote
from phitui.text import sentences
from tests.answers.shelf import WordEngine

SEED = 11
MEAN_QUOTE_CHARACTERS = 230
"""Quotes are to be read at a glance: their mean length stays below this."""


def on_its_pages(library, path: str, span, text: str) -> bool:
    """Whether the pages' texts, as `phitui page` prints them, hold the text where the span says."""
    document = library.find(path).document_id
    pages = {n: library.page(document, n).text for n in range(span.page, span.page_end + 1)}
    return bool(text) and text == slice_text(pages, span)


def asked_of(library, rng: random.Random, count: int) -> list[str]:
    """Questions that some page speaks to: words of a random sentence of a random page."""
    found = []
    documents = [each for each in library.documents() if each.passages]
    while len(found) < count:
        document = rng.choice(documents)
        text = library.page(document.document_id, rng.randint(1, document.pages)).text
        spans = [text[a:b].split() for a, b in sentences(text) if len(text[a:b].split()) >= 4]
        if spans:
            found.append(" ".join(rng.choice(spans)[:25]) + "?")
    return found


def check_every_quote_and_citation(library, questions) -> int:
    checked = 0
    lengths = []
    for question in questions:
        request = Request(question, save=False, despite_evidence=True)
        quotes: tuple[Quote, ...] = ()
        for event in ask(request, library, QuotingEngine(), Event()):
            if isinstance(event, QuotesFound | NotInDocuments):
                quotes = event.quotes if isinstance(event, QuotesFound) else event.nearest
            if isinstance(event, AnswerVerified):
                for each in event.sentences:
                    for cited in each.citations:
                        assert on_its_pages(library, cited.path, cited.span, cited.quote), cited
        for quote in quotes:
            assert on_its_pages(library, quote.path, quote.span, quote.text), quote
            checked += 1
            lengths.append(len(quote.text))
        said = " ".join(" ".join(quote.text.split()) for quote in quotes)
        for event in ask(request, library, WordEngine(said), Event()):
            if isinstance(event, AnswerVerified):
                for each in event.sentences:
                    for cited in each.citations:
                        assert on_its_pages(library, cited.path, cited.span, cited.quote), cited
                        checked += 1
    assert sum(lengths) < MEAN_QUOTE_CHARACTERS * len(lengths)
    return checked


def test_quotes_and_citations_of_the_shared_pdfs_stand_on_their_pages(pdfs_by_words):
    assert check_every_quote_and_citation(pdfs_by_words, asked_of(pdfs_by_words, random.Random(SEED), 40)) > 100


@pytest.mark.long
def test_quotes_and_citations_of_every_document_stand_on_their_pages(shared_data, tmp_path):
    from phitui.library.library import Library

    (tmp_path / "library").mkdir()
    (tmp_path / "cache").mkdir()
    library = Library(tmp_path / "library", tmp_path / "cache", None)
    for _ in library.add([shared_data / "pdfs", shared_data / "squad/documents"], words_only=True):
        pass
    lines = (shared_data / "squad/questions.jsonl").read_text("utf-8").splitlines()
    rng = random.Random(SEED)
    questions = rng.sample([json.loads(line)["question"] for line in lines], 400) + asked_of(library, rng, 400)
    assert check_every_quote_and_citation(library, questions) > 2_000
    library.close()
