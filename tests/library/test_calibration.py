"""Fitted numbers of a library: kept, used, ignored where they do not fit."""

import json
from dataclasses import replace

import pytest

from phitui.errors import LibraryError
from phitui.library.search.calibration import CALIBRATION, Calibration, CalibrationFile
from phitui.library.search.ranking import WEIGHTS

FITTED = Calibration("E", "2026-03-04T05:06:07+00:00", 120, dict.fromkeys(WEIGHTS, 2.0), 0.61, 0.03)


def test_what_is_kept_comes_back_also_to_another_process_and_can_be_removed(tmp_path):
    mine, other = CalibrationFile(tmp_path), CalibrationFile(tmp_path)
    assert mine.read() is None and other.read() is None
    mine.write(FITTED)
    assert mine.read() == other.read() == FITTED
    mine.write(replace(FITTED, weights=None, questions=1_200))
    assert other.read().weights is None
    assert other.delete() and not other.delete() and mine.read() is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "damage",
    [
        {"weights": {"words": 1.0}},
        {"weights": dict.fromkeys(WEIGHTS, float("nan"))},
        {"weights": dict.fromkeys(WEIGHTS, 1e9)},
        {"weights": [1]},
        {"threshold": 7},
        {"threshold": "x"},
        {"questions": None},
    ],
)
def test_what_is_damaged_or_of_other_signals_is_not_used(tmp_path, damage):
    file = CalibrationFile(tmp_path)
    file.write(FITTED)
    row = json.loads((tmp_path / CALIBRATION).read_text())
    (tmp_path / CALIBRATION).write_text(json.dumps(row | damage) + " ")
    assert file.read() is None
    (tmp_path / CALIBRATION).write_text("{")
    assert file.read() is None


def test_it_says_what_it_is_in_a_sentence():
    assert FITTED.sentence() == (
        "ranking weights and a refusal threshold of 0.61, fitted on 120 questions on 2026-03-04"
    )


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    with pytest.raises(LibraryError, match="cannot be written"):
        CalibrationFile(tmp_path / "gone").write(FITTED)


def test_a_threshold_of_another_relevance_is_not_used_but_its_weights_are(tmp_path):
    file = CalibrationFile(tmp_path)
    file.write(Calibration("e", "2026-03-04", 9, dict(WEIGHTS), 0.9, 0.02))
    found = file.read()
    assert found is not None and found.threshold == 0.9
    text = (tmp_path / CALIBRATION).read_text().replace('"relevance": ', '"relevance": 1')
    (tmp_path / CALIBRATION).write_text(text)
    older = CalibrationFile(tmp_path).read()
    assert older is not None and older.threshold is None and older.weights == WEIGHTS
