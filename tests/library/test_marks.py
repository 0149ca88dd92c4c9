"""Marks on spans stay with their document: read anew, moved, removed and brought back, exported, forgotten."""

import pytest

from phitui.documents.document import Span
from phitui.errors import UsageError
from phitui.library.library import Library
from phitui.library.store.documents import DATABASE_FILE
from phitui.library.store.marks.marks import Mark
from phitui.library.store.marks.placing import found
from tests.library.conftest import METALS, WHALES
from tests.library.test_transfer import imported

SONGS = "Their songs travel far."


def mark(library: Library, words: str = SONGS, note: str = "how far?", name: str = "whales", page: int = 1) -> Mark:
    """Marks these words."""
    document = library.find(name)
    text = library.page(document.document_id, page).text
    start = text.index(words)
    return library.marks.add(document.document_id, Span(page, start, page, start + len(words)), note)


def test_a_mark_knows_its_words_and_its_place_and_is_found_by_either(filled):
    made = mark(filled)
    tin = mark(filled, "Copper conducts well.", "", "metals")
    assert filled.marks.list() == [tin, made]  # by title
    assert (made.text, made.note, made.title, made.span.page, made.placed) == (SONGS, "how far?", "whales", 1, True)
    assert filled.marks.list(made.document_id) == [made]
    assert filled.marks.search("SONGS how") == [made] == filled.marks.search("whales")
    assert filled.marks.search("songs copper") == []


def test_a_note_is_written_anew_and_a_deleted_mark_comes_back(filled):
    made = mark(filled)
    filled.marks.write(made.mark_id, "much \x1b[31mfarther\n")
    assert filled.marks.list()[0].note == "much [31mfarther"
    deleted = filled.marks.delete(made.mark_id)
    assert filled.marks.list() == []
    with pytest.raises(UsageError, match="gone"):
        filled.marks.write(made.mark_id, "late")
    filled.marks.bring_back(deleted)
    assert filled.marks.list()[0].mark_id == made.mark_id


def test_nothing_is_marked_where_no_text_is(filled):
    document = filled.find("whales").document_id
    for span in (Span(1, 5, 1, 5), Span(9, 0, 9, 4)):
        with pytest.raises(UsageError, match="no text"):
            filled.marks.add(document, span)


def test_a_mark_follows_its_words_when_the_file_changes_and_says_where_they_are_gone(filled, folder):
    songs, krill = mark(filled), mark(filled, "Krill is tiny.", page=2)
    more = "A new first page.\f" + WHALES.replace("songs travel", "songs\ntravel").replace("tiny", "small")
    (folder / "whales.txt").write_text(more, "utf-8")
    (added,) = [each for each in filled.add([folder / "whales.txt"]) if hasattr(each, "lost_marks")]
    assert added.lost_marks == 1
    now = {each.mark_id: each for each in filled.marks.list()}
    assert (now[songs.mark_id].span.page, now[songs.mark_id].text) == (2, "Their songs\ntravel far.")
    assert (now[krill.mark_id].placed, now[krill.mark_id].text, now[krill.mark_id].note) == (
        False, "Krill is tiny.", "how far?",
    )  # fmt: skip
    (folder / "whales.txt").write_text(WHALES, "utf-8")
    list(filled.add([folder]))
    assert {each.text: each.placed for each in filled.marks.list()} == {SONGS: True, "Krill is tiny.": True}


def test_a_mark_goes_with_a_file_that_moves_or_becomes_a_copy_of_another(filled, folder):
    made, copper = mark(filled), mark(filled, "Copper conducts well.", "", "metals")
    (folder / "whales.txt").rename(folder / "sea.txt")
    (folder / "old-trees.txt").write_text(METALS, "utf-8")
    (folder / "metals.txt").write_text("Something else. Copper conducts well.", "utf-8")
    list(filled.add([folder]))
    now = {each.mark_id: each for each in filled.marks.list()}
    assert now[made.mark_id].path.endswith("sea.txt") and now[made.mark_id].placed
    assert now[copper.mark_id].placed


def test_removing_a_document_takes_its_marks_to_the_bin_and_back(filled):
    made = mark(filled)
    filled.remove([made.document_id])
    assert filled.marks.list() == []
    filled.bring_back([made.document_id])
    assert filled.marks.list() == [made]


def test_an_export_carries_them_but_not_where_only_documents_are_wanted(filled, tmp_path):
    made = mark(filled, note="a \x07 bell")
    filled.export(tmp_path / "all.db")
    filled.export(tmp_path / "documents.db", documents_only=True)
    for name, kept in (("all", [made.text]), ("documents", [])):
        other = imported(tmp_path / f"{name}.db", tmp_path / name)
        assert [each.text for each in other.marks.list()] == kept
        other.close()


def test_forgetting_a_document_erases_its_marks_and_what_they_quote_of_it(filled, tmp_path):
    made = mark(filled, note="sings like a zyzzyva")
    filled.make_backup()
    kept = mark(filled, "Copper conducts well.", f"as the whales: {WHALES[:60]}", "metals")
    filled.forget([made.document_id])
    (left,) = filled.marks.list()
    assert left.mark_id == kept.mark_id and "sing" not in left.note
    files = [each for each in (tmp_path / "library").rglob("*") if each.is_file()]
    assert any(each.name == DATABASE_FILE for each in files)
    assert not [each for each in files if b"zyzzyva" in each.read_bytes()]


@pytest.mark.parametrize(
    ("text", "pages", "near", "place"),
    [
        ("a tin", {1: "in a tin box"}, Span(1, 3, 1, 8), Span(1, 3, 1, 8)),
        ("tin.", {1: "setting. A tin."}, Span(1, 0, 1, 4), Span(1, 11, 1, 15)),
        ("hand-\nwritten", {1: "it is handwritten."}, Span(1, 0, 1, 4), Span(1, 6, 1, 17)),
        ("one two", {1: "at one", 2: "", 3: "two ends"}, Span(1, 0, 1, 4), Span(1, 3, 3, 3)),
        ("it", {1: "it", 5: "it", 9: "it"}, Span(6, 0, 6, 2), Span(5, 0, 5, 2)),
        ("gone", {1: "here"}, Span(1, 0, 1, 4), None),
        ("…", {1: "here…"}, Span(1, 0, 1, 1), None),
        ("x", {}, Span(1, 0, 1, 1), None),
    ],
)
def test_words_are_found_in_another_reading_at_the_nearest_place(text, pages, near, place):
    assert found(text, pages, near) == place
