"""What figures of accounts are called in statements, and which lines a measure is worked out from.

Nobody writes a "quick ratio" into a balance sheet: it is found by "total current assets". The words are those of
accounting in general; a question is given them where the library has all of them.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from phitui.library.terms.words import stems

_PLANT = "property, plant and equipment"
_SALES = "net sales, total revenues"
_BALANCE = "consolidated balance sheets"
_CASH = "net cash provided by operating activities"
_NOT_WORD = r"(?![^\W_])"

_NAMES: Mapping[str, str] = {
    r"cap(?:ital)?[ -]?ex(?:penditures?)?": f"purchases of {_PLANT}, capital expenditures",
    r"pp\s?(?:&|n|and)?\s?e": _PLANT,
    r"cogs|costs? of goods sold": "cost of sales, cost of products sold, cost of revenue",
    r"sg\s?(?:&|n|and)\s?a": "selling, general and administrative expenses",
    r"p\s?(?:&|n|and)\s?l|income statements?|profit and loss (?:statements?|accounts?)|statements? of income": (
        "consolidated statements of income, operations, earnings"
    ),
    r"statements? of financial position|balance sheets?": f"{_BALANCE}, financial position",
    r"cash[ -]?flow statements?": "consolidated statements of cash flows",
    r"top[ -]?lines?": _SALES,
    r"bottom[ -]?lines?": "net income, net earnings",
    r"agms?": "annual meeting of shareholders",
}
"""A pattern of what a question says → what statements say."""
_MEASURES: Mapping[str, str] = {
    r"gross (?:profit )?margins?": f"gross profit, cost of sales, {_SALES}",
    r"operating (?:profit |income )?margins?": f"operating income, {_SALES}",
    r"net (?:profit |income )?margins?": f"net income, {_SALES}",
    r"(?:quick|acid[ -]test) ratios?": (
        f"{_BALANCE}: cash and cash equivalents, receivables, inventories, total current assets, "
        "total current liabilities"
    ),
    r"current ratios?|working capital(?: ratios?)?": f"{_BALANCE}: total current assets, total current liabilities",
    r"inventory turnover(?: ratios?)?|days (?:of )?inventory(?: outstanding)?|dio": "cost of sales, inventories",
    r"days payables? outstanding|dpo|payables? turnover": "accounts payable, cost of sales, inventories",
    r"days sales outstanding|dso|receivables? turnover": f"accounts receivable, {_SALES}",
    r"free[ -]?cash[ -]?flows?|fcf": f"{_CASH}, purchases of {_PLANT}",
    r"interest coverage(?: ratios?)?": "interest expense, operating income",
    r"(?:fixed )?assets? turnover(?: ratios?)?": f"{_SALES}, {_PLANT}, total assets",
    r"returns? on (?:total )?assets|roa": "net income, total assets",
    r"returns? on (?:shareholders?['’]? |stockholders?['’]? )?equity|roe": "net income, total equity",
    r"debt[ -]to[ -]equity(?: ratios?)?|leverage ratios?": "total debt, total equity",
    r"capital[ -]intensive|capital intensity(?: ratios?)?": f"{_PLANT}, total assets, {_SALES}",
    r"(?:dividend )?pay-?out ratios?": "dividends paid, net income",
}
"""A pattern of a measure → the lines that it is worked out from."""


def _patterns(table: Mapping[str, str]) -> list[tuple[re.Pattern[str], str]]:
    return [
        (re.compile(rf"(?<![^\W_])(?:{said}){_NOT_WORD}", re.IGNORECASE), written) for said, written in table.items()
    ]


_EVERY = [*_patterns(_NAMES), *_patterns(_MEASURES)]


def in_statements(
    text: str, frequency_of: Callable[[Sequence[str]], Mapping[str, int]]
) -> Iterator[tuple[int, int, str]]:
    """(place, place, what to put there): behind each such name of a question the words of the library's statements.

    `frequency_of` tells of stems how many passages hold them.
    """
    there = set(stems(text))
    for pattern, written in _EVERY:
        match = pattern.search(text)
        if match is None:
            continue
        lines = []
        for line in re.split("[,:] ", written):
            wanted = stems(line)
            if not there.issuperset(wanted) and all(frequency_of(wanted).get(stem) for stem in wanted):
                lines.append(line)
                there.update(wanted)
        if lines:
            yield match.end(), match.end(), f" ({', '.join(lines)})"
