"""Files that make endless work, folders that cannot be read: bounded, and named for what they are."""

import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from phitui.documents.files import find_files
from phitui.documents.formats.registry import SUFFIXES
from phitui.documents.splitter import split
from phitui.documents.workers.process import WorkerLost
from phitui.documents.workers.reader import Readers
from phitui.errors import Cause, DocumentError
from tests import regular_expressions

pytestmark = pytest.mark.hostile


def test_a_reader_that_takes_too_long_over_its_first_page_says_so(tmp_path, monkeypatch):
    file = tmp_path / "slow.md"
    file.write_text("# A heading\n\nA text.")
    readers = Readers()
    replies = iter([{"kind": "opened", "pages": None, "title": "", "reader": "markdown"}])

    class Worker:
        documents, alive = 1, True

        def ask(self, request, cancel):
            pass

        def reply(self, seconds, cancel):
            try:
                return next(replies)
            except StopIteration:
                raise WorkerLost("it took over 10 s", Cause.TIMED_OUT) from None

        def kill(self):
            pass

        def resident_bytes(self):
            return 0

    monkeypatch.setattr(readers, "_worker", Worker())
    with pytest.raises(DocumentError, match="took over 10 s") as caught:
        readers.read(file)
    assert caught.value.cause is Cause.TIMED_OUT


def test_a_file_whose_pages_never_end_is_ended_by_the_clock(tmp_path):
    file = tmp_path / "long.txt"
    file.write_text("A line of the text.\n" * 20_000)
    readers = Readers(file_seconds=-10)
    with pytest.raises(DocumentError, match="It could not be read: it took over") as caught:
        readers.read(file)
    assert caught.value.cause is Cause.TIMED_OUT
    readers.close()


def epub(file: Path, spine: str, manifest: str) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as book:
        book.writestr(
            "META-INF/container.xml", '<container><rootfiles><rootfile full-path="o.opf"/></rootfiles></container>'
        )
        book.writestr("o.opf", f"<package><manifest>{manifest}</manifest><spine>{spine}</spine></package>")
        book.writestr("c.xhtml", "<html><body><p>Whales sing in the deep sea.</p></body></html>")


@pytest.mark.parametrize("same", [True, False])
def test_a_chapter_that_is_listed_a_hundred_thousand_times_is_read_once(tmp_path, same):
    names = ["c"] * 100_000 if same else [f"c{number}" for number in range(20_000)]
    manifest = "".join(
        f'<item id="{name}" href="c.xhtml#{name}" media-type="application/xhtml+xml"/>' for name in dict.fromkeys(names)
    )
    epub(tmp_path / "many.epub", "".join(f'<itemref idref="{name}"/>' for name in names), manifest)
    readers = Readers()
    document = readers.read(tmp_path / "many.epub")
    readers.close()
    assert len(document.pages) == 1 and "Whales sing" in document.pages[0].text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("marks.md", "# " * 250_000),
        ("spaces.md", f"# {' ' * 300_000}x\n\nThe end of it all."),
        ("spaces.html", f"<h1>{' ' * 300_000}x</h1><p>The end of it all."),
        ("brackets.md", "[" * 100_000),
        ("quotes.md", "> " * 100_000),
        ("stars.md", "*a " * 100_000),
        ("open.html", "<div>" * 100_000),
        ("breaks.txt", "\n\n" * 200_000 + "The end of it all."),
        ("braces.tex", "{" * 200_000),
        ("braces.rtf", "{\\rtf1" + "{" * 200_000),
        ("title.rst", "=" * 200_000 + "\nx\n" + "=" * 200_000),
        ("dots.txt", ". " * 200_000),
    ],
    ids=lambda value: value[:11],
)
def test_repeated_marks_are_read_or_refused_within_the_deadline_of_one_page(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    # Elements that nest a hundred thousand deep are given up by the clock, and that is said.
    allowed = {Cause.TIMED_OUT} if name == "open.html" else {Cause.NO_TEXT, Cause.EMPTY, Cause.DAMAGED}
    readers = Readers(page_seconds=1.5 if name == "open.html" else 10.0)
    cause = None
    try:
        split(readers.read(tmp_path / name))
    except DocumentError as error:
        cause = error.cause
    readers.close()
    assert cause is None or cause in allowed


@pytest.mark.parametrize("mark", [f"&#{'9' * 5000};", "&#xD800;", "<![x", "<![CDATA", "<!x", "<?x"])
def test_a_mark_that_means_nothing_spoils_no_more_than_itself(tmp_path, mark):
    file = tmp_path / "page.html"
    file.write_text(f"<p>Whales sing in the deep sea.</p><p>before {mark} behind</p><p>Their songs travel far.</p>")
    readers = Readers()
    text = "\n".join(page.text for page in readers.read(file).pages)
    readers.close()
    assert "Whales sing" in text and "before" in text and "songs travel far" in text


def test_folders_nest_as_deep_as_they_like(tmp_path):
    here = os.getcwd()
    os.chdir(tmp_path)
    try:
        for _ in range(1200):
            os.mkdir("d")
            os.chdir("d")
        Path("deep.txt").write_text("Deep down.")
        assert [each.name for each in find_files([tmp_path])] == ["deep.txt"]
        Path("deep.txt").unlink()
    finally:
        while Path.cwd() != tmp_path:  # what clears temporary folders away goes no deeper than Python's own calls
            os.chdir("..")
            os.rmdir("d")
        os.chdir(here)
    assert ".txt" in SUFFIXES


def test_a_folder_that_cannot_be_read_is_told(tmp_path, monkeypatch):
    (tmp_path / "shut").mkdir()
    (tmp_path / "open.txt").write_text("Open.")
    real = os.scandir

    def scandir(folder):
        if Path(folder).name == "shut":
            raise PermissionError(13, "Permission denied")
        return real(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    told = []
    assert len(list(find_files([tmp_path], left_out=lambda path, why: told.append((path.name, why))))) == 1
    assert told == [("shut", "it cannot be read (permission denied)")]


def test_a_signal_ends_the_hashing_of_a_huge_file(tmp_path):
    huge = tmp_path / "huge.txt"
    with huge.open("wb") as file:
        file.truncate(50 << 30)
    command = [sys.executable, "-m", "phitui", "add", str(huge), "--data-dir", str(tmp_path / "home")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        opened = f"/proc/{process.pid}/fd"
        while process.poll() is None and str(huge) not in _targets(opened):
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 130  # hashing all of it would take a minute
        assert "interrupted" in process.stderr.read()


def _targets(folder: str) -> set[str]:
    found = set()
    for name in os.listdir(folder):
        try:
            found.add(os.readlink(f"{folder}/{name}"))
        except OSError:
            continue
    return found


@pytest.mark.long
def test_no_regular_expression_takes_more_than_a_moment_over_its_worst_text():
    slow = [
        name
        for name, used in regular_expressions.patterns().items()
        if regular_expressions.too_long(used, regular_expressions.length_for(name), 1.0)
    ]
    assert slow == []


def test_regular_expressions_are_found_in_the_source():
    assert len(regular_expressions.patterns()) > 300
