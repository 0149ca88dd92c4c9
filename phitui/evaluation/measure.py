"""How well a library finds, quotes and refuses, measured on questions whose right passages are known."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

from phitui.answers.evidence import answerable as evidence
from phitui.answers.evidence import quotes
from phitui.answers.shelf import Shelf
from phitui.evaluation.questions import Question
from phitui.library.search.fusion import Arm
from phitui.library.search.ranking import Query
from phitui.records import Hit

Setting = Literal["lexical", "dense", "plain", "fused"]
SETTINGS: tuple[Setting, ...] = ("lexical", "dense", "plain", "fused")
"""One arm alone, both joined by nothing but their scores, and what phitui answers from."""
CUTS = (1, 3, 5, 10)
CANDIDATES = 50
"""Passages asked of the fused arm: more than are ranked by signals, so that the order before is known too."""
BATCH = 32
"""Questions that are embedded together."""


class ArmedShelf(Shelf, Protocol):
    """A library that can be searched by one arm alone, without some documents, with other weights."""

    def search(
        self,
        query: Query,
        k: int,
        arm: Arm = "fused",
        *,
        without: Sequence[int] = (),
        weights: Mapping[str, float] | None = None,
    ) -> list[Hit]: ...


@dataclass(frozen=True, slots=True)
class Measured:
    """What became of one question."""

    question: Question
    ranks: dict[Setting, int | None] = field(default_factory=dict)
    """Of the first right passage among the first 10."""
    quoted: dict[Setting, tuple[bool, bool]] = field(default_factory=dict)
    """Whether the first quote, and any quote, holds an answer; empty where no answer is known."""
    relevance: float | None = None
    """Of the fused arm; below the threshold the question is refused."""
    threshold: float = evidence.THRESHOLD
    left_out: float | None = None
    """Relevance with the right document left out: as of a question that the documents do not answer."""
    candidates: tuple[tuple[dict[str, float], bool], ...] = ()
    """(signals, right) of the passages that the fused arm ranked."""


def measure(
    shelf: ArmedShelf,
    questions: Sequence[Question],
    settings: Sequence[Setting] = SETTINGS,
    *,
    refusal: bool = True,
    leave_out: bool = False,
    weights: Mapping[str, float] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Measured]:
    """One for each question, in their order, until cancelled.

    Without `refusal`, which costs most of the time, no relevance is known. `leave_out` asks each again with its right
    document left out; `weights` are the ranking's. Raises PhituiError.
    """
    for start in range(0, len(questions), BATCH):
        some = questions[start : start + BATCH]
        for question, query in zip(some, shelf.queries([each.question for each in some]), strict=True):
            if cancelled():
                return
            yield _measured(shelf, question, query, settings, refusal, leave_out, weights)


def _measured(
    shelf: ArmedShelf,
    question: Question,
    query: Query,
    settings: Sequence[Setting],
    refusal: bool,
    leave_out: bool,
    weights: Mapping[str, float] | None,
) -> Measured:
    found = shelf.search(query, CANDIDATES, weights=weights)
    made = replace(_told(shelf, query, found), question=question) if refusal else Measured(question)
    if not question.in_documents:
        return made
    ranks: dict[Setting, int | None] = {}
    quoted: dict[Setting, tuple[bool, bool]] = {}
    for setting in settings:
        asked = replace(query, vector=None) if setting == "lexical" else query
        hits = _hits(shelf, asked, found, setting)
        ranks[setting] = next((rank for rank, hit in enumerate(hits, 1) if question.is_right(hit)), None)
        if question.answers:
            found_quotes = quotes.quotes(asked, hits, shelf.sentences, shelf.answers)
            told = [question.is_answered(each.path, each.text) for each in found_quotes]
            quoted[setting] = (any(told[:1]), any(told))
    candidates = tuple((dict(hit.signals), question.is_right(hit)) for hit in found if hit.signals)
    made = replace(made, ranks=ranks, quoted=quoted, candidates=candidates)
    right = {hit.document_id for hit in found if question.is_right(hit)}
    if not (refusal and leave_out and right):
        return made
    others = shelf.search(query, evidence.WEIGHED_HITS, without=sorted(right), weights=weights)
    return replace(made, left_out=_told(shelf, query, others).relevance)


def _hits(shelf: ArmedShelf, query: Query, found: Sequence[Hit], setting: Setting) -> list[Hit]:
    """The first ten passages of a setting."""
    if setting == "fused":
        return list(found[: max(CUTS)])
    if setting == "plain":
        plain = sorted(found, key=lambda hit: (-round(hit.fused or 0.0, 6), hit.passage_id))[: max(CUTS)]
        return [replace(hit, rank=rank, score=hit.fused or 0.0) for rank, hit in enumerate(plain, 1)]
    return shelf.search(query, max(CUTS), setting)


def _told(shelf: ArmedShelf, query: Query, hits: Sequence[Hit]) -> Measured:
    """The relevance, as a question that is asked would have it."""
    found = evidence.evidence(query, hits[: evidence.WEIGHED_HITS], shelf, shelf.threshold)
    return Measured(Question(query.text), relevance=found.relevance, threshold=found.threshold)


# ── figures ──────────────────────────────────────────────────────────────────────────────────────────────────


def figures(measured: Sequence[Measured], setting: Setting) -> dict[str, Any]:
    """Of the answerable questions; `answer_in_quotes` is None where no answers are known."""
    known = [each for each in measured if each.question.in_documents]
    total = len(known)
    ranks = [each.ranks.get(setting) for each in known]
    quoted = [each.quoted[setting] for each in known if setting in each.quoted]
    row: dict[str, Any] = {"arm": setting, "questions": total}
    row |= {f"recall@{cut}": sum(r is not None and r <= cut for r in ranks) / (total or 1) for cut in CUTS}
    row["mrr@10"] = sum(1 / r for r in ranks if r) / (total or 1)
    row["answer_in_quotes"] = sum(three for _, three in quoted) / len(quoted) if quoted else None
    row["answer_in_first_quote"] = sum(first for first, _ in quoted) / len(quoted) if quoted else None
    return row


@dataclass(frozen=True, slots=True)
class Refusal:
    """Which questions are refused as "not in your documents"."""

    answerable: tuple[float, ...]
    """Relevance of each question that the documents answer."""
    unanswerable: tuple[float, ...]
    threshold: float
    """What is in use."""

    @classmethod
    def of(cls, measured: Sequence[Measured], threshold: float | None = None) -> "Refusal":
        """Unanswerable are those that are said to be, and those whose right document was left out."""
        known = [each.relevance for each in measured if each.question.in_documents]
        other = [each.relevance for each in measured if not each.question.in_documents]
        other += [each.left_out for each in measured if each.left_out is not None]
        used = threshold if threshold is not None else measured[0].threshold if measured else evidence.THRESHOLD
        return cls(tuple(x for x in known if x is not None), tuple(x for x in other if x is not None), used)

    def refused(self, threshold: float) -> float | None:
        """Share of the answerable ones; None where there are none."""
        return sum(x < threshold for x in self.answerable) / len(self.answerable) if self.answerable else None

    def accepted(self, threshold: float) -> float | None:
        """Share of the unanswerable ones; None where there are none."""
        return sum(x >= threshold for x in self.unanswerable) / len(self.unanswerable) if self.unanswerable else None

    def balanced(self, threshold: float) -> float | None:
        """Balanced accuracy; None where one kind is missing."""
        refused, accepted = self.refused(threshold), self.accepted(threshold)
        return None if refused is None or accepted is None else 1 - (refused + accepted) / 2

    def curve(self) -> list[tuple[float, float | None, float | None]]:
        """(threshold, refused, accepted) at thresholds from 0.05 to 0.95."""
        steps = [step / 20 for step in range(1, 20)]
        return [(step, self.refused(step), self.accepted(step)) for step in steps]

    def row(self) -> dict[str, Any]:
        """What is added to the row of the fused arm."""
        at = self.threshold
        return {
            "threshold": at,
            "refused_answerable": self.refused(at),
            "unanswerable": len(self.unanswerable),
            "accepted_unanswerable": self.accepted(at),
            "balanced_accuracy": self.balanced(at),
            "refusal_curve": [list(point) for point in self.curve()],
        }


def rows(measured: Sequence[Measured], settings: Sequence[Setting] = SETTINGS) -> Iterator[dict[str, Any]]:
    """One an arm; that of the fused one also says what is refused."""
    for setting in settings:
        row = figures(measured, setting)
        yield row | Refusal.of(measured).row() if setting == "fused" else row


def ranks_of(measured: Sequence[Measured], setting: Setting) -> list[int | None]:
    """Of the answerable questions."""
    return [each.ranks.get(setting) for each in measured if each.question.in_documents]
