"""What a question says about its answer ("Round to two decimal places.") is no part of what is looked for."""

import re

from phitui.library.terms.words import stems

FEWEST_STEMS = 2
"""Of what is left of a question."""

_PARTS = re.compile(r"(?:[.?!:]+[\"”’)]*(?=\s)|\Z)\s*")
"""Where a part of a question ends."""
_ROLE = re.compile(
    r"(?:please\s+)?(?:(?:assume|imagine|suppose|pretend)(?: that)? you(?: are|['’]re)|act as|you are)\b[^:]*$", re.I
)
_OTHERWISE = re.compile(
    r"if\b.*\b(?:state|say|tell|mention|explain|note|indicate)\s+(?:me\s+)?(?:that|this|so|why|it)\b", re.I | re.S
)
"""If it cannot be answered, state that and explain why."""
_TASK = re.compile(
    r"(?:please\s+|also,?\s+|(?:we|you)\s+(?:need|want|have|ought|should)\s+(?:to\s+)?)*(?:answer|respond|reply|give|"
    r"provide|round|calculate|compute|express|state|explain|address|approach|base|use|utili[sz]e|report|return|show|"
    r"justify|limit|keep|help us)\b",
    re.I,
)
_OF_ANSWER = re.compile(
    r"\b(?:answers?|respon[ds]\w*|repl(?:y|ies)|questions?|asked|results?|round\w*|decimals?|units?|judgments?|"
    r"calculat\w+|comput\w+|sentences?|words?|formats?|metrics?|information|details?)\b",
    re.I,
)
_SOURCE = re.compile(
    r"(?:by|when|from|after|while|according to|based on|using)\b[^,?]{0,200}\b(?:information|details?|data|line items?|"
    r"conclusions?|referencing|figures)\b[^,?]{0,200},\s(?=\w+)",
    re.I,
)
"""By drawing conclusions from the details in the balance sheet, …"""
_EMPTY = re.compile(
    r"\b(?:please|answers?|answering|respond\w*|responses?|repl(?:y|ies)|questions?|asked|following|give|provided?|"
    r"round(?:ed|ing)?|decimals?|places?|(?:one|two|three)(?= decimal)|calculat\w+|comput\w+|express(?:ed)?|stated|"
    r"explain|address|bas(?:e[ds]?|ing)|judgments?|within|outlined|displayed|extract|us(?:e|ed|ing)|utili[sz]\w+|"
    r"rel(?:y|ying)|show[ns]?|justify|need|want|help|us|information|details?|data|line items?|draw(?:n|ing)?|"
    r"conclusions?|referenc\w+|primar(?:y|ily)|clearly|solely|metrics?|units?|percents?|results?|sentences?|words?|"
    r"approach|perspective|standpoint|adopting|assuming|access|analysts?|bank(?:er|ing)|who|can|"
    r"(?:financial|investment|equity) ?(?=metric|analyst|bank))\b",
    re.I,
)
"""Words of such parts that tell nothing of what is looked for; what they leave may name where to look."""


def without_instructions(text: str) -> str:
    """The question without what it says about its answer; as it is where little else would be left."""
    parts, at = [], 0
    for match in _PARTS.finditer(text):
        if match.end() > at:
            parts.append(text[at : match.end()])
            at = match.end()
    asks = [part.rstrip().endswith("?") for part in parts]
    if not any(asks):
        return text
    kept = [_sourced(part) if ask else _without(part) for part, ask in zip(parts, asks, strict=True)]
    found = " ".join(" ".join(kept).split())
    if found == " ".join(text.split()) or len(set(stems(found))) < FEWEST_STEMS:
        return text
    return found


def _sourced(part: str) -> str:
    """A part that asks, where it begins with what to take the answer from."""
    match = _SOURCE.match(part)
    return f"{_emptied(match.group())} {part[match.end() :]}" if match else part


def _without(part: str) -> str:
    if _ROLE.match(part) or _OTHERWISE.match(part):
        return ""
    return _emptied(part) if _TASK.match(part) and _OF_ANSWER.search(part) else part


def _emptied(part: str) -> str:
    words = _EMPTY.sub(" ", part.replace("(", " ").replace(")", " ")).split()
    return " ".join(word for word in words if stems(word) or word == "of")
