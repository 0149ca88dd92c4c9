"""Markdown, text, HTML, DOCX and EPUB, read without any library."""

import pytest

from phitui.documents.document import slice_text
from phitui.documents.splitter import split
from phitui.errors import DocumentError
from tests.documents.made import made_docx, made_epub


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def texts(document):
    return "\n\n".join(page.text for page in document.pages)


def check_headings(document):
    for heading in document.headings:
        assert document.pages[heading.page - 1].text[heading.offset :].startswith(heading.title)


def test_markdown_loses_its_marks_and_keeps_its_headings(readers, tmp_path):
    source = (
        "---\nx: y\n---\n# The *Guide*\n\nSee [the site](http://x.y) for **bold** words.\n\n"
        "Part\n----\n- one\n- two\n\n```\n# code\n```\n"
    )
    document = readers.read(write(tmp_path / "a.md", source))
    assert document.title == "The Guide"
    assert "See the site for bold words." in texts(document)
    assert [(heading.title, heading.level) for heading in document.headings] == [("The Guide", 1), ("Part", 2)]
    check_headings(document)
    assert document.reader == "markdown"


def test_a_long_text_becomes_pages_that_can_be_sliced(readers, tmp_path):
    paragraphs = "\n\n".join(f"Paragraph {n} begins. " + "It goes on and on. " * 20 for n in range(60))
    document = readers.read(write(tmp_path / "a.txt", paragraphs))
    assert len(document.pages) > 5
    assert all(len(page.text) <= 3000 for page in document.pages)
    pages = {page.number: page.text for page in document.pages}
    assert all(passage.text == slice_text(pages, passage.span) for passage in split(document).passages)
    assert "".join(texts(document).split()) == "".join(paragraphs.split())


def test_one_line_of_a_megabyte_is_read(readers, tmp_path):
    document = readers.read(write(tmp_path / "a.txt", "word " * 200_000))
    assert "".join(texts(document).split()) == "word" * 200_000


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_text_in_other_encodings_is_understood(readers, tmp_path, encoding):
    (tmp_path / "a.txt").write_bytes("Café costs £3.".encode(encoding))
    assert texts(readers.read(tmp_path / "a.txt")) == "Café costs £3."


def test_html_yields_its_words_only(readers, tmp_path):
    source = (
        "<!doctype html><html><head><title>My &amp; Site</title><style>p{}</style></head><body><h1>Top</h1>"
        "<p>Some <b>bold</b>\n text.<script>alert(1)</script><br>Next</p><ul><li>one<li>two</ul>"
        "<table><tr><td>a</td><td>b</td></tr></table><h2>Sub</h2><p>End &#27;[31m.</body>"
    )
    document = readers.read(write(tmp_path / "a.html", source))
    assert document.title == "My & Site"
    assert "Some bold text.\nNext" in texts(document)
    assert "• one" in texts(document) and "alert" not in texts(document) and "\x1b" not in texts(document)
    assert [heading.title for heading in document.headings] == ["Top", "Sub"]
    check_headings(document)


def test_a_docx_yields_paragraphs_headings_and_tables(readers, tmp_path):
    body = (
        '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Purpose</w:t></w:r></w:p>'
        "<w:p><w:r><w:t>It </w:t></w:r><w:r><w:t>works.</w:t></w:r></w:p>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )
    document = readers.read(made_docx(tmp_path / "a.docx", body))
    assert texts(document) == "Purpose\n\nIt works.\n\na: b"
    assert document.title == "Purpose"
    check_headings(document)


def test_an_epubs_chapters_begin_pages(readers, tmp_path):
    chapters = [f"<html><body><h1>Chapter {n}</h1><p>Text {n}.</p></body></html>" for n in range(3)]
    document = readers.read(made_epub(tmp_path / "a.epub", chapters))
    assert document.title == "A Book"
    assert [page.text for page in document.pages] == [f"Chapter {n}\n\nText {n}." for n in range(3)]


def test_a_protected_epub_is_said(readers, tmp_path):
    encryption = (
        '<encryption xmlns:enc="http://www.w3.org/2001/04/xmlenc#">'
        '<enc:CipherReference URI="OEBPS/text/c0.xhtml"/></encryption>'
    )
    with pytest.raises(DocumentError, match="digital rights"):
        readers.read(made_epub(tmp_path / "a.epub", ["<p>x</p>"], encryption=encryption))


def test_a_zip_bomb_is_not_unpacked(readers, tmp_path):
    with pytest.raises(DocumentError, match="unpacks to"):
        readers.read(made_docx(tmp_path / "a.docx", " " * 30_000_000))
    with pytest.raises(DocumentError, match="unpacks to"):
        readers.read(made_docx(tmp_path / "b.docx", " " * 1000, **{f"x{n}": "\x00" * 70_000_000 for n in range(3)}))


def test_a_bomb_of_xml_entities_is_said(readers, tmp_path):
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    path = made_docx(tmp_path / "a.docx", "")
    import zipfile

    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", f'<!DOCTYPE x [<!ENTITY a0 "lol">{entities}]><x>&a11;</x>')
    with pytest.raises(DocumentError, match="damaged"):
        readers.read(path)


@pytest.mark.parametrize("name", ["a.docx", "a.epub"])
def test_an_archive_that_is_none_is_said(readers, tmp_path, name):
    (tmp_path / name).write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(DocumentError, match="damaged"):
        readers.read(tmp_path / name)


def test_a_binary_file_is_not_taken_for_text(readers, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\x00\x01\x02\x03" * 50)
    with pytest.raises(DocumentError, match="binary"):
        readers.read(tmp_path / "a.txt")


def test_blank_text_is_said(readers, tmp_path):
    with pytest.raises(DocumentError, match="no text"):
        readers.read(write(tmp_path / "a.txt", " \n \n"))
