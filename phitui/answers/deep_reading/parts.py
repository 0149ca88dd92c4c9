"""A whole document, cut into parts that a small window can hold: whole sentences, by section where that fits."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from phitui.records import Hit, StoredSentence

SMALL_PART = 0.25
"""A part takes in the next section while it has used less than this share of its budget."""


@dataclass(frozen=True, slots=True)
class PlacedSentence:
    """A sentence of a document, and the first passage that holds it."""

    ordinal: int
    sentence: StoredSentence
    hit: Hit


@dataclass(frozen=True, slots=True)
class Part:
    """Neighbouring sentences that are read together."""

    lines: tuple[PlacedSentence, ...]

    @property
    def section(self) -> str:
        """Where it stands: one section, or the first and the last of several; may be empty."""
        names = list(dict.fromkeys(line.hit.section for line in self.lines if line.hit.section))
        return names[0] if len(names) == 1 else f"{names[0]} … {names[-1]}" if names else ""

    @property
    def labels(self) -> tuple[str | None, str | None]:
        """What is printed on the first and on the last of its pages."""
        first, last = self.lines[0], self.lines[-1]
        return first.hit.label_of(self.pages[0]), last.hit.label_of(self.pages[1])

    @property
    def pages(self) -> tuple[int, int]:
        """Its first and its last page."""
        return self.lines[0].sentence.span.page, max(line.sentence.span.page_end for line in self.lines)

    @property
    def text(self) -> str:
        return " ".join(" ".join(line.sentence.text.split()) for line in self.lines)


def lines_of(hits: Sequence[Hit], sentences_of: Callable[[Hit], Sequence[StoredSentence]]) -> list[PlacedSentence]:
    """Every sentence of a document once; `hits` are all its passages, in order."""
    lines: list[PlacedSentence] = []
    for hit in hits:
        known = lines[-1].ordinal if lines else -1
        found = enumerate(sentences_of(hit), hit.first_sentence)
        lines += [PlacedSentence(ordinal, sentence, hit) for ordinal, sentence in found if ordinal > known]
    return lines


def parts_of(lines: Sequence[PlacedSentence], cost: Callable[[Sequence[str]], list[int]], budget: int) -> list[Part]:
    """The lines in parts of at most `budget` tokens; `cost` counts those of each text. A longer sentence stands alone.

    A new section begins a new part, unless the part before it is still small.
    """
    costs = cost([" " + " ".join(line.sentence.text.split()) for line in lines])
    return [Part(tuple(lines[first:last])) for first, last in _cuts(lines, costs, budget)]


def _cuts(lines: Sequence[PlacedSentence], costs: Sequence[int], budget: int) -> Iterator[tuple[int, int]]:
    first = spent = 0
    for place, line in enumerate(lines):
        turns = place > first and line.hit.section != lines[place - 1].hit.section
        if place > first and (spent + costs[place] > budget or (turns and spent >= SMALL_PART * budget)):
            yield first, place
            first, spent = place, 0
        spent += costs[place]
    if lines:
        yield first, len(lines)
