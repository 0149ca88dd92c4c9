"""What speaks for an answer: relevance decides whether the documents are about it, `answer` whether they say it."""

import math
from dataclasses import replace

import numpy as np
import pytest

from phitui.answers.evidence import answerable, unknown_names
from phitui.answers.evidence.answerable import signals
from phitui.answers.evidence.stated import states
from phitui.library.embedder import WordVectors
from phitui.library.search.profile import NEAR
from phitui.library.search.ranking import Query
from tests.answers.shelf import MadeShelf

WHALES = "The blue whale eats four tonnes of krill every day. It does not eat fish."
PARLIAMENT = "Holyrood elected 129 members in 1999. Donald Dewar opened the session."


def found(question, *texts, words=None, answers=None):
    shelf = MadeShelf(*texts)
    shelf.words, shelf.answers = words or shelf.words, answers or shelf.answers
    query = Query.of(question, shelf.rarity, np.ones(2, np.float32) / math.sqrt(2))
    hits = shelf.search(query, len(shelf.hits))
    return signals(query, hits, shelf)


def test_a_question_on_what_is_there_is_more_relevant_than_one_on_something_else():
    shelf = MadeShelf(WHALES, PARLIAMENT)

    def relevance(question):
        query = shelf.query(question)
        return answerable.evidence(query, shelf.search(query, 10), shelf)

    about, other = relevance("How much krill does the blue whale eat?"), relevance("Who painted the ceiling?")
    assert about.speaks and not other.speaks
    assert about.answer is None and not about.weak, "words alone say nothing about the answer"


def test_an_empty_library_says_nothing():
    shelf = MadeShelf()
    assert not answerable.evidence(shelf.query("Who?"), [], shelf).speaks


def test_a_name_that_is_missing_speaks_against_and_one_that_is_there_for_it():
    there = found("What did Donald Dewar open?", WHALES, PARLIAMENT)
    missing = found("What did Alex Salmond open?", WHALES, PARLIAMENT)
    assert there["names"] > 0 == there["names missing"]
    assert missing["names missing"] > 0 == missing["names"]


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When did Holyrood elect its members?", 1),
        ("How many members did Holyrood elect?", 1),
        ("Which members did Holyrood elect?", 0.5),
        ("How many times a year does krill grow in the blue sea?", 1),
        ("When does the blue whale eat krill?", 0),
        ("What is Holyrood's total number of members that it did elect?", 1),
        ("What is the size of the krill in the blue sea?", 1),
        ("What is the name of the size of a whale?", 0.5),
    ],
)
def test_the_best_sentence_holds_the_kind_of_thing_that_is_asked_for(question, kind):
    assert found(question, WHALES, PARLIAMENT)["kind"] == kind


def test_a_not_in_the_question_counts_alone_where_the_sentences_have_none():
    assert found("What does the blue whale not eat?", WHALES)["denied alone"] == 0, "the next sentence has one"
    assert found("Which members were not elected at Holyrood?", PARLIAMENT)["denied alone"] == 1


def test_a_word_turned_into_its_opposite_is_seen():
    text = "Exports increase when the currency is weak."
    assert found("What happens to exports that decrease when the currency is weak?", text)["opposite"] == 1
    assert found("When do exports increase?", text)["opposite"] == 0


def test_a_number_that_the_passage_lacks_is_seen():
    assert found("Which 129 members?", PARLIAMENT)["numbers"] == 1
    assert found("Which 130 members?", PARLIAMENT)["numbers"] == 0


def test_a_name_that_the_library_lacks_is_told_and_one_that_it_has_in_part_or_as_a_short_form_is_not():
    shelf = MadeShelf(WHALES, PARLIAMENT)

    def unknown(question):
        def frequency_of(found):
            return {stem: int(shelf.rarity([stem])[stem] < math.log(3)) for stem in found}

        query = Query.of(question, shelf.rarity, None, frequency_of)
        return unknown_names.unknown_name(query, unknown_names.written_in(shelf.hits, shelf))

    assert unknown("What does Zentrix's session open?") == "Zentrix"
    assert unknown("What did Ada Zentrix open?") == "Ada Zentrix"
    assert not unknown("What did Dewar Zentrix open?") and not unknown("What did the ZTX open?")
    assert not unknown("What did Dewar open?")


def test_an_unknown_name_under_a_title_that_the_library_has_speaks_less_against_it():
    shelf = MadeShelf(WHALES, PARLIAMENT)
    vector = np.ones(2, np.float32) / math.sqrt(2)

    def relevance(absent):
        query = replace(Query.of("What did President Zentrix open?", shelf.rarity, vector), absent=absent)
        return answerable.evidence(query, shelf.hits, shelf).relevance

    assert relevance({"zentrix", "presid"}) < relevance({"zentrix"}) < relevance(frozenset())


def test_a_passage_that_is_near_enough_is_not_refused_unless_a_name_is_unknown():
    shelf = MadeShelf(WHALES, PARLIAMENT)
    vector = np.ones(2, np.float32) / math.sqrt(2)

    def speaks(dense, named=0.0, absent=frozenset()):
        query = replace(Query.of("What does Zentrix open?", shelf.rarity, vector), absent=absent)
        query = replace(query, calling=frozenset({"zentrix"}) - absent)
        hits = [replace(hit, dense=dense, signals={"named": named}) for hit in shelf.hits]
        return answerable.evidence(query, hits, shelf).speaks

    assert speaks(NEAR) and not speaks(NEAR - 0.01)
    assert speaks(NEAR * answerable.NAMED_NEAR, unknown_names.NAMED)
    assert not speaks(NEAR, absent=frozenset({"zentrix"}))


def test_a_near_passage_says_nothing_of_a_name_that_it_does_not_write():
    shelf = MadeShelf(WHALES, PARLIAMENT)
    vector = np.ones(2, np.float32) / math.sqrt(2)

    def speaks(question, *dense):
        hits = [replace(hit, dense=each) for hit, each in zip(shelf.hits, dense, strict=True)]
        return answerable.evidence(Query.of(question, shelf.rarity, vector), hits, shelf).speaks

    assert speaks("How many seats are in Holyrood today?", 0.0, NEAR)
    assert not speaks("How many seats are in Holyrood today?", NEAR, 0.0)
    assert speaks("How many seats are there today?", NEAR, 0.0)


def test_words_are_compared_where_they_stand_when_the_embedder_can():
    axes = {"krill": 0, "eats": 1, "eat": 1}

    def words(texts):
        rows = []
        for text in texts:
            named = tuple(text.replace(".", " ").replace("?", " ").split())
            vectors = np.zeros((len(named), 8), np.float32)
            for place, word in enumerate(named):
                vectors[place, axes.get(word, 7)] = 1
            rows.append(WordVectors(named, vectors))
        return rows

    close = found("Who eats krill?", "The whale eats krill.", words=words)
    assert close["one sentence"] == close["several sentences"] == pytest.approx(1)
    far = found("Who eats krill?", "The whale sleeps soundly.", words=words)
    assert far["one sentence"] == pytest.approx(0)
    assert "one sentence" not in found("Who eats krill?", "The whale eats krill.")


def test_the_best_of_the_sentences_read_with_the_question_counts():
    asked = []

    def answers(question, sentences):
        asked.append((question, tuple(sentences)))
        return [float("krill" in each) for each in sentences]

    assert found("What is eaten?", WHALES, PARLIAMENT, answers=answers)["cross-encoder"] == 1
    ((question, sentences),) = asked
    assert question == "What is eaten?" and "It does not eat fish." in sentences
    assert "cross-encoder" not in found("What is eaten?", WHALES)


def test_a_library_that_goes_over_to_another_embedder_meanwhile_is_still_judged():
    shelf = MadeShelf(WHALES, PARLIAMENT)
    shelf.answers = lambda question, sentences: [3.0] * len(sentences)
    query = Query.of("Which seas does Dewar like?", shelf.rarity, np.ones(2, np.float32) / math.sqrt(2))
    assert 0 <= answerable.evidence(query, shelf.search(query, len(shelf.hits)), shelf).relevance <= 1


@pytest.mark.parametrize(
    ("question", "stated"),
    [
        ("When are the bins collected?", True),
        ("What is the bins policy?", True),
        ("Who collects the glass?", False),
        ("When is the glass collected?", False),
        ("What is the depth of Ostend?", True),
        ("How many people live in Bins?", False),
        ("What does clause 3.1 say?", True),
        ("What does clause 3.2 say?", False),
    ],
)
def test_a_line_states_what_its_label_is_asked_for(question, stated):
    shelf = MadeShelf(
        "Bins: Thursdays, by 7\n3.1 The deposit is two months of rent.\nPort | Depth: Ostend\t8.5",
        *("Herons fish." for _ in range(9)),
    )
    assert states(shelf.query(question), shelf.hits[0], shelf.hits[0].text.split("\n")) == stated
