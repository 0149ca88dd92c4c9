"""Does the library speak to the question at all? Decided before anything is generated."""

from collections.abc import Sequence

from phitui.library.ranking import Query
from phitui.library.records import Hit
from phitui.library.words import coverage, stems

WEIGHED_HITS = 10
"""Passages looked at."""
THRESHOLD = 0.95
"""Evidence below this is "not in your documents"."""
THRESHOLD_BY_WORDS = 0.55
"""The same where no vectors are at hand: coverage alone."""


def evidence(query: Query, hits: Sequence[Hit]) -> tuple[float, float]:
    """(evidence, threshold): top cosine plus the best coverage of the question's words, weighted by rarity."""
    covered = max(
        (coverage(query.stems, set(stems(hit.header + "\n" + hit.text)), query.rarity) for hit in hits[:WEIGHED_HITS]),
        default=0.0,
    )
    cosines = [hit.dense for hit in hits if hit.dense is not None]
    if query.vector is None or not cosines:
        return covered, THRESHOLD_BY_WORDS
    return max(cosines) + covered, THRESHOLD
