"""Word files: nothing lost, nothing twice, and the numbers that Word computes."""

import pytest

from phitui.errors import DocumentError
from tests.documents.formats.made_word import STRICT, p, part, r, relations, table, word
from tests.documents.formats.reading import flow_of, lines_of, packed
from tests.documents.formats.samples import xlsx


def lines(body, parts=None, **how):
    return lines_of("a.docx", word(body, parts, **how))


# ── packages ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("main", ["word/document2.xml", "word/document.xml", "content/text.xml", "word/Document.XML"])
def test_the_main_part_is_found_by_its_relationship(main):
    assert lines(p("Hello."), main=main) == ["Hello."]


def test_strict_files_are_read_like_others():
    strict = "http://purl.oclc.org/ooxml/officeDocument/relationships"
    parts = {"word/_rels/document.xml.rels": relations(strict, n=("footnotes", "notes/f.xml")),
             "word/notes/f.xml": part("footnotes", f'<w:footnote w:id="1">{p("Oil.")}</w:footnote>', STRICT)}  # fmt: skip
    body = p("Heading", '<w:pStyle w:val="Heading1"/>') + p("Lamp", runs='<w:r><w:footnoteReference w:id="1"/></w:r>')
    assert lines(body, parts, space=STRICT, kind=strict) == ["Heading", "Lamp[1]", "[1] Oil."]


def test_a_package_without_relationships_or_types_is_read_by_the_usual_names():
    assert lines_of("a.docx", packed({"word/document.xml": part("document", f"<w:body>{p('Hello.')}</w:body>")})) == [
        "Hello."
    ]


def test_members_named_with_backslashes_and_absolute_targets_are_found():
    data = packed({"_rels/.rels": relations(a=("officeDocument", "/word/document.xml")),
                   "word\\document.xml": part("document", f"<w:body>{p('Hello.')}</w:body>")})  # fmt: skip
    assert lines_of("a.docx", data) == ["Hello."]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("c.htm", "<html><body><p>The bridge opened in <b>1932</b>.</p></body></html>"),
        ("c.txt", "The bridge opened in 1932."),
        ("c.mht", 'MIME-Version: 1.0\nContent-Type: text/html; charset="utf-8"\n\n<p>The bridge opened in 1932.'),
        ("c.rtf", r"{\rtf1 The bridge opened in 1932.\par}"),
        ("c.docx", word(p("The bridge opened in 1932."))),
    ],
)
def test_documents_put_into_it_are_read(name, content):
    parts = {"word/_rels/document.xml.rels": relations(a=("aFChunk", name)), f"word/{name}": content}
    assert lines(p("Report") + '<w:altChunk r:id="a"/>', parts) == ["Report", "The bridge opened in 1932."]


def test_a_document_that_holds_itself_ends():
    inner = word(
        p("x") + '<w:altChunk r:id="a"/>',
        {"word/_rels/document.xml.rels": relations(a=("aFChunk", "d.docx")), "word/d.docx": b"PK"},
    )
    for _ in range(6):
        inner = word(
            p("x") + '<w:altChunk r:id="a"/>',
            {"word/_rels/document.xml.rels": relations(a=("aFChunk", "d.docx")), "word/d.docx": inner},
        )
    flow, blocks = flow_of("a.docx", inner)
    assert len(blocks) == 4 and "missing" in flow.notes[0]


def test_a_forbidden_character_spoils_itself_alone():
    data = packed({"word/document.xml": part("document", f"<w:body>{p('Lamp X lit.')}</w:body>").replace("X", "\x0b")})
    assert lines_of("a.docx", data) == ["Lamp  lit."]


def test_what_is_no_xml_is_said():
    with pytest.raises(DocumentError, match="not well-formed"):
        lines_of("a.docx", packed({"word/document.xml": "<w:document>"}))


# ── notes ────────────────────────────────────────────────────────────────────────────────────────────────────

NOTES = {
    "word/footnotes.xml": part("footnotes", f'<w:footnote w:type="separator" w:id="0">{p("---")}</w:footnote><w:footnote w:id="7">{p(" First.") + p("More.")}</w:footnote><w:footnote w:id="3">{p("Second.")}</w:footnote>'),
    "word/endnotes.xml": part("endnotes", f'<w:endnote w:id="1">{p("Led by Agnes Tolland.")}</w:endnote>'),
    "word/comments.xml": part("comments", f'<w:comment w:id="0" w:author="Ann">{p("Is it 31 metres?")}</w:comment><w:comment w:id="5">{p("Never marked.")}</w:comment>'),
}  # fmt: skip


def test_notes_stand_by_their_marks_and_endnotes_at_the_end():
    marks = '<w:r><w:footnoteReference w:id="7"/></w:r>' + r(" lit") + '<w:r><w:endnoteReference w:id="1"/></w:r>'
    body = (
        p("Lamp", runs=marks)
        + p(
            "Tower",
            runs='<w:commentRangeStart w:id="0"/>'
            + r(" high")
            + '<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r><w:r><w:footnoteReference w:id="3"/></w:r>',
        )
        + p("End.")
    )
    assert lines(body, NOTES) == [
        "Lamp[1] lit[i]",
        "[1] First.",
        "More.",
        "Tower high[2]",
        "Comment by Ann: Is it 31 metres?",
        "[2] Second.",
        "End.",
        "[i] Led by Agnes Tolland.",
        "Comment: Never marked.",
    ]


def test_notes_in_cells_come_after_the_row():
    found = lines(table(["Depth", p("8", runs='<w:r><w:footnoteReference w:id="7"/></w:r>')]), NOTES)
    assert "Depth: 8[1]" in found[0] and "First." in " ".join(found)


def test_headers_and_footers_are_read_once_without_the_numbers_of_pages():
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PAGE </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        + r("7")
        + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    parts = {
        "word/_rels/document.xml.rels": relations(
            h=("header", "h.xml"), i=("header", "i.xml"), f=("footer", "f.xml"), x=("header", "unused.xml")
        ),
        "word/h.xml": part("hdr", p("Reference HA-7731")),
        "word/i.xml": part("hdr", p("Reference HA-7731") + p("First page only")),
        "word/f.xml": part("ftr", p("Approved by Ulrich Penn") + p("Page ", runs=field)),
        "word/unused.xml": part("hdr", p("Never shown")),
    }
    section = (
        '<w:sectPr><w:headerReference r:id="h"/><w:headerReference r:id="i"/><w:footerReference r:id="f"/></w:sectPr>'
    )
    body = p("One.", section) + p("Two.") + section
    assert lines(body, parts) == ["Reference HA-7731", "First page only", "One.", "Two.", "Approved by Ulrich Penn"]


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────────────────


def level(number, text, kind="decimal", more=""):
    return f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>{more}<w:lvlText w:val="{text}"/></w:lvl>'


def numbering(*levels, more=""):
    return part("numbering", f'<w:abstractNum w:abstractNumId="0">{"".join(levels)}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>{more}')  # fmt: skip


def item(number, text, list_id=1):
    return p(text, f'<w:numPr><w:ilvl w:val="{number}"/><w:numId w:val="{list_id}"/></w:numPr>')


LEGAL = numbering(level(0, "%1."), level(1, "%1.%2"), level(2, "(%3)", "lowerLetter"), level(3, "(%4)", "lowerRoman"))


def test_clause_numbers_are_counted_by_level():
    body = (
        item(0, "A")
        + item(1, "B")
        + item(1, "C")
        + item(2, "D")
        + item(2, "E")
        + item(3, "F")
        + item(0, "G")
        + item(1, "H")
        + item(2, "I")
    )
    assert lines(body, {"word/numbering.xml": LEGAL}) == [
        "1. A",
        "1.1 B",
        "1.2 C",
        "(a) D",
        "(b) E",
        "(i) F",
        "2. G",
        "2.1 H",
        "(a) I",
    ]


def test_numbers_of_styles_are_counted():
    styles = part("styles", '<w:style w:styleId="Clause"><w:name w:val="Clause"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
                  '<w:style w:styleId="Sub"><w:basedOn w:val="Clause"/><w:pPr><w:numPr><w:ilvl w:val="1"/></w:numPr></w:pPr></w:style>'
                  '<w:style w:styleId="Loop"><w:basedOn w:val="Loop"/></w:style>')  # fmt: skip
    body = (
        p("A", '<w:pStyle w:val="Clause"/>')
        + p("B", '<w:pStyle w:val="Sub"/>')
        + p("C", '<w:pStyle w:val="Sub"/><w:numPr><w:numId w:val="0"/></w:numPr>')
        + p("D", '<w:pStyle w:val="Loop"/>')
    )
    assert lines(body, {"word/numbering.xml": LEGAL, "word/styles.xml": styles}) == ["1. A", "1.1 B", "C", "D"]


def test_a_level_that_names_its_style_numbers_its_paragraphs():
    styled = numbering(
        level(0, "Article %1", more='<w:pStyle w:val="Heading1"/>'),
        level(1, "%1.%2", more='<w:pStyle w:val="Heading2"/>'),
    )
    styles = part(
        "styles",
        "".join(
            f'<w:style w:styleId="Heading{n}"><w:name w:val="heading {n}"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
            for n in (1, 2)
        ),
    )
    body = p("Scope", '<w:pStyle w:val="Heading1"/>') + p("Term", '<w:pStyle w:val="Heading2"/>')
    _flow, blocks = flow_of("a.docx", word(body, {"word/numbering.xml": styled, "word/styles.xml": styles}))
    assert [(block.text, block.level) for block in blocks] == [("Article 1 Scope", 1), ("1.1 Term", 2)]


def test_lists_begin_anew_and_go_on_as_they_say():
    more = '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num><w:num w:numId="3"><w:abstractNumId w:val="0"/></w:num>'
    body = item(0, "A") + item(0, "B", 2) + item(0, "C", 2) + item(0, "D", 3)
    assert lines(body, {"word/numbering.xml": numbering(level(0, "%1."), more=more)}) == [
        "1. A",
        "5. B",
        "6. C",
        "7. D",
    ]


def test_legal_numbers_bullets_and_other_kinds():
    levels = numbering(
        level(0, "%1.", "upperRoman"),
        level(1, "%1.%2", more="<w:isLgl/>"),
        level(2, "•", "bullet"),
        level(3, "%4)", "upperLetter"),
        level(4, "", "none"),
    )
    body = "".join(item(n, "x") for n in range(5))
    assert lines(body, {"word/numbering.xml": levels}) == ["I. x", "1.1 x", "• x", "A) x", "x"]


# ── text ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("runs", "shown"),
    [
        (r("10") + r("6", '<w:vertAlign w:val="superscript"/>') + r(" N"), "10^6 N"),
        (r("10") + r("-", '<w:vertAlign w:val="superscript"/>') + r("3", '<w:vertAlign w:val="superscript"/>') + r(" m"), "10^-3 m"),
        (r("H") + r("2", '<w:vertAlign w:val="subscript"/>') + r("O"), "H2O"),
        (r("the 1") + r("st", '<w:vertAlign w:val="superscript"/>') + r(" day"), "the 1st day"),
        (r("a") + r("hidden", "<w:vanish/>") + r("b", '<w:vanish w:val="0"/>'), "ab"),
        ('<w:r><w:t>40</w:t><w:sym w:font="Symbol" w:char="F0B0"/><w:t>C</w:t></w:r>', "40°C"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:t> paid</w:t></w:r>', "☑ paid"),
        (r("\uf061", '<w:rFonts w:ascii="Symbol"/>'), "α"),
        ("<w:r><w:t>co</w:t><w:noBreakHyphen/><w:t>op</w:t><w:softHyphen/><w:t>s</w:t><w:tab/><w:t>x</w:t></w:r>", "co-ops\tx"),
        ('<w:ins><w:r><w:t>1200</w:t></w:r></w:ins><w:del><w:r><w:delText>900</w:delText><w:t>901</w:t></w:r></w:del>', "1200"),
        ("<w:r><w:ruby><w:rt><w:r><w:t>とう</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>東</w:t></w:r></w:rubyBase></w:ruby></w:r>", "東"),
        ('<w:sdt><w:sdtPr><w:alias w:val="x"/></w:sdtPr><w:sdtContent><w:r><w:t>Nairobi</w:t></w:r></w:sdtContent></w:sdt>', "Nairobi"),
        ('<w:hyperlink><w:r><w:t>link</w:t></w:r></w:hyperlink><w:smartTag><w:r><w:t> smart</w:t></w:r></w:smartTag>', "link smart"),
        ('<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>IF </w:instrText></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>yes</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>', "yes"),
        ('<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData></w:fldChar></w:r><w:r><w:instrText>FORMCHECKBOX</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>' + r(" paid"), "☑ paid"),
        ("<m:oMath><m:r><m:t>E=m</m:t></m:r><m:sSup><m:e><m:r><m:t>c</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:oMath>", "E=mc^2"),
        ("<m:oMath><m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>", "(a+b)/2"),
        ('<m:oMath><m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub><m:r><m:t>i=1</m:t></m:r></m:sub><m:sup><m:r><m:t>n</m:t></m:r></m:sup><m:e><m:r><m:t>x</m:t></m:r></m:e></m:nary></m:oMath>', "∑_(i=1)^n x"),
    ],
)  # fmt: skip
def test_a_paragraph_reads_as_it_is_drawn(runs, shown):
    assert lines(p(runs=runs)) == [shown]


def test_an_open_field_swallows_no_other_paragraph():
    assert lines(
        p(runs='<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>X</w:instrText></w:r>') + p("After.")
    ) == ["After."]


def test_moved_text_is_read_where_it_is_now():
    moved = "<w:r><w:t>Pets are forbidden.</w:t></w:r>"
    body = f"<w:p><w:moveFrom>{moved}</w:moveFrom></w:p>" + p("Between.") + f"<w:p><w:moveTo>{moved}</w:moveTo></w:p>"
    assert lines(body) == ["Between.", "Pets are forbidden."]


def test_paragraphs_whose_border_was_deleted_are_one():
    assert lines(p("The rent ", "<w:rPr><w:del/></w:rPr>") + p("is due.")) == ["The rent is due."]


@pytest.mark.parametrize("box", [
    "<mc:AlternateContent><mc:Choice><wps:txbx><w:txbxContent>{}</w:txbxContent></wps:txbx></mc:Choice><mc:Fallback><v:textbox><w:txbxContent>{}</w:txbxContent></v:textbox></mc:Fallback></mc:AlternateContent>",
    "<w:pict><v:shape><v:textbox><w:txbxContent>{}</w:txbxContent></v:textbox></v:shape></w:pict>",
    "<mc:AlternateContent><mc:Choice/><mc:Fallback><w:pict><v:textbox><w:txbxContent>{}</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent>",
])  # fmt: skip
def test_text_boxes_are_paragraphs_of_their_own_read_once(box):
    inner = p("Emergency:") + p("Dr Okafor")
    body = p("Before", runs=f"<w:r>{box.format(inner, inner)}</w:r>" + r(" after."))
    assert lines(body) == ["Before after.", "Emergency:", "Dr Okafor"]


# ── tables ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_rows_carry_their_heads():
    marked = table(["Port", "Depth"], ["Ostend", "8.5"]).replace("<w:tr>", "<w:tr><w:trPr><w:tblHeader/></w:trPr>", 1)
    assert lines(marked) == ["Port | Depth: Ostend\t8.5"]
    assert (
        lines(table(["Port", "Depth (m)"], ["Ostend", "8.5"], ["Ghent", "13.5"]))[1] == "Port | Depth (m): Ghent\t13.5"
    )


def test_two_columns_are_labels_and_values():
    assert lines(table(["Permit number", "QX-5521"], ["Issued", "12 May 2020"])) == [
        "Permit number: QX-5521",
        "Issued: 12 May 2020",
    ]


def test_a_table_in_a_table_is_read_once():
    inner = table(["Permit", "QX-5521"], ["Issued", "2020"])
    found = lines(table([p("Section A") + inner + p(), "Office use"]) + p("End."))
    assert found == ["Section A", "Permit: QX-5521", "Issued: 2020", "Office use", "End."]


def test_cells_that_are_merged_downwards_are_said_in_each_row():
    start = '<w:tcPr><w:vMerge w:val="restart"/></w:tcPr>' + p("Ostend")
    goes_on = "<w:tcPr><w:vMerge/></w:tcPr>" + p()
    assert lines(table([start, "north", "8"], [goes_on, "south", "9"])) == ["Ostend\tnorth\t8", "Ostend\tsouth\t9"]


def test_rows_in_content_controls_are_rows():
    rows = (
        "<w:tr><w:tc>"
        + p("Name")
        + "</w:tc><w:sdt><w:sdtContent><w:tc>"
        + p("Ann")
        + "</w:tc></w:sdtContent></w:sdt></w:tr>"
    )
    assert lines(f"<w:tbl><w:sdt><w:sdtContent>{rows}</w:sdtContent></w:sdt></w:tbl>") == ["Name: Ann"]


def test_a_sheet_that_stands_in_a_document_is_read():
    cells = '<row r="1"><c r="A1" t="inlineStr"><is><t>Depth:</t></is></c><c r="B1"><v>8.5</v></c></row>'
    parts = {
        "word/_rels/document.xml.rels": relations(a=("package", "embeddings/sheet.xlsx")),
        "word/embeddings/sheet.xlsx": xlsx(cells),
    }
    assert lines_of("a.docx", word(p("Ports."), parts)) == ["Ports.", "Attachment: sheet.xlsx", "Ports", "Depth: 8.5"]
