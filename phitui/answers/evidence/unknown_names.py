"""Names in a question that the library lacks: what it asks of them must not be told of another."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice, pairwise

from phitui.answers.evidence.answer_kinds import days
from phitui.answers.evidence.claims import runs_of_names
from phitui.answers.shelf import Shelf
from phitui.library.search.called import YEAR
from phitui.library.search.ranking import Query
from phitui.library.terms.ordinary import is_ordinary
from phitui.library.terms.related import is_common
from phitui.library.terms.words import STOP_WORDS, stems
from phitui.records import Hit
from phitui.text import fold

ALL_NOUNS = ("de",)
"""Languages that write every noun with a capital letter, so that none tells a name."""
FEWEST_LETTERS = 4
"""Of a name that counts as unknown."""
SEARCHED = 20
"""Passages in which a name is looked for."""
BEST = 3
"""Passages of which one must be of a document that writes the name of whom a question is about."""
OFTEN = 3
"""Passages of a document that write a name, so that it is no mere mention."""
NAMED = 0.3
"""Where so much of the question names a document, it is surely that."""
BESIDE = 2
"""Passages before and behind one, which may say of whom it speaks: those of a document are numbered in a row."""
LONGEST_NAME = 6
"""Words of a name that are looked for …"""
LONGEST_SHORT = 6
"""… letters of an abbreviation that may stand for words …"""
MOST_NAMES = 5
"""… and names of a question."""
REPORTED_YEARS = 2
"""Years before its own of which a report still tells."""

_OPENING = (
    r"(?!(?:Consider|Regarding|Concerning|About|Per|Given|See|Read|Check|Using|In|On|Under|For|From|By|With|At|Of|To|"
    r"What|Which|Who|Whose|When|Where|Why|How|Is|Are|Was|Were|Do|Does|Did|Has|Have|Had|Can|Could|Will|Would|Should|May|"
    r"Might|Must|I|If|And|But|So|Also|Then|As|Since|Because|After|Before|During|Between|Please|Explain|Describe|Define|"
    r"Summari[sz]e|Outline|Discuss|Compare|Contrast|List|Name|Identify|Find|Show|Tell|Give|Provide|Quote|Cite|Calculate|"
    r"Compute|Estimate|Determine|Analy[sz]e|Evaluate|Assess|Let)\b)"
)
_TITLE = re.compile(
    r"\b(?:President|Senator|Governor|Mayor|King|Queen|Prince|Princess|Pope|Mr|Mrs|Ms|Dr|Prof|Professor|Sir|Lord|Lady|"
    r"Judge|Justice|Secretary|Minister|Chancellor|General|Captain|Saint|St)\b\.?\s*"
)
"""Of people: in a speech of theirs they are often not named."""
_NAME = (
    _OPENING
    + r"(?<![\w-])((?:The )?\d?[A-ZÀ-Þ][\w&-]*(?:\.[a-z]{2,4}\b)?(?: (?:(?:of|the|&) )?[A-ZÀ-Þ0-9][\w&-]*){0,4})"
)
_DOCUMENT = (
    r"(?:policy|policies|terms|agreement|contract|notice|statement|report|filing|10-[KQ]|manual|handbook|guide|"
    r"guidelines|documentation|datasheet|warranty|lease|bylaws|charter|brochure|catalogue?|faq)\b"
)
_OWNERS = (
    re.compile(rf"{_NAME}['’]s?(?: [\w-]+){{0,3}} {_DOCUMENT}"),
    re.compile(rf"\b(?i:{_DOCUMENT}) (?:of|for|from|by) {_NAME}"),
)
"""Whose document a question is about."""
_TITLES = (
    re.compile(rf"^\W*{_NAME}(?::| [-–—|])\s"),
    re.compile(rf"\b[Aa]ccording to (?:the )?{_NAME}"),
)
_BEHIND = (re.compile(rf"\({_NAME}\)\W*$"),)
"""What stands before a question or behind it as its title: whose or what it is about …"""
_LEADS = frozenset(
    "question query task note hint context topic subject answer example update background request please hello hi hey "
    "thanks re fwd urgent fyi homework exam exercise quiz assignment problem prompt instruction instructions help goal "
    "summary tldr eli5 math maths".split()
)
"""… but for these."""
_ACTORS = (
    re.compile(rf"^\W*(?:Does|Do|Did|Will|Would|Can|Could|May|Is|Are|Was|Were|Has|Have|Had) {_NAME} [a-z]"),
    re.compile(rf"\b(?:at|from|with|by) {_NAME}\W*$"),
    re.compile(rf"\b(?:do|does|did|will|would|can|could|may|is|are|was|were|has|have|had) {_NAME} [a-z]"),
    re.compile(rf"{_NAME}['’]s\b"),
)
"""Of whom it asks what they do or have; here a common word may be no name."""
_TOPICS = (re.compile(rf"\b(?:for|of|at|from|with|by) {_NAME}(?=[?.!,;])"),)
"""At the end of a clause: here capitals alone may be an abbreviation of anything."""
_FOUR_DIGITS = re.compile(r"(?<![\w$€£.,])(?:19|20)\d\d(?![\w.,]\d)")
_AS_YEAR = re.compile(
    r"(?:^|\b(?:in|of|for|since|during|until|till|by|from|through|fiscal|year|years|calendar|end|ended|ending|after|"
    r"before|late|early|mid|between|and|or|vs|versus|to|the|quarter|half|FY|Q[1-4]|[A-ZÀ-Þ][\w&]*)|['’]s?|[(/,:;–—-])"
    r"\W{0,2}((?:19|20)\d\d)\b(?! (?!(?:sales|revenues|results|earnings|expenses|costs|profits|assets|figures|numbers|"
    r"is|was|has|does|vs|versus|as|its)\b)[a-z]+s\b)"
)
"""A year behind what years stand behind, and no number of things: "in 2020", "Nike's 2020 results"."""
_LITTLE = r"(?:(?:of|and|the|for|in|to|on)[\W_]+)?"
"""Words that abbreviations pass over."""


def unknown_name(query: Query, written: Callable[[str], "Written"]) -> str:
    """A name of the question of which the library knows no word; empty where there is none, or it is a short form.

    `written`: see `written_in`.
    """
    if query.asked_in in ALL_NOUNS:
        return ""
    for run in runs_of_names(query.text):
        found = {stem for word in run for stem in stems(word) if not is_common(stem)}
        if found and found <= query.absent and any(map(_is_name, run)):
            name = " ".join(run)
            return "" if written(name).passages else name
    return ""


def is_titled(query: Query, name: str) -> bool:
    """Whether it begins with a common word that the library has, as "President" is."""
    first = stems(name.split()[0])
    return " " in name and bool(first) and all(is_common(stem) and stem not in query.absent for stem in first)


def _is_name(word: str) -> bool:
    """Whether a capitalised word is nothing else: no word of English, no short form, no code."""
    return len(word) >= FEWEST_LETTERS and word.isalpha() and not word.isupper() and not is_ordinary(fold(word))


@dataclass(frozen=True, slots=True)
class Written:
    """Where a name stands."""

    documents: AbstractSet[int]
    """Those that are about it, as far as can be told: it stands in title, file or first page, or in many passages."""
    passages: Mapping[int, int]
    """Those that have it, each with its document."""
    small: bool
    """Whether it is written small, too: then it is a word that the question happens to begin with a capital."""

    def has(self, hit: Hit) -> bool:
        """Whether it stands in the hit or beside it."""
        beside = range(hit.passage_id - BESIDE, hit.passage_id + BESIDE + 1)
        return any(self.passages.get(each) == hit.document_id for each in beside)

    def speaks(self, hit: Hit) -> bool:
        """Whether what the hit says may be said of it."""
        return self.small or hit.document_id in self.documents or self.has(hit)


def written_in(hits: Sequence[Hit], shelf: Shelf) -> Callable[[str], Written]:
    """Tells where a name stands, in these hits or in others that are looked for: once for each name."""
    return cache(partial(_written, hits=hits, shelf=shelf))


def unknown_owner(query: Query, hits: Sequence[Hit], written: Callable[[str], Written]) -> tuple[str, bool]:
    """The name of whose document a question is about, or of who it asks what they do, if none of the BEST hits is.

    It may be made of common words ("Natural News's privacy policy"). Empty where there is none, or a document is named.
    Besides, whether it is surely a name: one common word, or capitals alone, may stand for what others call otherwise.
    """
    if query.bare is not None or query.asked_in in ALL_NOUNS:
        return "", False
    for name, common in islice(_owners(query), MOST_NAMES):
        there = written(name)
        said = any(map(there.speaks, hits[:BEST])) or any(map(there.has, hits))
        if not said or (common and there.small and not there.passages and not there.documents):
            return name, common or " " in name or not (name.isupper() or is_ordinary(fold(name)))
    return "", False


def _owners(query: Query) -> Iterator[tuple[str, bool]]:
    """(a name, whether it may be a common word)."""
    every = [(_OWNERS, True, True), (_TITLES, False, True), (_BEHIND, False, False)]
    if not query.calling:
        every += [(_ACTORS, False, True), (_TOPICS, False, False)]
    seen = set(_LEADS)
    for patterns, common, short in every:
        for found in (found for pattern in patterns for found in pattern.finditer(query.text)):
            bare = found[1].removeprefix("The ")
            if len(bare) < 2 or fold(bare) in STOP_WORDS or not query.calling.isdisjoint(stems(bare)):
                continue
            if any(title.end() >= found.start(1) for title in _TITLE.finditer(query.text, 0, found.end(1))):
                continue
            if any(map(str.isdigit, bare)) and all(stem.isdigit() or is_common(stem) for stem in stems(bare)):
                continue  # "FY2024", "Q2"
            if days(bare) == set(bare.split()):
                continue
            if seen.isdisjoint((bare, fold(bare))) and (short or not (bare.isalpha() and bare.isupper())):
                seen.add(bare)
                yield bare, common


def strangers(query: Query, written: Callable[[str], Written]) -> Callable[[Hit], bool]:
    """Tells of a hit whether it says nothing of a name that the question has.

    Where it calls documents, of longer names alone that begin with that call: "Amazon RDS" is not all of Amazon. Of
    none where it clearly calls one.
    """
    if (
        query.bare is not None
        or query.asked_in in ALL_NOUNS
        or all(word != word.lower() for word in query.text.split() if any(map(str.isalpha, word)))
    ):
        return lambda hit: False
    runs = [[word for word in run if word.isalpha()] for run in runs_of_names(query.text)]
    if query.calling:
        runs = [run for run in runs if len(run) > 1 and not query.calling.isdisjoint(stems(run[0]))]
        runs = [run for run in runs if not set(stems(" ".join(run))) <= query.calling]
    names = [" ".join(run) for run in runs if run and not _TITLE.match(f"{run[0]} ")]
    return lambda hit: not all(written(name).speaks(hit) for name in names[:MOST_NAMES])


def _written(name: str, hits: Sequence[Hit], shelf: Shelf) -> Written:
    """Where a passage, its headings or its file have the name, or two words of a longer one side by side.

    People write "Paypal", "Wifi" and "SSDs" of what is PayPal, Wi-Fi and an SSD there. A single common word is told by
    its capital, an abbreviation by words that begin with its letters, too.
    """
    words = re.findall(r"[^\W_]+", _plain(name))[:LONGEST_NAME]
    parts = list(pairwise(words)) or [tuple(words)]
    capital = len(words) == 1 and is_ordinary(fold(name))
    found = [re.compile(r"\b" + r"[\W_]*".join(_loosely(word, capital) for word in part)) for part in parts]
    if len(words) == 1 and words[0].isupper() and 1 < len(words[0]) <= LONGEST_SHORT:
        found += _written_out(words[0])

    def has(text: str) -> bool:
        text = _plain(text)
        return any(part.search(text) for part in found)

    def is_called(hit: Hit) -> bool:
        text = f"{hit.title}\n{hit.path.rpartition('/')[2]}"
        return has(text) or any(re.search(rf"\b{re.escape(' '.join(part))}\b", text, re.IGNORECASE) for part in parts)

    every = {hit.passage_id: hit for hit in [*shelf.search(shelf.query(name, by_words=True), SEARCHED), *hits]}.values()
    inside = [hit for hit in every if has(hit.headed)]
    counts = Counter(hit.document_id for hit in inside)
    about = {key for key, count in counts.items() if count >= OFTEN}
    about |= {hit.document_id for hit in inside if hit.span.page == 1}
    about |= {hit.document_id for hit in every if is_called(hit)}
    small = len(words) == 1 and is_ordinary(fold(name)) and any(_has_small(name, hit.text) for hit in every)
    return Written(about, {hit.passage_id: hit.document_id for hit in inside}, small)


def _loosely(word: str, capital: bool) -> str:
    """Finds a word of a name in other capitals, with hyphens inside and in the singular.

    With `capital` it begins with a capital letter.
    """
    word = word[:-1] if len(word) >= FEWEST_LETTERS and word.endswith("s") else word
    rest = "".join(f"[-‐‑]?{re.escape(letter)}" for letter in word[1:])
    return f"{re.escape(word[0].upper())}(?i:{rest})" if capital else f"(?i:{re.escape(word[0])}{rest})"


def _plain(text: str) -> str:
    """Without accents, which many leave out of foreign names."""
    if text.isascii():
        return text
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


def _written_out(short: str) -> list[re.Pattern[str]]:
    """What an abbreviation may stand for: words with its letters, or two that begin with its halves."""
    loose = re.IGNORECASE if len(short) >= FEWEST_LETTERS else re.NOFLAG
    initials = rf"[^\W_]*[\W_]+{_LITTLE}".join(short)
    halves = (rf"{short[:at]}[^\W_]+[\W_]+{short[at:]}[^\W_]+" for at in range(2, len(short) - 1))
    return [re.compile(rf"\b{initials}", loose), *(re.compile(rf"\b{each}", re.IGNORECASE) for each in halves)]


def _has_small(name: str, text: str) -> bool:
    return not set(stems(name)).isdisjoint(stems(" ".join(re.findall(r"\b[a-zß-ÿ]+\b", text))))


def missing_year(query: Query, hits: Sequence[Hit]) -> str:
    """Of whom and of which year no report is here, though some of other years are; empty where that is not asked.

    A report tells of its own year and of REPORTED_YEARS before it, unless its passages say otherwise.
    """
    asked = {stem for stem in query.stems if YEAR.fullmatch(stem)} - _counts(query.text)
    calling = query.calling - asked
    if not asked or not calling:
        return ""
    year = max(asked)
    theirs = [hit for hit in hits if hit.signals.get("named", 0.0) >= NAMED]
    names = [f"{hit.title} {hit.path.rpartition('/')[2]}".replace("_", " ") for hit in theirs]
    years = [{stem for stem in stems(name) if YEAR.fullmatch(stem)} for name in names]
    if not theirs or not all(years) or any(year in hit.headed for hit in theirs):
        return ""
    if any(int(own) - REPORTED_YEARS <= int(year) <= int(own) for those in years for own in those):
        return ""
    called = [word for word in re.findall(r"[^\W_]+", query.text) if not calling.isdisjoint(stems(word))]
    names = [word for word in called if word != word.lower()] or called
    return f"{' '.join(dict.fromkeys(names))} in {year}"


def _counts(question: str) -> set[str]:
    """Numbers that could be years, of which none is used as one: "more than 2000 employees"."""
    return set(_FOUR_DIGITS.findall(question)) - {found[1] for found in _AS_YEAR.finditer(question)}
