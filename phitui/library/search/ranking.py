"""The order of the best candidates: a linear score of cheap signals, each of them visible in `Hit.signals`.

Passages overlap, so the best sentence of one is often that of its neighbour too: a passage is worth less when what
speaks for it has been shown already.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING

from phitui.library.search.furniture import asks_for_lists, furniture, is_running, points_elsewhere
from phitui.library.search.profile import PLAIN, Profile
from phitui.library.terms.figures import asked_statements, statements_in
from phitui.library.terms.related import related
from phitui.library.terms.syntax import NO_FILTERS, Filters
from phitui.library.terms.words import coverage, pairs, searched, stems, topics
from phitui.records import Hit, StoredSentence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RANKED = 25
"""Candidates that are scored by signals; the rest keep their fused order behind them."""
NAMED_RANKED = 8
"""Further candidates that are scored because the question names their documents …"""
SURELY_RANKED = 16
"""… and where it names one by so much as this:"""
SURELY_NAMED = 0.4

NAMED_WEIGHT = 3.0
"""Of a document that the question names. Not fitted, since the questions of that set name none: of 256 that do (16
names with 16 general questions) it brings the right document first for .996, without it for .97."""
CLEARLY = 2.0
"""Added to that signal of the one document that a question clearly names."""
FEW_WORDS = 0.6
"""Where no candidate covers more of the question than this, the question uses other words than the documents …"""
BEYOND_WORDS_WEIGHT = 240.0
"""… and meaning counts more: of the signal "beyond words", which grows with the square of what is not covered."""
HALF = 0.5
"""Share of the passage's cosine in it, beside that of its nearest sentence. Chosen on 64 paraphrases by hand that share
no content word with their paragraph: with vectors of passages that are made of their sentences' the right one comes
first, among three and among five for .28/.50/.64 (by the passage's cosine alone .22/.53/.64, in an order by meaning
alone .36/.55/.64), with vectors of passages that were read for .30/.53/.61 (.25/.50/.58, .27/.50/.67); a public set
keeps its recall within .002."""
BY_MEANING = 5
"""Rank that such a question leaves to what is nearest by meaning alone and shows nothing twice …"""
NEARLY = 0.1
"""… where its nearest sentence is no further away than this, in cosines, from that of the passage due there."""
FURNITURE_WEIGHT = -3.0
"""Of the signal "furniture": how much of a passage is contents, references or a menu, unless the question asks for
such or running text in it fits best; or COMMON where its best sentence stands in other documents too. Not fitted."""
KEPT_STEMS = 2_000
"""Texts whose stems are kept: passages overlap, and whoever quotes or checks asks for the same sentences again."""
COMMON = 0.5
POINTING = 0.5
"""What a sentence is worth that only says where to read on. Not fitted."""
COMMON_DOCUMENTS = 3
"""Documents among the candidates with a sentence that is then no document's own."""
STATEMENT_WEIGHT = 2.5
"""Of the signal "statement": whether a passage is a part of the balance sheet, income or cash flow statement that the
question's figures stand in; notes and reports on them say the same words more often."""
REPEATS_WEIGHT = -6.0
"""Of the signal "repeats": by how much a passage's best sentence is better than its best one that stands in no passage
before it. Chosen among 2, 4 and 6 on the same 12 articles; it brings .005 of recall@3 and @5 on either half."""


@lru_cache(KEPT_STEMS)
def _stems(text: str, language: str) -> tuple[str, ...]:
    return tuple(stems(text, language=language))


@dataclass(frozen=True, slots=True)
class Query:
    """A question, prepared once: stems, their rarity, word pairs, unit vector (None while there is no embedder)."""

    text: str
    stems: tuple[str, ...]
    rarity: dict[str, float]
    """Stem → inverse document frequency in this library, natural logarithm."""
    pairs: frozenset[tuple[str, str]]
    related: dict[str, dict[str, float]]
    """Stem → what counts for it in its place, and how much."""
    vector: "NDArray[np.float32] | None" = field(default=None, compare=False)
    filters: Filters = NO_FILTERS
    """What else a passage must have."""
    absent: frozenset[str] = frozenset()
    """Stems that stand nowhere in the library, nor call one of its documents."""
    calling: frozenset[str] = frozenset()
    """Stems by which it surely calls a document."""
    bare: "Query | None" = None
    """The same without the words that name a document, where it clearly names one …"""
    bare_in: int = 0
    """… and which: what the signal "named" has told, these words need not tell again."""
    profile: Profile = field(default=PLAIN, compare=False)
    """Of the vector's embedder."""
    language: str = ""
    """Whose stems these are; empty for English ones."""
    asked_in: str = ""
    """Its language, as well as it can be told beside the library's; empty where not."""
    literal: bool = False
    """Whether it is no question but a text that stands in a document or an answer."""
    own: Mapping[str, "Query"] = field(default_factory=dict, compare=False)
    """The same by the stems of other languages, for passages in these."""

    @classmethod
    def of(
        cls,
        text: str,
        rarity: Callable[[Sequence[str]], dict[str, float]],
        vector: "NDArray[np.float32] | None",
        frequency_of: Callable[[Sequence[str]], Mapping[str, int]] | None = None,
        profile: Profile = PLAIN,
        language: str = "",
    ) -> "Query":
        """`frequency_of` tells of stems how many passages hold them, where that is known."""
        found = tuple(searched(text, frequency_of, language) if frequency_of else topics(text, language))
        weights, absent = rarity(found), frozenset[str]()
        if frequency_of is not None:
            counts = frequency_of(found)
            weights, absent = _within(weights, counts), frozenset(stem for stem in counts if not counts[stem])
        near = {} if language else related(found)
        beside = frozenset(pairs(found))
        return cls(text, found, weights, beside, near, vector, absent=absent, profile=profile, language=language)

    def beside(self, hit: Hit) -> "Query":
        """The question by the stems of the passage's language."""
        return self.own.get(hit.language, self)

    def stems_of(self, text: str) -> tuple[str, ...]:
        """Those of a sentence or a passage, as the question's."""
        return _stems(text, self.language)

    @property
    def inside(self) -> "Query":
        """What is looked for inside a document."""
        return self.bare or self

    def covered(self, present: set[str]) -> float:
        """Share, 0 to 1, of the question that these stems tell; related ones in part."""
        return coverage(self.stems, present, self.rarity, self.related)

    def cosine(self, sentence: StoredSentence) -> float:
        """Of question and sentence, on the bundled embedder's scale; 0 where a vector is missing."""
        # Of different lengths only while another embedder takes over.
        if self.vector is None or sentence.vector is None or len(self.vector) != len(sentence.vector):
            return 0.0
        return self.profile.scaled(float(self.vector @ sentence.vector))


def _within(rarity: dict[str, float], counts: Mapping[str, int]) -> dict[str, float]:
    """What the library lacks is as rare as can be, but must not outweigh what it has and the question asks for."""
    there = [weight for stem, weight in rarity.items() if counts.get(stem)]
    if not there:
        return rarity
    most = max(there)
    return {stem: weight if counts.get(stem) else min(weight, most) for stem, weight in rarity.items()}


@dataclass(frozen=True, slots=True)
class Compared:
    """A passage beside the question: what its signals are made of, read out of its text once."""

    query: Query
    hit: Hit
    stems: tuple[str, ...]
    """Of header and text, in order."""
    present: set[str]
    """The same."""
    meaning: float
    """Its cosine with the question."""
    cosines: tuple[float, ...]
    """Of each of its sentences with the question."""
    covered: tuple[float, ...]
    """Share of the question, 0 to 1, that each of its sentences tells."""
    both: tuple[float, ...]
    """The sum of the two, a sentence each."""
    named: float
    """How much of the question names its document, 0 to 1."""

    @property
    def asked(self) -> Query:
        """What is looked for in its document."""
        return self.query.inside if self.hit.document_id == self.query.bare_in else self.query


def _shared_pairs(passage: Compared) -> float:
    wanted, present = passage.query.pairs, passage.present
    # Few passages have both stems of any.
    if not any(one in present and other in present for one, other in wanted):
        return 0.0
    return len(wanted & pairs(passage.stems)) / len(wanted)


SIGNALS: dict[str, tuple[float, Callable[[Compared], float]]] = {
    "fused": (3.77, lambda passage: passage.hit.fused or 0.0),
    "meaning": (1.10, lambda passage: passage.meaning),
    "words": (3.24, lambda passage: passage.asked.covered(passage.present)),
    "pairs": (2.36, _shared_pairs),
    "sentence": (4.50, lambda passage: max(passage.both, default=0.0)),
    "closest": (2.40, lambda passage: max(passage.cosines, default=0.0)),
    "named": (NAMED_WEIGHT, lambda passage: passage.named),
}
"""Each signal with its weight in the score, and how it is told of a passage."""
WEIGHTS: Mapping[str, float] = {name: weight for name, (weight, _) in SIGNALS.items()}
"""Fitted listwise (softmax over the candidates of a question) on 12 articles of a public question set: recall@1/3/5
there .888/.966/.978, on the other 12 articles .875/.955/.975."""


@dataclass(slots=True)
class _Scored:
    hit: Hit
    signals: dict[str, float]
    score: float
    sentences: dict[int, float]
    """Place in the document → cosine + coverage."""
    told: str
    """Its best sentence."""

    @property
    def clearly_named(self) -> bool:
        """Whether its document is the one that the question clearly names."""
        return self.signals["named"] >= CLEARLY

    def add(self, signal: str, value: float, weight: float) -> None:
        self.signals[signal] = value
        self.score += weight * value

    def repeats(self, shown: dict[int, set[int]]) -> float:
        """How much of its best sentence earlier passages have shown. `shown`: document → places of their sentences."""
        seen = shown.get(self.hit.document_id)
        if not seen:
            return 0.0
        fresh = [score for at, score in self.sentences.items() if at not in seen]
        return max(self.sentences.values(), default=0.0) - max(fresh, default=0.0)


def rank(
    query: Query,
    hits: Sequence[Hit],
    sentences_of: Callable[[Sequence[Hit]], Sequence[Sequence[StoredSentence]]],
    named: Mapping[int, float] = MappingProxyType({}),
    weights: Mapping[str, float] = WEIGHTS,
    cosines_of: Callable[[Sequence[int]], Mapping[int, float]] = lambda ids: {},
) -> list[Hit]:
    """The hits in their final order, ranks and scores set, signals filled in for the best RANKED of them.

    `sentences_of` gives those of several passages. `named` holds documents that the question names, with how much of
    it does: the best of theirs are scored too. `cosines_of` tells of passages how near they are to `query.bare`.
    """
    more = [hit for hit in hits[RANKED:] if hit.document_id in named]
    statements = asked_statements(query.text)
    if statements:
        more.sort(key=lambda hit: statements.isdisjoint(statements_in(hit.section, hit.text)))
    surely = bool(statements) or max(named.values(), default=0.0) >= SURELY_NAMED
    chosen = [*hits[:RANKED], *more[: SURELY_RANKED if surely else NAMED_RANKED]]
    near = cosines_of([hit.passage_id for hit in chosen]) if query.bare is not None else {}
    left = [
        _scored(
            query,
            hit,
            _meaning(query, near.get(hit.passage_id, hit.dense)),
            sentences,
            named.get(hit.document_id, 0.0) + (CLEARLY if query.bare and hit.document_id == query.bare_in else 0.0),
            weights,
        )
        for hit, sentences in zip(chosen, sentences_of(chosen), strict=True)
    ]
    told = _told(left)
    _beyond_words(left, told)
    _furniture(query, left, statements)
    left.sort(key=lambda each: (-each.score, each.hit.passage_id))
    ordered: list[Hit] = []
    shown: dict[int, set[int]] = {}
    repeats = [0.0] * len(left)
    while left:
        scores = [each.score + REPEATS_WEIGHT * part for each, part in zip(left, repeats, strict=True)]
        place = scores.index(max(scores))
        if told < FEW_WORDS and len(ordered) + 1 == BY_MEANING:
            nearest = [
                (each.clearly_named, not part, each.signals["meaning"])
                for each, part in zip(left, repeats, strict=True)
            ]
            other = nearest.index(max(nearest))
            if left[other].signals["closest"] >= left[place].signals["closest"] - NEARLY:
                place = other
        best = left.pop(place)
        best.signals["repeats"] = repeats.pop(place)
        ordered.append(replace(best.hit, signals=best.signals, score=scores[place], rank=len(ordered) + 1))
        shown.setdefault(best.hit.document_id, set()).update(best.sentences)
        for at, each in enumerate(left):
            if each.hit.document_id == best.hit.document_id:
                repeats[at] = each.repeats(shown)
    last = min((hit.score for hit in ordered), default=0.0)
    scored = {hit.passage_id for hit in chosen}
    rest = [hit for hit in hits[RANKED:] if hit.passage_id not in scored]
    return ordered + [
        replace(hit, score=min(last, 0.0) - 1 + (hit.fused or 0.0), rank=rank)
        for rank, hit in enumerate(rest, len(ordered) + 1)
    ]


def _meaning(query: Query, cosine: float | None) -> float:
    return query.profile.scaled(cosine) if cosine is not None else 0.0


def _told(scored: Sequence[_Scored]) -> float:
    """The greatest share of the question that one of them tells in its words."""
    # What names a document is told by that document, in whatever words.
    named = (each.signals["named"] - (CLEARLY if each.clearly_named else 0.0) for each in scored)
    return max((each.signals["words"] + share for each, share in zip(scored, named, strict=True)), default=1.0)


def _beyond_words(scored: Sequence[_Scored], told: float) -> None:
    """Adds the signal "beyond words": nearness, scaled to 0-1, by the square of what words leave open."""
    near = [HALF * each.signals["meaning"] + each.signals["closest"] for each in scored]
    share = max(0.0, 1 - told / FEW_WORDS) ** 2
    low, high = min(near, default=0.0), max(near, default=0.0)
    for each, nearness in zip(scored, near, strict=True):
        value = share * (nearness - low) / (high - low) if high > low else 0.0
        each.add("beyond words", value, BEYOND_WORDS_WEIGHT)


def _furniture(query: Query, scored: Sequence[_Scored], statements: AbstractSet[str]) -> None:
    """Adds the signals "furniture" and "statement": whether it is one of the statements that are asked for."""
    wanted = asks_for_lists(query.text)
    documents: dict[str, set[int]] = {}
    for each in scored:
        documents.setdefault(each.told, set()).add(each.hit.document_id)
    for each in scored:
        common = COMMON if each.told and len(documents[each.told]) >= COMMON_DOCUMENTS else 0.0
        listed = 0.0 if is_running(each.told) else furniture(each.hit.text, each.hit.section)
        each.add("furniture", 0.0 if wanted else max(common, listed), FURNITURE_WEIGHT)
        shown = statements and not statements.isdisjoint(statements_in(each.hit.section, each.hit.text))
        each.add("statement", float(bool(shown)), STATEMENT_WEIGHT)


def _scored(
    query: Query,
    hit: Hit,
    meaning: float,
    sentences: Sequence[StoredSentence],
    named: float,
    weights: Mapping[str, float],
) -> _Scored:
    query = query.beside(hit)
    inside, header = query.inside, query.stems_of(hit.header)
    said = [query.stems_of(each.text) for each in sentences]
    # Passages are runs of whole sentences.
    whole = (*header, *chain.from_iterable(said)) if said else query.stems_of(hit.headed)
    worth = [POINTING if points_elsewhere(query.text, each.text) else 1.0 for each in sentences]
    cosines = tuple(part * inside.cosine(sentence) for part, sentence in zip(worth, sentences, strict=True))
    covered = tuple(part * inside.covered({*header, *each}) for part, each in zip(worth, said, strict=True))
    both = tuple(one + other for one, other in zip(cosines, covered, strict=True))
    passage = Compared(query, hit, whole, set(whole), meaning, cosines, covered, both, named)
    signals = {name: tell(passage) for name, (_, tell) in SIGNALS.items()}
    score = sum(weights[name] * value for name, value in signals.items())
    told = sentences[max(range(len(both)), key=both.__getitem__)].text if both else ""
    return _Scored(hit, signals, score, dict(enumerate(both, hit.first_sentence)), told)
