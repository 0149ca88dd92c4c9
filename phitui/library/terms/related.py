"""Which words nearly mean the same: a question that says "teacher" is half answered by a passage on "professors".

The list beside this file was made once from the vectors that the bundled embedder gives to single words
(`phitui.workshop.related_words` makes it anew), so that it costs nothing at search time and works before any model has
loaded. It is English, some 13,000 stems; a word that it lacks is related to nothing.
"""

import gzip
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("related.txt.gz")
"""A line a stem: the stem, then `other:cosine in hundredths` for each related one, closest first, if there is any."""
LEAST_COSINE = 0.6
"""Less related words are left out: mostly they share a topic, not a meaning."""
NO_CREDIT = 0.3
"""Cosine at which a related word would count nothing; at 1 it would count like the word itself."""

Related = Mapping[str, Mapping[str, float]]
"""Stem → related stem → credit, 0 to 1."""


@cache
def _lines() -> dict[str, str]:
    rows = gzip.decompress(FILE.read_bytes()).decode("ascii").splitlines()
    return {stem: others for stem, _, others in (row.partition(" ") for row in rows)}


def related(stems: Iterable[str]) -> dict[str, dict[str, float]]:
    """What counts for each of the stems in its place, and how much of it; stems without any are left out."""
    found = {}
    for stem in stems:
        if others := _lines().get(stem):
            words = (each.split(":") for each in others.split(" "))
            found[stem] = {other: (int(cosine) / 100 - NO_CREDIT) / (1 - NO_CREDIT) for other, cosine in words}
    return found


def is_common(stem: str) -> bool:
    """Whether it is a word of general English; what is not is mostly a name, a term of art or a misspelling."""
    return stem in _lines()
