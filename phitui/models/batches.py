"""Texts in batches by what they cost, not by their number."""

from collections.abc import Iterator, Sequence

CARD_TOKENS = 16_384
"""Of a batch on a card, with the padding: enough to keep one busy, and over in a tenth of a second."""
CHARACTERS_A_TOKEN = 4
CARD_CHARACTERS = CARD_TOKENS * CHARACTERS_A_TOKEN


def batches(lengths: Sequence[int], room: int, most: int | None = None) -> Iterator[list[int]]:
    """Places of texts of these lengths, the shortest first: a batch's number times its longest is at most `room`.

    `most` at once, where it is given; what is longer than `room` is a batch alone.
    """
    batch = list[int]()
    for place in sorted(range(len(lengths)), key=lambda at: lengths[at]):
        if batch and ((len(batch) + 1) * lengths[place] > room or len(batch) == most):
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
