"""What of a document is worth noting for a question, without a model: its most central sentences, those of a kind
that the question lists (deadlines, amounts, …), or those that speak to it.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log, sqrt
from typing import TYPE_CHECKING

from phitui.answers.deep_reading.parts import Part, PlacedSentence
from phitui.answers.evidence.quantities import MONTHS
from phitui.answers.evidence.quotes import candidates, is_heading
from phitui.answers.leaning import leans
from phitui.documents.document import Span
from phitui.library.search.ranking import Query
from phitui.library.terms.words import STOP_WORDS, coverage, stems
from phitui.records import Hit
from phitui.text import fold

if TYPE_CHECKING:
    from numpy.typing import NDArray

SUMMARISE = "Summarise this document"
"""What is asked of a whole document where nothing else is."""
NOTES_A_PART = 2
FEWEST_NOTES = 4
"""Sentences noted of each part, and the fewest noted of a whole document, unless the question asks for a list."""
ANSWER_SENTENCES = 8
"""Sentences of an answer made of notes, unless the question asks for a list."""
SPEAKS = 1 / 3
"""A sentence speaks to the question where it and its neighbours hold this share of the question's words, by rarity."""
SPEAKS_BY_MEANING = 0.45
"""Or where its cosine with the question reaches this."""
PROSE_LETTERS, ITEM_LETTERS = 0.65, 0.5
"""A line with a smaller share of letters is taken for a row of a table or a formula; items of lists have numbers."""
OPENING, SAYS_WHAT_IT_IS, LEANS, FRAGMENT = 0.05, 0.1, 0.15, 0.15
"""On the scale of cosines: what a sentence gains where it opens a part or says what the document is, and what it loses
where it leans on the sentence before or was cut. Set by hand."""
LONG = 200
"""Characters: a sentence this long may be the first piece of one that was cut (pieces have 200 to 400)."""
ALIKE = 0.8
"""Two sentences say the same thing where they share this much of the shorter one's words."""

_MONTH = "(?:" + "|".join([*MONTHS, *(f"{month[:3]}\\." for month in MONTHS)]) + ")"
_COUNT = r"(?:\d[\d,.]*|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|thirty|sixty|ninety)"
_PERIOD = r"(?:business |calendar |working |fiscal )?(?:hour|day|week|month|year)s?"
_DATE = (
    rf"\b{_MONTH}\s+\d{{1,2}}\b|\b\d{{1,2}}\s+{_MONTH}\b|\b{_MONTH},?\s+\d{{4}}\b|\b\d{{4}}-\d\d-\d\d\b"
    r"|\b\d{1,2}/\d{1,2}/\d{2,4}\b"
)
_LISTS = (
    (
        r"\bdeadlines?\b|\bdue dates?\b|\btime[- ]?(?:limits?|frames?)\b",
        r"\b(?:no|not) later than\b|\bon or before\b|\bdeadlines?\b|\b(?:is|are|be|becomes?) due\b|\bexpires?\b"
        rf"|\b(?:within|in|after) (?:the )?(?:first |next |a period of )?(?:{_COUNT}[ -]){{1,2}}(?:\(\d+\) )?"
        rf"{_PERIOD}\b"
        rf"|\b(?:before the end of|at the end of|until the end of|during) the\b.{{0,20}}\b{_COUNT}[ -]{_PERIOD}"
        rf"|\b(?:at least|not less than|no fewer than) (?:{_COUNT} ){_PERIOD} (?:before|prior|in advance|after)\b"
        rf"|\b(?:{_COUNT}[ -]){{1,2}}{_PERIOD} (?:after|before|from|following|prior to)\b"
        rf"|\b(?:no|not) (?:longer|more|less) than (?:{_COUNT}[ -]){{1,2}}{_PERIOD}\b"
        rf"|\bevery (?:{_COUNT} )?{_PERIOD}\b|\bexpiration of\b"
        rf"|\b(?:by|until|before) (?:{_DATE})",
    ),
    (r"\bdates\b|\btimeline\b|\bchronolog", rf"{_DATE}|\b(?:in|of|since|by|until|from) (?:1[0-9]|20)\d\d\b"),
    (
        r"\bamounts?\b|\bsums of money\b|\bfees\b|\bprices\b|\bcosts\b",
        r"[$€£]\s?\d|\b\d[\d,.]*\s+(?:dollars|euros|pounds|cents)\b|\b\d[\d,.]*\s+[mb]illion\b",
    ),
    (
        r"\bdefinitions?\b|\bdefined terms\b|\bterms (?:that are )?defined\b",
        r"[\"“”’'][^\"“”]{2,80}[\"“”’'],?\s+(?:means|is|are|includes|refers to)\b|\bmeans (?:any|an?|the)\b"
        r"|\b(?:is|are) defined (?:as|in|to|by)\b|\bthe term\b",
    ),
    (
        r"\bobligations?\b|\bduties\b|\brequirements?\b|\bresponsibilities\b",
        r"\b(?:shall|must|(?:is|are) required to|ha[sv]e? to|may not)\b",
    ),
)
"""(what a question that asks for such a list says, what an item of the list says)."""
_SUMMARY = re.compile(
    r"\bsummar\w+|\boverview\b|\bgist\b|\btl;?dr\b|\b(?:main|key|most important) (?:points?|ideas?|findings?|messages?|"
    r"arguments?|takeaways?|results?|contents?)\b|\bwhat\b.{0,30}\babout\s*\?*$|\bwhat does (?:it|this) say\s*\?*$",
    re.IGNORECASE,
)
_OF_ANY_DOCUMENT = frozenset(
    "document documents paper papers report text texts file files book article act law whole entire all list every "
    "each give find show tell please short brief briefly sentence sentences page pages section sections what which "
    "main key important point points idea ideas finding findings content contents mentioned named given stated there "
    "long money overview gist takeaways takeaway chapter chapters write make extract set out down".split()
)
"""Words of a question about a whole document that say nothing of what it is about."""
_OVERVIEW = re.compile(r"\b(?:abstract|summary|introduction|overview|conclusions?|purpose|findings)\b", re.IGNORECASE)
_OPENING = re.compile(r"^[\"“‘'\[\s]*(?:\(\w{1,4}\)\s*|\w{1,3}[.)]\s+|[•▪●*–—-]\s+)*")
"""Quotation marks, bullets, and numbers of paragraphs."""
_REFERENCE = re.compile(r"https?://|\bwww\.|\b(?:supra|ibid)\b|\bId\. at\b|\bavailable at\b", re.IGNORECASE)
"""What stands in footnotes and lists of references."""
_ENDS = '.!?"”’'
_CUE = re.compile(
    r"\b(?:in (?:summary|conclusion|short)|we (?:conclude|find|show|propose)|(?:this|the) (?:report|act|paper|study|"
    r"document|article|rule|memorandum|law|book|chapter|title|section)\b.{0,40}\b(?:is|describes?|provides?|"
    r"summarizes?|contains?|shows?|presents?|establish\w*|creates?|amends?|implements?|limits?|adds?|requires?)|"
    r"(?:purpose|aim|goal|objective)s? of)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a question wants of a whole document."""

    kind: str
    """summary, list or question."""
    item: "re.Pattern[str] | None" = None
    """What an item of the list looks like."""
    about: tuple[str, ...] = ()
    """Stems that narrow a list down: that of "libraries" in "all deadlines for libraries"."""

    @classmethod
    def of(cls, question: str) -> "Purpose":
        """Read from the question's words alone."""
        for asked, item in _LISTS:
            found = re.search(asked, question, re.IGNORECASE)
            if found:
                about = _about(question[: found.start()] + question[found.end() :])
                return cls("list", re.compile(item, re.IGNORECASE), tuple(about))
        found = _SUMMARY.search(question)
        if found and not _about(question[: found.start()] + question[found.end() :]):
            return cls("summary")
        return cls("question")


def _about(question: str) -> list[str]:
    words = re.findall(r"[^\W_]+", fold(question))
    return [stem for word in words if word not in STOP_WORDS | _OF_ANY_DOCUMENT for stem in stems(word)]


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence worth noting, with its score among those of its document."""

    line: PlacedSentence
    score: float
    rest: PlacedSentence | None = None
    """The rest of a sentence that was too long to be stored whole."""

    @property
    def text(self) -> str:
        """On one line."""
        lines = [self.line, self.rest] if self.rest else [self.line]
        return " ".join(" ".join(each.sentence.text.split()) for each in lines)

    @property
    def span(self) -> Span:
        first, last = self.line.sentence.span, (self.rest or self.line).sentence.span
        return Span(first.page, first.start, last.page_end, last.end)


class Centre:
    """What some sentences are about together: the mean of their meanings or, where vectors lack, of their words."""

    def __init__(self, lines: Sequence[PlacedSentence]):
        import numpy as np

        self._mean: NDArray[np.float32] | None = None
        vectors = [line.sentence.vector for line in lines if line.sentence.vector is not None]
        if len(vectors) == len(lines) and vectors:
            total = np.sum(np.stack(vectors), axis=0)
            self._mean = total / max(float(np.linalg.norm(total)), 1e-9)
            return
        rows = [Counter(stems(line.sentence.text)) for line in lines]
        held = Counter(stem for row in rows for stem in row)
        self._weights = {stem: log(1 + len(rows) / count) for stem, count in held.items()}
        self._words: Counter[str] = Counter()
        for row in rows:
            self._words.update(row)
        self._norm = sqrt(sum((count * self._weights[stem]) ** 2 for stem, count in self._words.items()))

    def nearness(self, line: PlacedSentence) -> float:
        """Cosine of one of the sentences and the centre."""
        if self._mean is not None and line.sentence.vector is not None:
            return float(self._mean @ line.sentence.vector)
        row = Counter(stems(line.sentence.text))
        product = sum(count * self._words[stem] * self._weights[stem] ** 2 for stem, count in row.items())
        norm = sqrt(sum((count * self._weights[stem]) ** 2 for stem, count in row.items()))
        return product / (norm * self._norm) if product else 0.0


class Notetaker:
    """Notes sentences part by part."""

    def __init__(self, purpose: Purpose, query: Query, lines: Sequence[PlacedSentence], rarity: dict[str, float]):
        self._purpose, self._query, self._rarity = purpose, query, rarity
        present = {stem for line in lines for stem in stems(line.sentence.text)} if purpose.about else set()
        self._about = [stem for stem in purpose.about if stem in present]
        self._centre = Centre([line for line in lines if _is_prose(line)]) if purpose.kind == "summary" else None

    def notes(self, part: Part, parts: int) -> list[Note]:
        """What is worth noting of one of so many parts, in order of the text; nothing where nothing is."""
        if self._purpose.kind == "list":
            return self._items(part)
        found = self._central(part) if self._centre is not None else self._telling(part)
        best = sorted(found, key=lambda note: -note.score)[: max(NOTES_A_PART, FEWEST_NOTES // parts)]
        return sorted(best, key=lambda note: note.line.ordinal)

    def _central(self, part: Part) -> list[Note]:
        prose = [line for line in part.lines if _is_prose(line)]
        if self._centre is None or not prose:
            return []
        here = Centre(prose)
        notes = []
        for place, line in enumerate(prose):
            text = line.sentence.text
            score = (self._centre.nearness(line) + here.nearness(line)) / 2
            score += OPENING * (place < 2) + SAYS_WHAT_IT_IS * bool(_CUE.search(text))
            score += SAYS_WHAT_IT_IS * bool(_OVERVIEW.search(line.hit.section))
            begins = _OPENING.sub("", text)[:1]
            fragment = begins.islower() or begins.isdigit() or text[-1] not in _ENDS or bool(_REFERENCE.search(text))
            score -= LEANS * leans(text) + FRAGMENT * fragment
            notes.append(Note(line, score))
        return notes

    def _items(self, part: Part) -> list[Note]:
        found = []
        for place, line in enumerate(part.lines):
            text = " ".join(line.sentence.text.split())
            assert self._purpose.item is not None
            if not self._purpose.item.search(text) or not _is_item(line):
                continue
            around = " ".join(each.sentence.text for each in part.lines[max(0, place - 1) : place + 2])
            present = set(stems(f"{around} {line.hit.header}"))
            if not self._about or coverage(self._about, present, self._rarity) >= 0.5:
                found.append(Note(line, 1.0, _rest(part, place)))
        return found

    def _telling(self, part: Part) -> list[Note]:
        lines = {line.ordinal: line for line in part.lines}
        hits = {line.hit.passage_id: line.hit for line in part.lines}
        owned: dict[int, list[PlacedSentence]] = {}
        for line in part.lines:
            owned.setdefault(line.hit.passage_id, []).append(line)
        runs = [_shortened(hit, owned[key]) for key, hit in hits.items()]
        found = candidates(self._query, runs, lambda hit: [line.sentence for line in owned[hit.passage_id]])
        return [
            Note(lines[each.ordinal], each.score)
            for each in found
            if each.signals["around"] >= SPEAKS or each.signals["meaning"] >= SPEAKS_BY_MEANING
        ]


def reduced(notes: Sequence[Note], purpose: Purpose) -> list[Note]:
    """The answer's sentences, in order of the text.

    All items of a list; otherwise none said twice, of a summary the best of each stretch of the document.
    """
    ordered = sorted(notes, key=lambda note: note.line.ordinal)
    if purpose.kind == "list":
        return ordered
    if purpose.kind == "summary" and ordered:
        count = min(ANSWER_SENTENCES, len(ordered))
        stretches = [ordered[a:b] for a, b in pairwise(len(ordered) * n // count for n in range(count + 1))]
    else:
        stretches = [ordered] * ANSWER_SENTENCES
    kept: list[Note] = []
    said: list[set[str]] = []
    for stretch in stretches:
        for note in sorted(stretch, key=lambda note: -note.score):
            told = set(stems(note.text))
            if not any(len(told & other) >= ALIKE * max(1, min(len(told), len(other))) for other in said):
                kept.append(note)
                said.append(told)
                break
    return sorted(kept, key=lambda note: note.line.ordinal)


def _shortened(hit: Hit, lines: Sequence[PlacedSentence]) -> Hit:
    return replace(hit, first_sentence=lines[0].ordinal, last_sentence=lines[-1].ordinal)


def _rest(part: Part, place: int) -> PlacedSentence | None:
    """The line after this one, where this one was cut and that one goes on."""
    line, follows = part.lines[place], part.lines[place + 1 : place + 2]
    cut = len(line.sentence.text) >= LONG and line.sentence.text[-1] not in _ENDS
    return follows[0] if cut and follows and follows[0].sentence.text[:1].islower() else None


def _is_item(line: PlacedSentence) -> bool:
    """Whether it may be an item of a list: short, but neither a heading nor a row of figures."""
    return _is_prose(line, 2, ITEM_LETTERS) and not is_heading(line.sentence.text, line.hit)


def _is_prose(line: PlacedSentence, fewest: int = 8, share: float = PROSE_LETTERS) -> bool:
    """Whether it is a sentence, and not a heading, a row of a table or of a table of contents."""
    text = line.sentence.text
    words = text.split()
    letters = sum(map(str.isalpha, text))
    return len(words) >= fewest and letters >= share * len(text) and "...." not in text and ". . ." not in text
