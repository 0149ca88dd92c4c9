"""Reading real PDFs: text, titles, labels, passwords, and files that are not what they seem."""

import os
import threading

import pytest

from phitui.documents.splitter import split
from phitui.documents.workers.reader import Readers
from phitui.errors import Cancelled, DocumentError, PasswordNeeded, UsageError
from tests.documents.made import made_pdf
from tests.test_text import CONTROL


def test_a_pdfs_pages_title_and_sentences_are_read(readers, tmp_path):
    path = made_pdf(tmp_path / "x.pdf", [["Hello there.", "Second line."], ["Next page."]], "On Greetings")
    seen = []
    document = readers.read(path, on_page=lambda page, pages: seen.append((page, pages)))
    assert [page.text for page in document.pages] == ["Hello there.\nSecond line.", "Next page."]
    assert document.title == "On Greetings"
    assert document.reader == "pdfium"
    assert seen == [(1, 2), (2, 2)]


@pytest.mark.parametrize("reader", ["pdfium", "pypdf2"])
def test_both_readers_read(readers, tmp_path, reader):
    path = made_pdf(tmp_path / "x.pdf", [["Hello there."]], "On Greetings")
    document = readers.read(path, reader=reader)
    assert (document.reader, document.title, document.pages[0].text) == (reader, "On Greetings", "Hello there.")


def test_an_unknown_reader_is_said(readers, tmp_path):
    with pytest.raises(UsageError, match="pdfium, pypdf2"):
        readers.read(tmp_path / "x.pdf", reader="acrobat")


def test_every_article_is_titled_by_its_name_and_loses_its_running_header(readers, shared_data):
    for path in sorted((shared_data / "squad" / "documents").glob("*.pdf"))[::6]:
        document = readers.read(path)
        assert document.title.replace(" ", "_").replace("/", "_")[:10] == path.stem[:10]
        assert not any(page.text.startswith(f"{document.title}\n{page.number}\n") for page in document.pages)
        for passage in split(document).passages:
            assert (
                600 <= len(passage.text) <= 1000
                or passage.first_sentence == 0
                or passage.span.page_end == len(document.pages)
            )


def test_labels_and_outline_are_kept(readers, shared_data):
    document = readers.read(shared_data / "pdfs" / "pagelabels.pdf")
    assert [page.label for page in document.pages] == ["iii", "iv", "1", "2", "1"]
    assert document.headings[0].title == "First section"
    long = readers.read(shared_data / "pdfs" / "usgs-methods.pdf")
    sections = {passage.section for passage in split(long).passages}
    assert any("ABSTRACT" in section for section in sections)


def test_a_scan_is_told_from_an_empty_page(readers, shared_data):
    scan = readers.read(shared_data / "pdfs" / "scan-huckleberry-p22.pdf")
    assert scan.pages[0].scan and scan.empty_pages == 1
    blank = readers.read(shared_data / "pdfs" / "bug_xrefv4_loop.pdf")
    assert not blank.pages[0].scan and blank.empty_pages == 1


def test_an_empty_password_opens_by_itself(readers, shared_data):
    document = readers.read(shared_data / "pdfs" / "dmca-summary-1998.pdf")
    assert document.title == "The Digital Millennium Copyright Act of 1998"
    assert readers.read(shared_data / "pdfs" / "dmca-summary-1998.pdf", reader="pypdf2").pages[0].text


@pytest.mark.parametrize("reader", ["pdfium", "pypdf2"])
def test_a_locked_file_says_how_to_give_its_password(readers, shared_data, reader):
    path = shared_data / "pdfs" / "libreoffice-writer-password.pdf"
    with pytest.raises(PasswordNeeded, match="It is encrypted"):
        readers.read(path, reader=reader)
    with pytest.raises(PasswordNeeded, match="is wrong"):
        readers.read(path, password="guess", reader=reader)
    assert readers.read(path, password="openpassword", reader=reader).pages[0].text


def test_what_both_refuse_is_rewritten_by_pikepdf(readers, shared_data):
    pytest.importorskip("pikepdf")
    document = readers.read(shared_data / "pdfs" / "T04_008_trailer-no-trailer-keyword.pdf")
    assert document.reader == "pikepdf+pdfium"
    assert document.pages[0].text.strip()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "PNG picture named .pdf"),
        (b"<html><body>404</body></html>", "web page"),
        (b"%PDF-1.4\n", "damaged"),
        (b"PK\x03\x04" + b"\x00" * 50, "damaged"),
        (b"\x00\x01\x02" * 100, "damaged"),
        (b"\x7fELF" + b"\x00" * 50, "program"),
    ],
)
def test_a_pdf_that_is_none_gets_one_clear_sentence(readers, tmp_path, content, reason):
    path = tmp_path / "x.pdf"
    path.write_bytes(content)
    with pytest.raises(DocumentError, match=reason) as caught:
        readers.read(path)
    assert not CONTROL.search(caught.value.message) and caught.value.message.endswith(".")


def test_a_file_that_has_gone_is_said(readers, tmp_path):
    with pytest.raises(DocumentError, match="gone"):
        readers.read(tmp_path / "x.pdf")


def test_a_pipe_does_not_hold_up_the_reader(readers, tmp_path):
    os.mkfifo(tmp_path / "x.pdf")
    with pytest.raises(DocumentError, match="pipe"):
        readers.read(tmp_path / "x.pdf")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_said(readers, tmp_path):
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.4")
    (tmp_path / "x.pdf").chmod(0)
    with pytest.raises(DocumentError, match="permissions"):
        readers.read(tmp_path / "x.pdf")


def test_a_name_that_is_no_text_is_read(readers, tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9.pdf")
    try:
        made_pdf(path, [["Hello there."]])
    except OSError:
        pytest.skip("this file system wants UTF-8 names")
    document = readers.read(path)
    assert document.pages[0].text == "Hello there."
    assert document.title == "caf"


def test_cancel_stops_between_two_pages(tmp_path):
    path = made_pdf(tmp_path / "x.pdf", [["Hello."]] * 30)
    stop = threading.Event()
    readers = Readers()
    try:
        with pytest.raises(Cancelled):
            readers.read(path, on_page=lambda page, pages: stop.set(), cancel=stop.is_set)
        assert len(readers.read(path).pages) == 30
    finally:
        readers.close()
