"""Hyphens at the ends of lines: which belong to their word, and which only divide it.

Letters alone do not tell ("price-determining", "demon-strated"), nor does case. The rest of the document does where it
has the word once more, and a list of the language's words where it has not.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from phitui.documents.language import language_of
from phitui.documents.repair.words import listed

BREAK = re.compile(
    "[\ufffe\x02][ \t]*(?:\r?\n[ \t]*)?|[-\u2010\u00ad](?<=[^\\W_].)[ \t]*\r?\n[ \t]*(?=[^\\W_])",
)
"""A hyphen at a line's end, as pdfium marks it (U+FFFE; the line's end is gone then) or as other readers leave it."""
JOINED_LANGUAGES = frozenset("de nl sv da no fi et hu".split())
"""Write compounds as one word: a hyphen before a small letter divides."""
COMMON = 300
"""A part of a compound is found so often in 1.6 thousand million words of subtitles: "pany" and "th" are not."""
SAMPLE, SAMPLE_PAGES = 600, 10
"""Characters of so many pages tell the language."""
CONTEXT = 80
"""Characters of a word that are looked at on either side."""
_TOKEN = re.compile(r"(?<![^\W_])[^\W_]++(?:[-\u2010\u2011][^\W_]+)+|[^\W\d_]+")
_LEFT = re.compile(r"[^\s\ufffe\x02]*$")
_RIGHT = re.compile(r"[^\s\ufffe\x02]*")
_LAST = re.compile(r"[^\W_]+$")
_FIRST = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"@|://|\bwww\.|[^\W_]\.[a-z]{2,}(?:/|$)|/[^/]+/")
_SUSPENDED = frozenset("and or to und oder bis et ou y o e en of och eller og".split())
_SHORT = frozenset("in of on to up by at it be me us go so is".split())
"""Words of two letters that end a compound or go on in one (check-in, mother-in-law), not ends of divided words."""
_LONE_PREFIXES = frozenset(
    "anti auto bi bio co counter cyber de di dis electro ex extra fore geo hydro hyper hypo in inter intra iso macro "
    "mega meta micro mid mini mis mono multi neo neuro non over para photo poly post pre pro proto pseudo psycho re "
    "semi socio sub super supra sur tele thermo trans tri ultra un under uni up".split()
)
"""Stand for themselves in no sentence, or seldom: one before a word makes a longer word of it."""


def without_breaks(texts: Sequence[str]) -> list[str]:
    """The pages' texts with every word whole that was divided at a line's end; a hyphen that belongs to it stays."""
    if not any(BREAK.search(text) for text in texts):
        return list(texts)
    words = _Words(texts)
    return [BREAK.sub(lambda match: _joint(match, words), text) for text in texts]


class _Words:
    """What is known of words: the document's own, then the language's."""

    def __init__(self, texts: Sequence[str]):
        self._texts = texts
        self._own: Counter[str] | None = None
        self._language: str | None = None

    @property
    def own(self) -> Mapping[str, int]:
        """Words of the document that no line divides, in small letters → how often."""
        if self._own is None:
            self._own = Counter()
            for text in self._texts:
                pieces = BREAK.split(text)
                for number, piece in enumerate(pieces):
                    if number:
                        piece = piece[len(_RIGHT.match(piece).group()) :]  # type: ignore[union-attr]  # matches nothing too
                    if number < len(pieces) - 1:
                        piece = piece[: _LEFT.search(piece).start()]  # type: ignore[union-attr]
                    self._own.update(_TOKEN.findall(piece.lower()))
        return self._own

    @property
    def language(self) -> str:
        if self._language is None:
            self._language = language_of([text[:SAMPLE] for text in self._texts[:SAMPLE_PAGES]]) or "en"
        return self._language

    @property
    def listed(self) -> Mapping[str, int]:
        return listed(self.language)


def _joint(match: re.Match[str], words: _Words) -> str:
    """What takes the place of the hyphen and the line's end behind it."""
    text = match.string
    left = _LEFT.search(text, max(0, match.start() - CONTEXT), match.start())
    right = _RIGHT.match(text, match.end(), match.end() + CONTEXT)
    before, behind = left.group() if left else "", right.group() if right else ""
    last, first = _LAST.search(before), _FIRST.match(behind)
    if not last or not first:
        return "-" if last or behind.startswith(tuple(".,;:)")) else ""
    return _between(before, last.group(), first.group(), behind, words)


def _between(before: str, last: str, first: str, behind: str, words: _Words) -> str:
    """ "" or "-", or "- " before the second part of two words that share their end ("pre- and post-war")."""
    if last[-1].isdigit() or first[0].isdigit() or _ADDRESS.search(before + behind):
        return "-"
    small, other = last.lower(), first.lower()
    whole = small + other
    compound = _compound(before, last, behind)
    joined, hyphened = words.own.get(whole, 0), words.own.get(compound, 0) + words.own.get(f"{small}-{other}", 0)
    if joined != hyphened:
        return "" if joined > hyphened else "-"
    if first[0].isupper() and not (last.isupper() and first.isupper()):
        return "-"
    listed = words.listed
    if whole in listed:
        return ""
    if other in _SUSPENDED:
        return "- "
    if words.language in JOINED_LANGUAGES:
        return ""
    if len(small) == 1:
        return "-"
    if small in _LONE_PREFIXES:
        return ""
    parts = [listed.get(part, 0) >= COMMON or words.own.get(part, 0) > 1 for part in (small, other)]
    return "-" if all(parts) and (len(other) > 2 or other in _SHORT) else ""


def _compound(before: str, last: str, behind: str) -> str:
    """The whole of state-of-the-art, in small letters."""
    left = re.search(r"(?:[^\W_]+[-\u2010\u2011])*$", before[: len(before) - len(last)])
    right = re.match(r"[^\W_]+(?:[-\u2010\u2011][^\W_]+)*", behind)
    return f"{left.group() if left else ''}{last}-{right.group() if right else ''}".lower()
