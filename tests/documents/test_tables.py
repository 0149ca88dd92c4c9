"""Tables of a text as they are shown."""

from hypothesis import given
from hypothesis import strategies as st

from phitui.documents.tables import Tables, aligned, shown_width

TEXT = "Ports\nPort\tDepth (m)\nOstend\t8.5\n港\t16.0\n\nOne\ttwo\nA line.\n\nA | B: x\t3\n\nA | B: long\t120\n\nend"


def test_cells_stand_below_each_other_and_numbers_to_the_right():
    assert aligned(TEXT, 40) == [
        *("Ports", "Port    Depth (m)", "Ostend        8.5", "港           16.0", "", "One\ttwo", "A line.", ""),
        *("A | B: x       3", "", "A | B: long  120", "", "end"),
    ]


def test_a_table_that_is_too_wide_is_left():
    assert aligned("a\tb\n" + "x" * 50 + "\tc", 40) == ["a\tb", "x" * 50 + "\tc"]


@given(st.text(alphabet="ab1\t\n 港", max_size=80))
def test_lines_stay_lines(text):
    shown = aligned(text, 60)
    assert len(shown) == len(text.split("\n"))
    assert [line.split() for line in shown] == [line.split() for line in text.split("\n")]
    assert all(shown_width(line) <= 60 for line in shown if "\t" not in line and "  " in line and len(line) < 60)


def test_a_cell_that_goes_on_in_the_next_line_belongs_to_its_row():
    rows = [
        "bin\tlists what was removed.",
        "forget NAME\tdeletes it for good, from backups,\nindexes and talks too.",
        "backups\tlists them.",
    ]
    text = "\n".join(rows)
    assert [text[start:end] for start, end in Tables(text).rows((0, len(text)))] == rows


STATEMENT = """The auditors had nothing to add to the report of the board, which was read aloud to all who had come.
Quill Shipping and Subsidiaries
Consolidated Balance Sheets
(in thousands)
March 31,\tMarch 31,
Assets\t2022\t2021
Cash\t$\t12\t$\t9
Current assets:
Ropes and sails\t7\t4
Total assets\t19\t13"""
NEXT = """Consolidated Statements of Cash Flows
(in thousands)\t2022\t2021
Cash from operations\t4\t3
Purchases of vessels\t(1)\t(2)
Net change in cash\t3\t1
Fleet
2022\t2021
Tugs\t5\t4
Barges\t2\t2"""
BULLETS = "Cargo\tTons\tPort\nCoal\t8\tGhent\nOre\t9\tOstend\n·\tIn spring it rained.\n·\tIn autumn it did not."


def test_a_statement_is_known_by_its_caption_and_its_years_until_the_next_one_begins():
    text = f"{STATEMENT}\n{NEXT}"
    tables = Tables(text, (0, len(STATEMENT) + 1))

    def above(words):
        at = text.index(words)
        return tables.caption_above(at), tables.heads_above(at)

    sheet = ("Quill Shipping and Subsidiaries Consolidated Balance Sheets (in thousands)",
             "Assets | March 31, 2022 | March 31, 2021")  # fmt: skip
    assert above("Ropes") == above("Total") == sheet
    assert above("Purchases") == ("Consolidated Statements of Cash Flows", "(in thousands) | 2022 | 2021")
    assert above("Barges") == ("Fleet", "2022 | 2021")
    assert above("The auditors") == above("Quill") == ("", "")


def test_bullets_below_a_table_are_no_rows_of_it():
    assert Tables(BULLETS).heads_above(BULLETS.index("Ore")) == "Cargo | Tons | Port"
    assert Tables(BULLETS).heads_above(BULLETS.index("In autumn")) == ""
