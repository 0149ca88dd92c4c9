"""A question in its documents' writing: dates, numbers and short forms as the library has them.

"2021-05-01" finds "1 May 2021", "1250.50" finds "1,250.50", and "TGU" what "Tidal Gauge Unit, TGU for short" is about.
Figures of accounts get the words of statements (see `figures`).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from phitui.library.terms.figures import in_statements
from phitui.library.terms.words import STOP_WORDS, stems
from phitui.text import fold

FEWEST_DIGITS = 4
"""Numbers with fewer digits are written in one way."""
OTHER_WRITINGS = 2
"""Further writings of a date that a question is given."""
LONGEST_NAME = 7
"""Words of a name that may have a short form."""
SELDOM = 3
"""Passages: a form that stands in more of them finds what is asked as it is. Given their other form as well, 28 of
1,200 questions of a public set changed and 8 lost their first quote."""
MOST_LOOKED_UP = 3
"""Initials of one question whose definition is looked for: each costs a search by words."""

FrequencyOf = Callable[[Sequence[str]], dict[str, int]]
"""Stem → passages that hold it."""
TextsWith = Callable[[Sequence[str]], Sequence[str]]
"""Words → the passages that say most of them."""

_QUOTED = re.compile(r'["“][^"“”\n]+["”]|(?<!\S)\w+:\S+')
_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = (
    r"(?:jan(?:uary|\.)?|feb(?:ruary|\.)?|mar(?:ch|\.)?|apr(?:il|\.)?|may|june?\.?|july?\.?|aug(?:ust|\.)?|"
    r"sept?(?:ember|\.)?|oct(?:ober|\.)?|nov(?:ember|\.)?|dec(?:ember|\.)?)"
)
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_YEAR = r"(?:1[0-9]|20)\d\d"
_DATES = re.compile(
    rf"(?<![\w.,/-])(?:(?P<y1>{_YEAR})(?P<sep>[-/.])(?P<m1>1[0-2]|0?[1-9])(?P=sep)(?P<d1>{_DAY})"
    rf"|(?P<d2>{_DAY})(?:st|nd|rd|th|\.)?(?: of)?\s+(?P<m2>{_MONTH})(?:,?\s+(?P<y2>{_YEAR}))?"
    rf"|(?P<m3>{_MONTH})\s+(?P<d3>{_DAY})(?:st|nd|rd|th)?(?:,?\s+(?P<y3>{_YEAR}))?"
    rf"|(?P<a>{_DAY})(?P<s4>[./-])(?P<b>{_DAY})(?P=s4)(?P<y4>{_YEAR}))(?![\w/-]|\.\d)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.,/:-])\d[\d.,'’\u00a0\u202f]*\d(?![\w/:-]|[.,]\d)")
_SCALES = {"thousand": 3, "million": 6, "mio": 6, "mn": 6, "billion": 9, "bn": 9, "trillion": 12}
"""Word behind a number → its power of ten."""
_AMOUNT = re.compile(
    r"(?<![\w.,])(?P<number>\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d+)?|\d[\d.,'’]*\d|\d)"
    rf"(?:\s|-)?(?P<scale>{'|'.join(_SCALES)})(?![^\W_])",
    re.IGNORECASE,
)
_SHORT = re.compile(r"(?<![\w-])(?=\w*[A-Z][\w&]*[A-Z])[A-Z](?:[A-Z0-9&]{1,7}s?|[A-Za-z0-9&]{1,5})(?![\w-])")
_ASKS_FOR_FORM = re.compile(
    r"\b(?:means?|meaning|stands? for|short (?:for|form)|abbreviat\w*|acronyms?|initials|full (?:form|name)|define\w*|"
    r"definition)\b|^\W*(?:what|who)(?:'s| is| are| was| were)?(?: the| an?)? [\w&]+\W*$",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_][\w’'-]*")


def in_its_writing(text: str, frequency_of: FrequencyOf, texts_with: TextsWith) -> str:
    """The question with dates and numbers as the library writes them, and with what its short forms stand for.

    What stands in quotes or behind a colon is meant as it is written. It comes back unchanged where the library has no
    other writing.
    """
    spared = [match.span() for match in _QUOTED.finditer(text)]

    def meant(match: re.Match[str]) -> bool:
        return any(start <= match.start() < end for start, end in spared)

    taken: list[tuple[int, int, str]] = []
    for match in _DATES.finditer(text):
        if not meant(match):
            taken += _date(match, texts_with)
    inside = [match.span() for each in (_DATES, _AMOUNT) for match in each.finditer(text)]
    for match in _NUMBER.finditer(text):
        if not meant(match) and not any(start <= match.start() < end for start, end in inside):
            taken += _number(match, frequency_of, texts_with)
    for match in _AMOUNT.finditer(text):
        if not meant(match):
            taken += _amount(match, texts_with)
    for match in _SHORT.finditer(text):
        if not meant(match) and text != text.upper():
            taken += _long_form(text, match, frequency_of, texts_with)
    taken += _short_forms(text, frequency_of, texts_with)
    taken += [
        each for each in in_statements(text, frequency_of, texts_with) if not any(a <= each[0] < b for a, b in spared)
    ]
    for start, end, other in sorted(taken, reverse=True):
        text = text[:start] + other + text[end:]
    return text


# ── dates ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Date:
    """A day; the year may be left open."""

    year: int | None
    month: int
    day: int

    def is_same(self, other: "_Date") -> bool:
        years = {self.year, other.year} - {None}
        return (self.month, self.day) == (other.month, other.day) and len(years) < 2


def _readings(match: re.Match[str]) -> set[_Date]:
    """What a written date may mean: 3/4/2021 two days."""
    part = match.groupdict()
    if part["y1"]:
        return {_Date(int(part["y1"]), int(part["m1"]), int(part["d1"]))}
    if part["s4"]:
        one, other, whole = int(part["a"]), int(part["b"]), int(part["y4"])
        both = {_Date(whole, other, one), _Date(whole, one, other)}
        return {date for date in both if date.month <= 12}
    month, day, year = (part["m2"], part["d2"], part["y2"]) if part["m2"] else (part["m3"], part["d3"], part["y3"])
    number = next(n for n, name in enumerate(_MONTHS, 1) if name.startswith(month[:3].lower()))
    return {_Date(int(year) if year else None, number, int(day))}


def _date(match: re.Match[str], texts_with: TextsWith) -> Iterator[tuple[int, int, str]]:
    wanted = _readings(match)
    words = {match.group()}
    for date in wanted:
        name = _MONTHS[date.month - 1]
        words |= {name, name[:3], f"{date.day} {date.day:02} {date.month:02} {date.year or ''}"}
        words |= {f"{date.day}{ending}" for ending in ("st", "nd", "rd", "th")}
    written = [
        " ".join(found.group().split())
        for text in texts_with(sorted(words))
        for found in _DATES.finditer(text)
        if any(one.is_same(other) for one in wanted for other in _readings(found))
    ]
    writings = sorted({_key(each): each for each in written}.items(), key=lambda row: -written.count(row[1]))
    own = _key(match.group())
    found = [each for key, each in writings if not own <= key][:OTHER_WRITINGS]
    if not found:
        return
    if any(own <= key for key, _ in writings):
        yield match.end(), match.end(), f" ({', '.join(found)})"
    else:
        yield match.start(), match.end(), found[0] + "".join(f" ({each})" for each in found[1:])


def _key(written: str) -> frozenset[str]:
    """The words of a date: two writings with the same ones find each other as they are."""
    return frozenset(stems(written, keep_stop_words=True))


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────────────────


def _value(written: str) -> Decimal | None:
    """What a number is worth, with whatever groups its digits; a lone comma before three digits does."""
    bare = re.sub(r"['’\u00a0\u202f]", "", written)
    signs = re.findall(r"[.,]", bare)
    if len(set(signs)) == 2:
        last = signs[-1]
        bare = bare.replace("," if last == "." else ".", "").replace(last, ".")
    elif len(signs) > 1 or (signs == [","] and re.fullmatch(r"\d{1,3},\d{3}", bare)):
        bare = bare.replace(signs[0], "")
    elif signs == [","]:
        bare = bare.replace(",", ".")
    try:
        return Decimal(bare).normalize()
    except InvalidOperation:
        return None


def _number(match: re.Match[str], frequency_of: FrequencyOf, texts_with: TextsWith) -> Iterator[tuple[int, int, str]]:
    written = match.group()
    value = _value(written)
    if value is None or sum(map(str.isdigit, written)) < FEWEST_DIGITS:
        return
    if written.isdigit() and frequency_of([written]).get(written):
        return
    whole, _, rest = f"{value:f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", " ")
    found = [
        each.group()
        for text in texts_with([f"{whole} {grouped} {rest} {re.sub(r'[^0-9]', ' ', written)}"])
        for each in _NUMBER.finditer(text)
        if _value(each.group()) == value
    ]
    if found and written not in found:
        yield match.start(), match.end(), max(sorted(set(found)), key=found.count)


def _worth(match: re.Match[str]) -> Decimal | None:
    """What an amount is worth: 1.2 billion as much as 1,200 million."""
    value = _value(match["number"].replace(" ", "\u00a0"))
    return None if value is None else value.scaleb(_SCALES[match["scale"].lower()]).normalize()


def _amount(match: re.Match[str], texts_with: TextsWith) -> Iterator[tuple[int, int, str]]:
    """The library's writing of "1.2 billion", behind the question's."""
    worth = _worth(match)
    if worth is None:
        return
    words = []
    for scale in ("thousand", "million", "billion"):
        count = worth.scaleb(-_SCALES[scale])
        if 1 <= count < 10**6:
            words.append(f"{count:,f} {scale}".replace(",", " ").replace(".", " "))
    found = [
        " ".join(each.group().split())
        for text in texts_with(words)
        for each in _AMOUNT.finditer(text)
        if _worth(each) == worth
    ]
    if found and not any(_key(each) == _key(match.group()) for each in found):
        yield match.end(), match.end(), f" ({max(sorted(set(found)), key=found.count)})"


# ── short forms ──────────────────────────────────────────────────────────────────────────────────────────────


def _long_form(
    question: str, match: re.Match[str], frequency_of: FrequencyOf, texts_with: TextsWith
) -> Iterator[tuple[int, int, str]]:
    short = match.group().removesuffix("s")
    stem = stems(short, keep_stop_words=True)[:1]
    count = frequency_of(stem).get(stem[0], 0) if stem else 0
    if not count or (count > SELDOM and not _ASKS_FOR_FORM.search(question)):
        return
    there = set(stems(question))
    for text in texts_with([short]):
        long = defined(short, text)
        if long is not None:
            if not set(stems(long)) <= there:
                yield match.end(), match.end(), f" ({long})"
            return


def _short_forms(text: str, frequency_of: FrequencyOf, texts_with: TextsWith) -> Iterator[tuple[int, int, str]]:
    """The short form of the longest name in the question that the library defines one for."""
    words = list(_WORD.finditer(text))
    looked = 0
    runs = [
        (first, last)
        for length in range(min(LONGEST_NAME, len(words)), 1, -1)
        for first in range(len(words) - length + 1)
        for last in [first + length - 1]
        if words[first].group().lower() not in STOP_WORDS and words[last].group().lower() not in STOP_WORDS
    ]
    done: list[tuple[int, int]] = []
    for first, last in runs:
        if any(start <= first and last <= end for start, end in done):
            continue
        run = [word.group() for word in words[first : last + 1]]
        wanted = set(stems(" ".join(run)))
        if min(frequency_of(sorted(wanted)).values(), default=0) > SELDOM and not _ASKS_FOR_FORM.search(text):
            continue
        for short in _initials(run):
            if not frequency_of([short.lower()]).get(short.lower()) or re.search(rf"\b{short}\b", text):
                continue
            looked += 1
            if looked > MOST_LOOKED_UP:
                return
            found = (defined(short, each) for each in texts_with([short, *run]))
            if any(long is not None and set(stems(long)) == wanted for long in found):
                end = words[last].end()
                yield end, end, f" ({short})"
                done.append((first, last))
                break


def _initials(words: Sequence[str]) -> list[str]:
    """Of all words, and of those that are no "of", "and", "the"; of two letters only where the words are a name."""
    topical = [word for word in words if word.lower() not in STOP_WORDS]
    fewest = 2 if all(word[0].isupper() for word in topical) else 3
    both = ["".join(word[0].upper() for word in each) for each in (words, topical)]
    return [each for each in dict.fromkeys(both) if len(each) >= fewest]


def defined(short: str, text: str) -> str | None:
    """The long form that a text gives a short one: "Long Form (LF)", "LF (Long Form)", "Long Form, LF for short", …

    Which words belong to it is told as by Schwartz and Hearst 2003 (A simple algorithm for identifying abbreviation
    definitions in biomedical text).
    """
    name = f"(?i:{re.escape(short)})" if len(short) > 2 else re.escape(short)
    if not re.search(name, text):
        return None
    for match in re.finditer(
        rf"(?P<before>[^.;:()\n]{{3,120}}?)\s*(?:[(\[]\s*[\"“'‘]?{name}[\"”'’]?s?\s*[)\],;]"
        rf"|,?\s*[\"“'‘]?{name}[\"”'’]?\s+for short|,?\s+(?:or|abbreviated(?: as| to)?|known as|called|hereafter)\s+"
        rf"(?:the\s+)?[\"“'‘]?{name}\b)",
        text,
    ):
        long = _fitting(short, match["before"])
        if long:
            return long
    for match in re.finditer(
        rf"\b{name}\s*(?:[(\[:=–—]\s*"
        r"|,?\s+(?:stands for|means|is short for|is the abbreviation (?:of|for)|or|that is,?|i\.e\.,?)\s+(?:the\s+)?)"
        r"(?P<after>[^.;:()\[\]\n]{3,120})",
        text,
    ):
        words = match["after"].split()
        for count in range(2, min(len(words), LONGEST_NAME) + 1):
            long = _fitting(short, " ".join(words[:count]))
            last = words[count - 1]
            whole = last[0].lower() == short[-1].lower() and last not in STOP_WORDS
            if whole and long and long.split()[0] == words[0]:
                return long.rstrip(",")
    return None


def _fitting(short: str, before: str) -> str | None:
    """The end of a text whose letters make the short form: each in order, the first at the beginning of a word."""
    words = before.split()
    most = min(len(short) + 5, 2 * len(short))
    before = " ".join(words[-most:]).rstrip(" ,\"“'‘")
    letters = fold(before)
    at = len(letters)
    for place in range(len(short) - 1, -1, -1):
        sign = short[place].lower()
        if not sign.isalnum():
            continue
        at = letters.rfind(sign, 0, at)
        while place == 0 and at > 0 and letters[at - 1].isalnum():
            at = letters.rfind(sign, 0, at)
        if at < 0:
            return None
    if len(letters) != len(before):
        return None
    long = before[at:]
    return long if len(long) > len(short) and " " in long and short not in long.split() else None
