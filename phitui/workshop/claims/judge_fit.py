"""Fits the judge of claims to labelled ones: `python -m phitui.workshop.claims.judge_fit CLAIMS.jsonl --data-dir DIR`.

DIR holds a library of the claims' documents. Whole documents are left out in turn: what is reported of a claim was
fitted on other documents. The signs of all weights are fixed (`SIGNS`), so that nothing speaks for a claim that only
says how the set was made. The result goes into `judge.json`, its held-out figures with it.
"""

import argparse
import json
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phitui.answers.check.judge import FILE
from phitui.workshop.claims.judge_signs import OPPOSED_SIGNS, SIGNS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLDS = 9
BATCH = 16
"""Claims that are read together."""
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
REMOVED_EACH = 4
"""With more of them less is called supported that should not be, and less that should."""
MADE = (FOREIGN, REMOVED)
FOREIGN_EACH = 4
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
        held[places] = left_out([rows[at] for at in places], support)
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
        "supported": {
            "sentence": support([rows[at] for at in of_kind(rows, False)]),
            "fragment": support([rows[at] for at in of_kind(rows, True)]),
        },
        "contradicted": opposition(rows),
        "threshold": chosen,
        "opposed": round(1 / (1 + float(np.exp(-limits["opposed"]))), 4),
        "held out": figures(rows, said),
    }


def _thresholds(
    rows: Sequence[Row], held: "NDArray[np.float64]", against: "NDArray[np.float64]", places: Sequence[int]
) -> dict[str, float]:
    limits = {}
    for kind, share in (("sentence", FALSE_SENTENCES), ("fragment", FALSE_FRAGMENTS)):
        some = [at for at in places if rows[at].fragment == (kind == "fragment")]
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
    best, right = ranked[0][0] + 1, 0
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


def measure(claims: Path, data_dir: Path | None, reader: Path | None) -> list[Row]:
    """The claims with their signals, evidence by the library's own search. Raises PhituiError.

    Every FOREIGN_EACH-th one is held against another document too, and each true one against its own without the
    sentences that decide: what is merely not contradicted is not supported.
    """
    from phitui.answers.check.judge import Judge
    from phitui.answers.check.library_check import LibraryCheck
    from phitui.models.embed.claim_reader import FILE as READER
    from phitui.models.embed.claim_reader import ClaimReader
    from phitui.models.embed.embedder import bundled_folder
    from phitui.places import Places
    from phitui.settings import Settings
    from phitui.workbench import Workbench

    items = [json.loads(line) for line in claims.read_text("utf-8").splitlines() if line.strip()]
    workbench = Workbench(Settings(), Places.of(data_dir))
    library, checker = workbench.library, workbench.models.checker()
    documents = {Path(each.path).name: each.document_id for each in library.documents()}
    read = checker.read if checker else ClaimReader(bundled_folder(), "cpu", READER).read
    if reader is not None:
        read = ClaimReader(bundled_folder(), "cpu", reader).read
    judge = Judge(read, library.answers, {})
    check = LibraryCheck(library, judge)
    rows = _rows(items, [documents[each["document"]] for each in items], check, judge, library)
    names = sorted({each["document"] for each in items})
    others = {name: names[(place + len(names) // 4) % len(names)] for place, name in enumerate(names)}
    foreign = [{**each, "kind": FOREIGN} for each in items[::FOREIGN_EACH]]
    rows += _rows(foreign, [documents[others[each["document"]]] for each in foreign], check, judge, library)
    known = [{**each, "kind": REMOVED} for each in items if each["label"] == "supported" and each["evidence"]]
    known = known[::REMOVED_EACH]
    rows += _rows(known, [documents[each["document"]] for each in known], check, judge, library)
    workbench.close()
    return rows


def _rows(items: Sequence[Any], where: Sequence[int], check: Any, judge: Any, library: Any) -> list[Row]:
    from phitui.answers.check.claim import Claim
    from phitui.answers.check.judge import candidates, fatal, passes, signals
    from phitui.answers.check.library_check import Asked

    rows = []
    for start in range(0, len(items), BATCH):
        some = items[start : start + BATCH]
        asked = [
            Asked(each["claim"], each.get("question"), document)
            for each, document in zip(some, where[start : start + BATCH], strict=True)
        ]
        passages, vectors = check.evidence([(each, each.text) for each in asked])
        made = [
            Claim(each.text, library.rarity, vector, each.question) for each, vector in zip(asked, vectors, strict=True)
        ]
        if some[0]["kind"] == REMOVED:
            passages = [
                [passage.without(item["evidence"]) for passage in found]
                for item, found in zip(some, passages, strict=True)
            ]
        chosen = [candidates(claim, found) for claim, found in zip(made, passages, strict=True)]
        for item, claim, readings in zip(some, made, judge.readings(made, chosen), strict=True):
            if not readings:
                continue
            told = signals(claim, readings, library.answers)
            copied = not claim.fragment and any(each.copied for each in readings)
            label = "unsupported" if item["kind"] in MADE else item["label"]
            row = (label, item["kind"], item["document"], claim.fragment, copied)
            rows.append(Row(*row, fatal(readings[0]), passes(told, claim.fragment), told))
        print(f"\r{len(rows)} of {len(items)}", end="", flush=True)
    print()
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="Fits the judge of claims.")
    parser.add_argument("claims", type=Path)
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--reader", type=Path, help="instead of the one that phitui ships")
    parser.add_argument("--measured", type=Path, help="keep what was measured there, or use it")
    parser.add_argument("--output", type=Path, default=FILE)
    options = parser.parse_args()
    if options.measured and options.measured.exists():
        rows = pickle.loads(options.measured.read_bytes())
    else:
        rows = measure(options.claims, options.data_dir, options.reader)
        if options.measured:
            options.measured.write_bytes(pickle.dumps(rows))
    found = fit(rows)
    options.output.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(json.dumps(found["held out"], indent=1))


if __name__ == "__main__":
    main()
