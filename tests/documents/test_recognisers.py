"""Which recogniser is asked, and in which order its lines are read."""

import pytest

from phitui.documents.ocr import rapid, recogniser, tesseract
from phitui.documents.ocr.picture import Picture
from phitui.errors import DocumentError

BLANK = Picture(1, 1, b"\xff")


@pytest.fixture
def machine(monkeypatch):
    """Says what is installed, and which recogniser was asked."""
    asked = []

    def set_up(languages, with_rapid):
        recogniser._installed.cache_clear()
        monkeypatch.setattr(tesseract, "program", lambda: "tesseract" if languages else None)
        monkeypatch.setattr(tesseract, "languages", lambda: list(languages))
        monkeypatch.setattr(rapid, "is_installed", lambda: with_rapid)
        monkeypatch.setattr(tesseract, "text_in", lambda picture, language: asked.append("tesseract") or "")
        monkeypatch.setattr(rapid, "text_in", lambda picture: asked.append("rapid") or "")
        return asked

    yield set_up
    recogniser._installed.cache_clear()


@pytest.mark.parametrize(
    ("languages", "with_rapid", "wanted", "expected"),
    [
        (["eng"], True, "eng", "tesseract"),
        (["eng"], True, "deu", "rapid"),
        (["eng"], True, "eng+deu", "rapid"),
        (["eng", "rus"], True, "rus", "tesseract"),
        (["eng"], False, "eng", "tesseract"),
        ([], True, "eng+fra", "rapid"),
    ],
)
def test_tesseract_is_asked_where_it_has_the_language(machine, languages, with_rapid, wanted, expected):
    asked = machine(languages, with_rapid)
    recogniser.text_in(BLANK, wanted)
    assert asked == [expected]


@pytest.mark.parametrize(("with_rapid", "wanted"), [(False, "eng"), (True, "rus")])
def test_without_a_recogniser_one_sentence_says_how_to_get_one(machine, with_rapid, wanted):
    machine([], with_rapid)
    with pytest.raises(DocumentError, match=r"apt install tesseract-ocr.*phitui\[ocr\]"):
        recogniser.text_in(BLANK, wanted)


def test_both_recognisers_languages_are_known(machine):
    machine(["rus"], True)
    assert {"rus", "eng", "jpn"} <= set(recogniser.languages())


class Engine:
    """Finds lines at places, in a picture that was scanned a little aslant."""

    def __init__(self, lines):
        self.txts = [text for text, *_ in lines]
        self.boxes = [[(x, y), (x + wide, y + 4), (x + wide, y + 24), (x, y + 20)] for _, x, y, wide in lines]

    def __call__(self, picture):
        return self


def test_lines_are_read_from_above_and_columns_one_after_the_other(monkeypatch):
    left = ["the keeper who lived in", "the tower for forty years", "and never went ashore"]
    right = ["the grocer who sold lamp", "oil and bread to every", "sailor in the harbour"]
    lines = [("Of a tower and its harbour", 100, 40, 300)]
    lines += [(text, 100, 100 + 30 * row, 240) for row, text in enumerate(left)]
    lines += [(text, 500, 106 + 30 * row, 240) for row, text in enumerate(right)]
    monkeypatch.setattr(rapid, "_engine", lambda: Engine(lines[::-1]))
    picture = Picture(2, 2, bytes(4))
    assert rapid.text_in(picture).split() == " ".join(["Of a tower and its harbour", *left, *right]).split()
    found = rapid.words_in(picture)
    assert [each.text for each in found] == ["Of a tower and its harbour", *left, *right]
    assert found[0].box == (100, 40, 400, 64)
