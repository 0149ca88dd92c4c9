"""The index bench times a library from files to the last vector, beside the plain recipe on the same files."""

from argparse import Namespace

import pytest

from phitui.bench import index
from phitui.bench.benchmarks import BENCHMARKS
from phitui.errors import UsageError
from phitui.settings import Settings
from tests.documents.made import made_pdf


def bench(folder, sample=None):
    rows = list(BENCHMARKS["index"](Namespace(folder=folder, sample=sample), Settings(device="cpu")))
    return {row["case"]: row for row in rows}


@pytest.fixture
def folder(tmp_path):
    for name in ("whales", "metals"):
        made_pdf(tmp_path / f"{name}.pdf", [[f"All {name} are of interest to some. They are many."]])
    return tmp_path


def test_words_and_meaning_are_timed_one_after_the_other(folder):
    rows = bench(folder)
    assert (rows["files"]["value"], rows["pages"]["value"], rows["passages"]["value"]) == (2, 2, 2)
    plain = rows["plain recipe, everything searchable"]["value"]
    words, meaning = rows["everything searchable by words"], rows["everything searchable by meaning"]
    assert 0 < words["value"] < meaning["value"]
    apart = rows["passages and their sentences in batches of 8"]
    together = rows["embedding passages with their sentences"]
    assert together["ratio"] == together["value"] / apart["value"]
    assert (words["ratio"], meaning["ratio"]) == (plain / words["value"], plain / meaning["value"])
    assert rows["database, for each passage"]["value"] > 2 * 384


def test_a_plain_recipe_that_was_measured_on_some_files_says_so(folder, monkeypatch):
    monkeypatch.setattr(index, "_plain", lambda files, *_: (3.0 * len(files), len(files)))
    assert any("measured on 1 of 2 files, 1 passages" in case for case in bench(folder, sample=1))


def test_files_without_text_are_no_measurement(tmp_path):
    (tmp_path / "empty.txt").write_text("")
    with pytest.raises(UsageError, match="no text"):
        bench(tmp_path)
