"""Text in scans: recognised on request, page by page, kept, and marked wherever it is shown."""

import shutil
from pathlib import Path
from threading import Event as ThreadEvent

import pytest

from phitui.answers.evidence.quotes import quotes
from phitui.cli.rows import hit_row
from phitui.errors import DocumentError, UsageError
from phitui.events import DocumentAdded, PageRecognised
from phitui.library.intake import ocr
from tests.documents.made import made_scan
from tests.library.made import open_library

PAGES = [["Picture one."], [], ["Picture three."], ["Picture four."]]

TESSERACT = """#!/bin/sh
if [ "$1" = --list-langs ]; then
    printf 'List of available languages in "/nowhere" (3):\\ndeu\\neng\\nosd\\n'
    exit
fi
cat >/dev/null
echo "$4" >>"{log}"
number=$(wc -l <"{log}")
if [ "$number" = "{fails}" ]; then exit 1; fi
if [ "$9" = tsv ]; then
    printf 'level\\n5\\t1\\t1\\t1\\t1\\t1\\t100\\t200\\t90\\t20\\t96\\tThe\\n'
    printf '5\\t1\\t1\\t1\\t1\\t2\\t200\\t200\\t300\\t20\\t96\\tharpoon\\n'
    exit
fi
echo "The harpoon of call $number hangs in the locker. It is old."
"""


class Tesseract:
    """A program on the PATH that finds a text in every picture, and fails at one of its calls."""

    def __init__(self, folder: Path):
        self._log, self._program = folder / "calls", folder / "tesseract"
        self._log.touch()
        self.fail_at(0)

    def fail_at(self, call: int) -> None:
        self._program.write_text(TESSERACT.format(log=self._log, fails=call))
        self._program.chmod(0o755)

    @property
    def languages(self) -> list[str]:
        """Those of each call."""
        return self._log.read_text().split()


@pytest.fixture
def tesseract(tmp_path, monkeypatch) -> Tesseract:
    monkeypatch.setattr(ocr, "pages_at_once", lambda: 1)  # its pages come in order
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return Tesseract(folder)


@pytest.fixture
def library(tmp_path):
    opened = open_library(tmp_path / "library", real=True)
    yield opened
    opened.close()


@pytest.fixture
def scan(tmp_path) -> Path:
    return made_scan(tmp_path / "log-book.pdf", PAGES)


def ocr_pages(library) -> list[int]:
    (document,) = library.documents()
    return [number for number in range(1, 5) if library.page(document.document_id, number).ocr]


def test_a_scan_is_found_on_its_page_and_marked(library, scan, tesseract):
    (before,) = [event for event in library.add([scan]) if isinstance(event, DocumentAdded)]
    assert before.empty_pages == 3 and not library.search(library.query("harpoon"), arm="lexical")
    events = list(library.add([scan], ocr="eng"))
    pages = [(event.page, event.done, event.total) for event in events if isinstance(event, PageRecognised)]
    assert pages == [(1, 1, 3), (3, 2, 3), (4, 3, 3)]
    (added,) = [event for event in events if isinstance(event, DocumentAdded)]
    assert (added.status, added.empty_pages) == ("indexed", 0) and "3 pages" in added.reason
    assert ocr_pages(library) == [1, 3, 4]
    hits = library.search(library.query("harpoon of call 2"))
    assert hits[0].span.page <= 3 <= hits[0].span.page_end
    assert (hits[0].ocr, hit_row(hits[0])["ocr"]) == ("eng", True)
    typed = library.query("typed on a machine")
    found = quotes(typed, library.search(typed), library.sentences, count=9)
    for quote in found:
        assert bool(quote.ocr) == any(page != 2 for page in range(quote.span.page, quote.span.page_end + 1))


def test_pages_are_recognised_side_by_side(library, scan, tesseract, monkeypatch):
    monkeypatch.setattr(ocr, "pages_at_once", lambda: 3)
    events = [event for event in library.add([scan], ocr="eng") if isinstance(event, PageRecognised)]
    assert {event.page for event in events} == {1, 3, 4} and [event.done for event in events] == [1, 2, 3]
    assert ocr_pages(library) == [1, 3, 4]


def test_what_is_recognised_is_not_recognised_again_but_in_another_language(library, scan, tesseract):
    for language in ("eng", "eng", "eng+deu"):
        list(library.add([scan], ocr=language))
    assert tesseract.languages == ["eng"] * 3 + ["eng+deu"] * 3
    assert library.search(library.query("harpoon"))[0].ocr == "eng+deu"


def test_recognising_stops_between_pages_and_goes_on_there(library, scan, tesseract):
    cancel = ThreadEvent()
    for event in library.add([scan], ocr="eng", cancel=cancel):
        if isinstance(event, PageRecognised):
            cancel.set()
    begun = len(tesseract.languages)
    (kept,) = library._store.database.row("SELECT count(*) FROM recognised")
    assert 1 <= kept <= begun <= 2 and not ocr_pages(library)
    list(library.add([scan], ocr="eng"))
    assert len(tesseract.languages) == begun + 3 - kept and ocr_pages(library) == [1, 3, 4]


def test_text_that_was_recognised_before_a_kill_is_put_in_at_the_next_start(library, scan, tesseract, monkeypatch):
    monkeypatch.setattr(type(library._indexer), "_add_scans", lambda self, *_: iter(()))
    list(library.add([scan], ocr="eng"))
    monkeypatch.undo()
    monkeypatch.setenv("PATH", f"{tesseract._program.parent}:/usr/bin:/bin")
    list(library.add([scan], ocr="eng"))
    assert ocr_pages(library) == [1, 3, 4]


def test_a_page_that_fails_is_said_and_the_others_are_kept(library, scan, tesseract):
    tesseract.fail_at(2)
    events = [event for event in library.add([scan], ocr="eng") if isinstance(event, PageRecognised)]
    assert [event.problem for event in events] == [None, "tesseract failed on it (exit code 1).", None]
    assert ocr_pages(library) == [1, 4]
    tesseract.fail_at(0)
    list(library.add([scan], ocr="eng"))
    assert len(tesseract.languages) == 4 and ocr_pages(library) == [1, 3, 4]


def test_without_tesseract_or_its_language_one_sentence_says_how_to_get_it(library, scan, tesseract, monkeypatch):
    with pytest.raises(UsageError, match="'fra', only deu, eng: .*tesseract-ocr-fra"):
        list(library.add([scan], ocr="eng+fra"))
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(DocumentError, match="tesseract is missing: install it"):
        list(library.add([scan], ocr="eng"))
    assert not library.documents()


def test_the_picture_of_a_scan_shows_where_a_text_stands(library, scan, tesseract):
    list(library.add([scan], ocr="eng"))
    (document,) = library.documents()
    picture = library.picture(document.document_id, 1, 600 * 200 // 72, "harpoon")  # as large as tesseract's
    assert picture.boxes == (pytest.approx((200, 200, 500, 220), abs=2),)
    assert library.picture(document.document_id, 1, 300, "no such text").boxes == ()
    with pytest.raises(UsageError, match="there is no page 9"):
        library.picture(document.document_id, 9, 300)


def test_the_scans_of_a_library_are_those_whose_files_are_there(library, scan, tesseract, tmp_path):
    other = made_scan(tmp_path / "other.pdf", [["One more."], [], ["And another."]])
    list(library.add([scan, other], ocr="eng"))
    other.unlink()
    assert library.scans() == [scan]


def test_recognised_text_goes_to_the_bin_and_comes_back_and_is_forgotten(library, scan, tesseract, tmp_path):
    def traces() -> list[Path]:
        files = [file for file in (tmp_path / "library").rglob("*") if file.is_file()]
        return [file for file in files if b"harpoon of call" in file.read_bytes()]

    list(library.add([scan], ocr="eng"))
    (document,) = library.documents()
    library.remove([document.document_id])
    count = "SELECT count(*) FROM recognised"
    assert library._store.database.row(count) == (0,)
    library.bring_back([document.document_id])
    assert library._store.database.row(count) == (3,) and ocr_pages(library) == [1, 3, 4]
    assert traces()
    library.forget([document.document_id])
    assert not traces()
    assert library._store.database.row(count) == (0,)


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="needs tesseract")
def test_tesseract_reads_a_picture_of_a_page(library, tmp_path):
    scan = made_scan(
        tmp_path / "log.pdf", [[], ["Harpoons are kept in locker seven, for mi-", "nutes only."]], dots=150
    )
    list(library.add([scan], ocr="eng"))
    (hit, *_) = library.search(library.query("where are harpoons kept"))
    assert hit.span.page_end == 2 and "locker seven, for minutes only" in hit.text and hit.ocr == "eng"
