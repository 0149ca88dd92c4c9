"""What ails a document is told by a typed cause: read from the file, stored, listed, and kept from older libraries."""

import random
import sqlite3
import zipfile
from contextlib import closing

import pytest

from phitui.app.panes.library import ADVICE as ADVICE_HERE
from phitui.cli.rows import ADVICE, added_row, document_row, trouble
from phitui.documents.document import Document, Page
from phitui.documents.workers import reader as document_reader
from phitui.errors import Cause, DocumentError
from phitui.library.store.documents import DATABASE_FILE, Store
from phitui.library.store.migrations import MIGRATIONS
from tests.documents.made import made_epub, made_pdf, made_scan
from tests.library.made import added, open_library

ENCRYPTED = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" '
    'xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData><enc:CipherData>'
    '<enc:CipherReference URI="OEBPS/text/c0.xhtml"/></enc:CipherData></enc:EncryptedData></encryption>'
)


def bomb(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 210_000_000)


def locked(path):
    import pikepdf

    made_pdf(path, [["Secret matter."]])
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="owner", user="sesame"))


MADE = {
    "locked.pdf": (locked, "failed", Cause.LOCKED),
    "protected.epub": (lambda path: made_epub(path, ["<p>One.</p>"], encryption=ENCRYPTED), "failed", Cause.PROTECTED),
    "damaged.pdf": (
        lambda path: path.write_bytes(b"%PDF-1.7\n" + random.Random(1).randbytes(500)),
        "failed",
        "damaged",
    ),
    "damaged.docx": (lambda path: path.write_text("no archive"), "failed", "damaged"),
    "scan.pdf": (lambda path: made_scan(path, [["Scanned."]], 20), "no_text", Cause.SCAN),
    "blank.pdf": (lambda path: made_pdf(path, [[]]), "no_text", Cause.NO_TEXT),
    "empty.txt": (lambda path: path.write_bytes(b""), "failed", Cause.EMPTY),
    "large.docx": (bomb, "failed", Cause.TOO_LARGE),
    "picture.pdf": (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 50), "failed", Cause.UNKNOWN_KIND),
    "gone.txt": (lambda path: path.symlink_to(path.parent / "nowhere"), "failed", Cause.GONE),
    "sound.txt": (lambda path: path.write_text("All is well here. Nothing ails it."), "indexed", None),
}


def test_each_trouble_of_a_file_has_its_cause_in_the_event_and_in_the_list(tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    for name, (make, _, _) in MADE.items():
        make(folder / name)
    library = open_library(tmp_path / "library", real=True)
    events = added(library, folder)
    assert {name: (event.status, event.cause) for name, event in events.items()} == {
        name: (status, cause) for name, (_, status, cause) in MADE.items()
    }
    again = added(library, folder)
    assert {name: event.cause for name, event in again.items()} == {name: each.cause for name, each in events.items()}
    listed = {each.path.rsplit("/", 1)[-1]: each for each in library.documents()}
    assert {name: each.cause for name, each in listed.items()} == {
        name: cause for name, (_, _, cause) in MADE.items() if name != "gone.txt"
    }
    wrong = added(library, folder / "locked.pdf", password="guess")["locked.pdf"]
    assert wrong.cause is Cause.WRONG_PASSWORD and wrong.cause.locked
    library.close()


@pytest.mark.parametrize(("lost", "cause"), [("it is damaged", Cause.INCOMPLETE), (None, None)])
def test_a_document_that_lost_pages_is_found_and_marked_as_incomplete(library, folder, monkeypatch, lost, cause):
    def read(self, path, **options):
        pages = (Page(1, "Whales sing in the deep sea."), Page(2, "" if lost else "More.", lost=lost))
        return Document(path, path.stem, pages, incomplete=bool(lost))

    monkeypatch.setattr("tests.library.made.PlainReaders.read", read)
    (event,) = added(library, folder / "whales.txt").values()
    assert (event.status, event.cause) == ("indexed", cause)
    assert library.documents()[0].cause is cause


def test_a_fault_of_phitui_s_own_is_no_fault_of_the_file(library, folder, monkeypatch):
    monkeypatch.setattr("tests.library.made.PlainReaders.read", lambda self, path, **options: 1 // 0)
    assert {event.cause for event in added(library, folder).values()} == {Cause.UNEXPECTED}


def test_a_reader_that_takes_too_long_or_dies_says_which(tmp_path):
    path = made_pdf(tmp_path / "slow.pdf", [["One page."]])
    draft = document_reader._Draft(path, None, "pdfium", lambda page, pages: None)
    for cause in (Cause.TIMED_OUT, Cause.CRASHED, Cause.TOO_LARGE):
        with pytest.raises(DocumentError) as caught:
            draft.lose("it did something", cause)
        assert caught.value.cause is cause


OLD = {
    "It is encrypted: give its password with `phitui add --password PASSWORD FILE`.": Cause.LOCKED,
    "The password given is wrong: try another with `phitui add --password PASSWORD FILE`.": Cause.WRONG_PASSWORD,
    "The archive is encrypted; phitui reads encrypted PDFs only.": Cause.PROTECTED,
    "The EPUB is protected by digital rights management and cannot be read.": Cause.PROTECTED,
    "The PDF is damaged: no reader can open it (Data format error).": Cause.DAMAGED,
    "The file is damaged: it is not the zip archive that a .docx file is.": Cause.DAMAGED,
    "No page could be read: it is damaged (bad object).": Cause.DAMAGED,
    "No page could be read: it took over 10 s.": Cause.TIMED_OUT,
    "It could not be opened: it took over 10 s.": Cause.TIMED_OUT,
    "It could not be opened: its reader crashed on it.": Cause.CRASHED,
    "It could not be opened: its reader went wrong.": Cause.CRASHED,
    "It could not be opened: it takes too much memory or breaks its reader.": Cause.CRASHED,
    "It could not be opened: it takes too much memory.": Cause.TOO_LARGE,
    "It could not be opened: it yields too much text.": Cause.TOO_LARGE,
    "It claims to have 900,000 pages, more than phitui reads (100,000).": Cause.TOO_LARGE,
    "The archive unpacks to more than 200 MB and was not opened.": Cause.TOO_LARGE,
    "The archive holds a part that unpacks to over 200 times its size; it was not opened.": Cause.TOO_LARGE,
    "Reading it takes more memory than a document may use (1 GB).": Cause.TOO_LARGE,
    "The file is empty (0 bytes).": Cause.EMPTY,
    "The PDF has no pages.": Cause.EMPTY,
    "The EPUB lists no chapters.": Cause.EMPTY,
    "It is a PNG picture named .pdf.": Cause.UNKNOWN_KIND,
    "It is a binary file of a kind that phitui does not read.": Cause.UNKNOWN_KIND,
    "It is a zip archive, neither a .docx nor an .epub.": Cause.UNKNOWN_KIND,
    "It is a folder, not a file.": Cause.NO_FILE,
    "It is not a regular file but a device, a socket or a pipe.": Cause.NO_FILE,
    "The file is gone: it vanished while it was being read.": Cause.GONE,
    "The file may not be read: its permissions forbid it.": Cause.FORBIDDEN,
    "The file cannot be read (input/output error).": Cause.UNREADABLE,
    "Reading it failed unexpectedly (KeyError: 1): please report it.": Cause.UNEXPECTED,
    "There is no text in it.": Cause.NO_TEXT,
}
OLD_WITHOUT_TEXT = {
    "No text: 2 of 2 pages are scans, pictures of pages; OCR finds it (o here, or `phitui add --ocr`).": Cause.SCAN,
    "No text: a scan; OCR finds it (o here, or `phitui add --ocr`). Lost page 2: it is damaged.": Cause.SCAN,
    "No text on any page.": Cause.NO_TEXT,
    "The document has no pages.": Cause.EMPTY,
}
OLD_INDEXED = {
    "Lost pages 3-5: it is damaged (bad object).": Cause.INCOMPLETE,
    "Reading stopped after page 7: its reader crashed on it.": Cause.INCOMPLETE,
    "The file is damaged and was read from a repaired copy.": None,
    "Recognised in pictures (OCR, eng): 2 pages.": None,
}


@pytest.mark.parametrize(
    ("status", "old"), [("failed", OLD), ("no_text", OLD_WITHOUT_TEXT), ("indexed", OLD_INDEXED)], ids=lambda each: each
)
def test_the_sentences_of_older_libraries_are_told_apart_once_and_lose_their_advice(tmp_path, status, old):
    with closing(sqlite3.connect(tmp_path / DATABASE_FILE)) as connection, connection:
        for statement in (each for statements in MIGRATIONS[:4] for each in statements):
            connection.execute(statement)
        rows = [("library", "x"), ("documents", "0"), ("vectors", "0")]
        connection.executemany("INSERT INTO meta VALUES (?, ?)", rows)
        for number, reason in enumerate(old):
            connection.execute(
                """INSERT INTO documents
                    (file, path, content_hash, title, status, reason, size, mtime_ns, added, version)
                VALUES (?, '', ?, ?, ?, ?, 0, 0, '', 1)""",
                (b"%d" % number, str(number), f"{number:03}", status, reason),
            )
        connection.execute("PRAGMA user_version = 4")
    store = Store(tmp_path)
    found = store.documents()
    assert [each.cause for each in found] == list(old.values())
    assert not any("--password" in (each.reason or "") or "--ocr" in (each.reason or "") for each in found)
    assert all((each.reason or "").endswith((".", ").")) for each in found)
    store.close()


def test_a_cause_that_nobody_knows_is_none_and_no_error(library, folder):
    added(library, folder)
    with library._store.database.transaction() as connection:
        connection.execute("UPDATE documents SET cause = 'haunted'")
    assert {each.cause for each in library.documents()} == {None}


def test_each_face_says_what_to_do_in_its_own_words(library, folder):
    (folder / "safe.txt").write_text("LOCKED")
    event = added(library, folder)["safe.txt"]
    assert added_row(event)["reason"] == f"It is locked. {ADVICE[Cause.LOCKED]}"
    document = library.find("safe.txt")
    assert document_row(document)["reason"] == trouble(document) == added_row(event)["reason"]
    assert "--password" in ADVICE[Cause.LOCKED] and "--password" not in ADVICE_HERE[Cause.LOCKED]
    whales = library.find("whales")
    assert (trouble(whales), document_row(whales)["cause"]) == (None, None)
