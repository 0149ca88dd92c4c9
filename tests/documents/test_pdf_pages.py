"""Everything that is drawn on a page is on the page, in the order in which it is read."""

import gzip
import random
from pathlib import Path
from typing import Any

import pytest
from pikepdf import Array, AttachedFileSpec, Dictionary, String

from phitui.documents.pdf.page.layout import with_spaces
from phitui.documents.splitter import split
from phitui.documents.workers.reader import Readers
from phitui.errors import DocumentError
from tests.documents.made_pdf import MadePdf

SAMPLES = Path(__file__).resolve().parents[3] / "shared/data/real/files"


def text_of(readers, path, page=1):
    return readers.read(path).pages[page - 1].text


# ── forms ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_values_of_fields_stand_behind_their_labels(readers, tmp_path):
    made = MadePdf()
    page = made.page(
        [(60, 700, "Name of the skipper:"), (60, 670, "Vessel:"), (300, 670, "Length:"), (60, 640, "Berth")]
    )
    made.field(page, "Text1", [200, 696, 400, 712], V=String("Ada Quill"))
    made.field(page, "Text2", [110, 666, 280, 682], V=String("Sea Pink"))
    made.field(page, "Text3", [350, 666, 420, 682], V=String("11.4 m"))
    options = Array([Array([String("b17"), String("Berth 17 North")]), Array([String("b18"), String("Berth 18")])])
    made.field(page, "berth", [110, 636, 280, 652], "Ch", Ff=1 << 17, Opt=options, V=String("b17"))
    assert text_of(readers, made.save(tmp_path / "x.pdf")).split("\n") == [
        "Name of the skipper: Ada Quill",
        "Vessel: Sea Pink\tLength: 11.4 m",
        "Berth Berth 17 North",
    ]


def test_boxes_are_checked_or_not_beside_their_words(readers, tmp_path):
    made = MadePdf()
    page = made.page([(80, 700, "Mooring"), (80, 680, "Fuel"), (60, 660, "I accept the rules:")])
    made.box(page, "a", [60, 698, 72, 710], True)
    made.box(page, "b", [60, 678, 72, 690], False)
    made.box(page, "c", [180, 658, 192, 670], True)
    made.box(page, "d", [60, 500, 72, 512], True, TU=String("Send me the newsletter"))
    assert text_of(readers, made.save(tmp_path / "x.pdf")).split("\n") == [
        "☑ Mooring",
        "☐ Fuel",
        "I accept the rules: ☑",
        "☑ Send me the newsletter",
    ]


def test_a_label_above_its_field_and_a_field_without_one(readers, tmp_path):
    made = MadePdf()
    page = made.page([(60, 700, "First name"), (300, 700, "Last name"), (60, 500, "The end of the form.")])
    made.field(page, "t1", [60, 680, 250, 696], V=String("Ada"))
    made.field(page, "t2", [300, 680, 450, 696], V=String("Quill"))
    made.field(page, "t3", [60, 600, 250, 616], V=String("3 May 1868"), TU=String("Date of the survey"))
    assert text_of(readers, made.save(tmp_path / "x.pdf")).split("\n") == [
        "First name: Ada\tLast name: Quill",
        "Date of the survey: 3 May 1868",
        "The end of the form.",
    ]


def test_hidden_fields_and_passwords_are_not_read(readers, tmp_path):
    made = MadePdf()
    page = made.page([(60, 700, "Name:"), (60, 670, "Secret:")])
    made.field(page, "a", [110, 696, 300, 712], V=String("hidden value")).F = 2
    made.field(page, "b", [110, 666, 300, 682], V=String("open sesame"), Ff=1 << 13)
    assert text_of(readers, made.save(tmp_path / "x.pdf")) == "Name:\nSecret:"


def test_a_page_with_fields_alone(readers, tmp_path):
    made = MadePdf()
    page = made.page([])
    made.field(page, "remarks", [60, 600, 400, 700], V=String("First line\rSecond line"), Ff=1 << 12)
    assert text_of(readers, made.save(tmp_path / "x.pdf", NeedAppearances=True)) == "remarks: First line\nSecond line"


# ── notes and stamps ─────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_written_upon_a_page_stands_where_it_stands_and_comments_below(readers, tmp_path):
    made = MadePdf()
    page = made.page([(60, 700, "Plan of the wall"), (60, 600, "The wall is made of granite.")])
    made.put(page, "FreeText", [60, 640, 300, 660], Contents=String("Crack of 3.2 mm"), DA=String("/Helv 11 Tf"))
    made.put(page, "Text", [400, 600, 420, 620], Contents=String("ask Pell about drainage"), T=String("Ada Quill"))
    made.put(page, "Highlight", [60, 595, 300, 612], Contents=String("from which quarry?"))
    made.put(page, "Highlight", [60, 595, 300, 612], Contents=String("The wall is made of granite."))
    made.put(page, "Popup", [400, 500, 500, 560], Contents=String("ask Pell about drainage"))
    place = [300, 500, 500, 530]
    made.put(page, "Stamp", place, AP=Dictionary(N=made.appearance(place, "APPROVED by Yusuf")))
    assert text_of(readers, made.save(tmp_path / "x.pdf")).split("\n") == [
        "Plan of the wall",
        "Crack of 3.2 mm",
        "The wall is made of granite.",
        "APPROVED by Yusuf",
        "",
        "Note by Ada Quill: ask Pell about drainage",
        "",
        "Note: from which quarry?",
    ]


# ── content that is elsewhere ────────────────────────────────────────────────────────────────────────────────

TEMPLATE = """<template xmlns="http://www.xfa.org/schema/xfa-template/3.3/"><subform name="form1">
<draw><value><text>Declaration of goods</text></value></draw>
<field name="importer"><caption><value><text>Name of the importer</text></value></caption></field>
<field name="goods"/><field name="stamp"><caption><value><text>Office use</text></value></caption></field>
</subform></template>"""
DATA = """<xfa:datasets xmlns:xfa="http://www.xfa.org/schema/xfa-data/1.0/"><xfa:data><form1>
<importer>Leocadia Trading</importer>
<goods>Cork floats</goods><weight>40 kg</weight></form1></xfa:data></xfa:datasets>"""


def xfa_pdf(path, template=TEMPLATE, data=DATA, whole=False):
    made = MadePdf()
    made.page([(60, 700, "Please wait... If this message is not replaced, your PDF viewer cannot show it.")])
    if whole:
        space = 'xmlns:xdp="http://ns.adobe.com/xdp/"'
        packets: Any = made.pdf.make_stream(f"<xdp:xdp {space}>{template}{data}</xdp:xdp>".encode())
    else:
        packets = Array([String("template"), made.pdf.make_stream(template.encode()),
                         String("datasets"), made.pdf.make_stream(data.encode())])  # fmt: skip
    return made.save(path, XFA=packets)


@pytest.mark.parametrize("whole", [False, True])
def test_the_data_of_an_xfa_form_are_read_with_their_labels(readers, tmp_path, whole):
    document = readers.read(xfa_pdf(tmp_path / "x.pdf", whole=whole))
    assert document.pages[0].text.split("\n") == [
        "Declaration of goods",
        "Name of the importer: Leocadia Trading",
        "goods: Cork floats",
        "Office use",
        "weight: 40 kg",
    ]
    assert "XFA" in document.notes[0]


def test_an_xfa_form_that_cannot_be_read_is_named(readers, tmp_path):
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    document = readers.read(xfa_pdf(tmp_path / "x.pdf", bomb, bomb))
    assert "Please wait" in document.pages[0].text and "nothing of it could be read" in document.notes[0]


def test_files_that_a_pdf_carries_are_named(readers, tmp_path):
    made = MadePdf()
    made.page([(60, 700, "For the best experience, open this PDF portfolio in Acrobat.")])
    for name in ("minutes.pdf", "budget.xlsx"):
        made.pdf.attachments[name] = AttachedFileSpec(made.pdf, b"some bytes", filename=name)
    document = readers.read(made.save(tmp_path / "x.pdf"))
    assert "2 files" in document.notes[0] and '"minutes.pdf"' in document.notes[0]
    assert any("minutes.pdf was not read" in note or "minutes.pdf is damaged" in note for note in document.notes)


def test_files_that_a_pdf_carries_stand_behind_its_pages(readers, tmp_path):
    inner = MadePdf()
    for vote in ("first", "second", "third", "fourth", "fifth", "sixth"):
        inner.page([(60, 800, "Council of Ghent"), (60, 700, f"The {vote} vote failed."), (60, 680, "Nobody came.")])
    inner.pdf.attachments["deep.txt"] = AttachedFileSpec(inner.pdf, b"The deepest file.", filename="deep.txt")
    made = MadePdf()
    page = made.page([(60, 700, "For the best experience, open this PDF portfolio in Acrobat.")])
    files = {"b.csv": b"Port,Depth\nOstend,8.5\n", "minutes.pdf": inner.save(tmp_path / "m.pdf").read_bytes()}
    for name, data in files.items():
        made.pdf.attachments[name] = AttachedFileSpec(made.pdf, data, filename=name)
    pinned = AttachedFileSpec(made.pdf, b"Pinned to the page.", filename="pin.txt")
    made.put(page, "FileAttachment", [10, 10, 20, 20], FS=pinned.obj)
    made.pdf.docinfo["/Author"] = "Wren Abbot"
    document = readers.read(made.save(tmp_path / "x.pdf"))
    assert document.author == "Wren Abbot" and not document.incomplete
    told = [(page.label, page.text) for page in document.pages]
    assert told[1] == ("b.csv", "Attachment: b.csv\n\nPort | Depth: Ostend\t8.5")
    assert told[2] == ("minutes.pdf", "Attachment: minutes.pdf")
    assert "Council of Ghent" in told[3][1] and "Council of Ghent" not in told[4][1]
    assert [text for _, text in told[-2:]] == [
        "Attachment: deep.txt\n\nThe deepest file.",
        "Attachment: pin.txt\n\nPinned to the page.",
    ]
    assert [heading.title for heading in document.headings][:2] == ["Attachment: b.csv", "Attachment: minutes.pdf"]


# ── rows, columns, raised numbers ────────────────────────────────────────────────────────────────────────────

ROWS = [["Port", "Depth (m)", "Berths"], ["Ostend", "8.5", "12"], ["Ghent", "13.5", "40"], ["Zeebrugge", "16.0", "77"]]
TABLE = "Port\tDepth (m)\tBerths\nOstend\t8.5\t12\nGhent\t13.5\t40\nZeebrugge\t16.0\t77"


@pytest.mark.parametrize("by_column", [False, True])
def test_tables_are_read_row_by_row_however_they_were_drawn(readers, tmp_path, by_column):
    places = [(row, column) for row in range(4) for column in range(3)]
    places.sort(key=lambda place: place[::-1] if by_column else place)
    made = MadePdf()
    texts = [(60 + 120 * column, 680 - 18 * row, ROWS[row][column]) for row, column in places]
    made.page(
        [(60, 720, "Ports of the coast are deep enough."), *texts, (60, 560, "The table ends here, and prose goes on.")]
    )
    text = text_of(readers, made.save(tmp_path / "x.pdf"))
    assert text == f"Ports of the coast are deep enough.\n{TABLE}\nThe table ends here, and prose goes on."


def test_tables_of_which_each_letter_was_drawn_by_itself_have_cells_too(readers, tmp_path):
    # Of letters and figures that are equally wide.
    rows = [["bond and pound", "2018", "2017"], ["open bean pod", "1577", "1373"], ["hop and head", "302", "324"]]
    letters = [
        (round(60 + 160 * column + 6.116 * place, 3), 640 - 18 * row, letter)
        for row, cells in enumerate(rows)
        for column, cell in enumerate(cells)
        for place, letter in enumerate(cell)
    ]
    made = MadePdf()
    prose = [(60, 730 - 14 * row, f"{text} {text.lower()}") for row, text in enumerate(LEFT)]
    made.page([*prose, *letters])
    text = text_of(readers, made.save(tmp_path / "x.pdf"))
    assert text.endswith("\n".join(["", *("\t".join(row) for row in rows)]))


def test_labels_and_values_that_were_drawn_apart_come_together(readers, tmp_path):
    labels, values = ["Name:", "Vessel:", "Berth:"], ["Ada Quill", "Sea Pink", "17 North"]
    made = MadePdf()
    made.page(
        [(x, 700 - 20 * row, text) for x, texts in ((60, labels), (200, values)) for row, text in enumerate(texts)]
    )
    text = text_of(readers, made.save(tmp_path / "x.pdf"))
    assert text == "Name:\tAda Quill\nVessel:\tSea Pink\nBerth:\t17 North"


LEFT = ["The left column tells of", "the keeper who lived in", "the tower for forty years", "and never went ashore."]
RIGHT = ["The right column tells of", "the grocer who sold lamp", "oil and bread to every", "sailor in the harbour."]


def test_columns_of_prose_that_were_drawn_line_by_line_are_read_one_after_the_other(readers, tmp_path):
    made = MadePdf()
    texts = [(x, 700 - 14 * row, pair[at]) for row, pair in enumerate(zip(LEFT, RIGHT, strict=True))
             for at, x in enumerate((60, 320))]  # fmt: skip
    made.page([(60, 730, "Of a tower and its harbour"), *texts, (60, 600, "Below both of them the text goes on.")])
    text = text_of(readers, made.save(tmp_path / "x.pdf"))
    assert (
        text.split()
        == " ".join(["Of a tower and its harbour", *LEFT, *RIGHT, "Below both of them the text goes on."]).split()
    )


def test_columns_of_prose_that_were_drawn_one_by_one_stay_so(readers, tmp_path):
    made = MadePdf()
    made.page([(x, 700 - 14 * row, text) for x, texts in ((60, LEFT), (320, RIGHT)) for row, text in enumerate(texts)])
    assert text_of(readers, made.save(tmp_path / "x.pdf")).split() == " ".join(LEFT + RIGHT).split()


def test_gaps_behind_small_marks_in_prose_part_no_cells(readers, tmp_path):
    made = MadePdf()
    lines = [(60, 700 - 14 * row, "The keeper of the tower wrote it down.") for row in range(4)]
    marks = [(246, 700 - 14 * row, "9") for row in range(4)]
    more = [(275, 700 - 14 * row, "Later he left the coast.") for row in range(4)]
    made.page([text for row in zip(lines, marks, more, strict=True) for text in row])
    assert "\t" not in text_of(readers, made.save(tmp_path / "x.pdf"))


def test_a_space_that_its_font_calls_a_new_line_is_a_space():
    assert with_spaces("TOTAL\nASSETS\r\nCash\nheld") == "TOTAL ASSETS\r\nCash held"


def test_raised_numbers_are_marked(readers, tmp_path):
    made = MadePdf()
    made.page(
        [
            (60, 700, "The load is 10"),
            (129.2, 704, "6", 7),
            (136.2, 700, "N and no more."),
            (60, 660, "It is 5 m wide."),
        ]
    )
    assert text_of(readers, made.save(tmp_path / "x.pdf")) == "The load is 10^6 N and no more.\nIt is 5 m wide."


def test_marks_of_notes_that_were_drawn_behind_their_line_stand_where_they_belong(readers, tmp_path):
    made = MadePdf()
    made.page(
        [
            (60, 700, "The mole was finished."),
            (182, 700, "Later they began to"),
            (172.5, 704.5, "12", 6),
            (60, 686, "lengthen it by 40 m, at the end of the war."),
            (263, 690.5, "13", 6),
            (70, 102, "Harbour papers, page 7.", 8),
            (62, 105, "12", 5),
            (300, 40, "21"),
        ]
    )
    text = text_of(readers, made.save(tmp_path / "x.pdf"))
    assert text == (
        "The mole was finished.[12] Later they began to\nlengthen it by 40 m, at the end of the war.[13]\n"
        "12 Harbour papers, page 7.\n21"
    )


def test_notes_that_were_drawn_before_the_text_are_a_part_of_their_own(readers, tmp_path):
    made = MadePdf()
    made.page([(60, 90, "12 Harbour papers, page 7.", 8), (60, 700, "The mole was finished in spring.")])
    text = text_of(readers, made.save(tmp_path / "x.pdf"))
    assert text == "12 Harbour papers, page 7.\n\nThe mole was finished in spring."


def test_rows_of_a_table_are_sentences_and_its_passages_name_its_columns(readers, tmp_path):
    made = MadePdf()
    for start in (0, 40):
        rows = [(f"Port number {n}", f"{n}.5", f"{7 * n}") for n in range(start, start + 40)]
        heads = [("Name of the port", "Depth (m)", "Berths")] if not start else []
        lines = enumerate([*heads, *rows])
        made.page([(60 + 200 * at, 800 - 16 * row, cell) for row, cells in lines for at, cell in enumerate(cells)])
    document = readers.read(made.save(tmp_path / "x.pdf"))
    parts = split(document)
    assert len(parts.sentences) == 81
    first, *others = parts.passages
    assert first.section == "" and others
    assert {each.section for each in others} == {"Name of the port | Depth (m) | Berths"}


# ── damage ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(not SAMPLES.exists(), reason="the samples are not here")
@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.pdf")), ids=lambda path: path.stem)
def test_damaged_files_are_read_or_refused_in_a_sentence(readers, tmp_path, path):
    randomly = random.Random(path.stem)
    data = path.read_bytes()
    for number in range(4):
        damaged = bytearray(data[: randomly.randrange(len(data))] if number == 3 else data)
        for _ in range(number + 1):
            damaged[randomly.randrange(len(damaged))] = randomly.randrange(256)
        (tmp_path / "x.pdf").write_bytes(damaged)
        said = _said(readers, tmp_path / "x.pdf")
        assert all("\n" not in each for each in said)


@pytest.mark.parametrize("flips", [6, pytest.param(100, marks=pytest.mark.long)])
def test_damaged_forms_and_attachments_cost_at_most_the_file(readers, tmp_path, flips):
    made = MadePdf()
    page = made.page([(60, 700, "Name of the ship"), (60, 660, "Port Depth")])
    made.field(page, "name", [200, 695, 300, 715], V=String("Zeehond"))
    made.put(page, "Text", [10, 10, 20, 20], Contents=String("Ask the harbour master."))
    made.pdf.attachments["b.csv"] = AttachedFileSpec(made.pdf, b"Port,Depth\nOstend,8.5\n", filename="b.csv")
    data, chance = made.save(tmp_path / "whole.pdf").read_bytes(), random.Random(13)
    for number in range(flips):
        damaged = bytearray(data[: chance.randrange(1, len(data))] if number % 6 == 5 else data)
        for _ in range(chance.choice((1, 2, 8))):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        (tmp_path / "x.pdf").write_bytes(damaged)
        assert all("\n" not in each for each in _said(readers, tmp_path / "x.pdf"))


def test_files_that_a_pdf_carries_and_that_take_too_long_cost_no_page(tmp_path):
    made = MadePdf()
    made.page([(60, 700, "The ship sails at noon.")])
    for name in ("a.html", "b.html", "c.html"):
        slow = b"<div>" * 100_000
        made.pdf.attachments[name] = AttachedFileSpec(made.pdf, slow, filename=name)
    quick = Readers(page_seconds=2.0)
    document = quick.read(made.save(tmp_path / "x.pdf"))
    quick.close()
    assert document.pages[0].text == "The ship sails at noon."
    assert "Reading the files that it carries stopped: it took over 2 s." in document.notes


def test_a_file_that_a_pdf_carries_and_that_is_a_bomb_costs_no_page(readers, tmp_path):
    made = MadePdf()
    made.page([(60, 700, "The ship sails at noon.")])
    for name in ("a.gz", "b.txt.gz"):
        bomb = gzip.compress(b" " * 3_000_000)
        made.pdf.attachments[name] = AttachedFileSpec(made.pdf, bomb, filename=name)
    document = readers.read(made.save(tmp_path / "x.pdf"))
    assert document.pages[0].text == "The ship sails at noon." and not document.incomplete
    assert sum("200 times its size" in note for note in document.notes) == 2


def _said(readers, path):
    """The notes on what was read, or why it was not."""
    try:
        return readers.read(path).notes
    except DocumentError as error:
        return [error.message]
