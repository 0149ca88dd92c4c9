"""Conversations as trees."""

from phitui.answers.past.branches import way
from phitui.answers.past.changes import changes
from phitui.answers.turn import Turn
from phitui.documents.document import Span
from phitui.records import CheckedSentence, Quote


def turn(number: int, question: str, parent: int | None = None, begins: bool = False) -> Turn:
    return Turn(question, turn_id=number, parent_id=parent, begins=begins)


def asked(levels) -> list[list[int]]:
    return [[each.turn_id for each in level.turns] for level in levels]


def test_a_conversation_without_branches_is_one_way():
    assert asked(way([turn(1, "a"), turn(2, "b", 1), turn(3, "c", 2)])) == [[1], [2], [3]]


def test_turns_that_name_no_parent_follow_one_another():
    turns = [turn(1, "a"), turn(2, "b"), turn(3, "a"), turn(4, "c", 99), Turn("d")]
    assert asked(way(turns)) == [[1], [2], [3], [4], [None]]


def test_a_question_asked_again_stands_below_its_first_answer_and_goes_on_from_either():
    turns = [turn(1, "a"), turn(2, "a", begins=True), turn(3, "b", 1), turn(4, "c", 3)]
    assert asked(way(turns)) == [[1, 2], [3], [4]]


def test_a_changed_question_is_a_branch_of_its_own_and_the_latest_is_shown():
    turns = [turn(1, "a"), turn(2, "b", 1), turn(3, "c", 2), turn(4, "b, changed", 1)]
    assert asked(way(turns)) == [[1], [4]]
    assert [(level.shown, len(level.forks)) for level in way(turns)] == [(0, 1), (1, 2)]
    assert asked(way(turns, turns[1])) == [[1], [2], [3]]


def test_the_first_question_can_be_changed_too_and_a_turn_that_no_disk_took_is_the_latest():
    turns = [turn(1, "a"), turn(2, "A", begins=True), Turn("after A", parent_id=2), turn(3, "after a", 1)]
    assert [[each.question for each in level.turns] for level in way(turns)] == [["A"], ["after A"]]


def quote(text: str) -> Quote:
    return Quote(text, 1, 1, "T", "/t.pdf", Span(1, 0, 1, len(text)), None, 1.0)


def test_changes_name_what_only_one_of_two_answers_has():
    before = Turn("q", quotes=(quote("One."), quote("Two.")), sentences=(CheckedSentence("It was so.", True, 1.0),))
    now = Turn("q", quotes=(quote("Two. "), quote("Three.")), sentences=(CheckedSentence("It is so.", True, 1.0),))
    found = changes(before, now)
    assert [each.text for each in found.new_quotes] == ["Three."]
    assert [each.text for each in found.gone_quotes] == ["One."]
    assert (found.new_sentences, found.gone_sentences) == (("It is so.",), ("It was so.",))
    assert not changes(now, now)


def test_a_conversation_of_many_thousand_turns_is_one_way_too():
    turns = [turn(number, f"q{number}", number - 1 or None) for number in range(1, 5_001)]
    assert len(way(turns)) == len(way(turns, turns[0])) == 5_000
