"""Which document a question names ("according to the 1998 DMCA summary …"): its title, file name or opening words.

Soft: a document that is named brings its best passages in and lifts them; no other is shut out.
"""

import re
import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from heapq import nsmallest

from phitui.library.search.called import KINDS, YEAR, Called, OneWordNames, earlier_years
from phitui.library.search.ranking import Query
from phitui.library.store.documents import Store
from phitui.library.terms.words import apart, stems

OPENING_CHARACTERS = 200
"""Of the first page: where a title stands that the file's own metadata lack."""
OPENING_CREDIT = 0.5
"""What a word of the opening counts, against one of title or file name."""
FEWEST_SHARE = 0.12
"""Of the question's words, by rarity: a document with less shares a word with the question, but is not named by it."""
CLEAR_SHARE = 0.5
"""Of a question that clearly names a document: its name says no more about what is asked for inside it."""
CLEAR_LEAD = 0.2
"""Ahead of the next one."""
SURE_SHARE = 0.3
"""Added where a question calls a document by what hardly means anything else, however long the question is …"""
YEAR_SHARE = 0.2
"""… and where it also has the year of its name: a company has a report for each …"""
FORM_SHARE = 0.1
"""… or the form that it was filed on."""
NAMED_DOCUMENTS = 2
"""Documents that one question may name."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_BETWEEN_CLAUSES = re.compile(r"(?<=[;:,–—])\s+")
_ASKS = re.compile(
    r"\b(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|has|have|had|can|could|will|would|"
    r"shall|should|may|might|must)\b",
    re.IGNORECASE,
)

_GONE = "\0"
"""Stands where a word of a name was …"""
_RUN = rf"{_GONE}(?:[\s'’&.–—-]*{_GONE})*"
_AT_END = re.compile(
    rf"(?:\s+(?:at|from|by|with|for|on|of|in|to)(?=\s))?(?:\s+the(?=\s))?[\s-]*{_RUN}\s*(?=[?!,;]|\.?\s*$)",
    re.IGNORECASE,
)
"""… and at the end of a clause takes along what leads to it."""

FEWEST_LEFT = 2
"""Words that a question has beside a title, to be looked for without it: "begin" alone, of "Where does the Rhine
begin?", is said of much. Of 490 questions of a public set that name a document 47 have fewer, and of all 4,832 recall@5
is .0006 higher so. A document that is surely called is no topic: of "2022 10-K: purchases?" one word is enough."""
WHOLE = 0.75
"""Share of the words of a document's title or file name: with so many it is its name, with less perhaps its topic."""

Credits = tuple[dict[int, dict[str, float]], dict[int, Called], dict[int, float]]
"""Document id → stem of the question → how much it counts for its name; how those are called that are called surely;
document id → share of the question, by rarity, that stands in its name."""


class Names:
    """The words by which documents are called. May be used from any thread.

    Documents that have changed are read again, and no others: while many are being added, every search looks here.
    """

    def __init__(self, store: Store):
        self._store = store
        self._lock = threading.Lock()
        self._level = ("", -1)
        """Library and change number that were read."""
        self._versions: dict[int, int] = {}
        """Of the documents that were read."""
        self._called: dict[str, dict[int, float]] = defaultdict(dict)
        """Stem → document id → credit."""
        self._in_one_word = OneWordNames()
        self._last: tuple[str, Credits] | None = None
        """What was told of the last question: it is asked several times."""

    def named(self, query: Query) -> dict[int, float]:
        """Document id → how much of the question names it, 0 to 1: the NAMED_DOCUMENTS best. Raises LibraryError."""
        credits, surely, told = self._credits(query)
        shares = dict(told)
        for document_id, called in surely.items():
            of_year = any(credit >= 1.0 and YEAR.fullmatch(stem) for stem, credit in credits[document_id].items())
            more = SURE_SHARE + YEAR_SHARE * of_year + FORM_SHARE * called.form
            shares[document_id] = min(1.0, shares[document_id] + more)
        return {document_id: share for document_id, share in _best(shares) if share >= FEWEST_SHARE}

    def _credits(self, query: Query) -> Credits:
        with self._lock:
            self._catch_up()
            if self._last is None or self._last[0] != query.text:
                self._last = query.text, self._told(query)
            return self._last[1]

    def _told(self, query: Query) -> Credits:
        asked = set(query.stems)
        found: dict[int, dict[str, float]] = defaultdict(dict)
        for stem in asked - earlier_years(asked & self._called.keys()):
            for document_id, credit in self._called.get(stem, {}).items():
                found[document_id][stem] = credit
        surely = {}
        for document_id, each in self._in_one_word.called(query.text).items():
            found[document_id].update(dict.fromkeys(each.stems & asked, 1.0))
            if each.surely:
                surely[document_id] = each
        return found, surely, _shares(query, found)

    def calling(self, query: Query) -> set[str]:
        """Stems of the question by which it surely calls a document. Raises LibraryError."""
        credits, surely, _ = self._credits(query)
        return {stem for document_id in surely for stem in credits[document_id]}

    def without_name(self, query: Query) -> tuple[int, str] | None:
        """(document, the question without the words of its title and file name), where it clearly names one.

        None where it names none, or says hardly anything else. Raises LibraryError.
        """
        credits, surely, shares = self._credits(query)
        (best, share), (_, next_share) = [*_best(shares), (0, 0.0), (0, 0.0)][:2]
        if share < CLEAR_SHARE or share - next_share < CLEAR_LEAD:
            if len(surely) != 1:
                return None
            best = next(iter(surely))
        naming = {stem for stem, credit in credits[best].items() if credit >= 1.0}
        by_name = best in surely and surely[best].by_name
        if not by_name and (_is_topic(query.text, naming) or not self._is_whole(best, naming)):
            return None
        if earlier_years(set(query.stems)):  # they are compared, and the report has a column for each
            naming = {stem for stem in naming if not YEAR.fullmatch(stem)}
        text = _without(query.text, naming)
        enough = len(stems(text)) >= (1 if best in surely else FEWEST_LEFT)
        return (best, text) if naming and enough else None

    def _is_whole(self, document_id: int, naming: set[str]) -> bool:
        """Whether these stems of a question are its title or its file's name, but for what kind of document it is."""
        for _, title, path, _ in self._store.openings(0, [document_id]):
            for name in (title, path.rsplit("/", 1)[-1].rsplit(".", 1)[0]):
                wanted = set(_parts(name)) - _kinds()
                if wanted and len(wanted & naming) >= WHOLE * len(wanted):
                    return True
        return False

    def _catch_up(self) -> None:
        library, change = self._store.library_id(), self._store.change()
        if (library, change) == self._level:
            return
        known = self._versions if self._level[0] == library else {}
        # Versions only grow: those above the greatest that is known are all that is new, where nothing is gone.
        wanted = known | self._versions_above(max(known.values(), default=-1))
        if len(wanted) != self._store.with_passages():
            wanted = self._versions_above(-1)
        gone = {key for key, version in self._versions.items() if wanted.get(key) != version}
        if gone:
            self._in_one_word.remove(gone)
            for stem in [stem for stem, credits in self._called.items() if not gone.isdisjoint(credits)]:
                kept = {key: credit for key, credit in self._called.pop(stem).items() if key not in gone}
                if kept:
                    self._called[stem] = kept
        new = [key for key in wanted if key in gone or key not in self._versions]
        for document_id, title, path, opening in self._store.openings(OPENING_CHARACTERS, new):
            name = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
            self._in_one_word.add(document_id, title, name)
            for credit, text in ((OPENING_CREDIT, opening), (1.0, f"{title} {name}")):
                for stem in _parts(text):
                    self._called[stem][document_id] = credit
        self._versions, self._level, self._last = wanted, (library, change), None

    def _versions_above(self, number: int) -> dict[int, int]:
        return {key: version for key, (version, _) in self._store.versions(number).items()}


@cache
def _kinds() -> frozenset[str]:
    return frozenset(stems(" ".join(KINDS)))


def _is_topic(question: str, naming: set[str]) -> bool:
    """Whether these stems are written small in a question that has capitals: no name, but what it is about."""
    words = [word for word in _WORD.findall(question) if naming & set(stems(word))]
    return question != question.lower() and all(word == word.lower() for word in words)


def _without(question: str, naming: set[str]) -> str:
    """The question without words of these stems, and without a clause that has some of them and asks nothing."""

    def names(word: str) -> bool:
        found = set(stems(word))
        return bool(found) and found <= naming

    question = " ".join(question.replace(_GONE, " ").split())
    clauses = _BETWEEN_CLAUSES.split(question)
    asking = [each for each in clauses if _ASKS.search(each) or not any(map(names, _WORD.findall(each)))]
    if any(map(_ASKS.search, asking)) and stems(" ".join(asking)):
        question = " ".join(asking)
    words = _WORD.sub(lambda word: _GONE if names(word.group()) else word.group(), question)
    words = re.sub(_RUN, " ", _AT_END.sub("", words))
    return " ".join(words.split()).strip(" :;,–—-)(’'\"").lstrip(".")


def _shares(query: Query, credits: Mapping[int, Mapping[str, float]]) -> dict[int, float]:
    rarity = {stem: query.rarity.get(stem, 1.0) for stem in query.stems}
    whole = sum(rarity.values()) or 1.0
    return {
        document_id: sum([credit * rarity[stem] for stem, credit in found.items()]) / whole
        for document_id, found in credits.items()
    }


def _best(shares: Mapping[int, float]) -> list[tuple[int, float]]:
    return nsmallest(NAMED_DOCUMENTS, shares.items(), key=lambda row: (-row[1], row[0]))


def _parts(text: str) -> Sequence[str]:
    """Stems, of letters and digits that stand together ("21cfr1308") also one by one."""
    return [*stems(text), *stems(apart(text))]
