"""What is removed can be brought back as it was, until the bin is emptied."""

import pytest

from phitui.errors import UsageError
from phitui.library.store.bin import TABLES
from tests.library.made import HashingEmbedder, added, open_library, statuses, texts, vectors_missing
from tests.library.test_killing import contents


def everything(library):
    database = library._store.database
    rows = {
        table: sorted(database.rows(f"SELECT * FROM {table}"), key=repr) for table in TABLES if table != "documents"
    }
    # When they were last counted is for whoever looks for what is new.
    rows["embedded"] = [counted[:-1] for counted in rows["embedded"]]
    return contents(library), rows


def test_a_document_comes_back_as_it_was_and_is_found_by_both_arms(filled):
    before = everything(filled)
    whales = filled.find("whales").document_id
    filled.remove([whales])
    for arm in ("lexical", "dense"):
        assert not any("Krill" in text for text in texts(filled, "krill is tiny", 50, arm=arm))
    assert [each.title for each in filled.bin.all()] == ["whales"]
    filled.bring_back([whales])
    assert everything(filled) == before
    assert filled.bin.all() == []
    for arm in ("lexical", "dense"):
        assert any("Krill" in text for text in texts(filled, "krill is tiny", 50, arm=arm))


def test_the_bin_knows_every_table_that_holds_a_part_of_a_document(library):
    """A table that is added later has to be added to the bin as well."""
    database = library._store.database
    tables = [name for (name,) in database.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    parts = {"documents"}
    while more := {
        table
        for table in tables
        if parts & {row[2] for row in database.rows(f"PRAGMA foreign_key_list({table})")} and table not in parts
    }:
        parts |= more
    assert parts | {"recognised"} == set(TABLES)  # that one goes by content


def test_after_emptying_nothing_comes_back(filled):
    whales = filled.find("whales").document_id
    filled.remove([whales, filled.find("metals").document_id])
    assert filled.bin.empty() == 2
    with pytest.raises(UsageError, match="no document"):
        filled.bring_back([whales])
    assert [each.title for each in filled.documents()] == ["old trees"]


def test_adding_a_removed_file_brings_it_back_without_reading_it(filled, folder):
    whales = filled.find("whales").document_id
    filled.remove([whales])
    event = added(filled, folder)["whales.txt"]
    assert (event.status, event.document_id, event.reason) == ("indexed", whales, "brought back from the bin")
    assert filled.bin.all() == [] and vectors_missing(filled) == 0


def test_a_document_that_is_there_again_is_not_brought_back_over_it(filled, folder):
    whales = filled.find("whales").document_id
    filled.remove([whales])
    (folder / "whales.txt").write_text("Dolphins jump. They play.")
    statuses(filled, folder)
    with pytest.raises(UsageError, match="in the library already"):
        filled.bring_back([whales])
    assert [each.document_id for each in filled.bin.all()] == [whales]


def test_a_failed_document_can_be_removed_and_brought_back_too(library, folder):
    (folder / "broken.txt").write_text("BROKEN")
    statuses(library, folder)
    broken = library.find("broken").document_id
    library.remove([broken])
    library.bring_back([broken])
    assert (library.find("broken").status, library.find("broken").reason) == ("failed", "It is broken.")


def test_vectors_of_an_embedder_that_is_gone_stay_behind(filled, tmp_path):
    whales = filled.find("whales").document_id
    filled.remove([whales])
    with filled._store.database.transaction() as connection:
        connection.execute("DELETE FROM embedders")
    filled.close()
    library = open_library(tmp_path / "library", HashingEmbedder("another one"))
    library.bring_back([whales])
    assert library._store.database.rows("PRAGMA foreign_key_check") == []
    assert library.find("whales").embedded == 0
    library.close()


@pytest.mark.parametrize("reference", ["whales", "WHA"])
def test_the_bin_is_searched_by_id_path_and_title(filled, folder, reference):
    whales = filled.find("whales")
    filled.remove([whales.document_id, filled.find("metals").document_id])
    found = filled.bin.find(reference)
    assert found == filled.bin.find(str(whales.document_id)) == filled.bin.find(str(folder / "whales.txt"))
    with pytest.raises(UsageError, match="not in the bin"):
        filled.bin.find("dolphins")
    with pytest.raises(UsageError, match="fits 2"):
        filled.bin.find("e")
