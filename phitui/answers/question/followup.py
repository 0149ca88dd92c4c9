"""A follow-up question made to stand alone: deterministic, visible, editable (no model takes part)."""

import re
from collections.abc import Sequence

from phitui.library.terms.words import STOP_WORDS

_REFERRING = re.compile(
    r"\b(?:it(?! that)|its|they|them|their|theirs|he|him|his|she|her|hers|these|those|such an?|the same|"
    r"the latter|the former|the other|which one|ones)\b"
    r"|^\s*(?:is|are|was|were|does|did|do|has|have|had|can|could|may|might|must|will|would|should) (?:that|this)\b"
    r"|(?<!is )(?<!are )(?<!was )(?<!were )\bthere\b"
    r"|\b(?:this|that)\b(?=\s*(?:[?.,;]|$|was|is|were|are|did|does|do|has|had|can|could|will|would|may|might|mean"
    r"|happen|\w+\s*(?:[?.,;]|$|was|is|were|are|last|take|get|apply|begin|end|work)))",
    re.IGNORECASE,
)
"""Words that stand for something said before; "that" only where it is no conjunction, "there" where it is a place."""
_THEN = re.compile(r"\bthen\b(?=\s*[?.,]|\s*$)", re.IGNORECASE)
_CONTINUING = re.compile(
    r"^\s*(?:and|but|or|so|also|then|(?:what|how) about|what else|why not|since when|more|explain|go on|"
    r"tell me more)\b",
    re.IGNORECASE,
)
_ASKS_ALIKE = re.compile(
    r"^\s*(?:and|but|or|what about|how about)\s+(?:(?:what|how) about\s+)?(?P<item>[^?]+?)\s*\?*\s*$", re.IGNORECASE
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|do|does|did|has|have|had|can|could|may|might|must|shall|should|will|would|who|what|"
    r"when|where|why|how|which|whose)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*(?:\([a-z0-9]+\))*")
_YEAR = re.compile(r"\b(?:1[0-9]|20)\d\d\b")
_LABEL = re.compile(r"(?<![\w.])\d[\w.]*(?:\([a-z0-9]+\))+|(?<![\w.])\d+\.\d[\w.]*")
"""Numbers of sections: 512(b), 1308.12."""
_NAME = re.compile(
    r"(?<![.!?] )\b[A-Z][\w’'.-]*(?:\s+(?:(?:of|the|de|von|van|and|for)\s+){0,2}[A-Z0-9][\w’'.-]*)*(?!\w)"
)
_COMPLETED = re.compile(r"(?P<asked>.*\S) \((?P<taken>[^()]*)\)", re.DOTALL)
"""A query that was completed."""
SHORT_QUESTION_WORDS = 3
"""A question with no more content words than this, none a name or a number, leans on what was said before."""
SAYS_ENOUGH = 3
"""A question with this many content words needs no more than the names of the query before: its other words lead back
to the page of that query. Chosen on pronoun questions of half of a public set's articles, about another page than the
question before: right page among three .89 with all words, .92 with the names (as asked: .87); on
the other half .82 and .88 (.75)."""
MOST_CARRIED = 14
"""Words that are carried at most: a query that grows with every turn finds everything and nothing."""


def condense(question: str, earlier: Sequence[str]) -> str:
    """The question, completed by what it leaves unsaid: the last standalone query's names and content words.

    `earlier` holds the standalone queries of the conversation, oldest first. "And in 2019?" takes the place of the
    year in that query, "What about Basel?" that of its name. The question comes back unchanged when it stands alone.
    """
    if not earlier or not _leans(question):
        return question
    last = earlier[-1]
    return _in_its_place(question, last) or _completed(question, last)


def _leans(question: str) -> bool:
    if _CONTINUING.match(question) or _refers(question):
        return True
    own = bool(_names(question) or _LABEL.search(question) or any(map(str.isdigit, question)))
    return len(_content(question)) <= SHORT_QUESTION_WORDS and not own


def _refers(question: str) -> bool:
    """Whether a word stands for something outside the question: "then", or another where no name comes before it."""
    found = _REFERRING.search(question)
    return bool(_THEN.search(question)) or (found is not None and not _names(question[: found.start()]))


def _in_its_place(question: str, last: str) -> str | None:
    """The last query with one item replaced by that of the question, where both are of one kind."""
    found = _ASKS_ALIKE.match(question)
    if found is None or _VERB.search(found["item"]) or _refers(found["item"]):
        return None
    item = found["item"].strip()
    led = re.match(r"(?:(in|on|at|for|from|by|under|with|to|of)\s+)?(?:the\s+)?", item, re.IGNORECASE)
    leading, bare = ((led[1] or "").lower(), item[led.end() :]) if led else ("", item)
    for kind in (_LABEL, _YEAR):
        if kind.fullmatch(bare):
            places = list(kind.finditer(last))
            return _replaced(last, places[-1], bare) if places else None
    names = [match for match in _names(last) if not leading or last[: match.start()].lower().endswith(f"{leading} ")]
    if _NAME.fullmatch(bare) and names:
        # The name that is most like it in its words ("Treaty of …"), else the last one.
        own = set(bare.lower().split())
        place = max(names, key=lambda match: (len(own & set(match.group().lower().split())), match.start()))
        return _replaced(last, place, bare)
    stays = " ".join(bare.split()[:-1])
    # "And class 2?" after "class 3": all words but the last are those of the query.
    alike = re.search(rf"\b{re.escape(stays)}\s+[\w-]+", last, re.IGNORECASE) if stays else None
    return _replaced(last, alike, bare) if alike else None


def _replaced(last: str, place: re.Match[str], item: str) -> str:
    return last[: place.start()] + item + last[place.end() :]


def _completed(question: str, last: str) -> str:
    present = {word.lower() for word in _WORD.findall(question)}
    named = {word for match in _names(last) for word in _WORD.findall(match.group())}
    apart = _COMPLETED.fullmatch(last)
    asked, taken = (apart["asked"], apart["taken"]) if apart else (last, "")
    # What that query had itself taken over has served, but for the names.
    inherited = [word for word in _content(taken) if word in named] if named else _content(taken)
    carried = [word for word in dict.fromkeys([*_content(asked), *inherited]) if word.lower() not in present]
    if any(map(str.isdigit, question)):
        carried = [word for word in carried if not word.isdigit()]
    names = [word for word in carried if word in named]
    if names and (len(_content(question)) >= SAYS_ENOUGH or len(carried) > MOST_CARRIED):
        carried = names
    carried = carried[:MOST_CARRIED]
    return f"{question.strip()} ({' '.join(carried)})" if carried else question


def _names(text: str) -> list[re.Match[str]]:
    """Names in order; a question's first word is none."""
    return [
        match
        for match in _NAME.finditer(text)
        if not all(word.lower() in STOP_WORDS for word in _WORD.findall(match.group()))
        and (match.start() > 0 or " " in match.group())
    ]


def _content(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if word.lower() not in STOP_WORDS and word.lower() != "one"]
