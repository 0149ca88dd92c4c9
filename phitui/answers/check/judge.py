"""Whether sources say what is claimed: a copying rule, a gate, a reader of both texts together, and rules beside it.

The reader is a small cross-encoder (`models.embed.claim_reader`); its likelihoods and what the rules find go into two
logistic models whose signs are fixed, so that nothing they learn can hold the way for support that labelled claims
happened to be made in: contradiction and findings only speak against a claim, what follows and is covered only for it.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import exp, log
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phitui.answers.check.claim import NUMBER_WEIGHT, Claim
from phitui.answers.check.copying import copies
from phitui.answers.check.nearness import nearness
from phitui.answers.check.rules import Finding, disorder, findings, keys, loops
from phitui.answers.check.source import Passage, Source
from phitui.answers.evidence.answer_kinds import of_kind
from phitui.answers.evidence.cells import supporting
from phitui.answers.evidence.claims import wording
from phitui.answers.evidence.quantities import quantities
from phitui.answers.evidence.years import of_one_year

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Pairs = Sequence[tuple[str, str]]
Read = Callable[[Pairs], "NDArray[np.float32]"]
"""(text, claim) pairs → (pairs, 3): how likely it follows, is another matter, is contradicted."""
Answers = Callable[[str, Sequence[str]], Sequence[float] | None]
"""Question and sentences → log-odds that each answers it."""

FILE = Path(__file__).with_name("judge.json")
"""What `phitui.workshop.claims.judge_fit` fitted, with its figures on documents left out."""

SINGLE = 4
"""Sentences that are read with a claim …"""
PAIRED = 2
"""… and pairs of neighbours, where together they hold more of it."""
MORE_TOGETHER = 0.02
"""By so much more."""
FACTS_WEIGHT = 0.3
"""What numbers and names count beside words and meaning where sources are chosen."""
RELATED = 0.45
"""A source below this likeness has nothing to do with the claim."""
LEAST_FOLLOWS = 0.18
"""The gate: what is less likely to follow from any source is not weighed at all, …"""
LEAST_FOLLOWS_SHORT = 0.1
"""… an answer of a few words, which is read with its question, at less, …"""
LEAST_MEANING = 0.42
"""… nor what is less alike in meaning, …"""
MOST_MISSING = 0.6
"""… nor what has a larger share of words that are not there: what nothing contradicts would pass for supported. Of
claims held against another document 1 in 300 is called supported, without the sentences that decide 1 in 7: half of
these are said elsewhere too."""
MOST_MISSING_OF_KEYS = 0.35
"""The same of what tells a key to press: there another word is another action."""
LEAST_ASKED = 0.5
"""Share of the question's words that a source must hold where the claim says "it" of what was asked."""
FEWEST_SOURCE_WORDS = 4
"""A sentence of fewer words says nothing by itself, …"""
HEADING_WORDS = 9
"""… nor does a title: so few words without a full stop or a number."""
SHOWN_WORDS = 4
"""Words without support that are named."""
LONGEST_SUBJECT = 5
"""Words of a subject for which a pronoun may stand."""
_PRONOUN_FIRST = re.compile(r"(?:It|He|She|They|This|These)\b")
UNLIKELY = 0.0025
"""Likelihoods are kept this far from 0 and 1 before their logarithm is taken."""
NEARLY_NONE = 0.01
"""Is added to likelihoods before their ratio is taken."""
RULES = (
    "number", "name", "key", "denial", "opposite", "amount", "amount left out", "condition", "condition left out",
    "must", "may", "hedge left out", "certain", "order",
)  # fmt: skip
OF_FRAGMENTS = ("asked", "kind", "near", "beside", "nearest", "rival", "answers", "answers elsewhere")
"""Signals of answers of a few words alone."""
HARD = frozenset(("number", "name", "key", "denial", "opposite"))
"""Findings that stand against every claim."""


@dataclass(slots=True)
class Reading:
    """A claim held against one source."""

    source: Source
    follows: float
    other: float
    against: float
    share: float
    """Of the claim's words and numbers, each weighted by rarity."""
    likeness: float
    findings: list[Finding]
    copied: bool
    value: float = 0.0
    """By this the best one is chosen."""


@dataclass(slots=True)
class Judgement:
    """What came of one claim."""

    verdict: str
    """supported, partly, related, unsupported or contradicted."""
    score: float
    """How likely it is supported, 0 to 1."""
    sources: list[Source] = field(default_factory=list)
    """What supports it or, where nothing does, what comes nearest or says otherwise."""
    findings: list[Finding] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    """What of it has no support, as it is written: clauses, or words."""


class Judge:
    """Judges claims in batches."""

    def __init__(self, read: Read, answers: Answers | None = None, fitted: Mapping[str, Any] | None = None):
        """`answers` may be None, or give None, where no model tells it; `fitted` is used instead of what is shipped."""
        self._read, self._answers = read, answers
        self._fitted = fitted if fitted is not None else shipped()

    def judge(self, claims: Sequence[Claim], passages: Sequence[Sequence[Passage]]) -> list[Judgement]:
        """One for each claim, which is held against the passages at its place."""
        told = [supporting(claim, some) for claim, some in zip(claims, passages, strict=True)]
        chosen = [
            candidates(claim, some) if cell is None else []
            for claim, some, cell in zip(claims, passages, told, strict=True)
        ]
        readings = self.readings(claims, chosen)
        return [
            self._decide(claim, found) if cell is None else Judgement("supported", 1.0, [cell])
            for claim, found, cell in zip(claims, readings, told, strict=True)
        ]

    def readings(self, claims: Sequence[Claim], chosen: Sequence[Sequence[Source]]) -> list[list[Reading]]:
        """Each claim against each of its sources, the best first."""
        pairs, counts = [], []
        for claim, sources in zip(claims, chosen, strict=True):
            said = claim.readings()
            copied = not claim.fragment and any(_copied(claim, source) for source in sources)
            wanted = [] if copied else sources
            pairs += [(read_with(claim, source), each) for source in wanted for each in said]
            counts.append((len(wanted), len(said)))
        likely = self._read(pairs) if pairs else None
        found, at = [], 0
        for claim, sources, (wanted_count, each_said) in zip(claims, chosen, counts, strict=True):
            rows = []
            for place, source in enumerate(sources):
                row = (0.5, 0.5, 0.0)
                if likely is not None and place < wanted_count:
                    first = at + place * each_said
                    mean = likely[first : first + each_said].mean(axis=0)
                    row = (float(mean[0]), float(mean[1]), float(mean[2]))
                rows.append(_held_against(claim, source, row))
            at += wanted_count * each_said
            found.append(sorted(rows, key=lambda each: -each.value))
        return found

    def _decide(self, claim: Claim, readings: Sequence[Reading]) -> Judgement:
        if not readings:
            return Judgement("unsupported", 0.0)
        copied = next((each for each in readings if each.copied and not claim.fragment), None)
        if copied is not None:
            return Judgement("supported", 1.0, [copied.source], [])
        best = readings[0]
        told = signals(claim, readings, self._answers)
        kind = "fragment" if claim.fragment else "sentence"
        score = logistic(self._fitted["supported"][kind], told)
        if passes(told, claim.fragment) and score >= self._fitted["threshold"][kind] and not fatal(best):
            return Judgement("supported", score, [best.source], [])
        opposed = max(readings, key=lambda each: each.against * each.likeness)
        told_otherwise = logistic(self._fitted["contradicted"], told) >= self._fitted["opposed"]
        # Figures make the reader suspicious: what has the very words and figures says nothing else.
        same = bool(claim.quantities) and opposed.share == 1 and not opposed.findings
        if told_otherwise and not same:
            lacking = claim.lacking(opposed.source, SHOWN_WORDS)
            return Judgement("contradicted", score, [opposed.source], opposed.findings, lacking)
        return self._short_of(claim, readings, score)

    def _short_of(self, claim: Claim, readings: Sequence[Reading], score: float) -> Judgement:
        best = readings[0]
        if best.likeness < RELATED:
            # None of the sources is about it: what all of them lack is nowhere.
            found = [each for each in best.findings if all(_finds(each, other) for other in readings)]
            nowhere = set.intersection(*(set(claim.lacking(each.source, SHOWN_WORDS)) for each in readings))
            return Judgement("unsupported", score, [], found, sorted(nowhere, key=claim.text.find))
        return Judgement("related", score, [best.source], best.findings, claim.lacking(best.source, SHOWN_WORDS))


def _finds(finding: Finding, reading: Reading) -> bool:
    """Whether the same stands against the claim in another source."""
    return any((each.rule, each.said) == (finding.rule, finding.said) for each in reading.findings)


def candidates(claim: Claim, passages: Sequence[Passage]) -> list[Source]:
    """The sources that may say it, best first: single sentences, then neighbours that say more together."""
    wanted = set(claim.words) | set(claim.asked)
    topic = claim.topic | set(claim.asked) or wanted
    fits: list[tuple[float, Source, Passage]] = []
    seen: set[tuple[int, int, int]] = set()
    for passage in passages:
        for source in passage.sources:
            key = (source.hit.document_id, source.span.page, source.span.start)
            if key not in seen and (claim.fragment or not _heading(source)):
                seen.add(key)
                fits.append((claim.likeness(source, topic) + FACTS_WEIGHT * claim.facts(source), source, passage))
    fits.sort(key=lambda each: -each[0])
    single = [source for _, source, _ in fits[:SINGLE]]
    paired: list[tuple[float, Source]] = []
    for _, source, passage in fits[: SINGLE - 1]:
        alone = claim.share(wanted, source)
        for pair in passage.pairs(source):
            gain = claim.share(wanted, pair) - alone
            if gain >= MORE_TOGETHER and all(pair is not other for _, other in paired):
                paired.append((claim.likeness(pair, topic) + FACTS_WEIGHT * claim.facts(pair), pair))
    paired.sort(key=lambda each: -each[0])
    return single + [source for _, source in paired[:PAIRED]]


def _heading(source: Source) -> bool:
    """Whether it is a title or a stub, from which no sentence follows."""
    count = len(source.text.split())
    ends = source.text.endswith((".", "!", "?", ":", ";", ")", '"', "”")) or any(map(str.isdigit, source.text))
    return count < FEWEST_SOURCE_WORDS or (not ends and count <= HEADING_WORDS)


def read_with(claim: Claim, source: Source) -> str:
    """What the reader is given of a source: with its title where the claim has words of it that are not in the text."""
    missing = (set(claim.words) | set(claim.asked)) - source.stems
    text = _as_claimed(claim, source)
    return source.titled(text) if missing & source.implied else text


def _as_claimed(claim: Claim, source: Source) -> str:
    """The source's text with what it tells of the claim's year alone, and numbers as the claim writes them.

    A reader of words takes $1.577 billion and $1,577 million for two things, and any figure for any year's.
    """
    text, found = source.text, source.quantities
    if len(claim.years) == 1 and claim.figures:
        text = of_one_year(text, found, claim.figures[0].kind, claim.years[0].value)
        found = quantities(text) if text != source.text else found
    for there in sorted(found, key=lambda each: -each.start):
        own = next((each for each in claim.quantities if each.agrees(there)), None)
        end = there.start + len(there.text)
        if own is not None and not own.year and text[there.start : end] == there.text:
            text = f"{text[: there.start]}{own.text}{text[end:]}"
    return text


def _held_against(claim: Claim, source: Source, row: tuple[float, float, float]) -> Reading:
    wanted = set(claim.words)
    share, likeness = claim.share(wanted, source), claim.likeness(source, wanted)
    against = findings(claim, source)
    copied = _copied(claim, source)
    hard = sum(each.rule in HARD for each in against)
    value = row[0] - 0.3 * row[2] + 0.5 * share - 0.25 * min(2, hard) + 0.02 * source.alone + copied
    return Reading(source, *row, share, likeness, against, copied, value)


def _copied(claim: Claim, source: Source) -> bool:
    """With the words that are taken for framing, without them, or with the subject for which a pronoun stands."""
    said = dict.fromkeys((claim.text, claim.whole))
    return any(copies(each, source.text) for each in said) or _copies_with_its_subject(claim, source)


def _copies_with_its_subject(claim: Claim, source: Source) -> bool:
    """Whether the source says it of "it", where the claim names its subject, which stands ahead or in the title."""
    opening = _PRONOUN_FIRST.match(source.text)
    if opening is None:
        return False
    words = claim.text.split()
    for count in range(1, min(LONGEST_SUBJECT, len(words) - 2) + 1):
        subject = set(wording(" ".join(words[:count])))
        said = f"{opening.group()} {' '.join(words[count:])}"
        if subject and subject <= source.implied and copies(said, source.text):
            return True
    return False


def passes(told: Mapping[str, float], fragment: bool) -> bool:
    """The gate: whether the sources speak of what is claimed at all."""
    if told["loops"] or (told["keyed"] and told["missing"] > MOST_MISSING_OF_KEYS):
        return False
    if not told["about"] or (told["refers"] and told["asked"] < LEAST_ASKED):
        return False
    about = fragment or (told["meaning"] >= LEAST_MEANING and told["missing"] <= MOST_MISSING)
    return about and told["best follows"] >= (LEAST_FOLLOWS_SHORT if fragment else LEAST_FOLLOWS)


def _about(claim: Claim, source: Source) -> bool:
    """Whether the source speaks of the claim's subject, or of anything that its question asks about."""
    if claim.question is None or claim.fragment:
        return True
    there = source.stems | source.implied
    subject = claim.words[:1]
    near = set(subject) | {stem for each in subject for stem in claim.related.get(each, {})}
    return not subject or bool(near & there) or bool(set(wording(claim.question)) & there)


def fatal(reading: Reading) -> bool:
    """Whether something stands against the claim that no likelihood outweighs."""
    return any(each.rule in ("number", "key") for each in reading.findings)


def signals(claim: Claim, readings: Sequence[Reading], answers: Answers | None = None) -> dict[str, float]:
    """Everything that the two logistic models weigh, by name."""
    best = readings[0]
    near = [each for each in readings if each.share >= best.share - 0.15]
    rules = {each.rule for each in best.findings}
    held = set(claim.words) & (best.source.stems | best.source.implied)
    missing = {}
    for stem in set(claim.words) - held:
        other = claim.related.get(stem, {})
        credit = max((other[each] for each in other.keys() & best.source.stems), default=0.0)
        missing[stem] = claim.weights.get(stem, 1.0) * (1 - credit)
    told = sum(claim.weights.get(stem, 1.0) for stem in set(claim.words)) + NUMBER_WEIGHT * len(claim.quantities)
    cosine = claim.meaning(best.source)
    found = {
        "bias": 1.0,
        "follows": odds(best.follows),
        "against": odds(best.against),
        "best follows": max(each.follows for each in readings),
        "most against": max(each.against for each in near),
        # A sentence about something else contradicts nothing, and one that holds all the words follows too easily.
        "against about it": max(each.against * each.likeness for each in readings),
        "mean against": sum(each.against for each in readings) / len(readings),
        "follows in other words": best.follows * (1 - best.share),
        "follows more": log((best.follows + NEARLY_NONE) / (best.against + NEARLY_NONE)),
        "share": best.share,
        "meaning": cosine if cosine is not None else 0.6,
        "missing": sum(missing.values()) / told if told else 0.0,
        "rarest missing": max(missing.values(), default=0.0) / 5,
        "disorder": disorder(claim, best.source),
        "loops": float(loops(claim.text)),
        "keyed": float(bool(keys(claim.text))),
        "refers": float(claim.refers),
        "about": float(_about(claim, best.source)),
        "length": min(1.0, len(claim.words) / 15),
        **{f"rule {name}": float(name in rules) for name in RULES},
        "instead": float(any(each.instead and each.rule in ("number", "denial", "opposite") for each in best.findings)),
    }
    fragment = dict.fromkeys(OF_FRAGMENTS, 0.0)
    if claim.refers:
        fragment["asked"] = claim.share(set(claim.asked), best.source) if claim.asked else 1.0
    if claim.fragment and claim.question is not None:
        fragment["asked"] = claim.share(set(claim.asked), best.source) if claim.asked else 1.0
        fragment["kind"] = of_kind(claim.question, claim.text)
        placed = [nearness(claim.text, claim.question, each.source.text) for each in readings]
        fragment["near"], fragment["beside"], fragment["rival"] = placed[0]
        fragment["nearest"] = max(near for near, _, _ in placed)
        alone = [each for each in readings if each.source.alone]
        scores = answers(claim.question, [each.source.text for each in alone]) if answers else None
        if scores is not None and alone:
            own = [score for each, score in zip(alone, scores, strict=True) if each.source.run[0] in best.source.run]
            mine = max(own, default=min(scores))
            fragment["answers"] = max(-6.0, min(6.0, mine)) / 6
            fragment["answers elsewhere"] = max(0.0, max(scores) - mine) / 6
    return found | fragment


def odds(likely: float) -> float:
    """The logarithm of odds, kept finite."""
    likely = min(1 - UNLIKELY, max(UNLIKELY, likely))
    return log(likely / (1 - likely))


def logistic(weights: Mapping[str, float], told: Mapping[str, float]) -> float:
    """0 to 1."""
    return 1 / (1 + exp(-max(-30.0, min(30.0, sum(weight * told[name] for name, weight in weights.items())))))


@cache
def shipped() -> dict[str, Any]:
    """The weights and thresholds that phitui ships."""
    found: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return found
