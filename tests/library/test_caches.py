"""The indexes are caches: deleted, damaged or foreign, they are made anew from the database."""

import os
import shutil
import stat
import subprocess
import sys

import pytest

from tests.library.made import HashingEmbedder, open_library, statuses, texts


def everything(library):
    question = "which trees grow slowly, and does gold rust?"
    hits = library.search(library.query(question), 50)
    return [(hit.text, round(hit.score, 3), hit.lexical_rank, hit.dense_rank) for hit in hits]


@pytest.fixture
def saved(tmp_path, folder):
    """A filled and closed library whose indexes are on disk, and what it finds."""
    library = open_library(tmp_path / "library")
    statuses(library, folder)
    found = everything(library)
    library.close()
    assert list((tmp_path / "library" / "cache").glob("*.faiss"))
    return tmp_path / "library", found


def delete(cache):
    shutil.rmtree(cache)
    cache.mkdir()


def delete_words(cache):
    shutil.rmtree(cache / "words")


def delete_stamps(cache):
    for path in cache.glob("*.json"):
        path.unlink()


def garbage(cache):
    for path in [*cache.glob("*.faiss"), *cache.glob("*.json"), *(cache / "words").iterdir()]:
        path.write_bytes(os.urandom(300))


def garbage_in_the_vectors(cache):
    for path in cache.glob("*.faiss"):
        path.write_bytes(b"\xff" * path.stat().st_size)


def garbage_in_the_words(cache):
    for path in (cache / "words").iterdir():
        path.write_bytes(b"\xff" * path.stat().st_size)


def garbage_in_the_words_data(cache):
    for path in (cache / "words").iterdir():
        if path.name != "meta.json":
            path.write_bytes(b"\xff" * path.stat().st_size)


def cut(cache):
    for path in [*cache.glob("*.faiss"), *cache.glob("*.json"), *(cache / "words").iterdir()]:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(cache):
    for path in [*cache.glob("*.faiss"), *cache.glob("*.json"), *(cache / "words").iterdir()]:
        path.write_bytes(b"")


def missing_segments(cache):
    for path in (cache / "words").iterdir():
        if path.suffix in (".term", ".store", ".idx", ".fast"):
            path.unlink()


@pytest.mark.parametrize(
    ("harm", "damaged"),
    [
        (delete, ""),
        (delete_words, ""),
        (delete_stamps, ""),
        (garbage, "words meanings"),
        (garbage_in_the_vectors, "meanings"),
        (garbage_in_the_words, "words"),
        (garbage_in_the_words_data, "words"),
        (cut, "words meanings"),
        (empty, "words meanings"),
        (missing_segments, "words"),
    ],
)
def test_a_harmed_cache_is_made_anew_and_damage_is_said_once(saved, harm, damaged):
    base, found = saved
    harm(base / "cache")
    said = []
    for _ in range(2):
        library = open_library(base)
        library.notice = said.append
        assert everything(library) == found
        library.close()
    wanted = [f"The index of {each} in {base / 'cache'} was damaged: it was made anew" for each in damaged.split()]
    assert [each.partition(",")[0] for each in said] == wanted


def test_adding_says_what_was_damaged_too(saved, folder):
    base, _ = saved
    garbage_in_the_words(base / "cache")
    library = open_library(base)
    said = []
    library.notice = said.append
    (folder / "bees.txt").write_text("Bees dance. They show the way.")
    statuses(library, folder)
    library.close()
    assert len(said) == 1 and "index of words" in said[0]


def test_the_indexes_belong_to_their_owner_alone(saved):
    base, _ = saved
    files = [path for path in (base / "cache").rglob("*") if path.is_file() and not path.name.startswith(".tantivy")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((base / "cache" / "words").stat().st_mode) == 0o700


def test_an_intact_cache_is_not_made_anew(saved):
    base, found = saved
    words = {path.name: path.stat().st_mtime_ns for path in (base / "cache" / "words").iterdir()}
    vectors = {path: path.stat().st_mtime_ns for path in (base / "cache").glob("vectors*")}
    library = open_library(base)
    assert everything(library) == found
    library.close()
    assert {path.name: path.stat().st_mtime_ns for path in (base / "cache" / "words").iterdir()} == words
    assert {path: path.stat().st_mtime_ns for path in vectors} == vectors


def test_a_removed_and_a_changed_document_do_not_make_the_words_anew(filled, folder, monkeypatch):
    def anew(*_, **__):
        raise AssertionError("the index of words is made anew")

    monkeypatch.setattr(shutil, "rmtree", anew)
    (folder / "metals.txt").write_text("Bronze is an alloy. It does not rust.")
    filled.remove([filled.find("whales").document_id])
    statuses(filled, folder / "metals.txt")
    assert not any("Krill" in text for text in texts(filled, "krill is tiny", 50, arm="lexical"))
    assert not any("Tungsten" in text for text in texts(filled, "tungsten melts", 50, arm="lexical"))
    assert "Bronze" in texts(filled, "bronze", arm="lexical")[0]
    assert filled._lexical._current()[1].num_docs == sum(document.passages for document in filled.documents())


def test_the_cache_of_another_library_is_not_used(saved, tmp_path, folder):
    base, _ = saved
    other = open_library(tmp_path / "other")
    shutil.copytree(base / "cache", tmp_path / "other" / "cache", dirs_exist_ok=True)
    (folder / "bees.txt").write_text("Bees dance. They show the way.")
    statuses(other, folder / "bees.txt")
    assert set(texts(other, "gold krill oaks bees", 50)) == {"Bees dance. They show the way."}


def test_a_removed_document_is_found_by_neither_arm(filled):
    for arm in ("lexical", "dense", "fused"):
        assert any("Krill" in text for text in texts(filled, "krill is tiny", 50, arm=arm))
    filled.remove([filled.find("whales").document_id])
    for arm in ("lexical", "dense", "fused"):
        assert not any("Krill" in text for text in texts(filled, "krill is tiny", 50, arm=arm))


def test_a_passage_that_only_the_index_knows_is_not_found_and_goes_at_the_next_change(filled, folder):
    """What a kill between the index's commit and its stamp, and a removal after it, leave behind."""
    store, lexical = filled._store, filled._lexical
    stamp = lexical._stamp.read_text()
    whales = filled.find("whales").document_id
    forged = stamp.replace(f'"{whales}":', '"999":')
    lexical._stamp.write_text(forged)
    store.remove([whales])
    assert not any("Krill" in text for text in texts(filled, "krill", 50))
    passages = sum(document.passages for document in filled.documents())
    assert lexical._current()[1].num_docs == passages


def test_a_search_by_words_imports_no_faiss_and_adding_nothing_new_no_index(saved, folder):
    code = (
        "import sys; from pathlib import Path; from phitui.library.library import Library\n"
        "class E: name, identity, dimension, ready = 'e', sys.argv[3], 32, True\n"
        "library = Library(Path(sys.argv[1]) / 'data', Path(sys.argv[1]) / 'cache', E())\n"
        "library.documents(); library.find('whales'); library.page(1, 1); library._embedders.wanted.missing\n"
        "from phitui.library.intake.read_ahead import Sources; import hashlib\n"
        "files = sorted(Path(sys.argv[2]).rglob('*.txt'))\n"
        "library._indexer._sources = lambda: Sources(lambda paths, **_: files, None, None, None)\n"
        "events = list(library.add([]))\n"
        "assert [e.status for e in events[1:-1]] == ['unchanged'] * 3, events\n"
        "heavy = {'faiss', 'tantivy', 'numpy', 'torch'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "library.search(library.query('krill', by_words=True))\n"
        "heavy = {'faiss', 'torch'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "library.close()\n"
    )
    base, _ = saved
    command = [sys.executable, "-c", code, str(base), str(folder), HashingEmbedder.identity]
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_a_search_leaves_the_index_of_words_to_whoever_keeps_it_up(tmp_path, folder):
    library, other = open_library(tmp_path / "library"), open_library(tmp_path / "library")
    statuses(library, folder)
    before = everything(other)
    with library._lexical.kept_up():
        library.remove([library.documents()[0].document_id])
        level = library._lexical._level
        for each in (library, other):
            assert {hit[0] for hit in everything(each)} < {hit[0] for hit in before}, "what is gone is not shown"
        assert library._lexical._level == level
    everything(library)
    assert library._lexical._level != level
    library.close()
    other.close()
