"""Labelled claims held against a library: what the judge measures of each."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from phitui.answers.check.claim import Claim
from phitui.answers.check.judge import Judge, candidates, fatal, passes, signals
from phitui.answers.check.library_check import Asked, LibraryCheck
from phitui.errors import UsageError
from phitui.evaluation.claim_fit import FEWEST, MADE, REMOVED, Row
from phitui.reading import read_given
from phitui.records import StoredDocument
from phitui.text import clean, one_line, system_reason

LABELS = ("supported", "contradicted", "unsupported")
BATCH = 16
"""Claims that are read together."""


def read_claims(path: Path, documents: Sequence[StoredDocument]) -> tuple[list[dict[str, Any]], list[int | None]]:
    """Labelled claims, and the only document that counts for each; without one each claim is a document of its own.

    JSON lines {"claim","label","question"?,"document"?,"kind"?}. Raises UsageError naming the line.
    """
    try:
        lines = read_given(path).decode("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{one_line(str(path), 200)} cannot be read: {system_reason(error)}.") from None
    known = {Path(each.path).name: each.document_id for each in documents}
    items: list[dict[str, Any]] = []
    where: list[int | None] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict) or not isinstance(row.get("claim"), str) or row.get("label") not in LABELS:
            raise UsageError(
                f'{one_line(str(path), 200)}, line {number}: a labelled claim is a JSON object with "claim" and a '
                f'"label" that is {", ".join(LABELS)}.'
            )
        name = row.get("document")
        if name is not None and name not in known:
            raise UsageError(f"{one_line(str(path), 200)}, line {number}: no document {one_line(str(name), 80)} here.")
        question = row.get("question")
        items.append(
            {
                "claim": clean(row["claim"]),
                "question": clean(question) if isinstance(question, str) else None,
                "label": row["label"],
                "kind": str(row.get("kind", "")),
                "document": str(name if name is not None else number),
            }
        )
        where.append(known[name] if name is not None else None)
    true = sum(each["label"] == "supported" for each in items)
    if min(true, len(items) - true) < FEWEST:
        raise UsageError(f"{one_line(str(path), 200)} needs {FEWEST} true and {FEWEST} false claims at the least.")
    return items, where


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
        passages, meant = check.evidence([(each, each.text) for each in asked])
        made = [
            Claim(each.text, library.rarity, query, each.question) for each, query in zip(asked, meant, strict=True)
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
