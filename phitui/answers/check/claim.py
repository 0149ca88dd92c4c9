"""A sentence, clause or short answer, taken apart once, and how much of it a source holds."""

import re
from collections.abc import Callable, Sequence

from phitui.answers.check.kinds import is_fragment
from phitui.answers.check.source import Source
from phitui.answers.check.statement import statement
from phitui.answers.evidence.claims import first_name, names, plain, wording
from phitui.answers.evidence.quantities import quantities
from phitui.library.search.ranking import Query
from phitui.library.terms.related import related
from phitui.text import fold

Rarity = Callable[[Sequence[str]], dict[str, float]]

RAREST = 5.0
"""Rarity is capped here: a verb that the library lacks must not outweigh everything else."""
NUMBER_WEIGHT = 3.0
"""What a number counts beside words weighted by rarity."""
_REFERS = re.compile(r"(?:this|that|it|they|he|she|these|those|such|its|their|his|her)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
IMPLIED = 0.5
"""Share of its weight that a word has where it stands before a sentence with a pronoun, or in the heading."""


class Claim:
    """What is claimed, with the question that it answers, if there is one."""

    def __init__(self, text: str, rarity: Rarity, meant: Query | None = None, question: str | None = None):
        """`meant` is the text as a query, for its vector."""
        self.whole = " ".join(text.split())
        self.text, self._meant = plain(self.whole), meant
        self.question = " ".join(question.split()) if question else None
        self.fragment = self.question is not None and is_fragment(self.text)
        self.refers = self.question is not None and not self.fragment and bool(_REFERS.match(self.text))
        """Whether its subject may be what the question asks about."""
        self.words = wording(self.text)
        self.asked = wording(self.question) if self.question and (self.fragment or self.refers) else []
        self.weights = {stem: min(RAREST, weight) for stem, weight in rarity([*self.words, *self.asked]).items()}
        self.related = related(self.words)
        self.quantities = [each for each in quantities(self.text) if not (each.spelled and each.value == 1)]
        self.years = [each for each in self.quantities if each.year]
        self.figures = [each for each in self.quantities if not each.year]
        self.names, self.first = names(self.text), first_name(self.text)
        self.topic = set(self.words) - {stem for name in self.names for stem in wording(name)}
        """Words that are no names."""
        self.folded = fold(self.text)

    def readings(self) -> list[str]:
        """What is read beside a source: the claim; a short answer behind its question, and as a statement."""
        if self.refers:
            return [self.text, f"{self.question} {self.text}"]
        if not self.fragment or self.question is None:
            return [self.text]
        answer = self.text.rstrip(" .")
        said = statement(self.question, answer)
        return [f"{self.question} {answer}.", *([said] if said else [])]

    def share(self, wanted: set[str], source: Source) -> float:
        """Share of `wanted` and of the numbers that the source holds, each word weighted by its rarity.

        What its pronouns may stand for counts half; where nothing is wanted, the share is 1.
        """
        weight = {stem: self.weights.get(stem, 1.0) for stem in wanted}
        held = sum(weight[stem] for stem in wanted & source.stems)
        held += IMPLIED * sum(weight[stem] for stem in wanted & source.implied - source.stems)
        held += NUMBER_WEIGHT * sum(any(each.agrees(other) for other in source.quantities) for each in self.quantities)
        whole = sum(weight.values()) + NUMBER_WEIGHT * len(self.quantities)
        return held / whole if whole else 1.0

    def meaning(self, source: Source) -> float | None:
        """Cosine of the claim and the source, on the bundled embedder's scale; None where a vector is missing."""
        own = self._meant.vector if self._meant is not None else None
        vectors = [each.vector for each in source.run if each.vector is not None]
        if self._meant is None or own is None or len(vectors) < len(source.run) or len(vectors[0]) != len(own):
            return None
        total = sum(vectors[1:], vectors[0])
        return self._meant.profile.alike(float(own @ total) / float((total @ total) ** 0.5))

    def likeness(self, source: Source, wanted: set[str]) -> float:
        """By words alone, or the mean of words and meaning."""
        share, cosine = self.share(wanted, source), self.meaning(source)
        return share if cosine is None else (share + cosine) / 2

    def holds(self, source: Source, name: str) -> bool:
        """Whether the source means that name: it stands there or, where nothing is put in its place, ahead of it."""
        displaced = not source.refers and any(each and not held(self.folded, each) for each in source.names)
        return held(source.near if displaced else source.before, name)

    def facts(self, source: Source) -> float:
        """Share of the claim's numbers and names that the source holds; 1 where there are none."""
        there = [any(each.agrees(other) for other in source.quantities) for each in self.quantities]
        there += [self.holds(source, name) for name in self.names]
        return sum(there) / len(there) if there else 1.0

    def lacking(self, source: Source, most: int) -> list[str]:
        """Its words that the source does not hold, as they are written and in their order; the rarest, where many."""
        there = source.stems | source.implied
        found: dict[str, float] = {}
        for word in _WORD.findall(self.text):
            missing = [stem for stem in wording(word) if stem not in there]
            if missing:
                found.setdefault(word, max(self.weights.get(stem, 1.0) for stem in missing))
        kept = sorted(found, key=lambda word: -found[word])[:most]
        return [word for word in found if word in kept]


def held(folded: str, name: str) -> bool:
    """Whether the folded text holds the name as a word of its own, an inflection or an adjective of it."""
    stem = re.escape(fold(name)[: max(4, len(name) - 2)]) if len(name) > 4 else re.escape(fold(name)) + r"\b"
    return re.search(rf"(?<!\w){stem}", folded) is not None
