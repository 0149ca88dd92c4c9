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
