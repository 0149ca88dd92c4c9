"""Names in a question that the library lacks: what it asks of them must not be told of another."""

import re
from collections.abc import Sequence
from itertools import pairwise

from phitui.answers.evidence.claims import runs_of_names
from phitui.answers.shelf import Shelf
from phitui.library.search.ranking import Query
from phitui.library.terms.ordinary import is_ordinary
from phitui.library.terms.related import is_common
from phitui.library.terms.words import stems
from phitui.records import Hit
from phitui.text import fold

ALL_NOUNS = ("de",)
"""Languages that write every noun with a capital letter, so that none tells a name."""
FEWEST_LETTERS = 4
"""Of a name that counts as unknown."""
SEARCHED = 20
"""Passages in which an owner's name is looked for."""

_OPENING = (
    r"(?!(?:Consider|Regarding|Concerning|About|Per|Given|See|Read|Check|Using|In|On|Under|For|From|By|With|At|Of|To|"
    r"What|Which|Who|Whose|When|Where|Why|How|Is|Are|Was|Were|Do|Does|Did|Has|Have|Can|Could|Will|Would|May|I|If)\b)"
)
_TITLE = re.compile(
    r"\b(?:President|Senator|Governor|Mayor|King|Queen|Prince|Princess|Pope|Mr|Mrs|Ms|Dr|Prof|Professor|Sir|Lord|Lady|"
    r"Judge|Justice|Secretary|Minister|Chancellor|General|Captain|Saint|St)\b\.?\s*"
)
"""Of people: in a speech of theirs they are often not named."""
_NAME = _OPENING + r"((?:The )?[A-ZÀ-Þ][\w&-]*(?:\.[a-z]{2,4}\b)?(?: (?:(?:of|the|&) )?[A-ZÀ-Þ0-9][\w&-]*){0,4})"
_DOCUMENT = (
    r"(?:policy|policies|terms|agreement|contract|notice|statement|report|filing|10-[KQ]|manual|handbook|guide|"
    r"guidelines|documentation|datasheet|warranty|lease|bylaws|charter|brochure|catalogue?|faq)\b"
)
_OWNERS = (
    re.compile(rf"{_NAME}['’]s?(?: [\w-]+){{0,3}} {_DOCUMENT}"),
    re.compile(rf"\b(?i:{_DOCUMENT}) (?:of|for|from|by) {_NAME}"),
    re.compile(rf"^\W*{_NAME}:\s"),
)
"""Whose document a question is about, or what stands before it as its title."""
_ACTORS = (
    re.compile(rf"^\W*(?:Does|Do|Did|Will|Would|Can|Could|May|Is|Are|Has) {_NAME} [a-z]"),
    re.compile(rf"\b(?:at|from|with|by) {_NAME}\W*$"),
    re.compile(rf"\b(?:do|does|did|will|would|can|could|may) {_NAME} [a-z]"),
)
"""Of whom it asks what they do; here a common word may be no name."""


def unknown_name(query: Query) -> str:
    """A name of the question of which the library knows no word; empty where there is none, or it is a short form."""
    if query.asked_in in ALL_NOUNS:
        return ""
    for run in runs_of_names(query.text):
        found = {stem for word in run for stem in stems(word) if not is_common(stem)}
        if found and found <= query.absent and any(map(_is_name, run)):
            return " ".join(run)
    return ""


def is_titled(query: Query, name: str) -> bool:
    """Whether it begins with a common word that the library has, as "President" is."""
    first = stems(name.split()[0])
    return " " in name and bool(first) and all(is_common(stem) and stem not in query.absent for stem in first)


def _is_name(word: str) -> bool:
    """Whether a capitalised word is nothing else: no word of English, no short form, no code."""
    return len(word) >= FEWEST_LETTERS and word.isalpha() and not word.isupper() and not is_ordinary(fold(word))


def unknown_owner(query: Query, hits: Sequence[Hit], shelf: Shelf) -> str:
    """The name of whose document a question is about, or of who it asks what they do, if no passage writes it so.

    It may be made of common words ("Natural News's privacy policy"). Empty where there is none, or a document is named.
    """
    if query.bare is not None or query.asked_in in ALL_NOUNS:
        return ""
    for patterns, common in ((_OWNERS, True), (_ACTORS, False)):
        for found in (found for pattern in patterns for found in pattern.finditer(query.text)):
            bare = found[1].removeprefix("The ")
            if not query.calling.isdisjoint(stems(bare)):
                continue
            if any(title.end() >= found.start(1) for title in _TITLE.finditer(query.text, 0, found.end(1))):
                continue
            if not common and " " not in bare and is_ordinary(fold(bare)):
                continue
            if not _is_written(bare, hits) and not _is_written(
                bare, shelf.search(shelf.query(bare, by_words=True), SEARCHED)
            ):
                return bare
    return ""


def _is_written(name: str, hits: Sequence[Hit]) -> bool:
    """Whether a passage, its headings or its file have the name, or two words of a longer one side by side.

    One of a single word is told by its capitals.
    """
    words = re.findall(r"[^\W_]+", name)
    parts = list(pairwise(words)) or [tuple(words)]
    flags = re.IGNORECASE if len(words) > 1 else 0
    found = [re.compile(r"\b" + r"[\W_]*".join(map(re.escape, part)), flags) for part in parts]
    texts = [text for hit in hits for text in (hit.headed, hit.title, hit.path.rpartition("/")[2])]
    return any(part.search(text) for part in found for text in texts)
