"""A text and a claim about it: what the reader of both learns from."""

import re
from dataclasses import dataclass

LABELS = ("entailment", "neutral", "contradiction", "not")
"""`not` is one of the two others, it is not known which."""
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
PROPER = r"[A-ZÀ-Þ][\w’'-]+(?: (?:of |the |de |van )?[A-ZÀ-Þ][\w’'-]+)*"
NAME = re.compile(rf"(?<![.!?] )(?<!^)\b{PROPER}")
"""A name inside of a sentence."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A text, what is claimed of it, and whether it follows; `source` says where the pair is from."""

    premise: str
    hypothesis: str
    label: str
    source: str
