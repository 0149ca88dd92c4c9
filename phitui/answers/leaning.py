"""Sentences that lean on the one before them."""

import re

_LEANS = re.compile(
    r"(?:it|this|these|those|they|he|she|such|however|but|and|also|moreover|furthermore|in addition|therefore|thus|"
    r"consequently|for example|for instance|the (?:latter|former|same|above)|(?:source|note)s?:)(?!\w)",
    re.IGNORECASE,
)


def leans(sentence: str) -> bool:
    """Whether the sentence begins with a word that speaks of what stands before it."""
    return bool(_LEANS.match(sentence))
