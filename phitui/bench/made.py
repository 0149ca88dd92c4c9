"""A library of made documents, of any size: text that is distributed as natural text is, vectors as real ones are.

Words follow the law of Zipf and Mandelbrot, function words first; a quarter of a document's words is about its own
topic. Vectors are sums of real ones, weighed so that passages are as near to their neighbours, to the rest of their
document and to other documents as the search model's are in the articles of SQuAD (cosines of .77, .47 and .01).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from phitui.documents.document import Document, Page, Passage, Span, SplitDocument

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from phitui.library.library import Library

FUNCTION_WORDS = (
    "the of and to in a is was that for it as with on be by at from his he this are or an which had not but were have "
    "has their its they been who one also other than after more into her can such may time will when there some used "
    "most between about would these only so during where first two new years"
).split()
"""The commonest words of English text, about in order."""
VOCABULARY = 200_000
EXPONENT, SHIFT = 1.1, 2.7
"""Of Zipf and Mandelbrot's law: the word of rank r is drawn with a probability like 1 / (r + SHIFT) ** EXPONENT."""
TOPIC_WORDS = 300
TOPIC_SHARE = 0.25
WORDS_A_SENTENCE = 21
SENTENCES_A_PASSAGE = 5
NEW_SENTENCES_A_PASSAGE = 4
"""The last sentence of a passage is the first of the next one."""
SENTENCES_A_PAGE = 20
PASSAGES_A_DOCUMENT = 200
SYLLABLES = [f"{consonant}{vowel}" for consonant in "bdfgklmnprstvz" for vowel in ("a", "o", "u", "an", "or")]
DOCUMENT_WEIGHT, PASSAGE_WEIGHT = 0.69, 0.72
"""Of what a document's passages have in common, and of what each has alone."""
NEIGHBOUR_SHARE = 0.57
"""Of what a passage has alone, what the next one has as well: they overlap."""
QUESTION_WEIGHT = 0.65
"""Cosine of a question with the passage that it was made from, about."""
SENTENCE_WEIGHT = 0.8
MEAN_SHARE, SPREAD = 0.95, 0.55
"""The real vectors are of one text: so much of their mean is taken away, and their main directions are evened out."""
SEED = 7


@dataclass(frozen=True, slots=True)
class Made:
    """A document with its vectors: (passages, dimension) and (sentences, dimension), float32, of unit length."""

    document: Document
    split: SplitDocument
    passages: "NDArray[np.float32]"
    sentences: "NDArray[np.float32]"


class Maker:
    """Makes the n-th document, always the same."""

    def __init__(self, seeds: "NDArray[np.float32]"):
        """`seeds`: real vectors (n, dimension), of unit length."""
        import numpy as np

        self._seeds = _of_many_topics(seeds)
        self._words = [*FUNCTION_WORDS, *(_word(rank) for rank in range(VOCABULARY - len(FUNCTION_WORDS)))]
        shares = np.cumsum(1 / (np.arange(VOCABULARY) + 1 + SHIFT) ** EXPONENT)
        self._shares: NDArray[np.float64] = shares / shares[-1]

    def document(self, number: int, passages: int = PASSAGES_A_DOCUMENT) -> Made:
        """With so many passages."""
        import numpy as np

        rng = np.random.default_rng([SEED, number])
        count = passages * NEW_SENTENCES_A_PASSAGE + SENTENCES_A_PASSAGE - NEW_SENTENCES_A_PASSAGE
        lines = self._sentences(rng, count)
        pages, spans = _pages(lines)
        parts = []
        for place in range(passages):
            first = place * NEW_SENTENCES_A_PASSAGE
            last = first + SENTENCES_A_PASSAGE - 1
            span = Span(spans[first].page, spans[first].start, spans[last].page_end, spans[last].end)
            parts.append(Passage(" ".join(lines[first : last + 1]), span, None, "", first, last))
        rows = self._passages(rng, passages)
        about = rows[np.minimum(np.arange(count) // NEW_SENTENCES_A_PASSAGE, passages - 1)]
        title = " ".join(self._words[rank] for rank in self._rare(rng, 3)).capitalize()
        document = Document(Path(f"/made/{number}.pdf"), title, tuple(pages), reader="made")
        return Made(document, SplitDocument(tuple(spans), tuple(parts)), rows, self._near(rng, about, SENTENCE_WEIGHT))

    def question(self, number: int, documents: int) -> "tuple[str, NDArray[np.float32]]":
        """Four to twelve words of a passage of one of that many documents, and a vector (dimension,) near its own."""
        import numpy as np

        rng = np.random.default_rng([SEED + 1, number])
        made = self.document(int(rng.integers(documents)))
        place = int(rng.integers(len(made.split.passages)))
        words = made.split.passages[place].text.lower().replace(".", "").split()
        chosen = rng.choice(len(words), int(rng.integers(4, 13)), replace=False)
        vector = self._near(rng, made.passages[place : place + 1], QUESTION_WEIGHT)[0]
        return " ".join(words[each] for each in sorted(chosen)) + "?", vector

    def _rare(self, rng: "np.random.Generator", count: int) -> "NDArray[np.int64]":
        """Ranks of words that are neither function words nor in every other document."""
        import numpy as np

        return np.searchsorted(self._shares, rng.uniform(self._shares[2 * len(FUNCTION_WORDS)], 1, count))

    def _sentences(self, rng: "np.random.Generator", count: int) -> list[str]:
        import numpy as np

        topic = self._rare(rng, TOPIC_WORDS)
        whole = count * WORDS_A_SENTENCE
        ranks = np.searchsorted(self._shares, rng.random(whole))
        about = rng.random(whole) < TOPIC_SHARE
        # Some words of a topic are much commoner than others.
        ranks[about] = topic[(TOPIC_WORDS * rng.random(int(about.sum())) ** 2).astype(int)]
        words = [self._words[rank] for rank in ranks.tolist()]
        starts = range(0, whole, WORDS_A_SENTENCE)
        return [" ".join(words[start : start + WORDS_A_SENTENCE]).capitalize() + "." for start in starts]

    def _fresh(self, rng: "np.random.Generator", count: int) -> "NDArray[np.float32]":
        """Vectors (count, dimension) of length 1: a real one and the difference of two others."""
        one, two, three = self._seeds[rng.integers(len(self._seeds), size=(3, count))]
        return _unit(one + 0.6 * (two - three))

    def _passages(self, rng: "np.random.Generator", count: int) -> "NDArray[np.float32]":
        own = self._fresh(rng, count)
        for place in range(1, count):
            own[place] = NEIGHBOUR_SHARE * own[place - 1] + (1 - NEIGHBOUR_SHARE**2) ** 0.5 * own[place]
        return _unit(DOCUMENT_WEIGHT * self._fresh(rng, 1) + PASSAGE_WEIGHT * own)

    def _near(self, rng: "np.random.Generator", rows: "NDArray[np.float32]", cosine: float) -> "NDArray[np.float32]":
        return _unit(cosine * rows + (1 - cosine**2) ** 0.5 * self._fresh(rng, len(rows)))


def _of_many_topics(seeds: "NDArray[np.float32]") -> "NDArray[np.float32]":
    import numpy as np

    one, sizes, two = np.linalg.svd(seeds - MEAN_SHARE * seeds.mean(0), full_matrices=False)
    return _unit((one * sizes**SPREAD) @ two)


def _unit(rows: "NDArray[np.float32]") -> "NDArray[np.float32]":
    import numpy as np

    found: NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return found


def fill(library: "Library", maker: Maker, first: int, last: int) -> None:
    """Puts documents `first` to before `last` in, with all their vectors, as if they had been read and embedded."""
    from phitui.library.store.files import FileState
    from phitui.library.store.vectors import MissingPassage, MissingSentence

    store, vectors = library._store, library._vectors
    assert vectors is not None
    for number in range(first, last):
        made = maker.document(number)
        file = FileState(made.document.path, f"{number:064x}", 0, 0)
        key = store.put_document(file, made.document, made.split)
        (version, _) = store.versions_of(key) or (0, 0)
        passages = [MissingPassage(each, key, "") for each, _ in store.headed_passages(key)[1]]
        vectors.put_passages(passages, made.passages)
        rows = [MissingSentence(key, ordinal, version, "") for ordinal in range(len(made.split.sentences))]
        vectors.put_sentences(rows, made.sentences)


def _word(rank: int) -> str:
    """Two to four syllables, the same for the same rank, another for every other."""
    parts = []
    number = rank + len(SYLLABLES)
    while number:
        number, place = divmod(number, len(SYLLABLES))
        parts.append(SYLLABLES[place])
    return "".join(parts)


def _pages(lines: list[str]) -> tuple[list[Page], list[Span]]:
    pages: list[Page] = []
    spans: list[Span] = []
    for start in range(0, len(lines), SENTENCES_A_PAGE):
        offset = 0
        for line in lines[start : start + SENTENCES_A_PAGE]:
            spans.append(Span(len(pages) + 1, offset, len(pages) + 1, offset + len(line)))
            offset += len(line) + 1
        pages.append(Page(len(pages) + 1, " ".join(lines[start : start + SENTENCES_A_PAGE])))
    return pages, spans
