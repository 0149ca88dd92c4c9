"""Words of a language and how often they are used."""

import gzip
import json
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

LANGUAGES = frozenset("en de fr es it pt nl ru lv eu ar fa".split())
"""Of which there is a list; they are pyspellchecker's, counted in subtitles of films."""


@lru_cache(maxsize=2)
def listed(language: str) -> Mapping[str, int]:
    """Word in small letters → how often it was found. Empty for a language without a list."""
    if language not in LANGUAGES:
        return {}
    file = resources.files("spellchecker") / "resources" / f"{language}.json.gz"
    try:
        words = json.loads(gzip.decompress(file.read_bytes()))
    except (OSError, ValueError):  # installed without its lists
        return {}
    return words if isinstance(words, dict) else {}
