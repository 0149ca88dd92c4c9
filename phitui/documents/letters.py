"""Whether what a reader took for a page's text is text: some fonts do not say which letters their shapes are."""

import re
import unicodedata
from dataclasses import dataclass

from phitui.documents.language import common_share, language_of, script_of
from phitui.documents.words import listed

FEWEST_LETTERS = 20
"""Visible characters; fewer are left as they are, unless none of them is a letter."""
SAMPLE_CHARACTERS = 4000
NAMELESS_SHARE = 0.1
"""Of the visible characters so many have no meaning (U+FFFD, private use, control): the page is looked at."""
NAMELESS_PAGE = 0.25
"""With so many it cannot be read."""
COMMON_SHARE = 0.06
"""Of the words of a text so many are among a language's commonest: it is not looked at any further."""
FEWEST_WORDS = 8
VOWELLESS = 0.4
"""Of the words of four and more Latin letters so many have no vowel: no language writes so, and few tables do."""
BROKEN = 0.5
"""Of the words so many hold signs or capitals between small letters."""
KNOWN = 0.6
"""Of the words of a text that was put right so many are English ones, where it is too short to tell its language."""
SYMBOL_FONT = 0xF000
"""Fonts of symbols put the letters of ASCII there."""
GLYPH_OFFSET = 29
"""Between a letter and its shape's number in the fonts of the commonest makers, in the order of ASCII."""
MOST_OFFSET = 95
_NAMELESS = re.compile("[\x00\x01\x03-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffd\ue000-\uf8ff\U000f0000-\U0010fffd]")
_WORD = re.compile(r"[^\W\d_]{4,}")
_VOWEL = re.compile("[aeiouyæøœıаеёиоуыэюя]")
_TOKEN = re.compile(r"\S{4,}")
_MIXED = re.compile(r"[^\W\d_][\\^<>|~`{}\[\]=+*#$%&@\"!;?][^\W\d_]|[a-z][A-Z]{1,}[a-z]")
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
    visible = sum(not char.isspace() for char in sample)
    nameless = len(_NAMELESS.findall(sample))
    if nameless == 0 and (visible < FEWEST_LETTERS or not _is_suspicious(sample)):
        return Letters(text)
    if nameless < NAMELESS_SHARE * visible and not _is_suspicious(sample):
        return Letters(text)
    restored = _restored(text, sample)
    if restored is not None:
        return Letters(restored, restored=True)
    if nameless >= NAMELESS_PAGE * visible or (visible >= FEWEST_LETTERS and _is_noise(sample)):
        return Letters("")
    return Letters(text)


def _is_suspicious(sample: str) -> bool:
    """Whether there are hardly any of the words that every text has, in an alphabet that has them."""
    return script_of(sample) in ("", "latin") and common_share(sample) < COMMON_SHARE and _is_noise(sample)


def _is_noise(sample: str) -> bool:
    """Whether it looks like no writing: words without vowels, signs within words, more signs than letters."""
    words = _WORD.findall(_bare(sample))
    if len(words) >= FEWEST_WORDS:
        vowelless = sum(not _VOWEL.search(word) for word in words)
        if vowelless >= VOWELLESS * len(words):
            return True
    tokens = _TOKEN.findall(sample)
    if len(tokens) >= FEWEST_WORDS and sum(bool(_MIXED.search(each)) for each in tokens) >= BROKEN * len(tokens):
        return True
    rest = "".join(_LEADERS.sub("", sample).split())
    if len(rest) < FEWEST_LETTERS:
        return False
    letters = sum(char.isalnum() for char in rest)
    return len(_SIGNS.findall(rest)) > letters


def _bare(text: str) -> str:
    """Small letters without accents."""
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
    if sum(not (char.isalnum() or char.isspace()) for char in text) > 0.3 * len(text) or _NAMELESS.search(text):
        return False
    if language_of([text]):
        return True
    words = re.findall(r"[^\W\d_]{2,}", text.lower())
    return len(words) >= 3 and common_share(text) > 0 and sum(word in listed("en") for word in words) >= KNOWN * len(words)
