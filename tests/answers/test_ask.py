"""A question's way from its text to a checked answer."""

from threading import Event

import pytest

from phitui.answers.ask import ask
from phitui.answers.given_text import GivenText
from phitui.answers.question.followup import condense
from phitui.answers.request import LONGEST_QUESTION, Request, checked_question
from phitui.answers.turn import Turn
from phitui.errors import UsageError
from phitui.events import (
    AnswerFinished,
    AnswerVerified,
    LibraryDescribed,
    NotInDocuments,
    PassagesRetrieved,
    PromptPacked,
    QuotesFound,
    SentencesChecked,
)
from phitui.models.engines.quotation import QuotingEngine
from tests.answers.shelf import MadeShelf, WordEngine

OIL = "The oil crisis began in October 1973. Arab producers proclaimed an embargo. Prices rose to 12 dollars."
RHINE = "The Rhine is a river. It flows through Basel and Cologne. It is 1,230 km long."


def events_of(engine, question, shelf=None, cancel=None, **how):
    shelf = shelf or MadeShelf(OIL, RHINE)
    return list(ask(Request(question, **how), shelf, engine, cancel or Event()))


def only(events, kind):
    found = [event for event in events if isinstance(event, kind)]
    assert len(found) == 1
    return found[0]


def test_quotes_come_before_the_models_prose_and_hold_the_answer():
    events = events_of(WordEngine("It began in October 1973."), "When did the oil crisis begin?")
    kinds = [type(event) for event in events]
    assert (
        kinds.index(PassagesRetrieved)
        < kinds.index(QuotesFound)
        < kinds.index(PromptPacked)
        < kinds.index(AnswerFinished)
    )
    assert "October 1973" in only(events, QuotesFound).quotes[0].text


def test_a_supported_sentence_is_cited_and_a_made_up_number_is_marked():
    said = "The oil crisis began in October 1973. The embargo cost 99 dollars."
    checked = only(events_of(WordEngine(said), "When did the oil crisis begin?"), AnswerVerified).sentences
    assert [each.supported for each in checked] == [True, False]
    assert checked[0].citations[0].path == "/p1.pdf"
    assert checked[1].unsupported_words == ("99 dollars",)


def test_sentences_are_checked_while_the_answer_grows():
    said = "The oil crisis began in October 1973. The embargo cost 99 dollars. Prices rose."
    events = events_of(WordEngine(said), "When did the oil crisis begin?")
    growing = [event for event in events if isinstance(event, SentencesChecked)]
    assert [[each.supported for each in event.sentences] for event in growing] == [[True], [True, False]]
    assert events.index(growing[0]) < events.index(only(events, AnswerFinished))


def test_early_quotes_leave_out_what_was_excluded():
    shelf = MadeShelf(OIL, RHINE)
    shelf.embedder_ready = False
    events = events_of(QuotingEngine(), "How long is the Rhine river?", shelf, excluded=frozenset({2}))
    early = next(event for event in events if isinstance(event, QuotesFound) and event.by_words_only)
    assert 2 not in {quote.passage_id for quote in early.quotes}


def test_a_question_that_nothing_speaks_to_is_refused_before_generating():
    engine = WordEngine("Tungsten boils at 5555 C.")
    events = events_of(engine, "What is the boiling point of tungsten?")
    assert not only(events, NotInDocuments).evidence.speaks
    assert not engine.prompts and only(events, AnswerFinished).text == ""


def test_a_user_may_ask_the_model_without_documents():
    engine = WordEngine("No idea.")
    events_of(engine, "What is the boiling point of tungsten?", use_documents=False)
    assert "Paper" not in engine.prompts[0]


def test_only_these_passages_are_used_and_excluded_ones_are_not():
    events = events_of(WordEngine("x"), "When did the oil crisis begin?", only=frozenset({2}))
    assert [hit.passage_id for hit in only(events, PassagesRetrieved).hits] == [2]
    events = events_of(QuotingEngine(), "How long is the Rhine river?", excluded=frozenset({1}))
    assert {quote.passage_id for quote in only(events, QuotesFound).quotes} == {2}


def test_without_a_model_the_quotes_are_the_answer():
    events = events_of(QuotingEngine(), "How long is the Rhine river?")
    assert "1,230 km" in only(events, AnswerFinished).text
    assert all(each.supported for each in only(events, AnswerVerified).sentences)


def test_cancelling_ends_the_answer_and_keeps_what_was_said():
    cancel = Event()
    cancel.set()
    events = events_of(WordEngine("The oil crisis began."), "When did the oil crisis begin?", cancel=cancel)
    assert only(events, AnswerFinished).reason == "cancelled"


def test_a_turn_survives_json():
    turn = Turn("When did the oil crisis begin?")
    for event in events_of(WordEngine("The oil crisis began in October 1973."), turn.question):
        turn.take(event)
    turn.hashes = {1: "abc"}
    assert Turn.from_json(turn.to_json()) == turn


@pytest.mark.parametrize("question", ["", "  \n", "\x1b"])
def test_an_empty_question_is_refused(question):
    with pytest.raises(UsageError, match="empty"):
        checked_question(question)


def test_a_question_of_50_000_characters_is_refused_in_one_sentence():
    with pytest.raises(UsageError, match=f"50,000 characters, {LONGEST_QUESTION:,}"):
        checked_question("x" * 50_000)


@pytest.mark.parametrize(
    ("question", "earlier", "carried"),
    [
        ("When did it end?", "When did the 1973 oil crisis begin in the United States?", ["1973", "United States"]),
        ("And in Basel?", "How wide is the river Rhine?", ["Rhine"]),
        ("How long is the Nile river?", "How wide is the river Rhine?", []),
        ("why is that?", "how do whales sleep?", ["whales", "sleep"]),
    ],
)
def test_a_follow_up_carries_what_it_leaves_unsaid(question, earlier, carried):
    condensed = condense(question, [earlier])
    assert all(word in condensed for word in carried)
    assert (condensed != question) == bool(carried)


def test_a_text_given_by_hand_is_read_and_quoted_but_belongs_to_no_library():
    given = GivenText.of("The Petrel was launched in 1920. She carried forty passengers.", "note.txt")
    engine = WordEngine("The Petrel was launched in 1920.")
    events = events_of(engine, "When was the Petrel launched?", context=(given,))
    assert "[1] note.txt, p. 1\nThe Petrel was launched in 1920." in engine.prompts[0]
    assert "launched in 1920" in only(events, QuotesFound).quotes[0].text
    cited = only(events, AnswerVerified).sentences[0].citations[0]
    assert cited.passage_id < 0 and cited.title == "note.txt" and not cited.path


def test_of_a_long_text_given_by_hand_the_passages_that_speak_to_the_question_are_read():
    filler = "".join(f"Paragraph {n} is about nothing in particular and goes on for a while. " for n in range(300))
    engine = WordEngine("x", window=1024)
    given = GivenText.of(f"{filler}The Petrel was launched in 1920. {filler}")
    events_of(engine, "When was the Petrel launched?", context=(given,))
    assert "The Petrel was launched in 1920." in engine.prompts[0]


@pytest.mark.parametrize("text", ["", " \n ", "x" * 300_000])
def test_an_empty_or_endless_context_is_refused(text):
    with pytest.raises(UsageError, match="The context"):
        GivenText.of(text)


def test_an_edited_prompt_is_sent_as_it_is():
    shelf, engine = MadeShelf(OIL, RHINE), WordEngine("It began in October 1973.")
    prompt = f"Instruct: {OIL} When?\nOutput:"
    events = events_of(engine, "When?", shelf, hits=tuple(shelf.hits), prompt=prompt)
    assert engine.prompts == [prompt] == [only(events, PromptPacked).prompt]
    assert [each.state for each in only(events, PromptPacked).passages] == ["in", "out"]


def test_where_the_window_is_full_the_answer_says_so_and_can_go_on():
    shelf = MadeShelf(OIL, RHINE)
    engine = WordEngine("word " * 200, window=128)
    first = only(events_of(engine, "When did the oil crisis begin?", shelf=shelf), AnswerFinished)
    assert first.reason == "window" and len(first.text.split()) == 64
    again = {"hits": (shelf.hits[0],), "begun": "It began in"}
    events = events_of(WordEngine(" October 1973."), "When did the oil crisis begin?", shelf, **again)
    assert only(events, AnswerFinished).text == "It began in October 1973."
    assert only(events, PromptPacked).prompt.endswith("Output: It began in")


def test_unsupported_sentences_do_not_stay_in_the_history():
    turn = Turn("When did the oil crisis begin?")
    said = "The oil crisis began in October 1973. The embargo cost 99 dollars."
    for event in events_of(WordEngine(said), turn.question):
        turn.take(event)
    assert turn.told == "The oil crisis began in October 1973."


def test_a_bound_answer_replaces_what_no_passage_says_by_a_quote():
    said = "The oil crisis began in October 1973. The embargo cost 99 dollars."
    turn = Turn("When did the oil crisis begin?")
    for event in events_of(WordEngine(said), turn.question, bound=True):
        turn.take(event)
    assert "99" not in turn.answer
    assert all(each.supported for each in turn.sentences)
    assert Turn.from_json(turn.to_json()) == turn


def test_an_answer_without_documents_is_not_bound():
    events = events_of(WordEngine("No idea. No idea."), "Tungsten?", use_documents=False, bound=True)
    assert only(events, AnswerFinished).text == "No idea. No idea."


def test_a_question_about_the_library_is_answered_from_what_phitui_knows():
    events = events_of(QuotingEngine(), "How many documents are there?")
    assert "2 documents" in only(events, LibraryDescribed).text
    assert not any(isinstance(event, PassagesRetrieved | QuotesFound) for event in events)
    turn = Turn("How many documents are there?")
    for event in events:
        turn.take(event)
    assert not turn.in_documents and turn.library_note and Turn.from_json(turn.to_json()) == turn


def test_documents_about_a_topic_are_listed_with_their_passages():
    events = events_of(QuotingEngine(), "List the documents about the Rhine river")
    assert "Paper 2" in only(events, LibraryDescribed).text and "Paper 1" not in only(events, LibraryDescribed).text
    assert only(events, QuotesFound).quotes


def test_a_question_about_contents_is_not_about_the_library():
    assert not any(
        isinstance(event, LibraryDescribed) for event in events_of(QuotingEngine(), "How long is the Rhine?")
    )


def test_nothing_is_in_the_documents_without_a_quote():
    for how in ({"only": frozenset({99})}, {"despite_evidence": True, "excluded": frozenset({1, 2})}):
        events = events_of(QuotingEngine(), "When did the oil crisis begin?", **how)
        assert only(events, NotInDocuments).nearest == ()
