"""The judge where no model may be asked: a claim's words, numbers and names against the span that fits it best."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from phitui.answers.check.claim import Claim, held
from phitui.answers.check.judge import FACTS_WEIGHT, RELATED, SHOWN_WORDS, Judgement
from phitui.answers.check.rules import Finding, findings
from phitui.answers.check.source import Passage, Source
from phitui.answers.evidence.cells import supporting
from phitui.answers.evidence.claims import names, wording
from phitui.answers.evidence.quantities import MONTHS
from phitui.text import fold

SUPPORTED_WORDS = 0.58
"""By words alone: share of a sentence's content words, weighted by rarity, that its best span must hold. This and
SUPPORTED were chosen on half of the articles of a public question set, on answers made from its questions and
passages (`tests/answers/made_claims.py`); on the other half: precision .96, recall .93, and with vectors .96, .93."""
SUPPORTED = 0.58
"""With sentence vectors: the mean of that share and of the cosine."""
SAME_TOPIC = 0.5
"""Share of a sentence's words, names aside, that a span must hold to contradict it."""
ALIKE = 0.75
"""Share of words in common, both ways, from which names in another order change the meaning."""
WIDER = 0.1
"""Two neighbouring sentences are taken together where that finds so much more of the words."""
TELLING = frozenset(("number", "key", "denial", "opposite"))
"""Findings on which words alone may decide; of amounts and conditions they know too little."""


class WordJudge:
    """Supported where one span holds a claim's words or its meaning, all of its numbers and all of its names.

    Contradicted where that span says another number, the opposite or "not".
    """

    def judge(self, claims: Sequence[Claim], passages: Sequence[Sequence[Passage]]) -> list[Judgement]:
        """One for each claim, which is held against the passages at its place."""
        return [_judge(claim, some) for claim, some in zip(claims, passages, strict=True)]


def _judge(claim: Claim, passages: Sequence[Passage]) -> Judgement:
    if not any(passage.sources for passage in passages) or not (claim.words or claim.quantities):
        return Judgement("unsupported", 0.0, [], [Finding("number", each.text) for each in claim.quantities])
    if (cell := supporting(claim, passages)) is not None:
        return Judgement("supported", 1.0, [cell])
    best = _best(claim, passages)
    score = claim.likeness(best, set(claim.words))
    missing = _missing(claim, best, passages)
    found = [each for each in findings(claim, best) if each.rule in TELLING]
    same = score >= RELATED and claim.share(claim.topic, best) >= SAME_TOPIC
    against = [each for each in found if same and each.instead]
    if same and (swapped := _swapped(claim, best)):
        against.append(swapped)
    if against:
        return Judgement("contradicted", score, [best], against + missing)
    missing += [replace(each, instead="") for each in found]
    enough = SUPPORTED_WORDS if claim.meaning(best) is None else SUPPORTED
    if missing or score < RELATED:
        return Judgement("unsupported", score, [], missing)
    if score >= enough:
        return Judgement("supported", score, [best])
    return Judgement("related", score, [best], [], claim.lacking(best, SHOWN_WORDS))


def _best(claim: Claim, passages: Sequence[Passage]) -> Source:
    """The sentence that fits best; with its neighbour where that adds words, and not a number or name alone."""
    wanted = claim.topic or set(claim.words)
    best, home = max(
        ((source, passage) for passage in passages for source in passage.sources),
        key=lambda each: claim.likeness(each[0], wanted) + FACTS_WEIGHT * claim.facts(each[0]),
    )
    for wide in home.pairs(best):
        gain = claim.share(wanted, wide) - claim.share(wanted, best)
        if gain >= WIDER and claim.facts(wide) >= claim.facts(best):
            return wide
    return best


def _missing(claim: Claim, source: Source, passages: Sequence[Passage]) -> list[Finding]:
    """Names of the claim that its source lacks."""
    lacking = [name for name in claim.names if not claim.holds(source, name)]
    if claim.first and _lacks_first(claim, claim.first, source, passages):
        lacking.insert(0, claim.first)
    return [Finding("name", name) for name in dict.fromkeys(lacking)]


def _lacks_first(claim: Claim, first: str, source: Source, passages: Sequence[Passage]) -> bool:
    """Whether the sentence's first word is a name that its source lacks, and not just capitalised."""
    if not set(wording(first)) - source.stems:
        return False
    everything = [each for passage in passages for each in passage.sources]
    if any(fold(first) == fold(name) for each in everything for name in names(each.text)):
        return not claim.holds(source, first)
    replaced = any(name and not held(claim.folded, name) for name in source.names)
    return replaced and not any(held(each.near, first) for each in everything)


def _swapped(claim: Claim, source: Source) -> Finding | None:
    """Names in another order, where both hold nearly the same words and all others keep their order."""
    if len(set(claim.words) & source.stems) < ALIKE * max(len(set(claim.words)), len(source.stems)):
        return None
    wanted = {name for name in (claim.first, *claim.names) if name and fold(name) not in MONTHS}
    own, theirs = (_places(text, wanted) for text in (claim.folded, source.folded))
    shared = own.keys() & theirs.keys()
    said, there = (sorted(shared, key=places.__getitem__) for places in (own, theirs))
    if said == there:
        return None
    order = [source.words.index(word) for word in claim.words if word in claim.topic and word in source.stems]
    kept = sum(one < other for one, other in pairwise(order))
    if kept < ALIKE * max(1, len(order) - 1):
        return None
    return Finding("order", " … ".join(said), " … ".join(there))


def _places(folded: str, wanted: set[str]) -> dict[str, int]:
    """Where each name stands in the folded text; names that stand there twice or not at all are left out."""
    words = folded.split()
    found = {name: [at for at, word in enumerate(words) if held(word, name)] for name in wanted}
    return {name: places[0] for name, places in found.items() if len(places) == 1}
