"""Comparing settings, and fitting weights and threshold to questions."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phitui.errors import UsageError
from phitui.evaluation import fit
from phitui.evaluation.compare import compare
from phitui.evaluation.measure import Measured, Refusal
from phitui.evaluation.questions import Question
from phitui.library.search.ranking import WEIGHTS

RANKS = st.lists(st.none() | st.integers(1, 10), min_size=1, max_size=30)


@settings(max_examples=10, deadline=None)
@given(RANKS)
def test_a_setting_is_no_better_than_itself(ranks):
    for row in compare(ranks, ranks):
        assert (row["difference"], row["low"], row["high"], row["p"]) == (0, 0, 0, 1)


@settings(max_examples=10, deadline=None)
@given(st.data(), RANKS)
def test_a_difference_lies_in_its_interval_and_turns_round_with_the_settings(data, ranks):
    others = data.draw(st.lists(st.none() | st.integers(1, 10), min_size=len(ranks), max_size=len(ranks)))
    for row, back in zip(compare(ranks, others), compare(others, ranks), strict=True):
        assert row["low"] - 1e-9 <= row["difference"] <= row["high"] + 1e-9
        assert row["difference"] == pytest.approx(-back["difference"]) and row["p"] == pytest.approx(back["p"])
        assert 0 < row["p"] <= 1


def test_a_clear_difference_is_told_from_chance():
    made = random.Random(1)
    ranks = [made.choice([1, 1, 1, 2]) for _ in range(200)]
    better, same = compare(ranks, [2] * 200)[0], compare(ranks, made.sample(ranks, 200))[0]
    assert better["p"] < 0.001 and better["low"] > 0.6
    assert same["p"] > 0.05 and same["low"] < 0 < same["high"]


def listed(made, weights, count=8):
    """A question whose right candidate is drawn by these weights."""
    rows = [{name: made.random() for name in WEIGHTS} for _ in range(count)]
    noise = [made.gauss(0, 0.5) for _ in rows]
    scores = [
        sum(weights[name] * row[name] for name in WEIGHTS) + extra for row, extra in zip(rows, noise, strict=True)
    ]
    return Measured(
        Question("Q"), candidates=tuple((row, s == max(scores)) for row, s in zip(rows, scores, strict=True))
    )


def test_weights_follow_what_makes_passages_right():
    made = random.Random(2)
    wanted = dict.fromkeys(WEIGHTS, 0.0) | {"words": 8.0}
    fitted = fit.fit_weights([listed(made, wanted) for _ in range(400)])
    assert fitted["words"] > 5 and all(abs(fitted[name]) < fitted["words"] / 5 for name in WEIGHTS if name != "words")


def test_without_anything_to_learn_from_the_weights_stay():
    assert fit.fit_weights([]) == WEIGHTS
    assert fit.fit_weights([Measured(Question("Q"))]) == WEIGHTS


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_a_fitted_threshold_keeps_its_operating_point_and_is_never_worse_than_refusing_nothing(known, other):
    refusal = Refusal(tuple(known), tuple(other), 0.5)
    threshold = fit.fit_threshold(refusal)
    if threshold is not None:
        assert refusal.refused(threshold) <= fit.MOST_REFUSED and refusal.balanced(threshold) >= 0.5


def test_no_threshold_is_fitted_without_unanswerable_questions():
    assert fit.fit_threshold(Refusal((0.3, 0.9), (), 0.5)) is None


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.booleans()), max_size=60))
def test_halves_share_no_document_and_lose_no_question(given_questions):
    asked = [Question(f"q{n}", path, in_documents=there) for n, (path, there) in enumerate(given_questions)]
    one, other = fit.split(asked)
    assert not {each.path for each in one} & {each.path for each in other}
    assert sorted(each.question for each in [*one, *other]) == sorted(each.question for each in asked)


class Scripted:
    """Measures what it is told: `better` says whether fitted weights help on the half left out."""

    def __init__(self, monkeypatch, better):
        self.better = better
        self.made = random.Random(3)
        monkeypatch.setattr(fit, "measure", self.measure)

    def measure(self, shelf, questions, arms, *, refusal, leave_out, weights):
        for each in questions:
            found = listed(self.made, dict.fromkeys(WEIGHTS, 0.0) | {"words": 8.0})
            fitted = weights != WEIGHTS
            rank = (1 if self.better else 3) if fitted else 2
            yield Measured(each, {"fused": rank}, {}, 0.7, 0.5, 0.6 if refusal else None, found.candidates)


ASKED = [Question(f"q{n}", f"p{n % 10}.pdf") for n in range(60)]


def test_weights_that_are_better_on_the_other_half_are_kept_with_their_threshold(monkeypatch):
    Scripted(monkeypatch, better=True)
    told = []
    found = fit.fit(None, "E", ASKED, told.append)
    assert len(told) == 180 and found.calibration.weights["words"] > WEIGHTS["words"]
    assert 0.6 < found.calibration.threshold < 0.7 and found.calibration.refused == 0
    assert [(row["half"], row["setting"]) for row in found.rows] == [
        ("fitted on", "before"),
        ("fitted on", "after"),
        ("other", "before"),
        ("other", "after"),
    ]
    assert found.rows[3]["mrr@10"] == 1 and found.rows[3]["balanced_accuracy"] == 1


def test_weights_that_are_worse_on_the_other_half_are_not_kept(monkeypatch):
    Scripted(monkeypatch, better=False)
    found = fit.fit(None, "E", ASKED, lambda _: None)
    assert found.calibration.weights is None and any("not kept" in note for note in found.notes)


def test_too_few_questions_are_not_fitted_on():
    with pytest.raises(UsageError, match="20 answerable"):
        fit.fit(None, "E", ASKED[:30], lambda _: None)
