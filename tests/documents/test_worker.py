"""Readers can hang, crash and be killed: the rest goes on, and no process is left behind."""

import os
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from phitui.documents.workers.reader import Readers
from phitui.errors import Cancelled, DocumentError
from tests.documents.made import made_pdf
from tests.test_text import CONTROL

ROOT = Path(__file__).resolve().parents[2]
LONG_LINES = ["All work and no play makes Jack a dull boy, as the saying goes in many a book."] * 30


@pytest.fixture
def own_readers():
    readers = Readers(page_seconds=0.7)
    yield readers
    readers.close()


def ended(pid: int, seconds: float) -> bool:
    """Whether the process ends within that time."""
    try:
        watch = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watch], [], [], seconds)[0])
    finally:
        os.close(watch)


@pytest.mark.parametrize("name", ["bug_xrefv4_loop.pdf", "qpdf-issue-149.pdf"])
def test_a_file_that_hangs_its_reader_is_given_up_and_the_next_is_read(own_readers, shared_data, tmp_path, name):
    with pytest.raises(DocumentError, match=r"took over 0\.7 s"):
        own_readers.read(shared_data / "pdfs" / name, reader="pypdf2")
    assert own_readers.read(made_pdf(tmp_path / "x.pdf", [["Hello."]])).pages[0].text == "Hello."


def test_a_worker_killed_half_way_costs_one_page(own_readers, tmp_path):
    path = made_pdf(tmp_path / "x.pdf", [[f"Page {n} of the book.", *LONG_LINES] for n in range(200)])

    def kill_at_the_third(page, pages):
        if page == 3:
            os.kill(own_readers.pid, signal.SIGKILL)

    document = own_readers.read(path, on_page=kill_at_the_third)
    assert len(document.pages) == 200
    assert sum(page.lost is not None for page in document.pages) == 1
    assert "Lost page" in document.notes[0]
    assert document.empty_pages == 1


def test_a_worker_that_died_between_two_documents_is_replaced(own_readers, tmp_path):
    path = made_pdf(tmp_path / "x.pdf", [["Hello."]])
    own_readers.read(path)
    first = own_readers.pid
    os.kill(first, signal.SIGKILL)
    assert own_readers.read(path).notes == ()
    assert own_readers.pid != first


def test_a_worker_outlives_the_thread_that_started_it(own_readers, tmp_path):
    path = made_pdf(tmp_path / "x.pdf", [["Hello."]])
    thread = threading.Thread(target=own_readers.read, args=(path,))
    thread.start()
    thread.join()
    first = own_readers.pid
    assert own_readers.read(path).pages[0].text == "Hello."
    assert own_readers.pid == first


def test_a_worker_is_replaced_after_some_documents(tmp_path):
    path = made_pdf(tmp_path / "x.pdf", [["Hello."]])
    readers = Readers(recycle_documents=2)
    pids = []
    for _ in range(5):
        readers.read(path)
        pids.append(readers.pid)
    readers.close()
    assert [pids[0] == pids[1], pids[1] == pids[2], pids[2] == pids[3], pids[3] == pids[4]] == [
        True,
        False,
        True,
        False,
    ]


def test_closing_ends_the_worker_and_a_read_under_way(shared_data):
    readers = Readers(page_seconds=60)
    outcome = []

    def read():
        try:
            readers.read(shared_data / "pdfs" / "bug_xrefv4_loop.pdf", reader="pypdf2")
        except Cancelled as error:
            outcome.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    readers.close()
    thread.join(20)
    assert outcome and readers.pid is None


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux")
@pytest.mark.parametrize("reader", ["pypdf2", "pdfium"])
def test_a_worker_dies_with_its_parent_even_by_kill_9_and_even_when_busy(shared_data, reader):
    name = "pdfs/bug_xrefv4_loop.pdf" if reader == "pypdf2" else "hostile/form_fanout_2e30.pdf"
    script = f"""
import threading, time
from pathlib import Path
from phitui.documents.workers.reader import Readers
readers = Readers(page_seconds=50)
threading.Thread(target=readers.read, args=(Path({str(shared_data / name)!r}),), kwargs=dict(reader={reader!r})).start()
while readers.pid is None:
    time.sleep(0.01)
print(readers.pid, flush=True)
time.sleep(50)
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT
    )
    worker = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert ended(worker, 10)


def test_the_worker_loads_neither_torch_nor_textual():
    heavy = "{'torch', 'textual', 'numpy', 'PyPDF2'}"
    script = f"import sys, phitui.documents.workers.worker; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "set()"


def test_modules_in_the_working_folder_are_not_run(tmp_path, monkeypatch):
    made_pdf(tmp_path / "x.pdf", [["Hello."]])
    (tmp_path / "json.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    (tmp_path / "phitui.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    readers = Readers()
    assert readers.read(tmp_path / "x.pdf").pages
    readers.close()
    assert not (tmp_path / "ran").exists()


def test_hostile_files_end_and_leave_nothing_that_a_terminal_obeys(shared_data):
    readers = Readers(page_seconds=1.5)
    read = {}
    for path in sorted((shared_data / "hostile").iterdir()):
        try:
            document = readers.read(path)
            read[path.name] = document
            said = [document.title, *document.notes, *(page.text for page in document.pages)]
            said += [heading.title for heading in document.headings] + [str(page.label) for page in document.pages]
        except DocumentError as error:
            said = [error.message]
        assert not any(CONTROL.search(text) for text in said), path.name
    readers.close()
    assert "invisible.pdf" in read and "form_fanout_2e30.pdf" not in read
