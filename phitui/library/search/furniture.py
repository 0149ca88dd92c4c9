"""How much of a passage only leads to other text: a table of contents, a list of references, a menu, "see also". Told
by its form.

What such lines name they say nothing about, yet they share its words, often more of them than the text that they lead
to. A question that asks for them says so.
"""

import re

_LEADER = re.compile(r"(?:(?:\.\s?){4,}|…{2,}|·{4,}|_{4,}|\s\s\s+)\s*(\d{1,4}|[ivxl]{1,6})\s*$")
"""Dots, then a page: a row of a table of contents."""
_ENDS_IN_PAGE = re.compile(r"^[^\W\d_].*?\s(\d{1,3})\s*$")
_YEAR = re.compile(r"\b(?:19|20)\d\d[a-z]?\b")
_AUTHOR = re.compile(r"\b[A-ZÀ-Þ][\w’'-]+,\s(?:[A-ZÀ-Þ]\.[\s,-]*){1,3}|\b(?:[A-ZÀ-Þ]\.\s?){1,3}[A-ZÀ-Þ][\w’'-]+,")
_PUBLISHED = re.compile(
    r"\b(?:In Proceedings|Proc\.|Journal of|arXiv|doi|ISBN|ISSN|pp\.|vol\.|no\.|eds?\.|University Press)", re.IGNORECASE
)
_REFERENCES = re.compile(
    r"(?:\d+\.?\s+)?(?:references|bibliography|works cited|literature(?: cited)?|notes and references)\W*$",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\b(?:contents|chapters?|sections?|parts?|appendix|appendices|references?|bibliograph\w*|cit(?:e[ds]?|ing|ations?)|"
    r"sources?|menus?|links?|index|outline|structure|authors?|published|publication|works?|papers?|literature)\b",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"\W*(?:(?:for|to (?:learn|read|find|see|get)) (?:more|further|additional|other|complete|detailed)\b"
    r"|(?:please )?(?:see|refer to|consult)\b|learn more\b|read more\b)",
    re.IGNORECASE,
)
_ANNOUNCES = re.compile(
    r"\b(?:this|these|our|(?:the )?following) (?:[\w-]+ ){0,3}"
    r"(?:policy|notice|statement|document|sections?|chapters?|guide|manual|article|topics?|pages?|tutorial) (?:also )?"
    r"(?:describes?|explains?|discuss(?:es)?|covers?|outlines?|introduces?|summari[sz]es?|tells?|"
    r"(?:is|was|has been) (?:intended|designed|meant|created|written|posted) to)\b",
    re.IGNORECASE,
)
_ASKED_WHERE = re.compile(
    r"\b(?:where|links?|urls?|web ?(?:site|page)s?|more|further|learn|read|see|find|visit|click|refer|contact|"
    r"purpose|covers?|covered|describes?|explains?)\b",
    re.IGNORECASE,
)
_ENDS = frozenset(".!?。！？")
_CLOSING = "'\"”’)]"
_PUBLISHING = tuple(
    "in proceedings,proc.,journal of,arxiv,doi,isbn,issn,pp.,vol.,no.,ed.,eds.,university press".split(",")
)
"""Without one of these _PUBLISHED is not found, and they are ten times as quick to look for."""
_INITIAL = re.compile(r"[A-ZÀ-Þ]\.")
"""Without one _AUTHOR is not found."""
FEWEST_ROWS = 4
"""Of a list that counts as one."""
FEWEST_ENTRIES = 3
WORDS_AN_ENTRY = 25
"""Most words for each year and each author of a list of references; running text that cites has fewer of both."""
MENU_WORDS = 4
"""Most words of a row of a menu."""
FEWEST_MENU_ROWS = 8
FEWEST_WORDS = 6
"""Of a sentence of running text."""


def furniture(text: str, section: str = "") -> float:
    """Share of a passage, 0 to 1, that is such a list."""
    rows = [row.strip() for row in text.splitlines() if row.strip()]
    return max(_contents(rows), _references(text, section), _menu(rows))


def is_running(sentence: str) -> bool:
    """Whether a sentence is of running text, and no entry or row of a list."""
    if sentence.rstrip().rstrip(_CLOSING)[-1:] not in _ENDS or len(sentence.split()) < FEWEST_WORDS:
        return False
    return not (_has_author(sentence) or _is_published(sentence))


def points_elsewhere(question: str, sentence: str) -> bool:
    """Whether a sentence only says where to read on ("For more information, see …") or what a text is about.

    Not where the question asks for that.
    """
    return bool(_POINTS.match(sentence) or _announces(sentence)) and _ASKED_WHERE.search(question) is None


def _announces(sentence: str) -> bool:
    low = sentence.lower()
    # What the expression begins with is much quicker to look for.
    begun = "this " in low or "these " in low or "our " in low or "following " in low
    return begun and _ANNOUNCES.search(sentence) is not None


def _is_published(text: str) -> bool:
    low = text.lower()
    return any(sign in low for sign in _PUBLISHING) and _PUBLISHED.search(text) is not None


def _has_author(text: str) -> bool:
    return _INITIAL.search(text) is not None and _AUTHOR.search(text) is not None


def asks_for_lists(question: str) -> bool:
    """Whether a question may be answered by the list itself."""
    return _ASKED.search(question) is not None


def _contents(rows: list[str]) -> float:
    """Rows with leaders, or of words alone, whose last numbers only rise, as pages do and amounts do not."""
    for row_ends in (_LEADER, _ENDS_IN_PAGE):
        found = [(row, match[1]) for row in rows if (match := row_ends.search(row))]
        pages = [int(page) for _, page in found if page.isdigit()]
        if len(found) >= FEWEST_ROWS and pages == sorted(pages) and (not pages or pages[0] < pages[-1]):
            return _share([row for row, _ in found], rows)
    return 0.0


def _references(text: str, section: str) -> float:
    words = len(text.split())
    years, authors = len(_YEAR.findall(text)), len(_AUTHOR.findall(text))
    entries = min(years, authors)
    if entries < FEWEST_ENTRIES or not words:
        return 0.0
    if _REFERENCES.match(section.strip()):
        return 1.0
    return min(1.0, entries * WORDS_AN_ENTRY / words) if _is_published(text) and authors > years / 2 else 0.0


def _menu(rows: list[str]) -> float:
    """Short rows of words without a number, an end or a colon, most of them beginning with a capital."""
    short = [
        row
        for row in rows
        if len(row.split()) <= MENU_WORDS and row[:1].isupper() and not re.search(r"\d|[.:;!?|]|^[-*•]", row)
    ]
    return _share(short, rows) if len(short) >= FEWEST_MENU_ROWS else 0.0


def _share(some: list[str], rows: list[str]) -> float:
    """Of the words."""
    return sum(len(row.split()) for row in some) / sum(len(row.split()) for row in rows)
