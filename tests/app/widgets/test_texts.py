"""Pieces of text for the panes."""

from phitui.app.control.choosers.kept.history import HINT, HINT_AWAY
from phitui.app.widgets.texts import BETWEEN, bar, plural, score, unparted
from phitui.text import duration


def test_numbers_are_written_in_one_precision():
    assert [score(0.944), score(-0.2), score(14.21), score(None)] == [".94", "-.20", "14.2", "  –"]
    assert [duration(0.041), duration(1.23), duration(200)] == ["41 ms", "1.2 s", "3 min"]
    assert [plural(1, "page"), plural(2693, "passage")] == ["1 page", "2,693 passages"]


def test_a_bar_always_shows_something():
    assert bar(0.0, 4) == "▇▁▁▁"
    assert bar(1.0, 4) == "▇▇▇▇"


def test_no_line_of_keys_ends_between_a_key_and_what_it_does():
    for hint in (HINT, HINT_AWAY, f"one{BETWEEN}two\nthree"):
        for width in range(24, 130):
            lines = unparted(hint, width).split("\n")
            assert BETWEEN.join(lines).split(BETWEEN) == hint.replace("\n", BETWEEN).split(BETWEEN)
            assert all(len(line) <= width or BETWEEN not in line for line in lines)
    assert unparted("one   two\nthree", 80) == "one   two\nthree"
