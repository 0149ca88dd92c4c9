"""What a sentence claims, apart from its wording: names, denials, opposites, framing. For grounding alone."""

import re
from functools import cache

from phitui.library.terms.words import STOP_WORDS, stems
from phitui.text import fold

_MARK = re.compile(r"\s*\[\d{1,2}\](?:,?\s*\[\d{1,2}\])*")
_FRAMING = re.compile(
    r"^\s*(?:(?:according to|based on|as stated in|as described in|in) (?:the|these|this) (?:\w+ )?"
    r"(?:passages?|documents?|text|excerpts?|sources?|information|context)\b[^,]{0,40},\s*"
    r"|(?:the|these|this) (?:passages?|documents?|text|excerpts?|sources?|docs?|documentation|manual|handbook|guide|"
    r"article|paper|report|chapter|section|page)\s(?:also |clearly )?"
    r"(?:says?|states?|explains?|mentions?|notes?|describes?|shows?|indicates?)\s(?:that\s)?"
    r"|it (?:says|is stated|is said) that\s"
    r"|(?:yes|no|overall|additionally|furthermore|moreover|in addition|also|however|therefore|thus|so|finally|"
    r"in short|in summary|specifically|in particular|for example|for instance|then|indeed|similarly|meanwhile|"
    r"in fact|as a result|consequently|hence|but|and),?\s(?=\S)"
    r"|the answer is(?: that|:)\s|the answer is\s(?!(?:not|in|on|at|also|then|always|never|made|shown|kept|given|found|"
    r"written|\w+ed)\b)|answer:\s*)+",
    re.IGNORECASE,
)
"""Openings that speak of the passages or join sentences; they claim nothing."""
_DENIAL = re.compile(
    r"\b(?:not|never|no|none|neither|nor|cannot|without|nobody|nothing|nowhere|fails? to|failed to|unable)\b|n['’]t\b",
    re.IGNORECASE,
)
_CAPITALISED = re.compile(r"(?<![\w’'])[A-ZÀ-Þ][\w&]*(?:[-’'][\w&]+)*")
_IRREGULAR = (
    "begin began begun, bear bore born, become became, break broke broken, bring brought, build built, buy bought, "
    "choose chose chosen, come came, die death dead, do did done, draw drew drawn, drive drove driven, eat ate eaten, "
    "fall fell fallen, feel felt, fight fought, find found, fly flew flown, forbid forbade forbidden, get got, "
    "give gave given, go went gone, grow grew grown growth, have had, hear heard, hold held, keep kept, know knew "
    "known, lead led, leave left, lie lay, lose lost loss, make made, mean meant, meet met, pay paid, rise rose risen, "
    "run ran, say said, see saw seen, seek sought, sell sold sale, send sent, sing sang song, sit sat, speak spoke "
    "spoken speech, spend spent, stand stood, steal stole stolen theft, strike struck, take took taken, teach taught, "
    "tell told, think thought, throw threw thrown, wear wore worn, win won, write wrote written, long length, "
    "wide width, high height, deep depth, strong strength, large larger largest, big bigger biggest, "
    "man men, woman women, child children, foot feet, person people, "
    "percent percentage, usa us american america, uk british britain, europe european, france french, germany german, "
    "england english, spain spanish, italy italian, china chinese, japan japanese, russia russian, choose choice, "
    "decide decision, destroy destruction, invade invasion, proclaim proclamation, produce production, "
    "apply application, permit permission, require requirement, appoint appointment, publish publication"
)
_OPPOSITES = (
    "increase/decrease rise/fall rise/decline grow/shrink gain/lose higher/lower high/low more/less more/fewer "
    "most/least largest/smallest larger/smaller greater/lesser longest/shortest longer/shorter "
    "earlier/later earliest/latest begin/end start/end open/close win/lose accept/reject accept/refuse "
    "approve/reject allow/forbid allow/prohibit permit/prohibit permit/forbid require/forbid support/oppose "
    "north/south east/west north/east north/west south/east south/west northern/southern eastern/western "
    "maximum/minimum above/below inside/outside always/never import/export include/exclude "
    "add/remove male/female major/minor majority/minority public/private rich/poor new/old young/old "
    "strong/weak success/failure succeed/fail true/false legal/illegal lawful/unlawful "
    "constitutional/unconstitutional arrive/depart enter/leave left/right upper/lower mandatory/optional "
    "permanent/temporary liable/exempt faster/slower hot/cold warm/cool wet/dry"
)
_OPENING = re.compile(
    r"(?:numerous|several|various|multiple|certain|every|both|another|despite|although|though|since|given|among|"
    r"within|without|people|researchers|scientists|critics|authors|unlike|instead|today|\w+(?:ly|ing|ed))$"
)
"""Words that begin sentences and are no names."""
SCALES = frozenset(("thousand", "million", "billion", "trillion"))
"""Parts of numbers."""
PRONOUNS = frozenset("he she it they him her them his its their this these that those who which".split())
"""A span with one of these may mean a name that stands before it in its passage."""


def plain(sentence: str) -> str:
    """The sentence without citation marks and without its framing ("According to the passage, …")."""
    bare = _MARK.sub("", sentence).strip()
    return _FRAMING.sub("", bare, count=1) or bare


@cache
def _joined_forms() -> dict[str, str]:
    forms: dict[str, str] = {}
    for group in _IRREGULAR.split(","):
        found = [stem for word in group.split() for stem in stems(word, keep_stop_words=True)[:1]]
        for stem in found:
            forms.setdefault(stem, found[0])
    return forms


def wording(text: str) -> list[str]:
    """Content stems in order, irregular forms joined (began → begin), possessives and numbers left out."""
    forms = _joined_forms()
    found = stems(re.sub(r"['’]s\b", "", text))
    return [forms.get(stem, stem) for stem in found if not stem[0].isdigit() and stem not in SCALES]


@cache
def _opposites() -> dict[str, set[str]]:
    made: dict[str, set[str]] = {}
    for pair in _OPPOSITES.split():
        one, other = (
            (_joined_forms().get(stem, stem)) for stem in (stems(w, keep_stop_words=True)[0] for w in pair.split("/"))
        )
        made.setdefault(one, set()).add(other)
        made.setdefault(other, set()).add(one)
    return made


def opposed(said: str, source: str) -> tuple[str, str] | None:
    """(word of `said`, its opposite in `source`), where each text has one of them and not the other."""
    forms, pairs = _joined_forms(), _opposites()
    mine, theirs = ({forms.get(stem, stem) for stem in stems(text, keep_stop_words=True)} for text in (said, source))
    for word in sorted(mine - theirs):
        for other in sorted(pairs.get(word, set()) & theirs - mine):
            return word, other
    return None


def denials(text: str) -> int:
    """How often it says "not" in some way; two of them in one sentence undo each other."""
    return len(_DENIAL.findall(text))


def names(sentence: str) -> list[str]:
    """Capitalised words in order that are names: not common words, nor merely the sentence's first word."""
    return [word for run in runs_of_names(sentence) for word in run]


def runs_of_names(sentence: str) -> list[list[str]]:
    """The same, those together that stand side by side: "Ada Lovelace"."""
    found: list[list[str]] = []
    end = -1
    for match in _CAPITALISED.finditer(sentence):
        word = re.sub(r"['’]s$", "", match.group())
        if fold(word) in STOP_WORDS or (len(word) == 1 and word in "AI"):
            continue
        if not sentence[: match.start()].strip(" \"'“‘([-–—•*"):
            continue
        if found and end >= 0 and sentence[end : match.start()] == " ":
            found[-1].append(word)
        else:
            found.append([word])
        end = match.start() + len(word)
    return found


def first_name(sentence: str) -> str | None:
    """The sentence's first word where it is capitalised and no common word: it may be a name."""
    match = _CAPITALISED.match(sentence.lstrip(" \"'“‘([-–—•*"))
    if match is None or fold(match.group()) in STOP_WORDS or _OPENING.match(fold(match.group())):
        return None
    return re.sub(r"['’]s$", "", match.group())
