"""Questions about the library itself: how many documents, who wrote one, how long it is, what all of one says.

No passage answers them. What phitui knows of its documents does, or a command that reads one from end to end.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from phitui.answers.question import library_facts as facts
from phitui.records import StoredDocument
from phitui.text import one_line

LONGEST = 200
"""Characters: longer questions are about what documents say."""

_DOCUMENT = r"(?:document|doc|file|pdf|paper|book|text|report|source|item)"
_DOCUMENTS = rf"(?:{_DOCUMENT}s)"
_MY = r"(?:the|my|this|your|our|its|these|those)"
_PLACE = r"(?:library|collection|folder|index|shelf|database|corpus)"
_PLEASE = r"\W*(?:please |can you |could you |would you |so |and |hey |ok(?:ay)? |phitui )*"
_WANTED = (
    r"(?:(?:list|show|name|find|give|tell|print|display|enumerate)(?: me| us)?|(?:what|which)(?:'s| is| are| were)?)"
)
_THERE = (
    r"(?:\W+(?:(?:are|is|exist) (?:there|here|indexed|stored|loaded|available)|(?:do|have|can|did) (?:i|you|we)"
    r"(?: (?:have|see|know|know of|hold|read|indexed|got|added|loaded|search|store|add|index))?"
    r"|(?:that |which )?(?:i|you|we) (?:have|know|hold|can see|can read)(?: added| indexed| read)?"
    r"|does (?:it|phitui|the library|my library|the collection) (?:have|hold|know|contain)|are|is|exist"
    r"|(?:have been|has been|were|are|is) (?:added|indexed|stored|loaded)))?"
    r"(?:\W+(?:in|on|of|inside|altogether|in total|all together|now|here|so far|already)?"
    rf"(?: ?{_MY})? ?{_PLACE}?)?\W*(?:please|altogether|in total|now|so far|right now|at the moment)?\W*"
)


def _asks(*wordings: str) -> re.Pattern[str]:
    """A question that is worded in one of these ways, and no longer."""
    return re.compile(rf"{_PLEASE}(?:{'|'.join(wordings)})\W*", re.IGNORECASE | re.DOTALL)


_COUNT = _asks(
    rf"(?:how many|what is the (?:total )?(?:number|count) of|what's the number of|(?:total )?number of"
    rf"|count(?: all)?(?: {_MY})?|how much) {_DOCUMENTS}{_THERE}",
    rf"how (?:big|large) is {_MY} {_PLACE}",
    rf"(?:what is |what's )?the size of {_MY} {_PLACE}",
    rf"how many pages (?:are (?:there|indexed|stored)|do (?:i|we|you) have|does {_MY} {_PLACE} (?:have|hold|contain))"
    rf"(?: (?:in|in total|altogether))?(?: (?:{_MY} )?(?:{_PLACE}|{_DOCUMENTS}))?",
)
_LIST = _asks(
    rf"(?:list|show|name|print|display|give|tell|enumerate)(?: me| us)?(?: all| every| each)?(?: of)?(?: {_MY})?"
    rf"(?: names of| titles of| list of)?(?: {_MY})? {_DOCUMENTS}{_THERE}",
    rf"(?:what|which) {_DOCUMENTS}(?=\W+\w){_THERE}",
    rf"(?:what is|what's|what do (?:i|we) have|what have (?:i|we) got|show me what is)(?: all)?(?: stored| indexed)? "
    rf"(?:in|inside) {_MY} {_PLACE}",
    rf"(?:what|which) are {_MY} {_DOCUMENTS}",
    rf"what does {_MY} {_PLACE} (?:contain|hold|have)(?: in it)?",
    rf"(?:list|show|describe|display)(?: me)? (?:everything in )?{_MY} {_PLACE}",
    r"(?:list|show)(?: me)? (?:all )?(?:the )?titles",
    rf"(?:the )?(?:contents|content|inventory) of {_MY} {_PLACE}",
    r"what(?: documents)? (?:do|can) you (?:know|have|read|answer from)(?: about)?",
)
_LIST_ABOUT = _asks(
    rf"(?:(?:list|show|name|find|give)(?: me)?(?: all| every)?(?: of)?(?: {_MY})?|what|which|are there(?: any)?"
    rf"|is there(?: any| a)?|(?:do|have) (?:i|you|we)(?: have| got)?(?: any| a)?|in (?:which|what)) {_DOCUMENT}s?"
    r"(?: (?:that|which))?(?: are| is| do (?:i|you|we) have| there are| i have| we have)? "
    r"(?:about|on|concerning|regarding|related to|dealing with|mention(?:ing|s)?|deal(?:ing|s)? with"
    r"|discuss(?:ing|es)?|cover(?:ing|s)?|describ(?:e|es|ing)|treat(?:s|ing)?|contain(?:s|ing)? (?:the )?(?:word|words"
    r"|term|phrase|name)|talk(?:ing|s)? about|speak(?:ing|s)? (?:of|about)|refer(?:s|ring)? to|say something about"
    r"|have (?:something|anything) (?:about|on|to say about)) (?P<topic>.*\w)",
    rf"in (?:which|what)(?: of {_MY})? {_DOCUMENTS} (?:is|are) (?P<named>.*\w) "
    r"(?:mentioned|discussed|covered|described|named|treated)",
    rf"(?:how many|which)(?: of {_MY})? (?:documents|docs|files|pdfs) (?:mention|discuss|cover|are about|deal with"
    r"|talk about|speak of|speak about|refer to) (?P<counted>.*\w)",
    r"(?:do|have) (?:i|you|we)(?: have| got)? (?:anything|something) (?:about|on|regarding|concerning) (?P<any>.*\w)",
    rf"is there (?:anything|something) (?:about|on|regarding|concerning) (?P<there>.*?\w) in {_MY} "
    rf"(?:{_PLACE}|{_DOCUMENTS})",
)
_PAGES = _asks(
    r"how many pages (?:(?:has|have|are in|are there in|in|is) (?P<one>.*?)|in total|altogether|are there"
    r"|(?:do|does) (?P<two>.*?) (?:have|contain|hold|run to|consist of))(?: got)?",
    r"(?:what is the |what's the )?(?:number of pages|page count|length in pages) (?:of|in) (?P<three>.*?)",
    r"how long is (?P<exactly>.*?)",
)
_AUTHOR = _asks(
    r"(?:who (?:wrote|authored|is the author of|are the authors of|was the author of|is the writer of|has written)"
    r"|(?:what|who) (?:is|are) the (?:author|authors|author's name) of|(?:the )?authors? of"
    r"|who (?:is|was|are) (?:named|given|listed) as (?:the )?authors? of) (?P<one>.*?)",
    r"(?:who is|who was|by whom is|by whom was) (?P<two>.*?)(?: (?:written|authored))?(?: by)?",
)
_BY = _asks(
    rf"{_WANTED}(?: all| every)?(?: of)?(?: {_MY})? {_DOCUMENTS}(?: that)?(?: are| were| have been| is| was)?"
    r"(?: written| authored)? by (?P<one>.*?)",
    rf"(?:what|which {_DOCUMENTS}) (?:has|did|have) (?P<two>.*?) (?:written|write|authored)",
    r"(?:what|which) (?:do (?:i|we) have|is there|are there|documents are there) (?:by|from) (?P<three>.*?)",
)
_ADDED = _asks(
    r"when (?:did|have) (?:i|we|you) (?:add|added|index|indexed|import|imported) (?P<three>.*?)",
    r"when (?:was|were|did i|did we|have i|has) (?P<one>.*?) (?:been )?"
    r"(?:added|indexed|add|index|imported|read in|stored)\b.*",
    r"(?:on what (?:date|day)|since when) (?:was|is) (?P<two>.*?) (?:added|indexed|in (?:the|my) library)",
)
_PLACED = _asks(
    r"where (?:is|does|do i find|can i find) (?P<one>.*?)(?: (?:stored|located|kept|saved|lie|on disk|from))?",
    r"(?:what is |what's )?(?:the )?(?:path|location|folder|file|file ?name) of (?P<two>.*?)",
    r"(?:in )?(?:which|what) (?:folder|directory) (?:is|holds|contains) (?P<three>.*?)(?: in)?",
)
_TITLE = _asks(
    r"(?:what is |what's )?the (?:full )?title of (?P<one>.*?)", r"what is (?P<two>.*?) (?:called|titled|entitled)"
)
_LANGUAGE = _asks(
    r"(?:in )?(?:which|what) language (?:is|was) (?P<one>.*?)(?: written)?(?: in)?",
    r"(?:what is |what's )?the language of (?P<two>.*?)",
)
_HAS = _asks(
    rf"(?:do|have) (?:you|i|we)(?: have| got| know)? (?P<one>.*?)(?: in {_MY} {_PLACE})?",
    rf"(?:is|was) (?P<two>.*?) (?:in|part of|already in) {_MY} {_PLACE}",
    r"(?:is|was|has) (?P<three>.*?) (?:been )?(?:indexed|added|loaded|there)(?: already| yet)?",
)
_MOST = _asks(
    rf"(?:what|which|show me|name)(?: is| are)?(?: the| my| our)? (?P<which>longest|shortest|biggest|largest|smallest"
    rf"|newest|latest|oldest|most recent|first|last) (?:document|file|pdf|doc|item)s?"
    rf"(?: (?:in|of) {_MY} {_PLACE}|(?: i| that i)?(?: have| was| were)? added)?",
    r"(?:what|which) (?:document|file|pdf|doc|item) (?:is|has) (?:the )?(?P<is>longest|shortest|biggest|largest"
    r"|smallest|newest|latest|oldest|most recent|most pages|fewest pages)",
)
_LATELY = _asks(
    rf"(?:what|which)(?: {_DOCUMENTS})? (?:did (?:i|we) add|have (?:i|we) added|(?:was|were|has been|have been) added)"
    r"(?: to (?:the|my|our) library)? ?(?:last|recently|lately|latest|most recently)",
    rf"(?:what is|what's) new(?: in {_MY} {_PLACE})?",
    rf"(?:list|show)(?: me)?(?: the| my)? (?:latest|newest|recent|recently added|last) {_DOCUMENTS}",
)
_UNREAD = _asks(
    rf"(?:which|what|list|show|are there|how many)(?: me)?(?: the| any| of the)? {_DOCUMENTS}(?: that)?(?: are| have"
    r"| could| were| is)?(?: there)? ?(?:scans|scanned|failed|unreadable|without text|no text|not be read|not read"
    r"|damaged|encrypted|not indexed|empty|broken|locked)",
    r"(?:what|which) could not be read",
)
_KINDS = _asks(
    rf"(?:what|which) (?:kinds?|types?|formats?|sorts?) of {_DOCUMENTS}{_THERE}",
    rf"(?:what|which) (?:file )?(?:formats|types|kinds){_THERE}",
)
_AUTHORS = _asks(
    rf"(?:who are|list|show(?: me)?|name|which are|what are|which|how many)(?: all)?(?: the)? authors"
    rf"(?:(?: are)?(?: there| named)?(?: do (?:i|we|you) have)?(?: (?:in|of)(?: {_MY})? (?:{_PLACE}|{_DOCUMENTS}))?)?"
)
_TAGS = _asks(
    rf"(?:list|show(?: me)?|what|which|what are|which are)(?: all)?(?: the| my)? tags"
    rf"(?:(?: are)?(?: there)?(?: do (?:i|we|you) have)?(?: in {_MY} {_PLACE})?)?"
)
_TAGGED = _asks(
    rf"{_WANTED}(?: all)?(?: the| my)? {_DOCUMENTS}(?: that| which)?(?: are| have)?"
    r"(?: tagged(?: as| with)?| (?:with )?the tag| with tag) (?P<one>.*?)"
)
_SUMMARY = _asks(
    r"(?:summari[sz]e|sum up|describe|explain|recap"
    r"|(?:give|write|make|show|get)(?: me| us)? (?:a|an|the)?(?: \w+)? ?(?:summary|overview|abstract|gist|outline"
    r"|synopsis|tl;?dr|key points|main points|recap)"
    r"(?: of|\W*$)|(?:a |the )?(?:\w+ )?(?:summary|overview|gist|synopsis|outline) of|tl;?dr:?"
    r"|(?:what are |list )?the (?:main|key|most important) (?:points|ideas|takeaways|messages)"
    r"(?: of| in|\W*$)"
    r"|(?P<is>what is|what's|what are)|(?P<tells>what (?:does|do))|tell me (?P<about_it>about)"
    r"|(?P<bare>summary|overview|tl;?dr))(?P<one>.*?)"
    r"(?P<about> (?:all )?about| say| cover| deal with| contain| discuss| treat)?"
)
_THIS = re.compile(
    r"\W*(?:(?:all|both|each|every)(?: of)?\W*)?"
    r"(?:(?:it|this|that|these|them|everything|all|the|my|our|whole|entire|here|your)\b\W*)*"
    rf"(?:(?:content|contents)(?: of)?(?: the| my| this)?\W*)?(?:{_DOCUMENT}s?|{_PLACE}|text)?\W*"
    r"(?:for me|please|briefly|shortly|in (?:short|brief|a few words|\w+ (?:sentences?|words|lines|points)))?\W*",
    re.IGNORECASE,
)
_POINTS = re.compile(r"(?:this|that|it|these|them|everything|all|my|our|your|whole|entire|here)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LibraryNote:
    """What is to be said of the library. `whole`: there is nothing to search for besides."""

    text: str
    whole: bool


Documents = Callable[[], Sequence[StoredDocument]]


def about_library(question: str, documents: Documents) -> LibraryNote | None:
    """What phitui knows, or which command knows it; None for a question about what the documents say."""
    if len(question) > LONGEST:
        return None
    for asked, tell in _WHOLE:
        if asked.fullmatch(question):
            return LibraryNote(tell(documents()), True)
    if _AUTHORS.fullmatch(question):
        return LibraryNote(facts.authors(documents()), any(each.author for each in documents()))
    for tell_of in (_some, _pages, _author, _told, _summary):
        note = tell_of(question, documents)
        if note is not None:
            return note
    return None


def listed_topic(question: str) -> str | None:
    """What the documents are to be about that a question wants listed."""
    found = _LIST_ABOUT.fullmatch(question) if len(question) <= LONGEST else None
    return _words(found) if found else None


def documents_about(found: Sequence[tuple[int, str]]) -> str:
    """Names the documents, (id, title), whose passages speak of what was asked; best first."""
    rows = [f"{key} “{one_line(title, 60)}”" for key, title in found[: facts.LISTED]]
    verb = "document speaks" if len(rows) == 1 else "documents speak"
    return f"{len(rows)} {verb} of it, the nearest first: {'; '.join(rows)}. `phitui search` shows their passages."


def _words(found: re.Match[str]) -> str:
    """What stands in the place where a document, an author or a topic is named."""
    return next((group for name, group in found.groupdict().items() if group and name not in _FLAGS), "")


_FLAGS = ("is", "tells", "about_it", "about", "bare", "which")
_WHOLE: tuple[tuple[re.Pattern[str], Callable[[Sequence[StoredDocument]], str]], ...] = (
    (_COUNT, facts.counted),
    (_LIST, facts.listed),
    (_KINDS, facts.kinds),
    (_TAGS, facts.tags),
    (_LATELY, lambda all_: facts.shown("The latest", _by_date(all_), "The library is empty.")),
    (
        _UNREAD,
        lambda all_: facts.shown(
            "Without text that could be read", [each for each in all_ if not each.passages], "Every document has text."
        ),
    ),
)


def _by_date(documents: Sequence[StoredDocument]) -> list[StoredDocument]:
    return sorted(documents, key=lambda each: each.added, reverse=True)


def _some(question: str, documents: Documents) -> LibraryNote | None:
    """The longest, the newest; those of an author or with a tag."""
    found = _MOST.fullmatch(question)
    if found:
        which = (found["which"] or found["is"]).lower()
        dated = which in ("newest", "latest", "oldest", "most recent", "first", "last")
        order = _by_date(documents()) if dated else sorted(documents(), key=lambda each: -each.pages)
        if which in ("oldest", "first", "shortest", "smallest", "fewest pages"):
            order.reverse()
        return LibraryNote(facts.each_told(order[:1], facts.added if dated else facts.long), True) if order else None
    for asked, choose in ((_BY, facts.written_by), (_TAGGED, facts.tagged)):
        found = asked.fullmatch(question)
        chosen = choose(_words(found), documents()) if found else []
        if chosen:
            return LibraryNote(facts.shown(f"{len(chosen):,} of {len(documents()):,}", chosen, ""), True)
    return None


def _pages(question: str, documents: Documents) -> LibraryNote | None:
    found = _PAGES.fullmatch(question)
    if found is None:
        return None
    words = _words(found)
    if _THIS.fullmatch(words) and not found["exactly"]:
        return LibraryNote(facts.counted(documents()), True)
    chosen = facts.named(words, documents(), exactly=bool(found["exactly"]))
    # "How long is the lease?" may ask for what it says, too.
    return LibraryNote(facts.each_told(chosen, facts.long), not found["exactly"]) if chosen else None


def _author(question: str, documents: Documents) -> LibraryNote | None:
    found = _AUTHOR.fullmatch(question)
    if found is None or (found["two"] and not re.search(r"\bby\W*$|^\W*by whom", question, re.IGNORECASE)):
        return None
    words = _words(found)
    everything = documents()
    by_all = bool(_THIS.fullmatch(words)) and (len(everything) == 1 or bool(_POINTS.search(words)))
    chosen = list(everything)[: facts.LISTED] if by_all else facts.named(words, everything, exactly=True)
    if not chosen:
        return None
    return LibraryNote(facts.each_told(chosen, facts.written), all(each.author for each in chosen))


def _told(question: str, documents: Documents) -> LibraryNote | None:
    """What is told of a document that is named: its day, place, title, language, and whether it is there."""
    for asked, tell, exactly in (
        (_ADDED, facts.added, False),
        (_PLACED, facts.placed, True),
        (_TITLE, facts.titled, True),
        (_LANGUAGE, facts.spoken, True),
    ):
        found = asked.fullmatch(question)
        words = _words(found) if found else ""
        chosen = [] if _THIS.fullmatch(words) else facts.named(words, documents(), exactly=exactly)
        if chosen:
            return LibraryNote(facts.each_told(chosen, tell), True)
    found = _HAS.fullmatch(question)
    chosen = facts.named(_words(found), documents(), exactly=True) if found else []
    if chosen:
        rows = "; ".join(f"{each.document_id} {facts.title_of(each)}" for each in chosen)
        return LibraryNote(f"Yes: {rows}.", True)
    return None


def _summary(question: str, documents: Documents) -> LibraryNote | None:
    found = _SUMMARY.fullmatch(question)
    if found is None:
        return None
    words = found["one"]
    this = bool(_THIS.fullmatch(words))
    whole = bool(found["is"]) and this and bool(_POINTS.search(words))
    opened = (found["is"] and not found["about"]) or (found["tells"] and not (found["about"] and this))
    if opened and not whole:  # "What is this?" asks for all of it, unlike "What is monitoring?"
        return None
    if this:
        there = [each for each in documents() if each.passages]
        if len(there) == 1:
            return LibraryNote(f"{facts.reads(there[0])} from its first page to its last.", True)
        return LibraryNote(
            "A question is answered from a few passages. `phitui read DOCUMENT` reads a whole document and sums it up "
            "(w on it in the library pane); `phitui list` shows which there are.",
            True,
        )
    chosen = facts.named(words, documents(), exactly=False)
    if len(chosen) != 1 or not chosen[0].passages:
        return None
    return LibraryNote(
        f"Below is what a few passages say. {facts.reads(chosen[0])} from its first page to its last.", False
    )
