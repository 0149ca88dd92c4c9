"""Questions about the library itself: how many documents, who wrote one, how long it is, what all of one says.

No passage answers them. What phitui knows of its documents does, or a command that reads one from end to end.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from phitui.records import StoredDocument
from phitui.text import fold, one_line

LONGEST = 200
"""Characters: longer questions are about what documents say."""
LISTED = 10
"""Documents that are named; `phitui list` shows all."""

_DOCUMENTS = r"(?:documents?|docs?|files?|pdfs?|papers?|books?|texts?|reports?|sources?)"
_THERE = (
    r"(?:\W+(?:(?:are|is) (?:there|here|indexed|stored|loaded|available)|(?:do|have|can) (?:i|you|we)"
    r"(?: (?:have|see|know|hold|read|indexed|got|added|loaded|search))?"
    r"|does (?:it|phitui|the library) (?:have|hold|know|contain)|are|is"
    r"|have been (?:added|indexed)))?"
    r"(?:\W+(?:in|on|of|inside|altogether|in total|all together|now|here)?"
    r"(?: ?(?:the|my|this|your|our|its))? ?(?:library|collection|folder|index|shelf|database)?)?\W*"
)
_COUNT = re.compile(
    rf"\W*(?:so )?(?:how many|what is the (?:number|count) of|count(?: all)?(?: the| my)?) {_DOCUMENTS}{_THERE}",
    re.IGNORECASE,
)
_LIST = re.compile(
    rf"\W*(?:please )?(?:(?:list|show|name)(?: me)?(?: all| every| each)?(?: of)?(?: the| my| your| our)? {_DOCUMENTS}"
    rf"|(?:what|which) {_DOCUMENTS}(?=\W+\w)){_THERE}"
    r"|\W*what(?:'s| is) in (?:the|my|this|your|our) (?:library|collection)\W*",
    re.IGNORECASE,
)
_LIST_ABOUT = re.compile(
    rf"\W*(?:please )?(?:(?:list|show|name|find)(?: me)?(?: all)?(?: of)?(?: the| my| our)?|what|which) {_DOCUMENTS}"
    r"(?: (?:that|which))?(?: are| is| do (?:i|you|we) have| there are)? "
    r"(?:about|on|concerning|regarding|mention(?:ing|s)?|deal(?:ing|s)? with|discuss(?:ing|es)?|cover(?:ing|s)?"
    r"|talk(?:ing|s)? about|speak(?:ing|s)? (?:of|about)) (?P<topic>.*\w)\W*",
    re.IGNORECASE | re.DOTALL,
)
_PAGES = re.compile(
    r"\W*how many pages (?:(?:has|have|are in|are there in|in|is) (?P<one>.*?)|in total|altogether|are there"
    r"|(?:do|does) (?P<two>.*?) (?:have|contain|hold))(?: got)?\W*|\W*how long is (?P<exactly>.*?)\W*",
    re.IGNORECASE | re.DOTALL,
)
_AUTHOR = re.compile(
    r"\W*(?:who (?:wrote|authored|is the author of|are the authors of)|what is the author of|who is) (?P<one>.*?)"
    r"(?P<by> (?:written )?by)?\W*",
    re.IGNORECASE | re.DOTALL,
)
_ADDED = re.compile(
    r"\W*when (?:was|did i|did we|have i) (?P<one>.*?) (?:added|indexed|add|index)\b.*", re.I | re.DOTALL
)
_HAS = re.compile(
    r"\W*(?:(?:do|have) (?:you|i|we)(?: have| got)? (?P<one>.*?)(?: in (?:the|my|this|your) library)?"
    r"|is (?P<two>.*?) (?:in|part of) (?:the|my|this|your) (?:library|collection))\W*",
    re.IGNORECASE | re.DOTALL,
)
_SUMMARY = re.compile(
    r"\W*(?:please |can you |could you )*(?:summari[sz]e|sum up"
    r"|(?:give|write|make)(?: me| us)? (?:a|an|the)?(?: \w+)? ?(?:summary|overview|abstract|gist)(?: of|\W*$)"
    r"|(?:a |the )?(?:summary|overview|gist) of|tl;?dr:?|what is|what's"
    r"|(?P<bare>summary|overview|tl;?dr))(?P<one>.*?)(?P<about> about)?\W*",
    re.IGNORECASE | re.DOTALL,
)
_THIS = re.compile(
    r"\W*(?:(?:all|both|each)(?: of)?\W*)?"
    r"(?:(?:it|this|that|these|them|everything|all|the|my|our|whole|entire|here)\b\W*)*"
    rf"(?:(?:content|contents)(?: of)?(?: the| my| this)?\W*)?(?:{_DOCUMENTS}|library|collection|folder)?\W*"
    r"(?:for me|please|briefly|shortly|in (?:short|brief|a few words|\w+ sentences?))?\W*",
    re.IGNORECASE,
)
_SUFFIX = re.compile(
    r"\.(?:pdf|md|markdown|txt|html?|docx|epub|xlsx|csv|pptx|rtf|odt|tex|rst|ipynb|eml)$", re.IGNORECASE
)
_LEADING = re.compile(r"(?:(?:the|my|our|this|that|a|an|all of|document|file|paper|book|report) )+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LibraryNote:
    """What is to be said of the library. `whole`: there is nothing to search for besides."""

    text: str
    whole: bool


def about_library(question: str, documents: Callable[[], Sequence[StoredDocument]]) -> LibraryNote | None:
    """What phitui knows, or which command knows it; None for a question about what the documents say."""
    if len(question) > LONGEST:
        return None
    if _COUNT.fullmatch(question):
        return LibraryNote(_counted(documents()), True)
    if _LIST.fullmatch(question):
        return LibraryNote(_listed(documents()), True)
    found = _PAGES.fullmatch(question)
    if found:
        words = found["one"] or found["two"] or found["exactly"] or ""
        if _THIS.fullmatch(words) and not found["exactly"]:
            return LibraryNote(_counted(documents()), True)
        named = _named(words, documents, bool(found["exactly"]))
        # "How long is the lease?" may ask for what it says, too.
        return LibraryNote(" ".join(map(_long, named)), not found["exactly"]) if named else None
    found = _AUTHOR.fullmatch(question)
    if found and (found["by"] or not re.match(r"\W*who is (?!the author)", question, re.IGNORECASE)):
        by_all = _THIS.fullmatch(found["one"])
        named = list(documents())[:LISTED] if by_all else _named(found["one"], documents, True)
        return LibraryNote(" ".join(map(_written, named)), all(each.author for each in named)) if named else None
    found = _ADDED.fullmatch(question)
    if found:
        named = _named(found["one"], documents, False)
        return (
            LibraryNote(" ".join(f"{_title(each)} was added on {each.added[:10]}." for each in named), True)
            if named
            else None
        )
    found = _HAS.fullmatch(question)
    if found:
        named = _named(found["one"] or found["two"], documents, True)
        return (
            LibraryNote(f"Yes: {'; '.join(f'{each.document_id} {_title(each)}' for each in named)}.", True)
            if named
            else None
        )
    return _summary(question, documents)


def listed_topic(question: str) -> str | None:
    """What the documents are to be about that a question wants listed."""
    found = _LIST_ABOUT.fullmatch(question)
    return found["topic"] if found else None


def documents_about(found: Sequence[tuple[int, str]]) -> str:
    """Names the documents, (id, title), whose passages speak of what was asked; best first."""
    rows = [f"{key} “{one_line(title, 60)}”" for key, title in found[:LISTED]]
    verb = "document speaks" if len(rows) == 1 else "documents speak"
    return f"{len(rows)} {verb} of it, the nearest first: {'; '.join(rows)}. `phitui search` shows their passages."


def _summary(question: str, documents: Callable[[], Sequence[StoredDocument]]) -> LibraryNote | None:
    found = _SUMMARY.fullmatch(question)
    if found is None:
        return None
    opened = re.match(r"\W*what(?:'s| is)", question, re.IGNORECASE)
    if opened and not found["about"]:
        return None
    if _THIS.fullmatch(found["one"]):
        there = [each for each in documents() if each.passages]
        if len(there) == 1:
            return LibraryNote(f"{_reads(there[0])} from its first page to its last.", True)
        return LibraryNote(
            "A question is answered from a few passages. `phitui read DOCUMENT` reads a whole document and sums it up "
            "(w on it in the library pane); `phitui list` shows which there are.",
            True,
        )
    named = _named(found["one"], documents, False)
    if len(named) != 1 or not named[0].passages:
        return None
    return LibraryNote(f"Below is what a few passages say. {_reads(named[0])} from its first page to its last.", False)


def _reads(document: StoredDocument) -> str:
    return f"`phitui read {document.document_id}` (w in the library pane) reads {_title(document)}"


def _named(words: str, documents: Callable[[], Sequence[StoredDocument]], exactly: bool) -> list[StoredDocument]:
    """Those whose title or file's name this is; unless `exactly`, also those of whose title all the words are."""
    wanted = " ".join(fold(words).split()).strip(" \"'“”‘’`?!.,")
    if not wanted:
        return []
    bare = _LEADING.sub("", wanted, count=1) if _LEADING.match(wanted) else wanted
    everything = documents()
    names = {wanted, bare, re.sub(r" (?:document|file|pdf|paper|book|report|article)$", "", bare)} - {""}
    found = [each for each in everything if names & _names(each)]
    if found or exactly:
        return found[:LISTED]
    parts = set(re.findall(r"\w+", bare)) - _SMALL
    fitting = [each for each in everything if parts and parts <= _words(each)]
    return fitting[:LISTED]


_SMALL = frozenset("the a an of on in for and to by with from document file".split())


def _names(document: StoredDocument) -> set[str]:
    file = fold(document.path.rpartition("/")[2])
    return {" ".join(fold(document.title).split()), file, _SUFFIX.sub("", file), fold(document.path)}


def _words(document: StoredDocument) -> set[str]:
    return set(re.findall(r"\w+", fold(f"{document.title} {document.path.rpartition('/')[2]}").replace("_", " ")))


def _title(document: StoredDocument) -> str:
    return f"“{one_line(document.name, 80)}”"


def _counted(documents: Sequence[StoredDocument]) -> str:
    pages = sum(each.pages for each in documents)
    unread = sum(not each.passages for each in documents)
    without = f", {unread} of them without text" if unread else ""
    count = f"{len(documents):,} document" + ("" if len(documents) == 1 else "s")
    return (
        f"The library holds {count} with {pages:,} page{'' if pages == 1 else 's'}{without}. `phitui list` shows them."
    )


def _listed(documents: Sequence[StoredDocument]) -> str:
    shown = "; ".join(f"{each.document_id} {_title(each)}" for each in documents[:LISTED])
    more = f"; and {len(documents) - LISTED:,} more" if len(documents) > LISTED else ""
    return f"{_counted(documents).partition('`')[0]}{shown}{more}. `phitui list` shows all of them."


def _long(document: StoredDocument) -> str:
    return f"{_title(document)} has {document.pages:,} page{'' if document.pages == 1 else 's'}."


def _written(document: StoredDocument) -> str:
    change = f"`phitui edit {document.document_id} --author NAME`"
    if document.author:
        year = f", {document.year}" if document.year else ""
        return (
            f"{_title(document)} is by {one_line(document.author, 80)}{year}, as its file says; {change} corrects that."
        )
    return f"The file of {_title(document)} names no author; {change} notes one."
