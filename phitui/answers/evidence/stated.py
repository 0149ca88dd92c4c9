"""Lines that state one fact: a label with its value, and rows of tables under the heads of their columns."""

import re
from collections.abc import Callable, Iterator, Sequence

from phitui.answers.evidence.answer_kinds import of_kind
from phitui.answers.evidence.claims import names
from phitui.documents.tables import Tables, cells_of, heads_carried
from phitui.library.search.ranking import Query
from phitui.library.terms.words import coverage, stems
from phitui.records import Hit, StoredSentence

LABEL_CHARACTERS = 60
FEWEST_SHARE = 0.4
"""Of the question's words, by rarity, a label with its heads and headings has so many: the rest says what is asked."""
_LINE = re.compile(
    rf"^\W*(?:[^\n:|]+(?: \| [^\n:|]+)+: )?([^\W_][^\n:\t|]{{0,{LABEL_CHARACTERS}}}?)(?::\s+|\t)(\S[^\n]*)",
    re.MULTILINE,
)
_ASKED_PART = re.compile(
    r"\b(?:clauses?|articles?|art\.|sections?|paragraphs?|rules?)\s+(\d{1,3}(?:\.\d{1,3}){1,3})\b", re.IGNORECASE
)
"""A number of one part alone stands at too many lines."""
_FACT = re.compile(r"[^\n]*\t|[^\W_][^\n:.]{0,60}:\s")


def is_line(text: str) -> bool:
    """Whether it is a row of a table, or a label with its value."""
    return bool(_FACT.match(text))


def heads_in(hit: Hit) -> Callable[[str], str]:
    """Says which heads of columns a row of the passage stands under; empty for what is no row."""
    if "\t" not in hit.text:
        return lambda row: ""
    tables, carried = Tables(hit.text), heads_carried(hit.section)

    def heads(row: str) -> str:
        at = hit.text.find(row) if "\t" in row else -1
        return (tables.heads_above(at) or carried) if at >= 0 else ""

    return heads


def headed(heads: str, text: str) -> str:
    """A row behind the heads that it stands under, as it is read by itself."""
    return f"{heads}: {text}" if heads else text


def row_of_heads(hit: Hit, sentences: Sequence[StoredSentence], place: int) -> int | None:
    """Which of the passage's sentences holds the heads of the columns over the one at `place`; None where none does."""
    heads = heads_in(hit)(sentences[place].text)
    for above in range(place - 1, -1, -1) if heads else ():
        cells = cells_of(sentences[above].text)
        if len(cells) > 1 and all(cell in heads for cell in cells):
            return above
    return None


def asked_labels(query: Query, text: str) -> Iterator[tuple[set[str], int]]:
    """(stems, where it begins) of each label in the text that the question names, with a value of the kind it asks."""
    asked = set(query.stems)
    for found in _LINE.finditer(text):
        label = set(stems(found[1]))
        if label and label <= asked and of_kind(query.text, found[2]) >= 0.5:
            yield label, found.start(1)


def _begins(text: str, number: str) -> bool:
    """Whether the text is the part of a document that bears this number."""
    named = r"(?:(?:clause|article|art\.|section|paragraph|rule|§)\s*)?"
    return bool(re.match(rf"{named}{re.escape(number)}[.:)]?\s", text, re.IGNORECASE))


def states(query: Query, hit: Hit, texts: Sequence[str]) -> bool:
    """Whether a line among the texts states what is asked: its label is in the question, its value of that kind."""
    numbers = _ASKED_PART.findall(query.text)
    if any(_begins(text, number) for number in numbers for text in texts):
        return True
    headings = set(stems(hit.header))
    named = {stem for name in names(query.text) for stem in stems(name)}
    topic = set(query.stems) - named
    for text in texts:
        for label, start in asked_labels(query, text):
            told = label | headings | set(stems(text[:start]))
            # Of "New York" nothing that is asked is told where the line does not say what of it.
            if coverage(query.stems, told, query.rarity) >= FEWEST_SHARE and (not topic or topic & told):
                return True
    return False
