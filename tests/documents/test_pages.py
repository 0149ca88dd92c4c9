"""Pages as pictures, and where a text stands in them."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phitui.documents.workers.pages import PageWorker
from phitui.documents.workers.pictures import joined_lines, locate
from phitui.errors import Cancelled, DocumentError
from tests.documents.made import made_pdf

LINES = ["Harpoons are kept in locker seven.", "The key hangs beside the bell.", "Nobody else may open it."]


@pytest.fixture(scope="module")
def worker():
    made = PageWorker()
    yield made
    made.close()


@pytest.fixture
def pdf(tmp_path):
    return made_pdf(tmp_path / "log.pdf", [["A first page."], LINES])


def ink(picture, top: int, bottom: int) -> int:
    """Dark pixels in these rows."""
    rows = picture.pixels[3 * picture.width * top : 3 * picture.width * bottom]
    return sum(value < 128 for value in rows)


def test_a_page_is_drawn_with_its_text_boxed(worker, pdf):
    picture = worker.picture(pdf, 2, 600, "The key hangs beside the bell. Nobody else")
    assert (picture.width, picture.height) == (600, 800)
    ((left, top, right, bottom),) = picture.boxes
    assert 38 <= left < right <= 200 and bottom - top < 30
    whole = ink(picture, 0, 800)
    assert 0 < ink(picture, top, bottom) < whole
    assert ink(picture, top, bottom) > whole / 2


def test_a_text_that_is_not_on_the_page_has_no_box(worker, pdf):
    assert worker.picture(pdf, 2, 100, "Nothing of the kind").boxes == ()
    assert worker.picture(pdf, 2, 100).boxes == ()


def test_a_page_that_is_not_there_and_a_file_that_is_no_pdf_are_said(worker, pdf, tmp_path):
    with pytest.raises(DocumentError, match="There is no page 3"):
        worker.picture(pdf, 3, 100)
    notes = tmp_path / "notes.md"
    notes.write_text("# Notes")
    with pytest.raises(DocumentError, match="Only pages of PDFs can be drawn"):
        worker.picture(notes, 1, 100)
    with pytest.raises(DocumentError):
        worker.picture(tmp_path / "gone.pdf", 1, 100)
    assert worker.picture(pdf, 1, 60).width == 60


def test_a_huge_picture_is_drawn_smaller(worker, pdf):
    picture = worker.picture(pdf, 1, 50_000)
    assert picture.width * picture.height <= 4.1e6


def test_a_hostile_page_ends_its_worker_and_the_next_page_has_another(worker, pdf, shared_data):
    with pytest.raises(DocumentError):
        worker.picture(shared_data / "hostile" / "form_fanout_2e30.pdf", 1, 100)
    assert worker.picture(pdf, 1, 100).width == 100


def test_a_closed_worker_draws_nothing_and_leaves_no_process(pdf):
    made = PageWorker()
    made.picture(pdf, 1, 50)
    pid = made._worker.pid
    made.close()
    with pytest.raises(Cancelled):
        made.picture(pdf, 1, 50)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@given(st.lists(st.sampled_from(["whale", "sea-\nman", "ship", "ﬁn", "É", "7"]), min_size=1, max_size=30), st.data())
def test_a_slice_of_a_text_is_located_whatever_stands_between_its_letters(words, data):
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    raw = " \r\n".join(words)
    found = locate(" ".join(words[first : last + 1]).replace("-\n", ""), raw)
    assert found is not None and raw[found[0] : found[1]].replace("\r\n", "").strip()


def test_a_text_around_a_line_that_was_taken_out_is_located():
    head, tail = (
        "Whales sing in the deep sea and their songs travel far. ",
        "Krill is tiny, and a whale eats tons of it.",
    )
    raw = head + "\r\nPage 12 of 40\r\n" + tail
    assert locate(head + tail, raw) == (0, len(raw) - 1)


def test_lines_join_to_blocks_and_a_second_column_is_another():
    lines = [(10, 700, 90, 710), (10, 712, 60, 722), (65, 712, 90, 722), (110, 20, 190, 30), (110, 32, 150, 42)]
    assert joined_lines(lines) == [(10, 700, 90, 722), (110, 20, 190, 42)]


def test_turned_text_has_one_box():
    assert joined_lines(
        [(50 + row, 500 - 30 * word, 60 + row, 525 - 30 * word) for row in (0, 12) for word in range(9)]
    ) == [(50, 260, 72, 525)]


def test_a_title_over_two_columns_is_a_block_of_its_own():
    assert joined_lines([(80, 10, 160, 20), (10, 30, 90, 40), (10, 42, 90, 52)]) == [
        (80, 10, 160, 20),
        (10, 30, 90, 52),
    ]
