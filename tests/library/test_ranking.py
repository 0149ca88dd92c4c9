"""The order of passages: related words count, and what has been shown counts once."""

from dataclasses import replace

import pytest

from phitui.documents.document import Span
from phitui.library.search.ranking import (
    BEYOND_WORDS_WEIGHT,
    FURNITURE_WEIGHT,
    REPEATS_WEIGHT,
    STATEMENT_WEIGHT,
    WEIGHTS,
    Query,
    rank,
)
from phitui.library.terms.related import LEAST_COSINE, NO_CREDIT, is_common, related
from phitui.library.terms.words import coverage, stems
from phitui.records import Hit, StoredSentence


def hit(number, text, first=0, last=0, fused=0.5):
    return Hit(number, 1, "", "/a.pdf", "", None, Span(1, 0, 1, 9), text, first, last, fused=fused)


def ordered(question, hits, sentences):
    query = Query.of(question, lambda found: dict.fromkeys(found, 1.0), None)
    by_id = {each.passage_id: [StoredSentence(text, Span(1, 0, 1, 9)) for text in row] for each, row in sentences}
    return rank(query, hits, lambda chosen: [by_id[each.passage_id] for each in chosen])


def test_related_words_are_closer_than_the_least_and_counted_less_than_the_word_itself():
    (near,) = related(["teacher"]).values()
    assert {"professor", "teach"} <= near.keys() and "teacher" not in near
    least = (LEAST_COSINE - NO_CREDIT) / (1 - NO_CREDIT)
    assert all(round(least, 2) <= round(credit, 2) < 1 for credit in near.values())
    assert list(near.values()) == sorted(near.values(), reverse=True)


def test_names_and_terms_of_art_are_not_common_words():
    assert is_common(stems("teachers")[0])
    assert not is_common(stems("Kunskapsskolan")[0])


def test_a_missing_word_is_covered_in_part_by_its_closest_related_word():
    wanted = stems("teacher salaries")
    weights = dict.fromkeys(wanted, 1.0)
    alone = coverage(wanted, set(stems("salaries")), weights)
    near = coverage(wanted, set(stems("salaries of professors")), weights, related(wanted))
    whole = coverage(wanted, set(wanted), weights, related(wanted))
    assert alone == 0.5 < near < 1.0 == whole
    assert coverage(wanted, set(stems("salaries of professors")), weights) == alone


def test_a_passage_whose_best_sentence_was_shown_falls_behind_one_that_says_something_new():
    first = hit(1, "Krill is eaten by the blue whale. It is small.", 0, 1)
    again = hit(2, "Krill is eaten by the blue whale. It swims.", 0, 2, fused=0.45)
    fresh = hit(3, "A whale that is blue has eaten krill.", 5, 5, fused=0.3)
    rows = [
        (first, ["Krill is eaten by the blue whale.", "It is small."]),
        (again, ["Krill is eaten by the blue whale.", "It is small.", "It swims."]),
        (fresh, ["A whale that is blue has eaten krill."]),
    ]
    found = ordered("Is krill eaten by the blue whale?", [first, again, fresh], rows)
    assert [each.passage_id for each in found] == [1, 3, 2]
    assert [each.rank for each in found] == [1, 2, 3]
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


def test_every_signal_of_the_score_is_shown():
    first, again = hit(1, "Krill is small."), hit(2, "Krill is small.")
    found = ordered("What is krill?", [first, again], [(first, ["Krill is small."]), (again, ["Krill is small."])])
    for each in found:
        assert each.signals.keys() == {*WEIGHTS, "beyond words", "furniture", "statement", "repeats"}
        weights = {**WEIGHTS, "beyond words": BEYOND_WORDS_WEIGHT, "repeats": REPEATS_WEIGHT}
        weights |= {"furniture": FURNITURE_WEIGHT, "statement": STATEMENT_WEIGHT}
        assert each.score == pytest.approx(sum(weights[name] * value for name, value in each.signals.items()))
    assert found[0].signals["repeats"] == 0 < found[1].signals["repeats"]


def test_a_document_that_is_named_lifts_its_passages_even_from_far_behind():
    behind = [hit(number, f"Number {number} says nothing.", number, number, fused=0.3) for number in range(1, 40)]
    named = replace(hit(99, "It says something.", 50, 50, fused=0.0), document_id=2)
    query = Query.of("What does the report say?", lambda found: dict.fromkeys(found, 1.0), None)

    def sentences(chosen):
        return [[StoredSentence(each.text, Span(1, 0, 1, 9))] for each in chosen]

    assert rank(query, [*behind, named], sentences)[-1].passage_id == 99
    assert rank(query, [*behind, named], sentences, {2: 0.6})[0].passage_id == 99


def test_meaning_counts_more_where_the_question_uses_other_words():
    near = replace(hit(1, "Whales feed on crustaceans.", 1, 1), dense=0.6)
    far = replace(hit(2, "The queen sat on a chair.", 2, 2), dense=0.1)

    def signal(question, passage):
        found = ordered(question, [near, far], [(near, [near.text]), (far, [far.text])])
        return next(each.signals["beyond words"] for each in found if each.passage_id == passage)

    assert signal("Which prey sustains Moby?", 1) > signal("Which prey sustains Moby?", 2) == 0
    assert signal("Do whales feed on crustaceans?", 1) == 0
