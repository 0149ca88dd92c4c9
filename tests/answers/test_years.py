"""Sentences that tell figures of several years in turn."""

import pytest

from phitui.answers.evidence.quantities import quantities
from phitui.answers.evidence.years import figures_of_years, of_one_year

IN_TURN = "Dues totalled $3.2 billion ($5 a ship) in 2018, $2.8 billion ($4 a ship) in 2017, and $2.6 billion in 2016."
TOGETHER = "Dues of the port were $542 million and $541 million in 2018 and 2017, respectively."


def told(text, kind="$"):
    found = figures_of_years(text, quantities(text), kind)
    return {int(year): [each.text for each in row] for year, row in found.items()}


def test_each_year_has_its_figures():
    assert told(IN_TURN) == {2018: ["$3.2 billion", "$5"], 2017: ["$2.8 billion", "$4"], 2016: ["$2.6 billion"]}
    assert told(TOGETHER) == {2018: ["$542 million"], 2017: ["$541 million"]}


@pytest.mark.parametrize(
    "text",
    [
        "Dues were $3 billion in 2018.",
        "In 2018 dues were $3 billion, in 2017 $2 billion, and later $1 billion.",
        "Dues of $3 billion, $2 billion and $1 billion fell due in 2018 and 2017, respectively.",
        "Dues rose from 2017 to 2018.",
    ],
)
def test_where_it_is_not_clear_none_has(text):
    assert told(text) == {}
    assert of_one_year(text, quantities(text), "$", 2018) == text


def test_a_text_is_read_as_of_one_year():
    assert of_one_year(IN_TURN, quantities(IN_TURN), "$", 2017) == "Dues totalled $2.8 billion ($4 a ship) in 2017."
    assert of_one_year(IN_TURN, quantities(IN_TURN), "$", 2018) == "Dues totalled $3.2 billion ($5 a ship) in 2018."
    assert of_one_year(TOGETHER, quantities(TOGETHER), "$", 2017) == "Dues of the port were $541 million in 2017."
    assert of_one_year(TOGETHER, quantities(TOGETHER), "$", 1999) == TOGETHER
