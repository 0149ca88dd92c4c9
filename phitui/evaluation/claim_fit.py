"""Fits the judge to labelled claims: weights under fixed signs, and thresholds, told by documents left out.

Whole documents are left out in turn: what is reported of a claim was fitted on other documents. The signs of all
weights are fixed (`claim_signs`), so that nothing speaks for a claim that only says how the set was made.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from phitui.answers.check.judge import odds, shipped
from phitui.evaluation.claim_signs import OPPOSED_SIGNS, SIGNS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLDS = 9
FEWEST = 10
"""True and false claims, of each, on which anything can be fitted."""
PULL = 2.0
"""L2 of the weights of standardised signals."""
STEPS = 4000
FALSE_SENTENCES = 0.11
"""Share of the false sentences that may be called supported, of documents left out."""
FALSE_FRAGMENTS = 0.2
"""The same of answers of a few words."""
OPPOSED_PRECISION = 0.82
"""Precision of "contradicted" on documents left out."""
FOREIGN, REMOVED = "foreign", "removed"
"""Kinds of rows that are made of the claims: held against another document, or without the sentences that decide."""
MADE = (FOREIGN, REMOVED)
NAMES = {False: "sentence", True: "fragment"}
"""What a set of weights is called, by whether it is of answers of a few words."""
MOST_FOREIGN = 0.007
"""Share of the claims held against another document that may be called supported."""


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled claim with what was measured of it. Of kind FOREIGN it was held against another document."""

    label: str
    kind: str
    document: str
    fragment: bool
    copied: bool
    fatal: bool
    gate: bool
    signals: dict[str, float]


def fit_signed(rows: Sequence[Row], wanted: Sequence[float], signs: dict[str, int]) -> dict[str, float]:
    """Logistic weights under fixed signs, by projected gradient on standardised signals."""
    import numpy as np

    names = list(signs)
    if not rows:
        return {"bias": 0.0}
    table = np.array([[row.signals[name] for name in names] for row in rows])
    right = np.array(wanted)
    mean, spread = table.mean(0), table.std(0)
    bias = names.index("bias")
    mean[bias], spread[bias] = 0.0, 1.0
    spread[spread < 1e-6] = 1e9  # a signal that none of them has gets no weight
    scaled = (table - mean) / spread
    sign = np.array([signs[name] for name in names])
    pull = np.full(len(names), PULL)
    pull[bias] = 0.0
    weights = np.zeros(len(names))
    rate = 4.0 / (np.linalg.norm(scaled, 2) ** 2 + PULL)
    before, momentum = weights.copy(), weights.copy()
    for step in range(STEPS):
        likely = 1 / (1 + np.exp(-np.clip(scaled @ momentum, -30, 30)))
        moved = momentum - rate * (scaled.T @ (likely - right) + pull * momentum)
        moved = np.where(sign > 0, np.maximum(moved, 0), np.where(sign < 0, np.minimum(moved, 0), moved))
        momentum = moved + step / (step + 3) * (moved - before)
        before = moved
    plain = before / spread
    found = dict(zip(names, plain.tolist(), strict=True))
    found["bias"] -= float((plain * mean).sum())
    return {name: round(value, 4) for name, value in found.items() if abs(value) > 1e-6 or name == "bias"}


def scores(rows: Sequence[Row], weights: dict[str, float]) -> "NDArray[np.float64]":
    """Log-odds of each."""
    import numpy as np

    return np.array([sum(weight * row.signals[name] for name, weight in weights.items()) for row in rows])


def folds(rows: Sequence[Row]) -> "NDArray[np.int64]":
    """Number of each row's fold; the rows of a document are in one, folds about equally large."""
    import numpy as np

    sizes: dict[str, int] = {}
    for row in rows:
        sizes[row.document] = sizes.get(row.document, 0) + 1
    filled, place = [0] * FOLDS, {}
    for name in sorted(sizes, key=lambda each: (-sizes[each], each)):
        place[name] = filled.index(min(filled))
        filled[place[name]] += sizes[name]
    return np.array([place[row.document] for row in rows])


def left_out(rows: Sequence[Row], fit: Callable[[Sequence[Row]], dict[str, float]]) -> "NDArray[np.float64]":
    """Log-odds of each row by weights that were fitted on other documents."""
    import numpy as np

    fold = folds(rows)
    found = np.zeros(len(rows))
    for number in range(FOLDS):
        inside = [row for row, each in zip(rows, fold, strict=True) if each != number]
        outside = [int(at) for at in np.flatnonzero(fold == number)]
        found[outside] = scores([rows[at] for at in outside], fit(inside))
    return found


def support(rows: Sequence[Row]) -> dict[str, float]:
    """Weights of "supported", fitted on what copying rule and gate leave open."""
    some = [row for row in rows if row.gate and not row.copied and not row.fatal]
    return fit_signed(some, [float(row.label == "supported") for row in some], SIGNS)


def of_kind(rows: Sequence[Row], fragment: bool) -> list[int]:
    """Places of the short answers, or of the sentences."""
    return [at for at, row in enumerate(rows) if row.fragment == fragment]


def opposition(rows: Sequence[Row]) -> dict[str, float]:
    """Weights of "contradicted"."""
    some = [row for row in rows if not row.copied and row.kind not in MADE]
    return fit_signed(some, [float(row.label == "contradicted") for row in some], OPPOSED_SIGNS)


def least(found: "NDArray[np.float64]", rows: Sequence[Row], share: float) -> float:
    """The log-odds above which at most `share` of the false ones lie."""
    import numpy as np

    false = sorted(
        (score if row.gate and not row.fatal else -99.0)
        for score, row in zip(found, rows, strict=True)
        if row.label != "supported" and not row.copied
    )
    copied = sum(row.copied for row in rows if row.label != "supported")
    over = max(0, int(share * (len(false) + copied)) - copied)
    edge = false[-over - 1] if over < len(false) else false[0]
    higher = [score for score in found if score > edge]
    return float((edge + min(higher)) / 2) if higher else float(np.max(found) + 1)


def fit(rows: Sequence[Row]) -> dict[str, Any]:
    """Weights, thresholds and held-out figures."""
    import numpy as np

    held, against = np.zeros(len(rows)), left_out(rows, opposition)
    for fragment in (False, True):
        places = of_kind(rows, fragment)
        some = [rows[at] for at in places]
        held[places] = (
            left_out(some, support) if enough(some) else scores(some, shipped()["supported"][NAMES[fragment]])
        )
    fold = folds(rows)
    said = [""] * len(rows)
    # Thresholds too come from the other documents: those of a fold from the others' held-out scores.
    for number in range(FOLDS):
        others = [int(at) for at in np.flatnonzero(fold != number)]
        own = [int(at) for at in np.flatnonzero(fold == number)]
        limits = _thresholds(rows, held, against, others)
        for at in own:
            said[at] = verdict(rows[at], held[at], against[at], limits)
    limits = _thresholds(rows, held, against, range(len(rows)))
    chosen = {kind: round(1 / (1 + float(np.exp(-limits[kind]))), 4) for kind in ("sentence", "fragment")}
    return {
        "supported": {NAMES[kind]: _supported(rows, kind) for kind in (False, True)},
        "contradicted": opposition(rows),
        "threshold": chosen,
        "opposed": round(1 / (1 + float(np.exp(-limits["opposed"]))), 4),
        "held out": figures(rows, said),
    }


def enough(rows: Sequence[Row]) -> bool:
    """Whether there are true and false ones enough to fit anything on."""
    true = sum(row.label == "supported" for row in rows)
    return min(true, len(rows) - true) >= FEWEST


def _supported(rows: Sequence[Row], fragment: bool) -> dict[str, float]:
    some = [rows[at] for at in of_kind(rows, fragment)]
    found: dict[str, float] = support(some) if enough(some) else shipped()["supported"][NAMES[fragment]]
    return found


def _thresholds(
    rows: Sequence[Row], held: "NDArray[np.float64]", against: "NDArray[np.float64]", places: Sequence[int]
) -> dict[str, float]:
    limits = {}
    for kind, share in (("sentence", FALSE_SENTENCES), ("fragment", FALSE_FRAGMENTS)):
        some = [at for at in places if rows[at].fragment == (kind == "fragment")]
        if not enough([rows[at] for at in some]):
            limits[kind] = odds(shipped()["threshold"][kind])
            continue
        own = [at for at in some if rows[at].kind not in MADE]
        other = [at for at in some if rows[at].kind == FOREIGN]
        limits[kind] = least(held[own], [rows[at] for at in own], share)
        if other:
            most = max(MOST_FOREIGN, 1 / len(other))
            limits[kind] = max(limits[kind], least(held[other], [rows[at] for at in other], most))
    limits["opposed"] = _opposed_limit(rows, held, against, places, limits)
    return limits


def _opposed_limit(
    rows: Sequence[Row],
    held: "NDArray[np.float64]",
    against: "NDArray[np.float64]",
    places: Sequence[int],
    limits: dict[str, float],
) -> float:
    """The lowest log-odds of "contradicted" at which its precision still holds."""
    ranked = []
    for at in places:
        if rows[at].kind not in MADE and verdict(rows[at], held[at], -99.0, {**limits, "opposed": 0.0}) != "supported":
            ranked.append((against[at], rows[at].label == "contradicted"))
    ranked.sort(reverse=True)
    best, right = max((score for score, _ in ranked), default=0.0) + 1, 0
    for place, (score, true) in enumerate(ranked, 1):
        right += true
        if right / place >= OPPOSED_PRECISION and place >= 20:
            best = score
    return float(best)


def verdict(row: Row, held: float, against: float, limits: dict[str, float]) -> str:
    """As `Judge` decides."""
    if row.copied:
        return "supported"
    if row.gate and not row.fatal and held >= limits["fragment" if row.fragment else "sentence"]:
        return "supported"
    return "contradicted" if against >= limits["opposed"] else "unsupported"


def verdict_of(row: Row, fitted: Mapping[str, Any] | None = None) -> str:
    """As `Judge` decides with these weights and thresholds, or those that are shipped."""
    chosen = fitted if fitted is not None else shipped()
    kind = NAMES[row.fragment]
    limits = {name: odds(chosen["threshold"][name]) for name in NAMES.values()} | {"opposed": odds(chosen["opposed"])}
    held, against = (
        float(scores([row], weights)[0]) for weights in (chosen["supported"][kind], chosen["contradicted"])
    )
    return verdict(row, held, against, limits)


def figures(rows: Sequence[Row], said: Sequence[str]) -> dict[str, float]:
    """What the claims' scorer counts."""

    made = {
        kind: [each == "supported" for row, each in zip(rows, said, strict=True) if row.kind == kind] for kind in MADE
    }
    said = [each for row, each in zip(rows, said, strict=True) if row.kind not in MADE]
    rows = [row for row in rows if row.kind not in MADE]

    def rate(wanted: Callable[[Row], bool], verdict: str = "supported") -> float:
        some = [each for row, each in zip(rows, said, strict=True) if wanted(row)]
        return round(sum(each == verdict for each in some) / max(1, len(some)), 3)

    def precision(verdict: str) -> float:
        some = [row.label == verdict for row, each in zip(rows, said, strict=True) if each == verdict]
        return round(sum(some) / max(1, len(some)), 3)

    def short(row: Row) -> bool:
        return row.kind.startswith("fragment")

    def true(row: Row) -> bool:
        return row.label == "supported"

    hard = ("role", "binding", "condition", "negation", "quantifier")
    return {
        "false support": rate(lambda row: not true(row)),
        "hard": rate(lambda row: not true(row) and row.kind in hard),
        **{name: rate(lambda row, name=name: not true(row) and row.kind == name) for name in hard},  # type: ignore[misc]
        "false fragments": rate(lambda row: not true(row) and short(row)),
        "precision": precision("supported"),
        "near-verbatim": rate(lambda row: true(row) and row.kind == "verbatim"),
        "fragments": rate(lambda row: true(row) and short(row)),
        "reworded": rate(lambda row: true(row) and not short(row) and row.kind != "verbatim"),
        "contradicted precision": precision("contradicted"),
        "contradicted recall": rate(lambda row: row.label == "contradicted", "contradicted"),
        **{kind: round(sum(some) / max(1, len(some)), 3) for kind, some in made.items()},
    }
