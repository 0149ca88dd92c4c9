from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phitui.documents.document import Document, Page
from phitui.library.search.fusion import fuse, search
from phitui.library.store.files import FileState
from tests.library.made import HashingEmbedder, added, open_library, split_plainly, texts

EMPTY: Any = None
"""A lexical index with one document; made by `_one_index`."""
scores = st.lists(
    st.tuples(st.integers(1, 30), st.floats(-1, 60, allow_nan=False)), max_size=50, unique_by=lambda row: row[0]
).map(lambda rows: sorted(rows, key=lambda row: -row[1]))


@given(scores, scores)
def test_fusing_keeps_everything_that_either_arm_found_between_0_and_1(words, meaning):
    fused = fuse(words, meaning)
    assert set(fused) == {key for key, _ in words} | {key for key, _ in meaning}
    assert all(0 <= score <= 1 for score in fused.values())


@given(scores, scores)
def test_what_is_better_in_both_arms_is_not_worse_when_fused(words, meaning):
    fused, lexical, dense = fuse(words, meaning), dict(words), dict(meaning)
    both = [key for key in lexical if key in dense]
    for one in both:
        for other in both:
            if lexical[one] >= lexical[other] and dense[one] >= dense[other]:
                assert fused[one] >= fused[other] - 1e-9


@given(scores, st.floats(0.1, 10), st.floats(-5, 5))
def test_the_scale_of_an_arm_does_not_matter(words, factor, shift):
    rows = [(key, round(score, 2)) for key, score in words]
    before, after = fuse(rows, []), fuse([(key, score * factor + shift) for key, score in rows], [])
    assert before == pytest.approx(after, abs=1e-6)


@given(scores)
def test_one_arm_alone_keeps_its_order(words):
    fused = fuse(words, [])
    values = [fused[key] for key, _ in words]
    assert values == sorted(values, reverse=True)


def test_the_best_of_both_arms_is_1():
    assert fuse([(1, 9.0), (2, 3.0)], [(1, 0.9), (3, 0.2)]) == {1: 1.0, 2: 0.0, 3: 0.0}


def test_an_empty_library_finds_nothing(library):
    for arm in ("fused", "dense", "lexical"):
        assert texts(library, "anything", arm=arm) == []


def test_hits_carry_the_scores_and_ranks_of_both_arms(filled):
    best = filled.search(filled.query("is krill tiny?"))[0]
    assert best.rank == 1
    assert best.lexical_rank == 1
    assert best.dense_rank == 1
    assert best.fused == pytest.approx(1.0)
    assert best.lexical > 0
    assert 0 < best.dense <= 1.01
    assert best.page_label == f"p{best.span.page}"
    page = filled.page(best.document_id, best.span.page)
    assert page.text[best.span.start : best.span.end] == best.text


def test_each_arm_alone_knows_only_its_own_score(filled):
    query = filled.query("is krill tiny?")
    assert all(hit.dense is None and hit.fused is None for hit in filled.search(query, arm="lexical"))
    assert all(hit.lexical is None and hit.fused is None for hit in filled.search(query, arm="dense"))


def test_without_an_embedder_words_alone_are_searched(filled):
    query = filled.query("is krill tiny?", by_words=True)
    assert query.vector is None
    hits = filled.search(query)
    assert "Krill" in hits[0].text
    assert all(hit.dense is None for hit in hits)
    assert filled.search(query, arm="dense") == []


def arms(library):
    parts: Any = (library._store, library._lexical, library._dense)
    return parts


def test_a_passage_found_by_words_alone_gets_its_cosine_for_display(filled):
    query = filled.query("tiny krill")
    store, lexical, dense = arms(filled)
    hits = search(store, lexical, dense, "copper", query.vector, candidates=1)
    by_words = [hit for hit in hits if hit.dense_rank is None]
    assert ["Copper" in hit.text for hit in by_words] == [True]
    for hit in by_words:
        assert hit.dense == pytest.approx(
            float(query.vector @ HashingEmbedder().embed([f"{hit.header}\n{hit.text}"])[0]), abs=0.01
        )


@pytest.mark.parametrize("arm", ["fused", "dense", "lexical"])
def test_a_search_can_be_kept_to_some_documents(filled, arm):
    chosen = [filled.find("metals").document_id]
    query = filled.query("krill whales trees copper")
    filled.search(query)
    store, lexical, dense = arms(filled)
    hits = search(store, lexical, dense, query.text, query.vector, arm=arm, documents=chosen)
    assert hits
    assert {hit.document_id for hit in hits} == set(chosen)
    assert search(store, lexical, dense, query.text, query.vector, arm=arm, documents=[]) == []


@pytest.mark.parametrize(
    "question",
    [
        'text:krill AND (NOT "whales',
        "krill^1e9 ~~~ [a TO b] {",
        "+krill ~krill *",
        "\\",
        "''\"\"",
        "KRILL!!!",
        "krill " * 8000,
        " ".join(f"word{n}" for n in range(9000)) + " krill",
        "x" * 50_000 + " krill",
    ],
)
def test_a_question_is_words_never_syntax(filled, question):
    found = texts(filled, question, arm="lexical")
    assert ("krill" not in question.lower()) or "krill" in found[0].lower()


@given(st.text(max_size=60))
def test_no_question_breaks_the_lexical_arm(question):
    assert isinstance(EMPTY.search(question, 10), list)


@pytest.fixture(scope="module", autouse=True)
def _one_index(tmp_path_factory):
    global EMPTY
    library = open_library(tmp_path_factory.mktemp("index"))
    store = library._store
    document = Document(store.database.path, "A title", (Page(1, "Some words stand here. More words follow."),))
    store.put_document(FileState(store.database.path, "hash", 1, 1), document, split_plainly(document))
    library.search(library.query("words"))
    EMPTY = library._lexical


def test_stems_and_compatibility_forms_match(library, tmp_path):
    path = tmp_path / "ligature.txt"
    path.write_text("The o\ufb03cers walked. Nothing else happened.", "utf-8")
    assert added(library, path)["ligature.txt"].status == "indexed"
    assert texts(library, "walking OFFICER", arm="lexical")


def test_the_title_is_searched_with_every_passage(filled):
    assert any("Oaks" in text for text in texts(filled, "trees", arm="lexical"))


def test_equal_passages_stand_in_the_order_of_their_ids(library, tmp_path):
    for n in range(5):
        (tmp_path / f"{n}").mkdir()
        (tmp_path / f"{n}" / "same.txt").write_text(f"The very same words. And more of them.\f{n}")
    list(library.add([tmp_path]))
    for arm in ("lexical", "dense", "fused"):
        hits = library.search(library.query("very same words"), arm=arm)
        ids = [hit.passage_id for hit in hits if "very same" in hit.text]
        assert len(ids) == 5
        assert ids == sorted(ids)


def test_rare_words_weigh_more(filled):
    rarity = filled.rarity(["grow", "krill", "unheard"])
    assert rarity["unheard"] > rarity["krill"]
    assert rarity["krill"] > 0
