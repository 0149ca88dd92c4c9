"""Fits what `library/search/profiles.json` says of an embedder.

`python -m phitui.workshop.profile_fit DATA-FOLDER EMBEDDER [LIBRARY=]QUESTIONS.jsonl ...`

The libraries in the folder must have that embedder's vectors (`phitui --embedder E embedders build`). Each question
is asked twice, as it is and with its right document left out; those that nothing answers, once. Weights of English
questions are fitted on one half of the documents of one file and tried on the other, both ways; those of questions in
other languages on all files but one, a file a language, and tried on that one. What is printed at last is fitted on
all. Takes a second for three questions.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from phitui.answers.evidence.answerable import (
    ABROAD,
    RELEVANCE,
    UNKNOWN_NAME,
    WEIGHED_HITS,
    is_abroad,
    signals,
)
from phitui.answers.evidence.unknown_names import unknown_name, written_in
from phitui.evaluation.fit import split
from phitui.evaluation.measure import CANDIDATES, ArmedShelf
from phitui.evaluation.questions import Question, read_questions
from phitui.library.search.ranking import Query
from phitui.records import Hit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NAMES = tuple(RELEVANCE)
ALIGNED = ("bias", "aligned", "aligned ahead", "meaning", "closest", "words")
"""Signals of questions in other languages, where the embedder compares word by word."""
PULL, PULL_ABROAD = 1.0, 0.3
"""Of the weights towards 0 (L2): those that fit one half best do worse on the other."""
MOST_REFUSED, MOST_REFUSED_ABROAD = 0.035, 0.06
"""Share of the answerable questions that is refused where the weights are fitted."""
MOST_QUESTIONS = 960
STEPS = 50
"""Newton's method needs fewer."""
NEARS = (0.5, 0.6, 0.65, 0.7)

Kind = Literal["answered", "left out", "foreign"]


@dataclass(frozen=True, slots=True)
class Told:
    """One question, with or without its document, or one that nothing answers."""

    values: dict[str, float]
    """Signals by name."""
    more: float
    """What is added to the log-odds."""
    cosine: float
    """The best passage's, on the bundled embedder's scale."""
    kind: Kind
    abroad: bool = False


def told(shelf: ArmedShelf, questions: Sequence[Question]) -> Iterator[Told]:
    """Two for each question of which a right passage is found, one for those that nothing answers.

    Raises PhituiError.
    """
    for question in questions:
        (query,) = shelf.queries([question.question])
        found = shelf.search(query, CANDIDATES)
        right = sorted({hit.document_id for hit in found if question.is_right(hit)})
        if not question.in_documents and found:
            yield _told(shelf, query, found[:WEIGHED_HITS], "foreign")
        elif right:
            yield _told(shelf, query, found[:WEIGHED_HITS], "answered")
            others = shelf.search(query, WEIGHED_HITS, without=right)
            if others:
                yield _told(shelf, query, others, "left out")


def _told(shelf: ArmedShelf, query: Query, hits: Sequence[Hit], kind: Kind) -> Told:
    found = signals(query, hits, shelf)
    cosine = max(query.profile.scaled(hit.dense or 0.0) for hit in hits)
    more = UNKNOWN_NAME if unknown_name(query, written_in(hits, shelf)) else 0.0
    return Told(found, more, cosine, kind, is_abroad(query))


def names_of(rows: Sequence[Told]) -> tuple[str, ...]:
    """Of the signals that these questions are weighed by."""
    if not any(each.abroad for each in rows):
        return NAMES
    return ALIGNED if all(each.values.keys() >= set(ALIGNED) for each in rows if each.abroad) else tuple(ABROAD)


def fit(rows: Sequence[Told], names: tuple[str, ...] = NAMES) -> "NDArray[np.float64]":
    """Weights of the names by logistic regression; the first is the bias.

    Answerable questions count as much as all others, and those whose document is left out as much as foreign ones.
    """
    import numpy as np

    signs, more, wanted = _arrays(rows, names)
    kinds = np.array([each.kind for each in rows])
    count = np.zeros(len(rows))
    others = [kind for kind in ("left out", "foreign") if (kinds == kind).any()]
    for kind, share in (("answered", 1.0), *((each, 1 / len(others)) for each in others)):
        count[kinds == kind] = share / 2 * len(rows) / (kinds == kind).sum()
    abroad = names != NAMES
    pull = (PULL_ABROAD if abroad else PULL) * np.eye(len(names))
    pull[0, 0] = 0.0
    weights = np.zeros(len(names))
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-(signs @ weights + more)))
        slope = signs.T @ (count * (wanted - chance)) - pull @ weights
        curve = (signs * (count * chance * (1 - chance))[:, None]).T @ signs + pull
        weights += np.linalg.solve(curve, slope)
    most = MOST_REFUSED_ABROAD if abroad else MOST_REFUSED
    weights[0] -= np.quantile((signs @ weights + more)[wanted == 1], most)
    return weights


def rates(
    weights: "NDArray[np.float64]", rows: Sequence[Told], near: float = 9.0, names: tuple[str, ...] = NAMES
) -> dict[str, float]:
    """Share of the answerable that is refused, and of each other kind that is not.

    English passages that are so `near` are never refused.
    """
    import numpy as np

    signs, more, wanted = _arrays(rows, names)
    valve = np.array([each.cosine >= near and each.more == 0 and not each.abroad for each in rows])
    spoken = (signs @ weights + more >= 0) | valve
    kinds = np.array([each.kind for each in rows])
    found = {kind: float(spoken[kinds == kind].mean()) for kind in ("left out", "foreign") if (kinds == kind).any()}
    return {"refused": float(1 - spoken[wanted == 1].mean()), **found}


def _arrays(
    rows: Sequence[Told], names: tuple[str, ...]
) -> "tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]":
    import numpy as np

    signs = np.array([[each.values.get(name, 0.0) for name in names] for each in rows], float)
    wanted = np.array([float(each.kind == "answered") for each in rows])
    return signs, np.array([each.more for each in rows]), wanted


def _measured(folder: Path, embedder: str, named: str) -> Iterator[list[Told]]:
    """Of a file's questions: both halves, or all together where they are in another language than English."""
    from phitui.places import Places
    from phitui.settings import Settings
    from phitui.workbench import Workbench

    library, _, file = named.rpartition("=")
    questions = read_questions(Path(file))
    step = max(1, len(questions) // MOST_QUESTIONS)
    workbench = Workbench(Settings(embedder=embedder, library=library or Settings().library), Places.of(folder))
    halves = [list(told(workbench.library, half)) for half in split(questions[::step])]
    workbench.close()
    yield from [[*halves[0], *halves[1]]] if any(each.abroad for half in halves for each in half) else halves


def main() -> None:
    """Prints what holds on what was left out, then the weights of all."""
    folder, embedder, *files = sys.argv[1:]
    parts = [(file, rows) for file in files for rows in _measured(Path(folder), embedder, file)]
    every = [row for _, rows in parts for row in rows]
    names = names_of(every)
    for place, (file, rows) in enumerate(parts):
        weights = fit([row for other, (_, some) in enumerate(parts) if other != place for row in some], names)
        for near in NEARS if names == NAMES else (9.0,):
            row: dict[str, Any] = {"tried on": file, "near": near, **rates(weights, rows, near, names)}
            print(json.dumps(row))
    weights = fit(every, names)
    print(json.dumps({"weights": dict(zip(names, weights.round(2).tolist(), strict=True))}))


if __name__ == "__main__":
    main()
