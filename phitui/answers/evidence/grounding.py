"""Ties each sentence of an answer to spans of the passages that the model saw, in code, after the fact.

Citations that a model writes are not trusted. Where texts can be read together, `check.judge` decides. Where no model
may be asked, words do: a sentence is *supported* where one span (or one span for each of its clauses) holds its words
or its meaning, all of its numbers and all of its names; *contradicted* where that span says another number, the
opposite or "not"; *partly* supported where only some of it is found; else *unsupported*.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from phitui.answers.check.claim import IMPLIED, NUMBER_WEIGHT, RAREST, held
from phitui.answers.check.judge import Answers, Judge, Read
from phitui.answers.check.sentences import check_sentences
from phitui.answers.check.source import Passage
from phitui.answers.evidence.claims import PRONOUNS, denials, first_name, names, opposed, plain, wording
from phitui.answers.evidence.quantities import MONTHS, quantities
from phitui.answers.evidence.quotes import together
from phitui.documents.document import Span
from phitui.records import CheckedSentence, Citation, Hit, PackedPassage, StoredSentence
from phitui.text import fold, sentences

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Rarity = Callable[[Sequence[str]], dict[str, float]]
Embed = Callable[[Sequence[str]], "Sequence[NDArray[np.float32]] | None"]

SUPPORTED_WORDS = 0.58
"""By words alone: share of a sentence's content words, weighted by rarity, that its best span must hold. This and
SUPPORTED were chosen on half of the articles of a public question set, on answers made from its questions and
passages (`tests/answers/made_claims.py`); on the other half: precision .96, recall .93, and with vectors .96, .93."""
SUPPORTED = 0.58
"""With sentence vectors: the mean of that share and of the cosine."""
RELATED = 0.45
"""A span below this score has nothing to do with the sentence: it neither supports nor contradicts it."""
SAME_TOPIC = 0.5
"""Share of a sentence's words, names aside, that a span must hold to contradict it."""
SECOND_CITATION = 0.75
"""A further passage is cited where it scores at least so much."""
ALIKE = 0.75
"""Share of words in common, both ways, from which a missing "not" or names in another order change the meaning."""
FACTS_WEIGHT = 0.3
"""What numbers and names count beside words and meaning where a sentence's span is chosen."""
WIDER = 0.1
"""Two neighbouring sentences are taken together where that finds so much more of the words."""
FEWEST_CLAUSE_WORDS = 3
"""Content words of a clause that is weighed on its own."""
_CLAUSE = re.compile(
    r"\s*(?:;|,\s+(?:and|but|while|whereas)\b|\s(?:while|whereas)\b|\sand (?=(?:was|were|is|are|has|had)\b))\s*",
    re.IGNORECASE,
)


class _Source:
    """One or two neighbouring sentences of a packed passage; `before` is what its passage says ahead of them."""

    def __init__(self, hit: Hit, number: int, run: Sequence[StoredSentence], text: str, before: str):
        self.hit, self.number, self.run = hit, number, run
        self.text = text
        self.words = wording(self.text)
        self.stems = set(self.words)
        self.quantities = quantities(self.text)
        self.folded = fold(self.text)
        self.names = list(dict.fromkeys([first_name(self.text) or "", *names(self.text)]))
        self.near = f"{self.folded}\n{fold(hit.header)}"
        self.before = f"{self.near}\n{fold(before)}"
        self.refers = bool(PRONOUNS & set(re.findall(r"\w+", self.folded)))
        self.implied = set(wording(hit.header + "\n" + before)) if self.refers else set(wording(hit.header))

    @property
    def span(self) -> Span:
        first, last = self.run[0].span, self.run[-1].span
        return Span(first.page, first.start, last.page_end, last.end)


class _Claim:
    """A sentence or clause of the answer, taken apart once."""

    def __init__(self, text: str, rarity: Rarity, vector: "NDArray[np.float32] | None" = None):
        self.text, self.vector = text, vector
        self.words = wording(text)
        self.weights = {stem: min(RAREST, weight) for stem, weight in rarity(self.words).items()}
        self.quantities = [each for each in quantities(text) if not (each.spelled and each.value == 1)]
        self.names, self.first = names(text), first_name(text)
        self.topic = set(self.words) - {stem for name in self.names for stem in wording(name)}
        """Words that are no names."""
        self._folded = fold(text)

    def share(self, wanted: set[str], source: _Source) -> float:
        """Share of `wanted` and of the numbers that the source holds, each word weighted by its rarity.

        What its pronouns may stand for counts half; where nothing is wanted, the share is 1.
        """
        weight = {stem: self.weights.get(stem, 1.0) for stem in wanted}
        told = sum(weight[stem] for stem in wanted & source.stems)
        told += IMPLIED * sum(weight[stem] for stem in wanted & source.implied - source.stems)
        told += NUMBER_WEIGHT * sum(any(each.agrees(other) for other in source.quantities) for each in self.quantities)
        whole = sum(weight.values()) + NUMBER_WEIGHT * len(self.quantities)
        return told / whole if whole else 1.0

    def meaning(self, source: _Source) -> float | None:
        """Cosine of the claim and the source; None where a vector is missing."""
        vectors = [each.vector for each in source.run if each.vector is not None]
        if self.vector is None or len(vectors) < len(source.run):
            return None
        total = sum(vectors[1:], vectors[0])
        return float(self.vector @ total) / float((total @ total) ** 0.5)

    def likeness(self, source: _Source, wanted: set[str]) -> float:
        """By words alone, or the mean of words and meaning."""
        share, cosine = self.share(wanted, source), self.meaning(source)
        return share if cosine is None else (share + cosine) / 2

    def holds(self, source: _Source, name: str) -> bool:
        """Whether the source means that name: it stands there or, where nothing is put in its place, ahead of it."""
        displaced = not source.refers and any(each and not held(self._folded, each) for each in source.names)
        return held(source.near if displaced else source.before, name)

    def facts(self, source: _Source) -> float:
        """Share of the claim's numbers and names that the source holds; 1 where there are none."""
        there = [any(each.agrees(other) for other in source.quantities) for each in self.quantities]
        there += [self.holds(source, name) for name in self.names]
        return sum(there) / len(there) if there else 1.0


@dataclass(slots=True)
class _Verdict:
    score: float
    sources: list[_Source]
    missing: tuple[str, ...] = ()
    conflicts: tuple[tuple[str, str], ...] = ()
    supported: bool = False


class Grounds:
    """The passages of one prompt, taken apart once; an answer may be checked against them while it grows."""

    def __init__(
        self,
        hits: Sequence[Hit],
        packed: Sequence[PackedPassage],
        sentences_of: Callable[[Hit], Sequence[StoredSentence]],
        rarity: Rarity,
    ):
        self._sources = _sources(hits, packed, sentences_of)
        self._passages = [Passage(hit, number, run) for hit, number, run in _seen(hits, packed, sentences_of)]
        self._rarity = rarity
        self._judged: dict[tuple[str, str | None], CheckedSentence] = {}
        self._names = {fold(name) for each in self._sources for name in names(each.text)}
        self._visible = "\n".join(dict.fromkeys(each.near for each in self._sources))

    def check(
        self,
        answer: str,
        embed: Embed | None = None,
        *,
        question: str | None = None,
        read: Read | None = None,
        answers: Answers | None = None,
        whole: bool = False,
    ) -> list[CheckedSentence]:
        """The sentences of an answer in order, each with its verdict and citations; `whole` takes it for one sentence.

        `read` reads pairs of a text and a claim, and `answers` a question with sentences (see `check.judge`): with them
        the verdicts are the judge's, and a sentence is read once however often the growing answer is checked. `embed`
        gives a unit vector of each text, or None where it cannot; without `read` and `embed` words alone decide.
        Raises what they raise.
        """
        spans = [(0, len(answer))] if whole else sentences(answer)
        if read is not None:
            return self._read(answer, spans, question, embed, Judge(read, answers))
        texts = [answer[start:end] for start, end in spans]
        bare = [plain(text) for text in texts]
        vectors = embed(bare) if embed is not None and bare and self._sources else None
        checked = []
        for place, (text, claim) in enumerate(zip(texts, bare, strict=True)):
            verdict = self._judge(claim, None if vectors is None else vectors[place])
            citations = tuple(_citation(source) for source in verdict.sources)
            checked.append(
                CheckedSentence(text, verdict.supported, verdict.score, citations, verdict.missing, verdict.conflicts)
            )
        return checked

    def _read(
        self, answer: str, spans: Sequence[tuple[int, int]], question: str | None, embed: Embed | None, judge: Judge
    ) -> list[CheckedSentence]:
        """By the judge; what was judged before, with vectors or without, stands."""
        new = [text for text in dict.fromkeys(answer[a:b] for a, b in spans) if (text, question) not in self._judged]
        vectors = embed([plain(text) for text in new]) if embed is not None and new else None
        found = check_sentences(new, judge, self._rarity, [self._passages] * len(new), [question] * len(new), vectors)
        self._judged.update({(text, question): each for text, each in zip(new, found, strict=True)})
        return [replace(self._judged[answer[a:b], question], start=a, end=b) for a, b in spans]

    def _judge(self, text: str, vector: "NDArray[np.float32] | None") -> _Verdict:
        verdict = self._weigh(_Claim(text, self._rarity, vector))
        if verdict.supported or verdict.conflicts:
            return verdict
        clauses = [_Claim(part, self._rarity) for part in _CLAUSE.split(text)]
        if len(clauses) > 1 and all(len(each.words) >= FEWEST_CLAUSE_WORDS for each in clauses):
            found = [self._weigh(each) for each in clauses]
            good = [each for each in found if each.supported]
            if good:
                sources = {id(each.sources[0]): each.sources[0] for each in good}
                score = sum(each.score for each in found) / len(found)
                missing = tuple(dict.fromkeys(word for each in found for word in each.missing))
                conflicts = tuple(pair for each in found for pair in each.conflicts)
                return _Verdict(score, list(sources.values()), missing, conflicts, len(good) == len(found))
        if verdict.missing or verdict.score < RELATED:
            verdict.sources = []
        return verdict

    def _weigh(self, claim: _Claim) -> _Verdict:
        """The claim against the span that fits it best."""
        if not self._sources or not (claim.words or claim.quantities):
            return _Verdict(0.0, [], tuple(each.text for each in claim.quantities))
        best = self._best(claim)
        score = claim.likeness(best, set(claim.words))
        conflicts = _conflicts(claim, best) if score >= RELATED else ()
        missing = self._missing(claim, best)
        enough = SUPPORTED_WORDS if claim.meaning(best) is None else SUPPORTED
        supported = score >= enough and not conflicts and not missing
        sources = [best]
        if supported:
            sources += self._second(claim, best, max(SECOND_CITATION, score - 0.1))
        return _Verdict(score, sources, missing, conflicts, supported)

    def _best(self, claim: _Claim) -> _Source:
        """The sentence that fits best; with its neighbour where that adds words, and not a number or name alone."""
        wanted = claim.topic or set(claim.words)
        fits = {id(each): claim.likeness(each, wanted) for each in self._sources}

        def fit(source: _Source) -> float:
            return fits[id(source)] + FACTS_WEIGHT * claim.facts(source)

        best = max((each for each in self._sources if len(each.run) == 1), key=fit)
        for wide in (each for each in self._sources if len(each.run) == 2 and best.run[0] in each.run):
            gain = claim.share(wanted, wide) - claim.share(wanted, best)
            if gain >= WIDER and claim.facts(wide) >= claim.facts(best):
                return wide
        return best

    def _second(self, claim: _Claim, best: _Source, least: float) -> list[_Source]:
        """A sentence of another passage that says the same."""
        others = [each for each in self._sources if len(each.run) == 1 and each.hit.passage_id != best.hit.passage_id]
        scored = [(claim.likeness(each, set(claim.words)), each) for each in others if claim.facts(each) == 1.0]
        good = [pair for pair in scored if pair[0] >= least and not _conflicts(claim, pair[1])]
        return [max(good, key=lambda pair: pair[0])[1]] if good else []

    def _missing(self, claim: _Claim, source: _Source) -> tuple[str, ...]:
        """Numbers and names of the claim that its source lacks."""
        lacking = [each.text for each in claim.quantities if not any(each.agrees(other) for other in source.quantities)]
        lacking += [name for name in claim.names if not claim.holds(source, name)]
        if claim.first and self._lacks_first(claim, claim.first, source):
            lacking.insert(0, claim.first)
        return tuple(dict.fromkeys(lacking))

    def _lacks_first(self, claim: _Claim, first: str, source: _Source) -> bool:
        """Whether the sentence's first word is a name that its source lacks, and not just capitalised."""
        if not set(wording(first)) - source.stems:
            return False
        if fold(first) in self._names:
            return not claim.holds(source, first)
        replaced = any(name and not held(fold(claim.text), name) for name in source.names)
        return replaced and not held(self._visible, first)


def _sources(
    hits: Sequence[Hit], packed: Sequence[PackedPassage], sentences_of: Callable[[Hit], Sequence[StoredSentence]]
) -> list[_Source]:
    found = []
    for hit, number, run in _seen(hits, packed, sentences_of):
        for place, sentence in enumerate(run):
            before = "\n".join(each.text for each in run[:place])
            found.append(_Source(hit, number, [sentence], sentence.text, before))
            both = together(hit, sentence, run[place + 1]) if place + 1 < len(run) else None
            if both is not None:
                found.append(_Source(hit, number, run[place : place + 2], both, before))
    return found


def _seen(
    hits: Sequence[Hit], packed: Sequence[PackedPassage], sentences_of: Callable[[Hit], Sequence[StoredSentence]]
) -> Iterator[tuple[Hit, int, list[StoredSentence]]]:
    """Each passage of the prompt with its number there and the sentences of it that stand in it."""
    states = {each.passage_id: each for each in packed if each.number is not None}
    for hit in hits:
        state = states.get(hit.passage_id)
        if state is not None and state.number is not None:
            seen = " ".join(state.text.split())
            yield hit, state.number, [each for each in sentences_of(hit) if " ".join(each.text.split()) in seen]


def _conflicts(claim: _Claim, source: _Source) -> tuple[tuple[str, str], ...]:
    """(what the claim says, what its source says instead) of each contradiction."""
    found: list[tuple[str, str]] = []
    if claim.share(claim.topic, source) < SAME_TOPIC:
        return ()
    free = [each for each in source.quantities if not any(own.agrees(each) for own in claim.quantities)]
    for own in claim.quantities:
        if not any(own.agrees(other) for other in source.quantities):
            rival = next((each for each in free if (each.kind, each.year) == (own.kind, own.year)), None)
            if rival is not None:
                found.append((own.text, rival.text))
    both_ways = _alike(set(claim.words), source.stems)
    opposite = opposed(claim.text, source.text)
    said, there = denials(claim.text), denials(source.text)
    if said % 2 == there % 2:
        found += [opposite] if opposite else []
    elif opposite is None and ((said and not there) or (both_ways and len(source.run) == 1)):
        found.append(("not", "the same without it") if said else ("the same without it", "not"))
    swapped = _swapped(claim, source) if both_ways else None
    return tuple([*found, swapped] if swapped else found)


def _alike(one: set[str], other: set[str]) -> bool:
    """Whether both hold nearly the same words."""
    return len(one & other) >= ALIKE * max(len(one), len(other))


def _swapped(claim: _Claim, source: _Source) -> tuple[str, str] | None:
    """Names in another order, where all other words keep theirs."""
    wanted = {name for name in (claim.first, *claim.names) if name and fold(name) not in MONTHS}
    both = [_places(fold(text), wanted) for text in (claim.text, source.text)]
    shared = both[0].keys() & both[1].keys()
    own, theirs = (sorted(shared, key=places.__getitem__) for places in both)
    if own == theirs:
        return None
    topic = [word for word in claim.words if word in claim.topic and word in source.stems]
    order = [source.words.index(word) for word in topic]
    kept = sum(one < other for one, other in pairwise(order))
    return (" … ".join(own), " … ".join(theirs)) if kept >= ALIKE * max(1, len(order) - 1) else None


def _places(folded: str, wanted: set[str]) -> dict[str, int]:
    """Where each name stands in the folded text; names that stand there twice or not at all are left out."""
    found = {name: [m.start() for m in re.finditer(rf"\b{re.escape(fold(name))}\b", folded)] for name in wanted}
    return {name: places[0] for name, places in found.items() if len(places) == 1}


def _citation(source: _Source) -> Citation:
    hit = source.hit
    return Citation(hit.passage_id, source.number, hit.path, hit.name, source.span, source.text)
