"""The same questions, passages and seed to several models or settings: their answers, and who wins."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from queue import Queue
from threading import Event as ThreadEvent
from threading import Thread
from typing import Any

from phitui.answers.request import Request
from phitui.answers.turn import Turn
from phitui.answers.writing.repetition import claims
from phitui.evaluation.compare import interval
from phitui.evaluation.comparison.kept_turns import KeptTurns
from phitui.evaluation.comparison.variants import Variant
from phitui.evaluation.questions import Question
from phitui.events import Event, Failed, PassagesRetrieved
from phitui.memory import taken_bytes
from phitui.records import Hit
from phitui.settings import is_served

Ask = Callable[[Request], Iterator[Event]]
Judge = Callable[[str, str, str], float | None]
"""(question, one answer, the other) → 1 where the first is better, 0 the second, .5 neither; None: it cannot tell."""


Found = dict[tuple[int, int], tuple[Hit, ...] | None]
"""(number of a question, passages looked at) → the passages; None where it is not in the documents."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What one variant made of one question."""

    number: int
    """Of the question, from 0."""
    question: Question
    variant: Variant
    turn: Turn
    memory: int | None
    """Bytes: of the card at its most, else of this process; None where a server answered."""

    @property
    def claims(self) -> tuple[int, int]:
        """(supported, all) sentences that claim something."""
        return claims(self.turn.sentences)

    @property
    def right(self) -> bool | None:
        """Whether the answer holds one that is known; None where none is. What cannot be answered is to be refused."""
        if not self.question.in_documents:
            return not self.turn.in_documents
        if not self.question.answers:
            return None
        return self.turn.in_documents and self.question.is_answered(self.question.path or "", self.turn.answer)

    @property
    def supported(self) -> bool:
        """Whether everything that it claims is supported; of a refusal, that it claims nothing."""
        held, every = self.claims
        return held == every and (every > 0 or not self.turn.in_documents)

    @property
    def score(self) -> float:
        """Supported and right where an answer is known, else the share of supported sentences."""
        if self.right is not None:
            return float(self.right and self.supported)
        held, every = self.claims
        return held / every if every else 0.0


Told = tuple[Variant, Event | Variant | Answered]


def answers(
    variants: Sequence[Variant],
    questions: Sequence[Question],
    ask: Ask,
    change: Callable[[str, tuple[str, ...]], Iterator[Event]],
    beside: Mapping[str, Ask] | None = None,
    kept: KeptTurns | None = None,
) -> Iterator[Event | Variant | Answered]:
    """Each variant, in an order in which no model is loaded twice, its events, and its answer to each question.

    Those of `beside`, by name, answer meanwhile in threads of their own: a variant then comes again before each event
    that is not of the one before. The passages of a question are searched for once for all variants that look at as
    many. What was `kept` is not asked again, and no model is loaded for it. Raises PhituiError, OSError.
    """
    found: Found = {}
    there = dict(beside or {})
    events = _together(
        [_answers_of(each, questions, there[each.name], found, kept) for each in variants if each.name in there],
        _in_turn([each for each in in_order(variants) if each.name not in there], questions, ask, change, found, kept),
    )
    current: Variant | None = None
    for variant, event in events:
        if variant is not current:
            yield variant
            current = variant
        if event is not variant:
            yield event


def _in_turn(
    variants: Sequence[Variant],
    questions: Sequence[Question],
    ask: Ask,
    change: Callable[[str, tuple[str, ...]], Iterator[Event]],
    found: Found,
    kept: KeptTurns | None,
) -> Iterator[Told]:
    for variant in variants:
        yield variant, variant
        if kept is None or any(kept.find(variant, each) is None for each in questions):
            for event in change(variant.model, variant.adapters):
                yield variant, event
        yield from _answers_of(variant, questions, ask, found, kept)


def _answers_of(
    variant: Variant, questions: Sequence[Question], ask: Ask, found: Found, kept: KeptTurns | None
) -> Iterator[Told]:
    for number, question in enumerate(questions):
        known = kept.find(variant, question) if kept else None
        if known is not None:
            yield variant, Answered(number, question, variant, known, None)
            continue
        key = (number, variant.settings.passages)
        request = variant.request(question.question)
        hits = found.get(key)
        if hits:
            request = replace(request, hits=hits)
        turn = Turn(question.question)
        for event in ask(request):
            turn.take(event)
            if not isinstance(event, PassagesRetrieved) or not hits:
                yield variant, event
            if isinstance(event, Failed):
                break
        # What is not in the documents is searched for again: a variant that was handed passages would answer.
        found.setdefault(key, turn.hits if turn.in_documents else None)
        if kept:
            kept.add(variant, question, turn)
        peak, taken = turn.finished.peak_memory if turn.finished else None, taken_bytes()
        here = peak or (taken[1] if taken else None)
        yield variant, Answered(number, question, variant, turn, None if is_served(variant.model) else here)


def _together(beside: Sequence[Iterator[Told]], here: Iterator[Told]) -> Iterator[Told]:
    """All of them, as they come, each from a thread of its own where there are several. Raises what one raises."""
    if not beside:
        yield from here
        return
    arrived: Queue[Told | BaseException | None] = Queue()
    left = ThreadEvent()

    def work(events: Iterator[Told]) -> None:
        try:
            for each in events:
                if left.is_set():
                    return
                arrived.put(each)
            arrived.put(None)
        except BaseException as error:  # told to whoever waits, in their thread
            arrived.put(error)

    threads = [Thread(target=work, args=(each,), daemon=True) for each in (*beside, here)]
    try:
        for thread in threads:
            thread.start()
        waiting = len(threads)
        while waiting:
            each = arrived.get()
            if isinstance(each, BaseException):
                raise each
            if each is None:
                waiting -= 1
            else:
                yield each
    finally:
        left.set()


def in_order(variants: Sequence[Variant]) -> list[Variant]:
    """Those of one model together, the bare model first: adapters are then put on what is loaded."""
    first = {each.model: place for place, each in reversed(list(enumerate(variants)))}
    return sorted(variants, key=lambda each: (first[each.model], each.adapters))


def sums(answered: Sequence[Answered], variants: Sequence[Variant]) -> Iterator[dict[str, Any]]:
    """One row a variant."""
    for variant in variants:
        own = [each for each in answered if each.variant == variant]
        known = [each for each in own if each.right is not None]
        speeds = [one for each in own if each.turn.finished and (one := each.turn.finished.tokens_per_second)]
        yield {
            "model": variant.name,
            "questions": len(own),
            "answered": sum(each.turn.in_documents for each in own),
            "right": sum(bool(each.right) for each in known) if known else None,
            "supported_and_right": sum(bool(each.right) and each.supported for each in known) if known else None,
            "sentences_supported": sum(each.claims[0] for each in own),
            "sentences": sum(each.claims[1] for each in own),
            "tokens_per_second": sum(speeds) / len(speeds) if speeds else None,
        }


def pairs(answered: Sequence[Answered], variants: Sequence[Variant], judge: Judge | None) -> Iterator[dict[str, Any]]:
    """One row a pair: how often the first wins, and the interval of its lead by a paired bootstrap."""
    import numpy as np

    of = {(each.variant.name, each.number): each for each in answered}
    for one, other in combinations(variants, 2):
        leads = []
        for number in sorted({each.number for each in answered}):
            first, second = of.get((one.name, number)), of.get((other.name, number))
            if first is None or second is None:
                continue
            lead = _lead(first, second, judge)
            if lead is not None:
                leads.append(lead)
        row: dict[str, Any] = {"pair": [one.name, other.name], "questions": len(leads)}
        row |= {"wins": sum(x > 0 for x in leads), "losses": sum(x < 0 for x in leads), "ties": leads.count(0.0)}
        if leads:
            low, high, p = interval(np.array(leads)[:, None])
            row |= {"lead": sum(leads) / len(leads), "low": float(low[0]), "high": float(high[0]), "p": float(p[0])}
        else:
            row |= {"lead": None, "low": None, "high": None, "p": None}
        yield row


def _lead(first: Answered, second: Answered, judge: Judge | None) -> float | None:
    """From -1 to 1; a judge is asked in both orders, and what it says of a place is no verdict."""
    if judge is None:
        return first.score - second.score
    if first.turn.answer == second.turn.answer:
        return 0.0
    question = first.question.question
    here, there = (
        judge(question, first.turn.answer, second.turn.answer),
        judge(question, second.turn.answer, first.turn.answer),
    )
    if here is None or there is None:
        return None
    return here - there if here + there == 1 else 0.0
