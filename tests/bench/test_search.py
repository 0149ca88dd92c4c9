"""The search bench asks libraries of made passages by every arm: two sizes, the smaller one beside the plain recipe."""

from argparse import Namespace

import numpy as np
import pytest

from phitui.bench import made, search
from phitui.bench.benchmarks import BENCHMARKS
from phitui.bench.made import FUNCTION_WORDS, Maker
from phitui.errors import UsageError
from phitui.settings import Settings


@pytest.fixture
def maker():
    seeds = np.random.default_rng(1).standard_normal((50, 16)).astype(np.float32)
    return Maker(seeds / np.linalg.norm(seeds, axis=1, keepdims=True))


def test_every_arm_is_compared_with_its_plain_twin_and_with_a_smaller_library(monkeypatch):
    for name, value in (("WARMING", 2), ("QUESTIONS", 10), ("PLAIN_QUESTIONS", 5), ("SHORTEST", 240)):
        monkeypatch.setattr(search, name, value)
    monkeypatch.setattr(made, "VOCABULARY", 5_000)
    rows = {row["case"]: row for row in BENCHMARKS["search"](Namespace(passages=400), Settings())}

    assert rows["passages"]["value"] == 400
    assert rows["recall@50 of the dense arm"]["value"] == pytest.approx(1.0, abs=0.01)
    assert rows["memory"]["value"] <= rows["memory and files mapped into it"]["value"]
    for arm in ("lexical", "dense", "fused"):
        for cut in ("p50", "p99"):
            plain = rows[f"plain {arm} {cut} at 200 passages"]
            small, large = rows[f"{arm} {cut} at 200 passages"], rows[f"{arm} {cut}"]
            assert (small["unit"], plain["ratio"]) == ("ms", None)
            assert small["ratio"] == small["value"] / plain["value"]
            assert large["ratio"] == large["value"] / small["value"]
        assert rows[f"{arm} p50"]["value"] <= rows[f"{arm} p99"]["value"]
    for cut in ("p50", "p99"):
        busy = rows[f"fused {cut} while documents are added"]
        assert busy["ratio"] == busy["value"] / rows[f"fused {cut}"]["value"]
    assert {"adding one document", "deleting one document"} <= rows.keys()


def test_a_disk_that_is_too_small_is_said_before_anything_is_made():
    with pytest.raises(UsageError, match="make room"):
        list(search.search(10**12, "cpu"))


def test_a_made_document_is_the_same_every_time_and_its_spans_are_its_passages(maker):
    one, two = maker.document(5, 20), maker.document(5, 20)
    assert one.split == two.split
    assert np.array_equal(one.passages, two.passages)
    assert (len(one.passages), len(one.sentences)) == (20, len(one.split.sentences))
    pages = {page.number: page.text for page in one.document.pages}
    for passage in one.split.passages:
        if passage.span.page == passage.span.page_end:
            assert pages[passage.span.page][passage.span.start : passage.span.end] == passage.text
    assert np.allclose(np.linalg.norm(one.sentences, axis=1), 1, atol=1e-3)


def test_made_words_are_distributed_as_natural_ones_are(maker):
    words = " ".join(page.text for page in maker.document(1).document.pages).lower().replace(".", "").split()
    function = sum(word in FUNCTION_WORDS for word in words) / len(words)
    assert 0.2 < function < 0.5
    assert len(set(words)) > len(words) / 8


def test_a_question_has_four_to_twelve_words_of_a_passage(maker):
    asked = [maker.question(number, 3) for number in range(20)]
    assert all(4 <= len(text.split()) <= 12 for text, _ in asked)
    assert len({text for text, _ in asked}) == 20
