"""Fitting the judge: signs hold, and whole documents are left out."""

import random

from phitui.evaluation.claim_fit import Row, fit, fit_signed, folds
from phitui.evaluation.claim_signs import SIGNS


def made(count):
    chance = random.Random(3)
    rows = []
    for number in range(count):
        true = chance.random() < 0.5
        told = dict.fromkeys(SIGNS, 0.0) | {"bias": 1.0}
        told["follows"] = (2.0 if true else -2.0) + chance.gauss(0, 1)
        told["against"] = (1.0 if true else -1.0) + chance.gauss(0, 1)  # as no real reader does
        told["most against"] = 0.0 if true else chance.random()
        label = "supported" if true else chance.choice(("unsupported", "contradicted"))
        rows.append(Row(label, "role", f"document {number % 12}", number % 5 == 0, False, False, True, told))
    return rows


def test_a_signal_of_the_wrong_sign_gets_no_weight():
    rows = made(200)
    weights = fit_signed(rows, [float(row.label == "supported") for row in rows], SIGNS)
    assert weights["follows"] > 0 and weights.get("against", 0.0) <= 0


def test_a_document_is_in_one_fold():
    rows = made(200)
    places = {}
    for row, fold in zip(rows, folds(rows), strict=True):
        assert places.setdefault(row.document, fold) == fold
    assert len(set(places.values())) > 1


def test_what_is_fitted_says_what_it_was_worth_on_documents_left_out():
    found = fit(made(240))
    assert found["held out"]["precision"] > 0.8 and 0 <= found["threshold"]["sentence"] <= 1
