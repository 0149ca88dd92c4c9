"""RTF, LaTeX, reStructuredText, notebooks, code, mail, gzip."""

import gzip

import pytest

from phitui.errors import DocumentError
from tests.documents.formats.reading import flow_of, lines_of, text_of
from tests.documents.formats.samples import EMAIL, LATEX, NOTEBOOK, RST, RTF, SAMPLES


def test_rtf_is_read_with_its_letters_notes_tables_and_boxes():
    flow, blocks = flow_of("a.rtf", RTF)
    assert flow.title == "My title"
    assert [block.text.strip() for block in blocks] == [
        "Authority HA-7731",
        "Маяк été 10^6 x_i",
        "žluť[1]",
        "[1] The lamp.",
        "4.2\tClause text",
        "Port | Depth (m): Ostend\t8.5",
        "Port | Depth (m): Ghent\t9",
        "After.",
        "End",
        "Box text",
    ]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"{\rtf1\ansi\uc2 \u8364\'80\'80 5}", "€ 5"),
        (r"{\rtf1\uc0 \u-10179\u-8704 x}", "\U0001f600x"),
        (r"{\rtf1\ansicpg932\'83\'65x}", "テx"),
        (r"{\rtf1 a\~b\_c\{d\}\\e}", "a b-c{d}\\e"),
        (r"{\rtf1 {\field{\*\fldinst HYPERLINK x}{\fldrslt link}} end}", "link end"),
        (r"{\rtf1 {\pict\bin3 }}}}x}", "x"),
        (r"{\rtf1 unclosed {\b bold", "unclosed bold"),
        (r"{\rtf1 }}}}after", "after"),
    ],
)
def test_rtf_that_is_odd(source, text):
    assert text_of("a.rtf", source).strip() == text


def test_latex_reads_as_it_is_set():
    flow, blocks = flow_of("a.tex", LATEX)
    assert [block.text for block in blocks] == [
        "On Tides",
        "Gauge",
        "The café of Müller — “quoted”[1] has 10^6 units [a, b], 100%.",
        "[1] It used oil.",
        "• one",
        "Two: second",
        "1. x",
        "2. y",
        "Port | Depth (m): Ostend\t8.5",
        "E=mc^2",
        "x = {1} % kept",
    ]
    assert flow.notes == ["Parts of it stand in other files, such as other, which have to be added by themselves."]
    assert (
        text_of("a.tex", "\\usepackage[latin1]{inputenc}\n\\begin{document}caf\xe9\\end{document}".encode("latin-1"))
        == "café"
    )


def test_rst_reads_as_it_is_set():
    _flow, blocks = flow_of("a.rst", RST)
    assert (blocks[0].text, blocks[0].level) == ("Tides", 1)
    assert [block.text for block in blocks][1:] == [
        "Author: Ann",
        "The gauge of Porth [1] says:",
        "code here",
        "• one",
        "• two goes on",
        "term: Its meaning.",
        "Note: Take care of it.",
        "[1] It used oil.",
        "Port | Depth: Ostend\t8.5",
        "a | b: x\t1",
    ]


def test_a_notebook_is_its_text_its_code_and_what_that_printed():
    assert lines_of("a.ipynb", NOTEBOOK) == ["Tides", "The gauge.", "print(1)", "one", "a | b: x\t1", "ValueError: no"]
    with pytest.raises(DocumentError, match="no Jupyter notebook"):
        lines_of("a.ipynb", "[1]")
    with pytest.raises(DocumentError, match="not JSON"):
        lines_of("a.ipynb", "{")


def test_words_that_plain_text_divides_at_a_lines_end_are_whole():
    said = "The inter-\nnational committee and Jean-\nPaul met. Unit AB-\n4471 failed. Jean-Paul left."
    whole = "The international committee and Jean-Paul met. Unit AB-4471 failed. Jean-Paul left."
    assert text_of("a.txt", said) == whole


def test_code_has_the_numbers_of_its_lines():
    lines = lines_of("a.py", SAMPLES["a.py"])
    assert lines == ["1  # -*- coding: latin-1 -*-\n2  import os", "5  def f(x):\n6      return 'café'"]
    assert text_of("a.js", "\n" * 9 + "let a = 1;\n") == "10  let a = 1;"


def test_a_message_is_its_headers_its_text_and_its_attachments():
    flow, blocks = flow_of("a.eml", EMAIL)
    assert flow.title == "Привет there"
    assert [(block.text, block.level) for block in blocks] == [
        ("Привет there", 1),
        ("From: Ann Müller <ann@example.org>", 0),
        ("To: ben@example.org", 0),
        ("Date: Mon, 4 Mar 2024 10:00:00 +0000", 0),
        ("The café opens at nine.", 0),
        ("Attachment: ports.csv", 1),
        ("Port | Depth: Ostend\t8.5", 0),
    ]
    assert blocks[5].chapter


def test_a_message_in_two_forms_is_read_once():
    parts = "From: a\nDate: Mon, 4 Mar 2024 10:00:00 +0000\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\n{}\n--b\nContent-Type: text/html\n\n<p>The café opens at nine tomorrow.</p>\n--b--\n"
    assert text_of("a.eml", parts.format("The café opens at nine tomorrow.")).count("opens at nine") == 1
    assert "opens at nine" in text_of("a.eml", parts.format("See the page."))


def test_attachments_that_are_not_read_are_named():
    source = EMAIL.replace('Content-Type: text/csv; name="ports.csv"', "Content-Type: application/x").replace(
        "Port,Depth\nOstend,8.5", "\x00\x01\x02\x03\x04\x05"
    )
    flow, _ = flow_of("a.eml", source)
    assert flow.notes == [
        "The attachment ports.csv was not read: It is a binary file of a kind that phitui does not read."
    ]


def test_a_pdf_that_is_attached_is_read(tmp_path):
    from base64 import b64encode

    from tests.documents.made import made_pdf

    data = b64encode(made_pdf(tmp_path / "a.pdf", [["Total due 314.50"]]).read_bytes()).decode()
    source = (
        EMAIL.replace("ports.csv", "a.pdf")
        .replace("text/csv", "application/pdf")
        .replace("\n\nPort,Depth\nOstend,8.5", f"\nContent-Transfer-Encoding: base64\n\n{data}")
    )
    assert "Total due 314.50" in text_of("a.eml", source)


def test_messages_within_messages_end():
    source = "From: a\nDate: x\nSubject: s\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n"
    assert len(flow_of("a.eml", source * 50 + "From: a\nSubject: last\n\ntext")[1]) < 40


def test_a_mailbox_is_a_chapter_a_message():
    blocks = flow_of("a.mbox", SAMPLES["a.mbox"])[1]
    assert [block.text for block in blocks if block.chapter] == ["Привет there", "Attachment: ports.csv", "Two"]
    assert blocks[-1].text.strip() == "From the left."


def test_a_packed_file_is_read_as_what_is_in_it():
    assert lines_of("a.csv.gz", SAMPLES["a.csv.gz"]) == ["Port | Depth: Ostend\t8.5"]
    assert lines_of("odd", gzip.compress(b"Some words.")) == ["Some words."]
    assert lines_of("a.txt.gz", gzip.compress(gzip.compress(b"Some words."))) == ["Some words."]


def test_packed_bombs_are_said():
    with pytest.raises(DocumentError, match="unpacks to more"):
        lines_of("a.txt.gz", gzip.compress(b" " * 50_000_000))
    data = b"words"
    for _ in range(9):
        data = gzip.compress(data)
    with pytest.raises(DocumentError, match="over and over"):
        lines_of("a.gz", data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.md", "---\ntitle: Eels\nauthor:\n  - name: Ada Finch\n  - Bo Wren\n---\nText."),
        ("b.md", "---\nauthors: [Ada Finch, 'Bo Wren']\n---\nText."),
        (
            "a.tex",
            "\\title{E}\\author{Ada Finch\\thanks{x} \\\\ Ghent \\and Bo Wren}\n\\begin{document}Text.\\end{document}",
        ),
        ("a.rst", ":Authors: Ada Finch, Bo Wren\n\nText."),
        ("a.html", '<meta name=author content="Ada Finch"><meta property="article:author" content="Bo Wren"><p>Text.'),
        ("a.rtf", "{\\rtf1{\\info{\\author Ada Finch, Bo Wren}}Text.}"),
        ("a.ipynb", '{"cells": [], "metadata": {"authors": [{"name": "Ada Finch"}, {"name": "Bo Wren"}]}}'),
        (
            "a.eml",
            'From: "Ada Finch, Bo Wren" <a@example.org>\nDate: Mon, 4 Mar 2024 10:00:00 +0000\nSubject: x\n\nText.',
        ),
    ],
)
def test_authors_that_a_file_names_are_known(name, data):
    assert flow_of(name, data)[0].author == "Ada Finch, Bo Wren"


@pytest.mark.parametrize(
    ("defined", "used", "read"),
    [
        (r"\newcommand{\dose}{17.5~mg}", r"We gave \dose{} of oil, \dose.", "We gave 17.5 mg of oil, 17.5 mg."),
        (r"\newcommand\at[2]{#1 at #2}", r"Rain \at{8}{Ghent} fell.", "Rain 8 at Ghent fell."),
        (
            r"\def\who#1{Dr #1}\newcommand{\both}{\who{Finch} and \who{Wren}}",
            r"\both came.",
            "Dr Finch and Dr Wren came.",
        ),
        (r"\newcommand{\x}{\x\x}", r"Fine \x text.", "Fine text."),
        (r"\def\a{\b\b\b}\def\b{\c\c\c}\def\c{\a\a}", "The end.", "The end."),
    ],
)
def test_commands_that_a_latex_file_defines_are_put_in(defined, used, read):
    said = text_of("a.tex", f"\\documentclass{{article}}{defined}\n\\begin{{document}}\n{used}\n\\end{{document}}")
    assert " ".join(said.split()) == read


def test_a_formula_on_lines_of_its_own_is_read_as_signs():
    body = "\\begin{equation}F = \\frac{1}{2}\\rho v^2 \\sqrt{\\frac{a+b}{c}}\\end{equation}"
    said = lines_of("a.tex", f"\\begin{{document}}{body}\\end{{document}}")
    assert said == ["F = 1/2 ρv^2 √((a+b)/c )"]


def test_xml_is_values_under_the_names_of_their_elements():
    invoice = '<?xml version="1.0"?><r:Doc xmlns:r="r"><r:ID>F-20</r:ID><r:DuePayableAmount cur="EUR">314.50</r:DuePayableAmount><r:Tax rate="21"/><p>Pay <b>soon</b>.</p></r:Doc>'
    assert lines_of("factur-x.xml", invoice) == ["ID: F-20", "Due Payable Amount: 314.50", "Tax: rate 21", "Pay soon."]
    assert text_of("a.xml", "<?xml version='1.0'?><a><b>Cut off & more").split() == ["Cut", "off", "&", "more"]
