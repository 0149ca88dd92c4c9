"""What a claim is held against: sentences of passages, alone and with a neighbour, taken apart when they are needed."""

import re
from collections.abc import Sequence
from functools import cached_property

from phitui.answers.evidence.claims import PRONOUNS, first_name, names, wording
from phitui.answers.evidence.quantities import Quantity, quantities
from phitui.answers.evidence.quotes import together
from phitui.documents.document import Span
from phitui.records import Citation, Hit, StoredSentence
from phitui.text import fold

BEFORE = 3
"""Sentences ahead of one that its pronouns may mean."""
ENOUGH = 60
"""Characters by which a sentence is known."""
LONGEST_TITLE = 80
"""Characters of a title that is read with a sentence."""


class Source:
    """One or two neighbouring sentences of a passage; `before` is what its passage says ahead of them."""

    def __init__(self, hit: Hit, number: int, run: Sequence[StoredSentence], text: str, before: str):
        self.hit, self.number, self.run = hit, number, run
        self.text = " ".join(text.split())
        self._exact = text
        """As its pages have it."""
        self._ahead = before

    @property
    def alone(self) -> bool:
        """One sentence."""
        return len(self.run) == 1

    @property
    def span(self) -> Span:
        first, last = self.run[0].span, self.run[-1].span
        return Span(first.page, first.start, last.page_end, last.end)

    @property
    def citation(self) -> Citation:
        hit, span = self.hit, self.span
        return Citation(hit.passage_id, self.number, hit.path, hit.name, span, self._exact, hit.label_of(span.page))

    @cached_property
    def words(self) -> list[str]:
        return wording(self.text)

    @cached_property
    def stems(self) -> set[str]:
        return set(self.words)

    @cached_property
    def quantities(self) -> list[Quantity]:
        return quantities(self.text)

    @cached_property
    def folded(self) -> str:
        return fold(self.text)

    @cached_property
    def names(self) -> list[str]:
        return list(dict.fromkeys([first_name(self.text) or "", *names(self.text)]))

    @cached_property
    def near(self) -> str:
        """Folded: it and its heading."""
        return f"{self.folded}\n{fold(self.hit.header)}"

    @cached_property
    def before(self) -> str:
        """Folded: it, its heading, and what stands ahead."""
        return f"{self.near}\n{fold(self._ahead)}"

    @cached_property
    def refers(self) -> bool:
        """Whether one of its words may mean what stands ahead."""
        return bool(PRONOUNS & set(re.findall(r"\w+", self.folded)))

    @cached_property
    def implied(self) -> set[str]:
        """Stems that it may mean without saying them."""
        return set(wording(self.hit.header + ("\n" + self._ahead if self.refers else "")))

    def titled(self, text: str) -> str:
        """The text, as it is read, behind the title of its document, which says what it is about."""
        title = " ".join(self.hit.title.split())[:LONGEST_TITLE]
        return f"{title}: {text}" if title and not self.folded.startswith(fold(title)) else text


class Passage:
    """The sentences of a passage as sources."""

    def __init__(self, hit: Hit, number: int, sentences: Sequence[StoredSentence]):
        """`number` is the one that citations show."""
        self._hit, self._number, self._sentences = hit, number, list(sentences)
        self.sources = [self._source(place, place) for place in range(len(self._sentences))]
        self._pairs: dict[int, Source | None] = {}

    def without(self, text: str) -> "Passage":
        """The passage without the sentences of which this text is made."""
        gone = " ".join(text.split())
        rows = [(each, " ".join(each.text.split())) for each in self._sentences]
        kept = [
            each for each, row in rows if row not in gone and gone[:ENOUGH] not in row and gone[-ENOUGH:] not in row
        ]
        return Passage(self._hit, self._number, kept)

    def _source(self, first: int, last: int, text: str = "") -> Source:
        ahead = "\n".join(each.text for each in self._sentences[max(0, first - BEFORE) : first])
        run = self._sentences[first : last + 1]
        return Source(self._hit, self._number, run, text or run[0].text, ahead)

    def pairs(self, source: Source) -> list[Source]:
        """The source together with the sentence before it, and with the one behind it."""
        place = next(at for at, each in enumerate(self.sources) if each is source)
        return [pair for first in (place - 1, place) if (pair := self._pair(first)) is not None]

    def _pair(self, first: int) -> Source | None:
        if not 0 <= first < len(self._sentences) - 1:
            return None
        if first not in self._pairs:
            both = together(self._hit, self._sentences[first], self._sentences[first + 1])
            self._pairs[first] = self._source(first, first + 1, both) if both is not None else None
        return self._pairs[first]
