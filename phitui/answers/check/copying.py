"""A claim that copies: its words stand in this order in a source, and what it leaves out changes nothing."""

import re
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
    r"not|never|no|none|neither|nor|cannot|without|except|excepting|unless|if|only|than|may|might|could|perhaps|possibly|"
    r"probably|likely|unlikely|allegedly|supposedly|reportedly|apparently|claim\w*|believ\w*|suppos\w*|alleg\w*|argu\w*|"
    r"suggest\w*|deni\w*|fail\w*|refus\w*|some|most|mostly|few|fewer|less|more|many|half|quarter|third|all|every|each|"
    r"almost|nearly|hardly|rarely|seldom|sometimes|often|usually|until|whether|instead|rather|both|either|about|around|"
    r"approximately|least|up|formerly|once|planned|intended|would|should|must|\w+n['’]t|\d.*|one|two|three|four|five|"
    r"six|seven|eight|nine|ten|hundred|thousand|million|billion|percent|%|\$|€|£|false\w*|wrong\w*|attempt\w*|tried"
)
"""Words that turn round, weaken, limit or count what stands beside them."""


@cache
def tokens(text: str) -> tuple[str, ...]:
    """Words in order, lower case, articles left out."""
    found = (re.sub(r"(?<=\d),(?=\d)", "", each) for each in _WORD.findall(fold(text)))
    return tuple(each.replace("’", "'") for each in found if each not in _ARTICLES)


def copies(claim: str, source: str) -> bool:
    """Whether the claim is the source, or a part of it from which nothing was left out that could turn it round."""
    said, there = tokens(claim), tokens(source)
    if len(said) < FEWEST or len(said) > len(there):
        return False
    starts = [place for place, word in enumerate(there) if word == said[0]]
    return any(_follows(said, there, start) for start in starts)


def _follows(said: tuple[str, ...], there: tuple[str, ...], start: int) -> bool:
    """Whether the claim's words stand there in order from `start` on, within the gaps that are allowed."""
    if any(_turns(word) for word in there[max(0, start - BESIDE) : start]):
        return False
    # (place in the claim, place in the source, gaps so far, words left out so far)
    open_ways = [(1, start + 1, 0, 0)]
    seen = set(open_ways)
    while open_ways:
        own, place, gaps, left_out = open_ways.pop()
        if own == len(said):
            if not any(_turns(word) for word in there[place : place + BESIDE]):
                return True
            continue
        for skipped in range(MOST_LEFT_OUT - left_out + 1):
            at = place + skipped
            if at >= len(there) or (skipped and (gaps == MOST_GAPS or _turns(there[at - 1]))):
                break
            if there[at] == said[own]:
                way = (own + 1, at + 1, gaps + bool(skipped), left_out + skipped)
                if way not in seen:
                    seen.add(way)
                    open_ways.append(way)
    return False


@cache
def _turns(word: str) -> bool:
    return _TURNING.fullmatch(word) is not None
