"""Spreadsheets: rows with the heads of their columns, values as their formats show them."""

import pytest

from phitui.documents.formats.office.cells import shown
from phitui.documents.formats.tables import split_heads
from tests.documents.formats.made_word import relations
from tests.documents.formats.reading import flow_of, lines_of
from tests.documents.formats.samples import CELLS, SHEET, opendocument, xlsx


def test_a_sheet_is_a_chapter_of_rows_with_their_heads():
    flow, blocks = flow_of("a.xlsx", xlsx(CELLS, strings=["Port", "Ostend"]))
    assert [block.text for block in blocks] == ["Ports", "Port | Depth (m): Ostend\t8.5", "Port | Depth (m): Ghent\t9"]
    assert blocks[0].chapter and blocks[0].level == 1
    assert flow.notes == ["Hidden sheets were left out: Secret."]


def test_values_are_shown_as_the_sheet_shows_them():
    styles = '<numFmts><numFmt numFmtId="164" formatCode="#,##0.00 &quot;€&quot;"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="10"/><xf numFmtId="14"/></cellXfs>'
    row = '<row r="1"><c r="A1" s="1"><v>1234.5</v></c><c r="B1" s="2"><v>0.195</v></c><c r="C1" s="3"><v>45356</v></c><c r="D1"><v>0.1</v></c><c r="E1" t="b"><v>1</v></c><c r="F1"><f>A1*2</f></c><c r="G1" t="e"><v>#N/A</v></c></row>'
    assert lines_of("a.xlsx", xlsx(row, styles=styles))[1] == "1,234.50 €\t19.50%\t2024-03-05\t0.1\tTRUE\t=A1*2\t#N/A"


def test_titles_gaps_merged_cells_and_comments():
    rows = (
        '<row r="1"><c r="B1" t="str"><v>Survey of 2024</v></c></row>'
        '<row r="3"><c r="A3" t="str"><v>Port</v></c><c r="B3" t="str"><v>Side</v></c><c r="C3" t="str"><v>Depth</v></c></row>'
        '<row r="4"><c r="A4" t="str"><v>Ostend</v></c><c r="B4" t="str"><v>north</v></c><c r="C4"><v>8</v></c></row>'
        '<row r="5"><c r="A5"/><c r="B5" t="str"><v>south</v></c><c r="C5"><v>9</v></c></row>'
        '<row r="9"><c r="A9" t="str"><v>Weight</v></c><c r="B9" t="str"><v>12 kg</v></c></row>'
    )
    comments = f'<comments xmlns="{SHEET}"><commentList><comment ref="C4"><text><r><t>Measured twice</t></r></text></comment></commentList></comments>'
    data = xlsx(rows, more={
        "xl/worksheets/_rels/sheet1.xml.rels": relations(c=("comments", "../comments1.xml")), "xl/comments1.xml": comments,
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEET}"><sheetData>{rows}</sheetData><mergeCells><mergeCell ref="A4:A5"/></mergeCells></worksheet>'})  # fmt: skip
    assert lines_of("a.xlsx", data) == [
        "Ports",
        "Survey of 2024",
        "Port | Side | Depth: Ostend\tnorth\t8",
        "Port | Side | Depth: Ostend\tsouth\t9",
        "Weight: 12 kg",
        "Comment on C4: Measured twice",
    ]


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (1234.5, "#,##0.00", "1,234.50"),
        (-1234.5, "#,##0.00;(#,##0.00)", "(1,234.50)"),
        (-3.5, "0.0", "-3.5"),
        (0.195, "0.0%", "19.5%"),
        (12.5, "[$€-407] 0.00", "€ 12.50"),
        (5, '0" kg"', "5 kg"),
        (7, "000", "007"),
        (1500000, '0.0,,"M"', "1.5M"),
        (12345, "0.00E+00", "1.23E+04"),
        (45356, "d mmmm yyyy", "2024-03-05"),
        (45356.75, "yyyy-mm-dd hh:mm", "2024-03-05 18:00"),
        (0.5, "h:mm AM/PM", "12:00"),
        (1.5, "[h]:mm", "36:00"),
        (45356, "mmm yyyy", "2024-03"),
        (1, "d/m/yyyy", "1900-01-01"),
        (3, "General", "3"),
        (0.75, "# ?/?", "0.75"),
        (1e15, "0", "1000000000000000"),
        (-1, "yyyy", "-1"),
        (9e9, "yyyy", "9000000000"),
    ],
)
def test_a_number_is_written_as_its_format_says(value, code, text):
    assert shown(value, code) == text


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Port,Depth (m)\nOstend,8.5\n", ["Port | Depth (m): Ostend\t8.5"]),
        ("Port;Depth\r\nOstend;8,5\r\n", ["Port | Depth: Ostend\t8,5"]),
        ("Port\tDepth\nOstend\t8\n", ["Port | Depth: Ostend\t8"]),
        ("sep=|\nPort|Depth\nOstend|8\n", ["Port | Depth: Ostend\t8"]),
        ('"a, b",c\n"x\ny","say ""hi"""\n', ['a, b | c: x y\tsay "hi"']),
        ("1,2\n3,4\n", ["1\t2", "3\t4"]),
        (
            "Survey of 2024\n\nPort,Depth,Side\nOstend,8,north\n",
            ["Survey of 2024", "Port | Depth | Side: Ostend\t8\tnorth"],
        ),
        ("\n\n", []),
        ("Port,Depth,Side\n,,\n,,\n", ["Port\tDepth\tSide"]),
        ("one column\nonly\n", ["one column", "only"]),
    ],
)
@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
def test_rows_of_text_tables_carry_their_heads(name, text, lines):
    assert lines_of(name, text) == lines


def test_a_spreadsheet_of_opendocument_is_read_alike():
    def row(*cells):
        return (
            "<table:table-row>"
            + "".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in cells)
            + '<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
        )

    body = f'<table:table table:name="Ports">{row("Port", "Depth (m)")}{row("Ostend", "8.5")}{row("Ghent", "9")}<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row></table:table>'
    assert lines_of("a.ods", opendocument(body, kind="spreadsheet")) == [
        "Ports",
        "Port | Depth (m): Ostend\t8.5",
        "Port | Depth (m): Ghent\t9",
    ]


def test_heads_in_two_rows_are_joined():
    rows = [["Meter", "2022", "", "2023", ""], ["", "Day", "Night", "Day", "Night"], ["M-17", "12", "3", "11", "4"]]
    assert split_heads(rows) == ("Meter;2022 Day;2022 Night;2023 Day;2023 Night".split(";"), rows[2:])
    assert split_heads([["Name", "Ann"], ["Town", "Ghent"], ["Age", "7"]])[0] is None
