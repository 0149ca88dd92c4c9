"""What stands high, low or beside in a line, written in one line: 10^6, H2O, note [12]."""

import re

_NOTE = re.compile(r"[\d*†‡§¶#]{1,4}(?:\s*[,;–-]\s*[\d*†‡§¶#]{1,4})*")
_WORD = re.compile(r"[^\W\d_]{4,}$")
_ORDINAL = re.compile(
    r"(?:st|nd|rd|th|er|ère|re|e|ème|nde?|d|o|a|os|as|º|ª|me|mme|le|lle|gr|rs|s|te|tm|sm|r|c)\.?", re.IGNORECASE
)
_SIMPLE = re.compile(r"[+−–-]?[\w.,′″'*°]+|[+−–-]|[*†‡§¶#′″'°]+")


def superscript(before: str, text: str) -> str:
    """What stands for `text` written high after `before`: a power as 10^6, a note's mark as [6], 1st as it is."""
    text = text.strip()
    if not text or text[0] in "[(^" or not text.strip("*†‡§¶#′″'°™®©"):
        return text
    last = before[-1:]
    if text == "o" and last.isdigit():
        return "º"
    if _NOTE.fullmatch(text) and (not last.strip() or last in '.,;:!?”’"»…' or _WORD.search(before[-30:])):
        return f"[{text}]"
    if _ORDINAL.fullmatch(text) and (last.isalnum() or last == "."):
        return text if last.isdigit() or len(text) > 1 or last in "nNMCS" else "^" + text
    if len(text) > 3 and text.replace(" ", "").isalpha():
        return text if last.isspace() or not last else " " + text
    return "^" + grouped(text)


def subscript(before: str, text: str) -> str:
    """H2O as it is written in one line, x_i, log_10."""
    text = text.strip()
    if not text:
        return text
    if text.isdigit() and before[-1:].isalpha() and not before.endswith(("log", "lim")):
        return text
    return "_" + grouped(text)


def grouped(text: str) -> str:
    """In parentheses where it is more than one thing."""
    return text if _SIMPLE.fullmatch(text) else f"({text})"


def operand(text: str) -> str:
    """In parentheses where something stands in it that binds weaker than what is around it."""
    return text if re.fullmatch(r"[\w.,]+|\([^()]*\)|√\(?\w+\)?", text) else f"({text})"


def labelled(label: str, value: str) -> str:
    """`label: value`, one sentence."""
    label, value = label.strip(), value.strip()
    if not label or not value:
        return label or value
    return f"{label} {value}" if label[-1] in ".:?!=：？。" else f"{label}: {value}"
