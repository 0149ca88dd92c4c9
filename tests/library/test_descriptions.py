"""Titles, authors, years and tags by hand; tags as a scope of search; documents cut anew by a better splitter."""

import os
from threading import Event

import pytest

from phitui.documents.splitter import VERSION as SPLITTER
from phitui.errors import UsageError
from phitui.library.intake import indexer
from phitui.library.store import documents
from tests.library.made import PlainReaders, added, open_library, statuses, texts, vectors_missing


def test_a_corrected_title_is_what_is_searched_and_only_that_document_is_embedded_anew(filled):
    whales = filled.find("whales").document_id
    before = filled._store.database.row("SELECT count(*) FROM sentence_vectors")
    filled.describe(whales, title="Songs of the  Leviathan")
    assert filled.find("leviathan").title == "Songs of the Leviathan"
    assert vectors_missing(filled) == filled.find("leviathan").passages
    assert filled.find("metals").embedded == filled.find("metals").passages
    for arm in ("lexical", "dense"):
        list(filled.embed_missing())
        hits = filled.search(filled.query("leviathan"), 5, arm=arm)
        assert hits[0].title == "Songs of the Leviathan"
    assert vectors_missing(filled) == 0
    assert filled._store.database.row("SELECT count(*) FROM sentence_vectors") == before


def test_what_was_corrected_stays_when_the_file_is_read_again(filled, folder):
    whales = filled.find("whales").document_id
    filled.describe(whales, title="Songs", author="A. Hab", year=1851)
    filled.tag([whales], ["sea"])
    (folder / "whales.txt").write_text("Dolphins jump. They play.")
    statuses(filled, folder)
    found = filled.find("Songs")
    assert (found.document_id, found.author, found.year, found.tags) == (whales, "A. Hab", 1851, ("sea",))


def test_author_and_year_can_be_taken_away_and_the_rest_stays(filled):
    whales = filled.find("whales").document_id
    filled.describe(whales, author="A. Hab", year=1851)
    filled.describe(whales, author="")
    assert (filled.find("whales").author, filled.find("whales").year) == ("", 1851)
    filled.describe(whales, year=0)
    assert filled.find("whales").year is None


@pytest.mark.parametrize("given", [{"title": " \n"}, {"year": 99999}])
def test_what_makes_no_sense_is_refused(filled, given):
    with pytest.raises(UsageError):
        filled.describe(filled.find("whales").document_id, **given)
    with pytest.raises(UsageError, match="no document"):
        filled.describe(999, title="x")


def test_hostile_titles_and_tags_are_one_clean_line(filled):
    whales = filled.find("whales").document_id
    filled.describe(whales, title="a\x1b[31mred\nline", author="b\x07")
    filled.tag([whales], ["#Sea, \x1b[2J deep"])
    found = filled.find(str(whales))
    assert (found.title, found.author, found.tags) == ("a[31mred line", "b", ("sea [2j deep",))


def test_a_scope_searches_only_documents_with_one_of_its_tags(filled):
    filled.tag([filled.find("whales").document_id], ["sea", "life"])
    filled.tag([filled.find("trees").document_id], ["life"])
    assert filled.tags() == {"life": 2, "sea": 1}
    question = "whales, gold and slow oaks"
    for scope, titles in [
        ((), {"whales", "metals", "old trees"}),
        (("sea",), {"whales"}),
        (("life",), {"whales", "old trees"}),
        (("sea", "life"), {"whales", "old trees"}),
    ]:
        filled.scope = scope
        for arm in ("fused", "lexical", "dense"):
            assert {hit.title for hit in filled.search(filled.query(question), 50, arm=arm)} == titles
    filled.scope = ("metal",)
    with pytest.raises(UsageError, match="No document has the tag 'metal'; the tags are life, sea"):
        texts(filled, question)


def test_a_scope_is_kept_over_a_restart_as_long_as_something_has_its_tags(filled, tmp_path):
    filled.tag([filled.find("whales").document_id], ["sea"])
    filled.keep_scope(["sea"])
    again = open_library(tmp_path / "library")
    said = []
    again.notice = said.append
    assert again.scope == ()
    again.resume_scope()
    assert (list(again.scope), said) == (["sea"], [])
    again.tag([again.find("whales").document_id], [], ["sea"])
    again.resume_scope()
    again.resume_scope()
    assert again.scope == ()
    assert said == ["No document has the tag #sea any more: all documents are searched."]
    again.close()


def test_of_a_kept_scope_what_is_left_is_searched(filled):
    filled.tag([filled.find("whales").document_id], ["sea"])
    filled.tag([filled.find("trees").document_id], ["life"])
    filled.keep_scope(["#Sea", "life"])
    filled.tag([filled.find("trees").document_id], [], ["life"])
    said = []
    filled.notice = said.append
    filled.resume_scope()
    assert filled.scope == ("sea",)
    assert said == ["No document has the tag #life any more: only documents with #sea are searched."]


@pytest.fixture
def better_splitter(monkeypatch):
    for module in (documents, indexer):
        monkeypatch.setattr(module, "SPLITTER", SPLITTER + 1)


def test_a_better_splitter_is_applied_document_by_document_and_resumes(filled, folder, better_splitter, tmp_path):
    whales = filled.find("whales").document_id
    assert filled.outdated() == 3 and set(statuses(filled, folder).values()) == {"unchanged"}
    stop = Event()
    for event in filled.rebuild(stop):
        if type(event).__name__ == "DocumentAdded":
            stop.set()
    assert filled.outdated() == 2
    readers = PlainReaders()
    again = open_library(tmp_path / "library", readers=readers)
    list(again.rebuild(Event()))
    assert len(readers.read_paths) == 2
    assert again.outdated() == 0 and vectors_missing(again) == 0
    assert again.find("whales").document_id == whales
    assert "Krill" in texts(again, "krill")[0]
    again.close()


def test_a_document_whose_file_is_gone_is_not_lost_by_a_rebuild(filled, folder, better_splitter):
    os.unlink(folder / "whales.txt")
    list(filled.rebuild(Event()))
    assert filled.outdated() == 1
    assert "Krill" in texts(filled, "krill")[0]


def test_a_file_that_changed_is_read_anew_anyway(filled, folder):
    (folder / "whales.txt").write_text("Dolphins jump. They play.")
    assert added(filled, folder)["whales.txt"].status == "indexed"
