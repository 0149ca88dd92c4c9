"""What in a claim a source does not say, or says otherwise: told by rule, each finding with its words.

Rules see what a small reader of texts overlooks: a number, a name, a key, a "not", "all" for "some", "must" for "may".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from phitui.answers.check.claim import Claim
from phitui.answers.check.source import Source
from phitui.answers.evidence.claims import denials, opposed, wording
from phitui.answers.evidence.quantities import MONTHS, Quantity
from phitui.answers.evidence.years import figures_of_years
from phitui.library.terms.related import is_common
from phitui.library.terms.words import stems
from phitui.text import fold

SAME_TOPIC = 0.5
"""Share of a claim's words, names aside, that a source must hold to contradict it."""
ALIKE = 0.75
"""Share of words in common, both ways, from which a missing "not" changes the meaning."""


LOOP_WORDS = 4
LOOP_SHARE = 0.75
"""Of so many content words or more so few are different ones where a small model goes round in a circle."""
AROUND = 4
"""So many words on either side of a number tell what it is of."""
WHOLE = 0.8
"""Share of the claim's words above which a word of the source that it leaves out was left out of this sentence."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that stands against a claim."""

    rule: str
    said: str
    """The claim's word or value."""
    instead: str = ""
    """What the source has in its place; empty where it has nothing."""


# ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────────

_KEY = re.compile(
    r"(?<![\w+])(?:F\d{1,2}|(?:ctrl|control|alt|shift|cmd|meta)\s?[+-]\s?[\w/]+(?:\s[a-zA-Z](?!\w))?|esc|escape|"
    r"enter|return|tab|"
    r"backspace|delete|page ?up|page ?down|space)(?![\w+])",
    re.IGNORECASE,
)
_PRESSED = re.compile(
    r"\b(?:press|presses|pressing|pressed|hit|hits|hitting|type|types|typing|key|keys|push|tap)(?: the| key| on)*[ :]+"
    r"[\"'“‘`]?(?P<key>[A-Za-z]|[^\w\s\"'“‘`])(?=[\"'”’`]?(?:[\s,.;:)]|$))"
)
_WORD = re.compile(r"\w+")
_SPOKEN_KEYS = re.compile(r"\b(?:press|key|keys|hit|type|shortcut|button|ctrl|control)\w*\b", re.IGNORECASE)
_SINGLE = re.compile(r"(?<![\w'’])[A-Za-z](?![\w'’])|(?<!\S)[^\w\s](?!\S)")


def keys(text: str) -> list[str]:
    """The keys that a text tells to press; letters as they are written, names of keys in lower case."""
    found = [match["key"] for match in _PRESSED.finditer(text)]
    if found or _SPOKEN_KEYS.search(text) or len(text.split()) <= 2:
        found += [
            re.sub(r"[\s-]", "", match.group().lower().replace("control", "ctrl")) for match in _KEY.finditer(text)
        ]
    if len(text.split()) == 1 and len(text.strip(" .")) == 1:
        found.append(text.strip(" ."))
    return list(dict.fromkeys(found))


def _keys_there(source: Source) -> set[str]:
    named = {
        re.sub(r"[\s-]", "", match.group().lower().replace("control", "ctrl")) for match in _KEY.finditer(source.text)
    }
    return named | set(_SINGLE.findall(source.text))


# ── classes of small words ───────────────────────────────────────────────────────────────────────────────────

_AMOUNTS = {
    "all": r"all|every|each|everyone|everything|always|entire(?:ly)?|whole|complete(?:ly)?|any|throughout|wholly|fully|"
    r"both",
    "most": r"most|majority|mostly|usually|generally|typically|mainly|predominantly|largely|primarily|normally|chiefly",
    "few": r"few|little|hardly|rarely|seldom|scarcely|barely|minority|handful|uncommon|rare",
    "only": r"only|solely|exclusively|just|alone|sole",
    "half": r"half|halves",
    "quarter": r"quarters?|fourths?",
    "third": r"a third|one[ -]third|two[ -]thirds|thirds",
    "some": r"some|several|certain|various|partly|partially|sometimes|occasionally|many|often|numerous|number of",
}
_AMOUNT = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in _AMOUNTS.items()}
_NOT_AT_ALL = re.compile(
    r"\b(?:no|none|never|nobody|nothing|neither|nowhere|no one|zero|not any|not a single)\b", re.IGNORECASE
)
_STRONG = ("all", "most", "few", "only", "half", "quarter", "third")
_CONDITION = re.compile(
    r"\b(?:if|unless|except(?:ing|ion|ions)?|provided|until|only when|only if|as long as|subject to|other than|"
    r"where(?:ver)? (?:possible|required|necessary|permitted)|without|in case|whenever|when)\b",
    re.IGNORECASE,
)
_EXCEPTION = re.compile(
    r"\b(?:unless|except(?:ing|ion|ions)?|other than|only if|only when|apart from|not including)\b", re.IGNORECASE
)
_MUST = re.compile(
    r"\b(?:must|shall|ha(?:s|ve|d) to|need(?:s|ed)? to|required?|requires|obliged|mandatory|compulsory|always|will "
    r"always)\b",
    re.IGNORECASE,
)
_MAY = re.compile(
    r"\b(?:may|can|could|might|optional(?:ly)?|allowed|permitted|free to|able to|option)\b", re.IGNORECASE
)
_HEDGED = re.compile(
    r"\b(?:may|might|could|perhaps|possibl[ey]|probabl[ey]|likely|unlikely|allegedly|alleged|supposedly|reportedly|"
    r"apparently|"
    r"believed|thought|claims?|claimed|suggests?|suggested|argued|argues|disputed|debate[ds]?|seems?|appears?|"
    r"presumably|"
    r"estimated?|rumou?red|according to|hypothes\w+|theor(?:y|ised|ized)|uncertain|unclear|controversial)\b",
    re.IGNORECASE,
)
_CERTAIN = re.compile(
    r"\b(?:certain(?:ly)?|proven?|proved|definitely|undoubtedly|without doubt|known|established|agree[ds]?)\b",
    re.IGNORECASE,
)
_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|be|been|being)\s+(?:\w+ly\s+|not\s+|also\s+)?(?:\w+ed|\w+en|made|built|held|led|won|sold|"
    r"set|put|sent|"
    r"kept|found|paid|brought|bought|taught|told|met|done|known|given|shown|born|lost|left|run|cut|read)\b.*?\bby\b",
    re.IGNORECASE,
)


def amounts(text: str) -> set[str]:
    """Which of the classes of quantifying words it has."""
    return {name for name, words in _AMOUNT.items() if words.search(text)}


# ── the rules ────────────────────────────────────────────────────────────────────────────────────────────────


def findings(claim: Claim, source: Source) -> list[Finding]:
    """Everything that stands against the claim, where it is held against this source."""
    found = [*_numbers(claim, source), *_named(claim, source), *_pressed(claim, source)]
    near = claim.share(claim.topic, source) >= SAME_TOPIC
    found += _denied(claim, source) if near else []
    found += _amounted(claim, source)
    found += _bound(claim, source)
    found += _ordered(claim, source)
    return found


def _numbers(claim: Claim, source: Source) -> list[Finding]:
    free = [each for each in source.quantities if not any(own.agrees(each) for own in claim.quantities)]
    found = []
    for own in claim.quantities:
        if not any(own.agrees(other) for other in source.quantities):
            alike = [each for each in free if (each.kind, each.year) == (own.kind, own.year)]
            place = _place(own, claim.text)
            rival = max(alike, key=lambda each: _likeness(place, _place(each, source.text)), default=None)
            found.append(Finding("number", own.text, rival.text if rival else ""))
    return found or _of_another_year(claim, source)


def _of_another_year(claim: Claim, source: Source) -> list[Finding]:
    """A figure that the source has for another year, where it has one for each of some years."""
    if len(claim.years) != 1 or len(claim.figures) != 1:
        return []
    own = claim.figures[0]
    told = figures_of_years(source.text, source.quantities, own.kind)
    right = told.pop(claim.years[0].value, [])
    others = [each for row in told.values() for each in row]
    if not right or not any(map(own.agrees, others)) or any(map(own.agrees, right)):
        return []
    return [Finding("number", own.text, right[0].text)]


def _place(quantity: Quantity, text: str) -> dict[tuple[str, str], int]:
    """The words on either side of a number, each with its distance."""
    before = _WORD.findall(text[: quantity.start].lower())[: -AROUND - 1 : -1]
    behind = _WORD.findall(text[quantity.start + len(quantity.text) :].lower())[:AROUND]
    sides = (("before", before), ("behind", behind))
    return {(side, word): at for side, row in sides for at, word in reversed([*enumerate(row, 1)])}


def _likeness(one: dict[tuple[str, str], int], other: dict[tuple[str, str], int]) -> float:
    """Of two places: what both have near counts most."""
    return sum(1 / (one[each] * other[each]) for each in one.keys() & other.keys())


def _named(claim: Claim, source: Source) -> list[Finding]:
    lacking = [name for name in claim.names if not claim.holds(source, name)]
    if claim.first and not all(map(is_common, wording(claim.first))) and not claim.holds(source, claim.first):
        lacking.insert(0, claim.first)
    own = {fold(name) for name in (*claim.names, claim.first or "")}
    others = [name for name in source.names if name and fold(name) not in own and fold(name) not in MONTHS]
    # Only where there is one other name is it surely the one that stands in its place.
    instead = others[0] if len(others) == 1 else ""
    return [Finding("name", name, instead) for name in dict.fromkeys(lacking)]


def _pressed(claim: Claim, source: Source) -> list[Finding]:
    wanted = keys(claim.text)
    if not wanted:
        return []
    there = _keys_there(source)
    others = [each for each in keys(source.text) if each not in wanted]
    return [Finding("key", each, others[0] if others else "") for each in wanted if each not in there]


def _denied(claim: Claim, source: Source) -> list[Finding]:
    opposite = opposed(claim.text, source.text)
    said, there = denials(claim.text), denials(source.text)
    if said % 2 == there % 2:
        return [Finding("opposite", *opposite)] if opposite else []
    if opposite is None and said and not there:
        return [Finding("denial", "not", "the same without it")]
    if opposite is None and there and source.alone and _alike(set(claim.words), source.stems):
        return [Finding("denial", "the same without it", "not")]
    return []


def _alike(one: set[str], other: set[str]) -> bool:
    """Whether both hold nearly the same words."""
    return len(one & other) >= ALIKE * max(len(one), len(other))


def _amounted(claim: Claim, source: Source) -> list[Finding]:
    said, there = amounts(claim.text), amounts(source.text)
    found = []
    for name in _STRONG:
        if name in said and name not in there:
            word = _AMOUNT[name].search(claim.text)
            other = next((_AMOUNT[each].search(source.text) for each in _AMOUNTS if each in there - said), None)
            found.append(Finding("amount", word.group() if word else name, other.group() if other else ""))
    whole = claim.share(set(claim.words), source) >= WHOLE
    if not said and whole and there & {"few", "most", "half", "quarter", "third"}:
        other = next(
            _AMOUNT[each].search(source.text) for each in ("few", "most", "half", "quarter", "third") if each in there
        )
        found.append(Finding("amount left out", "", other.group() if other else ""))
    nothing = _NOT_AT_ALL.search(claim.text)
    if nothing and not _NOT_AT_ALL.search(source.text) and not denials(source.text):
        found.append(Finding("amount", nothing.group()))
    return found


def _bound(claim: Claim, source: Source) -> list[Finding]:
    """Conditions, "must" and "may", what is only thought."""
    found = []
    said, there = _CONDITION.search(claim.text), _CONDITION.search(source.text)
    if said and not there:
        found.append(Finding("condition", said.group()))
    exception = _EXCEPTION.search(source.text)
    if exception and not said:
        found.append(Finding("condition left out", "", exception.group()))
    must, may = _MUST.search(claim.text), _MAY.search(source.text)
    if must and may and not _MUST.search(source.text):
        found.append(Finding("must", must.group(), may.group()))
    can, shall = _MAY.search(claim.text), _MUST.search(source.text)
    if can and shall and not _MAY.search(source.text):
        found.append(Finding("may", can.group(), shall.group()))
    hedge = _HEDGED.search(source.text)
    if hedge and not _HEDGED.search(claim.text):
        sure = _CERTAIN.search(claim.text)
        found.append(Finding("certain" if sure else "hedge left out", sure.group() if sure else "", hedge.group()))
    return found


def _ordered(claim: Claim, source: Source) -> list[Finding]:
    """Things on either side of a word that have changed places, where both or neither say it in the passive voice."""
    own, theirs = _places(claim.text), _places(source.text)
    shared = sorted(own.keys() & theirs.keys(), key=own.__getitem__)
    if len(shared) < 3 or bool(_PASSIVE.search(claim.text)) != bool(_PASSIVE.search(source.text)):
        return []
    order = [theirs[stem] for stem in shared]
    falls = [place for place, (one, other) in enumerate(pairwise(order)) if one > other]
    if not falls:
        return []
    place = falls[0]
    one, other = (_written(shared[at], claim.text) for at in (place, place + 1))
    return [Finding("order", f"{one} … {other}", f"{other} … {one}")]


def _written(stem: str, text: str) -> str:
    """The text's word of that stem."""
    return next((word for word in re.findall(r"[\w'’-]+", text) if stem in stems(word)), stem)


@cache
def _places(text: str) -> dict[str, int]:
    """Where each content stem stands, of those that stand there once."""
    row = [stem for stem in stems(text) if not stem[0].isdigit()]
    return {stem: place for place, stem in enumerate(row) if row.count(stem) == 1}


def loops(text: str) -> bool:
    """Whether it goes round in a circle: "a question that asks a question"."""
    found = stems(text)
    return len(found) >= LOOP_WORDS and len(set(found)) <= LOOP_SHARE * len(found)


def disorder(claim: Claim, source: Source) -> float:
    """Share of the shared words, 0 to 1, that would have to move for both to have one order."""
    own, theirs = _places(claim.text), _places(source.text)
    order = [theirs[stem] for stem in sorted(own.keys() & theirs.keys(), key=own.__getitem__)]
    return 1 - longest_rise(order) / len(order) if order else 0.0


def longest_rise(row: Sequence[int]) -> int:
    """Length of the longest rising subsequence."""
    ends: list[int] = []
    for value in row:
        place = next((at for at, end in enumerate(ends) if end >= value), len(ends))
        ends[place : place + 1] = [value]
    return len(ends)
