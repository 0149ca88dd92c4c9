"""What phitui knows of its documents, as sentences, and which document a few words mean."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from phitui.documents.language import NAMES
from phitui.records import StoredDocument
from phitui.text import fold, one_line

LISTED = 10
"""Documents that are named; `phitui list` shows all."""
_SUFFIX = re.compile(r"(?<=\w)\.[a-z][a-z0-9]{1,8}(?:\.gz)?$", re.IGNORECASE)
_LEADING = re.compile(r"(?:(?:the|my|our|this|that|a|an|all of|document|file|paper|book|report) )+", re.IGNORECASE)
_TRAILING = re.compile(r" (?:document|file|pdf|paper|book|report|article)$")
_SMALL = frozenset("the a an of on in for and to by with from document file".split())


# ── which documents ──────────────────────────────────────────────────────────────────────────────────────────


def named(words: str, documents: Sequence[StoredDocument], *, exactly: bool) -> list[StoredDocument]:
    """Those whose title or file's name this is; unless `exactly`, also those of whose title all the words are."""
    wanted = " ".join(fold(words).split()).strip(" \"'“”‘’`?!.,")
    if not wanted:
        return []
    bare = _LEADING.sub("", wanted, count=1) if _LEADING.match(wanted) else wanted
    names = {wanted, bare, _TRAILING.sub("", bare)} - {""}
    found = [each for each in documents if names & _names(each)]
    if found or exactly:
        return found[:LISTED]
    parts = set(re.findall(r"\w+", bare)) - _SMALL
    return [each for each in documents if parts and parts <= _words(each)][:LISTED]


def written_by(words: str, documents: Sequence[StoredDocument]) -> list[StoredDocument]:
    """Those of an author who is called so."""
    wanted = set(re.findall(r"\w+", fold(words)))
    return [each for each in documents if wanted and wanted <= set(re.findall(r"\w+", fold(each.author)))]


def tagged(words: str, documents: Sequence[StoredDocument]) -> list[StoredDocument]:
    """Those with that tag."""
    return [each for each in documents if fold(words).strip(" \"'“”‘’`?!.,#") in each.tags]


def _names(document: StoredDocument) -> set[str]:
    file = fold(document.path.rpartition("/")[2])
    return {" ".join(fold(document.title).split()), file, _SUFFIX.sub("", file), fold(document.path)}


def _words(document: StoredDocument) -> set[str]:
    return set(re.findall(r"\w+", fold(f"{document.title} {document.path.rpartition('/')[2]}").replace("_", " ")))


# ── what is said of them ─────────────────────────────────────────────────────────────────────────────────────


def title_of(document: StoredDocument) -> str:
    """Its name in quotes."""
    return f"“{one_line(document.name, 80)}”"


def each_told(documents: Iterable[StoredDocument], tell: Callable[[StoredDocument], str]) -> str:
    """One sentence of each."""
    return " ".join(map(tell, documents))


def counted(documents: Sequence[StoredDocument]) -> str:
    """How many there are, with how many pages."""
    pages = sum(each.pages for each in documents)
    unread = sum(not each.passages for each in documents)
    without = f", {unread} of them without text" if unread else ""
    return f"The library holds {_many(len(documents), 'document')} with {_many(pages, 'page')}{without}. {_ALL}"


def listed(documents: Sequence[StoredDocument]) -> str:
    """How many there are, and which."""
    return f"{counted(documents).partition(' `')[0][:-1]}: {_row(documents)}. {_ALL}" if documents else counted(())


def shown(heading: str, documents: Sequence[StoredDocument], nothing: str) -> str:
    """Some of them under a heading, or what to say where there is none."""
    return f"{heading}: {_row(documents)}. {_ALL}" if documents else f"{nothing} {_ALL}"


_ALL = "`phitui list` shows all of them."


def kinds(documents: Sequence[StoredDocument]) -> str:
    """How many files there are of which ending."""
    endings = Counter(each.path.rpartition("/")[2].rpartition(".")[2].lower() for each in documents if "." in each.path)
    told = ", ".join(f"{count:,} {one_line(ending, 12)}" for ending, count in endings.most_common(LISTED))
    return f"By the endings of their files: {told}. {_ALL}" if told else counted(documents)


def authors(documents: Sequence[StoredDocument]) -> str:
    """Who is named as author of anything."""
    found = Counter(each.author for each in documents if each.author)
    told = "; ".join(f"{one_line(name, 60)} ({_many(count, 'document')})" for name, count in found.most_common(LISTED))
    without = sum(not each.author for each in documents)
    rest = f" The files of {_many(without, 'document')} name no author." if without and told else ""
    return f"{told}.{rest}" if told else "No file names its author; `phitui edit DOCUMENT --author NAME` notes one."


def tags(documents: Sequence[StoredDocument]) -> str:
    """Which tags were given."""
    found = Counter(tag for each in documents for tag in each.tags)
    told = "; ".join(f"{one_line(tag, 40)} ({_many(count, 'document')})" for tag, count in found.most_common(LISTED))
    return f"Tags: {told}." if told else "No document has a tag; `phitui edit DOCUMENT --tag NAME` gives one."


def long(document: StoredDocument) -> str:
    """How many pages it has."""
    return f"{title_of(document)} has {_many(document.pages, 'page')}."


def written(document: StoredDocument) -> str:
    """Who wrote it."""
    change = f"`phitui edit {document.document_id} --author NAME`"
    if document.author:
        year = f", {document.year}" if document.year else ""
        return (
            f"{title_of(document)} is by {one_line(document.author, 80)}{year}, as its file says; {change} "
            "corrects that."
        )
    return f"The file of {title_of(document)} names no author; {change} notes one."


def added(document: StoredDocument) -> str:
    """When it was read."""
    return f"{title_of(document)} was added on {document.added[:10]}."


def placed(document: StoredDocument) -> str:
    """Where its file lies."""
    return f"{title_of(document)} is the file {one_line(document.path, 300)}."


def titled(document: StoredDocument) -> str:
    """What it is called."""
    return f"The title of {one_line(document.path.rpartition('/')[2], 80)} is “{one_line(document.title, 200)}”."


def spoken(document: StoredDocument) -> str:
    """In which language it is."""
    language = NAMES.get(document.language)
    told = f"is in {language}" if language else "is in a language that could not be told"
    return f"{title_of(document)} {told}."


def reads(document: StoredDocument) -> str:
    """The command that reads all of it."""
    return f"`phitui read {document.document_id}` (w in the library pane) reads {title_of(document)}"


def _row(documents: Sequence[StoredDocument]) -> str:
    told = "; ".join(f"{each.document_id} {title_of(each)}" for each in documents[:LISTED])
    return told + (f"; and {len(documents) - LISTED:,} more" if len(documents) > LISTED else "")


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
