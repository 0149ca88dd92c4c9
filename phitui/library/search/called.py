"""What documents are called in one word, and the words of a question that call them so.

Files are named "BESTBUY_2023_10K", questions ask of "Best Buy's" sales; "JnJ" is JOHNSON_JOHNSON, "CVS" is CVSHEALTH,
"WH-1000XM4" is wh1000xm4.pdf.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import takewhile

from phitui.library.terms.related import is_common
from phitui.library.terms.words import STOP_WORDS, stems
from phitui.text import fold

JOINED_WORDS = 4
"""Words that one word of a name may stand for."""
LONGEST_NAME = 6
"""Words of a name that are looked at."""
FEWEST_LETTERS = 4
"""Of joined words: shorter ones stand in too many names."""
WORDS_IN_ORDER = 3
"""Of a name: so many are no chance."""
FEWEST_CAPITALS = 3
"""Of a word in capitals that a longer word of a name begins with."""

_WORD = re.compile(r"[^\W_]+(?:['’](?!s\b)[^\W_]+)*")
_LEGAL = frozenset(
    "inc corp corporation co company companies ltd limited plc llc lp sa ag se nv gmbh group the".split()
)
KINDS = frozenset(
    "privacy policy policies terms conditions use service services agreement notice statement annual quarterly report "
    "manual guide user users handbook documentation docs faq eula com org net gov edu www".split()
)
"""What documents are and where they stand, beside the names of what they are about: of many, no document's own."""
_NAMED_SO = re.compile(r"(?<![^\W_])[^\W_]+(?=['’]s\b|['’](?=\s)|:| [-–—|] |\)\W*$|\.(?:com|org|net|gov|edu)\b)")
"""A word that is used as a name, also at the beginning of a question."""
_ABBREVIATION = re.compile(r"(?<![^\W_])[A-Z](?:[&n]?[A-Z]){1,5}(?![^\W_])")
_FORM = re.compile(r"(?<![^\W_])(?:10|20|40|8|6)[-‑ ]?[kqf](?![^\W_])", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(slots=True)
class Called:
    """How a question calls one document."""

    stems: set[str] = field(default_factory=set)
    """Of the question."""
    surely: bool = False
    """By what hardly means anything else: the first word of its file's name, a short form, several words."""
    by_name: bool = False
    """So, and not merely by several words, which may be its topic."""
    form: bool = False
    """Also by the form that it was filed on."""


class OneWordNames:
    """Words that stand for whole names. Read from one thread at a time."""

    def __init__(self) -> None:
        self._joined: dict[str, list[int]] = {}
        self._single: dict[str, list[int]] = {}
        self._first: dict[str, list[int]] = {}
        self._dated: dict[str, list[int]] = {}
        """Of `_first`, where further words of the file's name have digits: its year, its form."""
        self._initials: dict[str, list[int]] = {}
        self._forms: dict[str, list[int]] = {}
        self._alone: dict[str, list[int]] = {}
        """Of file names that say nothing else but what kind of document it is."""
        self._sorted: list[str] | None = None
        """Those of `_single`; None after a change."""

    def add(self, document_id: int, title: str, file: str) -> None:
        """A document that is not there; `file` is its file's name without the ending."""
        for table, word in self._entries(title, file):
            table.setdefault(word, []).append(document_id)
        self._sorted = None

    def remove(self, documents: AbstractSet[int]) -> None:
        """They are called no more."""
        tables = (self._joined, self._single, self._first, self._dated, self._initials, self._forms, self._alone)
        for table in tables:
            for word in [word for word, those in table.items() if not documents.isdisjoint(those)]:
                kept = [each for each in table.pop(word) if each not in documents]
                if kept:
                    table[word] = kept
        self._sorted = None

    def _entries(self, title: str, file: str) -> Iterator[tuple[dict[str, list[int]], str]]:
        """Where each word goes that stands for the document."""
        for name in dict.fromkeys((title, file)):
            words = [fold(word) for word in _words(name)][:LONGEST_NAME]
            for first, last, joined in _runs(words):
                yield self._joined, joined
                if first == last:
                    yield self._single, joined
            letters = [word for word in words if word.isalpha() and word not in _LEGAL and word not in STOP_WORDS]
            for count in range(2, len(letters) + 1):
                yield self._initials, "".join(word[0] for word in letters[:count])
        for form in _forms(title) | _forms(file):
            yield self._forms, form
        beginning, *others = _words(file) or [""]
        yield self._first, fold(beginning)
        if any(map(_DIGIT.search, others)):
            yield self._dated, fold(beginning)
        about = {word: None for word in map(fold, _words(file)) if word not in _LEGAL and word not in KINDS}
        if 0 < len(about) <= JOINED_WORDS:
            yield self._alone, "".join(about)

    def called(self, question: str) -> dict[int, Called]:
        """Document id → how the question calls it, of those that it calls so."""
        found: dict[int, Called] = defaultdict(Called)

        def call(documents: Iterable[int], words: str, surely: bool, by_name: bool = True) -> None:
            for document in documents:
                found[document].stems.update(stems(words))
                found[document].surely |= surely
                found[document].by_name |= surely and by_name

        written = _words(question)
        folded = [fold(word) for word in written]
        for first, last, joined in _runs(folded):
            words = " ".join(written[first : last + 1])
            if first and folded[first - 1] == "the" and all(word != word.lower() for word in written[first : last + 1]):
                call(self._alone.get(f"the{joined}", ()), words, True)
            call(self._joined.get(joined, ()), words, last - first + 1 >= WORDS_IN_ORDER, by_name=False)
            if last > first:
                call(self._single.get(joined, ()), words, True)
                if all(word != word.lower() for word in written[first : last + 1]):
                    call(self._alone.get(joined, ()), words, True)
        so = set(_NAMED_SO.findall(question))
        for place, word in enumerate(written):
            if word in so or (place and word != word.lower()):
                call(self._alone.get(fold(word), ()), word, True)
            common = all(map(is_common, stems(word)))
            # A word of general English is a name where no sentence begins with it and files that are dated bear it.
            if word != word.lower() and (place or not common):
                call((self._dated if common else self._first).get(fold(word), ()), word, True)
            if word.isupper() and word.isalpha() and len(word) >= FEWEST_CAPITALS and fold(word) not in self._single:
                for name in self._beginning_with(fold(word)):
                    call(self._single[name], word, True)
        for match in _ABBREVIATION.finditer(question):
            initials = re.sub("[^A-Z]", "", match.group()).lower()
            # Two letters alone stand for too much, "J&J" does not.
            call(self._initials.get(initials, ()), match.group(), len(match.group()) > 2)
        for form in _forms(question):
            for document in found.keys() & self._forms.get(form, ()):
                found[document].form = True
        return found

    def _beginning_with(self, start: str) -> Iterator[str]:
        if self._sorted is None:
            self._sorted = sorted(self._single)
        every = self._sorted
        here = (every[at] for at in range(bisect_left(every, start), len(every)))
        return takewhile(lambda name: name.startswith(start), here)


def _forms(text: str) -> set[str]:
    """10-K, 10-Q and others, in one writing."""
    return {re.sub(r"[^\w]", "", match.group()).lower() for match in _FORM.finditer(text)}


def _words(name: str) -> list[str]:
    return _WORD.findall(name.replace("_", " "))


def _runs(words: list[str]) -> Iterator[tuple[int, int, str]]:
    """(first, last, the words from the one to the other as one)."""
    for first in range(len(words)):
        for last in range(first, min(len(words), first + JOINED_WORDS)):
            joined = "".join(words[first : last + 1])
            ends = {words[first], words[last]}
            if len(joined) >= FEWEST_LETTERS and not joined.isdigit() and ends.isdisjoint(STOP_WORDS):
                yield first, last, joined


def earlier_years(found: set[str]) -> set[str]:
    """Of the years among stems all but the last: the report on a year also tells of the year before."""
    years = {stem for stem in found if YEAR.fullmatch(stem)}
    return years - {max(years)} if years else set()
