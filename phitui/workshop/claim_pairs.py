"""More pairs of a text and a claim, made by rule from those that there are: for the reader of both.

Each rule changes what small readers overlook (who did what to whom, which value belongs to what, a condition dropped)
or what they wrongly mind (another word for the same). Words come from WordNet (Fellbaum 1998), where it is given.
"""

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from phitui.answers.check.statement import statement

LABELS = ("entailment", "neutral", "contradiction", "not")
"""`not` is one of the two others, it is not known which."""
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


@dataclass(frozen=True, slots=True)
class Pair:
    """A text, what is claimed of it, and whether it follows; `source` says where the pair is from."""

    premise: str
    hypothesis: str
    label: str
    source: str


def mixed(pairs: Sequence[Pair], wordnet: Path | None, seed: int) -> list[Pair]:
    """The pairs in their shares, and what the rules make of them, shuffled."""
    chance = random.Random(seed)
    found = [pair for pair in pairs for _ in range(_times(SHARES.get(pair.source, WHOLE), chance))]
    for rule in (_edited, _fragments, _stated, _voices, _comparisons, _quantities, _bindings):
        found += rule(pairs, chance)
    if wordnet is not None:
        found += _reworded(found, WordNet(wordnet), chance)
    chance.shuffle(found)
    return found


def _times(share: float, chance: random.Random) -> int:
    return int(share) + (chance.random() < share % 1)


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────

FEWEST_SEEN = 2
"""A word's first sense is trusted where WordNet's texts have it so often, and …"""
MAIN_SENSE = 0.75
"""… it makes up this share of the word's uses."""


class WordNet:
    """Words of the same sense, of a sister sense and opposites, from WordNet's own files."""

    def __init__(self, folder: Path):
        """`folder` holds index.sense and data.noun, data.verb, data.adj, data.adv. Raises OSError."""
        counts: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        for line in (folder / "index.sense").read_text("ascii").splitlines():
            key, offset, _, seen = line.split(" ")
            lemma, rest = key.split("%")
            counts[lemma, {"1": "n", "2": "v", "3": "a", "4": "r", "5": "a"}[rest[0]]][offset] = int(seen)
        self._main: dict[tuple[str, str], str] = {}
        for name, senses in counts.items():
            best = max(senses, key=senses.__getitem__)
            if len(senses) == 1 or (senses[best] >= FEWEST_SEEN and senses[best] >= MAIN_SENSE * sum(senses.values())):
                self._main[name] = best
        self._known = counts
        self._words: dict[tuple[str, str], list[str]] = {}
        self._above: dict[tuple[str, str], list[str]] = {}
        self._below: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._against: dict[tuple[str, str], list[str]] = {}
        for kind, ending in (("n", "noun"), ("v", "verb"), ("a", "adj"), ("r", "adv")):
            for line in (folder / f"data.{ending}").read_text("ascii").splitlines():
                if line.startswith("  "):
                    continue
                self._read(kind, line.split(" | ")[0].split())

    def _read(self, kind: str, fields: list[str]) -> None:
        offset, count = fields[0], int(fields[3], 16)
        self._words[kind, offset] = [re.sub(r"\(.*\)", "", fields[4 + 2 * place]) for place in range(count)]
        at = 4 + 2 * count
        links = [fields[at + 1 + 4 * place : at + 5 + 4 * place] for place in range(int(fields[at]))]
        self._above[kind, offset] = [other for sign, other, of, _ in links if sign == "@" and of == kind]
        for other in self._above[kind, offset]:
            self._below[kind, other].append(offset)
        self._against[kind, offset] = [other for sign, other, _, _ in links if sign == "!"]

    def same(self, lemma: str, kind: str) -> list[str]:
        """Other words of the word's main sense whose main sense it is too; empty where it has no main sense."""
        offset = self._main.get((lemma, kind))
        return [] if offset is None else self._single(kind, [offset], lemma)

    def sisters(self, lemma: str, kind: str) -> list[str]:
        """Words right below the same word above."""
        offset = self._main.get((lemma, kind))
        if offset is None:
            return []
        others = [below for above in self._above[kind, offset] for below in self._below[kind, above] if below != offset]
        return self._single(kind, others[:40], lemma)

    def opposites(self, lemma: str, kind: str) -> list[str]:
        """Antonyms of the main sense."""
        offset = self._main.get((lemma, kind))
        return [] if offset is None else self._single(kind, self._against[kind, offset], lemma)

    def _single(self, kind: str, offsets: Sequence[str], lemma: str) -> list[str]:
        found = []
        for offset in offsets:
            for word in self._words.get((kind, offset), []):
                common = self._known.get((word.lower(), kind), {}).get(offset, 0)
                if (
                    common
                    and word.isalpha()
                    and word.islower()
                    and word != lemma
                    and self._main.get((word, kind)) == offset
                ):
                    found.append((-common, word))
        return [word for _, word in sorted(found)][:6]


_ENDINGS: Sequence[tuple[str, str, str, str]] = (
    # ending of the form, what is put for it in the lemma, kind, ending's name
    ("ies", "y", "n", "s"), ("ses", "s", "n", "s"), ("ches", "ch", "n", "s"), ("s", "", "n", "s"),
    ("ied", "y", "v", "ed"), ("ed", "e", "v", "ed"), ("ed", "", "v", "ed"),
    ("ing", "e", "v", "ing"), ("ing", "", "v", "ing"), ("ies", "y", "v", "s"), ("es", "", "v", "s"),
    ("s", "", "v", "s"),
    ("", "", "n", ""), ("", "", "v", ""), ("", "", "a", ""), ("", "", "r", ""),
)  # fmt: skip


def _inflected(word: str, ending: str) -> str:
    """A regular form of it."""
    if ending == "s":
        if re.search(r"(?:s|x|z|ch|sh)$", word):
            return word + "es"
        return word[:-1] + "ies" if re.search(r"[^aeiou]y$", word) else word + "s"
    if ending == "ed":
        if word.endswith("e"):
            return word + "d"
        return word[:-1] + "ied" if re.search(r"[^aeiou]y$", word) else word + "ed"
    if ending == "ing":
        return word[:-1] + "ing" if re.search(r"[^eo]e$", word) else word + "ing"
    return word


def _put(
    text: str, wordnet: WordNet, find: Callable[[str, str], list[str]], count: int, chance: random.Random
) -> str | None:
    """The text with `count` words exchanged for what `find` gives of them; None where fewer can be."""
    places = list(re.finditer(r"\b[a-z]{4,}\b", text))
    chance.shuffle(places)
    chosen: list[tuple[int, int, str]] = []
    for match in places:
        word = match.group()
        for ending, put, kind, name in _ENDINGS:
            if ending and not word.endswith(ending):
                continue
            lemma = word[: len(word) - len(ending)] + put
            others = find(lemma, kind) if len(lemma) > 2 else []
            if others:
                chosen.append((match.start(), match.end(), _inflected(chance.choice(others), name)))
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
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


def _edited(pairs: Sequence[Pair], chance: random.Random) -> Iterator[Pair]:
    """Sentences of texts with a small word exchanged that turns them round; each kind of edit about as often."""
    places: dict[int, list[tuple[str, str]]] = defaultdict(list)
    seen: set[str] = set()
    for pair in chance.sample(pairs, len(pairs)):
        if pair.premise in seen or pair.source.startswith(("curriculum", "folio", "med", "help", "negation")):
            continue
        seen.add(pair.premise)
        for text in _SENTENCE.split(pair.premise):
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

_PROPER = r"[A-ZÀ-Þ][\w’'-]+(?: (?:of |the |de |van )?[A-ZÀ-Þ][\w’'-]+)*"
_NAME = re.compile(rf"(?<![.!?] )(?<!^)\b{_PROPER}")
_NAME_ALONE = re.compile(rf"(?:[Tt]he )?{_PROPER}")
_NUMBER = re.compile(r"(?:[$€£] ?)?\d[\d,.]*\d(?: ?%| percent| million| billion)?|\b\d\b")
_QUESTION = re.compile(r"^(?P<question>[^?]+\?) (?P<answer>.+?)\.?$")


def _alike(answer: str, premise: str) -> list[str]:
    """Other names, or other numbers, that stand in the text."""
    bare = answer.strip(" .")
    for pattern, alone in ((_NUMBER, _NUMBER), (_NAME, _NAME_ALONE)):
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


# ── who did what to whom, made up ────────────────────────────────────────────────────────────────────────────

_VERBS = (
    "replace:replaced succeed:succeeded defeat:defeated appoint:appointed attack:attacked support:supported "
    "influence:influenced criticise:criticised accuse:accused buy:bought found:founded join:joined lead:led "
    "teach:taught help:helped invite:invited pay:paid follow:followed visit:visited sue:sued fund:funded "
    "acquire:acquired advise:advised reject:rejected recognise:recognised contact:contacted inspire:inspired "
    "hire:hired dismiss:dismissed rescue:rescued arrest:arrested supply:supplied overtake:overtaken "
    "control:controlled precede:preceded approve:approved oppose:opposed contain:contained cause:caused "
    "produce:produced absorb:absorbed attract:attracted protect:protected notify:notified inspect:inspected"
).split()
_PAST = {"overtake": "overtook"}
VOICES = 3200
COMPARISONS = 3600
QUANTITIES = 2400
BINDINGS = 6000


def _named(pairs: Sequence[Pair], chance: random.Random) -> list[str]:
    found: set[str] = set()
    for pair in chance.sample(pairs, min(len(pairs), 12000)):
        found.update(name for name in _NAME.findall(pair.premise) if len(name) > 3 and len(name.split()) <= 3)
    return sorted(found)


_ROLES = (
    "the committee, the ministry, the company, the council, the king, the editor, the court, the teachers, the union, "
    "the emperor, the agency, the registrant, the supplier, the landlord, the tenant, the library, the reader process, "
    "the server, the client, the index, the new bridge, the old railway, the northern lake, the valley, the river, "
    "the eastern district, the engine, the pump, the older model, the second edition, oxygen, nitrogen, copper, iron, "
    "the larvae, the adults, the bacteria, the plants, the students, the nurses, the farmers, the merchants, "
    "the provider, the copyright owner, the manufacturer, the importer, the pharmacist, the patients"
).split(", ")


def _two(names: Sequence[str], chance: random.Random) -> tuple[str, str]:
    one, other = chance.sample(names if chance.random() < 0.6 else _ROLES, 2)
    return one, other


def _told(text: str, filler: str, chance: random.Random) -> str:
    """A premise: the sentence, sometimes beside another one."""
    text = text[0].upper() + text[1:]
    return chance.choice((text, text, f"{text} {filler}", f"{filler} {text}"))


def _said(text: str) -> str:
    return text[0].upper() + text[1:]


def _fillers(pairs: Sequence[Pair], chance: random.Random) -> list[str]:
    some = [each for each in chance.sample(pairs, min(len(pairs), 9000)) if not each.source.startswith("curriculum")]
    return [text for pair in some for text in _SENTENCE.split(pair.premise)[:1] if 5 <= len(text.split()) <= 22]


def _voices(pairs: Sequence[Pair], chance: random.Random) -> Iterator[Pair]:
    names, fillers = _named(pairs, chance), _fillers(pairs, chance)
    tails = ("", " in the end", " a year later", " during the war", f" in {chance.randint(1200, 2020)}", " that spring")
    for _ in range(VOICES // 4):
        verb, done = chance.choice(_VERBS).split(":")
        past = _PAST.get(verb, done)
        one, other = _two(names, chance)
        tail = chance.choice(tails)
        active = [
            f"{{0}} {past} {{1}}{tail}.",
            f"it was {{0}} that {past} {{1}}{tail}.",
            f"{{0}} had {done} {{1}}{tail}.",
        ]
        passive = [f"{{1}} was {done} by {{0}}{tail}.", f"{{1}} had been {done} by {{0}}{tail}."]
        premise = _told(chance.choice(active + passive).format(one, other), chance.choice(fillers), chance)
        for form in chance.sample(active + passive, 2):
            yield Pair(premise, _said(form.format(one, other)), "entailment", "made_voice")
            yield Pair(premise, _said(chance.choice(active + passive).format(other, one)), "not", "made_voice")


_GRADES = (
    "larger/smaller taller/shorter older/younger faster/slower cheaper/costlier heavier/lighter warmer/colder "
    "earlier/later stronger/weaker richer/poorer wider/narrower deeper/shallower longer/shorter closer/farther"
).split()
_MEASURES = (
    "members, inhabitants, employees, visitors, votes, students, ships, pages, territory, rain, money, energy, "
    "medals, languages, support, trade, workers, cases"
).split(", ")


def _comparisons(pairs: Sequence[Pair], chance: random.Random) -> Iterator[Pair]:
    names, fillers = _named(pairs, chance), _fillers(pairs, chance)
    for _ in range(COMPARISONS // 4):
        one, other = _two(names, chance)
        if chance.random() < 0.55:
            up, down = chance.choice(_GRADES).split("/")
            much = chance.choice(("", "", "much ", "slightly ", "considerably "))
            same = [f"{{0}} is {much}{up} than {{1}}.", f"{{1}} is {much}{down} than {{0}}.",
                    f"compared with {{1}}, {{0}} is {up}.", f"{{0}} is the {up} one, {{1}} the {down}."]  # fmt: skip
        else:
            noun, verb = chance.choice(_MEASURES), chance.choice(("has", "had", "gained", "received"))
            less = "less" if noun in ("territory", "rain", "money", "energy", "support", "trade") else "fewer"
            share = chance.choice(("", "", f"{chance.randint(5, 90)} percent ", "far "))
            same = [f"{{0}} {verb} {share}more {noun} than {{1}}.", f"{{1}} {verb} {less} {noun} than {{0}}.",
                    f"{{0}} {verb} more {noun} than {{1}} {'does' if verb == 'has' else 'did'}.",
                    f"unlike {{1}}, {{0}} {verb} many {noun}."][:3]  # fmt: skip
        told = chance.choice(same)
        premise = _told(told.format(one, other), chance.choice(fillers), chance)
        for form in chance.sample([each for each in same if "percent" not in each or each == told], 2):
            yield Pair(premise, _said(form.format(one, other)), "entailment", "made_comparison")
        for form in chance.sample(same, 2):
            yield Pair(premise, _said(form.format(other, one)), "contradiction", "made_comparison")


_SHARES_OF = (
    ("a quarter of", "25 percent of", "one in four of", "one fourth of", "25% of"),
    ("half of", "50 percent of", "one in two of", "50% of", "every second one of"),
    ("three quarters of", "75 percent of", "three out of four of", "75% of"),
    ("a third of", "one in three of", "about 33 percent of", "one third of"),
    ("two thirds of", "about 67 percent of", "two out of three of"),
    ("a fifth of", "20 percent of", "one in five of", "20% of"),
    ("a tenth of", "10 percent of", "one in ten of"),
    ("all of", "every one of", "100 percent of", "the whole of"),
    ("none of", "not one of", "not any of"),
)
_CHANGES = (
    ("doubled", "rose twofold", "became twice as large", "increased by 100 percent"),
    ("tripled", "rose threefold", "became three times as large"),
    ("quadrupled", "rose fourfold", "became four times as large"),
    ("halved", "fell by half", "fell by 50 percent", "shrank to half its size"),
    ("rose by a quarter", "increased by 25 percent", "went up by 25%"),
    ("stayed the same", "did not change", "remained unchanged"),
)
_HELD = "the members, the voters, the samples, the land, the exports, the income, the ships, the houses".split(", ")
_DOING = (
    "came from the north, were lost, supported it, were sold abroad, belonged to the state, failed, were tested".split(
        ", "
    )
)
_GROWN = "the price, the population, the number of members, the debt, revenue, the area, production, the rent".split(
    ", "
)


def _quantities(pairs: Sequence[Pair], chance: random.Random) -> Iterator[Pair]:
    fillers = _fillers(pairs, chance)
    for _ in range(QUANTITIES // 4):
        groups: Sequence[Sequence[str]]
        if chance.random() < 0.6:
            groups, frame = _SHARES_OF, f"{{}} {chance.choice(_HELD)} {chance.choice(_DOING)}."
        else:
            when = chance.choice(("", " in ten years", f" by {chance.randint(1800, 2020)}"))
            groups, frame = _CHANGES, f"{chance.choice(_GROWN)} {{}}{when}."
        right, wrong = chance.sample(groups, 2)
        premise = _told(frame.format(chance.choice(right)), chance.choice(fillers), chance)
        for each in chance.sample(right, 2):
            yield Pair(premise, _said(frame.format(each)), "entailment", "made_quantity")
        yield Pair(premise, _said(frame.format(chance.choice(wrong))), "contradiction", "made_quantity")
        yield Pair(premise, _said(frame.format(chance.choice(wrong))), "contradiction", "made_quantity")


_KEYS = (
    "F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 a b c d e g i j k m n o p r s t u v w x y z enter esc tab space / ? ctrl+s ctrl+p "
    "ctrl+r alt+j"
).split()
_ACTS = (
    "copy copies, open opens, close closes, pin pins, exclude excludes, delete deletes, rename renames, save saves, "
    "move moves, hide hides, show shows, search searches, export exports, import imports, print prints, undo undoes, "
    "start starts, stop stops, mark marks, fold folds, reload reloads, select selects, add adds, remove removes"
).split(", ")
_THINGS = (
    "the code, the answer, the passage, the document, the library, the page, the conversation, the model, the buffer, "
    "the list, the pane, the question, the log, the quote, the citation, the folder, the window, the file, the note, "
    "the settings, the table, the picture, the search"
).split(", ")
_VALUES = (
    "0 1 2 3 4 5 8 10 12 16 20 24 30 32 50 64 100 128 256 512 1024 2048 on off auto none English dark fp16"
).split()
_OPTIONS = (
    "the temperature, the seed, the timeout, the window, the width, the number of hits, the font size, the limit, "
    "the language, the theme, the batch size, the port, the cache, the delay, the margin, the number of columns, "
    "the maximum speed, the minimum age, the fee, the deadline, the reward"
).split(", ")


def _bindings(pairs: Sequence[Pair], chance: random.Random) -> Iterator[Pair]:
    """Keys and values beside those of other things: which belongs to which."""
    fillers = _fillers(pairs, chance)
    for _ in range(BINDINGS // 4):
        if chance.random() < 0.5:
            facts = []
            for key in chance.sample(_KEYS, 3):
                act, acts = chance.choice(_ACTS).split()
                facts.append((key, act, acts, chance.choice(_THINGS)))
            forms = ["{k} {acts} {o}.", "press {k} to {act} {o}.", "to {act} {o}, press {k}.",
                     "{o} can be {d} with {k}.",
                     "the key that {acts} {o} is {k}.", "with {k} you {act} {o}.", "{k} is for {ing} {o}."]  # fmt: skip
            made = [
                {"k": k, "act": act, "acts": acts, "o": o, "d": _inflected(act, "ed"), "ing": _inflected(act, "ing")}
                for k, act, acts, o in facts
            ]
            mixed_up = [{**made[0], "k": made[1]["k"]}, {**made[0], "o": made[1]["o"]},
                        {**made[0], **{part: made[2][part] for part in ("act", "acts", "d", "ing")}}]  # fmt: skip
            table = "key action " + " ".join(f"{k} {acts} {o}" for k, _, acts, o in facts)
        else:
            options, values = chance.sample(_OPTIONS, 3), chance.sample(_VALUES, 3)
            made = [{"o": option, "v": value} for option, value in zip(options, values, strict=True)]
            forms = ["{o} is {v}.", "{o} is {v} by default.", "the default of {o} is {v}.", "{o} is set to {v}.",
                     "{v} is the value of {o}.", "for {o}, the value {v} is used."]  # fmt: skip
            mixed_up = [
                {**made[0], "v": made[1]["v"]},
                {**made[0], "o": made[1]["o"]},
                {**made[0], "v": chance.choice(_VALUES)},
            ]
            table = "setting default " + " ".join(f"{each['o'].removeprefix('the ')} {each['v']}" for each in made)
        mixed_up = [each for each in mixed_up if each not in made]
        shape = chance.random()
        if shape < 0.35:
            premise = table
        elif shape < 0.8:
            premise = " ".join(_said(chance.choice(forms).format(**each)) for each in chance.sample(made, len(made)))
        else:
            premise = _told(chance.choice(forms).format(**made[0]), chance.choice(fillers), chance)
        for form in chance.sample(forms, 2):
            yield Pair(premise, _said(form.format(**made[0])), "entailment", "made_binding")
        for wrong in chance.sample(mixed_up, min(2, len(mixed_up))):
            yield Pair(premise, _said(chance.choice(forms).format(**wrong)), "not", "made_binding")
