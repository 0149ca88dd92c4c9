"""Lines that run through the pages of a document, headers and footers, told from lines that carry data.

A line runs where it is the same on most pages, or where it differs by a number alone that counts the pages, or names a
section (§) whose heading stands nearby. A number that counts something else (invoices, articles, days) is what the page
is about, even where it keeps step with them.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from phitui.text import one_line

FEWEST_PAGES = 4
"""Below this nothing can be told to repeat."""
SHARE_OF_PAGES = 0.55
SHARE_OF_A_SIDE = 0.8
"""Headers that differ on left and right pages repeat on so many of one side."""
ROUNDS = 3
"""So many lines are taken off each end at most."""
RUNNING_CHARACTERS = 200
IN_STEP = 0.7
"""Of the neighbours among the lines of one shape, so many differ by as much as their pages do: the rest are pages that
were left out, or a count that begins anew."""
NAMED_LINES = 3
NAMED_CHARACTERS = 60

_NUMBER = re.compile(r"\d+|\b[ivxlc]+\b")
_WORD = re.compile(r"[^\W\d_]+")
_PAGE_WORDS = frozenset(
    "page pages pg pgs p pp seite seiten s página páginas pagina pagine pág pag str strana strona sida side sivu bl "
    "blz blatt folio fol f sheet slide folie frm стр страница с σελίδα صفحة 第".split()
)
"""Stand before the number of a page; Frm is what the printing office of the USA writes."""
_COUNTED = frozenset(
    "account act amendment annex appendix article artikel art artículo articolo aufgabe batch bed berth bill booklet "
    "borehole canto capítulo capitolo case chapitre chapter ch claim class clause client customer day dose drawing "
    "employee entry exercise exhibit experiment facture factura fattura fig figure file floor form gate grade group "
    "hole house hymn id invoice issue item jour kapitel kunde lesson letter level line lot map meeting member module "
    "month muestra measure no nr num number nummer numéro número order paragraph par part participant patient phase "
    "plate plot position problem protocol psalm question receipt record rechnung ref reference room round route rule "
    "run sample scene schedule sec section session sitting site song specimen stage station step student subject "
    "table tabelle task team teil test ticket tag track trial unit verse visit vol volume week well woche year".split()
)
"""What is numbered within a document: such a number says which one the page is about."""
_DATE = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mär|mai|okt|dez|janv|févr|avr|juin|juil|août|ene|abr|ago|dic"
    r"|мая|июн|июл|янв|фев|мар|апр|авг|сен|окт|ноя|дек|mon|tues|wednes|thurs|fri|satur|sun)\w*",
    re.IGNORECASE,
)
_SECTION = re.compile(r"(?<!§)§++ ?\d[\w.-]*\w")
_APART = re.compile(r"(?:[\t|·•–—]|\s-)\s{0,40}$| {3}$")
"""Ends what stands before a number that is set apart from it."""
_APART_BEHIND = re.compile(r"^\s*[\t|·•–—]|^\s*-\s| {3,}")
_OF_ALL = re.compile(r"^\s*(?:/|of|von|de|di|av|of the|sur|из)\s*(\d+)\W*$", re.IGNORECASE)
"""Behind the number: how many pages there are."""


@dataclass(frozen=True, slots=True)
class Tidied:
    """Pages without their running lines."""

    texts: list[str]
    count: int
    """Lines that were taken out, of all pages together."""
    lines: tuple[str, ...]
    """Each once, as it stood on its first page."""

    @property
    def note(self) -> str:
        """One sentence about them, empty where there are none."""
        if not self.count:
            return ""
        named = ", ".join(f'"{one_line(line, NAMED_CHARACTERS)}"' for line in self.lines[:NAMED_LINES])
        more = ", …" if len(self.lines) > NAMED_LINES else ""
        lines = "line that repeats" if self.count == 1 else "lines that repeat"
        return f"Left out of its pages: {self.count} {lines} ({named}{more}); `phitui page --raw` shows them."


def without_running_lines(texts: Sequence[str], labels: Sequence[str | None] = ()) -> Tidied:
    """The pages without the first and last lines that run through them; none is emptied.

    `labels` are the printed labels of the pages, where they are known. A line that is the same everywhere stays on its
    first page, unless that page says it once more: the name of a firm may stand nowhere else.
    """
    pages = [_Lines(text.split("\n")) for text in texts]
    for end in (0, -1):
        for _ in range(ROUNDS):
            if not _take_one(pages, end, labels):
                break
    result, count = [], 0
    shown: dict[str, str] = {}
    for page, text in zip(pages, texts, strict=True):
        left = "\n".join([*page.above, *page.lines, *reversed(page.below)]).strip("\n")
        if left and page.taken:
            count += len(page.taken)
            for line in page.taken:
                shown.setdefault(_shape(line), line)
        result.append(left or text)
    return Tidied(result, count, tuple(shown.values()))


@dataclass(slots=True)
class _Lines:
    """A page on its way."""

    lines: list[str]
    taken: list[str] = field(default_factory=list)
    above: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)
    """Lines that stay on this page although they run; `below` from the last one upwards."""

    def strip_blank(self, end: int) -> None:
        """Takes blank lines off that end; behind a line that stays they stay too."""
        blank = 0
        for line in self.lines if end == 0 else reversed(self.lines):
            if line.strip():
                break
            blank += 1
        kept = self.above if end == 0 else self.below
        if kept:
            kept += [""] * blank
        if blank:
            del self.lines[slice(blank) if end == 0 else slice(len(self.lines) - blank, None)]


def _take_one(pages: list[_Lines], end: int, labels: Sequence[str | None]) -> bool:
    """Takes the running line off that end of every page that has it; False where none runs."""
    for page in pages:
        page.strip_blank(end)
    shapes = [_shape(page.lines[end]) if page.lines else "" for page in pages]
    filled = [shape for shape in shapes if shape]
    if len(filled) < FEWEST_PAGES:
        return False
    repeated = {shape for shape, count in Counter(filled).items() if count >= SHARE_OF_PAGES * len(filled)}
    for side in (shapes[0::2], shapes[1::2]):
        here = [shape for shape in side if shape]
        if len(here) >= FEWEST_PAGES:
            repeated |= {shape for shape, count in Counter(here).items() if count >= SHARE_OF_A_SIDE * len(here)}
    found = False
    for shape in repeated:
        places = [number for number, each in enumerate(shapes) if each == shape]
        lines = [pages[number].lines[end] for number in places]
        running = _running(places, lines, labels) or _guides(places, lines, pages)
        same = len({" ".join(line.lower().split()) for line in lines}) == 1
        for number in running:
            page, line = pages[number], pages[number].lines.pop(end)
            if same and number == running[0] and _WORD.search(line) and line not in page.lines:
                (page.above if end == 0 else page.below).append(line)
            else:
                page.taken.append(line)
        found = found or bool(running)
    return found


def _running(places: list[int], lines: list[str], labels: Sequence[str | None]) -> list[int]:
    """Those of the places (pages from 0) at which the line of that shape is a running one."""
    numbers = [[match.group() for match in _NUMBER.finditer(_even(line))] for line in lines]
    differing = [at for at, values in enumerate(zip(*numbers, strict=True)) if len(set(values)) > 1]
    if not differing:
        return places
    kept = set(places)
    for at in differing:
        steps = _in_step(places, [each[at] for each in numbers], labels)
        pairs = len(places) - 1
        if steps.pairs < IN_STEP * pairs or not _counts_pages(lines, at):
            return []
        kept &= steps.places
    return [place for place in places if place in kept]


def _guides(places: list[int], lines: list[str], pages: Sequence[_Lines]) -> list[int]:
    """Those of the places at which the line names the section that the page is in, as the heads of statutes do.

    Nothing is lost with such a line: the section's own heading stands on that page or on one beside it.
    """
    found = []
    for place, line in zip(places, lines, strict=True):
        section = _SECTION.search(line)
        near = [text for page in pages[max(0, place - 1) : place + 2] for text in page.lines if text != line]
        if section and any(section.group().replace(" ", "") in text.replace(" ", "") for text in near):
            found.append(place)
    return found if len(found) >= max(FEWEST_PAGES, IN_STEP * len(places)) else []


@dataclass(frozen=True, slots=True)
class _Steps:
    pairs: int
    """Neighbours whose numbers differ as their pages do."""
    places: set[int]
    """Pages that are part of such a pair, or whose number is their label."""


def _in_step(places: Sequence[int], numbers: Sequence[str], labels: Sequence[str | None]) -> _Steps:
    values = [_value(number) for number in numbers]
    pairs, there = 0, set()
    for (page, value), (following, other) in pairwise(zip(places, values, strict=True)):
        if other - value == following - page:
            pairs += 1
            there |= {page, following}
    labelled = {
        place
        for place, number in zip(places, numbers, strict=True)
        if place < len(labels) and (labels[place] or "").lower() == number
    }
    return _Steps(max(pairs, len(labelled) - 1), there | labelled)


def _counts_pages(lines: Sequence[str], at: int) -> bool:
    """Whether the line's number `at`, which keeps step with the pages, is theirs and not of something on them."""
    line = _even(lines[-1])
    match = list(_NUMBER.finditer(line))[at]
    before, behind = line[: match.start()], line[match.end() :]
    if re.search(r"[\d.,:/#№§$€£]$", before.rstrip()) or re.match(r"[.,:]\d|\s*[%°€$£]", behind):
        return bool(re.search(r"\b(?:page|p)[.:#]\s*$", before))
    word = re.search(r"([^\W\d_]+)\W{0,3}$", before)
    if word and word.group(1) in _PAGE_WORDS and not re.search(r"[/,]\s*$", before):
        return True
    whole = _OF_ALL.match(behind)
    words = _WORD.findall(before + " " + behind)
    if whole:
        most = max(_value(_NUMBER.findall(_even(each))[at]) for each in lines)
        return not _WORD.search(before) and most <= int(whole.group(1)) <= 4 * most + 50
    if not words:
        return not re.search(r"\d", before + behind) or bool(re.fullmatch(r"\W*\d{1,3}[-–.]", before))
    if _DATE.search(before + " " + behind) or (word and word.group(1) in _COUNTED):
        return False
    if _APART.search(before) and not behind.strip(" .-–—|") and not re.search(r"[:=]\s*$", before):
        return True
    if _APART_BEHIND.search(behind) and not before.strip(" .-–—|"):
        return True
    return _is_title(lines[-1], before, behind)


def _is_title(line: str, before: str, behind: str) -> bool:
    """Whether the number stands at an end of a line whose other words are a title."""
    first, last = not before.strip(" -–—|[("), not behind.strip(" -–—|])")
    if first == last or re.match(r"\s*[.)]", behind) or (last and re.search(r"[:=(]\s*$", before)):
        return False
    words = [word for word in re.findall(r"[^\W\d_][\w'’]*", line) if len(word) > 1]
    large = sum(word[0].isupper() for word in words)
    return len(words) >= 3 or (len(words) == 2 and large == 2)


def _value(number: str) -> int:
    """Of digits or of a Roman number."""
    if number[0].isdigit():
        return int(number[:9])
    digits = [{"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}[letter] for letter in number]
    return sum(-each if each < after else each for each, after in pairwise([*digits, 0]))


def _even(line: str) -> str:
    """Lower case; white space stays, since it tells what is set apart."""
    return line.lower().strip()


def _shape(line: str) -> str:
    """What stays the same of a header from page to page."""
    if len(line) > RUNNING_CHARACTERS:
        return ""
    return _NUMBER.sub("#", " ".join(line.lower().split()))
