import threading

import pytest

from phitui.errors import UsageError
from tests.library.made import statuses


def test_a_document_is_found_by_id_path_or_part_of_its_title(filled, folder):
    whales = filled.find("whales")
    assert filled.find(str(whales.document_id)) == whales
    assert filled.find(str(folder / "whales.txt")) == whales
    assert filled.find("WHAL") == whales
    assert filled.find("whales.tx") == whales, "the file's name, where no title fits"


def test_a_relative_path_is_a_path(filled, folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert filled.find("whales.txt").title == "whales"


@pytest.mark.parametrize("reference", ["", "  ", "penguins", "99", "/no/such/file", "a\0b", "9" * 40, "%"])
def test_an_unknown_document_is_one_sentence(filled, reference):
    with pytest.raises(UsageError, match="No document has the id"):
        filled.find(reference)


def test_an_ambiguous_title_names_some_of_those_it_fits(filled):
    with pytest.raises(UsageError, match="fits 3 documents .*metals"):
        filled.find("l")


def test_a_whole_title_wins_over_a_part(filled, folder):
    (folder / "whales-two.txt").write_text("More of them. Many more.")
    statuses(filled, folder)
    assert filled.find("whales").title == "whales"


def test_pages_count_from_one(filled):
    whales = filled.find("whales").document_id
    page = filled.page(whales, 2)
    assert (page.page, page.page_label, page.text) == (2, "p2", "A second page speaks of krill. Krill is tiny.")
    for number in (0, 3, -1):
        with pytest.raises(UsageError, match=f"has 2 pages: there is no page {number}"):
            filled.page(whales, number)
    with pytest.raises(UsageError, match="no document 99"):
        filled.page(99, 1)


def test_a_hit_knows_its_sentences_and_their_vectors(filled):
    hit = filled.search(filled.query("tiny krill"))[0]
    sentences = filled.sentences(hit)
    assert [each.text for each in sentences] == ["A second page speaks of krill.", "Krill is tiny."]
    assert all(each.vector.shape == (32,) for each in sentences)
    assert all(each.text in hit.text for each in sentences)


def test_passages_are_given_in_the_order_asked_for_and_gone_ones_left_out(filled):
    ids = [hit.passage_id for hit in filled.search(filled.query("krill gold oaks"))][:3]
    assert [hit.passage_id for hit in filled.passages([ids[2], 9999, ids[0]])] == [ids[2], ids[0]]
    assert filled.passages([]) == []


def test_ids_of_passages_are_never_given_again(filled, folder):
    before = max(hit.passage_id for hit in filled.search(filled.query("krill gold oaks"), 50))
    for document in filled.documents():
        filled._store.remove([document.document_id])
    assert filled.documents() == []
    statuses(filled, folder)
    assert min(hit.passage_id for hit in filled.search(filled.query("krill gold oaks"), 50)) > before


def test_removing_leaves_nothing_of_a_document(filled):
    filled.remove([document.document_id for document in filled.documents()])
    database = filled._store.database
    for table in ("documents", "pages", "sentences", "passages", "passage_vectors", "sentence_vectors", "embedded"):
        assert database.rows(f"SELECT count(*) FROM {table}") == [(0,)]


def test_many_threads_may_use_one_library(filled):
    problems = []

    def work():
        try:
            for _ in range(5):
                assert filled.search(filled.query("tiny krill"))
                conversation = filled.conversations.create("threads")
                filled.conversations.begin_turn(conversation, "all at once?")
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert len(filled.conversations.list()) == 40
