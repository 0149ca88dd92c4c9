"""Other words for the same, and words of the same kind, out of WordNet (Fellbaum 1998)."""

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

FEWEST_SEEN = 2
"""A word's first sense is trusted where WordNet's texts have it so often, and …"""
MAIN_SENSE = 0.75
"""… it makes up this share of the word's uses."""


class WordNet:
    """Words of the same sense, of a sister sense and opposites, from WordNet's own files."""

    def __init__(self, folder: Path):
        """`folder` holds index.sense and data.noun, data.verb, data.adj, data.adv. Raises OSError."""
        counts: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        for line in (folder / "index.sense").read_text("ascii").splitlines():
            key, offset, _, seen = line.split(" ")
            lemma, rest = key.split("%")
            counts[lemma, {"1": "n", "2": "v", "3": "a", "4": "r", "5": "a"}[rest[0]]][offset] = int(seen)
        self._main: dict[tuple[str, str], str] = {}
        for name, senses in counts.items():
            best = max(senses, key=senses.__getitem__)
            if len(senses) == 1 or (senses[best] >= FEWEST_SEEN and senses[best] >= MAIN_SENSE * sum(senses.values())):
                self._main[name] = best
        self._known = counts
        self._words: dict[tuple[str, str], list[str]] = {}
        self._above: dict[tuple[str, str], list[str]] = {}
        self._below: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._against: dict[tuple[str, str], list[str]] = {}
        for kind, ending in (("n", "noun"), ("v", "verb"), ("a", "adj"), ("r", "adv")):
            for line in (folder / f"data.{ending}").read_text("ascii").splitlines():
                if line.startswith("  "):
                    continue
                self._read(kind, line.split(" | ")[0].split())

    def _read(self, kind: str, fields: list[str]) -> None:
        offset, count = fields[0], int(fields[3], 16)
        self._words[kind, offset] = [re.sub(r"\(.*\)", "", fields[4 + 2 * place]) for place in range(count)]
        at = 4 + 2 * count
        links = [fields[at + 1 + 4 * place : at + 5 + 4 * place] for place in range(int(fields[at]))]
        self._above[kind, offset] = [other for sign, other, of, _ in links if sign == "@" and of == kind]
        for other in self._above[kind, offset]:
            self._below[kind, other].append(offset)
        self._against[kind, offset] = [other for sign, other, _, _ in links if sign == "!"]

    def same(self, lemma: str, kind: str) -> list[str]:
        """Other words of the word's main sense whose main sense it is too; empty where it has no main sense."""
        offset = self._main.get((lemma, kind))
        return [] if offset is None else self._single(kind, [offset], lemma)

    def sisters(self, lemma: str, kind: str) -> list[str]:
        """Words right below the same word above."""
        offset = self._main.get((lemma, kind))
        if offset is None:
            return []
        others = [below for above in self._above[kind, offset] for below in self._below[kind, above] if below != offset]
        return self._single(kind, others[:40], lemma)

    def opposites(self, lemma: str, kind: str) -> list[str]:
        """Antonyms of the main sense."""
        offset = self._main.get((lemma, kind))
        return [] if offset is None else self._single(kind, self._against[kind, offset], lemma)

    def _single(self, kind: str, offsets: Sequence[str], lemma: str) -> list[str]:
        found = []
        for offset in offsets:
            for word in self._words.get((kind, offset), []):
                common = self._known.get((word.lower(), kind), {}).get(offset, 0)
                if (
                    common
                    and word.isalpha()
                    and word.islower()
                    and word != lemma
                    and self._main.get((word, kind)) == offset
                ):
                    found.append((-common, word))
        return [word for _, word in sorted(found)][:6]


ENDINGS: Sequence[tuple[str, str, str, str]] = (
    # ending of the form, what is put for it in the lemma, kind, ending's name
    ("ies", "y", "n", "s"), ("ses", "s", "n", "s"), ("ches", "ch", "n", "s"), ("s", "", "n", "s"),
    ("ied", "y", "v", "ed"), ("ed", "e", "v", "ed"), ("ed", "", "v", "ed"),
    ("ing", "e", "v", "ing"), ("ing", "", "v", "ing"), ("ies", "y", "v", "s"), ("es", "", "v", "s"),
    ("s", "", "v", "s"),
    ("", "", "n", ""), ("", "", "v", ""), ("", "", "a", ""), ("", "", "r", ""),
)  # fmt: skip


def inflected(word: str, ending: str) -> str:
    """A regular form of it."""
    if ending == "s":
        if re.search(r"(?:s|x|z|ch|sh)$", word):
            return word + "es"
        return word[:-1] + "ies" if re.search(r"[^aeiou]y$", word) else word + "s"
    if ending == "ed":
        if word.endswith("e"):
            return word + "d"
        return word[:-1] + "ied" if re.search(r"[^aeiou]y$", word) else word + "ed"
    if ending == "ing":
        return word[:-1] + "ing" if re.search(r"[^eo]e$", word) else word + "ing"
    return word
