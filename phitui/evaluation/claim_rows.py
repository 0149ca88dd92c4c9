"""Labelled claims held against a library: what the judge measures of each."""

from collections.abc import Callable, Sequence
from typing import Any

from phitui.answers.check.claim import Claim
from phitui.answers.check.judge import Judge, candidates, fatal, passes, signals
from phitui.answers.check.library_check import Asked, LibraryCheck
from phitui.evaluation.claim_fit import MADE, REMOVED, Row

BATCH = 16
"""Claims that are read together."""


def measured(
    items: Sequence[dict[str, Any]],
    where: Sequence[int | None],
    judge: Judge,
    library: Any,
    tell: Callable[[int], object] = lambda count: None,
) -> list[Row]:
    """The claims with their signals, evidence by the library's own search; what no source speaks of is left out.

    An item has "claim", "label" and "document", and may have "question", "kind" and, to be taken out where the kind is
    REMOVED, "evidence". `where` holds the only document that counts for each. `tell` gets the number done. Raises
    PhituiError.
    """
    check, rows = LibraryCheck(library, judge), []
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
        tell(min(len(items), start + BATCH))
    return rows
