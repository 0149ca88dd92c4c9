"""Words of a question that neither English nor the library has, and that are one slip away from one that it has."""

import re
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import cache
from string import ascii_lowercase
from typing import TYPE_CHECKING

from phitui.library.terms.figures import is_figure
from phitui.library.terms.related import is_common
from phitui.library.terms.words import stems
from phitui.text import fold

if TYPE_CHECKING:
    from spellchecker import SpellChecker

FEWEST_LETTERS = 5
"""Shorter words are one letter away from too many others."""
FEWEST_LETTERS_OF_NAMES = 7
"""Names are made up: Alex Salmond is no misspelt almond."""
MOST_CORRECTIONS = 3
"""A text with more unknown words is in another language, or about something else."""

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
    first = next(_WORD.finditer(text), None)
    unknown = []
    for match in _WORD.finditer(text):
        word = match.group()
        least = FEWEST_LETTERS_OF_NAMES if word != word.lower() else FEWEST_LETTERS
        if len(word) < least or any(start <= match.start() < end for start, end in spared):
            continue
        found = stems(word)
        if len(found) == 1 and not (is_common(found[0]) or is_figure(word) or frequency_of(found).get(found[0])):
            unknown.append((match, found[0]))
    unknown = [(match, stem) for match, stem in unknown if match.group().lower() not in _english()]
    if not unknown or len(unknown) > MOST_CORRECTIONS:
        return text
    pieces, at = [], 0
    for match, stem in unknown:
        typed = match.group()
        is_name = typed[0].isupper() and first is not None and match.start() > first.start()
        word = (
            (None if is_name else _english_word(typed.lower(), frequency_of))
            or _own_word(typed if is_name else typed.lower(), stem, frequency_of, word_for)
            or typed
        )
        pieces += [text[at : match.start()], word.capitalize() if typed[0].isupper() and word != typed else word]
        at = match.end()
    return "".join([*pieces, text[at:]])


@cache
def _english() -> "SpellChecker":
    """160,000 English words; reading them takes 0.1 s, which a question without unknown words need not wait for."""
    from spellchecker import SpellChecker

    return SpellChecker(language="en", distance=1)


def is_english(word: str) -> bool:
    """Whether a word in lower case stands in the dictionary."""
    return word in _english()


def _english_word(word: str, frequency_of: FrequencyOf) -> str | None:
    """The English word one slip away that the library holds most often, behind its first letter."""
    known = sorted(_english().known(_english().edit_distance_1(word)))
    stem_of = {other: stems(other)[0] for other in known if other[0] == word[0] and len(stems(other)) == 1}
    counts = frequency_of(list(stem_of.values()))
    best = max(stem_of, key=lambda other: counts.get(stem_of[other], 0), default=None)
    return best if best and counts.get(stem_of[best]) else None


def _own_word(word: str, stem: str, frequency_of: FrequencyOf, word_for: WordFor) -> str | None:
    """The library's own name or term one slip away; for a capitalised word it is one, too."""
    closest = _closest(stem, frequency_of)
    found = word_for(word, closest) if closest else None
    return found if found in _english().edit_distance_1(word.lower()) else None


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
    """The word of the texts with that stem that looks most like `word`, folded; a name, where that begins like one."""
    there = {match.group() for text in texts for match in re.finditer(r"[^\W\d_]+", text)}
    fitting = {fold(each) for each in there if not word[:1].isupper() or each[0].isupper()}
    fitting = {each for each in fitting if stems(each) == [stem]}
    return max(sorted(fitting), key=lambda each: SequenceMatcher(None, each, fold(word)).ratio(), default=None)
