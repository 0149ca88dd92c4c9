"""Deep reading: a question over one whole document."""

from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phitui.answers.ask import ask
from phitui.answers.deep_reading.notes import Purpose
from phitui.answers.deep_reading.parts import lines_of, parts_of
from phitui.answers.packing import MARGIN_TOKENS
from phitui.answers.request import Request
from phitui.answers.turn import Turn
from phitui.documents.document import slice_text
from phitui.errors import UsageError
from phitui.events import AnswerFinished, AnswerVerified, PartRead, PassagesRetrieved, QuotesFound, ReadingBegan
from phitui.models.engines.quotation import QuotingEngine
from tests.answers.shelf import PieceEngine, WordEngine

DMCA = "dmca-summary-1998.pdf"
DEADLINES = {
    "within 18 months of enactment": 4,
    "no later than one year from enactment": 8,
    "due 24 months after the date of enactment": 8,
    "within 10-14 business days after receiving the counter notification": 12,
    "within six months of enactment": 15,
    "due two years from enactment": 17,
    "expires two years from enactment": 17,
    "the first by October 28, 1999 and the second by October 28, 2000": 17,
}
"""What the summary sets a time for, and the page; read by a person."""


class EachTime(WordEngine):
    """Says something else for each prompt; stops answering when it has said `most` things."""

    def __init__(self, says, window=2048, cancel=None, most=10_000):
        super().__init__("", window)
        self.say, self.cancel, self.most = says, cancel, most

    def stream(self, prompt, sampling, cancel):
        self.says = self.say(prompt)
        yield from super().stream(prompt, sampling, cancel)
        if len(self.prompts) == self.most:
            self.cancel.set()


def read(library, question, engine=None, path=DMCA, cancel=None):
    document = next(each for each in library.documents() if each.path.endswith(path))
    request = Request(question, whole=document.document_id, save=False)
    return list(ask(request, library, engine or QuotingEngine(), cancel or Event()))


def only(events, kind):
    found = [event for event in events if isinstance(event, kind)]
    assert len(found) == 1
    return found[0]


def first_sentence(prompt):
    """A model that copies the first sentence of each part, and the first of the notes."""
    text = prompt.split("\n\n")[2].split("\n")[0]
    return text[: text.find(". ") + 1] or text


def test_every_deadline_that_a_person_found_is_listed_with_its_page(pdfs_by_words):
    events = read(pdfs_by_words, "List all deadlines.")
    listed = [(each.text, each.citations[0].span.page) for each in only(events, AnswerVerified).sentences]
    for words, page in DEADLINES.items():
        assert any(words in text and found == page for text, found in listed), words
    assert len(listed) <= 2 * len(DEADLINES)


def test_a_sentence_that_stands_on_several_pages_is_listed_once_with_all_of_them(pdfs_by_words):
    events = read(pdfs_by_words, "List all deadlines.", path="21cfr1308.pdf")
    listed = only(events, AnswerVerified).sentences
    comments = [each for each in listed if "written comments on or objections" in each.text]
    assert [[cited.span.page for cited in each.citations] for each in comments] == [[9, 10, 15]]
    assert {cited.span.page for each in listed for cited in each.citations} >= {9, 10, 11, 14, 15, 17, 18, 19}


def test_a_list_can_be_narrowed_down(pdfs_by_words):
    all_of_them = only(read(pdfs_by_words, "List all deadlines"), AnswerVerified).sentences
    studies = only(read(pdfs_by_words, "List all deadlines of studies"), AnswerVerified).sentences
    assert 0 < len(studies) < len(all_of_them)
    assert {each.text for each in studies} <= {each.text for each in all_of_them}


def test_a_summary_without_a_model_takes_a_few_sentences_from_all_over_the_document(pdfs_by_words):
    for path, pages in ((DMCA, 18), ("hr1904-healthy-forests.pdf", 29), ("loc-iraq-legal-history.pdf", 33)):
        events = read(pdfs_by_words, "Summarise this document", path=path)
        found = [each.citations[0].span.page for each in only(events, AnswerVerified).sentences]
        assert len(found) == 8 and found == sorted(found)
        assert found[0] <= 0.2 * pages and found[-1] >= 0.8 * pages
        assert only(events, AnswerFinished).model == "quoting"


def test_a_question_is_answered_from_all_pages_that_speak_to_it(pdfs_by_words):
    events = read(pdfs_by_words, "What are nonprofit libraries and archives exempted from?")
    pages = {each.citations[0].span.page for each in only(events, AnswerVerified).sentences}
    assert {5, 7} <= pages
    assert only(events, PassagesRetrieved).hits


def test_where_nothing_speaks_to_the_question_the_answer_is_empty(pdfs_by_words):
    events = read(pdfs_by_words, "Which volcanoes erupted in Iceland?")
    assert only(events, AnswerFinished).text == ""
    assert not any(event.sentences for event in events if isinstance(event, PartRead))


@pytest.mark.parametrize("question", ["summarise it", "list all deadlines", "What may libraries copy?"])
def test_notes_are_word_for_word_what_their_pages_say(pdfs_by_words, question):
    events = read(pdfs_by_words, question)
    document = only(events, ReadingBegan).document_id
    for event in events:
        for sentence in event.sentences if isinstance(event, PartRead | AnswerVerified) else ():
            cited = sentence.citations[0]
            pages = {n: pdfs_by_words.page(document, n).text for n in range(cited.span.page, cited.span.page_end + 1)}
            assert cited.quote == slice_text(pages, cited.span)


def test_parts_tell_how_far_the_reading_is_and_name_their_pages(pdfs_by_words):
    events = read(pdfs_by_words, "list all deadlines")
    parts = [event for event in events if isinstance(event, PartRead)]
    assert [event.part for event in parts] == list(range(1, only(events, ReadingBegan).parts + 1))
    assert parts[0].page == 1 and parts[-1].page_end == only(events, ReadingBegan).pages
    for event in parts:
        cited = [each.span for sentence in event.sentences for each in sentence.citations]
        assert all(event.page <= span.page <= span.page_end <= event.page_end for span in cited)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=15)
@given(st.data(), st.sampled_from([100, 300, 900, 4000]))
def test_parts_hold_every_sentence_once_within_their_budget(pdfs_by_words, data, budget):
    document = data.draw(st.sampled_from([each for each in pdfs_by_words.documents() if each.passages]))
    lines = lines_of(pdfs_by_words.whole(document.document_id), pdfs_by_words.sentences)
    assert [line.ordinal for line in lines] == list(range(len(lines)))
    parts = parts_of(lines, PieceEngine().count_tokens, budget)
    assert [line for part in parts for line in part.lines] == lines
    for part in parts:
        assert len(part.lines) == 1 or PieceEngine().count_tokens([part.text])[0] <= budget


@pytest.mark.parametrize("window", [512, 1024, 2048])
def test_a_model_notes_each_part_and_answers_from_the_notes_within_its_window(pdfs_by_words, window):
    class Pieces(EachTime, PieceEngine):
        pass

    engine = Pieces(first_sentence, window)
    events = read(pdfs_by_words, "Summarise this document", engine)
    for prompt in engine.prompts:
        assert engine.count_tokens([prompt])[0] + MARGIN_TOKENS < window
    assert len(engine.prompts) > only(events, ReadingBegan).parts
    quoted = next(place for place, event in enumerate(events) if isinstance(event, QuotesFound))
    assert quoted < next(place for place, event in enumerate(events) if isinstance(event, PartRead))
    assert "notes on the parts" in engine.prompts[-1]
    assert only(events, AnswerFinished).text == engine.says.strip()
    assert any(each.supported and each.citations for each in only(events, AnswerVerified).sentences)


def test_what_a_part_does_not_support_is_replaced_by_its_own_sentences(pdfs_by_words):
    made_up = "The Emperor Napoleon signed it in 1805 for 99 dollars."
    events = read(pdfs_by_words, "Summarise this document", WordEngine(made_up))
    noted = [each for event in events if isinstance(event, PartRead) for each in event.sentences]
    assert noted and not any("Napoleon" in each.text for each in noted)
    checked = only(events, AnswerVerified).sentences
    assert [each.supported for each in checked] == [False]


def test_cancelling_keeps_what_was_noted_so_far(pdfs_by_words):
    cancel = Event()
    engine = EachTime(first_sentence, cancel=cancel, most=3)
    events = read(pdfs_by_words, "Summarise this document", engine, cancel=cancel)
    parts = [event for event in events if isinstance(event, PartRead)]
    done = only(events, AnswerFinished)
    assert len(parts) == 3 and done.reason == "cancelled"
    assert done.text.split("\n") == [each.text for event in parts for each in event.sentences]


def test_excluded_passages_are_not_read(pdfs_by_words):
    document = next(each for each in pdfs_by_words.documents() if each.path.endswith(DMCA))
    first, *others = pdfs_by_words.whole(document.document_id)
    excluded = frozenset(hit.passage_id for hit in others)
    request = Request("What is the DMCA?", whole=document.document_id, excluded=excluded, save=False)
    events = list(ask(request, pdfs_by_words, QuotingEngine(), Event()))
    assert {each.passage_id for each in only(events, PassagesRetrieved).hits} == {first.passage_id}


def test_a_turn_that_read_a_whole_document_survives_json(pdfs_by_words):
    turn = Turn("list all deadlines")
    for event in read(pdfs_by_words, turn.question):
        turn.take(event)
    assert turn.notes and turn.reading and turn.topic == turn.reading.title
    assert Turn.from_json(turn.to_json()) == turn


def test_a_document_without_text_is_refused(pdfs_by_words):
    with pytest.raises(UsageError, match="no text to read"):
        list(ask(Request("summarise", whole=10_000), pdfs_by_words, QuotingEngine(), Event()))


@pytest.mark.parametrize(
    ("question", "kind", "about"),
    [
        ("Summarise this document", "summary", ()),
        ("What is this paper about?", "summary", ()),
        ("What are the main findings?", "summary", ()),
        ("Summarise what it says about liability", "question", ()),
        ("list all deadlines", "list", ()),
        ("Which deadlines are there for service providers?", "list", ("servic", "provid")),
        ("Give me a timeline", "list", ()),
        ("Who signed the act?", "question", ()),
    ],
)
def test_what_is_wanted_is_read_from_the_question(question, kind, about):
    purpose = Purpose.of(question)
    assert (purpose.kind, purpose.about) == (kind, about)
