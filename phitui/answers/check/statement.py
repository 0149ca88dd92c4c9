"""A question and its short answer as one statement: "When was it built?", "1908" → "It was built 1908."."""

import re

_AUXILIARY = (
    "is|are|was|were|be|has|have|had|do|does|did|can|could|will|would|may|might|must|shall|should|isn't|wasn't|didn't|"
    "don't|doesn't|cannot|can't"
)
_ASKED = re.compile(
    rf"^(?P<lead>.*?\b)?(?P<with>(?:in|on|at|by|for|from|to|with|of|under|about|during|into|after|before) )?"
    rf"(?P<wh>who|whom|what|when|where|why|which|whose|how(?: (?:many|much|long|old|far|often|large|big|tall|high|"
    rf"deep|wide))?)"
    rf"(?P<of>(?: (?!(?:{_AUXILIARY})\b)[\w’'-]+){{0,4}}?)"
    rf"(?: (?P<aux>{_AUXILIARY}))?\b (?P<rest>.+?)\s*\??$",
    re.IGNORECASE,
)
_DONE = re.compile(
    r"\b(?:\w{2,}ed|built|made|known|held|born|found|founded|written|given|taken|done|won|sold|led|kept|set|put|sent|"
    r"said|"
    r"seen|shown|used|chosen|drawn|spoken|worn|paid|lost|left|brought|bought|thought|taught|told|met|understood|"
    r"called)\b"
)
_PLACING = ("when", "where", "why", "how")


def statement(question: str, answer: str) -> str:
    """The statement, its word order only roughly right; empty where the question is not of a kind that has one."""
    answer = answer.strip().rstrip(".").strip()
    match = _ASKED.match(question.strip())
    if match is None or not answer:
        return ""
    lead = match["lead"] or ""
    wh, aux, rest = match["wh"].lower(), (match["aux"] or "").lower(), match["rest"]
    kind = (match["of"] or "").strip()
    before = f"{match['with'] or ''}"
    if wh.startswith("how ") and kind and re.fullmatch(r"[\d.,]+|[a-z-]+", answer, re.IGNORECASE):
        answer = f"{answer} {kind}"
    if not aux:
        # "Who wrote it?": what is asked for does it; noun and verb stand in `of` and `rest`.
        verb = f"{kind} {rest}".strip() if wh in ("who", "what") else rest
        said = f"{answer} {verb}"
    elif aux in ("do", "does", "did"):
        said = f"{rest} {before}{answer}"
    elif wh in _PLACING or wh.startswith("how ") or before:
        done = _DONE.search(rest)
        if done is not None and done.start() > 0:
            said = f"{rest[: done.start()]}{aux} {rest[done.start() :]} {before}{answer}"
        else:
            said = f"{rest} {aux} {before}{answer}"
    else:
        said = f"{answer} {aux} {rest}"
    said = " ".join(f"{lead}{said}".split())
    return f"{said[0].upper()}{said[1:]}."
