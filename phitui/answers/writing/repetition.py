"""When a text goes round in circles: sentences that were said before, and loops inside a sentence."""

import re
from collections.abc import Sequence

from phitui.records import CheckedSentence
from phitui.text import fold

LOOP_TURNS = 3
"""So often the same piece stands there, one behind the other, before it is a loop."""
LOOP_CHARACTERS = 60
"""So long the loop is by then: "very, very, very" is none."""
BARE_CHARACTERS = 160
"""The same of dots and dashes alone, which rule a table or lead to a page number."""
LONGEST_TURN = 320
"""Characters of a piece that is looked for: longer ones are sentences, which are compared as such."""
_MARKER = re.compile(r"^(?:\W*(?:\(?(?:\d{1,3}|[a-z])[.)]|step \d+[.:]?)\s+)+")
_CITED = re.compile(r"\[\d{1,3}\]")


def words_of(sentence: str) -> str:
    """What two sentences share where one repeats the other: its words, without the number of a list's entry."""
    bare = _MARKER.sub("", _CITED.sub("", fold(sentence)))
    return " ".join(re.findall(r"\w+", bare))


def loop_start(text: str) -> int | None:
    """Where the first turn of the loop ends in which the text ends; None where it ends in none."""
    if len(text) < LOOP_CHARACTERS:
        return None
    last = len(text) - 1
    for turn in range(1, min(LONGEST_TURN, len(text) // LOOP_TURNS) + 1):
        if text[last] != text[last - turn] or text[-turn:] != text[-2 * turn : -turn]:
            continue
        begin = len(text) - turn
        while begin > 0 and text[begin - 1] == text[begin - 1 + turn]:
            begin -= 1
        length = len(text) - begin
        least = LOOP_CHARACTERS if re.search(r"\w", text[-turn:]) else BARE_CHARACTERS
        if length >= LOOP_TURNS * turn and length >= least:
            return begin + turn
    return None


def claims(sentences: Sequence[CheckedSentence]) -> tuple[int, int]:
    """(supported, all) of the different claims among them: what is said twice counts once, what claims nothing not."""
    found: dict[str, bool] = {}
    for each in sentences:
        if each.claims:
            found.setdefault(words_of(each.text), each.supported)
    return sum(found.values()), len(found)
