"""A follow-up question made to stand alone: deterministic, visible, editable (no model takes part)."""

import re
from collections.abc import Sequence

from phitui.library.words import STOP_WORDS

_REFERRING = re.compile(
    r"\b(it|its|they|them|their|theirs|he|him|his|she|her|hers|this|these|those|that one|the latter|the former|"
    r"there|then|the same)\b",
    re.IGNORECASE,
)
_CONTINUING = re.compile(
    r"^\s*(and|but|or|so|also|what about|how about|why|why not|since when|more|explain)\b", re.IGNORECASE
)
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_NAME = re.compile(r"(?<![.!?] )\b[A-Z][\w'’.-]*(?:\s+(?:of|the|de|von|van|and)?\s*[A-Z][\w'’.-]*)*|\b\d{4}\b")
SHORT_QUESTION_WORDS = 2
"""A question with so few content words leans on what was said before."""


def condense(question: str, earlier: Sequence[str]) -> str:
    """The question, followed by what it leaves unsaid: names, or else content words, of the last standalone query.

    `earlier` holds the standalone queries of the conversation, oldest first. The question comes back unchanged
    when it stands alone.
    """
    if not earlier or not _leans(question):
        return question
    present = {word.lower() for word in _WORD.findall(question)}
    last = earlier[-1]
    names = [name for name in _NAME.findall(last) if not _all_stop_words(name)]
    carried = [name for name in names if name.lower() not in question.lower()]
    if not any(name[0].isalpha() for name in names):
        carried += [word for word in _content(last) if word.lower() not in present and word not in carried]
    carried = list(dict.fromkeys(carried))
    return f"{question.strip()} ({' '.join(carried)})" if carried else question


def _leans(question: str) -> bool:
    if _REFERRING.search(question) or _CONTINUING.match(question):
        return True
    return len(_content(question)) <= SHORT_QUESTION_WORDS and not _NAME.search(question[1:])


def _content(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if word.lower() not in STOP_WORDS]


def _all_stop_words(text: str) -> bool:
    return all(word.lower() in STOP_WORDS for word in _WORD.findall(text))
