"""Is one setting better than another one, or is it chance? A paired bootstrap over the questions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CUTS = (1, 3, 5)
SAMPLES = 10_000
CHUNK = 200
"""Samples that are drawn together: (CHUNK, questions) places at a time."""
SEED = 20_260_101


def compare(ranks: Sequence[int | None], others: Sequence[int | None]) -> list[dict[str, Any]]:
    """One row a measure: both values, their difference, its 95 % interval and two-sided p.

    Both are ranks of the first right passage, of the same questions in the same order (Efron and Tibshirani 1993).
    """
    import numpy as np

    scored = {f"recall@{cut}": (_within(ranks, cut), _within(others, cut)) for cut in CUTS}
    scored["mrr@10"] = (_reciprocal(ranks), _reciprocal(others))
    differences = np.stack([one - other for one, other in scored.values()], axis=1)
    low, high, chance = interval(differences)
    return [
        {
            "measure": name,
            "questions": len(ranks),
            "value": float(one.mean()),
            "against_value": float(other.mean()),
            "difference": float(differences[:, at].mean()),
            "low": float(low[at]),
            "high": float(high[at]),
            "p": float(chance[at]),
        }
        for at, (name, (one, other)) in enumerate(scored.items())
    ]


def interval(differences: "NDArray[np.float64]") -> "tuple[NDArray[np.float64], ...]":
    """(low, high, two-sided p), each (measures,), of the means of paired differences (questions, measures)."""
    import numpy as np

    means = _resampled(differences)
    low, high = np.quantile(means, [0.025, 0.975], axis=0)
    below = ((means <= 0).sum(axis=0) + 1) / (len(means) + 1)
    above = ((means >= 0).sum(axis=0) + 1) / (len(means) + 1)
    return low, high, np.minimum(1.0, 2 * np.minimum(below, above))


def _resampled(differences: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """(SAMPLES, measures): means over as many questions, drawn with replacement."""
    import numpy as np

    made = np.random.default_rng(SEED)
    count = len(differences)
    chunks = [
        differences[made.integers(0, count, (min(CHUNK, SAMPLES - done), count))].mean(axis=1)
        for done in range(0, SAMPLES, CHUNK)
    ]
    return np.concatenate(chunks)


def _within(ranks: Sequence[int | None], cut: int) -> "NDArray[np.float64]":
    import numpy as np

    return np.array([float(rank is not None and rank <= cut) for rank in ranks])


def _reciprocal(ranks: Sequence[int | None]) -> "NDArray[np.float64]":
    import numpy as np

    return np.array([1 / rank if rank else 0.0 for rank in ranks])
