"""What kind of string a sentence of an answer is: a claim, an answer of a few words, or none at all."""

import re

from phitui.answers.evidence.claims import denials, plain, wording
from phitui.library.terms.words import stems

FRAGMENT_WORDS = 12
"""An answer of a few words has at most so many."""
FEWEST_TOLD = 2
"""Words behind "the passage says": with fewer it says nothing of the matter."""
LONG = 6
"""Of so many words one that may be a verb is taken for one."""
CUT_OFF = frozenset(
    "a an the of to in on at by for from with and or but nor as than that which who whom whose when where while if "
    "because "
    "after before between into through during is are was were be been has have had can could will would may might must "
    "should shall does do did it its their his her this these such".split()
)
"""Words that end no sentence."""
_LEAD_IN = re.compile(
    r"(?:so|thus|therefore|here|now|and|then)?,?\s*(?:(?:the|this|these|here|my|your|our|a|an|one|some|"
    r"following)\b[\w ,'’-]{0,60}"
    r"(?:is|are|be|follows?|following|as follows|steps?|reasons?|examples?|answer|question|passages?|text|points?)"
    r"|(?:the )?(?:short |correct |final |best )?answers?(?: to (?:this|the|your) question)?(?: is| are)?|answer|"
    r"question|note|"
    r"explanation|summary|conclusion|sources?|references?|output|response|solution|context|step \d+|"
    r"example)\s*[:;–—-]\s*",
    re.IGNORECASE,
)
_ABOUT_TEXT = re.compile(
    r"(?:(?:the|this|that|these|those|your|my|our|above|given|provided|following) )+(?:\w+ ){0,2}"
    r"(?:passages?|texts?|excerpts?|answers?|questions?|sentences?|contexts?|paragraphs?|quotes?|information)\s+"
    r"(?:above |below |here |given |provided |itself )?"
    r"(?:(?:also |only |clearly |directly |explicitly |further )*(?:says?|states?|explains?|mentions?|notes?|"
    r"describes?|shows?|indicates?|"
    r"discuss(?:es)?|contains?|provides?|gives?|answers?|refers?|covers?|is about|are about|is not about|asks?)"
    r"|(?:do|does|did)(?: not|n['’]t) (?:\w+ )?(?:say|state|explain|mention|note|describe|show|indicate|discuss|"
    r"contain|provide|give|"
    r"answer|refer|cover))\b.*|(?:this|that|it) is an? (?:question|answer|passage|text|sentence|excerpt)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_ADDRESS = re.compile(
    r"(?:i hope|let me know|feel free|please (?:let|note|refer|see|provide|ask)\b|i (?:am|'m|’m|can|cannot|can't|"
    r"could|do not|don't|will|"
    r"would|have|apologi[sz]e|understand|think|believe)\b|sorry\b|sure[,!]|certainly[,!]|of course[,!]|you(?:'re|’re|"
    r" are) welcome|thank you|thanks[,!.]|great question|"
    r"as an? (?:ai|language model|assistant)\b)",
    re.IGNORECASE,
)
_POINTER = re.compile(r"[(\[]?(?:see(?: also)?|cf\.?|compare|refer to)\b(?:[\s,]+\S+){0,6}", re.IGNORECASE)
_HAS_WORD = re.compile(r"[^\W\d_]{2}|\d")
_ASKS = re.compile(r"\b(?:who|whom|whose|what|when|where|why|which|how)\b", re.IGNORECASE)
_SINGLE_SIGN = re.compile(r"(?<!\S)[\"'“‘`]?(?:[^\W\daAI]|[^\w\s&–—-])[\"'”’`]?(?=[\s,.;:)]|$)")
"""A key, or the name of a value: none of the words that are compared."""
_CHOICE = re.compile(r"\bor\b", re.IGNORECASE)
_PARTICIPLE_BEFORE = re.compile(r"by|in|on|at|to|from|with|as|of|for|between|near|under|after|before|and|or")
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|do|does|did|can|could|will|would|may|might|must|shall|should|cannot|"
    r"\w+(?:n't|n’t))\b",
    re.IGNORECASE,
)
_VERBS = frozenset(
    "accept account achieve act add address adopt affect agree allow answer appear apply appoint approve argue arise "
    "arrive ask "
    "attack attend attract avoid ban bear become begin believe belong borrow border break bring build burn buy call "
    "carry cause "
    "change charge choose claim close collapse collect come compete complete consist contain continue contribute "
    "control copy "
    "cost cover create cross cut date deal decide declare declined decline defeat define delete demand deny depend "
    "describe "
    "destroy determine develop die differ direct disagree discover discuss dispute divide donate download draw drink "
    "drive drop "
    "earn eat employ enable encourage end enter establish examine exceed exclude exist expect explain export express "
    "extend face "
    "fail fall feed feel fight fill find finish fit flow fly follow forbid force form found fund gain gather get "
    "give go govern "
    "grant grow happen harm help hide hit hold hurt ignore import improve include increase indicate influence inform "
    "inherit "
    "insist intend introduce invade invent invite involve join jump keep kill know lack last lead learn leave let "
    "lie like limit "
    "link list live lose love maintain make manage mark matter mean measure meet merge mention migrate miss move "
    "need neglect "
    "notify obtain occupy occur offer open operate oppose order overlook override owe own pass pay permit persuade "
    "place plan "
    "play predict prefer prepare present preserve prevent print proceed produce promise promote protect prove "
    "provide publish "
    "pump put raise reach react read receive recognise recognize recommend record reduce refer refuse reject relate "
    "release "
    "rely remain remove replace report represent require rescue reside resign resist respond rest restore result "
    "return reveal "
    "rise rule run save say search secrete see seek seem sell send separate serve set settle show shrink shut sign "
    "sing sit "
    "solve speak spend spread spur stand start state stay stem stop store stretch strike study succeed suffer "
    "suggest supply "
    "support suppose surround survive take talk teach tell tend test think thrive tie touch train transfer transform "
    "travel "
    "treat trigger turn use vanish vary view visit vote wait walk want warn wear weaken win wish work write press "
    "type click "
    "dampen describe disprove impose interrupt lowers mend pin produce shield sink sit speed yield".split()
)
"""Verbs that English texts use most, in their base form."""
_NOUNS_TOO = frozenset(
    "account act address answer attack ban bear border break call cause change charge claim control copy cost cover "
    "cross cut "
    "date deal demand direct dispute drink drive drop employ end export face fight fit flow force form found fund "
    "help hit hold "
    "import increase influence jump lack last lead lie like limit link list love mark matter measure move need offer "
    "order own "
    "pass pay place plan play present print promise pump record release report rest result return rise rule run "
    "search set show "
    "shut sign sing speed spread spur stand start state stay stem stop store strike study supply support talk test "
    "tie touch "
    "train transfer travel trigger turn use view visit vote wait walk want win wish work press type click pin shield "
    "sink yield "
    "experience match".split()
)
_IRREGULAR = re.compile(
    r"\b(?:made|came|went|took|gave|got|became|began|held|kept|led|lost|met|paid|put|ran|said|saw|sold|sent|set|"
    r"stood|told|thought|"
    r"won|wrote|rose|fell|grew|knew|spoke|brought|bought|built|caught|chose|drew|drove|fought|found|flew|forbade|lay|"
    r"left|lay|bore|"
    r"sat|spent|struck|taught|wore|died|lived|broke|ate|felt|hit)\b"
)


def no_claim(text: str, question: str | None = None) -> str:
    """Why a sentence claims nothing, in a few words; empty where it is a claim."""
    bare = " ".join(text.split()).strip(" *_#>`")
    if not _HAS_WORD.search(bare) and not (question and re.search(r"\w", bare)):
        return "no words"
    if bare.endswith("?"):
        return "a question"
    if question and (_repeats(bare, question) or _turned_round(bare, question)):
        return "the question again"
    if _LEAD_IN.fullmatch(bare) or (bare.endswith((":", "：")) and len(bare.split()) <= 14):
        return "a lead-in"
    if _POINTER.fullmatch(bare.rstrip(" .)]")):
        return "a reference"
    said = plain(bare)
    if _ADDRESS.match(said):
        return "said to the reader"
    about = _ABOUT_TEXT.fullmatch(bare.rstrip(" ."))
    if about is not None and (said == bare or len(said.split()) <= FEWEST_TOLD):
        return "about the text itself"
    if _cut_off(bare, question):
        return "cut off"
    return ""


def heading(text: str, question: str | None) -> bool:
    """Whether it is a title over what follows: no question asked for it, and it has no verb and no full stop."""
    bare = " ".join(text.split()).strip(" *_")
    return (
        question is None
        and not bare.endswith((".", "!", "。"))
        and not has_verb(bare)
        and len(bare.split()) <= FRAGMENT_WORDS
    )


def is_fragment(text: str) -> bool:
    """Whether it is an answer of a few words, and no sentence."""
    count = len(text.split())
    return 0 < count <= FRAGMENT_WORDS and not has_verb(text)


def has_verb(text: str) -> bool:
    """Whether a word of it is surely a verb."""
    if _AUXILIARY.search(text) or _IRREGULAR.search(text):
        return True
    found = re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*,?|[\d$€£%][\w.,%]*|F\d+", text)
    return any(_is_verb(found, place) for place in range(len(found)))


def _is_verb(found: list[str], place: int) -> bool:
    word = found[place].rstrip(",")
    lower = word.lower()
    before = found[place - 1] if place else ""
    after = found[place + 1] if place + 1 < len(found) else ""
    if lower in _VERBS:
        # "Press the key", "To stop it, press the key": told to do it, or a plural's verb that is nothing else.
        told = place == 0 or before.endswith(",")
        if told and lower in _PRESSED:
            return bool(after)
        return (told and len(found) >= 3 and bool(_OBJECT.match(after))) or (
            place > 0 and word == lower and lower not in _NOUNS_TOO
        )
    if place == 0 or word != lower:
        return False
    alone = before.lower() not in _DETERMINERS
    if lower.endswith("ed") and len(lower) > 4:
        return alone and bool(after) and not _PARTICIPLE_BEFORE.fullmatch(after)
    long = len(found) >= LONG
    if long and alone and lower in _VERBS:
        return True
    for ending, put in (("ies", "y"), ("es", ""), ("s", "")):
        base = lower[: -len(ending)] + put
        if lower.endswith(ending) and base in _VERBS:
            return base not in _NOUNS_TOO or (alone and (long or bool(_OBJECT.match(after))))
    return False


_PRESSED = frozenset(("press", "type", "click", "hit"))
_DETERMINERS = frozenset("of the and or for with in by its their his her a an all some on most many no".split())
_OBJECT = re.compile(
    r"(?:the|an?|its|their|his|her|to|into|from|up|out|that|in|on|with|as|for|at|it|him|them|all|no|some|few|only|away|"
    r"chiefly|mainly|more|less|one|two|three|four|five|under|over|than)\b|[\d$€£A-Z]"
)


def _repeats(text: str, question: str) -> bool:
    """Whether it is the question, with or without a mark in front and behind."""
    bare = re.sub(r"^(?:question|q)\s*[:.]\s*", "", text, flags=re.IGNORECASE)
    one, other = (re.sub(r"\W+", " ", each.lower()).strip() for each in (bare, question))
    if one == other:
        return True
    # As a heading: "Copying an answer" above the answer itself is one too, where no word is new and none is a verb.
    return not text.endswith(".") and set(wording(bare)) <= set(wording(question)) and text != bare


def _turned_round(text: str, question: str) -> bool:
    """Whether a sentence tells a question that asks who, what or when nothing but its own words."""
    whole = has_verb(text) or len(text.split()) >= LONG
    if not whole or not _ASKS.search(question) or _CHOICE.search(question) or _SINGLE_SIGN.search(text):
        return False
    return _told(plain(text)) <= _told(question) and denials(text) % 2 == denials(question) % 2


def _told(text: str) -> set[str]:
    """Its content words and its numbers."""
    return {*wording(text), *(stem for stem in stems(text) if stem[0].isdigit())}


def _cut_off(text: str, question: str | None) -> bool:
    """Whether it stops in the middle."""
    if re.search(r"[.!?。！:\]][\"”'’)]*$", text):
        return False
    found = re.findall(r"[^\W_]+", text.lower())
    if not found:
        return True
    if (
        found[-1] in CUT_OFF
        or text.endswith((",", ";", "-", "–", "("))
        or text.count('"') % 2
        or text.count("(") > text.count(")")
    ):
        return True
    if question is not None and len(found) <= 2 and found[0] in ("the", "a", "an"):
        return True
    # A whole sentence, but without a full stop: it went on.
    return question is not None and len(found) > FRAGMENT_WORDS + 4 and has_verb(text)
