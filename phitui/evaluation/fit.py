"""Ranking weights and refusal threshold, fitted on questions of a library's own; reported on the half left out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from phitui.answers.evidence.answerable import THRESHOLD
from phitui.errors import UsageError
from phitui.evaluation.compare import compare
from phitui.evaluation.measure import ArmedShelf, Measured, Refusal, Setting, figures, measure, ranks_of
from phitui.evaluation.questions import Question, answerable
from phitui.library.search.calibration import Calibration
from phitui.library.search.ranking import (
    BEYOND_WORDS_WEIGHT,
    FURNITURE_WEIGHT,
    REPEATS_WEIGHT,
    STATEMENT_WEIGHT,
    WEIGHTS,
)
from phitui.library.search.reading import ALIGNED_WEIGHT
from phitui.library.store.documents import now

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PASSES = 3
"""How often each question is measured: before, after, and what is refused."""
FEWEST = 20
"""Answerable questions that each half must have."""
MOST_REFUSED = 0.04
"""Share of the answerable questions that a threshold may refuse."""
PULL = 1.0
"""Of the weights towards those that phitui ships (L2): few questions move them little."""
STEPS = 30
"""Newton's method needs fewer."""
FIXED = {
    "repeats": REPEATS_WEIGHT,
    "beyond words": BEYOND_WORDS_WEIGHT,
    "furniture": FURNITURE_WEIGHT,
    "statement": STATEMENT_WEIGHT,
    "aligned": ALIGNED_WEIGHT,
}
"""Weights that stay: these signals of a passage depend on the others', or only the first passages have them."""
CLOSE = 1e-6
"""A step that changes no weight by more is the last."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """What came of fitting."""

    rows: list[dict[str, Any]]
    comparison: list[dict[str, Any]]
    """Of the weights, on the half that they were not fitted on."""
    calibration: Calibration | None
    """What is worth keeping; None where neither weights nor threshold are better on the other half."""
    notes: list[str]
    """What was not kept, and why."""


def fit(shelf: ArmedShelf, embedder: str, questions: Sequence[Question], tell: Callable[[Measured], None]) -> Fitted:
    """Fits on one half of the documents and looks at the other one. `tell` gets each question as it is measured.

    Raises UsageError where there are too few questions, PhituiError.
    """
    halves = split(questions)
    for half in halves:
        if len(answerable(half)) < FEWEST:
            raise UsageError(
                f"Fitting needs {FEWEST} answerable questions on each half of the documents, and one half has "
                f"{len(answerable(half))}: add questions, or judge more passages (R)."
            )
    leave_out = all(each.in_documents for each in questions)

    def measured(weights: Mapping[str, float], settings: Sequence[Setting]) -> list[list[Measured]]:
        """Each half; without settings only what is refused."""
        found: list[list[Measured]] = []
        for half in halves:
            found.append([])
            for each in measure(shelf, half, settings, refusal=not settings, leave_out=leave_out, weights=weights):
                found[-1].append(each)
                tell(each)
        return found

    before = measured(WEIGHTS, ("fused",))
    fitted = fit_weights(before[0])
    after = measured(fitted, ("fused",))
    comparison = compare(ranks_of(after[1], "fused"), ranks_of(before[1], "fused"))
    notes = []
    own, other_half = (_mrr(late) - _mrr(early) for early, late in zip(before, after, strict=True))
    if own < 0 or other_half <= 0:
        notes.append("The fitted weights do no better: they are not kept.")
        weights = None
    else:
        weights = fitted
    own_refusal, other = [Refusal.of(half, THRESHOLD) for half in measured(weights or WEIGHTS, ())]
    fitted_threshold = threshold = fit_threshold(own_refusal)
    if threshold is None:
        notes.append("No threshold was fitted: no question is known that the documents do not answer.")
    elif (other.balanced(threshold) or 0.0) <= (other.balanced(THRESHOLD) or 0.0):
        notes.append("The fitted threshold tells no better on the other half: it is not kept.")
        threshold = None
    rows = [
        {"half": half, "setting": setting} | figures(found[place], "fused") | _refusal_row(refusal, at)
        for place, (half, refusal) in enumerate((("fitted on", own_refusal), ("other", other)))
        for setting, found, at in (("before", before, THRESHOLD), ("after", after, fitted_threshold))
    ]
    kept = None
    if weights is not None or threshold is not None:
        refused = own_refusal.refused(threshold) if threshold is not None else None
        kept = Calibration(embedder, now(), len(halves[0]), weights, threshold, refused)
    return Fitted(rows, comparison, kept, notes)


def _mrr(measured: Sequence[Measured]) -> float:
    return float(figures(measured, "fused")["mrr@10"])


def _refusal_row(refusal: Refusal, threshold: float | None) -> dict[str, Any]:
    found = (refusal if threshold is None else replace(refusal, threshold=threshold)).row()
    del found["refusal_curve"]
    return found


def split(questions: Sequence[Question]) -> tuple[list[Question], list[Question]]:
    """Two halves with no document in both, about equal in questions; those on no known document alternate."""
    groups: dict[str, list[Question]] = {}
    for place, each in enumerate(questions):
        groups.setdefault(each.path or f"\0{place}", []).append(each)
    halves: tuple[list[Question], list[Question]] = ([], [])
    # The largest first: each goes where there are fewer of its kind.
    for group in sorted(groups.values(), key=lambda each: (-len(each), each[0].path or "", each[0].question)):
        kind = group[0].in_documents
        counts = [sum(each.in_documents == kind for each in half) for half in halves]
        halves[counts[0] > counts[1]].extend(group)
    return halves


def fit_weights(measured: Sequence[Measured]) -> dict[str, float]:
    """Listwise: the weights that make the right passages likeliest among those that were ranked.

    Conditional logit (McFadden 1974) over the candidates of each question, any right one counting, by Newton's method.
    """
    import numpy as np

    names = list(WEIGHTS)
    lists = [each.candidates for each in measured if any(right for _, right in each.candidates)]
    start = np.array([WEIGHTS[name] for name in names])
    if not lists:
        return dict(WEIGHTS)
    shape = (len(lists), max(map(len, lists)))
    signals, right, there = np.zeros((*shape, len(names))), np.zeros(shape), np.zeros(shape)
    fixed = np.zeros(shape)
    for row, candidates in enumerate(lists):
        there[row, : len(candidates)] = 1
        right[row, : len(candidates)] = [flag for _, flag in candidates]
        signals[row, : len(candidates)] = [[found.get(name, 0.0) for name in names] for found, _ in candidates]
        fixed[row, : len(candidates)] = [
            sum(weight * found.get(name, 0.0) for name, weight in FIXED.items()) for found, _ in candidates
        ]

    def worth(weights: "NDArray[np.float64]") -> float:
        shares = (_softmax(signals @ weights + fixed, there) * right).sum(axis=1)
        return float(np.log(np.maximum(shares, 1e-300)).sum() - PULL / 2 * ((weights - start) ** 2).sum())

    weights = start.copy()
    for _ in range(STEPS):
        scores = signals @ weights + fixed
        chance, wanted = _softmax(scores, there), _softmax(scores, right)
        slope = np.einsum("qc,qcs->s", wanted - chance, signals) - PULL * (weights - start)
        centred = signals - np.einsum("qc,qcs->qs", chance, signals)[:, None]
        curve = np.einsum("qc,qcs,qct->st", chance, centred, centred) + PULL * np.eye(len(names))
        step, before = np.linalg.solve(curve, slope), worth(weights)
        while np.abs(step).max() > CLOSE and worth(weights + step) < before:
            step /= 2  # a whole one may overshoot
        weights += step
        if np.abs(step).max() <= CLOSE:
            break
    return dict(zip(names, weights.round(4).tolist(), strict=True))


def _softmax(scores: "NDArray[np.float64]", among: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Along the last axis, 0 where `among` is 0."""
    import numpy as np

    odds = np.exp(scores - scores.max(axis=-1, keepdims=True)) * among
    shares: NDArray[np.float64] = odds / np.maximum(odds.sum(axis=-1, keepdims=True), 1e-300)
    return shares


def fit_threshold(refusal: Refusal) -> float | None:
    """The best balanced accuracy that refuses at most MOST_REFUSED of the answerable; None without both kinds."""
    if not refusal.answerable or not refusal.unanswerable:
        return None
    import numpy as np

    known, other = np.sort(refusal.answerable), np.sort(refusal.unanswerable)
    values = np.unique(np.concatenate([known, other]))
    # Between two values, not on one: what lies just beside it is on neither side by chance.
    places = (values[1:] + values[:-1]) / 2
    refused = np.searchsorted(known, places) / len(known)
    turned_away = np.searchsorted(other, places) / len(other)
    gain = np.where(refused <= MOST_REFUSED, turned_away - refused, -1.0)
    return float(places[gain.argmax()]) if len(places) and gain.max() >= 0 else None
