"""The dense arm beyond exact search: groups are made when comparing everything is slow, and find the same."""

import random

import numpy as np
import pytest

from phitui.events import VectorsGrouped
from phitui.library.halves import finite, singles
from phitui.library.indexes import dense, groups
from phitui.library.intake import indexer
from tests.library.made import HashingEmbedder, open_library

FEWEST = 100
WORDS = [f"{a}{b}{c}" for a in "bdgklmnprst" for b in "aeiou" for c in ("n", "sh", "rk", "ld")]


@pytest.fixture(autouse=True)
def quickly_slow(monkeypatch):
    """Libraries of hundreds of passages are treated as those of a hundred thousand are."""
    for module in (dense, indexer):
        monkeypatch.setattr(module, "FEWEST_GROUPED", FEWEST)
    monkeypatch.setattr(dense, "EXACT_SECONDS", 0.0)


def write(folder, number, sentences=40):
    rng = random.Random(number)
    lines = (" ".join(rng.choices(WORDS, k=9)).capitalize() + "." for _ in range(sentences))
    folder.mkdir(exist_ok=True)
    path = folder / f"{number}.txt"
    path.write_text(" ".join(lines), "utf-8")
    return path


@pytest.fixture
def base(tmp_path):
    return tmp_path / "library"


@pytest.fixture
def many(base, tmp_path):
    """A library that has grown out of exact search, and the folder of its documents."""
    for number in range(8):
        write(tmp_path / "texts", number)
    library = open_library(base)
    list(library.add([tmp_path / "texts"]))
    yield library, tmp_path / "texts"
    library.close()


def index_of(library):
    return library._dense[0]


def found(library, question, k=10):
    return [hit.passage_id for hit in library.search(library.query(question), k, "dense")]


def truly_best(library, question, k=10):
    ids, rows = library._vectors.of_passages(
        [row[0] for row in library._store.database.rows("SELECT id FROM passages")]
    )
    scores = rows @ HashingEmbedder().embed([question])[0]
    order = sorted(range(len(ids)), key=lambda place: (-round(float(scores[place]), 5), ids[place]))
    return [ids[place] for place in order[:k]]


def questions(count=6):
    rng = random.Random(99)
    return [" ".join(rng.choices(WORDS, k=6)) for _ in range(count)]


def test_how_well_the_groups_find_is_measured_on_the_librarys_own_vectors(many, base):
    library, _ = many
    measured = dense.measured(base / "cache", HashingEmbedder.identity)
    assert FEWEST <= measured.vectors <= library._vectors.counts()[0] < measured.vectors + FEWEST
    assert measured.recall >= groups.WANTED_RECALL
    assert 1 <= measured.probes <= measured.groups
    assert f"{measured.recall:.1%} of the 50 nearest" in measured.said


def test_it_is_said_when_groups_are_made(base, tmp_path):
    library = open_library(base)
    events = [event for event in library.add([write(tmp_path / "texts", 1, 200)]) if isinstance(event, VectorsGrouped)]
    assert events
    assert "From now on, search by meaning looks into" in events[-1].note
    library.close()


def test_a_small_library_is_compared_exactly(monkeypatch, base, tmp_path):
    monkeypatch.setattr(dense, "EXACT_SECONDS", 60.0)
    library = open_library(base)
    list(library.add([write(tmp_path / "texts", 1, 200)]))
    assert dense.measured(base / "cache", HashingEmbedder.identity) is None
    assert not list((base / "cache").glob("*.rows"))
    library.close()


@pytest.fixture
def all_groups(monkeypatch):
    """Every group is looked at: what is found must be exactly the best."""
    monkeypatch.setattr(groups, "WANTED_RECALL", 1.1)


def test_what_changes_after_the_groups_were_made_is_found_and_what_goes_is_not(all_groups, many, base):
    library, folder = many
    rng = random.Random(3)
    for step in range(12):
        number = rng.randrange(12)
        path = folder / f"{number}.txt"
        documents = {document.path: document.document_id for document in library.documents()}
        if str(path) in documents and rng.random() < 0.5:
            library.remove([documents[str(path)]])
        else:
            list(library.add([write(folder, number * 100 + step).rename(path)]))
        if step % 4 == 3:
            library.close()
            library = open_library(base)
        for question in questions(3):
            assert found(library, question) == truly_best(library, question)
    library.close()


@pytest.mark.parametrize("seed", range(2))
def test_whoever_looks_seldom_follows_whatever_another_process_did_meanwhile(all_groups, many, base, seed):
    library, folder = many
    other, rng, question = open_library(base), random.Random(seed), questions(1)[0]
    assert found(other, question) == truly_best(library, question)
    for number in range(30, 42):
        here, binned = library.documents(), library.bin.all()
        act = rng.choice(["add", "remove", "rename", "replace", "bring back"])
        if act in ("remove", "rename") and here:
            one = rng.choice(here).document_id
            if act == "remove":
                library.remove([one])
            else:
                library.describe(one, title=f"Another title {number}")
                list(library.embed_missing())
        elif act == "bring back" and binned:
            library.bin.bring_back([binned[0].document_id])
        else:
            name = rng.randrange(12) if act == "replace" else number
            write(folder, number, 20).rename(folder / f"{name}.txt")
            list(library.add([folder / f"{name}.txt"]))
        if rng.random() < 0.4:
            assert found(other, question) == truly_best(library, question)
    assert found(other, question) == truly_best(library, question)
    other.close()


def test_a_document_from_the_bin_is_found_again(all_groups, many):
    library, _ = many
    gone = library.documents()[0].document_id
    question = questions(1)[0]
    before = found(library, question)
    library.remove([gone])
    assert found(library, question) == truly_best(library, question)
    library.bin.bring_back([gone])
    assert found(library, question) == before


@pytest.mark.parametrize("names", [{}, {"ROWS_AT_ONCE": 10}, {"ROWS_AT_ONCE": 10, "RECONSIDERED": 5}])
def test_a_search_kept_to_documents_finds_all_of_them(all_groups, many, monkeypatch, names):
    for name, value in names.items():
        monkeypatch.setattr(groups, name, value)
    library, _ = many
    library.tag([library.documents()[3].document_id], ["chosen"])
    library.scope = ("chosen",)
    hits = library.search(library.query(questions(1)[0]), 50, "dense")
    assert {hit.document_id for hit in hits} == {library.documents()[3].document_id}
    assert len(hits) == library.documents()[3].passages


def test_vectors_that_are_looked_for_beside_the_words_change_no_answer(all_groups, many, monkeypatch):
    library, _ = many
    assert index_of(library).large
    beside = [library.search(library.query(question)) for question in questions()]
    monkeypatch.setattr(dense.DenseIndex, "large", False)
    assert [library.search(library.query(question)) for question in questions()] == beside


def test_halves_become_the_same_numbers():
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16).reshape(-1, 1)
    made, whole = singles(halves), np.isfinite(halves[:, 0])
    assert np.array_equal(finite(made), whole)
    assert np.array_equal(made[whole].view(np.uint32), halves[whole].astype(np.float32).view(np.uint32))


def test_opening_reads_no_vector_from_the_database(many, base, monkeypatch):
    library, _ = many
    expected = [found(library, question) for question in questions()]
    library.close()
    library = open_library(base)
    monkeypatch.setattr(library._vectors.__class__, "of_document", None)
    assert [found(library, question) for question in questions()] == expected
    library.close()


@pytest.mark.parametrize("name", ["groups", "rows", "ids", "faiss", "json"])
@pytest.mark.parametrize("harm", ["garbage", "half", "gone"])
def test_harmed_groups_are_noticed(all_groups, many, base, name, harm):
    library, _ = many
    library.close()
    (file,) = (base / "cache").glob(f"vectors-*.{name}")
    content = file.read_bytes()
    if harm == "gone":
        file.unlink()
    else:
        file.write_bytes(
            np.random.default_rng(1).bytes(len(content)) if harm == "garbage" else content[: len(content) // 2]
        )
    library = open_library(base)
    for question in questions(2):
        assert found(library, question) == truly_best(library, question)
    library.close()


def test_searching_goes_on_while_groups_are_made_and_a_stop_leaves_everything_as_it_was(all_groups, base, tmp_path):
    library = open_library(base)
    dense.EXACT_SECONDS = 60.0
    list(library.add([write(tmp_path / "texts", 1, 300)]))
    dense.EXACT_SECONDS = 0.0
    seen = []

    def stopped():
        seen.append(found(library, questions(1)[0]))
        return True

    assert not index_of(library).improve(library._store, stopped)
    assert seen == [truly_best(library, questions(1)[0])]
    assert dense.measured(base / "cache", HashingEmbedder.identity) is None
    assert index_of(library).improve(library._store, lambda: False)
    assert found(library, questions(1)[0]) == seen[0]
    library.close()


def test_where_there_is_no_room_for_groups_exact_search_goes_on(all_groups, base, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(dense, "sync_file", full)
    library = open_library(base)
    list(library.add([write(tmp_path / "texts", 1, 200)]))
    assert found(library, questions(1)[0]) == truly_best(library, questions(1)[0])
    assert not [file for file in (base / "cache").iterdir() if file.suffix in (".groups", ".rows", ".ids", ".new")]
    library.close()


def test_two_processes_may_make_groups_and_both_find_everything(all_groups, many, base, tmp_path):
    library, folder = many
    other = open_library(base)
    question = questions(1)[0]
    assert found(other, question) == found(library, question)
    for number in range(20, 26):
        write(folder, number)
    list(library.add([folder]))
    assert found(other, question) == found(library, question) == truly_best(library, question)
    other.close()
    again = open_library(base)
    assert found(again, question) == truly_best(again, question)
    again.close()


def test_what_was_forgotten_is_in_no_file_of_the_index(all_groups, many, base):
    library, _ = many
    gone = library.documents()[0].document_id
    (passage, _), *_ = library._store.headed_passages(gone)[1]
    vector = library._vectors.of_passages([passage])[1].astype(np.float16).tobytes()
    (rows,) = (base / "cache").glob("*.rows")
    assert vector in rows.read_bytes()
    library.forget([gone])
    assert not any(vector in file.read_bytes() for file in (base / "cache").glob("vectors-*"))
    for question in questions(2):
        assert found(library, question) == truly_best(library, question)
