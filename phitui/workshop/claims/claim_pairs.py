"""More pairs of a text and a claim, made by rule from those that there are: for the reader of both.

Each rule changes what small readers overlook (who did what to whom, which value belongs to what, a condition dropped)
or what they wrongly mind (another word for the same). Words come from WordNet (Fellbaum 1998), where it is given.
"""

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from phitui.answers.check.statement import statement
from phitui.workshop.claims.made_pairs import bindings, comparisons, quantities, voices
from phitui.workshop.claims.pair import NAME, PROPER, SENTENCE, Pair
from phitui.workshop.claims.wordnet import ENDINGS, WordNet, inflected

WHOLE = 1.0
SHARES: Mapping[str, float] = {
    "curriculum_sprl": 0.0,
    "curriculum_kg_relations": 0.0,
    "curriculum_temporal": 0.0,
    "curriculum_coreference": 0.5,
    "curriculum_counting": 0.5,
    "curriculum_entailment_tree": 0.5,
    "synth_elsewhere": 0.6,
    "synth_same": 0.5,
    "synth_split": 0.6,
    "synth_addition": 0.7,
    "synth_merge": 0.7,
    "wice": 0.5,
    "fool_me_twice": 2.0,
    "fever_symmetric": 2.0,
    "taxinli_mnli": 1.5,
    "cad_nli": 1.5,
    "esnli": 1.5,
    "breaking_nli": 1.5,
    "synth_voice": 2.0,
}
"""How often a source's pairs are seen in one pass; what people wrote counts more than what rules made."""


def mixed(pairs: Sequence[Pair], wordnet: Path | None, seed: int) -> list[Pair]:
    """The pairs in their shares, and what the rules make of them, shuffled."""
    chance = random.Random(seed)
    found = [pair for pair in pairs for _ in range(_times(SHARES.get(pair.source, WHOLE), chance))]
    for rule in (_edited, _fragments, _stated, voices, comparisons, quantities, bindings):
        found += rule(pairs, chance)
    if wordnet is not None:
        found += _reworded(found, WordNet(wordnet), chance)
    chance.shuffle(found)
    return found


def _times(share: float, chance: random.Random) -> int:
    return int(share) + (chance.random() < share % 1)


def _put(
    text: str, wordnet: WordNet, find: Callable[[str, str], list[str]], count: int, chance: random.Random
) -> str | None:
    """The text with `count` words exchanged for what `find` gives of them; None where fewer can be."""
    places = list(re.finditer(r"\b[a-z]{4,}\b", text))
    chance.shuffle(places)
    chosen: list[tuple[int, int, str]] = []
    for match in places:
        word = match.group()
        for ending, put, kind, name in ENDINGS:
            if ending and not word.endswith(ending):
                continue
            lemma = word[: len(word) - len(ending)] + put
            others = find(lemma, kind) if len(lemma) > 2 else []
            if others:
                chosen.append((match.start(), match.end(), inflected(chance.choice(others), name)))
                break
        if len(chosen) == count:
            break
    if len(chosen) < count:
        return None
    for start, end, word in sorted(chosen, reverse=True):
        text = text[:start] + word + text[end:]
    return re.sub(r"\b([Aa])n? (?=([a-z]))", lambda m: f"{m[1]}n " if m[2] in "aeio" else f"{m[1]} ", text)


REWORDED = 0.22
"""Share of the pairs that are seen in other words as well, false ones too: other words alone must say nothing."""
SISTERS = 0.12
"""Share of the true pairs that are seen with a sister of one word, or its opposite, as false ones."""


def _reworded(pairs: Sequence[Pair], wordnet: WordNet, chance: random.Random) -> Iterator[Pair]:
    for pair in pairs:
        if chance.random() < REWORDED:
            said = _put(pair.hypothesis, wordnet, wordnet.same, chance.choice((1, 2, 2, 3)), chance)
            if said is not None:
                yield Pair(pair.premise, said, pair.label, "made_reworded")
        if pair.label == "entailment" and chance.random() < SISTERS:
            opposite = chance.random() < 0.3
            find = wordnet.opposites if opposite else wordnet.sisters
            said = _put(pair.hypothesis, wordnet, find, 1, chance)
            if said is not None:
                yield Pair(pair.premise, said, "contradiction" if opposite else "not", "made_sister")


# ── edits that keep the order of words ───────────────────────────────────────────────────────────────────────

_EDITS: Sequence[tuple[str, Sequence[str], str]] = (
    (r"\bunless\b", ("if", "when", "provided that"), "contradiction"),
    (r"\bexcept(?: for| in| when| that)?\b", ("including", "and also", "especially"), "contradiction"),
    (r"\bwith the exception of\b", ("including", "together with"), "contradiction"),
    (r"\bother than\b", ("such as", "including", "like"), "contradiction"),
    (r"\bonly if\b", ("even if", "unless"), "not"),
    (r"\bonly when\b", ("even when", "except when"), "not"),
    (r"\bif and only if\b", ("unless",), "contradiction"),
    (r"\bregardless of\b", ("depending on", "because of"), "contradiction"),
    (r"\b(?:may|must|can|should) not\b|\bcannot\b", ("may", "must", "can", "should"), "contradiction"),
    (r"\bmay\b(?! not)", ("must", "will always", "has to", "may not"), "not"),
    (r"\bmust\b(?! not)", ("may", "need not", "does not have to", "can choose to"), "not"),
    (r"\bshould\b(?! not)", ("should not", "need not"), "contradiction"),
    (r"\bcan\b(?! not)", ("cannot", "must", "can no longer"), "not"),
    (r"\bis required\b|\bare required\b", ("is optional", "is not required"), "contradiction"),
    (r"\bbefore\b", ("after",), "contradiction"),
    (r"\bafter\b", ("before",), "contradiction"),
    (r"\buntil\b", ("after", "since"), "not"),
    (r"\bsince\b", ("until", "before"), "not"),
    (r"\bat least\b", ("at most", "no more than", "exactly", "fewer than"), "not"),
    (r"\bat most\b|\bno more than\b|\bup to\b", ("at least", "more than"), "not"),
    (r"\bmore than\b", ("less than", "fewer than", "as many as"), "contradiction"),
    (r"\bless than\b|\bfewer than\b", ("more than",), "contradiction"),
    (r"\bboth\b", ("neither", "only one of"), "not"),
    (r"\beither\b", ("neither",), "contradiction"),
    (r"\bnever\b", ("always", "often", "sometimes"), "contradiction"),
    (r"\balways\b", ("never", "rarely", "sometimes"), "not"),
    (r"\brarely\b|\bseldom\b", ("often", "usually"), "contradiction"),
    (r"\boften\b|\busually\b|\bgenerally\b", ("rarely", "always", "never"), "not"),
    (r"\bsometimes\b", ("always", "never"), "not"),
    (r"\bwithout\b", ("with",), "contradiction"),
    (r"\bdespite\b|\balthough\b", ("because of", "because"), "not"),
    (r"\bbecause of\b|\bdue to\b", ("despite", "in spite of"), "not"),
    (r"\bbecause\b(?! of)", ("although", "even though"), "not"),
    (r"\bas well as\b", ("instead of", "rather than", "but not"), "contradiction"),
    (r"\brather than\b|\binstead of\b", ("as well as", "together with", "and"), "contradiction"),
    (r"\bnot only\b", ("not",), "contradiction"),
    (r"\bno longer\b", ("still",), "contradiction"),
    (r"\bstill\b", ("no longer",), "contradiction"),
    (r"\blikely\b|\bprobably\b", ("certainly", "unlikely to be"), "not"),
    (r"\bpartly\b|\bpartially\b", ("entirely", "completely"), "not"),
    (r"\bfirst\b", ("last", "second"), "contradiction"),
    (r"\blast\b", ("first",), "not"),
    (r"\bmost of the\b|\bmost\b(?= [a-z]+s\b)", ("all of the", "few", "none of the", "a quarter of the"), "not"),
    (r"\bsome of the\b|\bsome\b(?= [a-z]+s\b)", ("all", "most", "no", "none of the"), "not"),
    (r"\bmany\b", ("all", "few", "no"), "not"),
    (r"\ball(?: of)?(?= the\b)|\ball\b(?= [a-z]+s\b)", ("some of", "none of", "a quarter of", "hardly any of"), "not"),
    (r"\bevery\b|\beach\b", ("no", "hardly any"), "contradiction"),
    (r"\bseveral\b", ("all", "two", "no"), "not"),
    (r"\b(?:a|one) quarter\b", ("a half", "three quarters", "a third", "all"), "contradiction"),
    (r"\bhalf\b", ("a quarter", "two thirds", "all"), "contradiction"),
    (r"\b(?:a|one)[ -]third\b", ("a half", "two thirds", "a quarter"), "contradiction"),
    (r"\bdoubled\b", ("tripled", "halved"), "contradiction"),
    (r"\btwice\b", ("three times", "half"), "contradiction"),
    (r"\bwas\b(?= [a-z]+ed\b)", ("was not", "was almost", "was to be", "was never"), "not"),
    (r"\bis\b(?= [a-z]+ed\b)", ("is not", "is no longer", "is rarely"), "contradiction"),
    (r"\bhas\b(?= [a-z]+ed\b)", ("has not yet", "has never", "had once"), "not"),
    (r"\band\b", ("but not", "or else", "without"), "not"),
    (r"\bused to\b", ("never used to",), "contradiction"),
    (r"\b(?:un|in|im)(?=able|likely|possible|complete|known|changed|dependent)", ("",), "contradiction"),
)  # fmt: skip
"""(what stands there, what is put for it, what that makes of the sentence)."""
EDITED = 16000
LONGEST_SENTENCE = 45
"""Words of a sentence that is edited."""


def _edited(pairs: Sequence[Pair], chance: random.Random) -> Iterator[Pair]:
    """Sentences of texts with a small word exchanged that turns them round; each kind of edit about as often."""
    places: dict[int, list[tuple[str, str]]] = defaultdict(list)
    seen: set[str] = set()
    for pair in chance.sample(pairs, len(pairs)):
        if pair.premise in seen or pair.source.startswith(("curriculum", "folio", "med", "help", "negation")):
            continue
        seen.add(pair.premise)
        for text in SENTENCE.split(pair.premise):
            if 6 <= len(text.split()) <= LONGEST_SENTENCE:
                for number, (there, _, _) in enumerate(_EDITS):
                    if len(places[number]) < 2000 and re.search(there, text):
                        places[number].append((pair.premise, text))
    share = EDITED // len(_EDITS)
    for number, (there, put, label) in enumerate(_EDITS):
        for premise, text in places[number][:share]:
            match = chance.choice(list(re.finditer(there, text)))
            said = text[: match.start()] + chance.choice(put) + text[match.end() :]
            yield Pair(premise, re.sub(r"^\s*[a-z]", lambda m: m.group().upper(), said), label, "made_edit")
        # The same sentences as they stand, so that the small words themselves say nothing.
        for premise, text in places[number][: share // 3]:
            yield Pair(premise, text, "entailment", "made_unedited")


# ── fragments ────────────────────────────────────────────────────────────────────────────────────────────────

_NAME_ALONE = re.compile(rf"(?:[Tt]he )?{PROPER}")
_NUMBER = re.compile(r"(?:[$€£] ?)?\d[\d,.]*\d(?: ?%| percent| million| billion)?|\b\d\b")
_QUESTION = re.compile(r"^(?P<question>[^?]+\?) (?P<answer>.+?)\.?$")


def _alike(answer: str, premise: str) -> list[str]:
    """Other names, or other numbers, that stand in the text."""
    bare = answer.strip(" .")
    for pattern, alone in ((_NUMBER, _NUMBER), (NAME, _NAME_ALONE)):
        if alone.fullmatch(bare):
            found = {match.group() for match in pattern.finditer(premise)}
            return sorted(each for each in found if each not in bare and bare not in each)
    return []


def _fragments(pairs: Sequence[Pair], chance: random.Random) -> Iterator[Pair]:
    """A right short answer exchanged for another of its kind that stands in the text."""
    for pair in pairs:
        match = _QUESTION.match(pair.hypothesis) if "fragment" in pair.source else None
        if match is None or pair.label != "entailment":
            continue
        others = [each for each in _alike(match["answer"], pair.premise) if each not in match["question"]]
        if others:
            other = chance.choice(others)
            yield Pair(pair.premise, f"{match['question']} {other}.", "not", "made_other_of_kind")
            said = statement(match["question"], other)
            if said and chance.random() < 0.5:
                yield Pair(pair.premise, said, "not", "made_other_stated")


STATED = 0.4


def _stated(pairs: Sequence[Pair], chance: random.Random) -> Iterator[Pair]:
    """Question and short answer as one statement."""
    for pair in pairs:
        match = _QUESTION.match(pair.hypothesis) if "fragment" in pair.source and chance.random() < STATED else None
        said = statement(match["question"], match["answer"]) if match else ""
        if said:
            yield Pair(pair.premise, said, pair.label, "made_stated")
