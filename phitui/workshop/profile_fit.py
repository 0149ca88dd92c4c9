"""Fits what `library/search/profiles.json` says of an embedder.

`python -m phitui.workshop.profile_fit DATA-FOLDER EMBEDDER QUESTIONS.jsonl`

The library in the folder must have that embedder's vectors (`phitui --embedder E embedders build`). Each question
is asked twice, as it is and with its right document left out. Weights are fitted on one half of the documents and tried
on the other, both ways, and what is printed at last is fitted on all. Takes a second for three questions.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phitui.answers.evidence.answerable import (
    RELEVANCE,
    UNKNOWN_NAME,
    WEIGHED_HITS,
    signals,
    unknown_name,
)
from phitui.evaluation.fit import split
from phitui.evaluation.measure import CANDIDATES, ArmedShelf
from phitui.evaluation.questions import Question, read_questions
from phitui.library.search.ranking import Query
from phitui.records import Hit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NAMES = tuple(RELEVANCE)
PULL = 1.0
"""Of the weights towards 0 (L2): those that fit one half best do worse on the other."""
MOST_REFUSED = 0.035
"""Share of the answerable questions that is refused where the weights are fitted."""
MOST_QUESTIONS = 960
STEPS = 50
"""Newton's method needs fewer."""


@dataclass(frozen=True, slots=True)
class Told:
    """One question, with or without its document."""

    values: tuple[float, ...]
    """Of the signals NAMES."""
    more: float
    """What is added to the log-odds."""
    cosine: float
    """The best passage's, on the bundled embedder's scale."""
    answerable: bool


def told(shelf: ArmedShelf, questions: Sequence[Question]) -> Iterator[Told]:
    """Two for each question of which a right passage is found. Raises PhituiError."""
    for question in questions:
        (query,) = shelf.queries([question.question])
        found = shelf.search(query, CANDIDATES)
        right = sorted({hit.document_id for hit in found if question.is_right(hit)})
        if right:
            yield _told(shelf, query, found[:WEIGHED_HITS], True)
            others = shelf.search(query, WEIGHED_HITS, without=right)
            if others:
                yield _told(shelf, query, others, False)


def _told(shelf: ArmedShelf, query: Query, hits: Sequence[Hit], answerable: bool) -> Told:
    found = signals(query, hits, shelf)
    cosine = max(query.profile.scaled(hit.dense or 0.0) for hit in hits)
    more = UNKNOWN_NAME if unknown_name(query) else 0.0
    return Told(tuple(found[name] for name in NAMES), more, cosine, answerable)


def fit(rows: Sequence[Told]) -> "NDArray[np.float64]":
    """Weights of NAMES by logistic regression, both kinds counting the same; the first is the bias."""
    import numpy as np

    signs, more, wanted = _arrays(rows)
    count = np.where(wanted == 1, 0.5 / wanted.mean(), 0.5 / (1 - wanted).mean())
    pull = PULL * np.eye(len(NAMES))
    pull[0, 0] = 0.0
    weights = np.zeros(len(NAMES))
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-(signs @ weights + more)))
        slope = signs.T @ (count * (wanted - chance)) - pull @ weights
        curve = (signs * (count * chance * (1 - chance))[:, None]).T @ signs + pull
        weights += np.linalg.solve(curve, slope)
    weights[0] -= np.quantile((signs @ weights + more)[wanted == 1], MOST_REFUSED)
    return weights


def rates(weights: "NDArray[np.float64]", rows: Sequence[Told], near: float) -> tuple[float, float]:
    """(share of the answerable that is refused, of the others that is not); passages that `near` are never refused."""
    import numpy as np

    signs, more, wanted = _arrays(rows)
    valve = np.array([each.cosine >= near and each.more == 0 for each in rows])
    spoken = (signs @ weights + more >= 0) | valve
    return float(1 - spoken[wanted == 1].mean()), float(spoken[wanted == 0].mean())


def _arrays(rows: Sequence[Told]) -> "tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]":
    import numpy as np

    signs = np.array([each.values for each in rows], float)
    return signs, np.array([each.more for each in rows]), np.array([float(each.answerable) for each in rows])


def main() -> None:
    """Prints what holds on the half left out, then the weights of all."""
    from phitui.places import Places
    from phitui.settings import Settings
    from phitui.workbench import Workbench

    folder, embedder, file = sys.argv[1:4]
    questions = read_questions(Path(file))
    step = max(1, len(questions) // MOST_QUESTIONS)
    workbench = Workbench(Settings(embedder=embedder), Places.of(Path(folder)))
    halves = [list(told(workbench.library, half)) for half in split(questions[::step])]
    for near in (0.5, 0.6, 0.65, 0.7):
        for one, other in (halves, halves[::-1]):
            refused, accepted = rates(fit(one), other, near)
            row: dict[str, Any] = {"near": near, "refused": refused, "accepted": accepted, "questions": len(other) // 2}
            print(json.dumps(row | {"balanced": 1 - (refused + accepted) / 2}))
    weights = fit([*halves[0], *halves[1]])
    print(json.dumps({"relevance": dict(zip(NAMES, weights.round(2).tolist(), strict=True))}))


if __name__ == "__main__":
    main()
