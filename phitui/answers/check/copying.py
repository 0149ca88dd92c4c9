"""A claim that copies: its words stand in this order in a source, and what it leaves out changes nothing."""

import re
from dataclasses import dataclass
from functools import cache

from phitui.text import fold

MOST_GAPS = 3
"""Places at which words are left out."""
MOST_LEFT_OUT = 14
"""Words that are left out at these places, all together."""
BESIDE = 2
"""Words before the first and behind the last one that are looked at too."""
FEWEST = 3
"""A claim with fewer words copies by chance."""
_WORD = re.compile(r"[^\W_]+(?:[.,:/+][^\W_]+)*(?:['’][^\W_]+)?|[%$€£]")
_ARTICLES = frozenset("the a an".split())
_TURNING = re.compile(
    r"not|never|no|none|neither|nor|cannot|without|except|excepting|unless|if|only|than|may|might|could|perhaps|"
    r"possibly|"
    r"probably|likely|unlikely|allegedly|supposedly|reportedly|apparently|claim\w*|believ\w*|suppos\w*|alleg\w*|"
    r"argu\w*|"
    r"suggest\w*|deni\w*|fail\w*|refus\w*|some|most|mostly|few|fewer|less|more|many|half|quarter|third|all|every|each|"
    r"almost|nearly|hardly|rarely|seldom|sometimes|often|usually|until|whether|instead|rather|both|either|about|around|"
    r"approximately|least|up|formerly|once|planned|intended|would|should|must|\w+n['’]t|\d.*|one|two|three|four|five|"
    r"six|seven|eight|nine|ten|hundred|thousand|million|billion|percent|%|\$|€|£|false\w*|wrong\w*|attempt\w*|tried"
)
"""Words that turn round, weaken, limit or count what stands beside them."""


_INSERTED = re.compile(r"[,()–—]|--")
_BRACKETS = re.compile(r"\s?(?:\([^()]*\)|\[[^\[\]]*\])")
_WHEN = re.compile(
    r",? (?:in|on|by|during|since|until) (?:(?:early|late|mid) )?(?:\d{1,2} )?"
    r"(?:(?:January|February|March|April|May|June|July|August|September|October|November|December) )?(?:\d{1,2}, )?"
    r"[12]\d{3}\b(?![–-]|\s?\d)"
)
"""A date by which something happened: without it the rest is as true."""
_JOINING = frozenset("and but while whereas because so since although though".split())
"""Words behind which something is said; not "that" or "if": what follows them may be thought, or only possible."""
_ACT = r"(?P<act>press|type|use|run|click|choose|open|enter|select|hit)"
_PURPOSE_BEHIND = re.compile(rf"{_ACT} (?P<means>[^,.;]+?) to (?P<purpose>[^,;]+?)\.?", re.IGNORECASE)
_PURPOSE_AHEAD = re.compile(rf"to (?P<purpose>[^,;]+?), {_ACT} (?P<means>[^,;]+?)\.?", re.IGNORECASE)
_BROKEN = re.compile(r"[.;:!?]")
_CLAUSE = frozenset(
    "is are was were be been being has have had do does did can will by he she it they who which that where when "
    "while and or but "
    "because so then".split()
)
"""Words that begin another clause, or turn a doer into what is done to: left out only between commas or brackets."""


@dataclass(frozen=True, slots=True)
class _Words:
    """Words in order, lower case, articles left out; `marks[i]` is what stands before the i-th, the last at the end."""

    words: tuple[str, ...]
    marks: tuple[str, ...]


@cache
def _taken_apart(text: str) -> _Words:
    words, marks, mark, end = [], [], "", 0
    folded = fold(text).replace("’", "'")
    for match in _WORD.finditer(folded):
        mark += folded[end : match.start()].strip()
        end = match.end()
        if match.group() not in _ARTICLES:
            words.append(re.sub(r"(?<=\d),(?=\d)", "", match.group()))
            marks.append(mark)
            mark = ""
    return _Words(tuple(words), (*marks, mark + folded[end:].strip()))


def copies(claim: str, source: str) -> bool:
    """Whether the claim is the source, or a part of it from which nothing was left out that could turn it round."""
    sources = dict.fromkeys(
        each for text in (source, _BRACKETS.sub(" ", source)) for each in (text, _WHEN.sub("", text))
    )
    return any(_within(said, there) for said in _orders(claim) for there in sources)


def _orders(claim: str) -> list[str]:
    """The claim, and what it tells to do with the purpose at its other end: "Press x to stop", "To stop, press x"."""
    behind, ahead = _PURPOSE_BEHIND.fullmatch(claim), _PURPOSE_AHEAD.fullmatch(claim)
    if behind:
        return [claim, f"To {behind['purpose']}, {behind['act'].lower()} {behind['means']}."]
    if ahead:
        return [claim, f"{ahead['act'].capitalize()} {ahead['means']} to {ahead['purpose']}."]
    return [claim]


def _within(claim: str, source: str) -> bool:
    said, there = _taken_apart(claim).words, _taken_apart(source)
    if len(said) < FEWEST or len(said) > len(there.words):
        return False
    starts = [place for place, word in enumerate(there.words) if word == said[0] and _begins(there, place)]
    return any(_follows(said, there, start) for start in starts)


def _begins(source: _Words, place: int) -> bool:
    """Whether a clause may begin there."""
    return place == 0 or bool(source.marks[place]) or source.words[place - 1] in _JOINING


def _follows(said: tuple[str, ...], source: _Words, start: int) -> bool:
    """Whether the claim's words stand there in order from `start` on, within the gaps that are allowed."""
    there, marks = source.words, source.marks
    if not _BROKEN.search(marks[start]) and any(_turns(word) for word in there[max(0, start - BESIDE) : start]):
        return False
    # (place in the claim, place in the source, gaps so far, words left out so far)
    open_ways = [(1, start + 1, 0, 0)]
    seen = set(open_ways)
    while open_ways:
        own, place, gaps, left_out = open_ways.pop()
        if own == len(said):
            if _BROKEN.search(marks[place]) or not any(_turns(word) for word in there[place : place + BESIDE]):
                return True
            continue
        for skipped in range(MOST_LEFT_OUT - left_out + 1):
            at = place + skipped
            if at >= len(there) or (skipped and (gaps == MOST_GAPS or not _may_go(source, place, at))):
                break
            if there[at] == said[own] and (not skipped or _closed(source, place, at)):
                way = (own + 1, at + 1, gaps + bool(skipped), left_out + skipped)
                if way not in seen:
                    seen.add(way)
                    open_ways.append(way)
    return False


def _may_go(source: _Words, first: int, end: int) -> bool:
    """Whether the words from `first` up to `end` may be left out, as far as they are seen."""
    return not _turns(source.words[end - 1]) and not any(_BROKEN.search(mark) for mark in source.marks[first : end + 1])


def _closed(source: _Words, first: int, end: int) -> bool:
    """Whether what is left out is a piece of its own: between commas or brackets, or without a clause's words."""
    between = _INSERTED.search(source.marks[first]) and _INSERTED.search(source.marks[end])
    return bool(between) or not _CLAUSE & set(source.words[first:end])


@cache
def _turns(word: str) -> bool:
    return _TURNING.fullmatch(word) is not None
