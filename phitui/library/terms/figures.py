"""What figures of accounts are called in statements, which lines a measure is worked out from, and where these stand.

Nobody writes a "quick ratio" into a balance sheet: it is found by "total current assets". The words are those of
accounting in general; a question is given them where the library has all of them.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from phitui.library.terms.words import stems

BALANCE, INCOME, CASH = "balance", "income", "cash"
CAPTION_CHARACTERS = 60
"""Before and behind the name of a statement in its caption: whose it is, its unit and time."""
FEWEST_CELLS = 8
"""Of a passage that is a part of a statement."""

_PLANT = "property, plant and equipment"
_SALES = "net sales, total revenues"
_SHEETS = "consolidated balance sheets"
_CURRENT = "total current assets, total current liabilities"
_OPERATIONS = "net cash provided by operating activities"


@dataclass(frozen=True, slots=True)
class _Figure:
    said: re.Pattern[str]
    """In a question."""
    written: str
    """What statements say."""
    stands: tuple[str, ...]
    """In which of them."""


def _figure(said: str, written: str, *stands: str) -> _Figure:
    return _Figure(re.compile(rf"(?<![^\W_])(?:{said})(?![^\W_])", re.IGNORECASE), written, stands)


_FIGURES = (
    _figure(r"cap(?:ital)?[ -]?ex(?:penditures?)?", f"purchases of {_PLANT}, capital expenditures", CASH),
    _figure(r"pp\s?(?:&|n|and)?\s?e", _PLANT, BALANCE),
    _figure(r"cogs|costs? of goods sold", "cost of sales, cost of products sold, cost of revenue", INCOME),
    _figure(r"sg\s?(?:&|n|and)\s?a", "selling, general and administrative expenses", INCOME),
    _figure(
        r"p\s?(?:&|n|and)\s?l|income statements?|profit and loss (?:statements?|accounts?)|statements? of income",
        "consolidated statements of income",
        INCOME,
    ),
    _figure(r"statements? of financial position|balance sheets?", _SHEETS, BALANCE),
    _figure(
        r"cash[ -]?flows? statements?|statements? of cash[ -]?flows?", "consolidated statements of cash flows", CASH
    ),
    _figure(r"top[ -]?lines?", _SALES, INCOME),
    _figure(r"bottom[ -]?lines?", "net income, net earnings", INCOME),
    _figure(r"agms?", "annual meeting of shareholders"),
    _figure(r"gross (?:profit )?margins?", f"gross profit, cost of sales, {_SALES}", INCOME),
    _figure(r"operating (?:profit |income )?margins?", f"operating income, {_SALES}", INCOME),
    _figure(r"net (?:profit |income )?margins?", f"net income, {_SALES}", INCOME),
    _figure(
        r"(?:quick|acid[ -]test) ratios?",
        f"{_SHEETS}: cash and cash equivalents, receivables, inventories, {_CURRENT}",
        BALANCE,
    ),
    _figure(r"current ratios?|working capital(?: ratios?)?", f"{_SHEETS}: {_CURRENT}", BALANCE),
    _figure(
        r"inventory turnover(?: ratios?)?|days (?:of )?inventory(?: outstanding)?|dio",
        "cost of sales, inventories",
        BALANCE,
        INCOME,
    ),
    _figure(
        r"days payables? outstanding|dpo|payables? turnover",
        "accounts payable, cost of sales, inventories",
        BALANCE,
        INCOME,
    ),
    _figure(r"days sales outstanding|dso|receivables? turnover", f"accounts receivable, {_SALES}", BALANCE, INCOME),
    _figure(r"free[ -]?cash[ -]?flows?|fcf", f"{_OPERATIONS}, purchases of {_PLANT}", CASH),
    _figure(r"interest coverage(?: ratios?)?", "interest expense, operating income", INCOME),
    _figure(r"(?:fixed )?assets? turnover(?: ratios?)?", f"{_SALES}, {_PLANT}, total assets", BALANCE, INCOME),
    _figure(r"returns? on (?:total )?assets|roa", "net income, total assets", BALANCE, INCOME),
    _figure(
        r"returns? on (?:shareholders?['’]? |stockholders?['’]? )?equity|roe",
        "net income, total equity",
        BALANCE,
        INCOME,
    ),
    _figure(r"debt[ -]to[ -]equity(?: ratios?)?|leverage ratios?", "total debt, total equity", BALANCE),
    _figure(r"capital[ -]intensive|capital intensity(?: ratios?)?", f"{_PLANT}, total assets, {_SALES}", BALANCE, CASH),
    _figure(r"(?:dividend )?pay-?out ratios?", "dividends paid, net income", CASH),
)
_SHORT = re.compile(r"[a-z]{3}", re.IGNORECASE)
"""Others use such a form for something else."""
_STATEMENTS = {
    BALANCE: r"balance\s+sheets?|statements?\s+of\s+financial\s+(?:position|condition)",
    INCOME: (
        r"statements?\s+of\s+(?:consolidated\s+)?(?:net\s+)?(?:income|operations|earnings|profit(?:\s+(?:or|and)\s+loss)?)"
        r"|income\s+statements?|profit\s+and\s+loss\s+accounts?"
    ),
    CASH: r"statements?\s+of\s+(?:consolidated\s+)?cash\s*flows?|cash\s+flows?\s+statements?",
}
STATEMENT_WORDS = {
    BALANCE: "consolidated balance sheets: total current assets, total assets, total current liabilities, equity",
    INCOME: "consolidated statements of income, operations, earnings: sales, cost of sales, income taxes, net income",
    CASH: "consolidated statements of cash flows: net cash, operating activities, investing activities, financing",
}
"""By which a statement is found among the passages of a document."""
_NAMED = "|".join(f"(?P<{kind}>{name})" for kind, name in _STATEMENTS.items())
_CAPTION = re.compile(
    rf"(?:^|› )([^\n\t›]{{0,{CAPTION_CHARACTERS}}}\b(?:{_NAMED})\b[^\n\t›]{{0,{CAPTION_CHARACTERS}}})(?=\n|\Z| ›)",
    re.IGNORECASE | re.MULTILINE,
)
_BESIDE = re.compile(
    r"\([^)]*\)?|\b(?:for the|(?:for )?(?:fiscal )?years? end(?:ed|ing)|as (?:of|at)|at)\b.*", re.I | re.S
)
"""What of a caption tells no name: its unit, its time."""


def in_statements(
    text: str,
    frequency_of: Callable[[Sequence[str]], Mapping[str, int]],
    texts_with: Callable[[Sequence[str]], Sequence[str]],
) -> Iterator[tuple[int, int, str]]:
    """(place, place, what to put there): behind each such name of a question the words of the library's statements.

    `frequency_of` tells of stems how many passages hold them, `texts_with` gives the passages that say most of some
    words. A short form that the library uses for something else, as PPE for what protects people, stays alone.
    """
    there = set(stems(text))
    for figure in _FIGURES:
        match = figure.said.search(text)
        if match is None:
            continue
        lines = []
        for line in re.split("[,:] ", figure.written):
            wanted = stems(line)
            if not there.issuperset(wanted) and all(frequency_of(wanted).get(stem) for stem in wanted):
                lines.append(line)
                there.update(wanted)
        if lines and (_SHORT.fullmatch(match.group()) is None or _is_meant(match.group(), lines[0], texts_with)):
            yield match.end(), match.end(), f" ({', '.join(lines)})"


def _is_meant(short: str, line: str, texts_with: Callable[[Sequence[str]], Sequence[str]]) -> bool:
    """Whether the library says the line beside the short form, or, where it has no such form, at all."""
    form, wanted = set(stems(short)), set(stems(line))
    found = [set(stems(each)) for each in texts_with([short, line])]
    having = [each for each in found if form <= each] or found
    return any(wanted <= each for each in having)


def is_figure(word: str) -> bool:
    """Whether it is such a name as a whole: "capex" is no misspelt cape."""
    return any(figure.said.fullmatch(word) for figure in _FIGURES)


def asked_statements(question: str) -> frozenset[str]:
    """In which statements the figures stand that a question names."""
    return frozenset(place for figure in _FIGURES if figure.said.search(question) for place in figure.stands)


def statements_in(section: str, text: str) -> frozenset[str]:
    """Which statements a passage shows rows of, by the captions in it and above it."""
    if text.count("\t") < FEWEST_CELLS:
        return frozenset()
    return frozenset(
        kind
        for part in (section, text)
        for match in _CAPTION.finditer(part)
        if _is_title(match[1])
        for kind in _STATEMENTS
        if match[kind]
    )


def _is_title(line: str) -> bool:
    """Whether its longer words have capitals."""
    return not any(word[0].islower() and len(word) > 3 for word in _BESIDE.sub(" ", line).split())
