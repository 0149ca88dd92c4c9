"""Every reader against damage: bytes flipped, ends cut off, bombs and cycles. Text or one sentence, never more."""

import random

import pytest

from phitui.documents.formats.registry import FORMATS
from phitui.documents.workers.worker import serve
from phitui.errors import DocumentError
from tests.documents.formats.made_word import p, part, relations, table, word
from tests.documents.formats.reading import flow_of, lines_of, packed
from tests.documents.formats.samples import SAMPLES, opendocument, pptx, slide, xlsx
from tests.test_text import CONTROL

FLIPS = 100
CUTS = 12


def check(path, data):
    """Reads the file as a worker does, but in this process."""
    path.write_bytes(data)
    replies = []
    serve({"path": str(path), "password": None, "reader": "pdfium", "first": 1}, replies.append)
    last = replies[-1]
    assert last["kind"] in ("done", "failed", "refused")
    if last["kind"] == "failed":
        assert last["message"].endswith(".") and "\n" not in last["message"] and not CONTROL.search(last["message"])
    for reply in replies:
        assert not CONTROL.search(reply.get("text", ""))
    return last


def test_there_is_a_sample_of_every_format():
    names = {suffix for name in SAMPLES for suffix in [name[name.index(".") :]]}
    for each in FORMATS:
        assert each.name in ("pdf", "gzip") or not each.suffixes or names & set(each.suffixes), each.name


@pytest.mark.parametrize("name", SAMPLES)
def test_a_whole_sample_is_read(name, tmp_path):
    assert check(tmp_path / name, SAMPLES[name])["kind"] == "done"


@pytest.mark.parametrize("name", SAMPLES)
def test_flipped_bytes_cost_at_most_the_file(name, tmp_path):
    chance = random.Random(name)
    for _ in range(FLIPS):
        data = bytearray(SAMPLES[name])
        for _ in range(chance.choice((1, 1, 2, 8))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        check(tmp_path / name, bytes(data))


@pytest.mark.parametrize("name", [name for name in SAMPLES if name.endswith(("x", "t", "b"))])
def test_flipped_bytes_inside_of_archives_cost_at_most_the_file(name, tmp_path):
    import io
    import zipfile

    if not SAMPLES[name].startswith(b"PK"):
        pytest.skip("is no archive")
    chance = random.Random(name)
    with zipfile.ZipFile(io.BytesIO(SAMPLES[name])) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    for _ in range(FLIPS):
        chosen = chance.choice([each for each in parts if parts[each]])
        data = bytearray(parts[chosen])
        for _ in range(chance.choice((1, 2, 8))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        check(tmp_path / name, packed({**parts, chosen: bytes(data)}))


@pytest.mark.parametrize("name", SAMPLES)
def test_an_end_that_is_cut_off_costs_at_most_the_file(name, tmp_path):
    data = SAMPLES[name]
    for number in range(CUTS):
        check(tmp_path / name, data[: max(1, len(data) * number // CUTS)])


ENTITIES = (
    "<!DOCTYPE x [<!ENTITY a0 'lol'>" + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12)) + "]>"
)


@pytest.mark.parametrize(
    ("name", "member"),
    [
        ("a.docx", "word/document.xml"),
        ("a.xlsx", "xl/workbook.xml"),
        ("a.pptx", "ppt/presentation.xml"),
        ("a.odt", "content.xml"),
        ("a.epub", "b.opf"),
    ],
)
def test_bombs_of_entities_and_of_size_are_said(name, member):
    usual = (
        {"META-INF/container.xml": '<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>'}
        if name == "a.epub"
        else {}
    )
    with pytest.raises(DocumentError, match="not well-formed"):
        lines_of(name, packed({**usual, member: ENTITIES + "<x>&a11;</x>"}))
    with pytest.raises(DocumentError, match="200 times its size"):
        lines_of(name, packed({**usual, member: b" " * 3_000_000}))


def test_external_entities_are_not_fetched(tmp_path):
    (tmp_path / "secret").write_text("tern-84")
    bomb = (
        f'<!DOCTYPE x [<!ENTITY s SYSTEM "file://{tmp_path}/secret">]>'
        + part("document", f"<w:body>{p('&s; Text.')}</w:body>").split("?>", 1)[1]
    )
    with pytest.raises(DocumentError, match="well-formed"):
        lines_of("a.docx", packed({"word/document.xml": bomb}))


DEEP = 3000


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", lambda: word("<w:sdt><w:sdtContent>" * DEEP + p("x") + "</w:sdtContent></w:sdt>" * DEEP)),
        ("a.docx", lambda: word("<w:tbl><w:tr><w:tc>" * DEEP + p("x") + "</w:tc></w:tr></w:tbl>" * DEEP)),
        ("a.docx", lambda: word(p(runs="<m:oMath>" + "<m:f><m:num>" * DEEP + "</m:num></m:f>" * DEEP + "</m:oMath>"))),
        ("a.pptx", lambda: pptx(slide("<p:grpSp>" * DEEP + "</p:grpSp>" * DEEP))),
        ("a.odt", lambda: opendocument("<text:list><text:list-item>" * DEEP + "<text:p>x</text:p>" + "</text:list-item></text:list>" * DEEP)),
        ("a.odt", lambda: opendocument("<text:p>" + "<text:span>" * DEEP + "x" + "</text:span>" * DEEP + "</text:p>")),
        ("a.html", lambda: "<table><tr><td>" * 400 + "x"),
        ("a.html", lambda: "<math>" + "<mrow>" * DEEP + "x"),
        ("a.html", lambda: "<dl><dt>" * DEEP + "x"),
        ("a.html", lambda: "<nav>" * 20_000 + "</svg>" * 20_000 + "x"),
        ("a.html", lambda: "<!--" * 50_000 + "<p>x"),
        ("a.html", lambda: "<script>" * 20_000 + "<p>x"),
        ("a.html", lambda: '<p class="' * 20_000 + "x"),
        ("a.html", lambda: "<table><tr><td rowspan=65534 colspan=1000>x<td>y<tr><td>z</table>"),
        ("a.rtf", lambda: r"{\rtf1 " + "{" * 100_000 + "x"),
        ("a.rtf", lambda: r"{\rtf1 " + r"\trowd\cell\row" * 5000),
        ("a.tex", lambda: "{" * 50_000 + "x"),
        ("a.tex", lambda: r"\emph{" * 3000 + "x"),
        ("a.tex", lambda: r"\begin{itemize}\item " * 300 + "x"),
        ("a.rst", lambda: ".. note::\n\n" + "".join(" " * 3 * n + ".. note::\n\n" for n in range(1, 80))),
        ("a.md", lambda: "[" * 5000 + "x"),
        ("a.md", lambda: "> " * 2000 + "x"),
        ("a.md", lambda: "*a **b " * 3000),
        ("a.ipynb", lambda: "[" * 100_000),
        ("a.csv", lambda: '"' * 100_001),
        ("a.eml", lambda: "From: a\nDate: x\nSubject: y\nMIME-Version: 1.0\n" + "Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 300 + "\nx"),
        ("a.xlsx", lambda: xlsx('<row r="999999999"><c r="XFD999999"><v>1</v></c><c r="ZZZ1"><v>1e999</v></c><c t="s"><v>99</v></c></row>')),
        ("a.txt", lambda: "data:image/png;base64," * 20_000),
        ("a.txt", lambda: ("A" * 70 + "\n") * 3000),
        ("a.py", lambda: "x" * 1_000_000),
    ],
)  # fmt: skip
def test_what_is_deep_or_endless_ends(name, data, tmp_path):
    made = data()
    check(tmp_path / name, made if isinstance(made, bytes) else made.encode())


def test_parts_that_lead_to_each_other_end():
    rels = {
        "word/_rels/document.xml.rels": relations(
            a=("aFChunk", "document.xml"), h=("header", "document.xml"), f=("footnotes", "document.xml")
        )
    }
    body = p("Text.") + '<w:altChunk r:id="a"/><w:sectPr><w:headerReference r:id="h"/></w:sectPr>'
    assert "Text." in lines_of("a.docx", word(body, rels))


def test_notes_that_hold_their_own_marks_end():
    mark = '<w:r><w:footnoteReference w:id="1"/></w:r>'
    note = f'<w:footnote w:id="1">{p("Oil.", runs=mark)}</w:footnote>'
    assert lines_of("a.docx", word(p("Lamp", runs=mark), {"word/footnotes.xml": part("footnotes", note)})) == [
        "Lamp[1]",
        "[1] Oil.[1]",
    ]


def test_a_wide_table_is_read():
    assert len(lines_of("a.docx", word(table(*[[str(n)] * 60 for n in range(50)])))) == 50
    assert flow_of("a.docx", word(""))[1] == []
