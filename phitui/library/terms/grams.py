"""Scripts without spaces between words: runs of their characters, searched by overlapping pieces.

Pairs of characters, as Lucene's CJKBigramFilter has them: a word of Chinese or Japanese has mostly two. Thai, Lao,
Khmer and Burmese write letters, of which three tell more. Korean has spaces, but particles grow on its words.
"""

import re
from collections.abc import Iterator

_IDEOGRAPHS = "\u3005-\u3007\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
_IDEOGRAPHS += "\U00020000-\U000323af"
_LETTERS = "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u103f\u1780-\u17d3"
RUN = re.compile(f"[{_IDEOGRAPHS}]+|[{_LETTERS}]+")
"""A run of such characters, in text that is folded."""
_ANY = re.compile(f"[{_IDEOGRAPHS}{_LETTERS}]")
_INSIDE = re.compile(rf"(?<=[{_IDEOGRAPHS}])[ \t]*\n[ \t]*(?=[{_IDEOGRAPHS}])")
_FIRST_LETTER = "\u0e01", "\u2fff"

_FUNCTION = frozenset("的了是吗呢吧么什谁哪怎这那们")
"""Chinese characters that stand for no topic, those of questions among them."""
_PARTICLES = frozenset("はがをにのとでもへやか")
_HIRAGANA = re.compile("[\u3041-\u3096]")


def has_grams(text: str) -> bool:
    """Whether there is such a script in the text."""
    return not text.isascii() and _ANY.search(text) is not None


def is_gram(term: str) -> bool:
    """Whether a search term is a piece of such a script, not a stem."""
    return RUN.match(term) is not None


def joined(text: str) -> str:
    """The text without line breaks inside runs of ideographs, where a line may end in the middle of a word."""
    return _INSIDE.sub("", text)


def grams(run: str) -> list[str]:
    """The overlapping pieces of a run, itself where it is short."""
    size = 3 if _FIRST_LETTER[0] <= run[0] <= _FIRST_LETTER[1] else 2
    return [run[at : at + size] for at in range(max(1, len(run) - size + 1))]


def indexed(text: str) -> Iterator[str]:
    """What the index holds of a folded text: every piece, and every ideograph, for words of one character."""
    for match in RUN.finditer(joined(text)):
        run = match.group()
        yield from grams(run)
        if len(run) > 1 and not _FIRST_LETTER[0] <= run[0] <= _FIRST_LETTER[1]:
            yield from run


def has_topic(gram: str) -> bool:
    """Whether a piece is more than grammar: no question word, no Japanese particle or ending."""
    if not _FUNCTION.isdisjoint(gram):
        return False
    return not _HIRAGANA.match(gram) and gram[-1] not in _PARTICLES
