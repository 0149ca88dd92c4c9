"""What tells that a text carries something of a document: its wording, its names, the words that it alone has."""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Any

from phitui.library.terms.ordinary import is_ordinary
from phitui.text import fold, sentences

RUN_WORDS = 8
"""So many words in a row that a document has too were taken from it: by chance two texts share fewer."""
TELLING_LETTERS = 4
"""A word of its own with fewer letters is an abbreviation that many texts have."""
YEAR_DIGITS = 4
"""Numbers of so many digits or fewer are years, pages and amounts, which many texts have."""
MOST_NEEDLES = 200
"""Words that files are searched for: each costs a second in a gigabyte."""
NEEDLE_LETTERS = 6
"""Shorter words stand by chance among the bytes of files that are no text."""
GONE = "(forgotten)"
"""What stands in a text in place of what it carried."""

_WORD = re.compile(r"\w+(?:[-_.@/:]\w+)*+")
_PART = re.compile(r"[^\W_]+")


class Traces:
    """What is known of documents that are to be forgotten. Texts are compared folded, whatever their white space."""

    def __init__(self, texts: Iterable[str], titles: Iterable[str], paths: Iterable[str]):
        """`texts` are all that is known of what the documents say; `paths` those that they were read from."""
        self._runs: set[int] = set()
        words: set[str] = set()
        for text in texts:
            found = _folded_words(text)
            words.update(found)
            self._runs.update(_runs(found))
        files, titles = [PurePath(path) for path in paths], list(titles)
        self._files = {name for file in files for name in (str(file), file.name)}
        names = {*self._files, *(file.stem for file in files), *titles}
        self._names = sorted((each for each in names if len(each.strip()) > 1), key=len, reverse=True)
        """Longest first: a path before the name in it."""
        for name in {*titles, *(file.name for file in files)}:
            words.update(_folded_words(name))
        self._own = {word for word in words if _telling(word)}

    def spare(self, text: str) -> bool:
        """Takes out the words that another document has too. Returns whether words of its own are left."""
        self._own.difference_update(_folded_words(text))
        return bool(self._own)

    @property
    def _telling_names(self) -> list[str]:
        return [name for name in self._names if name in self._files or self._own & {*_folded_words(name)}]

    def quoted(self, text: str, among: Sequence[str] = ()) -> bool:
        """Whether the text has a run of words from the documents, one that none of the texts `among` has."""
        found = self._runs.intersection(_runs(_folded_words(text)))
        for other in among:
            if not found:
                break
            found.difference_update(_runs(_folded_words(other)))
        return bool(found)

    def redacted(self, text: str, among: Sequence[str] = ()) -> str:
        """The text with GONE for each sentence, name and word that it has from the documents."""
        if self.quoted(text, among):
            text = self._without_quotes(text, among)
        for name in self._telling_names:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", GONE, text, flags=re.IGNORECASE)
        return _WORD.sub(self._without_own, text)

    def _without_quotes(self, text: str, among: Sequence[str]) -> str:
        spans = sentences(text)
        alone = [self.quoted(text[start:end], among) for start, end in spans]
        # A run may cross the border between two sentences: both go.
        joined = [
            not (alone[at] or alone[at + 1]) and self.quoted(text[spans[at][0] : spans[at + 1][1]], among)
            for at in range(len(spans) - 1)
        ]
        gone = [own or (at > 0 and joined[at - 1]) or (at < len(joined) and joined[at]) for at, own in enumerate(alone)]
        if not any(gone):
            return GONE
        pieces, at = [], 0
        for (start, end), out in zip(spans, gone, strict=True):
            pieces += [text[at:start], GONE if out else text[start:end]]
            at = end
        kept = "".join([*pieces, text[at:]])
        return GONE if self.quoted(kept, among) else kept

    def _without_own(self, match: re.Match[str]) -> str:
        word = match.group()
        if fold(word) in self._own:
            return GONE
        return _PART.sub(lambda part: GONE if fold(part.group()) in self._own else part.group(), word)

    def without_names(self, text: str) -> str:
        """The text with GONE for each name of the documents, even for one that others could have."""
        for name in self._names:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", GONE, text)
        return text

    def inside(self, value: Any, among: Sequence[str] = ()) -> Any:
        """JSON with every string in it redacted."""
        if isinstance(value, str):
            return self.redacted(value, among)
        if isinstance(value, dict):
            return {self.redacted(str(key)): self.inside(each, among) for key, each in value.items()}
        if isinstance(value, list):
            return [self.inside(each, among) for each in value]
        return value

    def needles(self) -> list[bytes]:
        """Byte strings in lower case that give the documents away in a file of any kind; the longest of many."""
        longest = sorted((word for word in self._own if len(word) >= NEEDLE_LETTERS), key=len, reverse=True)
        texts = {*self._telling_names, *longest[:MOST_NEEDLES]}
        raw = {fold(text).encode("utf-8", "surrogateescape") for text in texts}
        return sorted(raw | {json.dumps(fold(text))[1:-1].encode() for text in texts})


def _telling(word: str) -> bool:
    letters = [each for each in word if each.isalnum()]
    if len(letters) < TELLING_LETTERS or (word.isdigit() and len(word) <= YEAR_DIGITS):
        return False
    parts = _PART.findall(word)
    return not all(is_ordinary(part) for part in parts) or (len(parts) > 1 and any(each.isdigit() for each in word))


def _folded_words(text: str) -> list[str]:
    """The words in order; of what is joined by signs the whole and its parts."""
    found = []
    for match in _WORD.finditer(fold(text)):
        word = match.group()
        found.append(word)
        parts = _PART.findall(word)
        if len(parts) > 1:
            found += parts
    return found


def _runs(words: Sequence[str]) -> Iterable[int]:
    return (hash(tuple(words[at : at + RUN_WORDS])) for at in range(len(words) - RUN_WORDS + 1))
