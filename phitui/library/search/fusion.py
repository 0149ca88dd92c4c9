"""Two arms, one list: 50 candidates of each, joined by min-max convex fusion."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from phitui.library.indexes.dense import DenseIndex
from phitui.library.indexes.lexical import LexicalIndex
from phitui.library.search.ranking import SURELY_RANKED, Query
from phitui.library.store.documents import Store
from phitui.library.store.vectors import Vectors
from phitui.library.terms.figures import STATEMENT_WORDS, asked_statements
from phitui.records import Hit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Arm = Literal["fused", "dense", "lexical"]

CANDIDATES = 50
"""Passages that each arm hands to the fusion: with 5, recall falls by 6 points."""
NAMED_CANDIDATES = 20
"""Passages that each arm adds of documents that the question names."""
STATEMENT_CANDIDATES = 40
"""The same where a question asks for figures of a statement, whose rows share few words with it."""
STATEMENT_PASSAGES = 6
"""Those most like that statement, which come along."""
DENSE_WEIGHT = 0.5
"""Share of the dense arm in the fused score; the lexical arm has the rest."""

_beside = ThreadPoolExecutor(1, "phitui-meaning")
"""Looks for the nearest of many vectors, which takes milliseconds, while words are looked for."""

Scored = list[tuple[int, float]]
"""(passage id, score), best first."""


def search(
    store: Store,
    lexical: LexicalIndex,
    dense: tuple[DenseIndex, Vectors] | None,
    text: str,
    vector: "NDArray[np.float32] | None",
    *,
    arm: Arm = "fused",
    candidates: int = CANDIDATES,
    documents: Sequence[int] | None = None,
    named: Sequence[int] = (),
    bare: "Query | None" = None,
    bare_in: int = 0,
    most: int | None = None,
) -> list[Hit]:
    """The `most` best candidates of the arm, or all, with ranks and scores; fused, they are up to twice `candidates`.

    Without a vector, "fused" is what words alone find, and "dense" finds nothing. The best passages of the `named`
    documents come along, behind the others. `bare` is what is looked for in the document `bare_in` instead of the
    question: its passages are fused among themselves too, and have the better of both scores.
    """

    def found(
        k: int, only: Sequence[int] | None, text: str, vector: "NDArray[np.float32] | None"
    ) -> tuple[Scored, Callable[[], Scored]]:
        """What has the words, and what gives the nearest: on many vectors that takes its time meanwhile."""
        near: Callable[[], Sequence[Scored]] = _nothing
        if arm != "lexical" and dense is not None and vector is not None:
            near = partial(dense[0].search, vector.reshape(1, -1), k, only)
            if arm == "fused" and only is documents and dense[0].large:
                with suppress(RuntimeError):  # phitui ends just now, and no thread takes work any more
                    near = _beside.submit(near).result
        return lexical.search(text, k, only) if arm != "dense" else [], lambda: near()[0]

    words, nearest = found(candidates, documents, text, vector)
    more: tuple[Scored, Scored] = ([], [])
    own: dict[int, float] = {}
    statements = asked_statements(text) if named and arm == "fused" else frozenset()
    if bare is not None and arm == "fused":
        inside, nearest_inside = found(candidates, [bare_in], bare.text, bare.vector)
        own = fuse(inside, nearest_inside())
    elif named and arm == "fused":
        inside, nearest_inside = found(STATEMENT_CANDIDATES if statements else NAMED_CANDIDATES, named, text, vector)
        more = inside, nearest_inside()
    meaning = nearest()
    stored = dense[1] if dense else None
    along = [
        key
        for statement in sorted(statements)
        for key, _ in lexical.search(STATEMENT_WORDS[statement], STATEMENT_PASSAGES, named)
    ]
    return _hits(store, stored, words, meaning, more, own, along, vector if arm == "fused" else None, arm, most)


def _nothing() -> Sequence[Scored]:
    return [[]]


def fuse(words: Scored, meaning: Scored, dense_weight: float = DENSE_WEIGHT) -> dict[int, float]:
    """Passage id → fused score, 0 to 1: each arm scaled to 0-1 over its own candidates, 0 where it lacks one.

    One arm alone keeps its scaled scores.
    """
    if not words or not meaning:
        return _scaled(words or meaning)
    lexical, dense = _scaled(words), _scaled(meaning)
    return {
        key: (1 - dense_weight) * lexical.get(key, 0.0) + dense_weight * dense.get(key, 0.0)
        for key in dict.fromkeys([*lexical, *dense])
    }


def _scaled(scores: Scored) -> dict[int, float]:
    if not scores:
        return {}
    values = [score for _, score in scores]
    low, high = min(values), max(values)
    # All equal: they are all as good as the best.
    return {key: (score - low) / (high - low) if high > low else 1.0 for key, score in scores}


def _hits(
    store: Store,
    stored: Vectors | None,
    words: Scored,
    meaning: Scored,
    more: tuple[Scored, Scored],
    own: Mapping[int, float],
    along: Sequence[int],
    vector: "NDArray[np.float32] | None",
    arm: Arm,
    most: int | None,
) -> list[Hit]:
    """`more` and `along` come behind the others; `own` are passages with fused scores of their own."""
    lexical, dense = dict(words), dict(meaning)
    lexical_ranks = {key: rank for rank, key in enumerate(lexical, 1)}
    dense_ranks = {key: rank for rank, key in enumerate(dense, 1)}
    scores = fuse(words, meaning) if arm == "fused" else dict(lexical or dense)
    scores |= {key: max(score, scores.get(key, 0.0)) for key, score in own.items()}
    # Rounded: sums in another order must not change the order of what is equal.
    order = sorted(scores, key=lambda key: (-round(scores[key], 6), key))
    # The arms rank what they found in all documents; what was fetched besides is no better than their last.
    order = order[:most]
    behind = [key for key in dict.fromkeys([*(key for each in more for key, _ in each), *along]) if key not in order]
    if most is not None and len(order) == most and not along:
        behind = behind[:SURELY_RANKED]  # no more of them are looked at
    scores |= {key: 0.0 for key in behind if key not in scores}
    order += behind
    lexical, dense = dict(more[0]) | lexical, dict(more[1]) | dense
    fused = scores if arm == "fused" else {}
    passages = store.passages(order)
    if vector is not None and stored is not None:
        # For display and for signals: the fusion is not changed, such a passage is no better than the arm's last.
        ids, rows = stored.of_passages([key for key in order if key not in dense])
        dense |= dict(zip(ids, (rows @ vector).tolist(), strict=True)) if ids else {}
    # Ids that are gone fall out.
    order = [key for key in order if key in passages]
    return [
        replace(
            passages[key],
            rank=rank,
            score=scores[key],
            lexical=lexical.get(key),
            lexical_rank=lexical_ranks.get(key),
            dense=dense.get(key),
            dense_rank=dense_ranks.get(key),
            fused=fused.get(key),
        )
        for rank, key in enumerate(order, 1)
    ]
