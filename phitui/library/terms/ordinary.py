"""Which words anybody may write: general English. What is not is mostly a name, a term of art or a number."""

from functools import lru_cache

from phitui.library.terms.related import is_common
from phitui.library.terms.spelling import is_english
from phitui.library.terms.words import stems


@lru_cache(maxsize=100_000)
def is_ordinary(word: str) -> bool:
    """Whether a folded word is one of general English."""
    if not word.isascii() or not word.isalpha():
        return False
    found = stems(word, keep_stop_words=True)
    return all(map(is_common, found)) or is_english(word)
