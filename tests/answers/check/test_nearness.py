"""A short answer stands beside what its question asks about, or another one of its kind does."""

from phitui.answers.check.nearness import nearness

SHARES = "The majority of the forest lies in Brazil with 60%, followed by Peru with 13% and Colombia with 10%."


def test_the_value_beside_the_name_that_was_asked_for_has_no_nearer_rival():
    near, beside, rival = nearness("10%.", "What share does Colombia hold?", SHARES)
    assert near > 0 and beside > 0 and rival == 0


def test_the_value_of_another_name_has_one():
    assert nearness("13%.", "What share does Colombia hold?", SHARES)[2] > 0


def test_what_does_not_stand_there_is_nowhere_near():
    assert nearness("Ecuador", "What share does Colombia hold?", SHARES) == (0.0, 0.0, 0.0)
