"""Slides and OpenDocument texts."""

from xml.etree.ElementTree import fromstring

import pytest

from phitui.documents.formats.blocks import paginate
from phitui.documents.formats.office.charts import chart_blocks
from phitui.errors import DocumentError
from tests.documents.formats.made_word import relations
from tests.documents.formats.reading import flow_of, lines_of
from tests.documents.formats.samples import TITLED, opendocument, pptx, shape, slide


def test_slides_are_pages_with_their_numbers_and_notes():
    notes = {
        "ppt/slides/_rels/slide0.xml.rels": relations(n=("notesSlide", "../notesSlides/n.xml")),
        "ppt/notesSlides/n.xml": slide(shape("7", "sldNum") + shape("Greet the harbour master.", "body"), "notes"),
    }
    data = pptx(
        slide(shape("One\nTwo", "body") + shape("Tides", "title") + shape("1", "sldNum")),
        slide(""),
        slide(shape("End.")),
        more=notes,
    )
    _flow, blocks = flow_of("a.pptx", data)
    assert [block.text for block in blocks] == ["Tides", "One", "Two", "Notes: Greet the harbour master.", "End."]
    assert [(page.label, page.text) for page in paginate(blocks)] == [
        ("1", "Tides\n\nOne\n\nTwo\n\nNotes: Greet the harbour master."),
        ("3", "End."),
    ]
    assert blocks[0].level == 1


def test_tables_groups_and_raised_letters_of_slides_are_read():
    table = "<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tblPr firstRow='1'/>" + "".join(
        "<a:tr>" + "".join(f"<a:tc><a:txBody><a:p><a:r><a:t>{cell}</a:t></a:r></a:p></a:txBody></a:tc>" for cell in row) + "</a:tr>"
        for row in (("Port", "Depth"), ("Ostend", "8"))
    ) + "</a:tbl></a:graphicData></a:graphic></p:graphicFrame>"  # fmt: skip
    raised = '<p:sp><p:txBody><a:p><a:r><a:t>10</a:t></a:r><a:r><a:rPr baseline="30000"/><a:t>6</a:t></a:r></a:p></p:txBody></p:sp>'
    numbered = '<p:sp><p:txBody><a:p><a:pPr><a:buAutoNum type="arabicPeriod" startAt="3"/></a:pPr><a:r><a:t>x</a:t></a:r></a:p></p:txBody></p:sp>'
    assert lines_of("a.pptx", pptx(slide(f"<p:grpSp>{raised}{numbered}</p:grpSp>{table}"))) == [
        "10^6",
        "3. x",
        "Port | Depth: Ostend\t8",
    ]


def test_hidden_and_missing_slides_are_named():
    flow, blocks = flow_of("a.pptx", pptx(slide(shape("x"), attributes='show="0"'), slide(shape("Seen.")), "<broken"))
    assert [block.text for block in blocks] == ["Seen."]
    assert flow.notes == ["Slide 3 is missing from the file or damaged.", "Hidden slides were left out: 1."]


def test_an_opendocument_text_is_read_with_its_notes():
    _flow, blocks = flow_of("a.odt", opendocument(TITLED))
    assert [(block.text, block.level) for block in blocks] == [
        ("Tides", 1),
        ("The lamp[1] lit.", 0),
        ("[1] It used oil.", 0),
    ]


def test_lists_tables_boxes_and_changes_of_opendocument():
    styles = (
        '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/>'
        '<text:list-level-style-number text:level="2" style:num-format="1" text:display-levels="2"/></text:list-style>'
        '<style:style style:name="T1" style:family="text"><style:text-properties style:text-position="super 58%"/></style:style>'
    )
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>Gone.</text:p></text:deletion></text:changed-region></text:tracked-changes>"
        '<text:list text:style-name="L"><text:list-item><text:p>A</text:p><text:list><text:list-item><text:p>B</text:p></text:list-item></text:list></text:list-item>'
        "<text:list-item><text:p>C</text:p></text:list-item></text:list>"
        '<text:p>10<text:span text:style-name="T1">6</text:span> a<text:s text:c="2"/>b<text:tab/>c<text:line-break/>d'
        "<draw:frame><draw:text-box><text:p>Box text</text:p></draw:text-box></draw:frame></text:p>"
        "<text:p>x<office:annotation><dc:creator>Ann</dc:creator><text:p>Check it.</text:p></office:annotation>y</text:p>"
    )
    assert lines_of("a.odt", opendocument(body, styles)) == [
        "1. A",
        "1.1 B",
        "2. C",
        "10^6 a  b\tc\nd",
        "Box text",
        "xy",
        "Comment by Ann: Check it.",
    ]


def test_an_encrypted_opendocument_is_said():
    manifest = "<manifest><file-entry><encryption-data/></file-entry></manifest>"
    with pytest.raises(DocumentError):
        flow_of("a.odt", opendocument(TITLED, more={"META-INF/manifest.xml": manifest}))


def test_the_pages_of_a_presentation_of_opendocument_are_slides():
    body = "<draw:page><draw:frame><draw:text-box><text:p>One</text:p></draw:text-box></draw:frame><presentation:notes><draw:frame><draw:text-box><text:p>Say it.</text:p></draw:text-box></draw:frame></presentation:notes></draw:page><draw:page/><draw:page><draw:custom-shape><text:p>Three</text:p></draw:custom-shape></draw:page>"
    blocks = flow_of("a.odp", opendocument(body, kind="presentation"))[1]
    assert [(block.text, block.label) for block in blocks] == [("One", "1"), ("Notes: Say it.", ""), ("Three", "3")]


def test_a_chart_is_read_as_rows():
    def points(tag, *values):
        rows = "".join(f'<c:pt idx="{at}"><c:v>{value}</c:v></c:pt>' for at, value in enumerate(values))
        return f"<c:{tag}><c:strRef><c:strCache>{rows}</c:strCache></c:strRef></c:{tag}>"

    series = [
        points("tx", name) + points("cat", "North", "South") + points("val", *row)
        for name, row in (("2021", "34"), ("2022", "56"))
    ]
    chart = f'<c:chart xmlns:c="c" xmlns:a="a"><c:title><a:p><a:t>Yield</a:t></a:p></c:title>{"".join(f"<c:ser>{each}</c:ser>" for each in series)}</c:chart>'
    assert [block.text for block in chart_blocks(fromstring(chart))] == [
        "Yield",
        "North; 2021: 3; 2022: 5",
        "South; 2021: 4; 2022: 6",
    ]


def test_a_flat_opendocument_file_is_read():
    spaces = "".join(f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text"))
    text = "<office:body><office:text><text:p>The turbot is flat.</text:p></office:text></office:body>"
    assert lines_of("a.fodt", f'<?xml version="1.0"?><office:document{spaces}>{text}</office:document>') == [
        "The turbot is flat."
    ]
