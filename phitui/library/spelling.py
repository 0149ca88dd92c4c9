"""Words of a question that the library lacks and that are one slip away from one that it has."""

import re
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from string import ascii_lowercase

from phitui.library.related import is_common
from phitui.library.words import stems
from phitui.text import fold

FEWEST_LETTERS = 5
"""Shorter words are one letter away from too many others."""
FEWEST_LETTERS_OF_NAMES = 7
"""Names are made up: Alex Salmond is no misspelt almond."""
MOST_CORRECTIONS = 3
"""A text in which more words are unknown is in another language, or about something else."""

_WORD = re.compile(r"(?<![\w'’-])[A-Za-z]+(?![\w'’-])")
_QUOTED = re.compile(r'["“][^"“”\n]+["”]|\S+:\S+')

FrequencyOf = Callable[[Sequence[str]], dict[str, int]]
"""Stem → passages that hold it."""
WordFor = Callable[[str, str], str | None]
"""(misspelt word, stem) → a word of the library with that stem."""


def corrected(text: str, frequency_of: FrequencyOf, word_for: WordFor) -> str:
    """The text with each such word in the spelling of the library; as it is where nothing is surely misspelt.

    What stands in quotes or behind a colon is meant as it is written.
    """
    spared = [match.span() for match in _QUOTED.finditer(text)]
    unknown = []
    for match in _WORD.finditer(text):
        word = match.group()
        least = FEWEST_LETTERS_OF_NAMES if word != word.lower() else FEWEST_LETTERS
        if len(word) < least or any(start <= match.start() < end for start, end in spared):
            continue
        found = stems(word)
        if len(found) == 1 and not is_common(found[0]) and not frequency_of(found).get(found[0]):
            unknown.append((match, found[0]))
    if not unknown or len(unknown) > MOST_CORRECTIONS:
        return text
    pieces, at = [], 0
    for match, stem in unknown:
        better = _closest(stem, frequency_of)
        typed = match.group()
        word = (word_for(typed, better) if better else None) or typed
        pieces += [text[at : match.start()], word.capitalize() if typed[0].isupper() and word != typed else word]
        at = match.end()
    return "".join([*pieces, text[at:]])


def _closest(stem: str, frequency_of: FrequencyOf) -> str | None:
    """The most frequent stem that one slip of the keyboard makes of this one, behind its first letter."""
    frequencies = frequency_of(list(dict.fromkeys(_slips(stem))))
    known = {other: count for other, count in frequencies.items() if count}
    return min(known, key=lambda other: (-known[other], other), default=None)


def _slips(stem: str) -> Iterator[str]:
    """A letter too many, two exchanged, one replaced, one missing (Norvig's edits, norvig.com/spell-correct.html)."""
    for place in range(1, len(stem) + 1):
        head, tail = stem[:place], stem[place:]
        if tail:
            yield head + tail[1:]
            if len(tail) > 1:
                yield head + tail[1] + tail[0] + tail[2:]
            yield from (head + letter + tail[1:] for letter in ascii_lowercase)
        yield from (head + letter + tail for letter in ascii_lowercase)


def word_like(word: str, stem: str, texts: Sequence[str]) -> str | None:
    """The word of the texts with that stem that looks most like `word`, folded."""
    there = {match.group() for text in texts for match in re.finditer(r"[^\W\d_]+", fold(text))}
    fitting = sorted(each for each in there if stems(each) == [stem])
    return max(fitting, key=lambda each: SequenceMatcher(None, each, fold(word)).ratio(), default=None)
