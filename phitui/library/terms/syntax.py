"""What a question may say beside its words: "exact phrase", -word, in:NAME, page:N, after:YEAR."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from phitui.errors import UsageError
from phitui.library.terms.words import stems
from phitui.records import Hit, StoredDocument
from phitui.text import fold, one_line

FEWEST_PHRASE_WORDS = 2
"""One word in quotes is a word: people quote names and terms."""

_FIELD = re.compile(r'(?<!\S)(in|page|after):(?:"([^"\n]+)"|([^\s"]+))', re.I)
_WITHOUT = re.compile(r"(?<!\S)-([^\W\d_][\w'’-]*)(?=[\s.,;?!]|$)")
_ASKS = re.compile(
    r"\s*(?:what|which|who|whose|how|why|when|where|is|are|do|does|did|can|could|should|may|must|will|would)\b|.*\?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_OPTION = re.compile(r"\b(?:options?|flags?|switch(?:es)?|arguments?|parameters?)\s+$", re.IGNORECASE)
_PHRASE = re.compile(r'["“]([^"“”\n]+)["”]')
_PAGES = re.compile(r"(\d{1,6})(?:[-–](\d{1,6}))?")
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a passage must have to be found."""

    phrases: tuple[str, ...] = ()
    """Folded. Where no passage has all of them word for word, they are searched by their words alone."""
    without: tuple[str, ...] = ()
    """Stems that it must not have."""
    names: tuple[str, ...] = ()
    """Folded parts of title or file name, or tags: its document must fit one."""
    pages: tuple[int, int] | None = None
    """First and last page, counted from 1."""
    since: int | None = None
    """Its document must be of this year or later."""
    ids: tuple[int, ...] = ()
    """Its document must be one of these; none: of any. No part of the question: chosen beside it."""
    left_out: tuple[str, ...] = field(default=(), compare=False)
    """The words of `without`, as they were written."""

    @property
    def of_passages(self) -> bool:
        """Whether single passages may fall out, so that more candidates are needed."""
        return bool(self.phrases or self.without or self.pages)

    def documents(self, known: Callable[[], Sequence[StoredDocument]]) -> list[int] | None:
        """Ids of the documents that fit; None for all. Raises UsageError where none does."""
        if not self.names and self.since is None:
            return list(self.ids) or None
        found = list(known())
        if self.names:
            found = [each for each in found if any(_is_called(each, name) for name in self.names)]
            if not found:
                names = " or ".join(repr(one_line(name, 40)) for name in self.names)
                raise UsageError(
                    f"No document has {names} in its title or file name or as a tag: `phitui list` shows what there is."
                )
        if self.since is not None:
            since = self.since
            found = [each for each in found if (_year(each) or 0) >= since]
            if not found:
                raise UsageError(
                    f"No document is known to be of {since} or later: `phitui edit DOCUMENT --year Y` says when."
                )
        fitting = [each.document_id for each in found if not self.ids or each.document_id in self.ids]
        if not fitting:
            raise UsageError("None of the documents that are asked alone fits the question: ask all documents.")
        return fitting

    def keeps(self, hit: Hit, *, phrases: bool = True) -> bool:
        """Whether the passage fits; `phrases` False leaves those out of account."""
        if self.pages and not (hit.span.page <= self.pages[1] and hit.span.page_end >= self.pages[0]):
            return False
        if self.without and not set(self.without).isdisjoint(stems(hit.text)):
            return False
        if not phrases or not self.phrases:
            return True
        text = " ".join(fold(hit.text).split())
        return all(phrase in text for phrase in self.phrases)


NO_FILTERS = Filters()


def parse(text: str, is_option: Callable[[str], bool] = lambda word: False) -> tuple[str, Filters]:
    """(the words that are searched, what else is wanted). Raises UsageError for a field that makes no sense.

    A word behind a hyphen is left out of the search, unless it is an option of a command that the question asks about:
    one letter, a word in the middle of a question, or one that the documents write so (`is_option`).
    """
    names: list[str] = []
    pages: tuple[int, int] | None = None
    since: int | None = None
    for match in _FIELD.finditer(text):
        name, value = match[1].lower(), match[2] or match[3]
        if name == "in":
            names.append(" ".join(fold(value).split()))
        elif name == "page":
            found = _PAGES.fullmatch(value)
            if found is None:
                raise UsageError(f"page:{one_line(value, 40)} is no page: write page:12 or page:10-20.")
            pages = (int(found[1]), int(found[2] or found[1]))
        else:
            if not re.fullmatch(r"\d{4}", value):
                raise UsageError(f"after:{one_line(value, 40)} is no year: write after:2019.")
            since = int(value)
    rest = _FIELD.sub(" ", text)
    options = {match.start() for match in _WITHOUT.finditer(rest) if _is_word(match, rest) or is_option(match[1])}
    left_out = [match[1] for match in _WITHOUT.finditer(rest) if match.start() not in options]
    without = [stem for word in left_out for stem in stems(word, keep_stop_words=True)]
    rest = _WITHOUT.sub(lambda match: match.group() if match.start() in options else " ", rest)
    phrases = [" ".join(fold(match[1]).split()) for match in _PHRASE.finditer(rest)]
    phrases = [phrase for phrase in phrases if len(phrase.split()) >= FEWEST_PHRASE_WORDS]
    filters = Filters(tuple(phrases), tuple(without), tuple(names), pages, since, left_out=tuple(left_out))
    plain = text if filters == NO_FILTERS else " ".join(rest.split())
    return plain, filters


def _is_word(match: re.Match[str], text: str) -> bool:
    """Whether the grammar of the text makes a word of "-name": nobody leaves out one letter, or amid a question."""
    if len(match[1]) == 1 or _OPTION.search(text[: match.start()]):
        return True
    behind = _PHRASE.sub(" ", _WITHOUT.sub(" ", text[match.end() :]))
    return bool(_ASKS.match(text)) and any(map(str.isalnum, behind))


def _is_called(document: StoredDocument, name: str) -> bool:
    return name in document.tags or any(
        name in fold(each) for each in (document.title, _file_name(document), document.apart)
    )


def _year(document: StoredDocument) -> int | None:
    """Its year as it was corrected by hand, or else the latest in its title or file name."""
    if document.year is not None:
        return document.year
    return max(map(int, _YEAR.findall(f"{document.title} {_file_name(document)}")), default=None)


def _file_name(document: StoredDocument) -> str:
    return document.path.rsplit("/", 1)[-1]
