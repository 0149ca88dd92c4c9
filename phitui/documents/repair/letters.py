"""Whether what a reader took for a page's text is text: some fonts do not say which letters their shapes are."""

import re
import unicodedata
from dataclasses import dataclass

from phitui.documents.language import common_share, language_of, script_of
from phitui.documents.repair.words import listed

FEWEST_LETTERS = 20
"""Visible characters; fewer are left as they are, unless none of them is a letter."""
SAMPLE_CHARACTERS = 2000
QUICK_CHARACTERS = 1000
"""Of an ordinary page no more is looked at."""
NAMELESS_SHARE = 0.1
"""Of the visible characters so many have no meaning (U+FFFD, private use, control): the page is looked at."""
NAMELESS_PAGE = 0.25
"""With so many it cannot be read."""
COMMON_SHARE = 0.12
"""Of the words of a text so many are among its language's commonest: it is not looked at any further."""
FEWEST_WORDS = 8
ODD = 0.4
"""Of the words of four and more letters so many cannot be spoken: no language writes so, and few tables do."""
UNKNOWN = 0.1
"""With half as many odd ones: of the words fewer are English."""
BROKEN = 0.5
"""Of what stands between spaces so many hold signs between letters."""
LONGEST_MEAN = 25
"""Characters between two spaces, on average: an alphabet of letters is written with spaces."""
SIGNS = 2.0
"""Times as many signs as letters and digits."""
KNOWN = 0.6
"""Of the words of a text that was put right so many are English ones, where it is too short to tell its language."""
LETTER_SHARE = 0.7
"""Of the visible characters of a text so many are letters in words of two and more."""
SYMBOL_FONT = 0xF000
"""Fonts of symbols put the letters of ASCII there."""
GLYPH_OFFSET = 29
"""Between a letter and its shape's number in the fonts of the commonest makers, in the order of ASCII."""
MOST_OFFSET = 95
_NAMELESS = re.compile("[\x00\x01\x03-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffd\ue000-\uf8ff\U000f0000-\U0010fffd]")
_WORD = re.compile(r"[^\W\d_]{4,}")
_VOWEL = re.compile("[aeiouyæøœıаеёиоуыэюя]")
_CONSONANTS = re.compile("[bcdfghjklmnpqrstvwxz]{5}")
_CASED = re.compile("[A-Z]?[a-z]+(?:[A-Z][a-z]+)*|[A-Z]+s?|[A-Z]+[a-z]{2,}")
"""Small, with a capital before it, in capitals, camelCase, HTMLFile."""
_MIXED = re.compile(r"[^\W\d_][\\^<>|~`{}\[\]=+*#$%&@\"!;?][^\W\d_]")
_SIGNS = re.compile(r"[!-/:-@\[-`{-~]")
_LEADERS = re.compile(r"([.\-_·•*=~])\1{2,}|(?:[.·•] ){3,}")


@dataclass(frozen=True, slots=True)
class Letters:
    """What can be made of a page's text. Its text is empty where nothing can."""

    text: str
    restored: bool = False
    """Whether its letters were worked out from the numbers that the font gives them."""


def checked(text: str) -> Letters:
    """The text as it is, put right, or none."""
    sample = text[:SAMPLE_CHARACTERS]
    nameless = len(_NAMELESS.findall(sample))
    if not nameless and common_share(sample[:QUICK_CHARACTERS]) >= COMMON_SHARE:
        return Letters(text)
    visible = len("".join(sample.split()))
    suspicious = visible >= FEWEST_LETTERS and _is_suspicious(sample)
    if nameless < max(1, NAMELESS_SHARE * visible) and not suspicious:
        return Letters(text)
    restored = _restored(text, sample)
    if restored is not None:
        return Letters(restored, restored=True)
    if suspicious or nameless >= NAMELESS_PAGE * visible:
        return Letters("")
    return Letters(text)


def _is_suspicious(sample: str) -> bool:
    """Whether there are hardly any of the words that every text has, in an alphabet that has them, and it is noise."""
    return common_share(sample) < COMMON_SHARE and _is_noise(sample) and script_of(sample) in ("", "latin")


def _is_noise(sample: str) -> bool:
    """Whether it looks like no writing: words that nobody could speak, no spaces, more signs than letters."""
    words = _WORD.findall(sample)
    if len(words) >= FEWEST_WORDS:
        odd = sum(_is_odd(word) for word in words)
        if odd >= ODD * len(words):
            return True
        known = listed("en") if odd >= ODD / 2 * len(words) else {}
        if known and sum(word.lower() in known for word in words) < UNKNOWN * len(words):
            return True
    tokens = sample.split()
    rest = "".join(_LEADERS.sub("", sample).split())
    if len(rest) < FEWEST_LETTERS:
        return False
    if len(rest) > LONGEST_MEAN * len(tokens) and script_of(sample) == "latin":
        return True
    broken = sum(bool(_MIXED.search(each)) for each in tokens)
    if len(tokens) >= FEWEST_WORDS and broken >= BROKEN * len(tokens):
        return True
    return len(_SIGNS.findall(rest)) > SIGNS * sum(char.isalnum() for char in rest)


def _is_odd(word: str) -> bool:
    """Whether a word has no vowel, five consonants in a row or capitals where none belong."""
    bare = _bare(word)
    return not _VOWEL.search(bare) or bool(_CONSONANTS.search(bare)) or (word.isascii() and not _CASED.fullmatch(word))


def _bare(text: str) -> str:
    """Small letters without accents."""
    if text.isascii():
        return text.lower()
    return "".join(char for char in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(char))


def _restored(text: str, sample: str) -> str | None:
    """The text with every character moved by the same number, where that makes a text of it."""
    offsets = (GLYPH_OFFSET, *(each for each in range(-MOST_OFFSET, MOST_OFFSET + 1) if each not in (0, GLYPH_OFFSET)))
    if len(re.findall("[\uf020-\uf0ff]", sample)) * 2 > sum(not char.isspace() for char in sample):
        offsets = (-SYMBOL_FONT,)
    for offset in offsets:
        if _is_text(_moved(sample[:1000], offset)):
            return _moved(text, offset)
    return None


def _moved(text: str, offset: int) -> str:
    return "".join(
        char if char in "\r\n \ufffe" or not 0 < ord(char) + offset < 0x110000 else chr(ord(char) + offset)
        for char in text
    )


def _is_text(text: str) -> bool:
    """Whether it surely is in a language that is known."""
    visible = len("".join(text.split()))
    words = re.findall(r"[^\W\d_]{2,}", text.lower())
    if _NAMELESS.search(text) or sum(map(len, words)) < LETTER_SHARE * visible:
        return False
    share = common_share(text)
    if share >= 2 * COMMON_SHARE and language_of([text]):
        return True
    return len(words) >= 3 and share > 0 and sum(word in listed("en") for word in words) >= KNOWN * len(words)
