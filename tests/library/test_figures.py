"""Figures of accounts are found where statements have them."""

import pytest

from phitui.library.terms.figures import asked_statements, in_statements, is_figure, statements_in
from tests.library.made import open_library

ROWS = "\tMarch 2022\tMarch 2021\nCash\t12\t9\nInventories\t7\t4\nTotal current assets\t19\t13\nTotal assets\t30\t22"


def written(question, lacks=()):
    for start, end, more in in_statements(question, lambda found: {stem: int(stem not in lacks) for stem in found}):
        question = question[:start] + more + question[end:]
    return question


def test_a_question_is_given_what_statements_say():
    assert written("What is Quill's capex?") == (
        "What is Quill's capex (purchases of property, plant and equipment, capital expenditures)?"
    )
    assert written("Its quick ratio", lacks=("receiv", "inventori")) == (
        "Its quick ratio (consolidated balance sheets, cash and cash equivalents, total current assets, "
        "total current liabilities)"
    )
    assert is_figure("capex") and not is_figure("cape")
    assert written("COGS", lacks=("cost",)) == "COGS"
    assert (
        written("How is the ship's working, capital of the realm?")
        == "How is the ship's working, capital of the realm?"
    )


@pytest.mark.parametrize(
    ("question", "statements"),
    [
        ("Has the quick ratio improved?", {"balance"}),
        ("What is the DPO?", {"balance", "income"}),
        ("What was spent on PP&E, by the cash flow statement?", {"balance", "cash"}),
        ("Who keeps the lighthouse?", set()),
    ],
)
def test_a_figure_stands_in_a_statement(question, statements):
    assert asked_statements(question) == statements


def test_a_statement_is_told_by_its_caption():
    def told(caption, section=""):
        return set(statements_in(section, f"{caption}\n{ROWS}"))

    assert told("QUILL SHIPPING CONSOLIDATED BALANCE SHEETS") == {"balance"}
    assert told("Condensed Consolidated Statements of Earnings (unaudited; in millions)") == {"income"}
    assert told("", "Part II › Statements of Cash Flows for the years ended June 30 › 2022 | 2021") == {"cash"}
    assert told("Amounts that were moved into the statements of income") == set()
    assert told("We audited the balance sheets.") == set()
    assert set(statements_in("Balance Sheets", "Balance Sheets\t41\nNotes\t44")) == set(), "an index"


def test_the_statement_comes_before_what_is_said_of_it(tmp_path):
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "QUILL_2022_10K.txt").write_text(f"Consolidated Balance Sheets\n{ROWS}")
    notes = [
        "The quick ratio is a ratio of current assets.",
        "Quick assets are total current assets in balance sheets.",
    ]
    for number, note in enumerate(notes):
        (folder / f"notes-{number}.txt").write_text(note)
    library = open_library(tmp_path / "library")
    list(library.add([folder]))
    found = library.search(library.query(library.spelled("Has the quick ratio improved?")))
    assert found[0].path.endswith("QUILL_2022_10K.txt") and found[0].signals["statement"] == 1.0
    library.close()
